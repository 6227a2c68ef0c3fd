"""`driftdeck --headless`: the controller; what happens, one JSON object per line.

Lines for programs go to stdout, its log to stderr.  When stdout is closed the program ends quietly
with 141, as any writer into a pipe does; when it takes nothing, as on a full disk, the engine goes
on.  A reader that only is slow misses nothing but what the engine's list of newest events has let
go, and is told how much that was.
"""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import NoReturn, TypeVar

from core.cli.ending import REPORT, is_limit, trace_of
from core.cli.options import Options
from core.cli.output.forms import event_form, line_of
from core.cli.output.lines import LineWriter
from core.cli.publishing.publisher import Publisher
from core.cli.publishing.wanted import publisher_for
from core.cli.session import EngineLike, beside, connected, flags_of, settings_of
from core.cli.telemetry.records import Log, taking_over
from core.cli.telemetry.serving import meet, named, see_free
from core.cli.telemetry.telemetry import Telemetry
from core.cli.telemetry.wanted import place_of, telemetry_for
from core.clock import Clock
from core.cluster.connection.backoff import Backoff
from core.errors import ProductError, UsageError
from core.garbage import collect_all, keep_what_is_there
from core.installation.keeping import pods_key
from core.model import Event, EventName, Snapshot, newer
from core.settings.reading import Settings, settings_file
from core.settings.running.renewal import Renewal

T = TypeVar("T")

_OURS = frozenset({EventName.STARTED, EventName.STOPPED})  # of the program, not of the engine
_LAST_WORDS_S = 5.0  # a reader that does not read must not keep the program alive


async def run(options: Options) -> NoReturn:
    """Follow until a signal ends it; the exit code is the signal's.

    New settings begin with another engine, once the one before was brought to its end, and so does
    whatever follows a bug: what that engine remembered of heals and edits is forgotten then, and
    what it recorded is not.
    """
    log = EventLog(sys.stdout.fileno(), sys.stderr.fileno())
    file, clock, words = settings_file(flags_of(options), Path.cwd()), Clock(), ""
    settings, backoff = _read(options), Backoff(clock)
    renewal = None
    if file is not None:
        renewal = Renewal(file, lambda: _read_other(options, settings), log.complain, clock)
    while True:
        until = _never if renewal is None else partial(renewal.other, settings)
        found = await survived(_follow(options, settings, log, words, until), log, clock, backoff)
        settings, words = found or settings, "new settings; " if found else "anew after a bug; "
        collect_all()  # an engine is large and full of cycles


async def survived(
    following: Awaitable[T], log: "EventLog", clock: Clock, backoff: Backoff
) -> T | None:
    """Return what *following* ends with; None after a bug, once it was told and waited for (F61).

    Meanwhile nothing listens where metrics and health are.  What is no bug is raised: a lost Lease,
    a closed stdout, a machine that allows no more.
    """
    try:
        return await following
    except (ProductError, BrokenPipeError):
        raise
    except Exception as bug:  # whatever it is: it ends this engine, not the next
        if is_limit(bug):
            raise
        wait_s = backoff.next_s()
        log.complain(f"{trace_of(bug)}\n{REPORT}; everything begins anew in {wait_s:.0f} s")
    await clock.sleep(wait_s)
    return None


def _read(options: Options) -> Settings:
    """Read the settings, and see that what they want can be."""
    settings = settings_of(options)
    telemetry_for(settings, options, sys.stderr.fileno())
    places = _listening(settings, options)
    for (_, one), (what, other) in combinations(places, 2):
        if meet(one, other):
            raise UsageError(f"{what}: cannot listen on {named(other)}: metrics do")
    return settings


def _read_other(options: Options, in_force: Settings) -> Settings:
    """Read new settings, and see that nobody else listens where they want to.

    Where we do ourselves nobody can tell, and what is in force is given up before the new begins.
    """
    settings = _read(options)
    ours = [place for _, place in _listening(in_force, options)]
    for what, place in _listening(settings, options):
        if not any(meet(place, one) for one in ours):
            see_free(place, what)
    return settings


def _listening(settings: Settings, options: Options) -> list[tuple[str, tuple[str, int]]]:
    hook, metrics = settings.webhook, place_of(settings, options)
    found = [] if metrics is None else [("metrics", metrics)]
    return found if hook is None else [*found, ("webhook", (hook.host, hook.port))]


async def _follow(
    options: Options,
    settings: Settings,
    log: "EventLog",
    words: str,
    until: Callable[[], Awaitable[Settings]],
) -> Settings:
    """Follow what *settings* say until there are others."""
    healing = options.autoheal and not options.read_only
    names = [each.name for each in (*settings.apps, *(one.spec for one in settings.layouts))]
    telemetry = started(telemetry_for(settings, options, sys.stderr.fileno()), log)
    key = await pods_key(settings, lambda words: log.say(words, "warning"))
    return await follow(
        lambda: connected(
            settings, healing=healing, listening=True, key=key, meter=telemetry.meter
        ),
        log,
        telemetry,
        publisher_for(settings, log.complain),
        message=f"{words}{'healing' if healing else 'watching'}: {', '.join(names)}",
        until=until,
    )


