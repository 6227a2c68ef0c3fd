"""Values that fit a schema, and places in an object where the schema has room for more.

Most of what is made here is nonsense that the server refuses; the pools of texts below are what
makes enough of it pass.
"""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from core.model import Json, JsonObject, KindRef
from tests.core.compare.oracle.edits import Pointer

_REF: Final = "#/components/schemas/"
_DEPTH_MAX: Final = 7
_METADATA: Final = ("annotations", "finalizers", "labels", "ownerReferences")
_DROPPED: Final = frozenset(  # behind gates that are off here, or emptied by the server's own rules
    {"schedulingGroup", "scheduling", "defaultUser", "user", "mode", "dataSource", "dataSourceRef"}
)
_TOP: Final = frozenset({"apiVersion", "kind", "status", "aggregationRule"})
_DIGEST: Final = f"r.example.com/a/b@sha256:{'0' * 64}"
_GROUPS: Final = ("x.io", "y.io")  # of webhooks too: they must never match a real request
_QUANTITIES: Final = ("1", "0", "2", "100m", "0.5", "1Gi", "1024Mi", "1000M", "5k", "1.5Gi")
_TEXTS: Final[dict[str, Sequence[str]]] = {
    "image": ("a:1", "nginx", "x/y:latest", _DIGEST),
    "apiGroups": _GROUPS,
    "apiGroup": ("x.io", "rbac.authorization.k8s.io", ""),
    "apiVersions": ("v1", "v2"),
    "apiVersion": ("v1", "apps/v1"),
    "resources": ("things", "stuff"),
    "operations": ("CREATE", "UPDATE"),
    "admissionReviewVersions": ("v1", "v1beta1"),
    "verbs": ("get", "list", "watch"),
    "schedule": ("* * * * *", "0 3 * * 1", "@daily"),
    "timeZone": ("Etc/UTC",),
    "cidr": ("10.0.0.0/8", "192.168.0.0/16"),
    "except": ("10.1.0.0/16", "10.2.0.0/16"),
    "host": ("a.example.com", "*.b.example.com", ""),
    "hosts": ("a.example.com", "b.example.com"),
    "ip": ("10.1.2.3", "10.1.2.4"),
    "externalIPs": ("1.2.3.4", "1.2.3.5"),
    "loadBalancerSourceRanges": ("10.0.0.0/8", "1.2.3.0/24"),
    "topologyKey": ("kubernetes.io/hostname", "topology.kubernetes.io/zone"),
    "operator": ("In", "Exists", "NotIn", "DoesNotExist", "Equal"),
    "mountPath": ("/a", "/b/c", "/d"),
    "fieldPath": ("metadata.name", "metadata.namespace", "spec.nodeName"),
    "resource": ("limits.cpu", "requests.memory"),
    "mountPropagation": ("None", "HostToContainer"),
    "whenUnsatisfiable": ("DoNotSchedule", "ScheduleAnyway"),
    "accessModes": ("ReadWriteOnce", "ReadWriteMany", "ReadOnlyMany"),
    "kind": ("ConfigMap", "Secret", "Deployment", "User"),
    "resourceNames": ("a", "b"),
    "nonResourceURLs": ("/a", "/b/*"),
    "expression": ("true", "request.name == 'a'"),
    "finalizers": ("x.io/a", "x.io/b"),
    "uid": ("5f1c", "6a2d"),
    "rule": ("self == self",),
    "volumeName": ("a",),
    "podIPs": ("10.1.2.3",),
    "nameservers": ("10.0.0.10", "1.1.1.1"),
    "sysctls": ("kernel.shm_rmid_forced",),
    "add": ("NET_ADMIN", "SYS_TIME"),
    "drop": ("ALL", "KILL"),
    "seLinuxChangePolicy": ("Recursive", "MountOption"),
    "fsGroupChangePolicy": ("Always", "OnRootMismatch"),
    "pathType": ("Exact", "Prefix"),
    "url": ("https://a.example.com/x", "https://b.example.com"),
}
_PLAIN: Final = ("a", "b", "web", "c-1", "x.io/a", "1", "0", "", "a b", "A", "true", "/a", "Always")
_KEYS: Final = ("a", "b", "x.io/c", "d.e", "f_g", "0")
_NUMBERS: Final = (0, 1, 2, 3, 5, 10, 30, 60, 300, 420, 600, 1000, 65534)
_PORTS: Final = (80, 443, 8080, 53)
_EITHER: Final[Sequence[Json]] = (1, 0, 2, 80, "25%", "50%", "http", "1")


