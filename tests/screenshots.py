"""`python -m tests.screenshots` draws `screenshots/`: the real app on the demo's world.

Everything that could differ from run to run is fixed: the clock, the commits, what the colleague
does, the sizes.  So the test beside this module can demand the same bytes.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from textual.pilot import Pilot

from core.cli.commands.demo import first_sync, settings_of
from core.clock import Clock
from core.demo.colleague import DEEDS, KUBECTL
from core.demo.world import DemoWorld
from core.engine import Engine, connect
from core.model import Snapshot, Verdict
from core.sandbox import SandboxThread
from core.settings.reading import Settings
from tests.contract.client import Client, Server
from tests.tui.scenes import SCENES
from tests.tui.stage import playing
from tui.app import DriftApp
from tui.dialogs.preview import Buttons
from tui.options import TerminalOptions

FOLDER = Path(__file__).parents[1] / "screenshots"
NOW = 1_793_000_000.0  # 2026-10-26T06:13:20Z
DEEDS_DONE = 5  # scale, set image, edit, delete, label
PATIENCE_S = 60.0
PAINTS = 20


@dataclass(frozen=True)
class Shot:
    """One picture: a size and the keys that lead to it."""

    name: str
    size: tuple[int, int]
    keys: tuple[str, ...]
    scene: str = ""  # of `tests.tui.scenes`, where it is not the demo's world


SHOTS = (
    Shot("diff-120x40", (120, 40), ("]",)),
    Shot("sync-120x40", (120, 40), ("W", "y", "]", "s")),
    Shot("commits-120x40", (120, 40), ("]", "3", "j")),
    Shot("fleet-160x45", (160, 45), ("]", "]")),
    Shot("triage-80x24", (80, 24), ("]",)),
    Shot("revert-120x40", (120, 40), ("3", "t"), "revert"),
    Shot("outage-120x40", (120, 40), ("2",), "outage"),
)


def draw(shot: Shot, *, wanted: str = "") -> str:
    """Draw one picture as SVG text, on a world of its own; if it will be as *wanted*, then that."""
    if shot.scene:
        with tempfile.TemporaryDirectory(prefix="driftdeck-shots-") as name, _quiet(Path(name)):
            return asyncio.run(_scene(shot, wanted))
    with (
        tempfile.TemporaryDirectory(prefix="driftdeck-shots-") as name,
        _quiet(Path(name)),
        SandboxThread(clock=_clock, audit_log=Path(name, "audit.log")) as server,
    ):
        world = DemoWorld(Path(name), server, NOW)
        code = asyncio.run(first_sync(world))
        assert code == 0, code
        client = Client(Server("demo", server.url, None, server.tokens), "alice", KUBECTL)
        return asyncio.run(_session(shot, settings_of(world), client, wanted))


def _clock() -> float:
    return NOW


@contextmanager
def _quiet(folder: Path) -> Iterator[None]:
    """No colour setting of this terminal, and no state of this user, may show."""
    kept = {k: v for k, v in os.environ.items() if k not in {"NO_COLOR", "COLORTERM", "TERM"}}
    fixed = {**kept, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    with mock.patch.dict(os.environ, {**fixed, "XDG_STATE_HOME": str(folder)}, clear=True):
        yield


async def _scene(shot: Shot, wanted: str) -> str:
    scene = next(scene for scene in SCENES if scene.name == shot.scene)
    async with playing(shot.size, snapshot=scene.world) as stage:
        stage.engine.answer = scene.answer
        await stage.press(*shot.keys)
        await _until(stage.pilot, lambda: _answers(stage.app))
        await stage.pilot.pause(0.6)
        return await _picture(stage.app, stage.pilot, wanted)


async def _session(shot: Shot, settings: Settings, client: Client, wanted: str) -> str:
    def engine() -> Engine:
        return connect(settings.apps, settings.clusters, clock=Clock(wall=_clock))

    app = DriftApp(engine, options=TerminalOptions(title="demo"), clock=_clock)
    async with app.run_test(size=shot.size) as pilot:
        await _until(pilot, lambda: _shown(app).complete and bool(_shown(app).apps))
        for deed in DEEDS[:DEEDS_DONE]:
            method = "PATCH" if deed.manager else "DELETE"
            query = f"?fieldManager={deed.manager}" if deed.manager else ""
            body = deed.body(0) if deed.manager else None
            await asyncio.to_thread(
                client.call, method, deed.path + query, body, content_type=deed.content_type
            )
        await _until(pilot, lambda: _settled(_shown(app)))
        for key in shot.keys:
            await pilot.press(key)
            await pilot.pause(0.6)  # a preview answers keys after 400 ms only
            await _until(pilot, lambda: _answers(app))
        await _until(pilot, lambda: _explained(app) >= shot.keys.count("]"))
        await pilot.pause(0.6)  # two paints
        await _until(pilot, lambda: _answers(app))
        return await _picture(app, pilot, wanted)


async def _picture(app: DriftApp, pilot: Pilot[None], wanted: str) -> str:
    """Take it; a busy machine may still be about to paint what is *wanted*."""
    picture = app.export_screenshot(title="driftdeck")
    for _ in range(PAINTS if wanted else 0):
        if picture == wanted:
            break
        await pilot.pause(0.3)
        picture = app.export_screenshot(title="driftdeck")
    return picture


def _answers(app: DriftApp) -> bool:
    """Tell whether a dialog that is open answers keys; a slow machine takes longer to draw it."""
    return all(buttons.armed for buttons in app.screen.query(Buttons))


def _shown(app: DriftApp) -> Snapshot:
    snapshot: Snapshot = app.desk.view.snapshot
    return snapshot


def _settled(snapshot: Snapshot) -> bool:
    drifted = [row for row in snapshot.rows.values() if row.verdict is Verdict.DRIFTED]
    missing = [row for row in snapshot.rows.values() if row.verdict is Verdict.MISSING]
    counts = sorted(len(row.changes) for row in drifted)
    return snapshot.complete and len(missing) == 1 and counts == [2, 2, 2]


def _explained(app: DriftApp) -> int:
    rows = _shown(app).rows.values()
    return sum(row.verdict is Verdict.DRIFTED and row.explained for row in rows)


async def _until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not true():
            await pilot.pause(0.05)


def main() -> None:
    """Draw every picture into its file."""
    for shot in SHOTS:
        (FOLDER / f"{shot.name}.svg").write_text(draw(shot))
        sys.stdout.write(f"{shot.name}\n")


if __name__ == "__main__":
    main()
