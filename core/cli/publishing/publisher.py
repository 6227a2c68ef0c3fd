"""Puts a controller's summary up in its cluster: when it changed, and now and then to say `here`.

It reads snapshots like any reader, and nobody waits for it.  What cannot be written is tried again,
ever later; that is said once, and stops nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from math import inf
from typing import Final, Protocol, TypeAlias

from core.cli.output.forms import time_text
from core.cli.publishing.summary import Head, Memory, recalled, remembered, summary, told_rows
from core.clock import Clock
from core.cluster.waiting import happens_within
from core.errors import ProductError
from core.model import Drift, Key, Snapshot
from core.model.controllers.status import Status

PACE_S: Final = 5.0  # between two writes
FRESH_S: Final = 60.0  # after so long it is written again, though nothing changed
LATE_S: Final = 60.0  # at most, between two tries that fail
PATIENCE_S: Final = 20.0  # a cold start: what stood there before tells more than `not read yet`


@dataclass(frozen=True, slots=True)
class Part:
    """What is led here at this moment: the apps of one shard."""

    holder: str  # as the Lease names us
    names: frozenset[str]
    shards: int = 1  # into how many the apps are divided
    until: float = field(default=inf, compare=False)  # seconds since the epoch, if not renewed


Parts: TypeAlias = Callable[[Snapshot, float], Mapping[int | None, Part]]
"""What is led by shard, as a snapshot says, at a moment in seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class _Made:
    """A summary, and what it was made from."""

    rows: Mapping[Key, Drift]
    basis: tuple[object, ...]
    status: Status


class BoardLike(Protocol):
    """Where summaries stand; each method may raise a `ProductError`."""

    async def read(self, shard: int | None) -> Status | None:
        """Return what stands there."""

    async def write(self, status: Status, within_s: float) -> None:
        """Put one up, in that time or not at all."""

    async def close(self) -> None:
        """Close the connection."""


class Publisher:
    """Publishes what is led here."""

    def __init__(
        self, board: BoardLike, head: Head, parts: Parts, clock: Clock, say: Callable[[str], None]
    ) -> None:
        """Write as *head* on *board*, by *clock*; *say* is told what hinders it."""
        self._board, self._head, self._parts = board, head, parts
        self._clock, self._say = clock, say
        self._memory = Memory()
        self._met: set[int | None] = set()  # shards of which it is known what was told before
        self._stands: dict[int | None, tuple[Status, float]] = {}  # what we wrote, and when
        self._made: dict[int | None, _Made] = {}
        self._newest = Snapshot()
        self._news = asyncio.Event()
        self._failures, self._said = 0, ""
        self._patient_until = clock.monotonic() + PATIENCE_S

    async def follow(self, snapshots: AsyncIterator[Snapshot]) -> None:
        """Publish until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._publish_for_ever())
                async for self._newest in snapshots:
                    self._memory = remembered(self._memory, self._newest.events)
                    self._news.set()
        finally:
            await self._board.close()

    async def _publish_for_ever(self) -> None:
        await self._news.wait()
        while True:
            self._news.clear()
            hindrances = await self._publish()
            self._failures = self._failures + 1 if hindrances else 0
            self._tell("; ".join(hindrances))
            await self._clock.sleep(min(LATE_S, PACE_S * 2.0 ** min(self._failures, 9)))
            if self._is_worth_telling():
                await happens_within(self._news, FRESH_S - PACE_S, self._clock)

    def _tell(self, words: str) -> None:
        if words != self._said and words:
            self._say(f"the summary for driftdeck status cannot be written: {words}")
        self._said = words

    async def _publish(self) -> list[str]:
        """Publish what is led, each shard for itself; return what hindered it."""
        led, hindrances = self._led(), list[str]()
        self._met &= led.keys()
        self._stands = {shard: told for shard, told in self._stands.items() if shard in led}
        for shard in led:
            try:
                await self._publish_one(shard)
            except ProductError as error:
                hindrances.append(str(error))
        return hindrances

    async def _publish_one(self, shard: int | None) -> None:
        await self._meet(shard)
        part = self._led().get(shard)  # it may be another's by now
        if part is not None and self._is_worth_telling():
            await self._put_up(shard, part)

    def _led(self) -> Mapping[int | None, Part]:
        return self._parts(self._newest, self._clock.wall())

    def _is_worth_telling(self) -> bool:
        return self._newest.complete or self._clock.monotonic() >= self._patient_until

    async def _meet(self, shard: int | None) -> None:
        """Learn once what whoever led before us told."""
        if shard not in self._met:
            before = await self._board.read(shard)
            self._met.add(shard)
            if before is not None:
                self._memory = recalled(before, self._memory)

    async def _put_up(self, shard: int | None, part: Part) -> None:
        status = await self._status(shard, part)
        now = self._clock.wall()
        stands = self._stands.get(shard)
        if stands is not None and stands[0] == status and now - stands[1] < FRESH_S - PACE_S:
            return
        await self._board.write(replace(status, written=time_text(now)), part.until - now)
        self._stands[shard] = status, now

    async def _status(self, shard: int | None, part: Part) -> Status:
        """Sum up the newest snapshot; renewals of a Lease alone change nothing that is told."""
        made, newest, memory = self._made.get(shard), self._newest, self._memory
        uids = tuple(cluster.uid for cluster in newest.clusters)
        basis = (newest.apps, uids, memory, part)
        if made is None or made.rows is not newest.rows or made.basis != basis:
            head = replace(self._head, holder=part.holder, shard=shard, shards=part.shards)
            rows = await told_rows(newest)
            status = summary(newest, rows, memory, head, part.names)
            made = self._made[shard] = _Made(newest.rows, basis, status)
        return made.status
