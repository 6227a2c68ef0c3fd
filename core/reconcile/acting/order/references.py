"""What an object names: the objects that have to be there before it is of any use."""

from collections.abc import Iterator
from typing import Final

import msgspec

from core.model import Json, JsonObject

_NAMED: Final = {  # the key of a reference, and the kind that it means
    "configMap": "ConfigMap",
    "configMapKeyRef": "ConfigMap",
    "configMapRef": "ConfigMap",
    "persistentVolumeClaim": "PersistentVolumeClaim",
    "secret": "Secret",
    "secretKeyRef": "Secret",
    "secretRef": "Secret",
    "service": "Service",
}
_NAMES: Final = ("name", "secretName", "claimName")  # where in it the name may stand
_PLAIN: Final = {  # the key of a name, and the kind that it means
    "ingressClassName": "IngressClass",
    "priorityClassName": "PriorityClass",
    "runtimeClassName": "RuntimeClass",
    "serviceAccountName": "ServiceAccount",
    "storageClassName": "StorageClass",
}
_WITH_KIND: Final = frozenset({"roleRef", "scaleTargetRef", "targetRef"})


def references(body: bytes) -> frozenset[tuple[str, str]]:
    """Return kind and name of what an object, as JSON, names as needed."""
    document: JsonObject = msgspec.json.decode(body, type=dict)
    return frozenset(_below(document))


def _below(value: Json) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for item in value:
            yield from _below(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _of(key, item)
            yield from _below(item)


def _of(key: str, value: Json) -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and key in _PLAIN:
        yield _PLAIN[key], value
    if not isinstance(value, dict) or value.get("optional") is True:
        return
    kind = value.get("kind") if key in _WITH_KIND else _NAMED.get(key)
    for name in map(value.get, _NAMES):
        if isinstance(kind, str) and isinstance(name, str):
            yield kind, name
