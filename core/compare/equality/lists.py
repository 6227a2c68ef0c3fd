"""Entries of lists that have an identity: keyed lists and sets.

Where the schema names keys, entries are paired by them and not by position, with the defaults of
the keys applied first (a port without `protocol` is the TCP port).  What breaks the schema's
promise, an entry without keys or two of the same, makes the list an ordinary one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from core.compare.equality.schema import Node
from core.model import Json, JsonObject
from core.model.paths import Element, Member, Scalar, format_field

KeyValues: TypeAlias = tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a keyed list that the other side lacks."""

    element: Element
    item: JsonObject

    def rest(self) -> JsonObject:
        """Everything but the keys."""
        names = {name for name, _ in self.element.keys}
        return {key: value for key, value in self.item.items() if key not in names}


@dataclass(frozen=True, slots=True)
class Pairing:
    """What is left when equal keys of two keyed lists were paired."""

    missing: tuple[Entry, ...]  # only Git has them
    extra: tuple[Entry, ...]  # only live has them
    git_order: list[Json]  # labels of what both have
    live_order: list[Json]

    @property
    def reordered(self) -> bool:
        """Whether what both have stands in another order."""
        return self.git_order != self.live_order


def entries(items: list[Json], node: Node) -> Mapping[KeyValues, JsonObject] | None:
    """Return the entries of a keyed list by their keys; None if it is not one."""
    names = node.keys
    if not names:
        return None
    found: dict[KeyValues, JsonObject] = {}
    for item in items:
        if not isinstance(item, dict):
            return None
        values = _key_values(item, names, node.items)
        if values is None or values in found:
            return None
        found[values] = item
    return found


def members(items: list[Json], node: Node) -> list[Member] | None:
    """Return the members of a set; None if it is not one."""
    if not node.unique:
        return None
    found: list[Member] = []
    for item in items:
        if isinstance(item, dict | list) or Member(item) in found:
            return None
        found.append(Member(item))
    return found


def pair(
    git: Mapping[KeyValues, JsonObject], live: Mapping[KeyValues, JsonObject], node: Node
) -> Pairing:
    """Tell what two keyed lists have in common, and what they do not."""
    return Pairing(
        missing=tuple(
            Entry(element(node.keys, key), item) for key, item in git.items() if key not in live
        ),
        extra=tuple(
            Entry(element(node.keys, key), item) for key, item in live.items() if key not in git
        ),
        git_order=[_label(key) for key in git if key in live],
        live_order=[_label(key) for key in live if key in git],
    )


def _label(values: KeyValues) -> str:
    return "/".join(str(value) for value in values if value is not None)


def _key_values(item: JsonObject, names: tuple[str, ...], node: Node) -> KeyValues | None:
    values: list[Scalar] = []
    for name in names:
        value = item.get(name)
        if value is None:
            default = node.defaults.get(name)
            value = None if callable(default) else default
        if isinstance(value, dict | list):
            return None
        values.append(value)
    return None if values.count(None) == len(values) else tuple(values)


@lru_cache(maxsize=8192)  # the same names in every object: containers[name=web]
def element(names: tuple[str, ...], values: KeyValues) -> Element:
    """Name an entry in a path."""
    return Element(tuple(pair for pair in zip(names, values, strict=True) if pair[1] is not None))


@lru_cache(maxsize=8192)
def field_of(names: tuple[str, ...], values: KeyValues) -> str:
    """Name an entry as managedFields list it: `k:{"name":"web"}`."""
    return format_field(element(names, values))
