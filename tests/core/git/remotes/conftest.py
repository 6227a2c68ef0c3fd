"""Servers of Git, a bare repository on each, and the caches of a user of their own."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from core.git import Repositories
from core.model.remotes import Remote, address_of
from tests.core.git.sample import Sample
from tests.githost.https import HttpsHost
from tests.githost.ssh import SshHost


@dataclass
class Place:
    """One bare repository, a way to it, and where it is cached."""

    sample: Sample
    remote: Remote
    home: Path

    @property
    def path(self) -> str:
        return str(self.remote.address)

    def repositories(self, **changed: object) -> Repositories:
        """Make them anew, as a program that starts does."""
        remote = replace(self.remote, **changed)  # type: ignore[arg-type]
        environment = {"HOME": str(self.home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
        return Repositories([remote], environment)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[HttpsHost]:
    with HttpsHost(tmp_path / "served") as host:
        yield host


@pytest.fixture
def web(host: HttpsHost, tmp_path: Path) -> Place:
    sample = Sample(host.folder / "config.git", bare=True)
    sample.commit({"app/a.yaml": b"a: 1\n"}, "first")
    token = tmp_path / "token"
    token.write_text(f"{host.token}\n")
    token.chmod(0o600)
    address = address_of(host.url("config.git"))
    remote = Remote(address=address, token_file=str(token), ca_file=str(host.ca_file))
    return Place(sample, remote, tmp_path / "home")


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Place]:
    folder = tmp_path / "served"
    sample = Sample(folder / "config.git", bare=True)
    sample.commit({"app/a.yaml": b"a: 1\n"}, "first")
    with SshHost(folder) as host:
        address = address_of(host.url("config.git"))
        key, known = str(host.key), str(host.known_hosts)
        remote = Remote(address=address, ssh_key=key, known_hosts=known)
        yield Place(sample, remote, tmp_path / "home")
