"""One coroutine owns the state: inputs come through one inbox, snapshots go out through one slot.

A slow reader skips to the newest snapshot and can never hold the engine up.  Everything that
waits (requests, Git, timers) is a task that ends with an input.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping

from core.cluster import Cluster
from core.engine.performing import Performer
from core.engine.sources import Sources
from core.model import Snapshot
from core.reconcile.memory.effects import Effect, WakeAt
from core.reconcile.memory.inputs import Command, Input, Tick
from core.reconcile.memory.state import State
from core.reconcile.snapshots import snapshot
from core.reconcile.step import step

TURN_S = 0.05  # so long may steps follow each other before a snapshot goes out


class Engine:
    """Keeps apps and clusters compared, and does what plans and standing permission allow."""

    def __init__(
        self,
        state: State,
        clusters: Mapping[str, Cluster],
        sources: Sources,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Hold the two sides; nothing is contacted until `run`."""
        self._state = state
        self._clusters = clusters
        self._sources = sources
        self._clock = clock
        self._snapshot = snapshot(state, Snapshot())
        self._inbox: deque[Input] = deque()
        self._arrived: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._published: asyncio.Event | None = None
        self._wakes: set[float] = set()

    def submit(self, command: Command) -> None:
        """Ask for something, from any thread; the outcome shows in a later snapshot."""
        self.take(command)

    def take(self, happened: Input) -> None:
        """Put an input into the inbox, from any thread."""
        self._inbox.append(happened)  # a deque's append is atomic
        loop, arrived = self._loop, self._arrived
        if loop is not None and arrived is not None and not loop.is_closed():
            loop.call_soon_threadsafe(arrived.set)

    async def snapshots(self) -> AsyncIterator[Snapshot]:
        """Yield the newest snapshot now and whenever it changes; only in the engine's loop."""
        if self._published is None:
            self._published = asyncio.Event()
        while True:
            published, newest = self._published, self._snapshot
            yield newest
            if self._snapshot is newest:
                await published.wait()

    async def run(self) -> None:
        """Reconcile until cancelled."""
        self._loop = asyncio.get_running_loop()
        self._arrived = asyncio.Event()
        self._arrived.set()
        if self._published is None:
            self._published = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            performer = Performer(self._clusters, self._sources, self.take, tasks)
            for name, cluster in self._clusters.items():
                tasks.create_task(cluster.run(), name=f"cluster {name}")
            tasks.create_task(self._sources.run(), name="sources")
            await self._reconcile(performer)

    async def _reconcile(self, performer: Performer) -> None:
        assert self._arrived is not None
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            until = time.monotonic() + TURN_S
            while self._inbox and time.monotonic() < until:
                self._state, effects = step(self._state, self._inbox.popleft(), now=self._clock())
                for effect in effects:
                    self._perform(performer, effect)
            self._publish()
            if self._inbox:
                self._arrived.set()
                await asyncio.sleep(0)  # let sockets be read between two turns

    def _perform(self, performer: Performer, effect: Effect) -> None:
        if not isinstance(effect, WakeAt):
            performer.perform(effect)
            return
        if effect.at in self._wakes:
            return
        self._wakes.add(effect.at)
        assert self._loop is not None
        self._loop.call_later(max(0.0, effect.at - self._clock()), self._wake, effect.at)

    def _wake(self, at: float) -> None:
        self._wakes.discard(at)
        self.take(Tick())

    def _publish(self) -> None:
        made = snapshot(self._state, self._snapshot)
        assert self._published is not None
        published, self._published = self._published, asyncio.Event()
        self._snapshot = made
        published.set()
