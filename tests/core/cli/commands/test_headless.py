"""`driftdeck --headless` prints each event once, as JSON for programs and in words for people."""

import asyncio
import errno
import json
import os
from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from core.cli.commands import headless
from core.cli.commands.headless import EventLog, follow, survived
from core.cli.session import EngineLike
from core.cli.telemetry.telemetry import Telemetry
from core.clock import Clock
from core.cluster.connection.backoff import Backoff
from core.errors import UnavailableError
from core.model import AppView, Event, EventName, Snapshot
from tests.core.cli.pipes import fill
from tests.core.cli.scripted import SPEC, ScriptedEngine
from tests.core.cli.telemetry.told import event

DRIFT = event(2, EventName.DRIFT_DETECTED)
SYNCED = Event(1, 1_782_907_200.0, EventName.CLUSTER_SYNCED, cluster="demo")


class Showing(EventLog):
    """Says when it printed something."""

    def __init__(self, out: int, err: int) -> None:
        super().__init__(out, err)
        self.shown = asyncio.Event()

    async def print_new(self, events: Sequence[Event]) -> None:
        await super().print_new(events)
        if events:
            self.shown.set()


@dataclass
class Pipes:
    """Both streams of a program, and how to read what went into them."""

    out: tuple[int, int]
    err: tuple[int, int]
    logs: list[EventLog] = field(default_factory=list)

    def log(self, out: int | None = None) -> Showing:
        made = Showing(self.out[1] if out is None else out, self.err[1])
        self.logs.append(made)
        return made

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._read(self.out[0]).splitlines()]

    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._read(self.err[0]).splitlines()]

    def _read(self, fd: int) -> str:
        os.set_blocking(fd, False)
        try:
            return os.read(fd, 1 << 16).decode()
        except BlockingIOError:
            return ""


@pytest.fixture
def pipes() -> Iterator[Pipes]:
    made = Pipes(os.pipe(), os.pipe())
    yield made
    for fd in (made.out[0], made.err[0]):
        with suppress(OSError):  # the test closed it
            os.close(fd)
    for log in made.logs:  # whose threads would write into what has the number next
        asyncio.run(log.drained())
    for fd in (made.out[1], made.err[1]):
        os.close(fd)


async def test_an_event_has_the_promised_form(pipes: Pipes) -> None:
    await pipes.log().print_new([DRIFT])
    (line,) = pipes.lines()
    change = line.pop("changes")[0]
    assert line == {
        "ts": "2026-07-01T12:00:03.062Z",
        "event": "drift_detected",
        "app": "shop",
        "cluster": "demo",
        "context": "demo-eu",
        "user": "ada",
        "object": {
            "api_version": "apps/v1",
            "kind": "Deployment",
            "namespace": "shop",
            "name": "web",
        },
        "revision": None,
        "message": "changed in the cluster",
    }
    assert (change["path"], change["live"], change["git"]) == ("spec.replicas", 7, 3)
    assert change["actor"]["manager"] == "kubectl"


async def test_every_line_has_every_key(pipes: Pipes) -> None:
    await pipes.log().print_new([SYNCED])
    (line,) = pipes.lines()
    assert list(line) == [
        "ts",
        "event",
        "app",
        "cluster",
        "context",
        "user",
        "object",
        "changes",
        "revision",
        "message",
    ]
    assert line["object"] is line["changes"] is line["app"] is None


async def test_events_are_printed_once_however_often_they_are_shown(pipes: Pipes) -> None:
    log = pipes.log()
    await log.print_new([SYNCED])
    await log.print_new([SYNCED, DRIFT])
    await log.print_new([SYNCED, DRIFT])
    assert [line["event"] for line in pipes.lines()] == ["cluster_synced", "drift_detected"]


async def test_the_log_says_the_same_in_words(pipes: Pipes) -> None:
    log = pipes.log()
    await log.print_new([replace(DRIFT, sequence=1)])
    await log.drained()
    (record,) = pipes.records()
    assert record == {
        "ts": "2026-07-01T12:00:03.062Z",
        "level": "warning",
        "logger": "driftdeck",
        "message": "drift_detected shop Deployment/shop/web:"
        " spec.replicas is 7 (kubectl), Git says 3; changed in the cluster",
        "app": "shop",
        "cluster": "demo",
        "object": {
            "api_version": "apps/v1",
            "kind": "Deployment",
            "namespace": "shop",
            "name": "web",
        },
    }


