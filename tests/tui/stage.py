"""A terminal under test: the app, a pilot at its keys, and a scripted engine behind it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any, TypeVar

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from core.model import Run, Snapshot, Verdict
from core.reconcile.memory.commands import (
    Command,
    Execute,
    ExecuteAdoption,
    ExecuteRevert,
    PrepareAdoption,
    PrepareHeal,
    PreparePlan,
    PrepareRevert,
    PrepareUndo,
    SetHeal,
    SetWriting,
    ShowCommit,
)
from core.telling.spans import plain
from tests.tui import samples
from tests.tui.scripted import Scripted
from tui.app import DriftApp
from tui.dialogs.naming import NameStep
from tui.model.focus import Pane
from tui.options import TerminalOptions
from tui.widgets.lines import Lines

AskedFor = TypeVar("AskedFor")
ARMED_S = 0.45
PROTECTED = "prod-eu-1"  # the sample world's
_TURNS = 40
_PATIENCE_S = 60.0


def answered(  # noqa: C901, PLR0911 - one case each
    command: Command, snapshot: Snapshot
) -> Snapshot | None:
    """What a healthy engine makes of *command*."""
    match command:
        case PreparePlan(request, keys):
            return replace(snapshot, answers={request: samples.plan_of(snapshot, keys)})
        case PrepareUndo(request):
            return replace(snapshot, answers={request: samples.undo_of(snapshot)})
        case PrepareHeal(request, app):
            apart = {Verdict.DRIFTED, Verdict.MISSING}
            rows = snapshot.rows.items()
            keys = frozenset(k for k, row in rows if k.app == app and row.verdict in apart)
            return replace(snapshot, answers={request: samples.plan_of(snapshot, keys)})
        case PrepareRevert(request, _, commit):
            target = next(found for found in samples.HISTORY if found.id == commit)
            revert = samples.revert_of(target)
            return replace(snapshot, answers={request: revert})
        case PrepareAdoption(request):
            adoption = samples.adoption_of(snapshot, command)
            return replace(snapshot, answers={request: adoption})
        case ExecuteAdoption(run):
            done = Run(run, "adopt", 0, finished=True, revision="beefcafe" * 5)
            return replace(snapshot, runs=(*snapshot.runs, done))
        case ShowCommit(request, _, commit):
            return replace(
                snapshot, answers={**snapshot.answers, request: samples.shown_commit(commit)}
            )
        case SetWriting(enabled):
            return replace(snapshot, writing=enabled)
        case SetHeal(apps, enabled):
            views = (
                replace(view, healing=enabled) if view.spec.name in apps else view
                for view in snapshot.apps
            )
            return replace(snapshot, apps=tuple(views))
        case Execute(run, plan):
            count = len(plan.runnable)
            done = Run(run, "sync", count, count, finished=True)
            return replace(snapshot, runs=(*snapshot.runs, done))
        case ExecuteRevert(run, _):
            done = Run(run, "revert", 1, 1, finished=True, revision="beefcafe" * 5)
            return replace(snapshot, runs=(*snapshot.runs, done))
        case _:
            return None


@dataclass
class Stage:
    """What a test holds."""

    app: DriftApp
    pilot: Pilot[None]
    engine: Scripted

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, as a terminal would send them.

        `Pilot.press` waits 140 ms after each.  A key needs some turns of the event loop until
        it came through the queues of app and widget; only after the last one is painting awaited.
        """
        for key in keys:
            name = _character_to_key(key) if len(key) == 1 else key
            character = key if len(key) == 1 else {"space": " "}.get(key)
            self.app.post_message(events.Key(name, character))
            for _ in range(_TURNS):
                await asyncio.sleep(0)
        await self.pilot.pause()

    async def burst(self, text: str) -> None:
        """Type *text* faster than a key is dealt with, as a person ahead of a slow line does."""
        for character in text:
            self.app.post_message(events.Key(_character_to_key(character), character))
        await self.pilot.pause()

    async def until(self, claim: Callable[[], object]) -> None:
        """Wait until *claim* holds."""
        end = monotonic() + _PATIENCE_S
        while not claim():
            assert monotonic() < end, f"never came true; the screen says\n{self.screen}"
            await self.pilot.pause(0.03)

    async def say(self, snapshot: Snapshot) -> None:
        """Let the engine publish *snapshot*, and wait until it, or what it led to, is shown."""
        self.engine.say(snapshot)
        await self.until(lambda: self.app.desk.view.snapshot is self.engine.newest)
        await self.pilot.pause()

    async def confirm(self) -> None:
        """Wait until the dialog can be confirmed, then do it; type the name that is asked for."""
        if not isinstance(self.app.screen, NameStep):
            await self.pilot.pause(ARMED_S)
            await self.press("y")
        await self.type_name()

    async def type_name(self) -> None:
        """Type the name of the protected cluster, where one is asked for."""
        if isinstance(self.app.screen, NameStep):
            await self.until(lambda: self.app.focused is not None)
            await self.press(*PROTECTED, "enter")

    def asked(self, kind: type[AskedFor]) -> list[AskedFor]:
        """The commands of one kind, oldest first."""
        return [command for command in self.engine.commands if isinstance(command, kind)]

    def bar(self, name: str) -> str:
        """The words of a bar."""
        if name == "note":
            return self.app.desk.frame.note_bar.text
        return plain(self.app.desk.frame.bars[name].line)

    def pane(self, name: str) -> str:
        """The words that a pane shows."""
        return words_of(self.app.desk.panes.by_name[Pane(name)])

    @property
    def cursor(self) -> object:
        """The row under the cursor of the focused list."""
        return self.app.desk.rows(self.app.desk.view.focus.pane).cursor_row

    @property
    def focus(self) -> str:
        """The focused pane."""
        return self.app.desk.view.focus.pane

    @property
    def dialog(self) -> str:
        """The words of the open dialog; "" when none is open."""
        screen = self.app.screen
        if screen is self.app.desk:
            return ""
        box = screen.query_one("#dialog")
        body = words_of(screen.query_one("#body", Lines))
        buttons = [plain(found.line) for found in screen.query("Buttons").results()]  # type: ignore[attr-defined]
        return "\n".join([str(box.border_title), body, *buttons])

    @property
    def screen(self) -> str:
        """Every cell of the top screen."""
        compositor = self.app.screen._compositor  # noqa: SLF001 - what is really painted
        return "\n".join(strip.text for strip in compositor.render_strips())


def words_of(lines: Lines[Any]) -> str:
    """The words that a list shows, line by line."""
    drawn = (lines.render_line(y).text.rstrip() for y in range(lines.size.height))
    return "\n".join(drawn).rstrip()


@asynccontextmanager
async def playing(
    size: tuple[int, int] = (120, 40), snapshot: Snapshot | None = None, **options: object
) -> AsyncIterator[Stage]:
    """Open the terminal on the sample world, or on *snapshot*."""
    engine = Scripted(samples.world() if snapshot is None else snapshot)
    engine.answer = answered
    wanted = replace(TerminalOptions(), **options)  # type: ignore[arg-type] # names of its fields
    app = DriftApp(engine.build, options=wanted, clock=lambda: samples.NOW)
    async with app.run_test(size=size) as pilot:
        stage = Stage(app, pilot, engine)
        await stage.until(lambda: app.desk.view.snapshot is engine.newest)
        await pilot.pause()
        yield stage
