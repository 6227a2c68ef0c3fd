"""How a command gets its engine and reads it: beside it, never after it.

Reader and engine share one TaskGroup, so an engine that dies takes its reader along instead of
leaving it waiting for ever.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Final, Protocol, TypeVar

from core.clean import clean
from core.cli.options import Options
from core.cli.output.streams import put
from core.errors import UnavailableError
from core.meter import UNMETERED, Meter
from core.model import AppView, ClusterSpec, Snapshot, Verdict
from core.model.sources.layouts import Layout, Matched
from core.model.sources.remotes import Remote
from core.reconcile.memory.commands import Asking, Command
from core.settings.reading import POD, Flags, Settings, read_home, read_settings

T = TypeVar("T")

PERSON_DEADLINE_S: Final = 360.0  # a credential plugin is waited for 300 s
SILENT_S: Final = 0.9  # so that it shows within 2 s of the start why nothing does
NAMED_MAX: Final = 10  # of the apps that are waited for; a fleet has hundreds
READ_DEADLINE_S: Final = 60.0  # for an answer; for a picture, without another object judged


class EngineLike(Protocol):
    """What a command needs of `core.engine.Engine`."""

    async def finish(self) -> None:
        """Begin nothing more; return when what is in hand is done, and others may write."""

    def submit(self, command: Command) -> None:
        """Ask for something; the outcome shows in a later snapshot."""

    def snapshots(self) -> AsyncIterator[Snapshot]:
        """Yield the newest snapshot now and whenever it changes."""

    async def run(self) -> None:
        """Reconcile until cancelled."""


def settings_of(options: Options, *, whole: bool = False) -> Settings:
    """Read the settings that *options* ask for, from the current folder.

    Args:
        options: What the user said.
        whole: All apps are named, those of layouts too; else only where one is asked for by name.
    """
    expand = _expanded if whole or options.app is not None else None
    settings = read_settings(flags_of(options), Path.cwd(), expand)
    return settings if options.shards is None else settings.divided(options.shards)


def home_for(options: Options) -> tuple[ClusterSpec, str]:
    """Find out in which cluster and namespace the controller is that *options* mean."""
    in_pod = POD in os.environ
    flags = Flags(config=options.config, context=options.context, namespace=options.namespace)
    return read_home(flags, Path.cwd(), in_pod=in_pod)


def _expanded(layouts: tuple[Layout, ...], remotes: tuple[Remote, ...]) -> Matched:
    from core.sources.layouts import expanded  # noqa: PLC0415 - lazily: it reads Git

    return expanded(layouts, remotes)


def flags_of(options: Options) -> Flags:
    """Pick what *options* say about apps."""
    return Flags(
        config=options.config,
        repo=options.repo,
        revision=options.revision,
        path=options.path,
        context=options.context,
        namespace=options.namespace,
        app=options.app,
    )


def connected(  # noqa: PLR0913 - each is a choice of the caller
    settings: Settings,
    *,
    healing: bool = False,
    writing: bool = False,
    once: bool = False,
    listening: bool = False,
    key: bytes | None = None,
    meter: Meter = UNMETERED,
) -> EngineLike:
    """Build the engine.  Its adapters take long to import, so it is done here and no earlier.

    But for the controller itself, which is *listening*, it hears what controllers tell.
    """
    from core.cluster import known_twice  # noqa: PLC0415 - lazily, see above
    from core.engine import connect  # noqa: PLC0415 - lazily, see above

    settings = settings.with_twins(known_twice(settings.named))
    return connect(
        settings.apps,
        settings.clusters,
        neighbours=settings.neighbours,
        layouts=settings.layouts,
        remotes=settings.remotes,
        healing=healing,
        writing=writing,
        once=once,
        webhook=settings.webhook if listening else None,
        journal=settings.journal,
        listening={} if listening else settings.homes,
        leasing=settings.leasing(os.environ) if listening else None,
        controller=settings.controller,
        key=key,
        meter=meter,
    )


async def beside(engine: EngineLike, reader: Callable[[EngineLike], Awaitable[T]]) -> T:
    """Run *reader* while *engine* runs; return what it returns.

    What ends either of them first is raised without the group around it.
    """
    try:
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(engine.run(), name="engine")
            result = await reader(engine)
            running.cancel()
    except BaseExceptionGroup as group:
        raise _first_of(group) from group
    return result


def _first_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    first = group.exceptions[0]
    return _first_of(first) if isinstance(first, BaseExceptionGroup) else first


async def until(
    engine: EngineLike,
    holds: Callable[[Snapshot], bool],
    *,
    deadline_s: float,
    far: Callable[[Snapshot], int] = lambda _: 0,
) -> tuple[Snapshot, bool]:
    """Wait for a snapshot for which *holds*; say at once what a credential plugin asks for.

    Returns:
        The newest snapshot, and whether it is such a one or *deadline_s* was over before; the time
        begins anew with each snapshot that is *far*ther than all before it.
    """
    newest, farthest = Snapshot(), 0
    told: set[str] = set()
    try:
        async with asyncio.timeout(deadline_s) as limit:
            async for newest in engine.snapshots():
                if holds(newest):
                    return newest, True
                asked = {view.asks for view in newest.clusters if view.asks} - told
                now = asyncio.get_running_loop().time()
                if (reached := far(newest)) > farthest:
                    farthest = reached
                    limit.reschedule(max(limit.when() or now, now + deadline_s))
                if asked:  # a person has to act first
                    told |= asked
                    limit.reschedule(now + PERSON_DEADLINE_S)
                    put(sys.stderr, (clean(f"driftdeck: {words}") for words in sorted(asked)))
    except TimeoutError:
        return newest, False
    raise AssertionError("snapshots() never ends")


async def answered(
    engine: EngineLike,
    asked: Asking,
    of: Callable[[Snapshot, int], T | None],
    *,
    deadline_s: float = READ_DEADLINE_S,
) -> tuple[Snapshot, T | None]:
    """Ask for something and wait for it; return the newest snapshot and what it has *of* it."""
    engine.submit(asked)
    newest, _ = await until(
        engine, lambda s: of(s, asked.request) is not None, deadline_s=deadline_s
    )
    return newest, of(newest, asked.request)


async def needed(
    engine: EngineLike, asked: Asking, of: Callable[[Snapshot, int], T | None], what: str
) -> T:
    """Ask for something without which the command cannot go on.

    Raises:
        UnavailableError: There is no *what*, for it does not come.
    """
    _, answer = await answered(engine, asked, of)
    if answer is None:
        raise UnavailableError(f"no {what} within {READ_DEADLINE_S:.0f} s")
    return answer


async def judged(
    engine: EngineLike, *, deadline_s: float, silent_s: float = SILENT_S
) -> tuple[Snapshot, bool]:
    """Wait until everything was judged; say soon what is waited for, where that takes long.

    *deadline_s* is for an engine that gets no further: a fleet takes as long as it takes.
    """
    first_s = min(deadline_s, silent_s)
    newest, whole = await until(engine, lambda s: s.complete, deadline_s=first_s)
    if whole or deadline_s <= silent_s:
        return newest, whole
    put(sys.stderr, (clean(f"driftdeck: waiting: {line}") for line in pending(newest)))
    return await until(engine, lambda s: s.complete, deadline_s=deadline_s - silent_s, far=_judged)


def _judged(snapshot: Snapshot) -> int:
    """Count what is known: apps that were read, and objects that have a verdict."""
    return sum(
        (app.revision is not None) + sum(app.counts.values()) - app.counts.get(Verdict.UNKNOWN, 0)
        for app in snapshot.apps
    )


def pending(snapshot: Snapshot) -> tuple[str, ...]:
    """Say what a snapshot still waits for: an entry for each unfinished app, of many the first."""
    waiting = [app for app in snapshot.apps if not app.complete and not app.blocked]
    shown, more = waiting[:NAMED_MAX], len(waiting) - NAMED_MAX
    said = (f"app {app.spec.name}: {_awaited(snapshot, app)}" for app in shown)
    return (*said, *((f"and {more} more apps",) if more > 0 else ()))


def _awaited(snapshot: Snapshot, app: AppView) -> str:
    if app.problem:
        return app.problem.words
    if app.revision is None:
        return f"Git was not read yet ({app.spec.repo})"
    for cluster in snapshot.clusters:
        if cluster.spec.name == app.spec.cluster and not cluster.connected:
            return cluster.asks or f"cluster {cluster.called} did not answer yet"
    rows = [row for key, row in snapshot.rows.items() if key.app == app.spec.name]
    waiting = sum(row.confirming for row in rows)
    if not waiting:
        return "its objects are being compared"
    return f"{waiting} of {len(rows)} objects wait for the server's word"
