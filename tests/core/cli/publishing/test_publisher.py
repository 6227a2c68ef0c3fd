"""When a controller tells of itself, and that nobody waits for it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

from core.cli.output.forms import time_text
from core.cli.publishing.publisher import FRESH_S, LATE_S, PACE_S, PATIENCE_S, Part, Publisher
from core.cli.publishing.summary import Head
from core.errors import OutdatedError, UnavailableError
from core.model import Event, EventName, Snapshot
from core.model.controllers.status import Status
from tests.core.cli.scripted import SPEC, WEB, drifted, in_sync, picture_of
from tests.core.cluster.controllers.samples import HEAL, SHOP, STATUS
from tests.core.engine.scripted import Time

CALM, DRIFT = picture_of(in_sync()), picture_of(drifted())
ALL: Mapping[int | None, Part] = {None: Part("pod_1", frozenset({SPEC.name}))}


class Turning(Time):
    """Lets everybody do what can be done, second by second."""

    async def turn(self) -> None:
        """Let everybody do what can be done at this moment."""
        for _ in range(50):
            await asyncio.sleep(0)

    async def wait(self, seconds: float) -> None:
        """Time passes, second by second."""
        for _ in range(int(seconds)):
            self.advance(1.0)
            await self.turn()


class Wall:
    """A board in memory."""

    def __init__(self, *stands: Status) -> None:
        self.stands = {status.shard: status for status in stands}
        self.written: list[Status] = []
        self.faults: list[Exception] = []
        self.closed, self.within_s = False, 0.0

    async def read(self, shard: int | None) -> Status | None:
        return self.stands.get(shard)

    async def write(self, status: Status, within_s: float) -> None:
        self.within_s = within_s
        if self.faults:
            raise self.faults.pop(0)
        self.written.append(status)
        self.stands[status.shard] = status

    async def close(self) -> None:
        self.closed = True


class Stage:
    """A publisher, and what it is shown."""

    def __init__(self, *stands: Status) -> None:
        self.time, self.board, self.said = Turning(), Wall(*stands), list[str]()
        self.led: Mapping[int | None, Part] = ALL
        self._shown: asyncio.Queue[Snapshot] = asyncio.Queue()
        head = Head(version="0.1.0", started=1000.0)
        self.publisher = Publisher(
            self.board, head, lambda *_: self.led, self.time.clock, self.said.append
        )

    async def snapshots(self) -> AsyncIterator[Snapshot]:
        while True:
            yield await self._shown.get()

    async def show(self, snapshot: Snapshot) -> None:
        self._shown.put_nowait(snapshot)
        await self.time.turn()

    @property
    def states(self) -> list[str]:
        return [status.apps[0].state for status in self.board.written]


@asynccontextmanager
async def publishing(*stands: Status) -> AsyncIterator[Stage]:
    stage = Stage(*stands)
    task = asyncio.create_task(stage.publisher.follow(stage.snapshots()))
    await stage.time.turn()
    yield stage
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert stage.board.closed


async def test_what_changed_is_written_at_its_pace_the_newest_alone() -> None:
    async with publishing() as stage:
        await stage.show(CALM)
        await stage.time.wait(PACE_S)
        assert stage.states == ["in_sync"]
        (first,) = stage.board.written
        assert (first.holder, first.written) == ("pod_1", time_text(1000.0))
        for snapshot in (DRIFT, CALM, DRIFT):
            await stage.show(snapshot)
        await stage.time.wait(PACE_S)
        assert stage.states == ["in_sync", "drifted"]


async def test_what_did_not_change_is_written_each_minute_and_not_before() -> None:
    async with publishing() as stage:
        await stage.show(CALM)
        await stage.time.wait(PACE_S)
        await stage.show(replace(CALM, sequence=9))
        await stage.time.wait(FRESH_S - PACE_S - 1)
        assert len(stage.board.written) == 1
        await stage.time.wait(PACE_S + 1)
        assert len(stage.board.written) == 2
        await stage.time.wait(FRESH_S)
        assert len(stage.board.written) == 3


async def test_nothing_is_written_but_what_is_led_at_that_moment() -> None:
    async with publishing() as stage:
        stage.led = {}
        await stage.show(DRIFT)
        await stage.time.wait(FRESH_S)
        assert stage.board.written == []
        stage.led = {0: Part("pod_1", frozenset()), 1: Part("pod_1", frozenset({SPEC.name}))}
        await stage.show(CALM)
        await stage.time.wait(PACE_S)
        assert [(each.shard, len(each.apps)) for each in stage.board.written] == [(0, 0), (1, 1)]
        stage.led = {}
        await stage.show(DRIFT)
        await stage.time.wait(FRESH_S)
        assert len(stage.board.written) == 2


async def test_a_write_has_no_more_time_than_the_lease() -> None:
    async with publishing() as stage:
        stage.led = {None: Part("pod_1", frozenset({SPEC.name}), until=1003.0)}
        await stage.show(CALM)
        assert stage.board.within_s == 3.0


async def test_who_leads_again_tells_at_once_whatever_it_told_before() -> None:
    async with publishing() as stage:
        await stage.show(CALM)
        stage.led = {}
        await stage.show(replace(CALM, sequence=2))
        await stage.time.wait(2 * PACE_S)
        stage.board.stands[None] = STATUS  # of who led meanwhile
        stage.led = ALL
        await stage.show(replace(CALM, sequence=3))
        await stage.time.wait(PACE_S)
        assert [each.journal for each in stage.board.written] == [(), (HEAL,)]


async def test_a_cold_start_leaves_what_stood_there_until_it_knows_better_or_long_enough() -> None:
    reading = picture_of(complete=False)
    async with publishing(STATUS) as stage:
        await stage.show(reading)
        await stage.time.wait(PATIENCE_S - 1)
        assert stage.board.written == []
        await stage.show(replace(reading, sequence=2))
        await stage.time.wait(PACE_S + 1)
        assert stage.states == ["unknown"]


async def test_who_leads_next_goes_on_with_the_writes_of_the_one_before() -> None:
    heal = Event(1, 1001.0, EventName.HEALED, SPEC.name, "demo", ref=WEB.ref)
    async with publishing(STATUS) as stage:
        await stage.show(CALM)
        await stage.time.wait(PACE_S)
        (first,) = stage.board.written
        assert first.journal == (HEAL,)
        assert first.apps[0].last_heal == SHOP.last_heal
        await stage.show(replace(CALM, events=(heal,)))
        await stage.time.wait(PACE_S)
        assert [each.ts for each in stage.board.written[-1].journal] == [HEAL.ts, time_text(1001.0)]


async def test_what_hinders_it_is_said_once_tried_ever_later_and_stops_nothing() -> None:
    async with publishing() as stage:
        stage.board.faults = [UnavailableError("cluster prod: away")] * 5 + [OutdatedError("new")]
        for number in range(400):
            await stage.show(replace(DRIFT, sequence=number))
            await stage.time.wait(1)
        words = "the summary for driftdeck status cannot be written"
        assert stage.said == [f"{words}: cluster prod: away", f"{words}: new"]
        assert stage.states[:1] == ["drifted"]
        assert PACE_S * 2**4 > LATE_S  # so it is asked for once a minute in a long outage


async def test_one_shard_that_cannot_be_written_holds_up_no_other() -> None:
    async with publishing() as stage:
        apps = frozenset({SPEC.name})
        stage.led = {0: Part("pod_1", apps), 1: Part("pod_1", apps)}
        stage.board.faults = [UnavailableError("0 is not ours")]
        await stage.show(CALM)
        assert [each.shard for each in stage.board.written] == [1]
        assert len(stage.said) == 1
