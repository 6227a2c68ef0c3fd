"""Events of Kubernetes: as the API server takes them, counted up, bounded, else dropped."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from core.cli.telemetry.messages.recording import ANEW_S, BURST, WAITING_MAX, Recorder, micro_time
from core.cli.telemetry.metrics.families import Families
from core.clock import Clock
from core.errors import DeniedError, RejectedError, UnavailableError
from core.model import Event, EventName, JsonObject, ObjectRef
from tests.core.cli.telemetry.told import event


@dataclass
class Board:
    """Where Events are written, and the recorder that writes; time passes by sleeping."""

    made: list[Any] = field(default_factory=list)
    repeated: list[tuple[str, JsonObject]] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)  # one for each write
    now: float = 1_000.0
    families: Families = field(default_factory=Families)
    namespace: str = "ops"
    closed: bool = False

    def __post_init__(self) -> None:
        clock = Clock(monotonic=lambda: self.now, wall=lambda: self.now, sleep=self.sleep)
        self.recorder = Recorder(self, clock, self.families.counter("dropped", "-", "reason"))

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)

    async def create(self, event: JsonObject) -> None:
        self._play()
        self.made.append(event)

    async def repeat(self, name: str, series: JsonObject) -> None:
        self._play()
        self.repeated.append((name, series))

    async def close(self) -> None:
        self.closed = True

    def _play(self) -> None:
        if self.errors:
            raise self.errors.pop(0)

    def told(self, *events: Event) -> None:
        self.recorder.take(events)

    def dropped(self, reason: str) -> float:
        return self.families.registry.get_sample_value("dropped_total", {"reason": reason}) or 0.0

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            for _ in iter(holds, True):
                await asyncio.sleep(0)


@asynccontextmanager
async def recording(*errors: Exception) -> AsyncIterator[Board]:
    board = Board(errors=list(errors))
    running = asyncio.create_task(board.recorder.run())
    yield board
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert board.closed


DRIFT = event(1, EventName.DRIFT_DETECTED)


async def test_an_event_regards_the_controller_and_names_the_object() -> None:
    async with recording() as board:
        board.told(DRIFT)
        await board.until(lambda: bool(board.made))
    (made,) = board.made
    assert made["regarding"] == {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "namespace": "ops",
        "name": "driftdeck",
    }
    assert made["related"] == {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "namespace": "shop",
        "name": "web",
    }
    assert (made["reason"], made["type"], made["action"]) == ("Drifted", "Warning", "Compare")
    assert made["reportingController"] == "driftdeck.dev/controller"
    assert made["metadata"]["namespace"] == "ops"
    assert made["note"].startswith("drift_detected shop Deployment/shop/web: spec.replicas is 7")
    assert made["eventTime"] == micro_time(DRIFT.time) == "2026-07-01T12:00:03.062400Z"
    assert "series" not in made


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (EventName.HEALED, "Healed"),
        (EventName.HEAL_FAILED, "HealFailed"),
        (EventName.FIGHTING, "Fighting"),
        (EventName.PRUNE_BLOCKED, "PruneBlocked"),
        (EventName.REVERTED, "Reverted"),
        (EventName.SYNCED, "Synced"),
    ],
)
async def test_each_thing_has_its_reason(name: EventName, reason: str) -> None:
    async with recording() as board:
        board.told(event(1, EventName.CLUSTER_SYNCED), event(2, name))
        await board.until(lambda: bool(board.made))
    assert [made["reason"] for made in board.made] == [reason]


async def test_an_event_of_no_object_has_none_related() -> None:
    async with recording() as board:
        board.told(event(1, EventName.REVERTED, kind=None, ref=None))
        await board.until(lambda: bool(board.made))
    assert "related" not in board.made[0]


async def test_a_fight_is_one_event_that_is_counted_up_once_a_minute() -> None:
    async with recording() as board:
        board.told(DRIFT)
        await board.until(lambda: bool(board.made))
        began = board.now
        for _ in range(999):
            board.told(DRIFT)
        await board.until(lambda: bool(board.repeated))
        assert 60.0 <= board.now - began <= 62.0
    assert len(board.made) == 1
    ((name, series),) = board.repeated
    assert name == board.made[0]["metadata"]["name"]
    assert series["count"] == 1_000


async def test_what_happened_often_before_it_was_told_is_a_series_from_the_start() -> None:
    async with recording() as board:
        board.told(DRIFT, DRIFT, DRIFT)
        await board.until(lambda: bool(board.made))
    assert board.made[0]["series"]["count"] == 3


async def test_an_old_event_is_made_anew_for_the_server_may_have_let_it_go() -> None:
    async with recording() as board:
        board.told(DRIFT)
        await board.until(lambda: len(board.made) == 1)
        board.now += ANEW_S
        board.told(DRIFT)
        await board.until(lambda: len(board.made) == 2)
    assert not board.repeated


async def test_one_that_is_gone_is_made_anew_the_next_time() -> None:
    async with recording() as board:
        board.told(DRIFT)
        await board.until(lambda: len(board.made) == 1)
        board.errors.append(RejectedError("it is not there"))
        board.told(DRIFT)
        await board.until(lambda: board.dropped("rejected") == 1)
        board.told(DRIFT)
        await board.until(lambda: len(board.made) == 2)


async def test_many_objects_at_once_are_told_slowly_and_not_without_end() -> None:
    async with recording() as board:
        refs = [ObjectRef("", "ConfigMap", "shop", f"a{n}") for n in range(WAITING_MAX + 50)]
        board.told(*(event(n, EventName.HEALED, ref=ref) for n, ref in enumerate(refs)))
        assert board.dropped("too many") == 50
        await board.until(lambda: len(board.made) == WAITING_MAX)
        assert board.now - 1_000.0 == (WAITING_MAX - BURST) * 5.0


async def test_what_is_refused_is_dropped_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    refused = [DeniedError("post events in ops: no"), DeniedError("post events in ops: no")]
    with caplog.at_level(logging.WARNING):
        async with recording(*refused, UnavailableError("no answer")) as board:
            board.told(*(event(1, name) for name in (EventName.HEALED, EventName.FIGHTING)))
            await board.until(lambda: board.dropped("denied") == 2)
            board.told(event(2, EventName.PRUNED))
            await board.until(lambda: board.dropped("unavailable") == 1)
            board.told(event(3, EventName.SYNCED))
            await board.until(lambda: bool(board.made))
    assert board.now >= 1_000.0 + 2 * 300.0  # who is denied does not ask all the time
    assert caplog.text.count("Events are not written: post events in ops: no") == 1


async def test_a_long_note_is_cut_and_cannot_steer_a_terminal() -> None:
    async with recording() as board:
        board.told(event(1, EventName.SYNCED, message="\x1b[2Jä" + "ö" * 5_000))
        await board.until(lambda: bool(board.made))
    assert len(board.made[0]["note"].encode()) <= 1_000
    assert "\x1b" not in board.made[0]["note"]
