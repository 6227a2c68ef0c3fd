"""Live fields that stand in the way of what Git states, where a server takes only one of them.

An apply states Git's fields and leaves those of others, so a probe that is to ask by TCP would ask
by HTTP as well, and the server refuses that.  Which fields exclude each other no schema tells; the
refusal does, by the field that it names.  Of what only live has in a place that Git states, too,
two kinds can be meant: the very field that is named, defaults included (`rollingUpdate` of a
strategy that is to be `Recreate`), or, where Git's own field or what holds it is named, those
beside it.  None of this is known for sure, so each guess is asked about before anything is written.

What a controller set is not in the way: it has the word there, unless the app says otherwise.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from core.compare.equality.lists import element, entries
from core.compare.equality.schema import Node
from core.compare.equality.walk import How, differences
from core.compare.evidence.evidence import Evidence
from core.compare.evidence.ownership import NOBODY
from core.compare.evidence.writers import OwnerClass
from core.model import ABSENT, Absent, FieldChange, FieldVerdict, Json, JsonObject
from core.model.paths import Parts, format_path, meet, parse_path, value_at

NOTE: Final = "the server takes this or what Git states, not both"
_OUTSIDE: Final = frozenset({"apiVersion", "kind", "metadata", "status"})
_BRACKET: Final = re.compile(r"\[[^\]]*\]")
_ROOT: Final = "<nil>"  # what a refusal of an object as a whole names

Names = tuple[str, ...]


class Unions:
    """What could stand in the way in one object."""

    def __init__(
        self,
        git: JsonObject,
        evidence: Evidence,
        root: Node,
        *,
        spared: Iterable[str] = (),
        enforced: bool = False,
    ) -> None:
        """Find what only live has.

        Args:
            git: What Git states.
            evidence: Of the live object.
            root: What the schema says about the kind.
            spared: Paths that rules leave alone.
            enforced: Controllers do not have the word.
        """
        self._evidence, self._enforced = evidence, enforced
        live = evidence.live
        apart = differences(git, live, root)
        self._told = [each.parts for each in apart if each.how is How.EXTRA and not each.filled]
        self._wanting = {each.parts[:-1]: each.git for each in apart if each.how is How.VALUE}
        left = [parse_path(path) for path in spared]
        self._found = [
            parts
            for parts in _only_live(git, live, root, ())
            if not any(meet(parts, other) for other in left) and not self._is_controlled(parts)
        ]

    def named(self, causes: Iterable[str]) -> tuple[str, ...]:
        """Return the live fields that a refusal names."""
        wanted = [names_of(cause) for cause in causes]
        return tuple(
            format_path(parts)
            for parts in self._found
            if any(cause[: len(_names(parts))] == _names(parts) for cause in wanted)
        )

    def beside(self, causes: Iterable[str], words: str) -> Iterator[tuple[str, ...]]:
        """Yield the live fields beside those that a refusal names: likely ones first, then more.

        *words* are those of the refusal: where they mention a field, it is the first to be tried.
        What the server fills in by itself comes last, and only if it is an object like Git's: the
        `emptyDir` of a volume that is to be another.
        """
        wanted = [names_of(cause) for cause in causes]
        every = [
            parts
            for parts in self._found
            if parts[:-1] in self._wanting
            and any(_is_about(cause, _names(parts[:-1])) for cause in wanted)
        ]
        near = [parts for parts in every if any(told[: len(parts)] == parts for told in self._told)]
        mentioned = [
            parts for parts in near if re.search(rf"\b{re.escape(str(parts[-1]))}\b", words)
        ]
        alike = [parts for parts in near if self._is_alike(parts)]
        filled = [parts for parts in every if self._is_alike(parts)]
        guesses = (mentioned, alike, near, filled)
        yield from (tuple(map(format_path, each)) for each in guesses if each)

    def _is_alike(self, parts: Parts) -> bool:
        live = value_at(self._evidence.live, parts)
        return isinstance(live, dict) and isinstance(self._wanting[parts[:-1]], dict)

    def _is_controlled(self, parts: Parts) -> bool:
        if self._enforced:
            return False
        owners = [owner for owner in self._evidence.owners.entries if owner.meets(parts)]
        return any(owner.kind is OwnerClass.CONTROLLER for owner in owners)


def with_blocking(
    changes: Sequence[FieldChange], blocking: Sequence[str], evidence: Evidence
) -> list[FieldChange]:
    """Say of an object's changes which are in the way of what Git states.

    A field of *blocking* that is no drift by itself becomes drift: it has to go for Git's sake.
    """
    made = [
        replace(each, blocks=True)
        if each.verdict is FieldVerdict.DRIFT and isinstance(each.git, Absent)
        else each
        for each in changes
    ]
    for path in blocking:
        parts = parse_path(path)
        inside = [each for each in made if parse_path(each.path)[: len(parts)] == parts]
        covers = any(
            each.blocks and parse_path(each.place or each.path) == parts for each in inside
        )
        if covers and all(each.blocks for each in inside):
            continue
        owners = evidence.owners_of(parts)
        actor = owners[0].actor if owners else NOBODY
        live = value_at(evidence.live, parts)
        whole = FieldChange(path, FieldVerdict.DRIFT, live, ABSENT, actor, note=NOTE, blocks=True)
        made = [*(each for each in made if each not in inside), whole]
    return made


def names_of(cause: str) -> Names:
    """Read the field that a refusal names, whichever entries of lists it is in."""
    return () if cause == _ROOT else tuple(filter(None, _BRACKET.sub("", cause).split(".")))


def _names(parts: Parts) -> Names:
    return tuple(part for part in parts if isinstance(part, str))


def _is_about(cause: Names, holder: Names) -> bool:
    """Tell whether a refusal names what holds some fields, something around it, or one of them."""
    shorter = min(len(cause), len(holder))
    return cause[:shorter] == holder[:shorter] and len(cause) <= len(holder) + 1


def _only_live(git: Json, live: Json, node: Node, at: Parts) -> Iterator[Parts]:
    """Yield the fields that live has and Git does not, in objects that both have."""
    if node.atomic:
        return
    if isinstance(git, dict) and isinstance(live, dict):
        for key, value in live.items():
            if not at and key in _OUTSIDE:
                continue
            if key in git:
                yield from _only_live(git[key], value, node.fields[key], (*at, key))
            else:
                yield (*at, key)
    elif isinstance(git, list) and isinstance(live, list):
        mine, theirs = entries(git, node) or {}, entries(live, node) or {}
        for keys, value in theirs.items():
            if keys in mine:
                part = element(node.keys, keys)
                yield from _only_live(mine[keys], value, node.items, (*at, part))
