"""Every request is counted once, by server, method and status, with how long it took."""

import pytest

from core.cluster.connection.answers import LinkError
from core.cluster.connection.link import open_connection
from core.cluster.connection.request import Request
from core.cluster.login.login import FixedBearer, Login
from tests.core.cluster.scripted import Asked, Reply, serving
from tests.core.engine.scripted import Time
from tests.core.metered import Remembering

READ = Request(path="/api/v1/namespaces")
PATCH = Request(path="/api/v1/namespaces/shop", method="PATCH", body=b"{}")


def login(server: str) -> Login:
    return Login(context="c", server=server, namespace="", user="u", bearer=FixedBearer(None))


async def refusing(asked: Asked, reply: Reply) -> None:
    reply.say(409 if asked.method == "PATCH" else 200, {})


async def test_calls_and_streams_are_counted_by_their_status() -> None:
    meter, time = Remembering(), Time()
    async with serving(refusing) as server:
        connection = await open_connection(login(server.url), time.clock, meter)
        await connection.call(READ)
        await connection.call(PATCH)
        async with connection.stream(READ):
            time.advance(30.0)  # of a stream counts what came before its headers
        await connection.close()
    host = server.url.partition("//")[2]
    assert meter.requests == [(host, "GET", "200"), (host, "PATCH", "409"), (host, "GET", "200")]
    assert meter.took == [0.0, 0.0, 0.0]


async def test_a_request_without_an_answer_counts_as_an_error() -> None:
    meter = Remembering()
    connection = await open_connection(login("http://127.0.0.1:1"), meter=meter)
    with pytest.raises(LinkError):
        await connection.call(READ)
    with pytest.raises(LinkError):
        async with connection.stream(READ):
            pass
    await connection.close()
    assert meter.requests == [("127.0.0.1:1", "GET", "<error>")] * 2


@pytest.mark.parametrize(
    ("server", "host"),
    [
        ("https://prod.example:6443", "prod.example:6443"),
        ("https://rancher.example/k8s/clusters/c-token", "rancher.example"),
        ("https://user:secret@prod.example", "prod.example"),
    ],
)
def test_a_host_is_named_without_path_and_user(server: str, host: str) -> None:
    assert login(server).host == host
