"""How long a watch may say nothing before it is given up (R8).

A connection can die without a word: the peer is gone, a middlebox forgot us.  Bookmarks come about
once a minute, so two missed ones mean that nobody is there.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from core.clock import Clock

FIRST_S: Final = 120.0  # before any bookmark was seen
LEAST_S: Final = 90.0
MOST_S: Final = 300.0
TASK_NAME: Final = "silence"  # so that whoever owns the clock can tell this sleeper
LISTING_S: Final = 30.0  # a listing by WatchList that stalls is better asked for by LIST


class Silence:
    """The timer of one reflector; what it learnt of bookmarks outlives its streams."""

    def __init__(self, clock: Clock) -> None:
        """Expect the usual."""
        self._clock = clock
        self._heard_at = self._bookmark_at = clock.monotonic()
        self._limit_s = FIRST_S
        self._bookmarks = 0  # on this stream
        self._unfinished = False
        self._listing = False
        self.struck = False  # the stream that just ended was given up by us

    @property
    def limit_s(self) -> float:
        """How long silence may last now."""
        if self._unfinished:
            return MOST_S  # a large event on a slow line is not silence
        return LISTING_S if self._listing else self._limit_s

    def begin(self, *, listing: bool) -> None:
        """A stream begins, or its listing ended."""
        self._heard_at = self._clock.monotonic()
        self._bookmarks = 0
        self._unfinished = self.struck = False
        self._listing = listing

    def heard(self, *, unfinished: bool) -> None:
        """Bytes came; *unfinished* if an event had begun before and is not whole."""
        self._heard_at = self._clock.monotonic()
        self._unfinished = unfinished

    def bookmark(self) -> None:
        """A bookmark came: two periods of silence are the limit from now on."""
        now = self._clock.monotonic()
        if self._bookmarks:
            period_s = now - self._bookmark_at
            self._limit_s = min(MOST_S, max(LEAST_S, 2 * period_s))
        self._bookmarks += 1
        self._bookmark_at = now

    @asynccontextmanager
    async def watching(self, give_up: Callable[[], None]) -> AsyncIterator[None]:
        """Call *give_up* when the stream has been silent for too long."""
        task = asyncio.create_task(self._watch(give_up), name=TASK_NAME)
        try:
            yield
        finally:
            task.cancel()

    async def _watch(self, give_up: Callable[[], None]) -> None:
        while (left_s := self._heard_at + self.limit_s - self._clock.monotonic()) > 0:
            await self._clock.sleep(left_s)
        self.struck = True
        if not self._bookmarks and not self._listing:
            self._limit_s = MOST_S  # this kind sends no bookmarks (watch cache off)
        give_up()
