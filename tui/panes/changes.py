"""Pane 0: what is behind the row under the cursor of the list used last."""

from collections.abc import Callable

from core.model import Commit, Drift, Event
from core.telling.spans import Line
from tui.model.subject import Subject
from tui.text.changes import object_lines
from tui.text.details import app_lines, commit_lines, event_lines
from tui.text.rows import AppRow, Looks
from tui.text.spans import clip
from tui.widgets.lines import Lines


class ChangesPane(Lines[Line]):
    """Lines of text that scroll."""

    def __init__(self, looks: Callable[[], Looks], *, ascii_only: bool) -> None:
        """Draw with the *looks* of the moment."""
        super().__init__(clip, id="changes", cursor=False, ascii_only=ascii_only)
        self._looks = looks
        self._made_from: tuple[Subject, int] = (Subject(), 0)

    @property
    def subject(self) -> Subject:
        """What it is about."""
        return self._made_from[0]

    def take(self, subject: Subject, *, again: bool = False) -> None:
        """Show *subject*; nothing is made again while it is the same at the same width."""
        before, made_at = self._made_from
        width = self.cells
        if not again and made_at == width and _same(before, subject):
            return
        self._made_from = (subject, width)
        if not width:
            return  # it is not on the screen; with its size it is made
        self.say_empty("" if subject.of is not None else "nothing is selected")
        self.show(self._lines(subject, max(20, width - 1)))
        self.redraw()
        if before.identity != subject.identity:
            self.scroll_to(y=0, animate=False, immediate=True)

    def _lines(self, subject: Subject, width: int) -> list[Line]:
        looks = self._looks()
        match subject.of:
            case AppRow():
                return app_lines(subject.of, subject.cluster, width, looks)
            case Drift():
                return object_lines(
                    subject.of, width, looks, noise=subject.noise, text=subject.text
                )
            case Commit():
                return commit_lines(subject.of, subject.shown, width, looks)
            case Event():
                return event_lines(subject.of, width, looks)
            case None:
                return []

    def on_resize(self) -> None:
        """Lines are made for one width; Textual calls the inherited handler as well."""
        self.take(self.subject)


def _same(before: Subject, now: Subject) -> bool:
    return (
        before.of is now.of
        and before.cluster is now.cluster
        and before.shown is now.shown
        and (before.noise, before.text) == (now.noise, now.text)
    )
