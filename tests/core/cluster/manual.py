"""Time for tests: nothing waits, and every delay that was asked for is on record."""

import asyncio
import heapq
import time
from typing import Final

from core.clock import Clock
from core.cluster.following import auditing, silence

_HELD = frozenset({auditing.TASK_NAME, silence.TASK_NAME})


class ManualClock:
    """Sleeps pass at once and move the time on; only those beside an open stream are held.

    The timers of silent streams and audits would strike at once; a test moves them by `advance`.
    """

    def __init__(self, *, draw: float = 0.0) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []
        self.draw = draw
        self._held: list[tuple[float, int, asyncio.Future[None]]] = []
        self.clock = Clock(
            monotonic=lambda: self.now,
            wall=lambda: 1_700_000_000.0 + self.now,
            sleep=self._sleep,
            random=lambda: self.draw,
        )

    def advance(self, seconds: float) -> None:
        """Let time pass for the sleeps that are held."""
        self.now += seconds
        while self._held and self._held[0][0] <= self.now:
            future = heapq.heappop(self._held)[2]
            if not future.done():
                future.set_result(None)

    async def _sleep(self, seconds: float) -> None:
        task = asyncio.current_task()
        if task is not None and task.get_name() in _HELD:
            future = asyncio.get_running_loop().create_future()
            heapq.heappush(self._held, (self.now + seconds, id(future), future))
            await future
            return
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


async def _sleep_a_tenth(seconds: float) -> None:
    await asyncio.sleep(seconds / 10)


HURRIED: Final = Clock(sleep=_sleep_a_tenth)  # for outages whose length is not the point


class Hurry:
    """A clock that goes faster than others from a moment on; what sleeps then, sleeps as before."""

    def __init__(self) -> None:
        self._factor, self._from, self._began = 1.0, 0.0, time.monotonic()
        self.clock = Clock(monotonic=self.now, sleep=self._sleep, random=lambda: 0.0)

    def now(self) -> float:
        """Seconds since the beginning, by this clock."""
        return self._from + (time.monotonic() - self._began) * self._factor

    def hurry(self, factor: float) -> None:
        """Go so many times as fast from now on."""
        self._from, self._began, self._factor = self.now(), time.monotonic(), factor

    async def _sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._factor)
