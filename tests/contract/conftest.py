"""Both servers, as one fixture: what is said here of an API server is said of each."""

import secrets
from collections.abc import Iterator

import pytest

from core.sandbox import SandboxThread
from tests.apiserver.server import ApiServer
from tests.contract.client import Client, Server
from tests.contract.worlds import Home


@pytest.fixture(scope="session")
def sandbox_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The embedded server, one for all tests."""
    audit_log = tmp_path_factory.mktemp("sandbox") / "audit.log"
    with SandboxThread(audit_log=audit_log) as sandbox:
        yield Server("sandbox", sandbox.url, None, sandbox.tokens, audit_log)


@pytest.fixture(params=["sandbox", pytest.param("real", marks=pytest.mark.real)])
def server(request: pytest.FixtureRequest) -> Server:
    """Each of the two servers in turn; a difference is a bug of the sandbox."""
    if request.param == "sandbox":
        embedded: Server = request.getfixturevalue("sandbox_server")
        return embedded
    real: ApiServer = request.getfixturevalue("real_server")
    return Server("real", real.url, real.ca_file, real.tokens, real.audit_path)


@pytest.fixture
def api(server: Server) -> Client:
    """The administrator's client."""
    return Client(server)


@pytest.fixture
def home(api: Client) -> Home:
    """A namespace that no other test has."""
    name = f"t-{secrets.token_hex(5)}"
    reply = api.create("/api/v1/namespaces", {"metadata": {"name": name}})
    assert reply.status == 201, reply.raw
    return Home(name)
