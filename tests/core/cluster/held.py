"""Time that a test lets pass sleep by sleep."""

import asyncio
from dataclasses import dataclass, field

from core.clock import Clock


@dataclass
class HeldClock:
    """Time that stands until a test lets a sleep of so many seconds end."""

    held: dict[float, list[asyncio.Future[None]]] = field(default_factory=dict)
    now: float = 1_000.0
    came: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def clock(self) -> Clock:
        return Clock(monotonic=lambda: self.now, sleep=self._sleep, random=lambda: 0.0)

    async def _sleep(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.held.setdefault(seconds, []).append(future)
        self.came.set()
        await future

    async def pass_by(self, seconds: float) -> None:
        """End the sleep of so many seconds, once somebody sleeps so long."""
        await self.until_slept(seconds)
        self.now += seconds
        for one in self.held.pop(seconds):
            if not one.done():
                one.set_result(None)

    async def until_slept(self, seconds: float) -> None:
        """Return once somebody sleeps so long."""
        async with asyncio.timeout(60):
            while not any(not one.done() for one in self.held.get(seconds, ())):
                self.came.clear()
                await self.came.wait()
