"""The one way into the engine: whatever happens anywhere is put here, in order.

It exists before everything that puts into it, so nobody has to be told later where to put.
"""

import asyncio
from collections import deque

from core.clock import Clock
from core.meter import INPUTS, UNMETERED, Meter
from core.reconcile.memory.inputs import Input


class Inbox:
    """Inputs that were not taken into account yet."""

    def __init__(self, clock: Clock | None = None, meter: Meter = UNMETERED) -> None:
        """Begin empty; *meter* hears what comes and how long it waits."""
        self._monotonic, self._meter = (clock or Clock()).monotonic, meter
        self._waiting: deque[tuple[float, Input]] = deque()
        self._arrived = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, happened: Input) -> None:
        """Add an input, from any thread; what comes before anybody listens is kept."""
        self._waiting.append((self._monotonic(), happened))  # a deque's append is atomic
        self._meter.queued(INPUTS)
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._arrived.set)

    def next(self) -> Input:
        """Take the oldest input out; there must be one."""
        since, happened = self._waiting.popleft()
        self._meter.taken(INPUTS, self._monotonic() - since)
        return happened

    def listen(self) -> None:
        """Wake the loop that runs now, from now on."""
        self._loop = asyncio.get_running_loop()

    async def wait(self) -> None:
        """Return once something waits; the listening loop alone may call this."""
        while not self._waiting:
            await self._arrived.wait()
            self._arrived.clear()
