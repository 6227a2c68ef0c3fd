"""Following the runs that were ordered here, to their end."""

from core.model import Run, Snapshot
from core.telling import plans
from core.telling.spans import Role, say
from tui.model.session import Order
from tui.surface import Surface

_OUTDATED = 6  # exit code of a plan that the world overtook


def follow(on: Surface, snapshot: Snapshot) -> None:
    """Tell how far each of our runs is, and how it ended."""
    for run in snapshot.runs:
        order = on.session.orders.get(run.id)
        if order is None:
            continue
        if run.finished:
            del on.session.orders[run.id]
            _tell_end(on, order, run)
        else:
            on.note(plans.progress(run), Role.HEALING)


def _tell_end(on: Surface, order: Order, run: Run) -> None:
    if run.exit_code == _OUTDATED and order.again is not None:
        on.note("the world changed first: here is the new plan", Role.WARNING)
        order.again()
    elif run.problems or run.exit_code:
        reasons = "; ".join(say(problem)[0] for problem in run.problems)
        all_done = run.total and run.done == run.total
        words = order.done(run) if all_done else f"{run.what} failed"
        on.note(f"{words}: {reasons or f'exit code {run.exit_code}'}", Role.ERROR, sticky=True)
    else:
        on.note(order.done(run), Role.GIT)
