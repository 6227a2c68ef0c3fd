"""Servers of Git, and a bare repository on each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.githost.https import HttpsHost
from tests.githost.place import Place, by_https, by_ssh
from tests.githost.ssh import SshHost


@pytest.fixture
def host(tmp_path: Path) -> Iterator[HttpsHost]:
    with HttpsHost(tmp_path / "served") as host:
        yield host


@pytest.fixture
def web(host: HttpsHost, tmp_path: Path) -> Place:
    return by_https(host, tmp_path)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Place]:
    with SshHost(tmp_path / "served") as host:
        yield by_ssh(host, tmp_path)
