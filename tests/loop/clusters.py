"""The two API servers that the loop runs against, behind one small face."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.sandbox import SandboxThread
from tests.apiserver.client import Client
from tests.apiserver.server import ApiServer

MERGE_PATCH = "application/merge-patch+json"


@dataclass(frozen=True)
class Place:
    """A cluster, a repository and a settings file: what a user of driftdeck has."""

    kubeconfig: Path
    client: Client  # as alice, a colleague with all rights
    folder: Path

    @property
    def repo(self) -> Path:
        """The repository."""
        return self.folder / "repo"

    def environment(self) -> Mapping[str, str]:
        """The environment of a command."""
        return {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "KUBECONFIG": str(self.kubeconfig),
            "XDG_STATE_HOME": str(self.folder / "state"),
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "GIT_AUTHOR_NAME": "Robin",
            "GIT_AUTHOR_EMAIL": "robin@example",
        }

    def command(self, *words: str) -> list[str]:
        """A driftdeck command on this place."""
        settings = str(self.folder / "driftdeck.yaml")
        return [sys.executable, "-m", "tui", *words, "--config", settings]


@contextmanager
def sandbox_place(folder: Path) -> Iterator[Place]:
    """A place on the embedded server."""
    with SandboxThread() as server:
        client = Client(server.url, None, server.tokens["alice"])
        yield Place(server.kubeconfig(folder, "driftdeck"), client, folder)


@contextmanager
def real_place(folder: Path, server: ApiServer) -> Iterator[Place]:
    """A place on a real kube-apiserver."""
    yield Place(server.kubeconfig("driftdeck"), server.client("alice"), folder)
