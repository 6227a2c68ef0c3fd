"""Why an object is left as it is for now, and what a row says of that."""

from dataclasses import replace

from core.model import Drift, Held, HeldBy, epoch_of
from core.model.controllers.leads import Leads
from core.reconcile.judging.freezing import with_freeze
from core.reconcile.judging.holds.fields import held_fields, held_words
from core.reconcile.judging.holds.pauses import held_by, pause_of
from core.reconcile.judging.holds.windows import held_outside
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.state import AppState, ClusterState

_TOLD = frozenset(HeldBy) - {HeldBy.PAUSE}  # pauses are in the cluster, and known


def hold_of(draft: Draft, row: Drift) -> Held | None:
    """Say why the engine leaves an object alone for now; None: nothing holds it."""
    app = draft.app(row.key.app)
    pause = pause_of(app, row.key.ref, draft.now)
    if pause is not None:
        return held_by(pause)
    if not (app.healing and row.apart):
        return None
    return held_of(app, draft.cluster(app.spec.cluster), draft.leads, draft.now)


def held_of(app: AppState, cluster: ClusterState, leads: Leads, now: float) -> Held | None:
    """Say why nothing of an app is healed for now; None: nothing holds it as a whole."""
    pause = pause_of(app, None, now)
    if pause is not None:
        return held_by(pause)
    if not app.healing:
        return None
    follows = leads.words(app.spec.name)
    if follows:
        return Held(HeldBy.LEASE, follows)
    words = app.breaker.words or cluster.breaker.words
    return Held(HeldBy.BREAKER, words) if words else held_outside(app.spec.heal_windows, now)


def _told(draft: Draft, row: Drift) -> Held | None:
    """Say why the controller that heals the app leaves an object alone for now."""
    found = draft.app(row.key.app).told_about(row.key.ref)
    if found is None or found.held is None or found.held.by not in _TOLD or not row.apart:
        return None
    until = epoch_of(found.held.until) if found.held.until else None
    if until is not None and until <= draft.now:
        return None  # over; what comes of that its next summary says
    return Held(HeldBy(found.held.by), f"by the controller: {found.held.words}", until)


def with_hold(draft: Draft, row: Drift) -> Drift:
    """Say in a row why it is not healed for now, and no longer than so."""
    row = with_freeze(draft, row)
    held = hold_of(draft, row)
    if held is None:
        heals = draft.app(row.key.app).healing
        held = held_words(held_fields(draft, row), row) if heals else _told(draft, row)
    if held is not None and held.until is not None and held.pause is None:
        draft.wake(row.key, held.until)
    return row if held == row.held else replace(row, held=held)
