"""Fields that were healed and are written again: whether somebody fights for them.

A program that nobody knows is no controller by default, but one that puts its value back after two
heals proves to be one, of this field (verdicts.md 2.4, A6).  That is remembered with the heals that
the pauses between them are reckoned from, and both are forgotten together: after ten minutes in
sync without a break, or when Git states something else (safety.md section 4).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from core.model import Drift, EventName, FieldChange, FieldVerdict, Key, Verdict
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.subjects import NO_HEALS, Heals, Subject
from core.reconcile.memory.tables import Map

CALM_S: Final = 600.0  # in sync for so long, a field starts afresh
_ENOUGH: Final = 2  # heals that the same writer undid
_LEFT: Final = frozenset({FieldVerdict.CONTESTED, FieldVerdict.INFO})
_KEPT: Final = 8  # of one field: the pause between them grows no more


def heals_of(subject: Subject, path: str, digest: str | None, now: float) -> Heals:
    """Return what is remembered of one field; nothing where it is forgotten."""
    past = subject.heals.get(path)
    return past if past is not None and _counts(past, digest, now) else Heals()


def _counts(past: Heals, digest: str | None, now: float) -> bool:
    calm = past.calm_since is not None and now - past.calm_since > CALM_S
    return past.digest == digest and not calm


def persistent(subject: Subject, digest: str | None, now: float) -> Mapping[str, str]:
    """Name the fields that one manager wrote before each of the last two heals, and who it is."""
    found: dict[str, str] = {}
    for path in subject.heals:
        writers = heals_of(subject, path, digest, now).writers[-_ENOUGH:]
        if len(writers) == _ENOUGH and len(set(writers)) == 1 and writers[0] is not None:
            found[path] = writers[0]
    return found


def paths_of(changes: Iterable[FieldChange]) -> Mapping[str, str | None]:
    """Name what a heal puts right, and who wrote it; "" stands for an object that was deleted."""
    return {
        change.path: change.manager
        for change in changes
        if change.verdict is FieldVerdict.DRIFT and change.healable
    } or {"": None}


def remember_heal(draft: Draft, key: Key, row: Drift) -> None:
    """Count a heal of what *row* shows."""
    subject = draft.subject(key)
    digest = row.digest
    heals = subject.heals
    for path, writer in paths_of(row.changes).items():
        past = heals_of(subject, path, digest, draft.now)
        times, writers = (*past.times, draft.now)[-_KEPT:], (*past.writers, writer)[-_KEPT:]
        heals = heals.set(path, Heals(times, writers, digest))
    draft.put(replace(subject, heals=heals))


def note_calm(draft: Draft, key: Key, row: Drift) -> None:
    """Note since when the fields that were healed are in sync, and forget what counts no more."""
    subject = draft.subject(key)
    if not subject.heals:
        return
    digest = row.digest
    apart = {change.path for change in row.changes if change.verdict is not FieldVerdict.WARN}
    if row.verdict is Verdict.MISSING:
        apart.add("")
    kept: Map[str, Heals] = NO_HEALS
    for path, past in subject.heals.items():
        calm = path not in apart and row.verdict is not Verdict.UNKNOWN
        since = past.calm_since if past.calm_since is not None else draft.now
        if _counts(past, digest, draft.now):
            kept = kept.set(path, replace(past, calm_since=since if calm else None))
    if kept != subject.heals:
        draft.put(replace(subject, heals=kept))


def tell_fights(draft: Draft, key: Key, row: Drift) -> None:
    """Say once of each field that it is fought for: it is left to who puts it back."""
    subject = draft.subject(key)
    digest = row.digest
    names = persistent(subject, digest, draft.now) if subject.heals and not row.confirming else {}
    fought = tuple(
        change
        for change in row.changes
        if change.verdict in _LEFT
        and change.path in names
        and change.actor is not None
        and change.actor.manager == names[change.path]
        and not subject.heals[change.path].told
    )
    if not fought:
        return
    heals = subject.heals
    for change in fought:
        heals = heals.set(change.path, replace(heals[change.path], told=True))
    draft.put(replace(subject, heals=heals))
    foes = ", ".join(sorted({names[change.path] for change in fought}))
    message = f"healed twice, and {foes} put it back: left to {foes}"
    draft.tell_of(EventName.FIGHTING, row, changes=fought, message=message)
