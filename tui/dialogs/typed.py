"""A step that is no single key: a line is typed below the words that ask for it.

Esc leaves it; every other key is text, so no key can go on by accident.
"""

from collections.abc import Mapping
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input
from typing_extensions import override

from core.telling.spans import Line, Role
from tui.text.spans import clip
from tui.widgets.lines import Lines

_MARGINS = 2  # cells


class TypedStep(ModalScreen[None]):
    """Lines that say what is wanted, and one line to type it on."""

    BINDINGS: ClassVar = []

    def __init__(
        self,
        title: str,
        keys: str,
        *,
        styles: Mapping[Role, Style],
        classes: str | None = None,
        placeholder: str = "",
    ) -> None:
        """Show *title* above and what *keys* do below; *classes* are those of the box."""
        super().__init__(classes="preview")
        self._title, self._keys, self._box_classes = title, keys, classes
        self._role_styles = styles
        self._body: Lines[Line] = Lines(clip, id="body", cursor=False)
        self._typed = Input(id="name", compact=True, placeholder=placeholder, select_on_focus=False)

    # For subclasses -----------------------------------------------------------------------------

    def asked(self, width: int) -> list[Line]:
        """Say in *width* cells what is wanted."""
        raise NotImplementedError

    def draw(self) -> None:
        """Show what is asked by now."""
        width = max(20, self.query_one("#dialog").content_size.width - _MARGINS)
        lines = self.asked(width)
        self._body.show(lines)
        self._body.redraw()
        self._body.styles.height = len(lines)

    # Textual ------------------------------------------------------------------------------------

    @override
    def compose(self) -> ComposeResult:
        with Vertical(id="dialog", classes=self._box_classes):
            yield self._body
            yield self._typed

    def on_mount(self) -> None:
        """Wait for what is typed."""
        self._body.set_roles(self._role_styles)
        box = self.query_one("#dialog")
        box.border_title = Content(self._title)
        box.border_subtitle = Content(self._keys)
        self._typed.focus()
        self.call_after_refresh(self.draw)

    def on_resize(self) -> None:
        """Lines are made for one width."""
        self.call_after_refresh(self.draw)

    def on_key(self, event: events.Key) -> None:
        """Esc goes back; everything else is typed."""
        if event.key == "escape":
            event.stop()
            self.dismiss()
