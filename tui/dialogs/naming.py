"""The second step before a protected cluster is written to: its name is typed.

It lies over the preview, which goes on hearing of the world; what was typed counts only for what
was shown when it was begun.
"""

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

from core.model import Snapshot
from core.telling.spans import Line, Role, say
from tui.text.spans import clip, wrap
from tui.widgets.lines import Lines

_MARGINS = 2  # cells


def protected_name(snapshot: Snapshot, cluster: str) -> str:
    """Return the name that must be typed before *cluster* is written to; "" where none must be."""
    protected = (view.spec.protected for view in snapshot.clusters if view.spec.name == cluster)
    return cluster if any(protected) else ""


class NameStep(ModalScreen[None]):
    """Wants the name of a protected cluster; Enter goes on once the text is exact."""

    BINDINGS: ClassVar = []

    def __init__(
        self,
        name: str,
        words: str,
        then: Callable[[], None],
        *,
        styles: Mapping[Role, Style],
    ) -> None:
        """Ask for *name* before *words* is done, which is what *then* does."""
        super().__init__(classes="preview")
        self._wanted, self._words, self._then = name, words, then
        self._role_styles = styles
        self._body: Lines[Line] = Lines(clip, id="body", cursor=False)
        self._typed = Input(id="name", compact=True, select_on_focus=False)

    @override
    def compose(self) -> ComposeResult:
        with Vertical(id="dialog", classes="naming"):
            yield self._body
            yield self._typed

    def on_mount(self) -> None:
        """Wait for the name."""
        self._body.set_roles(self._role_styles)
        box = self.query_one("#dialog")
        box.border_title = Content(f"Protected: {say(self._wanted)[0]}")
        box.border_subtitle = Content("Enter goes on once the name is exact  Esc cancels")
        self._typed.focus()
        self.call_after_refresh(self._draw)

    def on_resize(self) -> None:
        """Lines are made for one width."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        width = max(20, self.query_one("#dialog").content_size.width - _MARGINS)
        asked = f"{self._words}: type {say(self._wanted)[0]} to go on."
        lines: list[Line] = [((part, Role.TEXT),) for part in wrap(asked, width)]
        self._body.show(lines)
        self._body.redraw()
        self._body.styles.height = len(lines)

    def on_key(self, event: events.Key) -> None:
        """Esc goes back to the preview; everything else is typed."""
        if event.key == "escape":
            event.stop()
            self.dismiss()

    def on_input_submitted(self) -> None:
        """Go on, if it is the name."""
        if self._typed.value == self._wanted:
            self.dismiss()
            self._then()
