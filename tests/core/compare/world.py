"""Objects, owners and schemas for the tests of `core.compare`.

`openapi.json` holds components of the OpenAPI documents of Kubernetes 1.37.2 (descriptions and
volume types nobody here uses left out), and one custom resource, Widget, with the cases that
built-in kinds lack.  Objects are written as YAML, as short as the case allows.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeAlias

import msgspec
import yaml

from core.compare import (
    Judgement,
    Policy,
    Schema,
    canonical,
    judge,
    schemas,
)
from core.model import Desired, Document, Json, JsonObject, KindRef, Live, Resource
from core.model.paths import Element, format_field, parse_path

OPENAPI: Final[JsonObject] = json.loads(
    Path(__file__).with_name("openapi.json").read_text(encoding="utf-8")
)
SCHEMAS: Final = schemas(OPENAPI)
KINDS: Final = {kind.kind: kind for kind in SCHEMAS}
CLUSTER_SCOPED: Final = frozenset(
    {
        "APIService",
        "ClusterRole",
        "CustomResourceDefinition",
        "DeviceTaintRule",
        "Namespace",
        "ValidatingWebhookConfiguration",
    }
)
KEY: Final = b"the key of this run"

By: TypeAlias = Mapping[str, str]
"""Owned paths by owner: "kubectl-edit", "driftdeck:Apply", "kubectl:Update:scale"."""


def obj(kind: str, text: str | JsonObject = "") -> JsonObject:
    """Return an object of *kind*, named `web` in namespace `app`, with what the YAML adds."""
    added: JsonObject = _read(text) if isinstance(text, str) else text
    namespace: JsonObject = {} if kind in CLUSTER_SCOPED else {"namespace": "app"}
    metadata = added.get("metadata") or {}
    assert isinstance(metadata, dict)
    head: JsonObject = {"apiVersion": KINDS[kind].api_version, "kind": kind}
    return head | added | {"metadata": {"name": "web", **namespace, **metadata}}


def _read(text: str) -> JsonObject:
    found: JsonObject | None = yaml.load(text, Loader=yaml.CSafeLoader)
    return found or {}


def desired(
    stated: JsonObject, *, schema: Schema | None = None, has_status: bool = True
) -> Desired:
    """Make *stated* canonical as an app in namespace `app` would."""
    kind = KindRef(str(stated["apiVersion"]), str(stated["kind"]))
    metadata = stated["metadata"]
    assert isinstance(metadata, dict)
    namespace = metadata.get("namespace")
    document = Document(
        kind,
        namespace if isinstance(namespace, str) else None,
        str(metadata["name"]),
        msgspec.json.encode(stated),
        "web.yaml",
        1,
        0,
    )
    resource = Resource(kind, "things", kind.kind not in CLUSTER_SCOPED, has_status)
    return canonical(
        document, resource, schema or SCHEMAS.get(kind), namespace="app", digest_key=KEY
    )


def live_of(found: JsonObject, by: By | None = None) -> Live:
    """Return *found* as the server returns it: with the metadata that every live object has."""
    metadata = found["metadata"]
    assert isinstance(metadata, dict)
    served: JsonObject = {
        **metadata,
        "uid": "5f1c",
        "resourceVersion": "42",
        "generation": 3,
        "creationTimestamp": "2026-01-01T00:00:00Z",
    }
    if by is not None:
        served["managedFields"] = managed(by)
    return Live("5f1c", "42", msgspec.json.encode({**found, "metadata": served}))


def managed(by: By) -> list[Json]:
    """Return managedFields that give each owner the paths written after its name."""
    entries: list[Json] = []
    for owner, paths in by.items():
        manager, operation, subresource = (*owner.split(":"), "", "")[:3]
        entry: JsonObject = {
            "manager": manager,
            "operation": operation or "Update",
            "apiVersion": "v1",
            "time": "2026-02-03T04:05:06Z",
            "fieldsType": "FieldsV1",
            "fieldsV1": _fields(paths),
        }
        if subresource:
            entry["subresource"] = subresource
        entries.append(entry)
    return entries


def _fields(paths: str) -> JsonObject:
    tree: JsonObject = {}
    for path in paths.split():
        here = tree
        parts = parse_path(path)
        for part, following in zip(parts, (*parts[1:], None), strict=True):
            child = here.setdefault(format_field(part), {})
            assert isinstance(child, dict)
            here = child
            if isinstance(part, Element) and following in {None, *dict(part.keys)}:
                here["."] = {}  # who writes an entry's key owns the entry as such
    return tree


def judged(
    kind: str,
    git: str | JsonObject,
    live: str | JsonObject,
    by: By | None = None,
    *,
    predicted: str | JsonObject | None = None,
    policy: Policy = Policy(),  # noqa: B008 - frozen
) -> Judgement:
    """Judge one case, written as two objects of *kind* and the owners of live fields."""
    wanted = desired(obj(kind, git))
    found = live_of(obj(kind, live), by)
    answer = None if predicted is None else live_of(obj(kind, predicted), by).body
    return judge(wanted, found, SCHEMAS[wanted.kind], predicted=answer, policy=policy)


def shown(judgement: Judgement) -> dict[str, str]:
    """Return the field verdicts by path."""
    return {change.path: str(change.verdict) for change in judgement.changes}
