"""Waiting for one of two things."""

import asyncio

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
