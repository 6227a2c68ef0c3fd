"""One coroutine owns the state: inputs come through one inbox, snapshots go out through one slot.

A slow reader skips to the newest snapshot and can never hold the engine up.  Everything that
waits (requests, Git, timers) is a task of one group that ends with an input.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from core.clock import Clock
from core.engine.inbox import Inbox
from core.engine.performing import Performer
from core.engine.seams import Adapters
from core.meter import INPUTS
from core.model import Snapshot
from core.reconcile.memory.commands import Command
from core.reconcile.memory.inputs import Input
from core.reconcile.memory.state import State
from core.reconcile.snapshots import snapshot
from core.reconcile.step import step

TURN_S: Final = 0.05  # so long may steps follow each other before a snapshot goes out
SHORT_S: Final = 0.005
ROUNDS: Final = 60  # of the loop after a turn that was longer: what a socket gives in one is little


class Engine:
    """Keeps apps and clusters compared, and does what plans and standing permission allow."""

    def __init__(self, state: State, inbox: Inbox, adapters: Adapters, *, clock: Clock) -> None:
        """Hold the two sides, which put what they learn into *inbox*; nothing is contacted yet."""
        self._state, self._inbox = state, inbox
        self._adapters, self._clock = adapters, clock
        branches = {name: app.spec.revision for name, app in state.apps.items()}
        self._performer = Performer(adapters, inbox.put, branches=branches, clock=clock)
        self._snapshot = snapshot(state, Snapshot())
        self._published = asyncio.Event()

    def submit(self, command: Command) -> None:
        """Ask for something, from any thread; the outcome shows in a later snapshot."""
        self._inbox.put(command)

    async def snapshots(self) -> AsyncIterator[Snapshot]:
        """Yield the newest snapshot now and whenever it changes; only in the engine's loop."""
        while True:
            published, newest = self._published, self._snapshot
            yield newest
            if self._snapshot is newest:
                await published.wait()

    async def run(self) -> None:
        """Reconcile until cancelled."""
        self._inbox.listen()
        try:
            async with asyncio.TaskGroup() as tasks:
                for app in self._state.apps.values():
                    if not app.standing:
                        self._performer.contact(app.spec.cluster, tasks)
                tasks.create_task(self._adapters.sources.run(), name="sources")
                if self._adapters.leads is not None:
                    tasks.create_task(self._adapters.leads.run(), name="leases")
                await self._reconcile(tasks)
        finally:
            self._adapters.journal.close()

    async def finish(self) -> None:
        """Begin nothing more; return when what is in hand is done, and others may write.

        The mind is told first that it is to begin nothing: what the performer keeps back would be
        in hand until the Leases are let go unasked.
        """
        if self._adapters.leads is not None:
            await self._adapters.leads.close()
        await self._performer.finish()

    async def _reconcile(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            await self._inbox.wait()
            began = self._clock.monotonic()
            while self._inbox and self._clock.monotonic() < began + TURN_S:
                self._take(self._inbox.next(), tasks)
            self._publish()
            was_long = self._clock.monotonic() - began > SHORT_S
            for _ in range(ROUNDS if was_long else 1):
                await asyncio.sleep(0)  # let sockets be read between two turns

    def _take(self, happened: Input, tasks: asyncio.TaskGroup) -> None:
        began = self._clock.monotonic()
        self._state, effects = step(self._state, happened, now=self._clock.wall())
        for effect in effects:
            self._performer.perform(effect, tasks)
        self._adapters.meter.worked(INPUTS, self._clock.monotonic() - began)

    def _publish(self) -> None:
        made = snapshot(self._state, self._snapshot)
        published, self._published = self._published, asyncio.Event()
        self._snapshot = made
        published.set()
        if self._adapters.leads is not None and made.complete:
            self._adapters.leads.be_ready()
