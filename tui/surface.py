"""An action and the screen it acts on: each is told in terms of the other, so they stand together.

An `Action` is everything the terminal knows of one thing a person can do.  Its two functions get a
`Surface`, which says all they may see and do; the desk is one, and so is a stand-in of the tests.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from rich.style import Style
from textual.screen import ModalScreen

from core.model import FieldChange
from core.reconcile.memory.commands import Command
from core.telling.spans import Role
from tui.model.focus import Focus, Pane
from tui.model.session import Session
from tui.model.subject import Subject
from tui.model.view import View
from tui.options import TerminalOptions
from tui.text.rows import Looks

T = TypeVar("T")


class Group(StrEnum):
    """Where the help lists an action."""

    ACT = "Act (each shows what it would do first)"
    FIND = "Find"
    MOVE = "Move"
    LOOK = "Look"
    LEAVE = "Leave"


def _never(_: "Surface") -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing a person can do: bindings, help, hints and checks are made from this value."""

    id: str
    keys: tuple[str, ...]  # the first is shown; all names are Textual's
    words: str  # in the hint bar
    does: str  # in the help
    group: Group
    do: Callable[["Surface"], None]
    why_not: Callable[["Surface"], str] = _never  # why it cannot be done now; "" where it can
    priority: int = 0  # of the hint bar; 0 is not shown there
    first_in: Pane | None = None  # the list in which its hint goes before all others
    at_any_size: bool = False  # even where the terminal is too small to show anything
    opens_input: bool = False  # the keys that follow are text, however fast they come

    def attempt(self, on: "Surface") -> str:
        """Do it; return why it was not done, "" where it was."""
        why_not = self.why_not(on)
        if not why_not:
            self.do(on)
        return why_not


@dataclass(frozen=True, slots=True)
class Offer:
    """One way to go on with a line that is being typed."""

    text: str  # all that follows the name
    says: str = ""


def _nothing(_: "Surface", __: str) -> Iterable[Offer]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """One thing that can be typed after `:`; completion and help are made from this value."""

    name: str
    takes: str = ""  # what follows the name, for people: "2h WHY"
    does: str
    do: Callable[["Surface", str], str]  # with what follows; what is wrong with that, "" if nothing
    why_not: Callable[["Surface"], str] = _never
    offers: Callable[["Surface", str], Iterable[Offer]] = _nothing  # for what follows so far


class Rows(Protocol):
    """The rows of one pane."""

    @property
    def cursor_id(self) -> Hashable | None:
        """The id under the cursor."""

    @property
    def page(self) -> int:
        """Rows that are visible at once."""
        ...

    def move(self, step: int) -> None:
        """Move the cursor; where there is none, scroll."""

    def to_end(self, *, last: bool) -> None:
        """Go to the first or the last row."""

    def scroll_by(self, step: int) -> None:
        """Scroll without moving a cursor."""

    def go_to(self, wanted: Hashable) -> bool:
        """Move the cursor to an id; False where it is not among the rows."""
        ...

    def text(self, width: int) -> Iterator[str]:
        """Every row as a reader sees it, in *width* cells."""
        ...


class Surface(Protocol):
    """What actions and dialogs see of the screen below them, and what they may do to it.

    `view` and `session` may be changed; what is shown follows after each action.
    """

    @property
    def actions(self) -> tuple[Action, ...]:
        """Everything that can be done here."""
        ...

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        """Everything that can be typed here."""
        ...

    @property
    def view(self) -> View:
        """What is selected, filtered, marked and focused."""
        ...

    @property
    def session(self) -> Session:
        """What was allowed and ordered."""
        ...

    @property
    def options(self) -> TerminalOptions:
        """What flags said."""
        ...

    @property
    def role_styles(self) -> Mapping[Role, Style]:
        """The theme."""
        ...

    @property
    def selected(self) -> Hashable | None:
        """The id under the cursor of the list that was used last."""

    @property
    def subject(self) -> Subject:
        """What pane 0 is about."""
        ...

    @property
    def alone(self) -> bool:
        """Whether one pane is shown at a time."""
        ...

    @property
    def troubled(self) -> bool:
        """Whether a message stands there that stays until it is dismissed."""
        ...

    @property
    def questioned(self) -> bool:
        """Whether a question waits for its answer."""
        ...

    @property
    def field(self) -> FieldChange | None:
        """The field of an object that pane 0 points at."""

    def step_field(self, step: int) -> None:
        """Point at another field."""

    def rows(self, pane: Pane) -> Rows:
        """Give the rows of one pane."""
        ...

    def looks(self) -> Looks:
        """Give the moment, for everything that shows an age."""
        ...

    def submit(self, command: Command) -> None:
        """Ask the engine."""

    def note(self, words: str, role: Role, *, sticky: bool = False) -> None:
        """Say *words*, already harmless; what is sticky stays until it is dismissed."""

    def hush(self) -> None:
        """Take the message away."""

    def show(self, *dialogs: ModalScreen[None]) -> None:
        """Open dialogs, each after the one before was closed."""

    def speak(self, line: str) -> str:
        """Do what was typed after `:`; say what is wrong with it, "" where it was done."""
        ...

    def beside(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        """Have *work* done by a thread, for it waits; *then* gets what came of it."""

    def copy(self, text: str) -> None:
        """Put *text*, already harmless, into the clipboard of the terminal."""

    def dress(self, theme: str) -> str:
        """Take the colours of a theme; say why not."""
        ...

    def suspend(self) -> None:
        """Let the shell have the terminal for a while."""

    def outside(self, work: Callable[[], str]) -> str:
        """Let *work* have the terminal until it ends; return what it says went wrong.

        A thread does it; the loop of the screen stands still meanwhile.
        """
        ...

    def go(self, focus: Focus) -> None:
        """Move the focus."""

    def select_app(self, name: str) -> None:
        """Show the lists of another app."""

    def set_filter(self, source: str) -> None:
        """Filter the list that was used last."""

    def open_prompt(self) -> None:
        """Let the filter be typed."""

    def close_prompt(self) -> None:
        """Go back to the list that was filtered."""

    def leave(self) -> None:
        """End the program."""


def forbidden(on: Surface) -> str:
    """Why nothing may be written now; "" where it may."""
    return on.view.why_not_write(read_only=on.options.read_only)


def reasons(on: Surface) -> Mapping[str, str]:
    """Why actions cannot be done now, by id; a disabled action stays visible (K8)."""
    found = ((action.id, action.why_not(on)) for action in on.actions)
    return {id_: why for id_, why in found if why}
