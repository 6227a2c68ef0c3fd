"""A connection is made anew when what it was made of was written anew (F63, F65)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from core.cluster import Cluster
from tests.core.cluster.held import HeldClock
from tests.core.cluster.login.test_credentials import written
from tests.core.cluster.scripted import Asked, Reply, ScriptedServer, serving, status

CONNECTING = 4  # requests: both roots of discovery, the version, the uid
MINUTE_S = 60.0


async def script(asked: Asked, reply: Reply) -> None:
    if asked.path in {"/api", "/apis"}:
        reply.say(200, {"kind": "APIGroupDiscoveryList", "items": []})
    else:
        reply.say(404, status(404, "NotFound", "none"))


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[tuple[ScriptedServer, HeldClock]]:
    """A cluster whose kubeconfig names a file of authorities, and which is connected."""
    (folder / "ca.crt").write_text("first")
    async with serving(script) as server:
        authority = {"certificate-authority": "ca.crt"}
        spec = written(folder, {"token": "t"}, server=server.url, **authority)
        held = HeldClock()
        made = Cluster(spec, emit=lambda _: None, clock=held.clock)
        task = asyncio.create_task(made.run())
        await held.until_slept(MINUTE_S)
        yield server, held
        task.cancel()


async def test_other_authorities_make_another_connection(tmp_path: Path) -> None:
    async with running(tmp_path) as (server, held):
        (tmp_path / "ca.crt").write_text("second")
        await held.pass_by(MINUTE_S)
        await server.until_asked(2 * CONNECTING)
        await held.until_slept(MINUTE_S)
        assert len(server.asked) == 2 * CONNECTING


async def test_the_same_authorities_or_none_for_a_moment_change_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as (server, held):
        await held.pass_by(MINUTE_S)
        await held.until_slept(MINUTE_S)
        (tmp_path / "ca.crt").unlink()
        await held.pass_by(MINUTE_S)
        await held.until_slept(MINUTE_S)
        assert len(server.asked) == CONNECTING
