"""The exit code that a snapshot deserves: problems before drift, drift before peace."""

from collections.abc import Iterable
from typing import Final

from core.errors import ProductError
from core.model import (
    DRIFT_VERDICTS,
    AppView,
    Plan,
    Problem,
    Remedy,
    Run,
    Snapshot,
    Verdict,
    problem_of,
    worst_of,
)

IN_SYNC: Final = 0
DRIFT: Final = 1
BUG: Final = 70
CODES: Final = {
    Remedy.FIX_SETTINGS: 2,
    Remedy.WAIT: 3,
    Remedy.GRANT: 4,  # forbidden, or done in part
    Remedy.CHANGE_GIT: 5,
    Remedy.LOOK_AGAIN: 6,
}


def code_of(problem: Problem | None) -> int:
    """Return the exit code of one problem; 0 for none."""
    return CODES[problem.remedy] if problem is not None else IN_SYNC


def code_of_error(error: ProductError) -> int:
    """Return the exit code of a program that an error ends."""
    if type(error) is ProductError:
        return BUG  # nobody can do anything about an error that does not say what it is
    return code_of(problem_of(error))


def plan_exit(plans: Iterable[Plan]) -> int:
    """Return the exit code of the worst reason why a step of some plans cannot be done."""
    steps = (step for plan in plans for step in plan.steps if step.problem)
    return max((CODES[step.remedy] for step in steps), default=0)


def run_exit(run: Run) -> int:
    """Return the exit code of the worst problem of a run; 0 where all was done."""
    return code_of(worst_of(run.problems))


def diff_exit(snapshot: Snapshot) -> int:
    """Return the worst problem's exit code, else 1 for drift, else 0.

    A problem goes first: "no drift" must never be said of what could not be seen.
    """
    worst = problem_exit(snapshot)
    drifted = any(row.verdict in DRIFT_VERDICTS for row in snapshot.rows.values())
    return worst or (DRIFT if drifted else IN_SYNC)


def problem_exit(snapshot: Snapshot) -> int:
    """Return the exit code of the worst problem of any app; 0 without one."""
    return max((_app_exit(app) for app in snapshot.apps), default=0)


def _app_exit(app: AppView) -> int:
    codes = [code_of(app.problem)]
    if app.file_problems:
        codes.append(CODES[Remedy.CHANGE_GIT])
    if app.counts.get(Verdict.UNKNOWN):
        codes.append(CODES[Remedy.GRANT])
    return max(codes)
