"""One-row bars: the header, the breadcrumb, messages and the hints."""

from collections.abc import Callable, Mapping
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget
from typing_extensions import override

from core.telling.spans import Line, Role
from tui.text.spans import clip, wrap
from tui.theme.styles import MONO_STYLES

NOTE_S: Final = 6.0  # how long a message stands that nobody must dismiss


class Bar(Widget):
    """One row, drawn for whatever width it has."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name
        """Start empty."""
        super().__init__(id=id)
        self._role_styles: Mapping[Role, Style] = MONO_STYLES
        self._draw: Callable[[int], Line] = lambda _: ()
        self._shown: Line = ()

    def set_roles(self, styles: Mapping[Role, Style]) -> None:
        """Take the theme's styles."""
        self._role_styles = styles
        self.refresh()

    def show(self, draw: Callable[[int], Line]) -> None:
        """Draw by *draw* from now on; painted only where the words changed."""
        self._draw = draw
        if draw(self.size.width) != self._shown:
            self.refresh()

    @property
    def line(self) -> Line:
        """What it says at its width."""
        return clip(self._draw(self.size.width), self.size.width)

    @override
    def render_line(self, y: int) -> Strip:
        width = self.size.width
        self._shown = self._draw(width)
        segments = [Segment(text, self._role_styles[role]) for text, role in self.line]
        return Strip(segments).adjust_cell_length(width).apply_style(self.rich_style)


class NoteBar(Bar):
    """A message.  Errors stay until they are dismissed; the rest goes by itself."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name
        """Start hidden."""
        super().__init__(id=id)
        self.text = ""
        self.sticky = False
        self._role = Role.TEXT
        self._timer: Timer | None = None
        self.display = False

    def tell(self, text: str, role: Role, *, sticky: bool) -> None:
        """Show *text*; what does not stay goes after a while, and never hides what stays."""
        if self.sticky and not sticky:
            return
        self.say(text, role, sticky=sticky)
        if self._timer is not None:
            self._timer.stop()
        self._timer = None if sticky else self.set_timer(NOTE_S, self._forget)

    def _forget(self) -> None:
        if not self.sticky:
            self.say("")

    def say(self, text: str, role: Role = Role.TEXT, *, sticky: bool = False) -> None:
        """Show *text*, already harmless; an empty one hides the bar."""
        self.text, self.sticky, self._role = text, sticky, role
        self.display = bool(text)
        self.styles.height = max(1, min(5, len(self._lines(self.app.size.width))))
        self.refresh()

    def _lines(self, width: int) -> list[str]:
        end = "  (Esc dismisses)" if self.sticky else ""
        return wrap(self.text + end, max(10, width - 3))

    @override
    def render_line(self, y: int) -> Strip:
        width = self.size.width
        lines = self._lines(width)
        text = lines[y] if y < len(lines) else ""
        strip = Strip([Segment(f" {text}", self._role_styles[self._role])])
        return strip.adjust_cell_length(width).apply_style(self.rich_style)
