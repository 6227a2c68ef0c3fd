"""One transition of a live object, from a version to the next: which fields moved, by whom.

managedFields says who owns a field, with a time that belongs to a whole entry.  Two versions side
by side say more: what changed between them changed then, and an entry that is new, moved its time
or gained fields was written then (facts measured in `tests/core/compare/test_facts.py`).  An entry
that only lost fields was not: removing takes nothing, so the remover leaves no trace, and whose
entry shrank is the victim.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

import msgspec

from core.compare.equality.schema import UNKNOWN, Schema, undivided
from core.compare.equality.walk import Difference, How, differences
from core.compare.evidence.ownership import NOBODY, Owner, Owners
from core.compare.evidence.writers import OwnerClass
from core.model import ABSENT, Absent, Actor, FieldChange, Json, JsonObject, Value
from core.model.paths import Element, Parts, meet, parse_path, value_at

_NO_CLASSES: Mapping[str, OwnerClass] = {}
_Id: TypeAlias = tuple[str, str, str, str]  # what tells two entries apart


@dataclass(frozen=True, slots=True)
class Move:
    """What one step did to one field; the values are real, `mask` hides secrets."""

    before: Value | Absent
    after: Value | Absent
    writer: Actor | None  # None: the step shows nobody; NOBODY: it shows that the owner was not it


class Transition:
    """Two versions of one live object, one after the other."""

    def __init__(
        self,
        before: bytes,
        after: bytes,
        schema: Schema | None,
        classes: Mapping[str, OwnerClass] = _NO_CLASSES,
    ) -> None:
        """Look at two bodies as the API server returned them; unreadable ones moved nothing."""
        self._classes = classes
        self._before: JsonObject = {}
        self._after: JsonObject = {}
        self._found: list[Difference] = []
        self._root = schema.root if schema is not None else UNKNOWN
        try:
            self._before = msgspec.json.decode(before, type=dict)
            self._after = msgspec.json.decode(after, type=dict)
            self._found = differences(self._before, self._after, self._root)
        except (msgspec.DecodeError, RecursionError):
            return

    def of(self, change: FieldChange) -> Move | None:
        """Return what the step did to the field that *change* is about; None if nothing."""
        parts = parse_path(change.path)
        if _is_order(change, self._after, parts):
            return next(
                (
                    Move(each.git, each.live, None)
                    for each in self._found
                    if each.how is How.ORDER and each.parts == parts
                ),
                None,
            )
        moved = [each for each in self._found if _touches(each, parts, change)]
        if not moved:
            return None
        before, after = (_side(body, parts, change.live) for body in (self._before, self._after))
        return Move(before, after, self._writer(moved))

    # Who ------------------------------------------------------------------------------------------

    def _writer(self, moved: list[Difference]) -> Actor | None:
        found = {self._writer_of(each) for each in moved}
        return found.pop() if len(found) == 1 else NOBODY

    def _writer_of(self, each: Difference) -> Actor | None:
        parts = (*each.parts[:-1], each.replaced) if each.replaced is not None else each.parts
        parts = undivided(self._root, parts)
        if isinstance(each.live, Absent):  # removed: nobody owns it now
            (one, *more) = self._written or (None,)
            return one.actor if one is not None and not more else NOBODY
        owned = [owner for owner in self._entries[1].values() if owner.owns(parts)]
        gained = [owner for owner in owned if not self._owned_before(owner, parts)]
        if not gained and len(owned) == 1 and not self._written:
            return None  # a scale after a scale leaves no trace: as good as the owner, no better
        candidates = gained or [owner for owner in owned if owner in self._written]
        return candidates[0].actor if len(candidates) == 1 else NOBODY

    def _owned_before(self, owner: Owner, parts: Parts) -> bool:
        past = self._entries[0].get(_id(owner))
        return past is not None and past.owns(parts)

    @cached_property
    def _entries(self) -> tuple[Mapping[_Id, Owner], Mapping[_Id, Owner]]:
        before, after = (
            {_id(owner): owner for owner in Owners.parse(body, self._classes).entries}
            for body in (self._before, self._after)
        )
        return before, after

    @cached_property
    def _written(self) -> list[Owner]:
        """The entries of those who wrote in this step."""
        before, after = self._entries
        return [
            owner
            for name, owner in after.items()
            if name not in before
            or before[name].time != owner.time
            or _has_more(owner.fields, before[name].fields)
        ]


def _id(owner: Owner) -> _Id:
    return owner.manager, owner.operation, owner.subresource, owner.api_version


def _has_more(fields: Mapping[str, Json], than: Mapping[str, Json]) -> bool:
    for key, inner in fields.items():
        other = than.get(key)
        if other is None:
            return True
        if isinstance(inner, dict) and isinstance(other, dict) and _has_more(inner, other):
            return True
    return False


# Where --------------------------------------------------------------------------------------------


def _touches(each: Difference, parts: Parts, change: FieldChange) -> bool:
    """Tell whether a difference lies at, around or inside the field of *change*."""
    moved = [each.parts]
    if each.replaced is not None:
        moved.append((*each.parts[:-1], each.replaced))
    asked = (parts, *_live_place(parts, change.live))
    return each.how is not How.ORDER and any(meet(one, other) for one in moved for other in asked)


def _live_place(parts: Parts, live: Value | Absent) -> Iterator[Parts]:
    """Yield where the live entry stands that is there instead of the one Git states."""
    last = parts[-1] if parts else None
    if isinstance(last, Element) and isinstance(live, dict):
        keys = ((name, live.get(name, value)) for name, value in last.keys)
        yield (*parts[:-1], replace(last, keys=tuple(keys)))


def _side(body: JsonObject, parts: Parts, live: Value | Absent) -> Value | Absent:
    found = value_at(body, parts)
    if isinstance(found, Absent) and not isinstance(live, Absent):
        holder = value_at(body, parts[:-1])
        return live if isinstance(holder, list) and live in holder else ABSENT
    return found


def _is_order(change: FieldChange, live: JsonObject, parts: Parts) -> bool:
    """Tell whether *change* is about the order of a list: then it shows names, not entries."""
    return isinstance(change.live, list) and value_at(live, parts) != change.live
