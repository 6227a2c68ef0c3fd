"""Fields that were healed and are written again: whether somebody fights for them.

A program that nobody knows is no controller by default, but one that puts its value back after two
heals proves to be one, of this field (verdicts.md 2.4, A6).  That is remembered with the heals that
the pauses between them are reckoned from.  Whoever it is: after five heals within half an hour
there is no further one (safety.md section 4).  All that is forgotten together: after ten minutes in
sync without a break, when Git states something else, or when a person syncs the field; in another
process, too, as the inventory tells.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Final

from core.model import Actor, Drift, EventName, FieldChange, FieldVerdict, Fight, Key, Verdict
from core.model.controllers.status import FightTold
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.subjects import NO_HEALS, Heals, Subject
from core.reconcile.memory.tables import Map

CALM_S: Final = 600.0  # in sync for so long, a field starts afresh
_ENOUGH: Final = 2  # heals that the same writer undid
_FIGHT: Final = 5  # heals to one value, within
_FIGHT_S: Final = 1800.0
_LEFT: Final = frozenset({FieldVerdict.CONTESTED, FieldVerdict.INFO})
_KEPT: Final = 8  # of one field: the pause between them grows no more


def heals_of(subject: Subject, path: str, digest: str | None, now: float) -> Heals:
    """Return what is remembered of one field; nothing where it is forgotten."""
    past = subject.heals.get(path)
    return past if past is not None and _counts(past, digest, now) else Heals()


def _counts(past: Heals, digest: str | None, now: float) -> bool:
    calm = past.calm_since is not None and now - past.calm_since > CALM_S
    return past.digest == digest and not calm


def stubborn(draft: Draft, key: Key, digest: str | None) -> Mapping[str, str]:
    """Name the fields that their writer puts back whatever is healed, as far as anybody saw it."""
    told = {
        each.path: each.manager
        for each in _told(draft, key)
        if each.manager is not None and not each.left
    }
    return told | dict(persistent(draft.subject(key), digest, draft.now))


def _told(draft: Draft, key: Key) -> tuple[FightTold, ...]:
    """Return what the app's controller in the cluster tells of fights for an object."""
    found = draft.app(key.app).told_about(key.ref)
    return found.fights if found is not None else ()


def persistent(subject: Subject, digest: str | None, now: float) -> Mapping[str, str]:
    """Name the fields that one manager wrote before each of the last two heals, and who it is."""
    found: dict[str, str] = {}
    for path in subject.heals:
        writers = heals_of(subject, path, digest, now).writers[-_ENOUGH:]
        if len(writers) == _ENOUGH and len(set(writers)) == 1 and writers[0] is not None:
            found[path] = writers[0]
    return found


def fought(subject: Subject, digest: str | None, now: float) -> frozenset[str]:
    """Name the fields that were healed so often that another heal would be one too many."""
    past = {path: heals_of(subject, path, digest, now).times[-_FIGHT:] for path in subject.heals}
    return frozenset(
        path
        for path, times in past.items()
        if len(times) == _FIGHT and times[-1] - times[0] <= _FIGHT_S
    )


def left_alone(draft: Draft, key: Key, digest: str | None) -> frozenset[str]:
    """Name the fields that are fought for: here, or as the controller tells."""
    told = frozenset(each.path for each in _told(draft, key) if each.left)
    return told | fought(draft.subject(key), digest, draft.now)


def with_fight(draft: Draft, row: Drift) -> Drift:
    """Say in a row which fields are fought for, by whom, and what of it is not healed any more."""
    left = _left(row, left_alone(draft, row.key, row.digest))
    fights = (
        *_given_up(row, stubborn(draft, row.key, row.digest)),
        *(Fight(path, _name(actor), left=True) for path, actor in left.items()),
    )
    row = row if fights == row.fights else replace(row, fights=fights)
    if not left:
        return row
    foes: dict[str, list[str]] = {}
    for path, actor in left.items():
        foes.setdefault(_foe(actor) if path else "", []).append(path)
    told = [
        f"{', '.join(paths)}: written again by {foe}" if foe else "deleted again"
        for foe, paths in foes.items()
    ]
    words = f"healed {_FIGHT} times in {_FIGHT_S / 60:.0f} min, now left until a person syncs it"
    return replace(row, reason=f"fighting: {words}; {'; '.join(told)}")


def _given_up(row: Drift, names: Mapping[str, str]) -> Iterable[Fight]:
    """Yield the fields of a row that count as their writer's own since it put them back."""
    for change in row.changes:
        if change.verdict in _LEFT and names.get(change.path, "") == change.manager:
            yield Fight(change.path, change.manager, left=False)


def _name(actor: Actor | None) -> str | None:
    return actor.manager if actor is not None else None


def _left(row: Drift, names: frozenset[str]) -> Mapping[str, Actor | None]:
    """Name what would be healed were it not for fights about *names*, and who wrote it last."""
    if not names or row.confirming:
        return {}
    if row.verdict is Verdict.MISSING:
        return {path: None for path in names if not path}
    return {
        change.path: change.actor
        for change in row.changes
        if change.verdict is FieldVerdict.DRIFT and change.healable and change.path in names
    }


def _foe(actor: Actor | None) -> str:
    """Name a manager with its operation and the time of its entry, as far as they are known."""
    if actor is None or not actor.manager:
        return "nobody known"
    known = (actor.operation, actor.subresource, actor.time)
    return f"{actor.manager} ({', '.join(filter(None, known))})"


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


def forget_heals(draft: Draft, key: Key, changes: Iterable[FieldChange]) -> None:
    """Start afresh with what a person put right."""
    subject = draft.subject(key)
    heals = subject.heals
    for path in paths_of(changes):
        heals = heals.delete(path) if path in heals else heals
    if heals is not subject.heals:
        draft.put(replace(subject, heals=heals))


def end_fights(draft: Draft, name: str) -> None:
    """Start afresh with all that is fought for in an app: a person had it synced elsewhere."""
    fights = [(key, fought(each, _digest(each), draft.now)) for key, each in draft.subjects.items()]
    for key, paths in fights:
        if not paths or key.app != name:
            continue
        subject = draft.subject(key)
        heals = subject.heals
        for path in paths:
            heals = heals.delete(path)
        draft.put(replace(subject, heals=heals))
        draft.doubt(key)  # its row says that it is left
        draft.judge_again(key)


def _digest(subject: Subject) -> str | None:
    return subject.row.digest if subject.row is not None else None


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
    """Say once of each field that it is fought for, and that it is left as it is."""
    subject = draft.subject(key)
    if not subject.heals:
        return
    digest = row.digest
    names = {} if row.confirming else persistent(subject, digest, draft.now)
    given_up = [each.path for each in _given_up(row, names) if not subject.heals[each.path].told]
    foes = ", ".join(sorted({names[path] for path in given_up}))
    message = f"healed twice, and {foes} put it back: left to {foes}"
    _tell(draft, row, given_up, message)
    left = _left(row, fought(subject, digest, draft.now))
    _tell(draft, row, [path for path in left if not subject.heals[path].told], row.reason)


def _tell(draft: Draft, row: Drift, paths: Collection[str], message: str) -> None:
    if not paths:
        return
    subject = draft.subject(row.key)
    heals = subject.heals
    for path in paths:
        heals = heals.set(path, replace(heals[path], told=True))
    draft.put(replace(subject, heals=heals))
    changes = tuple(change for change in row.changes if change.path in paths)
    draft.tell_of(EventName.FIGHTING, row, changes=changes, message=message)
