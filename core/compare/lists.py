"""Entries of lists that have an identity: keyed lists and sets.

Where the schema names keys, entries are paired by them and not by position, with the defaults of
the keys applied first (a port without `protocol` is the TCP port).  What breaks the schema's
promise, an entry without keys or two of the same, makes the list an ordinary one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from core.compare.paths import Element, Member, Scalar
from core.compare.schema import Node
from core.model import Json, JsonObject

KeyValues: TypeAlias = tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a keyed list."""

    names: tuple[str, ...]
    values: KeyValues
    item: JsonObject

    @property
    def element(self) -> Element:
        """The entry's name in a path."""
        pairs = zip(self.names, self.values, strict=True)
        return Element(tuple(pair for pair in pairs if pair[1] is not None))

    @property
    def label(self) -> str:
        """The entry's keys, for people."""
        return "/".join(str(value) for value in self.values if value is not None)

    def rest(self) -> JsonObject:
        """Everything but the keys."""
        return {key: value for key, value in self.item.items() if key not in self.names}


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


def entries(items: list[Json], node: Node) -> Mapping[KeyValues, Entry] | None:
    """Return the entries of a keyed list by their keys; None if it is not one."""
    names = node.keys
    if not names:
        return None
    found: dict[KeyValues, Entry] = {}
    for item in items:
        if not isinstance(item, dict):
            return None
        values = _key_values(item, names, node.items)
        if values is None or values in found:
            return None
        found[values] = Entry(names, values, item)
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


def pair(git: Mapping[KeyValues, Entry], live: Mapping[KeyValues, Entry]) -> Pairing:
    """Tell what two keyed lists have in common, and what they do not."""
    return Pairing(
        missing=tuple(entry for key, entry in git.items() if key not in live),
        extra=tuple(entry for key, entry in live.items() if key not in git),
        git_order=[entry.label for key, entry in git.items() if key in live],
        live_order=[entry.label for key, entry in live.items() if key in git],
    )


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
    return tuple(values) if any(value is not None for value in values) else None
