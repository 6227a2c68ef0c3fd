"""The one screen: header, panes and bars, painted from the newest snapshot."""

import asyncio
from collections.abc import Callable, Hashable, Mapping
from typing import ClassVar, TypeVar

from rich.style import Style
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, Screen
from textual.widgets import Input
from typing_extensions import override

from core.model import Drift, FieldChange, Snapshot
from core.reconcile.memory.commands import Command
from core.telling.spans import Role, say
from tui.actions.leave import ALWAYS_QUIT
from tui.actions.registry import ACTIONS, BY_ID
from tui.commands.registry import PHRASES, spoken
from tui.dialogs.asking import Question
from tui.dialogs.preview import Preview
from tui.dialogs.proposals.heal import end_heal
from tui.dialogs.proposals.orders import follow
from tui.dialogs.writing import end_writing
from tui.explaining import Explaining
from tui.frame import Frame
from tui.model.focus import Focus, Pane, too_small
from tui.model.session import Session
from tui.model.subject import Subject
from tui.model.view import View
from tui.options import TerminalOptions
from tui.panes.panes import AnyPane
from tui.surface import reasons
from tui.text.rows import AppRow, Looks
from tui.widgets.lending import lent
from tui.widgets.lines import Lines

T = TypeVar("T")
_TICK_S = 1.0
_REDRAW_AGES_TICKS = 15


