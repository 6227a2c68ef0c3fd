"""Time that only a test moves, and the Leases of a server as values: the replicas are real."""

import asyncio
import heapq
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeVar

from core.clock import Clock
from core.cluster.connection.answers import AbsentError, LinkError
from core.cluster.connection.request import Request
from core.cluster.leasing.record import Record, record_of
from core.cluster.leasing.replica import Replica
from core.errors import OutdatedError, ProductError
from core.model import JsonObject
from core.model.controllers.leads import Lead, Leads
from core.reconcile.memory.inputs import Input, LeadsSeen

T = TypeVar("T")
CALL_S = 2.0  # after so long a call without an answer fails
_TURNS = 20  # of the loop, until whoever was woken waits again


class Timeline:
    """One clock for everybody."""

    def __init__(self) -> None:
        self.now, self.wall = 1_000.0, 1_700_000_000.0
        self._order = count()
        self._sleeping: list[tuple[float, int, asyncio.Future[None]]] = []

    def clock(self, running: asyncio.Event) -> Clock:
        """A clock of one process, which stands still while it is not *running*."""

        async def sleep(seconds: float) -> None:
            await self._sleep(seconds)
            await running.wait()

        return Clock(
            monotonic=lambda: self.now,
            since_boot=lambda: self.now,
            wall=lambda: self.wall + self.now,
            sleep=sleep,
            random=lambda: 0.0,
        )

    async def _sleep(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleeping, (self.now + seconds, next(self._order), future))
        await future

    async def settle(self) -> None:
        """Let everybody go on who can."""
        for _ in range(_TURNS):
            await asyncio.sleep(0)

    async def pass_(self, seconds: float, each: Callable[[], None] = lambda: None) -> None:
        """Let time pass; *each* is called at every moment at which something happens."""
        until = self.now + seconds
        await self.settle()
        each()
        while self._sleeping and self._sleeping[0][0] <= until:
            at, _, future = heapq.heappop(self._sleeping)
            self.now = max(self.now, at)
            if not future.done():
                future.set_result(None)
                await self.settle()
                each()
        self.now = until
        each()


@dataclass
class Book:
    """The Leases as the server has them."""

    leases: dict[str, Any] = field(default_factory=dict)
    version: int = 100
    made: int = 0

    def put(self, body: Any, *, new: bool) -> Any:
        """Write one as the server does: by its version, and to no effect if nothing changes."""
        metadata = body["metadata"]
        name = metadata["name"]
        there = self.leases.get(name)
        if new and there is not None:
            raise OutdatedError("there is one already")
        if not new and there is None:
            raise AbsentError("there is none")
        if there is not None:
            before = there["metadata"]
            for part in ("uid", "resourceVersion"):
                if metadata.get(part, before[part]) != before[part]:
                    raise OutdatedError("it is another version")
            kept = {**metadata, "uid": before["uid"], "resourceVersion": before["resourceVersion"]}
            if {**body, "metadata": kept} == there:
                return there
        self.version += 1
        self.made += new
        uid = f"uid-{self.made}" if there is None else there["metadata"]["uid"]
        stored = {**metadata, "uid": uid, "resourceVersion": str(self.version)}
        self.leases[name] = {**body, "metadata": stored}
        return self.leases[name]

    def hold(self, name: str, holder: str, *, noted: str | None = None, shares: int = 1) -> None:
        """Somebody writes one by hand."""
        before = self.leases.get(name, {}).get("metadata", {})
        notes = {
            "driftdeck.dev/holder": holder if noted is None else noted,
            "driftdeck.dev/shards": str(shares),
        }
        turn = {"holderIdentity": holder, "renewTime": f"turn {self.version}"}
        metadata = {**before, "name": name, "annotations": notes}
        self.put({"metadata": metadata, "spec": turn}, new=name not in self.leases)

    def holder(self, name: str) -> str:
        """Who holds one."""
        return record_of(self.leases.get(name)).holder


class Line:
    """The way of one replica to the server: whole, cut, or refusing."""

    namespace = "driftdeck"

    def __init__(self, book: Book, clock: Clock) -> None:
        self.book, self._clock = book, clock
        self.cut = False
        self.refusals: list[ProductError] = []  # of the next writes, one each
        self.writes: list[Any] = []

    async def list(self) -> tuple[Record, ...]:
        return await self._asked(lambda: tuple(map(record_of, self.book.leases.values())))

    async def get(self, name: str) -> Record | None:
        found = await self._asked(lambda: self.book.leases.get(name))
        return None if found is None else record_of(found)

    async def write(self, before: Record, body: JsonObject) -> Record:
        def put() -> Record:
            if self.refusals:
                raise self.refusals.pop(0)
            self.writes.append(body)
            return record_of(self.book.put(body, new=not before.version))

        return await self._asked(put)

    async def delete(self, record: Record) -> None:
        await self._asked(lambda: self.book.leases.pop(record.name))

    async def close(self) -> None:
        """Nothing is open."""

    async def _asked(self, answer: Callable[[], T]) -> T:
        if self.cut:
            await self._clock.sleep(CALL_S)
            raise LinkError("no answer in time", sent=True)
        await asyncio.sleep(0)
        return answer()


class Peer:
    """One replica at work, as a test sees it."""

    def __init__(self, time: Timeline, book: Book, name: str, shares: int = 1) -> None:
        self.running = asyncio.Event()  # cleared while it, or its machine, stands still
        self.running.set()
        self.clock = time.clock(self.running)
        self.line = Line(book, self.clock)
        self.leads: Leads = Leads()
        self.told: list[Leads] = []
        self.hands_over = True  # what the mind does of which nothing is in hand
        self.replica = Replica(self.line, shares, emit=self._hear, clock=self.clock, me=name)
        self.replica.be_ready()
        self._tasks: list[asyncio.Task[None]] = []
        self.task = self._start(self.replica.run())

    def may_write(self, app: str = "a", method: str = "PATCH") -> bool:
        """Tell whether a write for an app would be sent now."""
        return self.left_s(app, method) is not None

    def left_s(self, app: str = "a", method: str = "PATCH") -> float | None:
        """Return how long a write for an app may take; None if it would not be sent."""
        request = Request(path="/", method=method)
        with suppress(OutdatedError), self.replica.fence(app).passing(request) as bounded:
            return bounded.timeout_s
        return None

    @property
    def shares(self) -> list[int]:
        """Which shares it leads."""
        return [i for i, lead in enumerate(self.leads.shares) if lead.ours]

    @property
    def lead(self) -> Lead:
        """Who leads the first share."""
        return self.leads.shares[0]

    def kill(self) -> None:
        """End it without a word."""
        for task in self._tasks:
            task.cancel()

    async def end(self) -> None:
        """Be done with it, whatever became of it."""
        self.kill()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def ended_by(self) -> BaseException | None:
        """Return the error that ended it; None while it runs."""
        error = self.task.exception() if self.task.done() and not self.task.cancelled() else None
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        return error

    def close(self) -> asyncio.Task[None]:
        """Ask it to end politely."""
        return self._start(self.replica.close())

    def _start(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.append(task)
        return task

    def _hear(self, happened: Input) -> None:
        assert isinstance(happened, LeadsSeen)
        self.leads = happened.leads
        self.told.append(happened.leads)
        for share, lead in enumerate(self.leads.shares):
            if lead.ours and lead.leaving and self.hands_over:
                self._start(self.replica.hand_over(share))
