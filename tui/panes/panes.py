"""The five panes, and what is under the cursor of each."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from core.model import Commit, Drift, Event
from tui.model.focus import Pane
from tui.model.subject import Subject
from tui.model.view import View
from tui.panes.apps import AppsPane
from tui.panes.changes import ChangesPane
from tui.panes.commits import CommitsPane
from tui.panes.resources import ResourcesPane
from tui.panes.timeline import TimelinePane
from tui.text.rows import AppRow, Looks

AnyPane: TypeAlias = AppsPane | ResourcesPane | CommitsPane | TimelinePane | ChangesPane


class Panes:
    """Brings the panes up to a view; a pane that did not change is not painted."""

    def __init__(self, looks: Callable[[], Looks], *, ascii_only: bool) -> None:
        """Draw with the *looks* of the moment."""
        self.apps = AppsPane(looks, ascii_only=ascii_only)
        self.resources = ResourcesPane(looks, ascii_only=ascii_only)
        self.commits = CommitsPane(looks, ascii_only=ascii_only)
        self.timeline = TimelinePane(looks, ascii_only=ascii_only)
        self.changes = ChangesPane(looks, ascii_only=ascii_only)
        self.by_name: Final[Mapping[Pane, AnyPane]] = {
            Pane.APPS: self.apps,
            Pane.RESOURCES: self.resources,
            Pane.COMMITS: self.commits,
            Pane.TIMELINE: self.timeline,
            Pane.CHANGES: self.changes,
        }

    def subject(self, view: View) -> Subject:
        """What pane 0 is about: the row under the cursor of the list that was used last."""
        if view.sheet is not None:
            return Subject(sheet=view.sheet)
        row = self.by_name[view.focus.last_list].cursor_row
        if isinstance(row, AppRow):
            return Subject(view.app_row, view.cluster, view.noise, view.text)
        if isinstance(row, Commit):
            return Subject(row, shown=view.commits_shown.get(row.id))
        of = row if isinstance(row, Drift | Event) else None
        if not isinstance(of, Drift):
            return Subject(of, None, view.noise, view.text)
        told = view.health_of(of), view.likeness_of(of)
        return Subject(of, None, view.noise, view.text, *told)

    def take(self, view: View) -> None:
        """Show every list."""
        self.apps.take(view)
        self.take_lists(view)

    def take_lists(self, view: View) -> None:
        """Show the lists that depend on the selected app."""
        for pane in (self.resources, self.commits, self.timeline):
            pane.take(view)

    def start_over(self) -> None:
        """Another app is selected: its lists begin at their top."""
        self.resources.start_over()
        self.commits.start_over()

    def redraw(self) -> None:
        """Draw everything again: ages moved on."""
        for pane in self.by_name.values():
            pane.redraw()
