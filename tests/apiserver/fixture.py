"""The real server for pytest.

Where it cannot run, its tests are skipped and say what was not proven; under `CI=true` they fail,
for a skip that nobody reads is how a promise about Kubernetes goes stale.

With pytest-xdist each worker has a session of its own, hence a server of its own.
"""

import os
import secrets
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import NoReturn

import pytest

from tests.apiserver import binaries
from tests.apiserver.server import ApiServer

_NEEDED: dict[str, tuple[binaries.ProgramName, ...]] = {  # fixture -> programs
    "real_server": ("etcd", "kube-apiserver"),
    "controller_manager": ("kube-controller-manager",),
    "kubectl": ("kubectl",),
    "helm": ("helm",),
    "sops": ("sops", "age-keygen"),
}
_NOT_PROVEN = "NOT PROVEN against a real Kubernetes API server"
_UNAVAILABLE = pytest.StashKey[dict[str, binaries.UnavailableError]]()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Build what the chosen tests need now: in a fixture, the timeout of a test would hit it."""
    unavailable = session.config.stash.setdefault(_UNAVAILABLE, {})
    used = {name for item in session.items for name in getattr(item, "fixturenames", ())}
    for fixture, programs in _NEEDED.items():
        if session.config.option.collectonly or fixture not in used:
            continue
        missing = [name for name in programs if binaries.installed(name) is None]
        try:
            _build(missing, session.config)
        except binaries.UnavailableError as error:
            unavailable[fixture] = error


def _build(names: list[binaries.ProgramName], config: pytest.Config) -> None:
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    for name in names:
        if terminal is not None:  # a worker of xdist has none
            terminal.write_line(f"building {name}: minutes, once")
        binaries.binary(name)


@pytest.fixture(scope="session")
def real_server(request: pytest.FixtureRequest) -> Iterator[ApiServer]:
    """A running API server, the same one for all tests of this worker; leave it in good order."""
    _check(request, "real_server")
    with ApiServer() as server:
        yield server


@pytest.fixture(scope="session")
def controller_manager(request: pytest.FixtureRequest) -> None:
    """Asks that `ApiServer.start_controllers` works; a test that starts them names this too."""
    _check(request, "controller_manager")


@pytest.fixture(scope="session")
def kubectl(request: pytest.FixtureRequest) -> Path:
    """A kubectl that can be run."""
    _check(request, "kubectl")
    return binaries.binary("kubectl").resolve()


@pytest.fixture(scope="session")
def helm(request: pytest.FixtureRequest) -> Path:
    """A helm that can be run."""
    _check(request, "helm")
    return binaries.binary("helm").resolve()


@pytest.fixture(scope="session")
def sops(request: pytest.FixtureRequest) -> Path:
    """A sops that can be run."""
    _check(request, "sops")
    return binaries.binary("sops").resolve()


def _check(request: pytest.FixtureRequest, fixture: str) -> None:
    unavailable = request.config.stash.get(_UNAVAILABLE, {})
    if fixture in unavailable:
        _report(unavailable[fixture])


def _report(unavailable: binaries.UnavailableError) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI must prove this on a real API server: {unavailable}", pytrace=False)
    pytest.skip(f"{_NOT_PROVEN}: no {unavailable.name}: {unavailable.reason}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One loud line at the end, from the reports: with xdist the skips happened elsewhere."""
    skipped = terminalreporter.stats.get("skipped", [])
    unproven = sum(_NOT_PROVEN in str(report.longrepr) for report in skipped)
    if unproven:
        line = f"{_NOT_PROVEN}: {unproven} tests did not run. {binaries.ADVICE}."
        terminalreporter.write_line(line, red=True, bold=True)


@pytest.fixture
def real_namespace(real_server: ApiServer) -> str:
    """A namespace that no other test has.

    It stays: without a controller-manager a deleted namespace never finishes, and would only
    disturb the tests after it.  Everything goes with the server.
    """
    name = f"t-{secrets.token_hex(5)}"
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    answer = real_server.client("admin").call("POST", "/api/v1/namespaces", body)
    assert answer.status == HTTPStatus.CREATED, answer.body
    return name
