"""The second step before a protected cluster is written to, or anything deleted: a word is typed.

It lies over the preview, which goes on hearing of the world; what was typed counts only for what
was shown when it was begun.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person types before something is done that cannot be taken back."""

    word: str
    title: str
    role: Role = Role.TEXT

    @classmethod
    def name_of(cls, cluster: str) -> "Typed":
        """The name of a protected cluster."""
        return cls(cluster, f"Protected: {say(cluster)[0]}")


class NameStep(ModalScreen[None]):
    """Wants a word, like the name of a protected cluster; Enter goes on once it is exact."""

    BINDINGS: ClassVar = []

    def __init__(
        self,
        wanted: Typed,
        words: str,
        then: Callable[[], None],
        *,
        styles: Mapping[Role, Style],
    ) -> None:
        """Ask for what is *wanted* before *words* is done, which is what *then* does."""
        super().__init__(classes="preview")
        self._wanted, self._words, self._then = wanted, words, then
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
        box.border_title = Content(self._wanted.title)
        box.border_subtitle = Content("Enter goes on once it is exact  Esc cancels")
        self._typed.focus()
        self.call_after_refresh(self._draw)

    def on_resize(self) -> None:
        """Lines are made for one width."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        width = max(20, self.query_one("#dialog").content_size.width - _MARGINS)
        asked = f"{self._words}: type {say(self._wanted.word)[0]} to go on."
        lines: list[Line] = [((part, self._wanted.role),) for part in wrap(asked, width)]
        self._body.show(lines)
        self._body.redraw()
        self._body.styles.height = len(lines)

    def on_key(self, event: events.Key) -> None:
        """Esc goes back to the preview; everything else is typed."""
        if event.key == "escape":
            event.stop()
            self.dismiss()

    def on_input_submitted(self) -> None:
        """Go on, if it is the word."""
        if self._typed.value == self._wanted.word:
            self.dismiss()
            self._then()