async def test_a_gap_in_the_events_is_told_and_not_papered_over(pipes: Pipes) -> None:
    log = pipes.log()
    await log.print_new([SYNCED])
    await log.print_new([replace(DRIFT, sequence=12)])
    await log.drained()
    assert "10 events were not printed" in pipes.records()[1]["message"]


async def test_a_log_that_nobody_reads_does_not_stop_the_events(pipes: Pipes) -> None:
    os.close(pipes.err[0])
    await pipes.log().print_new([DRIFT])
    assert len(pipes.lines()) == 1


async def test_a_closed_stdout_ends_the_program(pipes: Pipes) -> None:
    os.close(pipes.out[0])
    with pytest.raises(BrokenPipeError):
        await follow(ScriptedEngine, pipes.log(), message="")


async def test_a_stdout_that_takes_nothing_is_told_and_the_controller_goes_on(
    pipes: Pipes,
) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    log = pipes.log(out=full)
    await log.print_new([SYNCED])
    await log.print_new([DRIFT])
    await log.drained()
    os.close(full)
    told = [record["message"] for record in pipes.records()]
    lost = "stdout misses events, it cannot be written: No space left on device"
    assert [words.partition(" ")[0] for words in told if words != lost] == [
        "cluster_synced",
        "drift_detected",
    ]
    assert lost in told


async def test_started_comes_before_the_engine_exists(pipes: Pipes) -> None:
    seen: list[list[dict[str, Any]]] = []

    def factory() -> EngineLike:
        seen.append(pipes.lines())
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await follow(factory, pipes.log(), message="watching: shop")
    assert [(line["event"], line["message"]) for line in seen[0]] == [("started", "watching: shop")]


async def test_stopping_is_the_last_event(pipes: Pipes) -> None:
    log = pipes.log()
    engine = ScriptedEngine(Snapshot(), Snapshot(events=(SYNCED, DRIFT)))
    following: asyncio.Future[None] = asyncio.ensure_future(follow(lambda: engine, log, message=""))
    await log.shown.wait()
    following.cancel()
    with pytest.raises(asyncio.CancelledError):
        await following
    assert [line["event"] for line in pipes.lines()] == [
        "started",
        "cluster_synced",
        "drift_detected",
        "stopped",
    ]


async def test_who_is_asked_to_stop_brings_to_its_end_what_is_in_hand(pipes: Pipes) -> None:
    began, asked, went_on = asyncio.Event(), asyncio.Event(), asyncio.Event()

    class Busy(ScriptedEngine):
        async def run(self) -> None:
            began.set()
            await super().run()

        async def finish(self) -> None:
            asked.set()
            await went_on.wait()
            await super().finish()

    engine = Busy()
    following: asyncio.Future[None] = asyncio.ensure_future(
        follow(lambda: engine, pipes.log(), message="")
    )
    await began.wait()
    following.cancel()
    await asked.wait()
    assert not following.done()
    went_on.set()
    with pytest.raises(asyncio.CancelledError):
        await following
    assert engine.finished


async def test_an_engine_that_dies_meanwhile_is_not_waited_for(pipes: Pipes) -> None:
    began, asked = asyncio.Event(), asyncio.Event()

    class Dying(ScriptedEngine):
        async def finish(self) -> None:
            asked.set()
            await asyncio.Event().wait()

        async def run(self) -> None:
            began.set()
            await asked.wait()
            raise UnavailableError("the Lease is lost")

    following: asyncio.Future[None] = asyncio.ensure_future(follow(Dying, pipes.log(), message=""))
    await began.wait()
    following.cancel()
    with pytest.raises(asyncio.CancelledError):
        await following
    assert [line["event"] for line in pipes.lines()] == ["started", "stopped"]


async def test_a_reader_that_sleeps_does_not_hold_up_the_loop(pipes: Pipes) -> None:
    filled = fill(pipes.out[1])
    printing = asyncio.ensure_future(pipes.log().print_new([DRIFT]))
    for _ in range(100):
        await asyncio.sleep(0)  # the loop turns, though the pipe is full
    assert not printing.done()
    while filled:
        filled -= len(os.read(pipes.out[0], filled))
    await printing
    assert [line["event"] for line in pipes.lines()] == ["drift_detected"]


