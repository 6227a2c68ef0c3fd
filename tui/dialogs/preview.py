"""What every dialog obeys: Cancel has the focus, and confirming cannot happen by accident.

Confirming is dead for 400 ms after the first paint and after every change of what is shown, with
the key that opened the dialog until another one was pressed, and with a key that repeats within
100 ms (lazygit #4649: a held Enter force-pushed).  `tui.dialogs.guard` decides that.
"""

from collections.abc import Callable, Mapping
from functools import partial
from time import monotonic
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget
from typing_extensions import override

from core.model import Snapshot
from core.telling.spans import Line, Role
from tui.dialogs.guard import ARM_S, Guard
from tui.dialogs.naming import NameStep, Typed
from tui.keys import DIALOG_KEYS
from tui.text.spans import clip, cut_middle, width_of, wrap
from tui.theme.styles import MONO_STYLES
from tui.widgets.lines import Lines

_BAR, _MARGINS = 1, 2  # cells
_ROOMY = 8  # rows of text from which an empty one before the buttons is no loss


class Buttons(Widget):
    """Cancel and confirm, in one row."""

    def __init__(self) -> None:
        """Cancel has the focus."""
        super().__init__(id="buttons")
        self.chosen = 0
        self.words = ""
        self.reason = ""
        self.armed = False
        self._width = 80
        self._role_styles: Mapping[Role, Style] = MONO_STYLES

    def set_roles(self, styles: Mapping[Role, Style]) -> None:
        """Take the theme's styles."""
        self._role_styles = styles

    def fit(self, width: int) -> int:
        """Take as many rows as it needs to say all in *width* cells; return how many."""
        self._width = width
        rows = len(self._rows)
        self.styles.height = rows
        self.refresh()
        return rows

    @property
    def _rows(self) -> list[Line]:
        """The buttons, and why the second does nothing: side by side, or one below the other."""
        line = self.line
        if width_of(line) <= self._width:
            return [line]
        below = wrap(self.reason, max(8, self._width - 1))
        reasons: list[Line] = [((" ", Role.TEXT), (part, Role.WARNING)) for part in below]
        return [*self._both(line), *reasons]

    def _both(self, line: Line) -> list[Line]:
        """The buttons in one row where they fit, else in two; the key of the second is kept."""
        if not self.words or width_of(line[:4]) <= self._width:
            return [line[:4]]
        short = cut_middle(self.words, self._width - len(" " + "  " + " y  "))
        return [line[:2], ((" ", Role.TEXT), (f"  {short} y  ", line[3][1]))]

    def at(self, x: int, y: int) -> int | None:
        """Which button is at a place: 0 cancels, 1 confirms; None where there is none."""
        rows = self._rows
        cancel_ends = width_of(self.line[:3])
        if y == 0 and x < cancel_ends:
            return 0
        if not self.words:
            return None
        if y == 0 and width_of(rows[0]) > cancel_ends:
            return 1 if x < width_of(self.line[:4]) else None
        below = y == 1 and width_of(self.line[:4]) > self._width
        return 1 if below and x < width_of(rows[1]) else None

    @property
    def line(self) -> Line:
        """Both buttons, and why the second does nothing."""
        focused, other = Role.CURSOR, Role.TEXT
        ready = self.armed and not self.reason
        confirm = (focused if self.chosen else other) if ready else Role.MUTED
        if self.chosen and not ready:
            confirm = Role.SELECTED
        return (
            (" ", Role.TEXT),
            ("  Cancel Esc  ", Role.TEXT if self.chosen else focused),
            ("  ", Role.TEXT),
            *(((f"  {self.words} y  ", confirm),) if self.words else ()),
            ("  ", Role.TEXT),
            (self.reason, Role.WARNING),
        )

    @override
    def render_line(self, y: int) -> Strip:
        width, rows = self.size.width, self._rows
        line = clip(rows[y], width) if y < len(rows) else ()
        segments = [Segment(text, self._role_styles[role]) for text, role in line]
        return Strip(segments).adjust_cell_length(width).apply_style(self.rich_style)


