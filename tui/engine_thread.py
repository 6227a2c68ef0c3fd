"""The engine's thread: its own event loop, one slot for the newest snapshot.

The engine never waits for the screen: it puts a snapshot into the slot and posts a message.
`call_from_thread` would make it wait until the screen has been drawn.
"""

import asyncio
from collections.abc import Callable

from textual.message import Message
from textual.message_pump import MessagePump

from core.model import Snapshot
from core.reconcile.memory.commands import Command
from tui.options import EngineLike


class EngineThread:
    """Runs one engine; `main` is the body of a Textual thread worker."""

    class Ready(Message):
        """A snapshot waits in the slot."""

    class Ended(Message):
        """The engine ended by itself; *error* says why."""

        def __init__(self, error: BaseException) -> None:
            """Carry the reason."""
            super().__init__()
            self.error = error

    def __init__(self, factory: Callable[[], EngineLike], target: MessagePump) -> None:
        """Build by *factory*, inside the thread; tell *target*."""
        self._factory, self._target = factory, target
        self._engine: EngineLike | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._main: asyncio.Task[None] | None = None
        self._slot: Snapshot | None = None
        self._posted = False
        self._stopping = False
        self._early: list[Command] = []

    # In the screen's thread ---------------------------------------------------------------------

    def submit(self, command: Command) -> None:
        """Pass *command* on; what comes before the engine exists waits for it."""
        engine = self._engine
        if engine is None:
            self._early.append(command)
        else:
            engine.submit(command)

    def take(self) -> Snapshot | None:
        """The newest snapshot, once."""
        self._posted = False  # before the slot is read, so that no snapshot is lost
        snapshot, self._slot = self._slot, None
        return snapshot

    def stop(self) -> None:
        """Cancel the engine; the thread ends soon after."""
        self._stopping = True
        loop, main = self._loop, self._main
        if loop is not None and main is not None and not loop.is_closed():
            loop.call_soon_threadsafe(main.cancel)

    # In the engine's thread ---------------------------------------------------------------------

    def main(self) -> None:
        """Run the engine until it is stopped; a failure is reported, not printed."""
        try:
            asyncio.run(self._run())
        except asyncio.CancelledError:
            if not self._stopping:
                raise
        except BaseExceptionGroup as group:
            self._report(_first(group))
        except BaseException as error:  # noqa: BLE001 - reported to the screen, which ends
            self._report(error)

    async def _run(self) -> None:
        self._main = asyncio.current_task()
        self._loop = asyncio.get_running_loop()
        if self._stopping:
            return
        self._engine = engine = self._factory()
        while self._early:
            engine.submit(self._early.pop(0))
        async with asyncio.TaskGroup() as group:
            group.create_task(engine.run())
            group.create_task(self._follow(engine))

    async def _follow(self, engine: EngineLike) -> None:
        async for snapshot in engine.snapshots():
            self._slot = snapshot
            if not self._posted:
                self._posted = True
                self._target.post_message(self.Ready())

    def _report(self, error: BaseException) -> None:
        if not self._stopping:
            self._target.post_message(self.Ended(error))


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first single failure of a group."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
