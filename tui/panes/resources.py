"""Pane 2: the selected app's objects, worst first."""

from collections.abc import Callable

from core.model import Drift
from tui.model.view import View
from tui.text.rows import Looks, resource_line
from tui.widgets.lines import Lines


class ResourcesPane(Lines[Drift]):
    """One row per object."""

    def __init__(self, looks: Callable[[], Looks], *, ascii_only: bool) -> None:
        """Draw with the *looks* of the moment."""
        super().__init__(
            lambda drift, width: resource_line(drift, width, looks()),
            id="resources",
            ascii_only=ascii_only,
        )

    def take(self, view: View) -> None:
        """Show the objects that the filter leaves."""
        rows = view.resources()
        self.say_empty(_why_empty(view))
        if rows is not self.rows:
            self.show(rows, [drift.key for drift in rows])
        self.mark(view.marks)


def _why_empty(view: View) -> str:
    """Empty, filtered, still reading and failed are four different things."""
    app = view.app_view
    if app is None:
        return "no app is selected"
    if view.groups.by_app.get(app.spec.name):
        return "no object matches the filter"
    if app.problem:
        return "nothing could be read; pane 0 says why"
    return "this app has no objects" if app.complete else "reading Git and the cluster"
