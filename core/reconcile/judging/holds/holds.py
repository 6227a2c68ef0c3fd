"""Why an object is left as it is for now, and what a row says of that."""

from dataclasses import replace

from core.model import Drift, Held, HeldBy, Verdict
from core.reconcile.judging.freezing import with_freeze
from core.reconcile.judging.holds.breaker import breaker_words
from core.reconcile.memory.draft import Draft


def is_apart(row: Drift) -> bool:
    """Tell whether there is something to put right, or to take over."""
    return row.untaken or row.verdict in {Verdict.DRIFTED, Verdict.MISSING}


def hold_of(draft: Draft, row: Drift) -> Held | None:
    """Say why the engine leaves an object alone for now; None: nothing holds it."""
    app = draft.app(row.key.app)
    if not (app.healing and is_apart(row)):
        return None
    words = breaker_words(draft, app)
    return Held(HeldBy.BREAKER, words) if words else None


def with_hold(draft: Draft, row: Drift) -> Drift:
    """Say in a row why it is not healed for now, and no longer than so."""
    row = with_freeze(draft, row)
    held = hold_of(draft, row)
    return row if held == row.held else replace(row, held=held)
