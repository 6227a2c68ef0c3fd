"""Four paths that tell and no more, bounded whoever asks."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import aiohttp
import pytest

from core.cli.telemetry.serving import CONNECTIONS_MAX, Door, Page, meet
from core.cli.telemetry.telemetry import Telemetry
from core.clock import Clock
from core.errors import UsageError
from core.model import Event, EventName
from core.model.controllers.leads import Lead, Leads
from tests.core.cli.telemetry.told import event, showing
from tests.core.engine.scripted import Time

LOOPBACK = ("127.0.0.1", 0)
PATIENCE = aiohttp.ClientTimeout(total=60)


@asynccontextmanager
async def serving() -> AsyncIterator[tuple[Telemetry, str]]:
    """A controller's telemetry, in its thread, that saw one picture."""
    telemetry = Telemetry(Clock(), 2, LOOPBACK)
    telemetry.start()
    telemetry.see(showing(event(1, EventName.DRIFT_DETECTED)))
    try:
        yield telemetry, f"http://127.0.0.1:{telemetry.port}"
    finally:
        await telemetry.stop()


async def test_each_path_says_what_it_is_for_and_nothing_else_is_there() -> None:
    async with serving() as (_, root), aiohttp.ClientSession(timeout=PATIENCE) as client:
        for path, status, words in (
            ("/livez", 200, "ok\n"),
            ("/healthz", 200, "ok\n"),
            ("/readyz", 200, "ok\n"),
            ("/readyz?verbose", 200, "readyz check passed\n"),
            ("/metrics", 200, 'driftdeck_drift_detected_total{app="shop",cluster="demo"} 1.0\n'),
            ("/", 404, "there is nothing here\n"),
            ("/debug/pprof", 404, "there is nothing here\n"),
            ("/metrics/../etc", 404, "there is nothing here\n"),
        ):
            async with client.get(root + path) as answer:
                assert answer.status == status, path
                assert words in await answer.text(), path


async def test_only_reading_is_possible() -> None:
    async with serving() as (_, root), aiohttp.ClientSession(timeout=PATIENCE) as client:
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
            async with client.request(method, f"{root}/metrics", data=b"x") as answer:
                assert answer.status == 405
        async with client.head(f"{root}/metrics") as answer:
            assert (answer.status, await answer.read()) == (200, b"")
            assert int(answer.headers["Content-Length"]) > 1_000


@asynccontextmanager
async def open_door(deadline_s: float = 60.0) -> AsyncIterator[Door]:
    door = Door(LOOPBACK, lambda path, _: Page(path.encode()), deadline_s)
    await door.open()
    yield door
    await door.close()


async def test_many_connections_are_few_and_a_probe_gets_through() -> None:
    """F72: the oldest makes room for the newest."""
    async with open_door() as door:
        where = ("127.0.0.1", door.port)
        held = [await asyncio.open_connection(*where) for _ in range(5 * CONNECTIONS_MAX)]
        reader, writer = await asyncio.open_connection(*where)
        writer.write(b"GET /livez HTTP/1.1\r\nHost: h\r\n\r\n")
        assert (await reader.read()).endswith(b"/livez")
        assert door.connections <= CONNECTIONS_MAX
        first, _ = held[0]
        with suppress(ConnectionError):
            assert await first.read() == b""
        for _, each in (*held, (reader, writer)):
            await let_go(each)


async def let_go(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def test_a_connection_that_says_nothing_is_ended() -> None:
    async with open_door(deadline_s=0.01) as door:
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
        writer.write(b"GET /livez HT")
        with suppress(ConnectionError):
            assert await reader.read() == b""
        await let_go(writer)


def test_a_page_of_metrics_is_made_at_most_once_a_second() -> None:
    time = Time()
    telemetry = Telemetry(time.clock, 2)
    heals = "driftdeck_heals_total"

    def healed() -> list[str]:
        page = telemetry.page_of("/metrics", False)
        assert page is not None
        return [each for each in page.body.decode().splitlines() if each.startswith(heals)]

    assert healed() == []
    telemetry.see(showing(event(1, EventName.HEALED)))
    assert healed() == []
    time.advance(1.0)
    assert healed() == [heals + '{app="shop",cluster="demo"} 1.0']


async def test_a_request_that_is_no_request_is_answered_so() -> None:
    async with serving() as (telemetry, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", telemetry.port)
        writer.write(b"GET /" + b"x" * 10_000 + b" HTTP/1.1\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.0 400")
        await let_go(writer)


async def test_an_address_that_is_taken_is_said_at_the_start() -> None:
    async with serving() as (telemetry, _):
        second = Telemetry(Clock(), 2, ("127.0.0.1", telemetry.port))
        with pytest.raises(
            UsageError, match=r"metrics: cannot listen on 127.0.0.1:\d+: address already in use"
        ):
            second.start()


@pytest.mark.parametrize(
    ("one", "other", "meeting"),
    [
        (("127.0.0.1", 80), ("127.0.0.1", 80), True),
        (("127.0.0.1", 80), ("0.0.0.0", 80), True),
        (("::", 80), ("::1", 80), True),
        (("127.0.0.1", 80), ("127.0.0.2", 80), False),
        (("127.0.0.1", 80), ("127.0.0.1", 81), False),
        (("0.0.0.0", 80), ("::", 80), False),
        (("127.0.0.1", 0), ("127.0.0.1", 0), False),
    ],
)
def test_two_addresses_meet_where_one_port_of_one_address_would_be_listened_on_twice(
    one: tuple[str, int], other: tuple[str, int], meeting: bool
) -> None:
    assert meet(one, other) is meet(other, one) is meeting


async def test_a_bug_at_the_station_is_not_silent() -> None:
    class Broken:
        async def run(self) -> None:
            raise RuntimeError("a bug")

        def take(self, *_: object) -> None:
            pass

    telemetry = Telemetry(Clock(), 2)
    telemetry.tellers.append(Broken())
    telemetry.start()

    async def nothing_new() -> AsyncIterator[None]:
        await asyncio.Event().wait()
        yield

    with pytest.raises(ExceptionGroup) as told:
        await telemetry.follow(nothing_new())  # type: ignore[arg-type]  # it shows nothing at all
    assert "a bug" in str(told.value.exceptions[0].__cause__ or told.value.exceptions[0].args)


async def test_a_door_is_open_until_it_is_closed() -> None:
    async with open_door() as door:
        port = door.port
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


async def test_of_several_replicas_the_one_that_writes_for_an_app_tells_of_it() -> None:
    told: list[int] = []

    class Telling:
        async def run(self) -> None:
            await asyncio.Event().wait()

        def take(self, events: Sequence[Event]) -> None:
            told.extend(each.sequence for each in events)

    telemetry = Telemetry(Clock(), 2)
    telemetry.tellers.append(Telling())
    telemetry.start()
    drift = [event(number, EventName.DRIFT_DETECTED) for number in (1, 2, 3)]
    theirs, ours = Lead(holder="h_1"), Lead(holder="me", ours=True)
    for last, lead in ((1, theirs), (2, ours), (3, theirs)):
        telemetry.see(replace(showing(*drift[:last]), leads=Leads((lead,))))
    await telemetry.stop()
    assert told == [2]
