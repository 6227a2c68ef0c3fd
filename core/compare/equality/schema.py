"""The tree of fields of one kind, read from the cluster's own OpenAPI v3.

A `Node` answers what the walk asks, by lookups in tables made once: which fields there are, how a
list is keyed, what a value is (a quantity, bytes), what the server fills in.  Children are made
when first asked for, and one per schema component: `JSONSchemaProps` contains itself, and a cluster
has thousands of components of which Git uses a few.

Documents come from outside, so nothing in them is trusted: what cannot be understood is treated as
a field without schema, which is compared exactly.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from typing_extensions import override

from core.compare.equality.builtin import DEFAULTS, IGNORED
from core.compare.equality.dependent import Default
from core.compare.equality.filled import ALLOCATED, INJECTED, ONCE
from core.compare.equality.scalars import Flavour
from core.compare.equality.zeros import STORED_ZEROS
from core.model import ABSENT, Absent, Json, JsonObject, KindRef, mapping_of
from core.model.paths import Parts

_REF: Final = "#/components/schemas/"
_BUILT_IN: Final = (
    "io.k8s.api.",
    "io.k8s.apimachinery.",
    "io.k8s.apiextensions-apiserver.",
    "io.k8s.kube-aggregator.",
)
_SHARED: Final = "io.k8s.apimachinery.pkg.apis.meta."  # DeleteOptions, Status, WatchEvent
_SHAPING: Final = frozenset(
    {
        "nullable",
        "x-kubernetes-list-map-keys",
        "x-kubernetes-list-type",
        "x-kubernetes-map-type",
    }
)
_COMPONENTS: Final = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": Flavour.QUANTITY,
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": Flavour.TIME,
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": Flavour.TIME,
}
_OPEN: Final = frozenset({"pkg.RawExtension", "apiextensions.JSON"})  # of any content
_REFS_MAX: Final = 16  # a longer chain of $refs is a loop
_NOTHING: Final[frozenset[str]] = frozenset()
_NO_DEFAULTS: Final[Mapping[str, Default]] = {}


class Node:
    """What the schema says about one field, in the terms of verdicts.md 2.2 and 2.3."""

    __slots__ = (
        "allocated",
        "atomic",
        "built_in",
        "component",
        "declared",
        "defaults",
        "fields",
        "flavour",
        "free",
        "ignored",
        "injected",
        "items",
        "keys",
        "known",
        "nullable",
        "once",
        "stored",
        "unique",
    )

    def fill(self, raw: JsonObject, name: str, components: "_Components") -> None:
        """Read one schema object whose `$ref` is already resolved to the component *name*.

        Not a constructor: the node is already known under its name, as it may contain itself.
        """
        properties = mapping_of(raw.get("properties"))
        self.known = bool(raw)
        self.component = component = _short(name)
        is_open = raw.get("x-kubernetes-preserve-unknown-fields") is True or component in _OPEN
        rest = FREE if is_open else UNKNOWN
        self.built_in = bool(component)
        self.fields = Fields(properties, raw.get("additionalProperties"), components, rest)
        self.declared = bool(properties)
        self.free = isinstance(raw.get("additionalProperties"), dict)
        self.nullable = raw.get("nullable") is True
        self.atomic = raw.get("x-kubernetes-map-type") == "atomic"
        self.flavour = _COMPONENTS.get(name) or _flavour(raw)
        self.items = components.node(raw.get("items"), rest)
        keyed = raw.get("x-kubernetes-list-type") == "map" and self.items.known
        self.keys = _texts(raw.get("x-kubernetes-list-map-keys")) if keyed else ()
        self.unique = raw.get("x-kubernetes-list-type") == "set"
        self.defaults = {**_defaults(properties), **DEFAULTS.get(component, _NO_DEFAULTS)}
        self.allocated = ALLOCATED.get(component, _NOTHING)
        self.injected = INJECTED.get(component, _NOTHING)
        self.once = ONCE.get(component, _NOTHING)
        self.ignored = IGNORED.get(component, _NOTHING)
        self.stored = STORED_ZEROS.get(component, _NOTHING)

    def default(self, key: str, holder: JsonObject, root: JsonObject) -> Json | Absent:
        """Return what the server puts at *key* of *holder* when nobody does."""
        default = self.defaults.get(key, ABSENT)
        return default(holder, root) if callable(default) else default

    def is_zero(self, key: str, value: Json) -> bool:
        """Tell whether *value*, which is false, is the same as no value.

        So it is for what Go leaves out of its JSON: zeros of declared fields that are not pointers.
        An entry of a free map (`labels: {canary: ""}`) is there, and custom resources keep zeros.
        """
        if isinstance(value, dict) or not self.built_in:
            return False
        return isinstance(value, list) or (key not in self.stored and self.fields.declares(key))


class Fields(dict[str, Node]):
    """The children of a node, made when first asked for.

    Declared fields are kept.  The keys of a free map (labels) are not: there is no end of them.
    """

    __slots__ = ("_additional", "_components", "_properties")

    def __init__(
        self, properties: JsonObject, additional: Json, components: "_Components", rest: Node
    ) -> None:
        """Keep what the children will be made from; *rest* is what nothing is said about."""
        super().__init__()
        self._properties, self._components = properties, components
        self._additional = components.node(additional, rest)

    def __missing__(self, key: str) -> Node:
        if key not in self._properties:
            return self._additional
        node = self._components.node(self._properties[key])
        self[key] = node
        return node

    def declares(self, key: str) -> bool:
        """Tell whether *key* is a field of its own, not an entry of a free map."""
        return key in self._properties


def node_at(root: Node, parts: Parts) -> Node:
    """Return what the schema says about one place."""
    node = root
    for part in parts:
        node = node.fields[part] if isinstance(part, str) else node.items
    return node


def undivided(root: Node, parts: Parts) -> Parts:
    """Return the value around a place that can only be owned as a whole, or the place itself."""
    node = root
    for depth, part in enumerate(parts):
        if node.atomic or not (isinstance(part, str) or node.keys or node.unique):
            return parts[:depth]
        node = node.fields[part] if isinstance(part, str) else node.items
    return parts


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """The tree of fields of one kind; opaque outside `core.compare`."""

    root: Node


class KindSchemas(Mapping[KindRef, Schema]):
    """The kinds of one OpenAPI document, each read when first asked for."""

    def __init__(self, components: "_Components", names: Mapping[KindRef, str]) -> None:
        """Know where each kind is described."""
        self._components, self._names = components, names
        self._made: dict[KindRef, Schema] = {}

    @override
    def __getitem__(self, kind: KindRef) -> Schema:
        if (schema := self._made.get(kind)) is None:
            schema = Schema(self._components.named(self._names[kind]))
            schema = self._made.setdefault(kind, schema)
        return schema

    @override
    def __iter__(self) -> Iterator[KindRef]:
        return iter(self._names)

    @override
    def __len__(self) -> int:
        return len(self._names)


def schemas(document: JsonObject) -> Mapping[KindRef, Schema]:
    """Return the kinds that one OpenAPI v3 document of a group and version describes.

    Args:
        document: The answer to, say, `GET /openapi/v3/apis/apps/v1`, parsed.

    Returns:
        Its kinds.  Lists, and helpers such as DeleteOptions that belong to every group, are left
        out, and so is what is malformed: the worst case is no schema.
    """
    raw = mapping_of(mapping_of(document.get("components")).get("schemas"))
    names: dict[KindRef, str] = {}
    for name, component in raw.items():
        entries = mapping_of(component).get("x-kubernetes-group-version-kind")
        if not isinstance(entries, list) or name.startswith(_SHARED):
            continue
        kinds = (_kind(entry) for entry in entries)
        is_list = "items" in mapping_of(mapping_of(component).get("properties"))
        names.update(
            (kind, name)
            for kind in kinds
            if kind is not None and not (is_list and kind.kind.endswith("List"))
        )
    return KindSchemas(_Components(raw), names)


class _Components:
    """The components of one document, and the nodes made of them so far."""

    def __init__(self, raw: JsonObject) -> None:
        self._raw = raw
        self._nodes: dict[str, Node] = {}

    def named(self, name: str) -> Node:
        """Return the one node of a component."""
        if (node := self._nodes.get(name)) is None:
            node = self._nodes[name] = Node()
            raw, _ = self._resolved({"$ref": _REF + name})
            node.fill(raw, name, self)
        return node

    def node(self, raw: Json, otherwise: Node | None = None) -> Node:
        """Return the node of one field, *otherwise* or UNKNOWN where there is no schema."""
        if not isinstance(raw, dict) or not raw:
            return otherwise or UNKNOWN
        own, name = self._resolved(raw)
        if name and not _SHAPING & raw.keys():
            return self.named(name)
        node = Node()
        node.fill(own, name, self)
        return node

    def _resolved(self, raw: JsonObject) -> tuple[JsonObject, str]:
        """Follow `$ref`, also inside a lone `allOf`; name the component it began with.

        What stands beside a reference wins over what it refers to.
        """
        name = ""
        beside: JsonObject = {}
        for _ in range(_REFS_MAX):
            inner = raw.get("allOf")
            target = mapping_of(inner[0]) if isinstance(inner, list) and len(inner) == 1 else raw
            ref = target.get("$ref")
            if not isinstance(ref, str):
                return {**raw, **target, **beside}, name
            beside = {**{key: raw[key] for key in _SHAPING & raw.keys()}, **beside}
            name = name or ref.removeprefix(_REF)
            raw = mapping_of(self._raw.get(ref.removeprefix(_REF)))
        return {}, name


UNKNOWN: Final = Node()
"""Where there is no schema: compared exactly, presence included."""

FREE: Final = Node()
"""Below what the schema leaves free: compared exactly, and a null is a value like any other."""


def _short(name: str) -> str:
    """Name a built-in component without its version: "apps.DeploymentSpec"; others are ""."""
    parts = name.split(".")
    return f"{parts[-3]}.{parts[-1]}" if name.startswith(_BUILT_IN) else ""


def _flavour(raw: JsonObject) -> Flavour:
    if raw.get("format") == "int-or-string" or raw.get("x-kubernetes-int-or-string") is True:
        return Flavour.INT_OR_STRING
    if raw.get("type") == "number":
        return Flavour.FLOAT
    return Flavour.BYTE if raw.get("format") == "byte" else Flavour.PLAIN


def _defaults(properties: JsonObject) -> dict[str, Default]:
    return {
        key: value["default"]
        for key, value in properties.items()
        if isinstance(value, dict) and "default" in value
    }


def _kind(entry: Json) -> KindRef | None:
    group, version, kind = (mapping_of(entry).get(key) for key in ("group", "version", "kind"))
    if not (isinstance(group, str) and isinstance(version, str) and isinstance(kind, str)):
        return None
    return KindRef(f"{group}/{version}" if group else version, kind)


def _texts(value: Json) -> tuple[str, ...]:
    """Return the list map keys; none at all if one of them is not a name."""
    names = value if isinstance(value, list) else []
    return tuple(str(name) for name in names) if all(isinstance(n, str) for n in names) else ()


UNKNOWN.fill({}, "", _Components({}))
FREE.fill({"x-kubernetes-preserve-unknown-fields": True, "nullable": True}, "", _Components({}))
FREE.known = False
