"""How Jobs ended: the proof that one which is gone was not taken away (verdicts.md, FP-39).

A Job that Git gives `ttlSecondsAfterFinished` is deleted by the cluster some time after its end.
That is no drift, if the end was seen; so the end is kept in the row of the inventory, beside the
digest of what was applied.  For a Job that others applied it is kept for this session alone: a row
of the inventory says that driftdeck applied the object.
"""

from dataclasses import replace

from core.compare import end_of, expires
from core.model import Desired, Key, Live, Verdict
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.inventory import store_inventory, with_row
from core.reconcile.memory.results import InventoryRow
from core.reconcile.memory.state import AppState
from core.reconcile.memory.subjects import Ending


def note_end(draft: Draft, key: Key, desired: Desired, live: Live, *, as_stated: bool) -> None:
    """Keep the end of a Job, if this is one and it ended.

    *as_stated* tells whether *live* is the Job that Git states; of one that driftdeck applied the
    inventory knows.
    """
    if not expires(desired):
        return
    end = end_of(live)
    row = draft.app(key.app).applied(key.ref)
    if not end:
        _remember(draft, key, None)
    elif row is not None and row.uid == live.uid:
        if row.end != end:
            _note(draft, key, replace(row, end=end))
    elif as_stated:
        _remember(draft, key, Ending(desired.digest, end))


def watch_end(draft: Draft, key: Key, last: Live | None, now: Live | None) -> None:
    """Look at one watch event, before an end and the deletion after it are judged as one.

    *last* is the state before it.  A Job that is gone and whose last state had no end did not
    expire: it was taken away.
    """
    desired = draft.app(key.app).desired.get(key.ref)
    if desired is None or not expires(desired):
        return
    if now is not None:
        row = draft.row(key)
        stamp = row.stamp if row is not None and row.verdict is Verdict.IN_SYNC else None
        as_stated = stamp is not None and (stamp.digest, stamp.uid) == (desired.digest, now.uid)
        note_end(draft, key, desired, now, as_stated=as_stated)
    elif last is not None and not end_of(last):
        _remember(draft, key, Ending(desired.digest, ""))


def ending_of(draft: Draft, app: AppState, desired: Desired) -> str | None:
    """Return how a Job that is gone ended.

    Returns:
        "Complete" or "Failed"; "" where it never ran, as Git states it now, or was taken away
        before its end; None where driftdeck applied it and its end was not seen.
    """
    key = Key(app.spec.name, desired.ref)
    seen = draft.subject(key).ending
    row = app.applied(key.ref)
    if row is not None and row.digest == desired.digest:
        return row.end or (seen.end if seen is not None else None)
    return seen.end if seen is not None and seen.digest == desired.digest else ""


def _remember(draft: Draft, key: Key, ending: Ending | None) -> None:
    subject = draft.subject(key)
    if subject.ending != ending:
        draft.put(replace(subject, ending=ending))


def _note(draft: Draft, key: Key, row: InventoryRow) -> None:
    app = draft.put_app(with_row(draft.app(key.app), row))
    if draft.may_write(app.spec.cluster):
        store_inventory(draft, key.app)
