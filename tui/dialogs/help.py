"""The help page: every key, what it does, and why it does nothing now."""

from collections.abc import Mapping, Sequence
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
from tui.dialogs.help_page import help_lines, phrase_lines, welcome_lines
from tui.keys import DIALOG_KEYS
from tui.surface import Action, Phrase
from tui.text.spans import clip
from tui.widgets.lines import Lines


class HelpDialog(ModalScreen[None]):
    """Scrolls; `/` searches."""

    BINDINGS: ClassVar = []

    def __init__(
        self,
        actions: Sequence[Action],
        disabled: Mapping[str, str],
        styles: Mapping[Role, Style],
        welcome: str = "",
        phrases: Sequence[Phrase] = (),
    ) -> None:
        """Show *actions* and *phrases* below *welcome*; reasons are by id, and by `:name`."""
        super().__init__(classes="preview")
        self._actions, self._disabled, self._role_styles = actions, disabled, styles
        self._welcome, self._phrases = welcome, phrases
        self._body: Lines[Line] = Lines(clip, id="body", cursor=False)
        self._search = Input(id="search", compact=True, select_on_focus=False)

    @override
    def compose(self) -> ComposeResult:
        with Vertical(id="dialog", classes="help"):
            yield self._body
            yield self._search

    def on_mount(self) -> None:
        """Show all keys."""
        self._search.display = False
        self._body.set_roles(self._role_styles)
        box = self.query_one("#dialog")
        box.border_title = Content("Help")
        box.border_subtitle = Content("/ searches  Esc closes")
        self.set_focus(None)
        self.call_after_refresh(self._draw)

    def on_resize(self) -> None:
        """Lines are made for one width."""
        self.call_after_refresh(self._draw)

    def on_input_changed(self) -> None:
        """Search while typing."""
        self._draw()

    def on_input_submitted(self) -> None:
        """Keep what was found and scroll in it."""
        self.set_focus(None)

    def _draw(self) -> None:
        width = max(20, self._body.cells - 2)
        wanted = self._search.value
        found = help_lines(self._actions, width, self._disabled, wanted)
        found += phrase_lines(self._phrases, width, self._disabled, wanted)
        found = found or [(("nothing matches", Role.MUTED),)]
        self._body.show([*welcome_lines(self._welcome, width), *found])
        self._body.redraw()

    def on_key(self, event: events.Key) -> None:
        """Esc closes, `/` searches, the rest scrolls."""
        typing = self._search.has_focus
        if typing and event.key not in {"escape", "down", "up", "pagedown", "pageup"}:
            return
        event.stop()
        if event.key in {"slash", "/"}:
            self._search.display = True
            self._search.focus()
        elif event.key in {"escape", "q", "question_mark", "f1"}:
            self._close(typing=typing)
        else:
            self._scroll(event.key)

    def _close(self, *, typing: bool) -> None:
        if not typing:
            self.dismiss()
            return
        self._search.value = ""
        self._search.display = False
        self.set_focus(None)

    def _scroll(self, key: str) -> None:
        page, end = self._body.page, len(self._body.rows)
        steps = {"down": 1, "up": -1, "page_down": page, "page_up": -page}
        steps |= {"top": -end, "bottom": end}
        for name, keys in DIALOG_KEYS.items():
            if key in keys and name in steps:
                self._body.scroll_by(steps[name])
