"""Pane 2: the selected app's objects, worst first."""

from collections.abc import Callable, Mapping

from core.model import Drift, Key
from core.telling.spans import Line
from tui.model.view import View
from tui.text.rows import Looks, fleet_lead, resource_line, reviewed_line
from tui.text.spans import width_of
from tui.widgets.lines import Lines


class ResourcesPane(Lines[Drift]):
    """One row per object."""

    def __init__(self, looks: Callable[[], Looks], *, ascii_only: bool) -> None:
        """Draw with the *looks* of the moment."""
        super().__init__(self._line, id="resources", ascii_only=ascii_only)
        self._looks = looks
        self._fleet = False
        self._reviewed: Mapping[Key, object] = {}
        self._is_reviewed: Callable[[Drift], bool] = lambda _: False

    def _line(self, drift: Drift, width: int) -> Line:
        lead: Line = ()
        if self._fleet:
            lead = fleet_lead(drift, width)
        line = resource_line(drift, width - width_of(lead), self._looks())
        return (*lead, *(reviewed_line(line) if self._is_reviewed(drift) else line))

    def take(self, view: View) -> None:
        """Show the objects that the filter leaves."""
        rows = view.resources()
        if self._fleet != view.fleet:
            self._fleet = view.fleet
            self.redraw()
        self.say_empty(why_empty(view))
        if rows is not self.rows:
            self.show(rows, [drift.key for drift in rows])
        self.note(view)

    def note(self, view: View) -> None:
        """Show what a person marked, and what they ticked off."""
        if self._reviewed is not view.reviewed:
            self._reviewed, self._is_reviewed = view.reviewed, view.is_reviewed
            self.redraw()
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
