"""`driftdeck --headless`: the controller; what happens, one JSON object per line.

Lines for programs go to stdout, the same in words to stderr.  When stdout is closed the program
ends quietly with 141, as any writer into a pipe does; when it takes nothing, as on a full disk, the
engine goes on.  A reader that only is slow misses nothing but what the engine's list of newest
events has let go, and is told how much that was.
"""

import asyncio
import contextlib
import sys
import time
from collections.abc import Callable, Iterable, Sequence

from core.cli.options import Options
from core.cli.output.forms import event_form, line_of, time_text
from core.cli.output.lines import LineWriter
from core.cli.session import EngineLike, beside, connected, settings_of
from core.model import Event, EventName
from core.telling import events
from core.telling.spans import plain

_OURS = frozenset({EventName.STARTED, EventName.STOPPED})  # of the program, not of the engine
_LAST_WORDS_S = 5.0  # a reader that does not read must not keep the program alive


async def run(options: Options) -> int:
    """Follow until a signal ends it; the exit code is the signal's."""
    settings = settings_of(options)
    healing = options.autoheal and not options.read_only
    names = [each.name for each in (*settings.apps, *(one.spec for one in settings.layouts))]
    log = EventLog(sys.stdout.fileno(), sys.stderr.fileno())
    return await follow(
        lambda: connected(settings, healing=healing, listening=True),
        log,
        message=f"{'healing' if healing else 'watching'}: {', '.join(names)}",
    )


class EventLog:
    """Prints events, each once, to the two streams."""

    def __init__(self, out: int, err: int) -> None:
        """Write to these file descriptors."""
        self._out, self._err = out, err
        self._writer = LineWriter()
        self._seen = 0

    async def tell(self, name: EventName, message: str) -> None:
        """Print an event of the program itself."""
        await self._print([Event(0, time.time(), name, message=message)])

    async def print_new(self, events: Sequence[Event]) -> None:
        """Print the events that are newer than those printed before."""
        new = [event for event in events if event.sequence > self._seen]
        if not new:
            return
        missed = new[0].sequence - self._seen - 1
        if missed:
            await self._log(f"{missed} events were not printed: stdout was not read in time\n")
        self._seen = new[-1].sequence
        await self._print(event for event in new if event.name not in _OURS)

    async def _print(self, events: Iterable[Event]) -> None:
        events = tuple(events)
        machine = "".join(line_of(event_form(event)) for event in events)
        person = "".join(event_words(event) + "\n" for event in events)
        await self._tell_programs(machine.encode("ascii"))
        await self._log(person)

    async def _tell_programs(self, lines: bytes) -> None:
        try:
            await self._writer.write(self._out, lines)
        except BrokenPipeError:
            raise
        except OSError as error:  # a full disk is no reason to stop healing either
            await self._log(f"stdout misses events, it cannot be written: {error.strerror}\n")

    async def _log(self, text: str) -> None:
        with contextlib.suppress(OSError):  # a lost log is no reason to stop healing
            await self._writer.write(self._err, text.encode("utf-8", "backslashreplace"))


async def follow(engine_factory: Callable[[], EngineLike], log: EventLog, *, message: str) -> int:
    """Print what the engine tells, from `started` to `stopped`."""
    await log.tell(EventName.STARTED, message)

    async def reader(engine: EngineLike) -> int:
        async for snapshot in engine.snapshots():
            await log.print_new(snapshot.events)
        raise AssertionError("snapshots() never ends")

    engine = engine_factory()
    running = asyncio.ensure_future(beside(engine, reader))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await _finished(engine, running)
        with contextlib.suppress(TimeoutError, BrokenPipeError):
            async with asyncio.timeout(_LAST_WORDS_S):
                await log.tell(EventName.STOPPED, "asked to stop")
        raise


async def _finished(engine: EngineLike, running: asyncio.Future[int]) -> None:
    """Let the engine bring to its end what it has in hand, and end it."""
    finishing = asyncio.ensure_future(engine.finish())
    await asyncio.wait((finishing, running), return_when=asyncio.FIRST_COMPLETED)
    for task in (finishing, running):
        task.cancel()
    await asyncio.gather(finishing, running, return_exceptions=True)


def event_words(event: Event) -> str:
    """Say one event in one line of plain words."""
    return plain(events.story(event, time_text(event.time)))
