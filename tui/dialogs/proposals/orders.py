"""Following the runs that were ordered here, to their end."""

from core.model import Remedy, Run, Snapshot
from core.telling import plans
from core.telling.spans import Role, say
from tui.model.session import Order
from tui.surface import Surface


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
    if order.again is not None and _is_outdated(run):
        on.note("the world changed first: here is the new plan", Role.WARNING)
        order.again()
    elif run.problems:
        reasons = "; ".join(say(problem.words)[0] for problem in run.problems)
        on.note(f"{plans.failed(run)}: {reasons}", Role.ERROR, sticky=True)
    else:
        on.note(order.done(run), Role.GIT)


def _is_outdated(run: Run) -> bool:
    """Tell whether nothing but a world that moved on was in the way."""
    return bool(run.problems) and all(
        problem.remedy is Remedy.LOOK_AGAIN for problem in run.problems
    )
