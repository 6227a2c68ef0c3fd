"""What is repeated, and what a connection does on the way."""

import asyncio
from collections.abc import Mapping

import pytest

from core.cluster.connection.answers import LinkError
from core.cluster.connection.calls import PATIENCE_S, Calls
from core.cluster.connection.link import Connection, Link, open_connection
from core.cluster.connection.request import Request, query_of
from core.cluster.connection.transport import CALLS_MAX
from core.cluster.login.login import Login
from core.errors import DeniedError, RejectedError, UnavailableError
from tests.core.cluster.following.test_reflector import in_turn, says
from tests.core.cluster.manual import ManualClock
from tests.core.cluster.scripted import Asked, Reply, linked, serving, status

OK = says(200, {})
BUSY = status(429, "TooManyRequests")
PATCH = Request(path="/x", method="PATCH", body=b"{}")


@pytest.mark.parametrize("request_", [Request(path="/x"), PATCH])
@pytest.mark.parametrize("code", [429, 500, 503])
async def test_a_request_is_repeated_when_the_server_says_when(
    request_: Request, code: int
) -> None:
    script = in_turn(says(code, status(code), Retry_After="1"), OK)
    moment = ManualClock(draw=0.25)
    async with serving(script) as server, linked(server.url) as link:
        answer = await Calls(link, moment.clock).send(request_)
    assert answer.status == 200
    assert moment.slept == [1.25]


async def test_a_read_is_repeated_by_the_backoff_a_write_is_not() -> None:
    script = in_turn(says(503, status(503)), OK)
    moment = ManualClock()
    async with serving(script) as server, linked(server.url) as link:
        calls = Calls(link, moment.clock)
        assert (await calls.send(Request(path="/x"))).status == 200
        server.script = in_turn(says(503, status(503)), OK)
        assert (await calls.send(PATCH)).status == 503
    assert moment.slept == [0.8]


async def test_a_long_delay_is_left_to_the_engine() -> None:
    script = says(503, status(503), Retry_After="60")
    moment = ManualClock()
    async with serving(script) as server, linked(server.url) as link:
        with pytest.raises(UnavailableError) as caught:
            await Calls(link, moment.clock).expect(Request(path="/x"), "read")
    assert caught.value.retry_after_s == 60
    assert moment.slept == []
    assert len(server.asked) == 1


async def test_repeating_ends() -> None:
    moment = ManualClock()
    async with (
        serving(says(429, BUSY, Retry_After="0")) as server,
        linked(server.url) as link,
    ):
        answer = await Calls(link, moment.clock).send(PATCH)
    assert answer.status == 429
    assert len(server.asked) == 11
    assert sum(moment.slept) < PATIENCE_S


@pytest.mark.parametrize("code", [400, 401, 403, 404, 409, 413, 422])
async def test_a_refusal_is_not_repeated(code: int) -> None:
    moment = ManualClock()
    async with serving(says(code, status(code))) as server, linked(server.url) as link:
        assert (await Calls(link, moment.clock).send(Request(path="/x"))).status == code
    assert len(server.asked) == 1


async def test_a_wrong_manifest_is_not_repeated_although_it_is_a_500() -> None:
    wrong = status(500, "", "failed to create typed patch object (a/b; v1): .x: no")
    moment = ManualClock()
    async with serving(says(500, wrong)) as server, linked(server.url) as link:
        with pytest.raises(RejectedError):
            await Calls(link, moment.clock).expect(PATCH, "patch")
    assert len(server.asked) == 1


async def test_a_read_that_was_cut_is_repeated_a_write_is_reported_as_sent() -> None:
    async def cut(_: Asked, reply: Reply) -> None:
        reply.cut()

    moment = ManualClock()
    async with serving(in_turn(cut, OK)) as server, linked(server.url) as link:
        calls = Calls(link, moment.clock)
        assert (await calls.send(Request(path="/x"))).status == 200
        server.script = in_turn(cut, OK)
        with pytest.raises(LinkError) as caught:
            await calls.send(PATCH)
    assert caught.value.sent


async def test_a_server_that_is_not_there_got_nothing() -> None:
    async with linked("http://127.0.0.1:1") as link:
        with pytest.raises(LinkError) as caught:
            await link.call(PATCH)
        assert not link.up.is_set()
        assert link.trouble.is_set()
    assert not caught.value.sent


async def test_a_redirect_is_not_followed() -> None:
    script = says(302, b"", Location="http://127.0.0.1:1/elsewhere")
    async with serving(script) as server, linked(server.url) as link:
        with pytest.raises(UnavailableError, match="redirects"):
            await Calls(link, ManualClock().clock).expect(Request(path="/x"), "read")
    assert len(server.asked) == 1


# 401 ----------------------------------------------------------------------------------------------


