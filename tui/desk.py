"""The one screen: header, panes and bars, painted from the newest snapshot."""

from collections.abc import Callable, Hashable, Mapping
from typing import ClassVar

from rich.style import Style
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input
from typing_extensions import override

from core.model import Drift, Snapshot
from core.reconcile.memory.inputs import Command
from tui import arrange, conditions
from tui.explaining import Explaining
from tui.filters import NO_FILTER, parse
from tui.flows import Flows, Surface
from tui.keymap import ACTIONS, ALWAYS_QUIT
from tui.navigation import Navigation
from tui.options import TerminalOptions
from tui.palette import Role
from tui.panes.apps import AppsPane
from tui.panes.changes import ChangesPane, Subject
from tui.panes.commits import CommitsPane
from tui.panes.resources import ResourcesPane
from tui.panes.timeline import TimelinePane
from tui.text.header import Heading, header_line
from tui.text.rows import AppRow, Looks
from tui.text.spans import Line, say
from tui.titles import Titles
from tui.view import View
from tui.widgets.bars import Bar, NoteBar, hint_line
from tui.widgets.lines import Lines

_TICK_S = 1.0
_REDRAW_AGES_TICKS = 15
_NOTE_S = 6.0


class Desk(Screen[None], inherit_bindings=False):
    """Shows snapshots and turns keys into commands; decides nothing about drift."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, f"do({action.id!r})", show=False)
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
        self.view = View()
        self.options, self.submit, self.clock, self.role_styles = options, submit, clock, styles
        plain_ascii = options.ascii
        self.apps = AppsPane(self.looks, ascii_only=plain_ascii)
        self.resources = ResourcesPane(self.looks, ascii_only=plain_ascii)
        self.commits = CommitsPane(self.looks, ascii_only=plain_ascii)
        self.timeline = TimelinePane(self.looks, ascii_only=plain_ascii)
        self.changes = ChangesPane(self.looks, ascii_only=plain_ascii)
        self.bars = {name: Bar(name) for name in ("header", "crumb", "hints", "small")}
        self.columns = Horizontal(id="panes")
        self.note_bar = NoteBar("note")
        self.prompt = Input(id="prompt", compact=True, select_on_focus=False)
        self.full_screen = False
        self.flows = Flows(
            Surface(
                screen=self,
                view=self.view,
                options=options,
                submit=submit,
                note=self.note,
                looks=self.looks,
                selected=lambda: self.selected,
                styles=styles,
            )
        )
        self.titles = Titles(styles)
        self.explaining = Explaining(self, submit)
        self.navigation = Navigation(self, quit_now)
        self._note_timer: Timer | None = None
        self._ticks = 0

    def looks(self) -> Looks:
        """The moment, for everything that shows an age."""
        return Looks(self.clock(), self.options.ascii)

    @override
    def compose(self) -> ComposeResult:
        yield self.bars["header"]
        yield self.bars["crumb"]
        with self.columns:
            yield from self.panes.values()
        yield self.bars["small"]
        yield self.note_bar
        yield self.prompt
        yield self.bars["hints"]

    @property
    def panes(self) -> dict[str, Lines[AppRow] | Lines[Drift] | Lines[Line] | Lines[object]]:
        """The panes by name, from left to right."""
        panes = (self.apps, self.resources, self.commits, self.timeline, self.changes)
        return {str(pane.id): pane for pane in panes}  # type: ignore[misc] # rows differ

    def on_mount(self) -> None:
        """Start with the apps."""
        for pane in self.panes.values():
            pane.set_roles(self.role_styles)
        for bar in (*self.bars.values(), self.note_bar):
            bar.set_roles(self.role_styles)
        self.prompt.display = False
        self.set_focus(self.apps)
        self.set_interval(_TICK_S, self._tick)
        self.refresh_all()

    # What is selected ---------------------------------------------------------------------------

    @property
    def pane(self) -> str:
        """The focused pane; while a text is typed, the list it filters."""
        focused = self.focused
        name = str(focused.id) if focused is not None else ""
        return name if name in self.panes else self.view.last_list

    @property
    def selected(self) -> Hashable | None:
        """The id under the cursor of the list that was used last."""
        return self.panes[self.view.last_list].cursor_id

    @property
    def subject(self) -> Subject:
        """What pane 0 is about."""
        row: object = self.panes[self.view.last_list].cursor_row
        app = self.view.app_row
        of = app if isinstance(row, AppRow) else row
        cluster = self.view.cluster if isinstance(of, AppRow) else None
        return Subject(of, cluster, self.view.noise, self.view.text)  # type: ignore[arg-type]

    @property
    def reasons(self) -> Mapping[str, str]:
        """Why actions cannot be done now, by id."""
        of = self.changes.subject.of
        return conditions.disabled(
            self.view,
            self.selected,
            read_only=self.options.read_only,
            subject_has_text=isinstance(of, Drift) and bool(of.changes or of.ignored),
        )

    # Painting -----------------------------------------------------------------------------------

    def take(self, snapshot: Snapshot) -> None:
        """Show *snapshot*."""
        self.view.take(snapshot)
        self.refresh_all()
        self.flows.take(snapshot)

    def refresh_all(self) -> None:
        """Bring every pane and bar up to the view; what did not change is not painted."""
        self.apps.take(self.view)
        self.refresh_lists()
        self.refresh_around()

    def refresh_lists(self) -> None:
        """The lists that depend on the selected app."""
        for pane in (self.resources, self.commits, self.timeline):
            pane.take(self.view)

    def refresh_around(self) -> None:
        """Pane 0, titles and bars."""
        width, height = self.size
        small = arrange.too_small(width, height)
        self._display(width, small)
        self.changes.take(self.subject)
        heading = self._heading()
        self.bars["header"].show(lambda cells: header_line(heading, cells))
        of = self.changes.subject.of
        self.titles.show(self.panes, self.view, of, heading)
        crumb = arrange.breadcrumb(self.view, self.pane, of)
        self.bars["crumb"].show(lambda _: crumb)
        disabled, first = self.reasons, self._first_hints()
        self.bars["hints"].show(lambda cells: hint_line(cells, disabled, first))
        self.bars["small"].show(lambda _: ((small, Role.STRONG),))
        self.explaining.look_at(of)

    def _first_hints(self) -> tuple[str, ...]:
        return ("revert",) if self.view.last_list == "commits" else ()

    def _display(self, width: int, small: str) -> None:
        last = self.view.last_list
        wanted = arrange.shown_panes(width, self.pane, last, full_screen=self.full_screen)
        for name, pane in self.panes.items():
            pane.display = name in wanted
        self.columns.display = not small
        self.bars["small"].display = bool(small)
        self.bars["crumb"].display = not small and (width < arrange.TWO_FROM)
        self.set_class(len(wanted) > 2, "-three")  # noqa: PLR2004 - three columns

    def _heading(self) -> Heading:
        view = self.view
        return Heading(
            cluster=view.cluster,
            app=view.app_view,
            now=self.clock(),
            writing=view.snapshot.writing,
            write_until=self.flows.write_until,
            heal_by_flag=self.options.healing,
            title=self.options.title,
            ascii_only=self.options.ascii,
        )

    def _tick(self) -> None:
        """Ages move on."""
        self._ticks += 1
        self.flows.tick(self.clock())
        heading = self._heading()
        self.bars["header"].show(lambda cells: header_line(heading, cells))
        if self._ticks % _REDRAW_AGES_TICKS == 0:
            for pane in self.panes.values():
                pane.redraw()
            self.changes.take(self.subject, again=True)

    def on_resize(self) -> None:
        """Another number of panes may fit."""
        self.refresh_around()

    # Messages -----------------------------------------------------------------------------------

    def note(self, words: str, role: Role, sticky: bool) -> None:
        """Say *words*; what does not stay goes after a while, and never hides what stays."""
        if self.note_bar.sticky and not sticky:
            return
        self.note_bar.say(words, role, sticky=sticky)
        if self._note_timer is not None:
            self._note_timer.stop()
        self._note_timer = None if sticky else self.set_timer(_NOTE_S, self._forget_note)

    def _forget_note(self) -> None:
        if not self.note_bar.sticky:
            self.note_bar.say("")

    # Keys and cursors ---------------------------------------------------------------------------

    def action_do(self, action_id: str) -> None:
        """Do one action of the keymap, or say why it cannot be done."""
        if arrange.too_small(*self.size) and action_id != "quit":
            return
        reason = self.reasons.get(action_id, "")
        if reason:
            self.note(say(reason)[0], Role.AMBER, False)
            return
        self.apps.hold()
        handlers = {**self.navigation.handlers(), **self.flows.handlers()}
        handlers[action_id]()
        self.refresh_around()

    @on(Lines.Moved)
    def _moved(self, event: Lines.Moved) -> None:
        """The selection drives the next pane."""
        row = event.lines.cursor_row
        if event.lines is self.apps and isinstance(row, AppRow):
            self.select_app(row.view.spec.name)
        self.refresh_around()

    def select_app(self, name: str) -> None:
        """The lists of another app begin at their top."""
        if name != self.view.app:
            self.view.app = name
            self.resources.start_over()
            self.commits.start_over()
        self.refresh_lists()

    @on(Lines.Opened)
    def _opened(self) -> None:
        self.action_do("open")

    def on_descendant_focus(self) -> None:
        """The list that was used last decides what actions work on."""
        if self.pane in self.view_lists:
            self.view.last_list = self.pane
        if self.pane != "apps":
            self.panes[self.pane].hold()
        self.refresh_around()

    @property
    def view_lists(self) -> frozenset[str]:
        """The panes that are lists."""
        return frozenset(self.panes) - {"changes"}

    # The filter ---------------------------------------------------------------------------------

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        """Filter while typing; what makes no sense is said and has no effect."""
        wanted = parse(event.value)
        self.set_filter(event.value)
        bad = "; ".join(say(term)[0] for term in wanted.bad)
        self.note_bar.say(f"no effect: {bad}" if bad else "", Role.AMBER)

    def set_filter(self, source: str) -> None:
        """Filter the list that was used last."""
        name = self.view.last_list
        self.view.filters[name] = parse(source) if source.strip() else NO_FILTER
        self.refresh_all()

    @on(Input.Submitted)
    def _accepted(self) -> None:
        """Keep the filter and go on in the list."""
        self.navigation.close_prompt()
