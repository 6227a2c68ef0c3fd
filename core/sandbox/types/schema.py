"""OpenAPI schemas as the server reads them: what kind of value, how lists and maps merge.

The rules are those of kube-openapi's `schemaconv`.  A `Type` may accept several shapes (a schema
that names no type); built-in types also carry what OpenAPI does not publish about the Go type
behind them: which fields are always written, and which scalars keep an explicit zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias, cast

Schema: TypeAlias = Mapping[str, object]

_REF = "#/components/schemas/"
_QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
_RAW = "io.k8s.apimachinery.pkg.runtime.RawExtension"


class Scalar(StrEnum):
    """What a leaf may be."""

    NUMERIC = "numeric"
    STRING = "string"
    BOOLEAN = "boolean"
    UNTYPED = "untyped"


@dataclass(slots=True)
class ListType:
    """How a list merges: whole, or element by element."""

    element: "Type"
    associative: bool = False
    keys: tuple[str, ...] = ()


@dataclass(slots=True)
class MapType:
    """How a map merges, and which keys it declares."""

    fields: "dict[str, Type]" = field(default_factory=dict)
    element: "Type | None" = None  # of undeclared keys; None: there are none
    atomic: bool = False
    defaults: dict[str, object] = field(default_factory=dict)
    always: dict[str, object] = field(default_factory=dict)  # written even when zero
    pointers: frozenset[str] = frozenset()  # scalars that keep an explicit zero
    required: frozenset[str] = frozenset()
    preserves_unknown: bool = False


@dataclass(slots=True)
class Type:
    """One schema: the shapes it accepts.  Filled in place, because schemas refer to themselves."""

    scalar: Scalar | None = None
    list: ListType | None = None
    map: MapType | None = None
    format: str = ""
    name: str = ""
    schema: Schema = field(default_factory=dict)
    patch_strategy: str = ""
    patch_key: str = ""


def _untyped(*, atomic: bool) -> Type:
    """Make the type of values no schema describes: whole if *atomic*, else maps key by key."""
    made = Type(scalar=Scalar.UNTYPED)
    whole = made if atomic else _untyped(atomic=True)
    made.list = ListType(whole)
    made.map = MapType(element=made, atomic=atomic, preserves_unknown=True)
    return made


UNTYPED = _untyped(atomic=True)
DEDUCED = _untyped(atomic=False)
_SCALARS = {"integer": Scalar.NUMERIC, "number": Scalar.NUMERIC, "boolean": Scalar.BOOLEAN}


def reference_of(schema: Schema) -> str | None:
    """Name the schema that *schema* refers to, directly or through its only `allOf`."""
    target = schema.get("$ref")
    alternatives = schema.get("allOf")
    if target is None and isinstance(alternatives, list) and len(alternatives) == 1:
        target = cast("Schema", alternatives[0]).get("$ref")
    return target.removeprefix(_REF) if isinstance(target, str) else None


class Types:
    """All types of one set of schemas, built when first asked for."""

    def __init__(
        self,
        schemas: Mapping[str, Schema],
        shapes: Mapping[str, Mapping[str, object]] | None = None,
    ) -> None:
        """Take the `components.schemas`, and what is known of the Go types behind them."""
        self._schemas, self._shapes = schemas, shapes or {}
        self._named: dict[str, Type] = {}

    def named(self, name: str) -> Type:
        """Return the type called *name*."""
        known = self._named.get(name)
        if known is None:
            known = self._named[name] = Type(name=name)
            schema = self._schemas[name]
            if name == _QUANTITY:
                known.scalar, known.format = Scalar.UNTYPED, "quantity"
            elif name == _RAW:
                known.scalar, known.list, known.map = UNTYPED.scalar, UNTYPED.list, UNTYPED.map
            else:
                self._fill(known, schema, keeps=False)
        return known

    def inline(self, schema: Schema, *, keeps: bool = False) -> Type:
        """Return the type of a schema that stands inside another.

        Args:
            schema: The schema, maybe a reference.
            keeps: Whether a schema above it keeps unknown fields.
        """
        name = reference_of(schema)
        if name is None:
            made = Type()
            self._fill(made, schema, keeps=keeps)
            return made
        named = self.named(name)
        relation = schema.get("x-kubernetes-map-type")
        strategy = str(schema.get("x-kubernetes-patch-strategy", ""))
        if relation is None and not strategy:
            return named
        made = Type(named.scalar, named.list, named.map, named.format, named.name, named.schema)
        made.patch_strategy = strategy
        if relation is not None and named.map is not None:
            made.map = _with_relation(named.map, atomic=relation == "atomic")
        return made

    def _fill(self, made: Type, schema: Schema, *, keeps: bool) -> None:
        keeps = keeps or schema.get("x-kubernetes-preserve-unknown-fields") is True
        kind = schema.get("type", "")
        made.schema = schema
        made.format = str(schema.get("format", ""))
        if schema.get("x-kubernetes-int-or-string") is True:
            made.format = "int-or-string"
        made.patch_strategy = str(schema.get("x-kubernetes-patch-strategy", ""))
        made.patch_key = str(schema.get("x-kubernetes-patch-merge-key", ""))
        if kind in ("", "object"):
            made.map = MapType()
            self._fill_map(made.map, schema, made.name, keeps=keeps)
        if kind in ("", "array"):
            made.list = self._list(schema, keeps=keeps)
        if kind == "":
            made.scalar = Scalar.UNTYPED
        elif kind == "string":
            plain = made.format in ("", "byte")
            made.scalar = Scalar.STRING if plain else Scalar.UNTYPED
        elif kind in _SCALARS:
            made.scalar = _SCALARS[str(kind)]

    def _fill_map(self, made: MapType, schema: Schema, name: str, *, keeps: bool) -> None:
        properties = cast("Mapping[str, Schema]", schema.get("properties") or {})
        for key, member in properties.items():
            made.fields[key] = self.inline(member, keeps=keeps)
            if "default" in member:
                made.defaults[key] = member["default"]
        extra = schema.get("additionalProperties")
        if extra is None:
            made.element = DEDUCED if keeps or not properties else None
        elif isinstance(extra, Mapping):
            made.element = self.inline(extra, keeps=keeps)
        else:
            made.element = DEDUCED if extra else None
        made.atomic = schema.get("x-kubernetes-map-type") == "atomic"
        made.required = frozenset(cast("list[str]", schema.get("required") or []))
        made.preserves_unknown = keeps
        shape = self._shapes.get(name, {})
        made.always = dict(cast("Mapping[str, object]", shape.get("a", {})))
        made.pointers = frozenset(cast("list[str]", shape.get("p", [])))

    def _list(self, schema: Schema, *, keeps: bool) -> ListType:
        items = schema.get("items")
        element = UNTYPED
        if isinstance(items, Mapping):
            element = self.inline(items, keeps=keeps)
        strategy = str(schema.get("x-kubernetes-patch-strategy", ""))
        match schema.get("x-kubernetes-list-type"):
            case "map":
                keys = cast("list[str]", schema["x-kubernetes-list-map-keys"])
                return ListType(element, associative=True, keys=tuple(keys))
            case "set":
                return ListType(element, associative=True)
            case None if strategy.startswith("merge"):
                merge_key = schema.get("x-kubernetes-patch-merge-key")
                keys = [str(merge_key)] if merge_key else []
                return ListType(element, associative=True, keys=tuple(keys))
            case _:
                return ListType(element)


def _with_relation(known: MapType, *, atomic: bool) -> MapType:
    return MapType(
        known.fields,
        known.element,
        atomic,
        known.defaults,
        known.always,
        known.pointers,
        known.required,
        known.preserves_unknown,
    )