class Renewable:
    """A credential that is renewed when it is refused."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens)

    async def header(self) -> str | None:
        return f"Bearer {self.tokens[0]}"

    async def refused(self, header: str | None) -> bool:
        if header == f"Bearer {self.tokens[0]}" and len(self.tokens) > 1:
            self.tokens.pop(0)
            return True
        return header != f"Bearer {self.tokens[0]}"


async def open_with(url: str, bearer: Renewable, headers: Mapping[str, str]) -> Connection:
    login = Login(
        context="c",
        server=url,
        namespace="",
        user="u",
        bearer=bearer,
        headers=tuple(headers.items()),
    )
    return await open_connection(login)


async def only_good(asked: Asked, reply: Reply) -> None:
    reply.say(200 if asked.headers["Authorization"] == "Bearer good" else 401, {})


async def test_a_refused_token_is_renewed_once_and_the_request_repeated() -> None:
    async with serving(only_good) as server:
        connection = await open_with(server.url, Renewable("old", "good"), {})
        try:
            assert (await connection.call(PATCH)).status == 200
            assert (await connection.call(PATCH)).status == 200
            async with connection.stream(Request(path="/x")) as stream:
                assert stream.status == 200
        finally:
            await connection.close()
    assert [asked.headers["Authorization"] for asked in server.asked] == [
        "Bearer old",
        *["Bearer good"] * 3,
    ]


async def test_a_token_that_stays_refused_is_trouble_for_the_whole_cluster() -> None:
    async with serving(only_good) as server:
        link = Link("cluster test")
        await link.adopt(await open_with(server.url, Renewable("old", "bad"), {}))
        assert (await link.call(PATCH)).status == 401
        assert isinstance(link.problem, DeniedError)
        assert not link.up.is_set()
        await link.close()
    assert len(server.asked) == 2


async def test_the_identity_that_acts_is_sent_with_every_request() -> None:
    async with serving(OK) as server:
        connection = await open_with(server.url, Renewable("t"), {"Impersonate-User": "jane"})
        try:
            await connection.call(PATCH)
            async with connection.stream(Request(path="/x")):
                pass
        finally:
            await connection.close()
    assert {asked.headers["Impersonate-User"] for asked in server.asked} == {"jane"}


async def test_a_replaced_connection_casts_no_suspicion() -> None:
    async with serving(OK) as server:
        link = Link("cluster test")
        old = await open_with("http://127.0.0.1:1", Renewable("t"), {})
        await link.adopt(old)
        await link.adopt(await open_with(server.url, Renewable("t"), {}))
        assert (await link.call(PATCH)).status == 200
        assert link.up.is_set()
        await link.close()
        with pytest.raises(UnavailableError, match="not connected"):
            await link.call(PATCH)


async def test_a_call_that_is_cut_by_a_new_connection_casts_none_on_it() -> None:
    asked = asyncio.Event()

    async def silent(_: Asked, __: Reply) -> None:
        asked.set()
        await asyncio.Event().wait()

    async with serving(silent) as before, serving(OK) as after:
        link = Link("cluster test")
        await link.adopt(await open_with(before.url, Renewable("t"), {}))
        call = asyncio.create_task(link.call(PATCH))
        await asked.wait()
        await link.adopt(await open_with(after.url, Renewable("t"), {}))
        with pytest.raises(LinkError):
            await call
        assert link.problem is None
        assert link.up.is_set()
        assert not link.trouble.is_set()
        await link.close()


async def test_a_call_that_waits_for_its_turn_is_sent_through_the_connection_that_comes() -> None:
    async def silent(_: Asked, __: Reply) -> None:
        await asyncio.Event().wait()

    async with serving(silent) as before, serving(OK) as after:
        link = Link("cluster test")
        await link.adopt(await open_with(before.url, Renewable("t"), {}))
        taken = [asyncio.create_task(link.call(PATCH)) for _ in range(CALLS_MAX)]
        await before.until_asked(CALLS_MAX)
        waiting = [asyncio.create_task(link.call(PATCH)) for _ in range(3)]
        given_up = asyncio.create_task(link.call(PATCH))
        await asyncio.sleep(0)
        given_up.cancel()
        await link.adopt(await open_with(after.url, Renewable("t"), {}))
        answers = await asyncio.wait_for(asyncio.gather(*waiting), 60)
        assert [answer.status for answer in answers] == [200] * 3
        cut = await asyncio.gather(*taken, given_up, return_exceptions=True)
        assert [type(each) for each in cut] == [LinkError] * CALLS_MAX + [asyncio.CancelledError]
        assert len(after.asked) == 3
        await link.close()


async def test_a_connection_that_is_closed_sends_nothing_and_says_so() -> None:
    connection = await open_with("http://127.0.0.1:1", Renewable("t"), {})
    await connection.close()
    with pytest.raises(LinkError) as told:
        await connection.call(PATCH)
    assert not told.value.sent


async def test_whoever_reads_from_a_connection_that_is_replaced_is_woken_at_once() -> None:
    async def endless(_: Asked, reply: Reply) -> None:
        await reply.hold({"type": "BOOKMARK"})

    async with serving(endless) as before, serving(OK) as after:
        link = Link("cluster test")
        await link.adopt(await open_with(before.url, Renewable("t"), {}))
        began = asyncio.Event()

        async def watch() -> None:
            async with link.stream(Request(path="/x")) as stream:
                while await stream.read():
                    began.set()

        watching = asyncio.create_task(watch())
        calling = asyncio.create_task(link.call(PATCH))  # its body never ends either
        await began.wait()
        await before.until_asked(2)
        await link.adopt(await open_with(after.url, Renewable("t"), {}))
        async with asyncio.timeout(60):
            for each in (watching, calling):
                with pytest.raises(LinkError):
                    await each
        assert link.up.is_set()
        await link.close()


def test_an_empty_parameter_is_left_out() -> None:
    assert query_of(a="1", b="", c="x y") == "a=1&c=x+y"
