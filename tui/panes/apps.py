"""Pane 1: the apps, worst first."""

from collections.abc import Callable

from tui.model.view import View
from tui.text.rows import AppRow, Looks, app_line
from tui.widgets.lines import Lines


class AppsPane(Lines[AppRow]):
    """One row per app."""

    def __init__(self, looks: Callable[[], Looks], *, ascii_only: bool) -> None:
        """Draw with the *looks* of the moment."""
        super().__init__(
            lambda row, width: app_line(row, width, looks()), id="apps", ascii_only=ascii_only
        )

    def take(self, view: View) -> None:
        """Show the apps that the filter leaves."""
        rows = _same_rows(self.rows, view.apps())
        self.say_empty("no app matches" if view.all_apps else "reading the settings")
        self.show(rows, [row.view.spec.name for row in rows])


def _same_rows(before: object, rows: object) -> list[AppRow]:
    """Keep row objects that are equal to what is shown, so that they are not painted again."""
    assert isinstance(rows, list | tuple)
    old = {row.view.spec.name: row for row in before} if isinstance(before, list) else {}
    kept = (old.get(row.view.spec.name) for row in rows)
    return [
        was if was is not None and was.view is row.view and was == row else row
        for was, row in zip(kept, rows, strict=True)
    ]
