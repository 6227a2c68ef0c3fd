"""`driftdeck demo`: an embedded cluster, a sample repository, and a colleague who causes drift.

The world is in sync before the colleague begins, but for the newest commit: drift then arrives
where a visitor can watch it arrive.
"""

import asyncio
import contextlib
import io
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from core.cli import terminal
from core.cli.headless import EventLog, follow
from core.cli.ink import Ink, put
from core.cli.jobs import OpenTerminal
from core.cli.options import Options
from core.cli.session import EngineLike, beside, connected, flags_of
from core.cli.signals import run_coroutine
from core.cli.sync import Console, sync
from core.errors import UsageError
from core.git import commit_files
from core.model import AppSpec, ClusterSpec
from core.sandbox import SandboxThread
from core.sandbox.demo import Colleague
from core.sandbox.sample import MONITORING, SHOP, SampleCommit, history
from core.settings import Flags, Settings

CLUSTER: Final = "demo"
BRANCH: Final = "main"
_COLLEAGUE: Final = "alice"
_OURSELVES: Final = "driftdeck"
_VISITOR: Final = "bob"


def run(options: Options, open_terminal: OpenTerminal | None) -> int:
    """Build the world, then show it in the terminal, or as the controller does without one."""
    if flags_of(options) != Flags():
        raise UsageError("the demo brings its own settings, repository and cluster")
    with tempfile.TemporaryDirectory(prefix="driftdeck-demo-") as name, SandboxThread() as server:
        folder = Path(name)
        now = time.time()
        settings = prepare(folder, server, now)
        code = run_coroutine(first_sync(settings, folder / "config", now))
        if code:
            return code
        put(sys.stderr, _invitation(folder / "config", _kubeconfig(folder, server, _VISITOR)))
        told = _tell if open_terminal is None else None
        with working(Colleague(server.url, server.tokens[_COLLEAGUE]), told):
            if open_terminal is None:
                return run_coroutine(controller(settings, options))
            return terminal.start(settings, options, open_terminal, title="demo")


def prepare(folder: Path, server: SandboxThread, now: float) -> Settings:
    """Write the repository, all but its newest commit, and the settings that go with it."""
    repository = folder / "config"
    for i, commit in enumerate(history()[:-1]):
        _commit(repository, commit, now, init=i == 0)
    apps = tuple(
        AppSpec(
            name=path.rpartition("/")[2],
            repo=str(repository),
            revision=BRANCH,
            path=path,
            cluster=CLUSTER,
            namespace=path.rpartition("/")[2],
            inventory_namespace="default",  # the apps' own come into being by the first sync
        )
        for path in (SHOP, MONITORING)
    )
    kubeconfig = _kubeconfig(folder, server, _OURSELVES)
    return Settings(apps=apps, clusters=(ClusterSpec(name=CLUSTER, kubeconfig=str(kubeconfig)),))


async def first_sync(settings: Settings, repository: Path, now: float) -> int:
    """Apply everything, and only then let the newest commit come."""
    console = Console(out=io.StringIO(), err=sys.stderr, ink=Ink())  # the plan is of no interest

    async def reader(engine: EngineLike) -> int:
        return await sync(engine, Options(yes=True), console, protected=frozenset())

    code = await beside(connected(settings, writing=True, once=True), reader)
    _commit(repository, history()[-1], now)
    return code


async def controller(settings: Settings, options: Options) -> int:
    """Be `driftdeck --headless` on the demo's world."""
    log = EventLog(sys.stdout.fileno(), sys.stderr.fileno())
    return await follow(
        lambda: connected(settings, healing=options.autoheal),
        log,
        message=f"demo, {'healing' if options.autoheal else 'watching'}: shop, monitoring",
    )


@contextlib.contextmanager
def working(colleague: Colleague, told: Callable[[str], None] | None) -> Iterator[None]:
    """Let the colleague work in a thread of her own, so that nothing here waits for her."""
    loop = asyncio.new_event_loop()
    task = loop.create_task(colleague.work(told=told))

    def work() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(task)

    thread = threading.Thread(target=work, name="colleague", daemon=True)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join()
        loop.close()


def _commit(repository: Path, commit: SampleCommit, now: float, *, init: bool = False) -> None:
    commit_files(
        str(repository),
        commit.files,
        author=commit.author,
        message=commit.message,
        when=now - commit.age_s,
        branch=BRANCH,
        init=init,
    )


def _kubeconfig(folder: Path, server: SandboxThread, user: str) -> Path:
    own = folder / user
    own.mkdir(mode=0o700, exist_ok=True)
    return Path(server.kubeconfig(own, user))


def _invitation(repository: Path, kubeconfig: Path) -> list[str]:
    return [
        "While the demo runs, you can cause drift yourself, from elsewhere:",
        f"  export KUBECONFIG={kubeconfig}",
        "  kubectl -n shop scale deployment web --replicas=9",
        f"The repository that the cluster should equal: {repository}",
    ]


def _tell(words: str) -> None:
    put(sys.stderr, [f"{_COLLEAGUE} does: {words}"])
