"""`driftdeck demo`: an embedded cluster, a sample repository, and a colleague who causes drift.

The world is in sync before the colleague begins, but for the newest commit: drift then arrives
where a visitor can watch it arrive.
"""

import io
import sys
import tempfile
import time
from pathlib import Path

from core.cli.commands import terminal
from core.cli.commands.headless import EventLog, follow, started
from core.cli.commands.writing.sync import Console, sync
from core.cli.opening import OpenTerminal, Shown
from core.cli.options import Options
from core.cli.output.ink import Ink
from core.cli.output.streams import put
from core.cli.session import EngineLike, beside, connected, flags_of
from core.cli.signals import run_coroutine
from core.cli.telemetry.wanted import telemetry_for
from core.demo.world import COLLEAGUE, VISITOR, DemoWorld
from core.errors import UsageError
from core.sandbox import SandboxThread
from core.settings.reading import Flags, Settings


def run(options: Options, open_terminal: OpenTerminal | None) -> int:
    """Build the world, then show it in the terminal, or as the controller does without one."""
    if flags_of(options) != Flags():
        raise UsageError("the demo brings its own settings, repository and cluster")
    with (
        tempfile.TemporaryDirectory(prefix="driftdeck-demo-") as name,
        SandboxThread(audit_log=Path(name, "audit.log")) as server,
    ):
        world = DemoWorld(Path(name), server, time.time())
        code = run_coroutine(first_sync(world))
        if code:
            return code
        put(sys.stderr, _invitation(world))
        told = _tell if open_terminal is None else None
        with world.with_colleague(told):
            if open_terminal is None:
                return run_coroutine(controller(world, options))
            shown = Shown("demo", f"kubectl works here: KUBECONFIG={world.kubeconfig(VISITOR)}")
            return terminal.start(settings_of(world), options, open_terminal, shown)


def settings_of(world: DemoWorld) -> Settings:
    """Return the settings that a user of that world would write."""
    return Settings(apps=world.apps, clusters=(world.cluster,), journal=world.journal)


async def first_sync(world: DemoWorld) -> int:
    """Apply everything, and only then let the newest commit come."""
    code = await synced(world)
    world.add_newest_commit()
    return code


async def synced(world: DemoWorld) -> int:
    """Make the cluster equal to Git, without a word."""
    console = Console(out=io.StringIO(), err=sys.stderr, ink=Ink())  # the plan is of no interest

    async def reader(engine: EngineLike) -> int:
        return await sync(engine, Options(yes=True), console, protected=frozenset())

    return await beside(connected(settings_of(world), writing=True, once=True), reader)


async def controller(world: DemoWorld, options: Options) -> int:
    """Be `driftdeck --headless` on the demo's world."""
    settings, err = settings_of(world), sys.stderr.fileno()
    log = EventLog(sys.stdout.fileno(), err)
    telemetry = started(telemetry_for(settings, options, err), log)
    names = ", ".join(app.name for app in world.apps)
    return await follow(
        lambda: connected(settings, healing=options.autoheal, meter=telemetry.meter),
        log,
        telemetry,
        message=f"demo, {'healing' if options.autoheal else 'watching'}: {names}",
    )


def _invitation(world: DemoWorld) -> list[str]:
    return [
        "While the demo runs, you can cause drift yourself, from elsewhere:",
        f"  export KUBECONFIG={world.kubeconfig(VISITOR)}",
        "  kubectl -n shop scale deployment web --replicas=9",
        f"The repository that the cluster should equal: {world.repository}",
    ]


def _tell(words: str) -> None:
    put(sys.stderr, [f"{COLLEAGUE} does: {words}"])
