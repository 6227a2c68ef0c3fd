"""Time for tests: nothing waits, and every delay that was asked for is on record."""

import asyncio
import heapq

from core.clock import Clock
from core.cluster.following.silence import TASK_NAME


class ManualClock:
    """Sleeps pass at once and move the time on; only the timers of silent streams are held.

    Those run beside a stream that is open, so they would strike at once; a test moves them by
    `advance`.
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
        """Let time pass for the timers of silent streams."""
        self.now += seconds
        while self._held and self._held[0][0] <= self.now:
            future = heapq.heappop(self._held)[2]
            if not future.done():
                future.set_result(None)

    async def _sleep(self, seconds: float) -> None:
        task = asyncio.current_task()
        if task is not None and task.get_name() == TASK_NAME:
            future = asyncio.get_running_loop().create_future()
            heapq.heappush(self._held, (self.now + seconds, id(future), future))
            await future
            return
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)
