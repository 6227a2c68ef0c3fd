"""Asking who changed a row and why Git says otherwise, for the row a person looks at."""

from collections.abc import Callable

from textual.screen import Screen
from textual.timer import Timer

from core.model import Drift, Verdict
from core.reconcile.memory.commands import Command, Explain

REST_S = 0.15  # the cursor rests on a row this long before anything is looked up


class Explaining:
    """Asks once per row object: a row that changed is another one."""

    def __init__(self, screen: Screen[None], submit: Callable[[Command], None]) -> None:
        """Wait on *screen*, ask by *submit*."""
        self._screen, self._submit = screen, submit
        self._wanted: Drift | None = None
        self._asked: Drift | None = None
        self._timer: Timer | None = None

    def look_at(self, row: object) -> None:
        """The cursor came to *row*."""
        wanted = row if isinstance(row, Drift) and _unexplained(row) else None
        if wanted is self._wanted:
            return
        self._wanted = wanted
        if self._timer is not None:
            self._timer.stop()
        if wanted is not None and wanted is not self._asked:
            self._timer = self._screen.set_timer(REST_S, self._ask)

    def _ask(self) -> None:
        if self._wanted is not None:
            self._asked = self._wanted
            self._submit(Explain(self._wanted.key))


def _unexplained(row: Drift) -> bool:
    """Whether something can be looked up: not before the server confirmed the row."""
    verdicts = {Verdict.DRIFTED, Verdict.CONTESTED, Verdict.MISSING, Verdict.EXTRA}
    return row.verdict in verdicts and not (row.explained or row.confirming)
