"""Asking who changed a row, why Git says otherwise, if it works, and what a commit changes.

It is asked for the row that a person looks at, once the cursor rests on it.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from textual.screen import Screen
from textual.timer import Timer

from core.model import Commit, Drift, Key
from core.reconcile.memory.commands import Command, Examine, Explain, ShowCommit
from tui.model.ordering import unexplained
from tui.model.view import View

AGAIN_S = 1.0  # how an object is that moves under the cursor is asked so often
REST_S = 0.15  # the cursor rests on a row this long before anything is looked up
_SOUGHT_MAX = 50  # rows at a time that are asked for by a filter


class Explaining:
    """Asks once per row object: a row that changed is another one."""

    def __init__(
        self,
        screen: Screen[None],
        view: View,
        numbers: Iterator[int],
        submit: Callable[[Command], None],
    ) -> None:
        """Wait on *screen*, ask by *submit*, a commit with one of *numbers*."""
        self._screen, self._view, self._numbers, self._submit = screen, view, numbers, submit
        self._wanted: Drift | Commit | None = None
        self._asked: Drift | None = None
        self._sought: dict[Key, Drift] = {}
        self._timer: Timer | None = None

    def look_at(self, row: object) -> None:
        """The cursor came to *row*."""
        wanted = row if isinstance(row, Drift | Commit) and self._is_unknown(row) else None
        if wanted is self._wanted:
            return
        self._wanted = wanted
        if self._timer is not None:
            self._timer.stop()
        if wanted is not None and wanted is not self._asked:
            self._timer = self._screen.set_timer(self._delay_s(wanted), self._ask)

    def look_for(self, rows: Iterable[Drift]) -> None:
        """Somebody is filtered by: *rows* that nobody looked at yet are asked for, too."""
        unasked = (r for r in rows if unexplained(r) and self._sought.get(r.key) is not r)
        for row in islice(unasked, _SOUGHT_MAX):
            self._sought[row.key] = row
            self._submit(Explain(row.key))

    def _is_unknown(self, row: Drift | Commit) -> bool:
        if isinstance(row, Drift):
            return unexplained(row) or not self._view.is_examined(row)
        return row.id not in self._view.asked and row.id not in self._view.commits_shown

    def _ask(self) -> None:
        wanted, app = self._wanted, self._view.app
        if isinstance(wanted, Drift):
            self._asked = wanted
            self._ask_about(wanted)
        elif wanted is not None and app is not None:
            self._view.asked[wanted.id] = number = next(self._numbers)
            self._submit(ShowCommit(number, app, wanted.id))

    def _ask_about(self, row: Drift) -> None:
        if unexplained(row):
            self._submit(Explain(row.key))
        if not self._view.is_examined(row):
            number = next(self._numbers)
            self._view.examine(row, number)
            self._submit(Examine(number, frozenset({row.key}), closely=True))

    def _delay_s(self, wanted: Drift | Commit) -> float:
        before = self._view.examined
        if before is None or not isinstance(wanted, Drift) or unexplained(wanted):
            return REST_S
        return AGAIN_S if before.key == wanted.key else REST_S
