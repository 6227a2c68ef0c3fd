"""Containers that only live has: which of them a heal removes whole.

What a person added goes field by field, and a map that is empty afterwards goes with its last
field: left behind, `securityContext: {}` would be drift again.  Nothing else goes with it.  What
stays keeps the container: a field that is somebody's or that a rule leaves alone, and every entry
of a map, a list or a set that no change names, for those mean something each on its own
(`pv.kubernetes.io/bind-completed` beside a person's annotation).  Defaults inside a declared object
do not: the server put them there because the object was there.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from core.compare.equality.lists import element, entries, members
from core.compare.equality.schema import Node, node_at
from core.model import Absent, FieldChange, FieldVerdict, Json, JsonObject
from core.model.paths import Part, Parts, format_path, parse_path, value_at


def placed(
    changes: Sequence[FieldChange], ignored: Iterable[FieldChange], live: JsonObject, root: Node
) -> list[FieldChange]:
    """Say of each field that goes whether the container around it goes, too.

    Args:
        changes: What differs; `place` of a field that only live has is the outermost container
            that only live has.
        ignored: What rules leave alone.
        live: The live object.
        root: What the schema says about the kind.
    """
    gone = {parse_path(change.path) for change in changes if _goes(change)}
    kept = {parse_path(change.path) for change in (*changes, *ignored) if not _goes(change)}
    emptied = _Emptied(gone, kept)
    return [
        replace(each, place=_place(each, emptied, live, root))
        if each.place and _goes(each)
        else each
        for each in changes
    ]


def _goes(change: FieldChange) -> bool:
    return change.verdict is FieldVerdict.DRIFT and isinstance(change.git, Absent)


def _place(change: FieldChange, emptied: "_Emptied", live: JsonObject, root: Node) -> str:
    outermost, parts = parse_path(change.place), parse_path(change.path)
    for depth in range(len(outermost), len(parts)):
        at = parts[:depth]
        value = value_at(live, at)
        if not isinstance(value, Absent) and emptied(value, node_at(root, at), at):
            return format_path(at)
    return ""


class _Emptied:
    """Whether nothing that matters is left of a value when the named fields are gone."""

    def __init__(self, gone: Collection[Parts], kept: Collection[Parts]) -> None:
        self._gone, self._kept = gone, kept

    def __call__(self, value: Json, node: Node, at: Parts) -> bool:
        if isinstance(value, dict) and not node.atomic:
            return all(self._field(key, item, node, at) for key, item in value.items())
        parts = _parts_of(value, node) if isinstance(value, list) else None
        return parts is not None and all((*at, part) in self._gone for part in parts)

    def _field(self, key: str, value: Json, node: Node, holder: Parts) -> bool:
        at, child = (*holder, key), node.fields[key]
        if at in self._gone or at in self._kept:
            return at in self._gone
        divided = (isinstance(value, dict) and not child.atomic) or (
            isinstance(value, list) and _parts_of(value, child) is not None
        )
        if divided:
            return self(value, child, at)
        return node.fields.declares(key) and key not in node.allocated | node.injected


def _parts_of(value: list[Json], node: Node) -> list[Part] | None:
    """Name the entries of a list that have an identity; None if it is a value as a whole."""
    keyed = entries(value, node) if value else None
    if keyed is not None:
        named: list[Part] = [element(node.keys, keys) for keys in keyed]
        return named
    unique = members(value, node) if value else None
    return None if unique is None else [*unique]
