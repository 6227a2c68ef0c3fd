"""Waiting for one of two things, and for all that is under way."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from core.clock import Clock


async def happens_within(event: asyncio.Event, seconds: float, clock: Clock) -> bool:
    """Return whether *event* is set before that time is over."""

    async def wait() -> None:
        await clock.sleep(seconds)

    async with asyncio.TaskGroup() as tasks:
        waiting = (tasks.create_task(event.wait()), tasks.create_task(wait()))
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for one in waiting:
            one.cancel()
    return event.is_set()


class UnderWay:
    """Whatever was begun and did not end yet."""

    def __init__(self) -> None:
        """Begin with nothing under way."""
        self._count = 0
        self.over = asyncio.Event()  # nothing is under way
        self.over.set()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Be under way in the block, however it ends."""
        self._count += 1
        self.over.clear()
        try:
            yield
        finally:
            self._count -= 1
            if not self._count:
                self.over.set()