class Desk(Screen[None], inherit_bindings=False):
    """Shows snapshots and lets actions act; decides nothing.  It is the `Surface` of actions."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, f"do({action.id!r})", show=False, priority=action.opens_input)
        for action in ACTIONS
        for key in action.keys
        if key not in ALWAYS_QUIT
    ]
    AUTO_FOCUS = None

    def __init__(
        self,
        options: TerminalOptions,
        submit: Callable[[Command], None],
        *,
        clock: Callable[[], float],
        styles: Mapping[Role, Style],
        quit_now: Callable[[], None],
    ) -> None:
        """Show what `take` is given; ask by *submit*."""
        super().__init__()
        self.options, self.role_styles = options, styles
        self.actions, self.phrases = ACTIONS, PHRASES
        self.view, self.session = View(), Session()
        self._submit, self._clock, self._quit_now = submit, clock, quit_now
        self.frame = Frame(options, styles, self.looks)
        self.panes = self.frame.panes
        self._explaining = Explaining(self, self.view, self.session.numbers, submit)
        self._ticks = 0

    @override
    def compose(self) -> ComposeResult:
        yield from self.frame.compose()

    def on_mount(self) -> None:
        """Start with the apps."""
        self.frame.set_roles()
        self.set_focus(self.panes.apps)
        self.set_interval(_TICK_S, self._tick)
        self.frame.note_bar.say(say(self.options.welcome)[0])
        self.refresh_all()

    # What actions see and do --------------------------------------------------------------------

    @property
    def selected(self) -> Hashable | None:
        """The id under the cursor of the list that was used last."""
        return self.rows(self.view.focus.last_list).cursor_id

    @property
    def subject(self) -> Subject:
        """What pane 0 is about."""
        return self.panes.subject(self.view)

    @property
    def alone(self) -> bool:
        """Whether one pane is shown at a time."""
        return len(self.view.focus.shown(self.size.width)) == 1

    @property
    def troubled(self) -> bool:
        """Whether a message stands there that stays until it is dismissed."""
        return self.frame.note_bar.sticky

    @property
    def questioned(self) -> bool:
        """Whether a question waits for its answer."""
        return isinstance(self.app.screen, Question)

    @property
    def field(self) -> FieldChange | None:
        """The field of an object that pane 0 points at."""
        return self.panes.changes.field

    def step_field(self, step: int) -> None:
        """Point at another field."""
        self.panes.changes.step_field(step)

    def rows(self, pane: Pane) -> AnyPane:
        """Give the rows of one pane."""
        return self.panes.by_name[pane]

    def looks(self) -> Looks:
        """Give the moment, for everything that shows an age."""
        return Looks(self._clock(), self.options.ascii, self.view.lost)

    def submit(self, command: Command) -> None:
        """Ask the engine."""
        self._submit(command)

    def note(self, words: str, role: Role, *, sticky: bool = False) -> None:
        """Say *words*, already harmless; what is sticky stays until it is dismissed."""
        if role is Role.ERROR:
            self.session.errors.append((self._clock(), words))
        self.frame.note_bar.tell(words, role, sticky=sticky)

    def hush(self) -> None:
        """Take the message away."""
        self.frame.note_bar.say("")

    def show(self, *dialogs: ModalScreen[None]) -> None:
        """Open dialogs, each after the one before was closed."""
        if dialogs:
            first, *others = dialogs
            self.app.push_screen(first, lambda _: self.show(*others))

    def speak(self, line: str) -> str:
        """Do what was typed after `:`; say what is wrong with it, "" where it was done."""
        self.panes.apps.hold()
        wrong = spoken(self, line)
        self.refresh_around()
        return wrong

    def beside(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        """Have *work* done by a thread, for it waits; *then* gets what came of it."""

        async def waited() -> None:
            then(await asyncio.to_thread(work))
            self.refresh_around()

        self.run_worker(waited())

    def copy(self, text: str) -> None:
        """Put *text*, already harmless, into the clipboard of the terminal."""
        self.app.copy_to_clipboard(text)

    def dress(self, theme: str) -> str:
        """Take the colours of a theme; say why not."""
        if not self.options.color:
            return "there are no colours here (NO_COLOR, --no-color)"
        self.role_styles = self.frame.dress(self.app, theme)
        return ""

    def suspend(self) -> None:
        """Let the shell have the terminal for a while."""
        self.app.action_suspend_process()

    def outside(self, work: Callable[[], str]) -> str:
        """Let *work* have the terminal until it ends; return what it says went wrong."""
        return lent(self.app, work, self._lapse)

    def go(self, focus: Focus) -> None:
        """Move the focus; a pane is on the screen before it takes it."""
        self.view.remember(self.selected)
        self.view.focus = focus
        pane = self.rows(focus.pane)
        pane.display = True
        self.set_focus(pane)

    def select_app(self, name: str) -> None:
        """Show the lists of another app from their top."""
        if name != self.view.app:
            self.view.choose(name)
            self.panes.start_over()
        self.panes.take_lists(self.view)

    def set_filter(self, source: str) -> None:
        """Filter the list that was used last."""
        self.view.filter_by(source)
        self.refresh_all()

    def open_prompt(self) -> None:
        """Let the filter of the list that was used last be typed."""
        self.view.focus = self.view.focus.typed()
        pane = self.view.focus.pane
        self.frame.prompt.open(pane, self.view.filter_of(pane).source)
        self.set_focus(self.frame.prompt)

    def close_prompt(self) -> None:
        """Go back to the list that was filtered."""
        self.frame.prompt.display = False
        self.hush()
        self.go(self.view.focus.on(self.view.focus.last_list))

    def leave(self) -> None:
        """End the program."""
        self._quit_now()

    # Painting -----------------------------------------------------------------------------------

    def take(self, snapshot: Snapshot) -> None:
        """Show *snapshot*, here and in the dialogs above."""
        lost = self.view.lost
        self.view.take(snapshot)
        if self.view.lost.keys() != lost.keys():
            self.frame.paint_ages(self.view)  # every row says something else
        self.refresh_all()
        for dialog in self.app.screen_stack:
            if isinstance(dialog, Preview) and dialog.is_attached:
                dialog.take(snapshot)
        follow(self, snapshot)
        self.session.look(snapshot)

    def refresh_all(self) -> None:
        """Bring every pane and bar up to the view."""
        if self.view.filter_of(Pane.RESOURCES).names_somebody:
            self._explaining.look_for(self.view.objects())
        self.panes.take(self.view)
        self.refresh_around()

    def refresh_around(self) -> None:
        """Bring all but the lists up to the view."""
        self.view.tidy()
        self.frame.paint(self.view, self.session, self.size, reasons(self))
        self._explaining.look_at(self.subject.of)

    def on_resize(self) -> None:
        """Another number of panes may fit."""
        self.refresh_around()

    def _tick(self) -> None:
        """Ages move on, and writing ends by itself."""
        self._ticks += 1
        self._lapse()
        self.session.look(self.view.snapshot)
        if self.view.hear():
            self.refresh_around()
        self.frame.paint_times(self.view, self.session)
        if self._ticks % _REDRAW_AGES_TICKS == 0:
            self.frame.paint_ages(self.view)

    def _lapse(self) -> None:
        """End what was allowed for a time, once that is over."""
        if self.session.lapsed(self._clock()):
            end_writing(self, "the time for writing is over: read-only again")
        for app in self.session.healed_out(self._clock()):
            end_heal(self, app, f"the time is over: heal is off for {say(app)[0]}")

    # Keys, cursors and typing -------------------------------------------------------------------

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Act before the next key is passed on, so that it is text; in the filter all is text."""
        opens = action == "do" and BY_ID[str(parameters[0])].opens_input
        return not (opens and self.focused is self.frame.prompt)

    def action_do(self, action_id: str) -> None:
        """Do one action, or say why it cannot be done."""
        action = BY_ID[action_id]
        if too_small(*self.size) and not action.at_any_size:
            return
        why_not = action.why_not(self)
        if why_not:
            self.note(say(why_not)[0], Role.WARNING)
            return
        self.panes.apps.hold()
        action.do(self)
        self.refresh_around()

    @on(Lines.Moved)
    def _moved(self, event: Lines.Moved) -> None:
        """The selection drives the next pane."""
        row = event.lines.cursor_row
        if event.lines is self.panes.apps and isinstance(row, AppRow):
            self.select_app(row.view.spec.name)
        elif event.lines is self.panes.resources and isinstance(row, Drift):
            self._follow(row)
        self.refresh_around()

    def _follow(self, row: Drift) -> None:
        """Among the objects of every app the app is that of the row."""
        if self.view.fleet and row.key.app != self.view.app:
            self.view.app = row.key.app
            self.panes.commits.start_over()
            self.panes.take_lists(self.view)
            self.panes.apps.go_to(row.key.app)

    @on(Lines.Opened)
    def _opened(self) -> None:
        self.action_do("open")

    def on_descendant_focus(self) -> None:
        """A click or a key moved the focus; the view follows."""
        focus, focused = self.view.focus, self.focused
        if focused is self.frame.prompt:
            self.view.focus = focus.typed()
        elif focused is not None and focused.id in set(Pane):
            self.view.focus = focus.on(Pane(focused.id))
        if self.view.focus.pane is not Pane.APPS:
            self.rows(self.view.focus.pane).hold()
        self.refresh_around()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        """Filter while typing; what makes no sense is said and has no effect."""
        self.set_filter(event.value)
        bad = self.view.filter_of(self.view.focus.last_list).bad
        words = "; ".join(say(term)[0] for term in bad)
        self.frame.note_bar.say(f"no effect: {words}" if words else "", Role.WARNING)

    @on(Input.Submitted)
    def _accepted(self) -> None:
        """Keep the filter and go on in the list."""
        self.close_prompt()
