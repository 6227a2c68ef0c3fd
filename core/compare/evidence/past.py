"""What earlier commits stated of an object, held against what there is now.

Before driftdeck owns an object, its live side does not tell what Git once asked for: whoever
deployed it left a name, and names prove nothing.  Git itself does.  A live value that an earlier
commit stated at this very place is that commit's, and nobody's whim.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import msgspec

from core.compare.equality.schema import UNKNOWN, Schema
from core.compare.equality.walk import Difference, How, differences
from core.model import JsonObject
from core.model.paths import Part, Parts, meet


@dataclass(frozen=True, slots=True)
class Earlier:
    """One object as an earlier commit stated it, in canonical form."""

    digest: str
    body: bytes = field(repr=False)  # secrets included


class Held:
    """One statement held against one object."""

    def __init__(self, stated: JsonObject, found: JsonObject, schema: Schema | None) -> None:
        """Compare the two by the schema of their kind."""
        root = schema.root if schema is not None else UNKNOWN
        self._apart = differences(stated, found, root)

    def agrees(self, parts: Parts) -> bool:
        """Tell whether both have the same at *parts*: one value, or none at all."""
        return not any(_disagrees(each, parts) for each in self._apart)

    def apart(self, parts: Parts) -> int:
        """Count the places outside of *parts* where the two differ."""
        counted = (each for each in self._apart if each.how is not How.ORDER and not each.filled)
        return sum(not meet(each.parts, parts) for each in counted)


class Past:
    """What is known of the past of one live object, newest first; compared when it matters."""

    def __init__(
        self, statements: Sequence[bytes], live: JsonObject, schema: Schema | None
    ) -> None:
        """Hold *statements*, each the canonical form of an earlier version, against *live*."""
        self._statements, self._live, self._schema = statements, live, schema

    def stated(self, parts: Parts) -> bool:
        """Tell whether an earlier commit stated at *parts* what live has there."""
        return any(held.agrees(parts) for held in self._held)

    def lacked(self, parts: Parts, now: JsonObject) -> bool:
        """Tell whether live lacks a field because it is as Git was before it stated that.

        *now* is what Git states.  That an earlier commit did not state the field is not enough, for
        a person may have taken it away since: live must be no farther from that commit than from
        this one in all else.
        """
        nearest = Held(now, self._live, self._schema).apart(parts)
        return any(held.agrees(parts) and held.apart(parts) <= nearest for held in self._held)

    @cached_property
    def _held(self) -> list[Held]:
        decoded: Iterable[JsonObject] = map(msgspec.json.decode, self._statements)
        return [Held(each, self._live, self._schema) for each in decoded]


def _disagrees(each: Difference, parts: Parts) -> bool:
    """Tell whether a difference is about the field at *parts*.

    What only live has inside of it says nothing: a default, or what others put there.
    """
    match each.how:
        case How.ORDER:
            return False
        case How.EXTRA:
            return each.parts == parts[: len(each.parts)]
        case How.VALUE:
            return meet(each.parts, parts)
        case How.RENAMED:
            return any(meet(place, parts) for place in (each.parts, _place(each)))


def _place(each: Difference) -> tuple[Part, ...]:
    return each.parts if each.replaced is None else (*each.parts[:-1], each.replaced)
