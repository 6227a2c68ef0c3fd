"""Fields that a write of ours did not move: what guards the object put them back as they were.

The answer to a write is the object right after it, so nobody else can have been there in between.
Such a field was not healed, and writing it again would change nothing: it is drift that cannot be
healed, until it or what Git states is another.
"""

from collections.abc import Iterable
from dataclasses import replace

import msgspec

from core.compare.equality.scalars import same_json
from core.model import FieldChange, Json, JsonObject, Key, Live
from core.model.paths import parse_path, value_at
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.subjects import Returned
from core.reconcile.memory.tables import Map


def returned(
    before: Live | None, after: Live, changes: Iterable[FieldChange]
) -> tuple[FieldChange, ...]:
    """Return those of *changes* that a write was to make and that are not made."""
    if before is None:
        return ()
    old: JsonObject = msgspec.json.decode(before.body)
    new: JsonObject = msgspec.json.decode(after.body)
    return tuple(change for change in changes if _stayed(change, old, new))


def _stayed(change: FieldChange, old: Json, new: Json) -> bool:
    parts = parse_path(change.place if change.swaps else change.path)
    return same_json(value_at(old, parts), value_at(new, parts))


def remember_returned(draft: Draft, key: Key, digest: str, stayed: Iterable[FieldChange]) -> None:
    """Keep what a write did not move, in place of what one before it did not."""
    values = Map({change.path: change.live for change in stayed})
    subject = draft.subject(key)
    found = Returned(digest, values) if values else None
    if found != subject.returned:
        draft.put(replace(subject, returned=found))
        draft.doubt(key)
