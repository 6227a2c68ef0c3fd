"""How long something is set aside, and why: both are typed, in one line."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input
from typing_extensions import override

from core.settings.readers import seconds_in
from core.telling.moments import age
from core.telling.spans import Line, Role
from tui.text.spans import clip, wrap
from tui.widgets.lines import Lines

_MARGINS = 2  # cells


def typed_pause(text: str) -> tuple[float, str] | None:
    """Read `2h incident 7`: how long in seconds, and why; None where one of them is missing."""
    first, _, reason = text.strip().partition(" ")
    seconds = seconds_in(first, "smhd")
    return (seconds, reason.strip()) if seconds and reason.strip() else None


class PauseStep(ModalScreen[None]):
    """Wants a time and a reason; Enter sets aside once both are there."""

    BINDINGS: ClassVar = []

    def __init__(
        self,
        what: str,
        then: Callable[[float, str], None],
        *,
        styles: Mapping[Role, Style],
        why_not: str = "",
    ) -> None:
        """Ask about *what*; *then* gets the seconds and the reason, unless *why_not* forbids it."""
        super().__init__(classes="preview")
        self._what, self._then, self._why_not = what, then, why_not
        self._role_styles = styles
        self._body: Lines[Line] = Lines(clip, id="body", cursor=False)
        self._typed = Input(id="name", compact=True, placeholder="2h why", select_on_focus=False)

    @override
    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield self._body
            yield self._typed

    def on_mount(self) -> None:
        """Wait for what is typed."""
        self._body.set_roles(self._role_styles)
        box = self.query_one("#dialog")
        box.border_title = Content(f"Pause {self._what}")
        box.border_subtitle = Content("Enter sets aside  Esc cancels")
        self._typed.focus()
        self.call_after_refresh(self._draw)

    def on_resize(self) -> None:
        """Lines are made for one width."""
        self.call_after_refresh(self._draw)

    def on_input_changed(self) -> None:
        """Say what would happen."""
        self._draw()

    def _draw(self) -> None:
        width = max(20, self.query_one("#dialog").content_size.width - _MARGINS)
        lines: list[Line] = [((part, Role.TEXT),) for part in wrap(_PROMISE, width)]
        said, role = self._said()
        lines += [((part, role),) for part in wrap(said, width)]
        self._body.show(lines)
        self._body.redraw()
        self._body.styles.height = len(lines)

    def _said(self) -> tuple[str, Role]:
        if self._why_not:
            return self._why_not, Role.WARNING
        found = typed_pause(self._typed.value)
        if found is None:
            return "Type how long and why, like 2h incident 7.", Role.MUTED
        return f"For {age(found[0])}.", Role.STRONG

    def on_key(self, event: events.Key) -> None:
        """Esc goes back; everything else is typed."""
        if event.key == "escape":
            event.stop()
            self.dismiss()

    def on_input_submitted(self) -> None:
        """Go on, if it is a time and a reason."""
        found = typed_pause(self._typed.value)
        if found is not None and not self._why_not:
            self.dismiss()
            self._then(*found)


_PROMISE = (
    "Nothing of it is written unasked until then, by any driftdeck on this cluster."
    " A person's sync goes on; the same key ends it."
)
