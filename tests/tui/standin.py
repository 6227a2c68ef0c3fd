"""A surface without a screen: what actions see and do, in memory."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from rich.style import Style
from textual.screen import ModalScreen

from core.model import Drift, FieldChange, Snapshot
from core.reconcile.memory.commands import Command
from core.telling.spans import Role
from tests.tui import samples
from tui.actions.registry import ACTIONS
from tui.commands.registry import PHRASES, spoken
from tui.model.focus import Focus, Pane
from tui.model.session import Session
from tui.model.subject import Subject
from tui.model.view import View
from tui.options import TerminalOptions
from tui.surface import Action, Phrase, Surface
from tui.text.rows import Looks
from tui.theme.styles import MONO_STYLES

T = TypeVar("T")


@dataclass
class Ids:
    """Rows that are nothing but their ids."""

    ids: Sequence[Hashable] = ()
    cursor: int = 0
    page: int = 10
    scrolled: int = 0

    @property
    def cursor_id(self) -> Hashable | None:
        return self.ids[self.cursor] if self.ids else None

    def move(self, step: int) -> None:
        self.cursor = min(max(0, self.cursor + step), len(self.ids) - 1)

    def to_end(self, *, last: bool) -> None:
        self.move(len(self.ids) if last else -len(self.ids))

    def scroll_by(self, step: int) -> None:
        self.scrolled += step

    def text(self, width: int) -> Iterator[str]:
        return (str(one)[:width] for one in self.ids)

    def go_to(self, wanted: Hashable) -> bool:
        found = wanted in self.ids
        self.cursor = list(self.ids).index(wanted) if found else self.cursor
        return found


@dataclass
class Standin:
    """Remembers what was asked, said and opened."""

    world: Snapshot = field(default_factory=samples.world)
    options: TerminalOptions = field(default_factory=TerminalOptions)
    actions: tuple[Action, ...] = ACTIONS
    phrases: tuple[Phrase, ...] = PHRASES
    view: View = field(default_factory=View)
    session: Session = field(default_factory=Session)
    role_styles: Mapping[Role, Style] = field(default_factory=lambda: MONO_STYLES)
    alone: bool = False
    at: int = 0
    troubled: bool = False
    questioned: bool = False
    prompted: bool = False
    left: bool = False
    theme: str = ""
    suspended: bool = False
    copied: list[str] = field(default_factory=list)
    now: float = samples.NOW
    commands: list[Command] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    dialogs: list[ModalScreen[None]] = field(default_factory=list)
    lists: dict[Pane, Ids] = field(default_factory=lambda: {pane: Ids() for pane in Pane})

    def __post_init__(self) -> None:
        self.view.take(self.world)
        self.refresh()

    def refresh(self) -> None:
        """Fill the lists from the view."""
        view = self.view
        self.lists[Pane.APPS].ids = [row.view.spec.name for row in view.apps()]
        self.lists[Pane.RESOURCES].ids = [drift.key for drift in view.resources()]
        self.lists[Pane.COMMITS].ids = [commit.id for commit in view.commits()]
        self.lists[Pane.TIMELINE].ids = [event.sequence for event in view.events()]

    @property
    def surface(self) -> Surface:
        """Itself, which the type checker holds against the protocol."""
        return self

    @property
    def selected(self) -> Hashable | None:
        return self.lists[self.view.focus.last_list].cursor_id

    @property
    def subject(self) -> Subject:
        if self.view.focus.last_list is not Pane.RESOURCES or not self.view.resources():
            return Subject(self.view.app_row)
        return Subject(self.view.resources()[self.lists[Pane.RESOURCES].cursor])

    @property
    def field(self) -> FieldChange | None:
        of = self.subject.of
        return of.changes[self.at] if isinstance(of, Drift) and of.changes else None

    def step_field(self, step: int) -> None:
        self.at += step

    def rows(self, pane: Pane) -> Ids:
        return self.lists[pane]

    def looks(self) -> Looks:
        return Looks(self.now)

    def submit(self, command: Command) -> None:
        self.commands.append(command)

    def note(self, words: str, role: Role, *, sticky: bool = False) -> None:
        del role
        self.troubled = self.troubled or sticky
        self.notes.append(words)

    def hush(self) -> None:
        self.troubled = False

    def show(self, *dialogs: ModalScreen[None]) -> None:
        self.dialogs += dialogs

    def speak(self, line: str) -> str:
        return spoken(self, line)

    def beside(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        then(work())

    def copy(self, text: str) -> None:
        self.copied.append(text)

    def outside(self, work: Callable[[], str]) -> str:
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(work).result()

    def dress(self, theme: str) -> str:
        self.theme = theme
        return ""

    def suspend(self) -> None:
        self.suspended = True

    def go(self, focus: Focus) -> None:
        self.view.remember(self.selected)
        self.view.focus = focus

    def select_app(self, name: str) -> None:
        if name != self.view.app:
            self.view.choose(name)
        self.refresh()

    def set_filter(self, source: str) -> None:
        self.view.filter_by(source)
        self.refresh()

    def open_prompt(self) -> None:
        self.view.focus = self.view.focus.typed()

    def close_prompt(self) -> None:
        self.view.focus = self.view.focus.on(self.view.focus.last_list)

    def leave(self) -> None:
        self.left = True

    def do(self, id_: str) -> str:
        """Do an action as the desk does; say why it was not done."""
        return next(action for action in self.actions if action.id == id_).attempt(self)
