"""Four paths that tell and no more, bounded whoever asks."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace

import aiohttp
import pytest

from core.cli.telemetry.serving import CONNECTIONS_MAX, Door, Page
from core.cli.telemetry.telemetry import Telemetry
from core.clock import Clock
from core.errors import UsageError
from core.model import Event, EventName, Snapshot
from core.model.leads import Lead, Leads
from tests.core.cli.telemetry.told import event, showing

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


async def test_many_connections_are_few_and_a_probe_gets_through() -> None:
    async with serving() as (telemetry, root):
        with ExitStack() as held:
            open_ = await asyncio.to_thread(connections, 10 * CONNECTIONS_MAX, telemetry.port, held)
            async with (
                aiohttp.ClientSession(timeout=PATIENCE) as client,
                client.get(f"{root}/livez") as answer,
            ):
                assert answer.status == 200
            cut = open_[:-CONNECTIONS_MAX]
            assert await asyncio.to_thread(lambda: {is_ended(each) for each in cut}) == {True}


def connections(count: int, port: int, held: ExitStack) -> list[socket.socket]:
    where = ("127.0.0.1", port)
    return [held.enter_context(socket.create_connection(where, 60)) for _ in range(count)]


def is_ended(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True


async def test_a_request_that_is_no_request_is_answered_so() -> None:
    async with serving() as (telemetry, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", telemetry.port)
        writer.write(b"GET /" + b"x" * 10_000 + b" HTTP/1.1\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.0 400")
        writer.close()


async def test_an_address_that_is_taken_is_said_at_the_start() -> None:
    async with serving() as (telemetry, _):
        second = Telemetry(Clock(), 2, ("127.0.0.1", telemetry.port))
        with pytest.raises(
            UsageError, match=r"metrics: cannot listen on 127.0.0.1:\d+: address already in use"
        ):
            second.start()


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
    door = Door(LOOPBACK, lambda path, _: Page(path.encode()))
    await door.open()
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(b"GET /x HTTP/1.1\r\nHost: h\r\n\r\n")
    assert (await reader.read()).endswith(b"\r\n\r\n/x")
    writer.close()
    await door.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", door.port)


async def test_of_several_replicas_the_one_that_writes_for_an_app_tells_of_it() -> None:
    told: list[int] = []

    class Telling:
        async def run(self) -> None:
            await asyncio.Event().wait()

        def take(self, events: Sequence[Event], _: Snapshot) -> None:
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