@dataclass(frozen=True, slots=True)
class Place:
    """A container in an object, and what the schema says about it."""

    pointer: Pointer
    value: Json
    raw: JsonObject


class Shapes:
    """One OpenAPI v3 document."""

    def __init__(self, document: JsonObject) -> None:
        """Keep its components."""
        self._raw: JsonObject = document["components"]["schemas"]  # type: ignore[index,call-overload,assignment]
        self._roots: dict[KindRef, JsonObject] = {}

    def root(self, kind: KindRef) -> JsonObject:
        """The schema of *kind*."""
        entry: JsonObject = {"group": kind.group, "version": kind.api_version.rpartition("/")[2]}
        entry["kind"] = kind.kind
        if kind not in self._roots:
            for raw in self._raw.values():
                assert isinstance(raw, dict)
                kinds = raw.get("x-kubernetes-group-version-kind")
                if isinstance(kinds, list) and entry in kinds:
                    self._roots[kind] = raw
        return self._roots[kind]

    def resolved(self, raw: Json) -> JsonObject:
        """Follow references; what stands beside one wins."""
        beside: JsonObject = {}
        while isinstance(raw, dict):
            inner = raw.get("allOf")
            target = inner[0] if isinstance(inner, list) and len(inner) == 1 else raw
            beside = {**{k: v for k, v in raw.items() if k not in {"allOf", "$ref"}}, **beside}
            ref = target.get("$ref") if isinstance(target, dict) else None
            if not isinstance(ref, str):
                return beside
            name = ref.removeprefix(_REF)
            if name.endswith("resource.Quantity"):
                return {"type": "quantity"}
            raw = self._raw.get(name)
        return beside

    def child(self, raw: JsonObject, key: str) -> JsonObject:
        """The schema of one field."""
        properties = raw.get("properties")
        if isinstance(properties, dict) and key in properties:
            return self.resolved(properties[key])
        return self.resolved(raw.get("additionalProperties"))

    def places(self, value: Json, raw: JsonObject, pointer: Pointer = ()) -> Iterator[Place]:
        """Every container in *value*, outermost first."""
        if isinstance(value, dict):
            yield Place(pointer, value, raw)
            for key, item in value.items():
                if not skipped((*pointer, key)):
                    yield from self.places(item, self.child(raw, key), (*pointer, key))
        elif isinstance(value, list):
            yield Place(pointer, value, raw)
            items = self.resolved(raw.get("items"))
            for at, item in enumerate(value):
                yield from self.places(item, items, (*pointer, at))

    def settled(self, value: Json, raw: JsonObject) -> Json:
        """Put the members of sets into one order."""
        if isinstance(value, dict):
            return {key: self.settled(item, self.child(raw, key)) for key, item in value.items()}
        if isinstance(value, list):
            items = self.resolved(raw.get("items"))
            made = [self.settled(item, items) for item in value]
            is_set = raw.get("x-kubernetes-list-type") == "set"
            return sorted(made, key=str) if is_set else made
        return value

    def schema_at(self, raw: JsonObject, pointer: Pointer) -> JsonObject:
        """The schema at *pointer*."""
        for step in pointer:
            inner = self.resolved(raw.get("items")) if isinstance(step, int) else None
            raw = inner if inner is not None else self.child(raw, str(step))
        return raw

    def value(self, raw: JsonObject, name: str, dice: Random, depth: int = 0) -> Json:
        """Make something that fits *raw*, the schema of a field called *name*."""
        enum = raw.get("enum")
        if isinstance(enum, list):
            return dice.choice(enum)
        if raw.get("nullable") is True and dice.random() < 0.2:
            return None
        either = raw.get("format") == "int-or-string" or raw.get("x-kubernetes-int-or-string")
        if either:
            return dice.choice(_EITHER)
        match raw.get("type"):
            case "quantity":
                return dice.choice(_QUANTITIES)
            case "string":
                return self._text(raw, name, dice)
            case "integer":
                return dice.choice(_PORTS if "port" in name.lower() else _NUMBERS)
            case "number":
                return dice.choice((0, 1, 1.5, 2.0))
            case "boolean":
                return dice.random() < 0.5
            case "array":
                return self._array(raw, name, dice, depth)
            case _:
                return self._object(raw, name, dice, depth)

    def _text(self, raw: JsonObject, name: str, dice: Random) -> str:
        match raw.get("format"):
            case "byte":
                return base64.b64encode(dice.choice(("", "a", "bc", "x\n")).encode()).decode()
            case "date-time":
                return dice.choice(("2026-01-01T00:00:00Z", "2027-02-03T04:05:06Z"))
            case _:
                return dice.choice(_TEXTS.get(name, _PLAIN))

    def _array(self, raw: JsonObject, name: str, dice: Random, depth: int) -> list[Json]:
        items = self.resolved(raw.get("items"))
        count = dice.choice((0, 1, 1, 2)) if depth < _DEPTH_MAX else 0
        return [self.entry(raw, items, name, dice, depth + 1) for _ in range(count)]

    def entry(
        self, raw: JsonObject, items: JsonObject, name: str, dice: Random, depth: int = 0
    ) -> Json:
        """Make an entry for the list of *raw*; one of a keyed list has its first key."""
        keys = raw.get("x-kubernetes-list-map-keys")
        if isinstance(keys, list) and isinstance(items.get("properties"), dict):
            return self._object(items, name, dice, depth, [str(keys[0])])
        return self.value(items, name, dice, depth)

    def _object(
        self, raw: JsonObject, name: str, dice: Random, depth: int, keys: Sequence[str] = ()
    ) -> Json:
        properties = raw.get("properties")
        if isinstance(properties, dict):
            required = raw.get("required")
            names = list(required) if isinstance(required, list) else []
            names += [name for name in keys if name not in names]
            others = sorted(properties.keys() - set(names))
            count = dice.choice((0, 1, 1, 2)) if depth < _DEPTH_MAX else 0
            names += dice.sample(others, min(count, len(others)))
            return {
                str(key): self.value(self.child(raw, str(key)), str(key), dice, depth + 1)
                for key in names
            }
        if isinstance(raw.get("additionalProperties"), dict):
            inner = self.resolved(raw["additionalProperties"])
            keys = dice.sample(_KEYS, dice.choice((0, 1, 2)))
            return {key: self.value(inner, name, dice, depth + 1) for key in keys}
        return anything(dice, depth)


def anything(dice: Random, depth: int = 0) -> Json:
    """Make any JSON, where there is no schema."""
    shape = dice.random() if depth < _DEPTH_MAX else 1.0
    if shape < 0.35:
        keys = dice.sample(_KEYS, dice.choice((0, 1, 2)))
        return {key: anything(dice, depth + 2) for key in keys}
    if shape < 0.5:
        return [anything(dice, depth + 2) for _ in range(dice.choice((0, 1, 2)))]
    return dice.choice((0, 1, 1.5, True, False, "", "a", "1", "0", 7))


def skipped(pointer: Pointer) -> bool:
    """Tell whether nobody can sensibly change what stands there."""
    if len(pointer) == 1:
        return pointer[0] in _TOP
    if pointer[-1] in _DROPPED or pointer[-2:] == ("httpGet", "protocol"):
        return True
    places = [at for at, step in enumerate(pointer[:-1]) if step == "metadata"]
    return bool(places) and pointer[places[0] + 1] not in _METADATA
