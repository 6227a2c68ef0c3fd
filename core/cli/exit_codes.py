"""The exit code that a snapshot deserves: problems before drift, drift before peace."""

from typing import Final

from core.errors import DeniedError, RejectedError, UnavailableError
from core.model import DRIFT_VERDICTS, AppView, Snapshot, Verdict

IN_SYNC: Final = 0
DRIFT: Final = 1


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
    codes = [0]
    if app.problem:
        codes.append(app.problem_exit or UnavailableError.exit_code)
    if app.file_problems:
        codes.append(RejectedError.exit_code)
    if app.counts.get(Verdict.UNKNOWN):
        codes.append(DeniedError.exit_code)  # 4: forbidden or partial
    return max(codes)
