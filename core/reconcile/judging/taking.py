"""Objects that are not ours: who applied them is recorded nowhere.

Those that are as Git states them a sync takes over by an apply that changes no field, so that
causes, what Git drops and a later prune are right for them.  One that our own apply made, in a run
that never saw the answer, needs no other: only its row is completed.  What another engine keeps it
has to heal.
"""

from dataclasses import replace

from core.compare import Policy, left_whole, tracker_of
from core.model import Desired, Drift, Live, ObjectRef, Verdict
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.inventory import enter_rows, store_inventory
from core.reconcile.memory.results import InventoryRow
from core.reconcile.memory.state import AppState
from core.remedy import is_applied_by_us, owns_its_statement


def with_taking(
    draft: Draft, app: AppState, desired: Desired, live: Live, row: Drift, policy: Policy
) -> Drift:
    """Say of a row whether a sync would take its object over, or whom it is left to."""
    untaken, tracked_by = _standing(draft, app, desired, live, row, policy)
    if (row.untaken, row.tracked_by) == (untaken, tracked_by):
        return row
    return replace(row, untaken=untaken, tracked_by=tracked_by)


def _standing(
    draft: Draft, app: AppState, desired: Desired, live: Live, row: Drift, policy: Policy
) -> tuple[bool, str]:
    if row.verdict is Verdict.DRIFTED:
        known = app.applied(desired.ref)
        ours = known is not None and known.uid == live.uid
        return False, "" if ours else _other_engine(app, live)
    if row.verdict is not Verdict.IN_SYNC or row.confirming or app.inventory_problem:
        return False, ""
    entry = InventoryRow(desired.ref, live.uid, desired.digest)
    known = app.applied(desired.ref)
    if known is not None and (known.uid, known.digest) == (entry.uid, entry.digest):
        return False, ""
    if desired.ref in app.claimed or left_whole(policy.rules, desired):
        return False, ""
    kind = draft.cluster(app.spec.cluster).kinds[desired.kind]
    if owns_its_statement(desired, live, kind.schema, policy):
        draft.recorded.setdefault(app.spec.name, {})[entry.ref] = entry
        return False, ""
    tracked_by = _other_engine(app, live)
    return not tracked_by, tracked_by


def _other_engine(app: AppState, live: Live) -> str:
    """Name the engine that still keeps an object; "" where the app is told to take it."""
    return "" if app.spec.take_over else tracker_of(live)


def left_to(row: Drift) -> str:
    """Say whose an object is to heal, and what makes it ours."""
    return f"left to {row.tracked_by}, which tracks it (take_over: true, or a person's sync)"


def complete_row(draft: Draft, app: AppState, ref: ObjectRef, live: Live) -> AppState:
    """Enter the uid of an object that we did apply, where the answer was never seen."""
    row = app.applied(ref)
    if row is None or row.uid is not None or not is_applied_by_us(live):
        return app
    enter_rows(draft, app.spec.name, {ref: replace(row, uid=live.uid)})
    return draft.app(app.spec.name)


def give_up_row(draft: Draft, app: AppState, ref: ObjectRef) -> None:
    """Forget that an app applied an object: it is gone, or another app states and applied it."""
    if app.applied(ref) is None:
        return
    assert app.inventory is not None
    draft.put_app(replace(app, inventory=app.inventory.delete(ref)))
    if draft.may_write(app.spec.cluster):
        store_inventory(draft, app.spec.name)
