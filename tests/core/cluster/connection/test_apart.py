"""A connection of one's own: made when it is needed, and anew where the old login is no use."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from core.cluster.connection.answers import LinkError
from core.cluster.connection.apart import Apart
from core.cluster.connection.request import Request
from tests.core.cluster.following.test_reflector import says
from tests.core.cluster.login.test_credentials import written
from tests.core.cluster.manual import ManualClock
from tests.core.cluster.scripted import Asked, Reply, Script, ScriptedServer, serving, status

READ = Request(path="/api/v1/namespaces")


@asynccontextmanager
async def apart(script: Script, folder: Path) -> AsyncIterator[tuple[Apart, ScriptedServer]]:
    async with serving(script) as server:
        spec = written(folder, {"token": "t"}, server=server.url)
        made = Apart(spec, ManualClock().clock)
        try:
            yield made, server
        finally:
            await made.close()


async def accepting_another(asked: Asked, reply: Reply) -> None:
    """Take every token but the first."""
    if asked.headers["Authorization"] == "Bearer t":
        reply.say(401, status(401, "Unauthorized"))
    else:
        reply.say(200, {})


def rewrite(folder: Path, old: str, new: str) -> None:
    file = folder / "kubeconfig"
    file.write_text(file.read_text().replace(old, new))


async def test_after_a_401_it_is_found_out_anew_who_we_are(tmp_path: Path) -> None:
    async with apart(accepting_another, tmp_path) as (made, _):
        assert (await made.call(READ)).status == 401
        rewrite(tmp_path, '"t"', '"other"')
        assert (await made.call(READ)).ok


async def test_where_the_server_could_not_be_reached_it_is_found_out_anew_whom_we_trust(
    tmp_path: Path,
) -> None:
    async with apart(says(200, {}), tmp_path) as (made, server):
        nowhere = "http://127.0.0.1:1"
        rewrite(tmp_path, server.url, nowhere)
        with pytest.raises(LinkError, match="cannot reach"):
            await made.call(READ)
        rewrite(tmp_path, nowhere, server.url)
        assert (await made.call(READ)).ok


async def test_an_answer_that_does_not_come_leaves_the_others_their_connection(
    tmp_path: Path,
) -> None:
    released = asyncio.Event()

    async def script(asked: Asked, reply: Reply) -> None:
        if asked.path == "/cut":
            reply.cut()
        else:
            await released.wait()
            reply.say(200, {})

    async with apart(script, tmp_path) as (made, server):
        slow = asyncio.create_task(made.call(READ))
        await server.until_asked(1)
        with pytest.raises(LinkError):
            await made.call(Request(path="/cut", method="POST"))
        released.set()
        assert (await slow).ok


async def test_who_fails_with_an_old_connection_does_not_close_the_new_one(
    tmp_path: Path,
) -> None:
    async with apart(accepting_another, tmp_path) as (made, _):
        old = await made.open()
        await made.close()
        rewrite(tmp_path, '"t"', '"other"')
        new = await made.open()
        await made._give_up(old)  # noqa: SLF001 - as a call does that was late
        assert await made.open() is new