class Preview(ModalScreen[None]):
    """Lines that say what would happen, Cancel, and one way to go on."""

    BINDINGS: ClassVar = []

    def __init__(
        self, title: str, words: str, *, styles: Mapping[Role, Style], opened_by: str = ""
    ) -> None:
        """Ask *title*; the second button says *words*."""
        super().__init__(classes="preview")
        self._heading = title
        self._role_styles = styles
        self._lines: Callable[[int], list[Line]] = lambda _: []
        self._body: Lines[Line] = Lines(clip, id="body", cursor=False)
        self._buttons = Buttons()
        self._buttons.words = words
        self._guard = Guard(opened_by)

    # For subclasses -----------------------------------------------------------------------------

    def opened(self) -> None:
        """The dialog is on the screen."""

    def take(self, snapshot: Snapshot) -> None:
        """The world moved on while the dialog is open."""

    def pressed(self, key: str) -> None:
        """A key that means nothing in every dialog."""

    def confirmed(self) -> None:
        """The person said yes to exactly what is shown."""

    @property
    def typed(self) -> tuple[Typed, ...]:
        """What is to be typed, one after the other, before confirming counts."""
        return ()

    def present(
        self, lines: Callable[[int], list[Line]], *, title: str = "", words: str = ""
    ) -> None:
        """Show other *lines*; confirming is dead again for a moment."""
        self._lines = lines
        self._heading = title or self._heading
        self._buttons.words = words or self._buttons.words
        self._arm()
        self.draw()

    def forbid(self, reason: str) -> None:
        """Say why confirming is impossible; "" allows it."""
        if self._buttons.reason != reason:
            self._buttons.reason = reason
            self.call_after_refresh(self.draw)

    # The screen ---------------------------------------------------------------------------------

    @override
    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield self._body
            yield self._buttons

    def on_mount(self) -> None:
        """Take the styles; nothing can be confirmed before it was seen."""
        self._body.set_roles(self._role_styles)
        self._buttons.set_roles(self._role_styles)
        self.set_focus(None)
        self.opened()
        self._arm()
        self.call_after_refresh(self.draw)

    def on_screen_resume(self) -> None:
        """A dialog above was closed: what was typed there must not go on here."""
        self._arm()

    def on_resize(self) -> None:
        """Lines are made for one width."""
        self.call_after_refresh(self.draw)

    def _arm(self) -> None:
        self._guard.changed()
        self._buttons.armed = False
        self._buttons.chosen = 0
        self._buttons.refresh()
        self.call_after_refresh(self._painted)

    def _painted(self) -> None:
        self._guard.painted(monotonic())
        self.set_timer(ARM_S, self._show_armed)

    def _show_armed(self) -> None:
        self._buttons.armed = self._guard.armed(monotonic())
        self._buttons.refresh()

    def draw(self) -> None:
        """Draw what is shown at the width there is; where it was scrolled to, it stays."""
        box = self.query_one("#dialog")
        box.border_title = Content(self._heading)
        # The room of a scroll bar is left free: whether there is one depends on the lines.
        width = max(20, box.content_size.width - _BAR - _MARGINS)
        lines = self._lines(width)
        self._body.show(lines)
        self._body.redraw()
        rows = self._buttons.fit(box.size.width)
        room = self.app.size.height * 9 // 10 - 2 - rows  # of the dialog, without its border
        gap = int(room > len(lines) or room > _ROOMY)
        self._buttons.styles.margin = (gap, 0, 0, 0)
        self._body.styles.height = max(1, min(len(lines), room - gap))

    def on_key(self, event: events.Key) -> None:
        """Dialog keys mean the same in every dialog."""
        event.stop()
        event.prevent_default()
        allowed = self._guard.allows(event.key, monotonic())
        name = next((name for name, keys in DIALOG_KEYS.items() if event.key in keys), "")
        if name == "confirm" or (name == "press" and self._buttons.chosen):
            if allowed:
                self._confirm()
        elif name in {"cancel", "press"}:
            self.dismiss()
        elif name == "move":
            self._buttons.chosen = 1 - self._buttons.chosen if self._buttons.words else 0
            self._buttons.refresh()
        elif name:
            self._scroll(name)
        else:
            self.pressed(event.key)

    def _scroll(self, name: str) -> None:
        page, end = self._body.page, len(self._body.rows)
        steps = {"down": 1, "up": -1, "page_down": page, "page_up": -page}
        self._body.scroll_by({**steps, "top": -end, "bottom": end}[name])

    def _confirm(self) -> None:
        if not self._buttons.words or self._buttons.reason:
            return
        self._type(self._lines, self.typed)

    def _type(self, shown: Callable[[int], list[Line]], wanted: tuple[Typed, ...]) -> None:
        """Have the rest typed: it counts for what was *shown* then, while it may be done."""
        if shown is not self._lines or self._buttons.reason:
            return
        if not wanted:
            self._go()
            return
        first, *others = wanted
        go_on = partial(self._type, shown, tuple(others))
        words, styles = self._buttons.words, self._role_styles
        self.app.push_screen(NameStep(first, words, go_on, styles=styles))

    def _go(self) -> None:
        self.dismiss()
        self.confirmed()

    def on_click(self, event: events.Click) -> None:
        """The buttons can be clicked; the same rules hold."""
        if event.widget is not self._buttons:
            return
        chosen = self._buttons.at(event.x, event.y)
        if chosen == 0:
            self.dismiss()
        elif chosen == 1 and self._guard.armed(monotonic()):
            self._confirm()
