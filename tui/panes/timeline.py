"""Pane 4: what happened, newest first, in every app."""

from collections.abc import Callable

from core.model import Event
from tui.model.view import View
from tui.text.rows import Looks, event_line
from tui.widgets.lines import Lines


class TimelinePane(Lines[Event]):
    """One row per event."""

    def __init__(self, looks: Callable[[], Looks], *, ascii_only: bool) -> None:
        """Draw with the *looks* of the moment."""
        super().__init__(
            lambda event, width: event_line(event, width, looks()),
            id="timeline",
            ascii_only=ascii_only,
        )
        self._newest = -1

    def take(self, view: View) -> None:
        """Show the events that the filter leaves; the cursor at the top stays at the top."""
        rows = view.events()
        self.say_empty("no event matches" if view.all_events else "nothing happened yet")
        at_top = self.cursor == 0
        self.show(rows, [event.sequence for event in rows])
        if at_top:
            self.to_end(last=False)
