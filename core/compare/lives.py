"""Live objects as they compare with those of another cluster, or another namespace.

What the server assigned says nothing about what the object is: its identity and history, what
controllers report of it, and the addresses, ports and volumes that it was given there.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from core.compare.equality.builtin import LAST_APPLIED
from core.compare.equality.filled import ALLOCATED, is_allocated, is_injected
from core.model import Document, JsonObject, KindRef, ObjectRef, mapping_of, mappings_of, within

_META: Final = ("name", "namespace", "labels", "annotations", "finalizers")  # the rest is assigned
_SERVICE: Final = ALLOCATED["core.ServiceSpec"]
_PORT: Final = ALLOCATED["core.ServicePort"]
_HEADLESS: Final = "None"  # an address that is stated, for it says that there is none
_LABELS: Final = ("spec", "template", "metadata", "labels")
_ONE_FIELD: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("", "PersistentVolumeClaim"): ("spec", "volumeName"),
    ("", "PersistentVolume"): ("spec", "claimRef"),
    ("", "ServiceAccount"): ("secrets",),
    ("apiregistration.k8s.io", "APIService"): ("spec", "caBundle"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): (
        *("spec", "conversion", "webhook", "clientConfig"),
        "caBundle",
    ),
}
_HOOKS: Final = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")


def live_document(kind: KindRef, ref: ObjectRef, body: bytes, *, sealed: bool = False) -> Document:
    """Return a live object as if a file stated it, without what its server assigned."""
    live: JsonObject = msgspec.json.decode(body)
    live |= {"apiVersion": kind.api_version, "kind": kind.kind}  # an entry of a list has none
    meta = mapping_of(live.get("metadata"))
    kept: JsonObject = {name: meta[name] for name in _META if name in meta}
    for name in ("labels", "annotations"):
        found = mapping_of(kept.pop(name, None))
        stated = {key: item for key, item in found.items() if _is_stated(live, name, key)}
        if stated:
            kept[name] = stated
    made = {key: item for key, item in live.items() if key not in {"metadata", "status"}}
    made["metadata"] = kept
    for owner, name in _assigned(kind, made):
        owner.pop(name, None)
    content = msgspec.json.encode(made)
    return Document(kind, ref.namespace or None, ref.name, content, "", 1, 0, sealed=sealed)


def _is_stated(live: JsonObject, where: str, key: str) -> bool:
    parts = ("metadata", where, key)
    return key != LAST_APPLIED and not is_allocated(live, parts) and not is_injected(live, parts)


def _assigned(kind: KindRef, live: JsonObject) -> Iterator[tuple[JsonObject, str]]:
    """Yield the fields of an object that its cluster chose, each with what holds it."""
    spec = mapping_of(live.get("spec"))
    known = _ONE_FIELD.get((kind.group, kind.kind))
    if known is not None:
        *above, name = known
        yield mapping_of(within(live, *above)), name
    elif (kind.group, kind.kind) == ("", "Service"):
        headless = spec.get("clusterIP") == _HEADLESS
        yield from ((spec, name) for name in _SERVICE if not (headless and "IP" in name))
        yield from ((port, name) for port in mappings_of(spec.get("ports")) for name in _PORT)
    elif (kind.group, kind.kind) == ("batch", "Job"):
        yield spec, "selector"
        for way in (_LABELS, ("metadata", "labels")):
            labels = mapping_of(within(live, *way))
            yield from ((labels, key) for key in (*labels,) if is_allocated(live, (*_LABELS, key)))
    elif kind.kind in _HOOKS:
        for hook in mappings_of(live.get("webhooks")):
            yield mapping_of(hook.get("clientConfig")), "caBundle"
