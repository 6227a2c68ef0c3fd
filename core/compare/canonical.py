"""What Git states, in the one form that is compared, sent and hashed (verdicts.md 2.1).

The same bytes are the payload of a dry-run and of an apply: what is compared is what is sent.
"""

import base64
import hashlib
from typing import Final

import msgspec

from core.compare.equality.schema import UNKNOWN, Node, Schema
from core.compare.masking import is_secret_kind
from core.model import (
    ABSENT,
    SEALED,
    Desired,
    Document,
    FieldChange,
    FieldVerdict,
    Json,
    JsonObject,
    ObjectRef,
    Resource,
)

_SERVER_ASSIGNED: Final = ("generation", "managedFields", "resourceVersion", "selfLink", "uid")
_CREATED: Final = "creationTimestamp"
_OBJECT_META: Final = "meta.ObjectMeta"
_TOUCHED: Final = (b"null", b'""', b"creationTimestamp", b"serviceAccount", b"\\u")
"""A text without any of these has nothing that `_without_nulls` leaves out or fills in."""
_DIGEST_BYTES: Final = 8
_KEY_BYTES_MAX: Final = hashlib.blake2b.MAX_KEY_SIZE


def canonical(
    document: Document,
    resource: Resource,
    schema: Schema | None,
    *,
    namespace: str,
    digest_key: bytes,
) -> Desired:
    """Make one document canonical.

    Args:
        document: The object as a file states it.
        resource: How the cluster serves its kind.
        schema: What the cluster publishes about the kind, if anything.
        namespace: For a namespaced object that names none.
        digest_key: So that the digest of a Secret tells nothing about its values.

    Returns:
        The object as it is compared and sent, with a WARN for each field that Git cannot decide.
    """
    root = schema.root if schema is not None else UNKNOWN
    text = document.body
    stated: JsonObject = msgspec.json.decode(text)
    body = _without_nulls(stated, root) if any(map(text.__contains__, _TOUCHED)) else stated
    said = (
        FieldChange("", FieldVerdict.WARN, ABSENT, ABSENT, note=words)
        for words in document.warnings
    )
    warnings = (*said, *_strip_metadata(body))
    if resource.has_status:
        body.pop("status", None)
    if document.kind.kind == "ClusterRole" and body.get("aggregationRule"):
        body.pop("rules", None)  # a controller fills them in; sent, they would be emptied first
    scope = (document.namespace or namespace) if resource.namespaced else ""
    _set_namespace(body, scope)
    if document.kind.kind == "Secret" and document.kind.api_version == "v1":
        _merge_string_data(body)
    content = msgspec.json.encode(body, order="sorted")
    keyed = document.sealed or is_secret_kind(document.kind.kind)
    digest = _digest(content, digest_key if keyed else b"")
    return Desired(
        ref=ObjectRef.read(document.kind.group, document.kind.kind, scope, document.name),
        kind=document.kind,
        body=content,
        digest=SEALED + digest if document.sealed else digest,
        document=document,
        warnings=warnings,
    )


def _without_nulls(value: JsonObject, node: Node) -> JsonObject:
    """Copy *value* without nulls, which mean absent unless the schema says otherwise.

    On the way `metadata.creationTimestamp` goes: generators write it as null, at any depth, and in
    an ObjectMeta it is the server's.  Elsewhere a value is Git's.
    """
    kept: JsonObject = {}
    for key, item in value.items():
        child = node.fields[key]
        if item is None and not child.nullable:
            continue
        kept[key] = _copied(item, child)
        inner = kept[key] if key == "metadata" else None
        is_servers = child.component == _OBJECT_META
        if isinstance(inner, dict) and (is_servers or inner.get(_CREATED) is None):
            inner.pop(_CREATED, None)
    if node.component == "core.PodSpec" and kept.get("serviceAccount"):
        kept.setdefault("serviceAccountName", kept["serviceAccount"])  # the old name alone
    return kept


def _copied(value: Json, node: Node) -> Json:
    if isinstance(value, dict):
        return _without_nulls(value, node)
    if isinstance(value, list):
        copies = [_copied(item, node.items) for item in value]
        return [_with_keys(copy, node) for copy in copies] if node.items.built_in else copies
    return value


def _with_keys(entry: Json, node: Node) -> Json:
    """Leave out of an entry of a keyed list what it has empty where the key has a default.

    `protocol: ""` is TCP, but an apply takes it for another entry and makes a second port of it.
    """
    if not isinstance(entry, dict):
        return entry
    empty = {key for key in node.keys if entry.get(key) == "" and node.items.defaults.get(key)}
    return {key: item for key, item in entry.items() if key not in empty} if empty else entry


def _strip_metadata(body: JsonObject) -> tuple[FieldChange, ...]:
    metadata = body.get("metadata")
    if not isinstance(metadata, dict):
        return ()
    metadata.pop(_CREATED, None)
    return tuple(
        FieldChange(
            f"metadata.{key}",
            FieldVerdict.WARN,
            live=ABSENT,
            git=metadata.pop(key),
            note="the server decides this field; it is not sent",
        )
        for key in _SERVER_ASSIGNED
        if key in metadata
    )


def _set_namespace(body: JsonObject, namespace: str) -> None:
    metadata = body.get("metadata")
    if isinstance(metadata, dict):
        metadata.pop("namespace", None)
        if namespace:
            metadata["namespace"] = namespace


def _merge_string_data(body: JsonObject) -> None:
    """Write `stringData` over `data`, as the server does.

    It must never be sent: an apply of it is owned under `stringData`, so that a key which Git drops
    later would stay in the cluster.
    """
    texts = body.pop("stringData", None)
    if not isinstance(texts, dict) or not texts:
        return
    data = body.setdefault("data", {})
    if not isinstance(data, dict):
        body["data"] = data = {}
    for key, text in texts.items():
        data[key] = base64.b64encode(text.encode()).decode() if isinstance(text, str) else text


def _digest(content: bytes, key: bytes) -> str:
    short = key if len(key) <= _KEY_BYTES_MAX else hashlib.blake2b(key).digest()
    return hashlib.blake2b(content, digest_size=_DIGEST_BYTES, key=short).hexdigest()
