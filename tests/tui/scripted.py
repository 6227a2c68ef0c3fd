"""An engine that says what a test wants it to say, and remembers what it was asked."""

import asyncio
from collections.abc import AsyncIterator, Callable

from core.model import Snapshot
from core.reconcile.memory.commands import Command


class Scripted:
    """In memory, from the outside like an engine.

    `say` gives it the next snapshot from any thread.  `answer` may be set: it is called for every
    command, with the newest snapshot, and what it returns is the next one.
    """

    def __init__(self, first: Snapshot | None = None) -> None:
        self.commands: list[Command] = []
        self.answer: Callable[[Command, Snapshot], Snapshot | None] | None = None
        self.newest = first or Snapshot()
        self.fail_with: BaseException | None = None
        self.ended = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changed = asyncio.Event()

    def build(self) -> "Scripted":
        """What the terminal calls inside the engine's thread."""
        self._loop = asyncio.get_running_loop()
        return self

    def submit(self, command: Command) -> None:
        self.commands.append(command)
        if self.answer is not None:
            following = self.answer(command, self.newest)
            if following is not None:
                self.say(following)

    def say(self, snapshot: Snapshot) -> None:
        """Publish *snapshot*."""
        self.newest = snapshot
        self._wake()

    def fail(self, error: BaseException) -> None:
        """End the engine with *error*."""
        self.fail_with = error
        self._wake()

    def _wake(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._changed.set)

    async def snapshots(self) -> AsyncIterator[Snapshot]:
        while self.fail_with is None:  # which may come before anybody looks
            self._changed.clear()
            yield self.newest
            await self._changed.wait()
        raise self.fail_with

    async def run(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            self.ended = True
