"""One bare repository, a way to it, and the caches of a user of their own."""

from dataclasses import dataclass, replace
from pathlib import Path

from core.git import Repositories
from core.model.sources.remotes import Remote, address_of
from tests.core.git.sample import Sample
from tests.githost.https import HttpsHost
from tests.githost.ssh import SshHost

_VARIABLES = ("https_proxy", "no_proxy")


@dataclass
class Place:
    """A repository of another machine."""

    sample: Sample
    remote: Remote
    home: Path

    @property
    def path(self) -> str:
        """What settings call it."""
        return str(self.remote.address)

    def repositories(self, **changed: object) -> Repositories:
        """Make them anew, as a program that starts does."""
        variables = {name: str(changed.pop(name)) for name in _VARIABLES if name in changed}
        remote = replace(self.remote, **changed)  # type: ignore[arg-type]
        environment = {"HOME": str(self.home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
        return Repositories([remote], {**environment, **variables})


def by_https(host: HttpsHost, folder: Path) -> Place:
    """A repository with one commit on a server of https."""
    token = folder / "token"
    token.write_text(f"{host.token}\n")
    token.chmod(0o600)
    address = address_of(host.url("config.git"))
    remote = Remote(address=address, token_file=str(token), ca_file=str(host.ca_file))
    return Place(_sample(host.folder), remote, folder / "home")


def by_ssh(host: SshHost, folder: Path) -> Place:
    """A repository with one commit on a server of ssh."""
    address = address_of(host.url("config.git"))
    key, known = str(host.key), str(host.known_hosts)
    remote = Remote(address=address, ssh_key=key, known_hosts=known)
    return Place(_sample(host.folder), remote, folder / "home")


def _sample(folder: Path) -> Sample:
    sample = Sample(folder / "config.git", bare=True)
    sample.commit({"app/a.yaml": b"a: 1\n"}, "first")
    return sample
