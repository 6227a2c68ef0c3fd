"""Pane 0: what is behind the row under the cursor of the list used last."""

from collections.abc import Callable, Sequence
from itertools import zip_longest

from typing_extensions import override

from core.model import Commit, Drift, Event, FieldChange
from core.telling.spans import Line
from tui.model.subject import Subject
from tui.text.changes import beside_lines, object_page
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
        self._fields: Sequence[tuple[int, FieldChange]] = ()  # each with its first line
        self._at = 0  # which of them is pointed at

    @property
    def subject(self) -> Subject:
        """What it is about."""
        return self._made_from[0]

    def take(self, subject: Subject, *, again: bool = False) -> None:
        """Show *subject*; nothing is made again while it is the same at the same width."""
        before, made_at = self._made_from
        if not again and made_at == self.cells and _same(before, subject):
            return
        if not self._make(subject):
            return  # it is not on the screen; with its size it is made
        if before.identity != subject.identity:
            self._at = 0
            self.scroll_to(y=0, animate=False, immediate=True)
        self._point()

    def _make(self, subject: Subject) -> bool:
        """Make the lines for the cells there are; False where there are none."""
        width = self.cells
        self._made_from = (subject, width)
        if not width:
            return False
        self.say_empty("" if subject.of or subject.sheet else "nothing is selected")
        self.show(_same_lines(self.rows, self._lines(subject, max(20, width - 1))))
        return width == self.cells or self._make(subject)  # a scroll bar came or went

    def _lines(self, subject: Subject, width: int) -> list[Line]:
        looks = self._looks()
        self._fields = ()
        if subject.sheet is not None:
            return subject.sheet.draw(width, looks)
        match subject.of:
            case AppRow():
                return app_lines(subject.of, subject.cluster, width, looks)
            case Drift():
                lines, self._fields = object_page(
                    subject.of,
                    width,
                    looks,
                    noise=subject.noise,
                    text=subject.text,
                    beside=beside_lines(subject.health, subject.likeness, width, looks),
                )
                return lines
            case Commit():
                return commit_lines(subject.of, subject.shown, width, looks)
            case Event():
                return event_lines(subject.of, width, looks)
            case None:
                return []

    # The field that is pointed at ---------------------------------------------------------------

    @property
    def field(self) -> FieldChange | None:
        """The field that is pointed at."""
        return self._fields[self._at][1] if self._at < len(self._fields) else None

    def step_field(self, step: int) -> None:
        """Point at another field, and scroll to it."""
        self._at = min(max(0, self._at + step), max(0, len(self._fields) - 1))
        if self._fields and not self._sees(self._fields[self._at][0] + 1):
            line, _ = self._fields[self._at]
            self.scroll_to(y=line, animate=False, immediate=True)
        self._point()

    @override
    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._point()

    def _point(self) -> None:
        """Point at the chosen field, or at the one that is read now where it is out of sight."""
        if self._fields and not self._sees(self._fields[min(self._at, len(self._fields) - 1)][0]):
            seen = [at for at, (line, _) in enumerate(self._fields) if self._sees(line)]
            above = [at for at, (line, _) in enumerate(self._fields) if line < self.scroll_y]
            self._at = (seen or above[-1:] or [0])[0]
        self._at = min(self._at, max(0, len(self._fields) - 1))
        self.point(self._fields[self._at][0] if self._fields else -1)

    def _sees(self, line: int) -> bool:
        return self.scroll_y <= line < self.scroll_y + self.size.height

    def on_resize(self) -> None:
        """Lines are made for one width; Textual calls the inherited handler as well."""
        self.take(self.subject)


def _same_lines(before: Sequence[Line], now: Sequence[Line]) -> list[Line]:
    """Keep lines that read as they did: only the others are painted again, a tenth of the bytes."""
    return [was if was == line else line for was, line in zip_longest(before[: len(now)], now)]


def _same(before: Subject, now: Subject) -> bool:
    return (
        before.of is now.of
        and before.sheet is now.sheet
        and before.cluster is now.cluster
        and before.shown is now.shown
        and (before.health, before.likeness) == (now.health, now.likeness)
        and (before.noise, before.text) == (now.noise, now.text)
    )
