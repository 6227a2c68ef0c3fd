"""Values and their types: which shape is meant, and who a list entry is.

Two kinds of nothing are kept apart: `ABSENT` (no value on this side) and `None` (an explicit
null).  `fitting`, `merging`, `comparing` and `owning` are built on this; together they are a port
of structured-merge-diff's `typed` package, which defines what server-side apply means, quirks
included.
"""

import json
from enum import Enum
from typing import Final, cast

from core.sandbox.types import fieldset
from core.sandbox.types.schema import ListType, MapType, Scalar, Type


class Nothing(Enum):
    """The value that is not there."""

    ABSENT = "absent"


ABSENT: Final = Nothing.ABSENT


class KeyFaultError(ValueError):
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
        KeyFaultError: The entry has no identity.
    """
    if not kind.keys:
        return _member(item)
    if item is None:
        raise KeyFaultError("associative list with keys may not have a null element")
    if not isinstance(item, dict):
        raise KeyFaultError("associative list with keys may not have non-map elements")
    defaults = kind.element.map.defaults if kind.element.map is not None else {}
    keys = {
        name: item.get(name, defaults.get(name))
        for name in kind.keys
        if name in item or defaults.get(name) is not None
    }
    if not keys:
        names = "[" + " ".join(json.dumps(name) for name in kind.keys) + "]"
        raise KeyFaultError(
            f"associative list with keys has an element that omits all key fields {names} "
            "(and doesn't have default values for any key fields)"
        )
    return fieldset.key(keys)


def _member(item: object) -> str:
    if isinstance(item, dict):
        raise KeyFaultError("associative list without keys has an element that's a map type")
    if isinstance(item, list):
        raise KeyFaultError("not supported: associative list with lists as elements")
    if item is None:
        raise KeyFaultError("associative list without keys has an element that's an explicit null")
    return fieldset.value(item)


def child_type(kind: MapType, name: str) -> Type | None:
    """Return the type of the field *name*, or None where the schema has no such field."""
    return kind.fields.get(name) or kind.element


def as_map(value: object) -> dict[str, object]:
    """Read *value* as a map, an empty one where it is none."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def grouped(items: list[object], kind: ListType) -> dict[str, list[object]]:
    """Return the entries of a keyed list or set by their element."""
    groups: dict[str, list[object]] = {}
    for item in items:
        try:
            element = element_of(kind, item)
        except KeyFaultError:
            continue
        groups.setdefault(element, []).append(item)
    return groups
