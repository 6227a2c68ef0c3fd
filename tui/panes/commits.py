"""Pane 3: the commits that touch the selected app's folder, newest first."""

from collections.abc import Callable

from core.model import Commit
from tui.model.view import View
from tui.text.rows import Looks, commit_line
from tui.widgets.lines import Lines


class CommitsPane(Lines[Commit]):
    """One row per commit."""

    def __init__(self, looks: Callable[[], Looks], *, ascii_only: bool) -> None:
        """Draw with the *looks* of the moment."""
        super().__init__(
            lambda commit, width: commit_line(commit, width, looks()),
            id="commits",
            ascii_only=ascii_only,
        )

    def take(self, view: View) -> None:
        """Show the commits that the filter leaves."""
        rows = view.commits()
        app = view.app_view
        read = app is not None and (app.history or app.problem)
        self.say_empty("no commit matches" if read else "reading the history")
        if rows is not self.rows:
            self.show(rows, [commit.id for commit in rows])
