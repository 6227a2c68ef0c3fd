"""Pane 2: the selected app's objects, worst first."""

from collections.abc import Callable

from core.model import Drift
from tui.model.view import View
from tui.text.rows import Looks, fleet_line, resource_line
from tui.widgets.lines import Lines


class ResourcesPane(Lines[Drift]):
    """One row per object."""

    def __init__(self, looks: Callable[[], Looks], *, ascii_only: bool) -> None:
        """Draw with the *looks* of the moment."""
        super().__init__(
            lambda drift, width: (fleet_line if self._fleet else resource_line)(
                drift, width, looks()
            ),
            id="resources",
            ascii_only=ascii_only,
        )
        self._fleet = False

    def take(self, view: View) -> None:
        """Show the objects that the filter leaves."""
        rows = view.resources()
        if self._fleet != view.fleet:
            self._fleet = view.fleet
            self.redraw()
        self.say_empty(why_empty(view))
        if rows is not self.rows:
            self.show(rows, [drift.key for drift in rows])
        self.mark(view.marks)


def why_empty(view: View) -> str:
    """Empty, filtered, still reading and failed are four different things."""
    app = view.app_view
    if view.fleet:
        return _why_fleet_is_empty(view)
    if app is None:
        return "no app is selected"
    if view.groups.by_app.get(app.spec.name):
        return "no object matches the filter"
    if app.problem:
        return "nothing could be read; pane 0 says why"
    return "this app has no objects" if app.complete else "reading Git and the cluster"


def _why_fleet_is_empty(view: View) -> str:
    if view.objects():
        return "no object matches the filter"
    if not view.snapshot.complete:
        return "reading Git and the clusters"
    read = all(app.complete and not app.problem for app in view.snapshot.apps)
    return "nothing differs anywhere" if read else "nothing differs as far as it can be read (1)"
