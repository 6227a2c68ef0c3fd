"""The paths that a client states by applying a value (typed/tofieldset.go)."""

from core.sandbox.types.fieldset import FieldSet
from core.sandbox.types.schema import ListType, MapType, Type
from core.sandbox.types.typed import child_type, grouped, shape_of


def owned(value: object, kind: Type) -> FieldSet:
    """Return the paths that a client states by applying *value* (tofieldset.go)."""
    return _owned(value, kind)[1]


def _owned(value: object, kind: Type) -> tuple[bool, FieldSet]:
    """Return whether the value is one leaf, and the paths below it."""
    shape = shape_of(kind, value)
    if isinstance(shape, MapType):
        if shape.atomic:
            return True, FieldSet()
        return False, _owned_map(value, shape) if isinstance(value, dict) else FieldSet()
    if isinstance(shape, ListType):
        if not shape.associative:
            return True, FieldSet()
        return False, _owned_list(value, shape) if isinstance(value, list) else FieldSet()
    return True, FieldSet()


def _owned_map(value: dict[str, object], kind: MapType) -> FieldSet:
    found = FieldSet()
    for name, item in value.items():
        below = child_type(kind, name)
        if below is None:
            continue
        leaf, children = _owned(item, below)
        element = "f:" + name
        if leaf or item is None or item == {} or name not in kind.fields:
            found.members.add(element)
        if children:
            found.children[element] = children
    return found


def _owned_list(value: list[object], kind: ListType) -> FieldSet:
    found = FieldSet()
    groups = grouped(value, kind)
    for element, items in groups.items():
        found.members.add(element)
        if len(items) == 1:
            children = _owned(items[0], kind.element)[1]
            if children:
                found.children[element] = children
    return found


def with_named_fields(paths: FieldSet, kind: Type | None) -> FieldSet:
    """Add the declared fields that lead to members (EnsureNamedFieldsAreMembers)."""
    members = set(paths.members)
    children = {}
    for element, below in paths.children.items():
        next_kind: Type | None = None
        if element.startswith("f:") and kind is not None and kind.map is not None:
            if element[2:] in kind.map.fields:
                members.add(element)
            next_kind = child_type(kind.map, element[2:])
        elif element.startswith("k:") and kind is not None and kind.list is not None:
            next_kind = kind.list.element
        children[element] = with_named_fields(below, next_kind)
    return FieldSet(members, children)
