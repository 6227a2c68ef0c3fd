"""The worlds as a fixture."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from core.sandbox import Sandbox
from tests.apiserver.client import Client
from tests.apiserver.ports import ReservedPort
from tests.apiserver.server import ApiServer
from tests.core.cluster.worlds import World


@pytest_asyncio.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """An embedded server of one's own, for its fault switches."""
    with ReservedPort() as port:  # tests stop it, and start it there again
        server = Sandbox()
        await server.start(port.number)
        yield server
        await server.stop()


@pytest_asyncio.fixture
async def embedded(sandbox: Sandbox, tmp_path: Path) -> World:
    """The world of the embedded server."""

    def folder(user: str) -> Path:
        path = tmp_path / user
        path.mkdir(exist_ok=True)
        return sandbox.kubeconfig(path, user)

    def dead() -> None:
        raise AssertionError("the embedded server is stopped by its own method")

    world = World(
        folder,
        lambda user: Client(sandbox.url, None, sandbox.tokens[user]),
        "default",
        dead,
        dead,
    )
    return World(folder, world.client, await world.make_namespace(), dead, dead)


@pytest.fixture
def real(real_server: ApiServer, real_namespace: str) -> World:
    """The world of the real server."""
    return World(
        real_server.kubeconfig,
        real_server.client,
        real_namespace,
        real_server.kill,
        real_server.restart,
    )


@pytest.fixture(params=["embedded", pytest.param("real", marks=pytest.mark.real)])
def world(request: pytest.FixtureRequest) -> World:
    """Each server in turn: what holds against one must hold against the other."""
    made = request.getfixturevalue(request.param)
    assert isinstance(made, World)
    return made
