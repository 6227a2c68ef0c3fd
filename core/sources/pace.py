"""When to ask a server again: after its interval and some, sooner when somebody wants it now."""

import asyncio
from typing import Final

from core.clock import Clock

FAILED_FIRST_S: Final = 5.0
FAILED_MOST_S: Final = 60.0  # a server that is back is noticed within that
JITTER: Final = 0.2  # of the interval: many engines do not ask at one moment


class Pace:
    """The rests between questions to one server."""

    def __init__(self, interval_s: float, clock: Clock) -> None:
        """Rest for *interval_s* and some after each answer."""
        self._interval_s, self._clock = interval_s, clock
        self._bell = asyncio.Event()
        self._failures = 0

    def ask_soon(self) -> None:
        """End the rest, or have no next one; never blocks."""
        self._bell.set()

    def begin(self) -> None:
        """Note that the server is asked now, so whoever rang is heard."""
        self._bell.clear()

    def end(self, *, failed: bool) -> None:
        """Note how it went: a server that failed is asked again sooner, then less and less."""
        self._failures = self._failures + 1 if failed else 0

    async def rung(self) -> None:
        """Wait until somebody wants it."""
        await self._bell.wait()

    async def rest(self) -> None:
        """Wait until it is time to ask again, or somebody wants it now."""
        wait_s = self._interval_s
        if self._failures:
            wait_s = min(FAILED_FIRST_S * 2 ** min(self._failures - 1, 10), FAILED_MOST_S)
        wait_s *= 1 + JITTER * self._clock.random()
        bell = asyncio.create_task(self._bell.wait())
        nap = asyncio.ensure_future(self._clock.sleep(wait_s))
        try:
            await asyncio.wait([bell, nap], return_when=asyncio.FIRST_COMPLETED)
        finally:
            bell.cancel()
            nap.cancel()