async def test_a_log_that_is_full_holds_up_no_event(pipes: Pipes) -> None:
    fill(pipes.err[1])
    log = pipes.log()
    for number in range(1, 4):
        await log.print_new([replace(DRIFT, sequence=number)])
    assert len(pipes.lines()) == 3


@pytest.mark.parametrize("judged", [True, False])
async def test_once_all_is_judged_no_look_for_garbage_walks_through_it(
    pipes: Pipes, monkeypatch: pytest.MonkeyPatch, *, judged: bool
) -> None:
    kept = asyncio.Event()
    monkeypatch.setattr(headless, "keep_what_is_there", kept.set)
    view = AppView(SPEC, complete=judged)

    async def until() -> str:
        await log.shown.wait()
        return "enough"

    log = pipes.log()
    engine = ScriptedEngine(Snapshot(apps=(view,)), Snapshot(apps=(view,), events=(SYNCED,)))
    await follow(lambda: engine, log, message="", until=until)
    assert kept.is_set() is judged


async def test_what_ends_telemetry_ends_the_controller(pipes: Pipes) -> None:
    class Failing(Telemetry):
        async def follow(self, snapshots: AsyncIterator[Snapshot]) -> None:
            del snapshots
            raise RuntimeError("a bug")

    telemetry = Failing(Clock(), pipes.err[1])
    with pytest.raises(RuntimeError, match="a bug"):
        await follow(ScriptedEngine, pipes.log(), telemetry, message="")


async def test_until_there_is_something_else_the_engine_is_followed_and_then_ended(
    pipes: Pipes,
) -> None:
    async def until() -> str:
        await log.shown.wait()
        log.shown.clear()
        return "other settings"

    log = pipes.log()
    for _ in range(2):  # events of the second engine are counted from the beginning
        engine = ScriptedEngine(Snapshot(), Snapshot(events=(SYNCED,)))
        assert await follow(lambda e=engine: e, log, message="", until=until) == "other settings"  # type: ignore[misc]
        assert engine.finished  # what was in hand was brought to its end before
    told = [line["event"] for line in pipes.lines()]
    assert told == ["started", "cluster_synced"] * 2


async def test_an_engine_with_a_bug_is_told_of_and_the_next_begins_ever_later(pipes: Pipes) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    class Failing(ScriptedEngine):
        async def run(self) -> None:
            raise RuntimeError("nobody thought of this")

    log, clock = pipes.log(), Clock(sleep=sleep, random=lambda: 0.0, monotonic=lambda: 0.0)
    backoff = Backoff(clock)
    for _ in range(3):
        following: Awaitable[str] = follow(Failing, log, message="")
        assert await survived(following, log, clock, backoff) is None
    assert waited == [0.8, 1.6, 3.2]
    await log.drained()
    told = [record for record in pipes.records() if record["level"] == "error"]
    assert len(told) == 3
    for words in ("Traceback", "nobody thought of this", "please report", "begins anew in 1 s"):
        assert words in told[0]["message"]


@pytest.mark.parametrize(
    "ending",
    [
        UnavailableError("the Lease is lost"),
        BrokenPipeError(),
        OSError(errno.EMFILE, "too many open files"),
        asyncio.CancelledError(),
    ],
)
async def test_what_is_no_bug_ends_the_controller(pipes: Pipes, ending: BaseException) -> None:
    async def following() -> None:
        raise ending

    with pytest.raises(type(ending)):
        await survived(following(), pipes.log(), Clock(), Backoff(Clock()))


@pytest.mark.parametrize("bug", [TimeoutError(), ConnectionResetError(), FileNotFoundError()])
async def test_an_error_of_the_network_that_nobody_foresaw_is_a_bug_like_any_other(
    pipes: Pipes, bug: OSError
) -> None:
    async def following() -> str:
        raise bug

    async def sleep(_: float) -> None:
        pass

    clock = Clock(sleep=sleep)
    assert await survived(following(), pipes.log(), clock, Backoff(clock)) is None


async def test_what_an_engine_ends_with_is_returned(pipes: Pipes) -> None:
    async def following() -> str:
        return "other settings"

    found = await survived(following(), pipes.log(), Clock(), Backoff(Clock()))
    assert found == "other settings"
