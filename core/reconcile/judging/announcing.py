"""What is said of an object whose verdict is new, and whether it is offered for healing."""

from dataclasses import replace

from core.compare import MANAGER
from core.model import (
    DRIFT_VERDICTS,
    Cause,
    ConfirmedBy,
    Drift,
    EventName,
    FieldChange,
    Key,
    Verdict,
    cause_words,
)
from core.reconcile.judging.causes import withheld
from core.reconcile.judging.evidence.arrivals import pass_verdict
from core.reconcile.judging.holds.breaker import watch_mass
from core.reconcile.judging.taking import left_to
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import ReadSource


def announce(draft: Draft, key: Key, before: Drift | None, after: Drift | None) -> None:
    """Say what became of an object, keep its age, and offer it for healing."""
    _announce(draft, key, before, after)
    if after is not None and not after.confirming:
        pass_verdict(draft, key, drifts=is_drift(after))
    watch_mass(draft, key.app)


def _announce(draft: Draft, key: Key, before: Drift | None, after: Drift | None) -> None:
    if after is None:
        if is_drift(before):
            draft.tell_of(EventName.DRIFT_GONE, before, changes=())  # type: ignore[arg-type]
        draft.withdraw(key)
        return
    if is_drift(after):
        if after.since == 0.0:
            after = replace(after, since=draft.now)
            draft.put_row(key, after)
        if not after.confirming:
            if not _told(before, after):
                draft.tell_of(EventName.DRIFT_DETECTED, after, message=_headline(after))
                _tell_withheld(draft, after)
                _look_whether_git_moved(draft, after)
            if draft.app(key.app).healing and not after.calling:
                draft.offer(key)
        return
    _offer_to_take(draft, after)
    if after.since and in_sync(after):
        if is_drift(before) and not before.calling:  # type: ignore[union-attr]
            draft.tell_of(EventName.DRIFT_GONE, after, changes=())
        draft.put_row(key, replace(after, since=0.0))


def _look_whether_git_moved(draft: Draft, row: Drift) -> None:
    """Have Git read where another process of ours applied something else: of a later commit?

    Until it is read, standing permission would put back what a person reverted or synced.
    """
    if draft.app(row.key.app).healing and any(_is_by_us(change) for change in row.changes):
        draft.effects.append(ReadSource(row.key.app))


def _is_by_us(change: FieldChange) -> bool:
    by = change.actor.manager if change.actor is not None else None
    return by == MANAGER and change.cause is Cause.LIVE_CHANGED


def _tell_withheld(draft: Draft, row: Drift) -> None:
    """Name what keeps standing permission from putting all of a row right.

    That are settings, another engine, or that the server refuses to say what a write would do.
    """
    app = draft.app(row.key.app)
    if not app.healing or row.verdict is Verdict.EXTRA:
        return
    refusal = draft.subject(row.key).refusal
    refused = refusal is not None and not refusal.answer.retry
    if refused and row.confirmed_by is ConfirmedBy.LOCAL and row.reason:
        draft.tell_of(EventName.HEAL_SKIPPED, row, changes=row.drifts, message=row.reason)
        return
    if row.tracked_by:
        draft.tell_of(EventName.HEAL_SKIPPED, row, changes=row.drifts, message=left_to(row))
        return
    causes = [change.cause for change in row.drifts] or [row.cause]
    settings = sorted({withheld(app.spec, cause) for cause in causes} - {""})
    if settings:
        left = tuple(change for change in row.drifts if withheld(app.spec, change.cause))
        draft.tell_of(EventName.HEAL_SKIPPED, row, changes=left, message=", ".join(settings))


def _offer_to_take(draft: Draft, row: Drift) -> None:
    if row.untaken and draft.app(row.key.app).healing:
        draft.offer(row.key)
    else:
        draft.withdraw(row.key)


def _told(before: Drift | None, after: Drift) -> bool:
    """Tell whether this very drift was announced already."""
    if before is None or not is_drift(before) or before.confirming:
        return False
    return before.verdict is after.verdict and _values(before) == _values(after)


def _values(row: Drift) -> list[tuple[str, object]]:
    return [(change.path, change.live) for change in row.drifts]


def _headline(row: Drift) -> str:
    if row.verdict is Verdict.EXTRA and row.cause is not Cause.GIT_AHEAD:
        maker = row.actor.manager if row.actor is not None else None
        return f"not in Git, made by {maker}" if maker else "not in Git"
    return cause_words(row.verdict, row.cause or Cause.LIVE_CHANGED)


def is_drift(row: Drift | None) -> bool:
    """Tell whether a row counts as drift now."""
    return row is not None and row.verdict in DRIFT_VERDICTS


def in_sync(row: Drift | None) -> bool:
    """Tell whether a row is in sync, for good."""
    return row is not None and row.verdict is Verdict.IN_SYNC and not row.confirming
