"""The command line at the bottom: completion above it, and what is wrong with it beside it.

Every printable key is text.  Tab completes, up and down choose, Enter does it, Esc leaves it.
"""

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input
from typing_extensions import override

from core.telling.spans import Line, Role, say
from tui.dialogs.command.choosing import Choice, choices
from tui.surface import Surface
from tui.text.spans import clip, cut, padded, wrap
from tui.widgets.lines import Lines

_ROWS_MAX: Final = 10
_NOTHING: Final = -1


class CommandLine(ModalScreen[None], inherit_bindings=False):
    """Asks for one line and has it done; where that is wrong, it opens again and says why."""

    BINDINGS: ClassVar = []

    def __init__(self, on: Surface, line: str = "", wrong: str = "") -> None:
        """Begin with *line*; *wrong* says why it was not done."""
        super().__init__(classes="command")
        self._on, self.begun, self._wrong = on, line, wrong
        self._body: Lines[Line] = Lines(clip, id="body", cursor=False)
        self._typed = Input(id="line", compact=True, select_on_focus=False)
        self._choices: Sequence[Choice] = ()
        self._at = _NOTHING  # what was chosen by up and down

    @override
    def compose(self) -> ComposeResult:
        with Vertical(id="dialog", classes="line"):
            yield self._body
            yield self._typed

    def on_mount(self) -> None:
        """Wait for what is typed."""
        self._body.set_roles(self._on.role_styles)
        box = self.query_one("#dialog")
        box.border_title = Content(":")
        box.border_subtitle = Content("Tab completes  Enter does it  Esc leaves")
        self._fill(self.begun)
        self._typed.focus()
        self._offer()

    def on_resize(self) -> None:
        """Lines are made for one width."""
        self._draw()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Offer what the line may become now."""
        event.stop()
        self._wrong = self._wrong if event.value == self.begun else ""
        self._offer()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Do what was typed, or chosen; what is not whole yet goes on being typed."""
        event.stop()
        line = self._taken()
        if line.endswith(" ") and line != self._typed.value:
            self._fill(line)
            return
        self.dismiss()
        wrong = self._on.speak(line) if line.strip() else ""
        if wrong:
            self._on.show(CommandLine(self._on, line, wrong))

    def on_key(self, event: events.Key) -> None:
        """Keys that are no text, and text that came before there was a line for it."""
        steps = {"up": -1, "down": 1}
        if event.is_printable and event.character:
            event.stop()
            self._typed.insert_text_at_cursor(event.character)
        elif event.key == "escape":
            event.stop()
            self.dismiss()
        elif event.key == "tab" and self._choices:
            event.stop()
            line = self._choices[max(0, self._at)].line
            self._fill(f"{line} " if choices(self._on, f"{line} ") else line)
        elif event.key in steps and self._choices:
            event.stop()
            first = 0 if steps[event.key] > 0 else len(self._choices) - 1
            at = first if self._at == _NOTHING else self._at + steps[event.key]
            self._at = at % len(self._choices)
            self._draw()

    def _taken(self) -> str:
        """The line that Enter means."""
        typed = self._typed.value
        if self._at != _NOTHING:
            return self._choices[self._at].line
        name, _, rest = typed.strip().partition(" ")
        named = not name or name in {phrase.name for phrase in self._on.phrases}
        only = bool(rest) and len(self._choices) == 1  # nothing else can be meant
        return self._choices[0].line if self._choices and (only or not named) else typed

    def _fill(self, line: str) -> None:
        self._typed.value = line
        self._typed.cursor_position = len(line)

    def _offer(self) -> None:
        self._choices, self._at = choices(self._on, self._typed.value), _NOTHING
        self._draw()

    # Drawing ------------------------------------------------------------------------------------

    def _draw(self) -> None:
        width = max(20, self.size.width - 4)
        lines = [*self._shown(width), *_wrong_lines(self._wrong, width)]
        self._body.show(lines)
        self._body.redraw()
        self._body.styles.height = len(lines)
        self._body.display = bool(lines)

    def _shown(self, width: int) -> list[Line]:
        """As many as there is room for, the chosen one among them; the others are counted."""
        room = max(1, min(_ROWS_MAX, self.size.height - 6))
        first = max(0, self._at - room + 1)
        there = range(first, min(len(self._choices), first + room))
        longest = max((cell_len(self._choices[at].shown) for at in there), default=0)
        cells = min(longest + 2, width * 2 // 3)
        lines = [_line(self._choices[at], cells, width, chosen=at == self._at) for at in there]
        more = len(self._choices) - len(there)
        return [*lines, ((f"and {more} more", Role.MUTED),)] if more else lines


def _line(choice: Choice, name_cells: int, width: int, *, chosen: bool) -> Line:
    says = f"{choice.says} ({choice.why_not})" if choice.why_not else choice.says
    name, words = padded(say(choice.shown)[0], name_cells), cut(say(says)[0], width - name_cells)
    if chosen:
        return ((padded(name + words, width), Role.CURSOR),)
    off = bool(choice.why_not)
    return ((name, Role.MUTED if off else Role.KEY), (words, Role.MUTED if off else Role.TEXT))


def _wrong_lines(wrong: str, width: int) -> list[Line]:
    return [((part, Role.WARNING),) for part in wrap(say(wrong)[0], width)] if wrong else []
