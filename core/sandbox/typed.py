"""Merging, comparing and walking values by their type.

A port of structured-merge-diff's `typed` package (merge.go, compare.go, tofieldset.go, remove.go,
validate.go): what server-side apply means is defined there, quirks included.  Two kinds of nothing
are kept apart: `ABSENT` (no value on this side) and `None` (an explicit null).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, cast

from core.sandbox import fieldset
from core.sandbox.fieldset import FieldSet, Path
from core.sandbox.schema import ListType, MapType, Scalar, Type


class Nothing(Enum):
    """The value that is not there."""

    ABSENT = "absent"


ABSENT: Final = Nothing.ABSENT


class KeyFault(ValueError):  # noqa: N818 - a fault of the value, turned into a message by callers
    """An element of a keyed list or set that has no identity."""


def shape_of(kind: Type, value: object) -> ListType | MapType | Scalar | None:
    """Choose which of the shapes of *kind* is meant by *value*."""
    if isinstance(value, dict):
        if kind.map is not None:
            return kind.map
    elif isinstance(value, list):
        if kind.list is not None:
            return kind.list
    elif value is not None and value is not ABSENT and kind.scalar is not None:
        return kind.scalar
    return kind.map or kind.scalar or kind.list


def element_of(kind: ListType, item: object) -> str:
    """Name the path element of one list entry.

    Raises:
        KeyFault: The entry has no identity.
    """
    if not kind.keys:
        if isinstance(item, dict):
            raise KeyFault("associative list without keys has an element that's a map type")
        if isinstance(item, list):
            raise KeyFault("not supported: associative list with lists as elements")
        if item is None:
            raise KeyFault("associative list without keys has an element that's an explicit null")
        return fieldset.value(item)
    if item is None:
        raise KeyFault("associative list with keys may not have a null element")
    if not isinstance(item, dict):
        raise KeyFault("associative list with keys may not have non-map elements")
    defaults = kind.element.map.defaults if kind.element.map is not None else {}
    keys = {}
    for name in kind.keys:
        if name in item:
            keys[name] = item[name]
        elif defaults.get(name) is not None:
            keys[name] = defaults[name]
    if not keys:
        names = "[" + " ".join(json.dumps(name) for name in kind.keys) + "]"
        raise KeyFault(
            f"associative list with keys has an element that omits all key fields {names} "
            "(and doesn't have default values for any key fields)"
        )
    return fieldset.key(keys)


def child_type(kind: MapType, name: str) -> Type | None:
    """Return the type of the field *name*, or None where the schema has no such field."""
    return kind.fields.get(name) or kind.element


# --- validation -------------------------------------------------------------------------------


def _go(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "map[" + " ".join(f"{k}:{_go(v)}" for k, v in sorted(value.items())) + "]"
    if isinstance(value, list):
        return "[" + " ".join(_go(item) for item in value) + "]"
    return "<nil>" if value is None else str(value)


def _go_type(value: object) -> str:
    names = {dict: "map[string]interface {}", list: "[]interface {}", int: "int64"}
    return names.get(type(value), {str: "string", bool: "bool"}.get(type(value), "float64"))


def _scalar_fault(kind: Scalar, value: object) -> str | None:
    if value is None:
        return None
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind is Scalar.NUMERIC and not number:
        return f"expected numeric (int or float), got {_go_type(value)}"
    if kind is Scalar.STRING and not isinstance(value, str):
        shown = json.dumps(value) if isinstance(value, str) else _go(value)
        return f"expected string, got &value.valueUnstructured{{Value:{shown}}}"
    if kind is Scalar.BOOLEAN and not isinstance(value, bool):
        return f"expected boolean, got &{{{_go(value)}}}"
    if kind is Scalar.UNTYPED and isinstance(value, dict | list):
        return f"expected any scalar, got &{{{_go(value)}}}"
    return None


def faults(value: object, kind: Type, path: Path = (), *, duplicates: bool = False) -> list[str]:
    """Say what is wrong with *value*, one line per fault, as the API server words it.

    Args:
        value: What a client sent.
        kind: The type it should have.
        path: Where it stands.
        duplicates: Whether keyed lists may hold one key twice.
    """
    shape = shape_of(kind, value)
    at = fieldset.path_text(path) + ": " if path else ""
    if isinstance(shape, MapType):
        if value is None:
            return []
        if not isinstance(value, dict):
            return [f"{at}expected map, got &{{{_go(value)}}}"]
        return _map_faults(value, shape, path, duplicates=duplicates)
    if isinstance(shape, ListType):
        if value is None:
            return []
        if not isinstance(value, list):
            return [f"{at}expected list, got &{{{_go(value)}}}"]
        return _list_faults(value, shape, path, duplicates=duplicates)
    fault = _scalar_fault(shape, value) if shape is not None else None
    return [] if fault is None else [at + fault]


def _map_faults(
    value: dict[str, object], kind: MapType, path: Path, *, duplicates: bool
) -> list[str]:
    found = []
    for name, item in value.items():
        below = child_type(kind, name)
        at = (*path, "f:" + name)
        if below is None:
            found.append(f"{fieldset.path_text(at)}: field not declared in schema")
            return found  # the server, too, stops at the first
        found += faults(item, below, at, duplicates=duplicates)
    return found


def _list_faults(value: list[object], kind: ListType, path: Path, *, duplicates: bool) -> list[str]:
    found: list[str] = []
    seen: set[str] = set()
    for index, item in enumerate(value):
        element = f"i:{index}"
        if kind.associative:
            try:
                element = element_of(kind, item)
            except KeyFault as fault:
                at = fieldset.path_text(path) + ": " if path else ""
                return [*found, f"{at}element {index}: {fault}"]
            if element in seen and not duplicates:
                text = fieldset.path_text((element,))
                found.append(f"{fieldset.path_text(path)}: duplicate entries for key {text}")
            seen.add(element)
        found += faults(item, kind.element, (*path, element), duplicates=duplicates)
    return found


# --- merge ------------------------------------------------------------------------------------


def merge(live: object, applied: object, kind: Type) -> object:
    """Lay *applied* over *live*; lists and maps merge as their type says."""
    chosen = live if applied is ABSENT else applied
    shape = shape_of(kind, chosen)
    if isinstance(shape, MapType):
        mine = live if isinstance(live, dict) else {}
        theirs = applied if isinstance(applied, dict) else {}
        if shape.atomic or not (mine or theirs):
            return chosen
        return _merge_maps(mine, theirs, shape)
    if isinstance(shape, ListType):
        ours = live if isinstance(live, list) else []
        others = applied if isinstance(applied, list) else []
        if not shape.associative or not (ours or others):
            return chosen
        return _merge_lists(ours, others, shape)
    return chosen


def _merge_maps(live: dict[str, object], applied: dict[str, object], kind: MapType) -> object:
    out = {}
    for name, value in live.items():
        if name not in applied:
            out[name] = value
    for name, value in applied.items():
        below = child_type(kind, name)
        merged = value if below is None else merge(live.get(name, ABSENT), value, below)
        if merged is not ABSENT:
            out[name] = merged
    return out or ABSENT


def _indexed(items: Sequence[object], kind: ListType) -> tuple[list[str], dict[str, object]]:
    elements, seen = [], dict[str, object]()
    for item in items:
        element = element_of(kind, item)
        seen[element] = None if element in seen else item  # duplicates do not merge
        elements.append(element)
    return elements, seen


def _merge_lists(live: list[object], applied: list[object], kind: ListType) -> object:
    """Keep the order of *applied*, with the entries only *live* has where they stood (merge.go)."""
    left, left_by = _indexed(live, kind)
    right, right_by = _indexed(applied, kind)
    shared = [element for element in right if element in left_by]
    out: list[object] = []
    merged: set[str] = set()

    def take(element: str) -> None:
        value = merge(left_by.get(element, ABSENT), right_by[element], kind.element)
        if value is not ABSENT:
            out.append(value)
        merged.add(element)
        if shared and shared[0] == element:
            shared.pop(0)

    i = j = 0
    while i < len(left) or j < len(right):
        if i < len(left) and j < len(right):
            if left[i] == right[j]:
                take(right[j])
                i, j = i + 1, j + 1
                continue
            if left[i] in right_by and shared and shared[0] != left[i]:
                i += 1  # shared, but not the one whose turn it is
                continue
        if i < len(left):
            if left[i] not in right_by:
                out.append(live[i])
                i += 1
                continue
            if left[i] in merged:
                i += 1
        if j < len(right):
            take(right[j])
            j += 1
    return out or ABSENT


# --- compare ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Comparison:
    """Which paths one value has that the other has not, and which differ."""

    removed: FieldSet = field(default_factory=FieldSet)
    modified: FieldSet = field(default_factory=FieldSet)
    added: FieldSet = field(default_factory=FieldSet)

    def without(self, ignored: FieldSet) -> "Comparison":
        """Drop *ignored* paths and all below them."""
        return Comparison(
            self.removed.recursive_difference(ignored),
            self.modified.recursive_difference(ignored),
            self.added.recursive_difference(ignored),
        )


def compare(old: object, new: object, kind: Type) -> Comparison:
    """Say how *new* differs from *old*."""
    found = Comparison()
    _compare(old, new, kind, (), found)
    return found


def _note_leaf(old: object, new: object, path: Path, found: Comparison) -> None:
    if old is ABSENT:
        found.added.insert(path)
    elif new is ABSENT:
        found.removed.insert(path)
    elif old != new:
        found.modified.insert(path)


def _compare(old: object, new: object, kind: Type, path: Path, found: Comparison) -> None:
    if old == new and type(old) is type(new):
        return
    before = shape_of(kind, new if old is ABSENT else old)
    after = shape_of(kind, old if new is ABSENT else new)
    if before is not after:  # an untyped value became another shape: what it had below is gone
        _compare_as(before, (old, new), path, found)
    leaf = _compare_as(after, (old, new), path, found)
    if not leaf and old is ABSENT:
        found.added.insert(path)
    elif not leaf and new is ABSENT:
        found.removed.insert(path)


def _compare_as(
    shape: ListType | MapType | Scalar | None,
    values: tuple[object, object],
    path: Path,
    found: Comparison,
) -> bool:
    """Compare two values as *shape*; say whether they are leaves there."""
    old, new = values
    if isinstance(shape, MapType):
        was = old if isinstance(old, dict) else {}
        now = new if isinstance(new, dict) else {}
        if not shape.atomic and (was or now):
            for name in was.keys() | now.keys():
                below = child_type(shape, name)
                if below is not None:
                    before, after = was.get(name, ABSENT), now.get(name, ABSENT)
                    _compare(before, after, below, (*path, "f:" + name), found)
            return False
    elif isinstance(shape, ListType):
        old_items = old if isinstance(old, list) else []
        new_items = new if isinstance(new, list) else []
        if shape.associative and (old_items or new_items):
            _compare_lists(old_items, new_items, shape, path, found)
            return False
    _note_leaf(old, new, path, found)
    return True


def _grouped(items: list[object], kind: ListType) -> dict[str, list[object]]:
    groups: dict[str, list[object]] = {}
    for item in items:
        try:
            element = element_of(kind, item)
        except KeyFault:
            continue
        groups.setdefault(element, []).append(item)
    return groups


def _compare_lists(
    old: list[object], new: list[object], kind: ListType, path: Path, found: Comparison
) -> None:
    before, after = _grouped(old, kind), _grouped(new, kind)
    for element in before | after:
        was, now = before.get(element, []), after.get(element, [])
        at = (*path, element)
        if len(was) <= 1 and len(now) <= 1:
            one = was[0] if was else ABSENT
            _compare(one, now[0] if now else ABSENT, kind.element, at, found)
        elif len(was) > 1 and len(now) > 1:
            if was != now:
                found.modified.insert(at)
        elif len(was) > 1:
            if now:
                _compare(ABSENT, now[0], kind.element, at, found)
            found.removed.insert(at)
        else:
            if was:
                _compare(was[0], ABSENT, kind.element, at, found)
            found.added.insert(at)


# --- field sets -------------------------------------------------------------------------------


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
    groups = _grouped(value, kind)
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


# --- removal ----------------------------------------------------------------------------------


def without(value: object, gone: FieldSet, kind: Type) -> object:
    """Take the paths of *gone* out of *value*; None where nothing is left (remove.go)."""
    shape = shape_of(kind, value)
    if isinstance(shape, MapType):
        if not isinstance(value, dict) or not value or shape.atomic:
            return None
        return _map_without(value, gone, shape)
    if isinstance(shape, ListType):
        if not isinstance(value, list) or not value or not shape.associative:
            return None
        return _list_without(value, gone, shape)
    return value


def _map_without(value: dict[str, object], gone: FieldSet, kind: MapType) -> object:
    out = {}
    for name, item in value.items():
        element = "f:" + name
        if element in gone.members:
            continue
        below = gone.children.get(element)
        inner = child_type(kind, name)
        out[name] = without(item, below, inner) if below and inner is not None else item
    return out or None


def _list_without(value: list[object], gone: FieldSet, kind: ListType) -> object:
    out = []
    for item in value:
        try:
            element = element_of(kind, item)
        except KeyFault:
            element = ""
        if element in gone.members:
            continue
        below = gone.children.get(element)
        out.append(without(item, below, kind.element) if below else item)
    return out or None


def as_map(value: object) -> dict[str, object]:
    """Read *value* as a map, an empty one where it is none."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}
