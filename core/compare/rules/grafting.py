"""What Git states, with other values at the places that rules leave alone.

For the comparison each place takes the live value, whatever it is, so that nothing is left to
differ there and everything around it still does.  What an apply sends for such a place is decided
by `core.remedy.payload`, by the same way into the document.
"""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from core.compare.equality.schema import Node
from core.compare.rules.ignoring import Spared
from core.model import ABSENT, Absent, Json, JsonObject
from core.model.paths import Part, Parts, position, value_at

Side: TypeAlias = Json | Absent
Taken: TypeAlias = Callable[[Side, Side, Node, Parts], Side]
"""What becomes of one place: Git's value, the live one, the schema and the path."""


def as_live(git: JsonObject, live: JsonObject, found: Iterable[Spared], root: Node) -> JsonObject:
    """Return what Git states, with the live value at each place."""
    return grafted(git, live, found, root, lambda _, found, *__: found)


def grafted(
    git: JsonObject, live: JsonObject, found: Iterable[Spared], root: Node, taken: Taken
) -> JsonObject:
    """Return *git* with other values at some places; neither document is changed."""
    made: Side = git
    for parts in _in_order(git, {place.parts for place in found}):
        made = _Graft(parts, taken).made(made, live, root, ())
    return made if isinstance(made, dict) else {}


def _in_order(git: JsonObject, found: set[Parts]) -> list[Parts]:
    """Leave out places inside others, and put the last entries of lists first.

    What is taken out must not move what is still to be found; what is put in comes afterwards,
    the first entries first.
    """
    outer = [parts for parts in found if not any(parts[:n] in found for n in range(len(parts)))]
    absent = {parts for parts in outer if isinstance(value_at(git, parts), Absent)}
    outer.sort(key=_positions)
    stated = [parts for parts in reversed(outer) if parts not in absent]
    return [*stated, *(parts for parts in outer if parts in absent)]


def _positions(parts: Parts) -> list[tuple[int, str]]:
    return [(part, "") if isinstance(part, int) else (-1, str(part)) for part in parts]


class _Graft:
    """One place on its way into a document."""

    def __init__(self, parts: Parts, taken: Taken) -> None:
        self._parts, self._taken = parts, taken

    def made(self, git: Side, live: Side, node: Node, at: Parts) -> Side:
        """Return the part of Git's side at *at*, with the place in it."""
        if at == self._parts:
            return self._taken(git, live, node, at)
        part = self._parts[len(at)]
        if isinstance(part, str):
            return self._in_mapping(part, git, live, node, at)
        return self._in_list(part, git, live, node, at)

    def _in_mapping(self, part: str, git: Side, live: Side, node: Node, at: Parts) -> Side:
        if not isinstance(git, dict | Absent):
            return git
        mine = git if isinstance(git, dict) else {}
        theirs = live if isinstance(live, dict) else {}
        child = node.fields[part]
        value = self.made(mine.get(part, ABSENT), theirs.get(part, ABSENT), child, (*at, part))
        if not isinstance(value, Absent):
            return {**mine, part: value}
        kept = {key: item for key, item in mine.items() if key != part}
        return kept if kept or live == {} else ABSENT  # an empty map would be owned as a whole

    def _in_list(self, part: Part, git: Side, live: Side, node: Node, at: Parts) -> Side:
        if not isinstance(git, list | Absent):
            return git
        mine = git if isinstance(git, list) else []
        theirs = live if isinstance(live, list) else []
        here, there = position(mine, part), position(theirs, part)
        inside = len(at) + 1 < len(self._parts)
        if inside and (here is None or there is None):
            return git  # it exists on one side only: a rule inside says nothing about that
        value = self.made(
            ABSENT if here is None else mine[here],
            ABSENT if there is None else theirs[there],
            node.items,
            (*at, part),
        )
        if inside and here is not None:
            return [*mine[:here], identified(mine[here], value, node), *mine[here + 1 :]]
        kept = [item for place, item in enumerate(mine) if place != here]
        if not isinstance(value, Absent):
            entry = value if there is None else identified(theirs[there], value, node)
            kept.insert(there or 0 if here is None else here, entry)
        return kept if kept or live == [] else ABSENT


def identified(stated: Json, value: Side, node: Node) -> Json:
    """Return an entry with the keys that say which one it is, whatever became of the rest."""
    if isinstance(value, Absent):
        value = {}
    if isinstance(value, dict) and isinstance(stated, dict):
        return {**{key: stated[key] for key in node.keys if key in stated}, **value}
    return value