async def _never() -> NoReturn:
    await asyncio.Event().wait()
    raise AssertionError("nobody sets it")


def started(telemetry: Telemetry, log: "EventLog") -> Telemetry:
    """Begin to show what is wanted; say where.

    Raises:
        UsageError: It cannot listen there.
    """
    telemetry.start()
    if telemetry.port:
        log.say(f"metrics and health: port {telemetry.port}")
    return telemetry


class EventLog:
    """Prints events, each once, and keeps the log."""

    def __init__(self, out: int, err: int) -> None:
        """Write to these file descriptors."""
        self._out = out
        self._writer, self._log = LineWriter(), Log(err)
        self._seen = 0

    def say(self, message: str, level: str = "info") -> None:
        """Note something in the log."""
        self._log.say(message, level)

    async def tell(self, name: EventName, message: str) -> None:
        """Print an event of the program itself."""
        await self._print([Event(0, time.time(), name, message=message)])

    def complain(self, message: str) -> None:
        """Note in the log what is wrong."""
        self.say(message, "error")

    async def follow(self, snapshots: AsyncIterator[Snapshot]) -> None:
        """Print what is new in each of them, which are of one engine."""
        self._seen = 0
        async for snapshot in snapshots:
            await self.print_new(snapshot.events)

    async def print_new(self, events: Sequence[Event]) -> None:
        """Print the events that are newer than those printed before."""
        new, missed = newer(events, self._seen)
        if not new:
            return
        if missed:
            self.say(f"{missed} events were not printed: stdout was not read in time", "warning")
        self._seen = new[-1].sequence
        await self._print(event for event in new if event.name not in _OURS)

    def taking_over(self) -> contextlib.AbstractContextManager[None]:
        """Have what libraries log in the log, too."""
        return taking_over(self._log)

    async def drained(self) -> None:
        """Return when the log is written, or the time for last words is over."""
        await self._log.drained(_LAST_WORDS_S)

    async def _print(self, events: Iterable[Event]) -> None:
        events = tuple(events)
        for event in events:
            self._log.tell(event)
        await self._tell_programs("".join(line_of(event_form(each)) for each in events).encode())

    async def _tell_programs(self, lines: bytes) -> None:
        try:
            await self._writer.write(self._out, lines)
        except BrokenPipeError:
            raise
        except OSError as error:  # a full disk is no reason to stop healing either
            self.say(f"stdout misses events, it cannot be written: {error.strerror}", "error")


async def follow(
    engine_factory: Callable[[], EngineLike],
    log: EventLog,
    telemetry: Telemetry | None = None,
    publisher: Publisher | None = None,
    *,
    message: str,
    until: Callable[[], Awaitable[T]] = _never,
) -> T:
    """Print what the engine tells, from `started` to `stopped`, or *until* something is there."""
    await log.tell(EventName.STARTED, message)

    async def reader(engine: EngineLike) -> T:
        async with asyncio.TaskGroup() as readers:
            followers = (log.follow(engine.snapshots()), _settle(engine.snapshots()))
            tasks = [readers.create_task(each) for each in followers]
            if telemetry is not None:
                tasks.append(readers.create_task(telemetry.follow(engine.snapshots())))
            if publisher is not None:
                tasks.append(readers.create_task(publisher.follow(engine.snapshots())))
            found = await until()
            await engine.finish()
            for task in tasks:
                task.cancel()
        return found

    try:
        with log.taking_over():
            return await _until_finished(engine_factory(), reader)
    except asyncio.CancelledError:
        with contextlib.suppress(TimeoutError, BrokenPipeError):
            async with asyncio.timeout(_LAST_WORDS_S):
                await log.tell(EventName.STOPPED, "asked to stop")
        raise
    finally:
        if telemetry is not None:
            await telemetry.stop()
        await log.drained()


async def _settle(snapshots: AsyncIterator[Snapshot]) -> None:
    """Leave what is known once all is judged out of every later look for garbage."""
    async for each in snapshots:
        if each.complete:
            keep_what_is_there()
            return


async def _until_finished(engine: EngineLike, reader: Callable[[EngineLike], Awaitable[T]]) -> T:
    """Run *reader* beside *engine*; when told to end, bring to its end what is in hand before."""
    running = asyncio.ensure_future(beside(engine, reader))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        finishing = asyncio.ensure_future(engine.finish())
        await asyncio.wait((finishing, running), return_when=asyncio.FIRST_COMPLETED)
        for task in (finishing, running):
            task.cancel()
        await asyncio.gather(finishing, running, return_exceptions=True)
        raise
