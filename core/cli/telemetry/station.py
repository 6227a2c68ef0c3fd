"""A loop in a thread of its own, for whatever waits for others: scrapers, webhooks, a server.

The engine never waits for it, and does not survive it: what nobody predicted there ends the
program, as it does anywhere else.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import Final, ParamSpec, Protocol

from core.cli.telemetry.serving import Door

P = ParamSpec("P")
_STOPPING_S: Final = 2.0


class Running(Protocol):
    """Something that goes on until it is cancelled."""

    async def run(self) -> None:
        """Go on."""


class Station:
    """One thread."""

    def __init__(self, door: Door | None, others: Sequence[Running]) -> None:
        """Do nothing yet."""
        self._door, self._others = door, others
        self._started: Future[None] = Future()
        self._ended: Future[None] = Future()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._asked = asyncio.Event()

    def start(self) -> None:
        """Begin, and return when it listens.

        Raises:
            UsageError: It cannot.
        """
        run = asyncio.run
        threading.Thread(target=run, args=(self._main(),), name="telemetry", daemon=True).start()
        self._started.result()

    def call(self, what: Callable[P, object], *said: P.args, **more: P.kwargs) -> None:
        """Have something called there, from any thread; once it ended, nothing is."""
        if self._loop is not None:
            with suppress(RuntimeError):  # its loop is closed
                self._loop.call_soon_threadsafe(lambda: what(*said, **more))

    async def ended(self) -> None:
        """Wait until it ends; raise what ended it."""
        await asyncio.wrap_future(self._ended)

    async def stop(self) -> None:
        """End it; what does not end in time ends with the process."""
        self.call(self._asked.set)
        await asyncio.wait([asyncio.wrap_future(self._ended)], timeout=_STOPPING_S)

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        (outcome,) = await asyncio.gather(self._work(), return_exceptions=True)
        for told in (self._started, self._ended):
            if told.done():
                continue
            if isinstance(outcome, BaseException):
                told.set_exception(outcome)
            else:
                told.set_result(None)

    async def _work(self) -> None:
        if self._door is not None:
            await self._door.open()
        self._started.set_result(None)
        async with asyncio.TaskGroup() as tasks:
            going = [tasks.create_task(each.run()) for each in self._others]
            await self._asked.wait()
            for task in going:
                task.cancel()
        if self._door is not None:
            await self._door.close()
