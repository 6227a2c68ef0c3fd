"""The two API servers that the loop runs against, behind one small face."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.cli.output.forms import page_of
from core.cli.output.journal_text import journal_form
from core.journal import Store, journal_file
from core.sandbox import SandboxThread
from tests import commands
from tests.apiserver.client import Client
from tests.apiserver.server import ApiServer
from tests.commands import Piped
from tests.controller import Controller

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
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "PYTHONPATH": str(commands.ROOT),
            "GIT_AUTHOR_NAME": "Robin",
            "GIT_AUTHOR_EMAIL": "robin@example",
        }

    def words(self, *words: str) -> list[str]:
        """What is said to driftdeck for a command on this place."""
        return [*words, "--config", str(self.folder / "driftdeck.yaml")]

    def command(self, *words: str) -> list[str]:
        """The same, as what starts a process of its own."""
        return [*commands.PROGRAM, *self.words(*words)]

    def controller(self, *words: str) -> Controller:
        """The controller on this place."""
        return Controller(self.words("--headless", *words), self.environment(), Piped)


@contextmanager
def sandbox_place(folder: Path) -> Iterator[Place]:
    """A place on the embedded server."""
    with SandboxThread() as server:
        client = Client(server.url, None, server.tokens["alice"])
        yield Place(server.kubeconfig(folder, "driftdeck"), client, folder)


def entries(environment: Mapping[str, str]) -> list[dict[str, Any]]:
    """What is on record of a user, as `driftdeck journal -o json` prints it."""
    path = journal_file(environment)
    if path is None or not path.exists():
        return []
    with closing(Store(path)) as store:
        found: list[dict[str, Any]] = json.loads(page_of(journal_form(store.since(0.0))))["entries"]
    return found


BOTH = ["sandbox", pytest.param("real", marks=pytest.mark.real)]
"""Parameters of a fixture that is a place on each of the two servers."""


@contextmanager
def either_place(request: pytest.FixtureRequest, folder: Path) -> Iterator[Place]:
    """A place on the server that the parameter of a fixture names."""
    if request.param == "sandbox":
        with sandbox_place(folder) as made:
            yield made
    else:
        with real_place(folder, request.getfixturevalue("real_server")) as made:
            yield made


def run(
    place: Place, *words: str, timeout_s: float = 60, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a driftdeck command to its end."""
    return commands.run(
        *place.words(*words),
        environment={**place.environment(), **environment},
        timeout_s=timeout_s,
    )


@contextmanager
def real_place(folder: Path, server: ApiServer) -> Iterator[Place]:
    """A place on a real kube-apiserver."""
    yield Place(server.kubeconfig("driftdeck"), server.client("alice"), folder)
