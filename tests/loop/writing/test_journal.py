"""What did it do last night, and what did the cluster look like before: the journal tells."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.git import commit_files
from core.sandbox import SandboxThread
from tests.apiserver.client import Client
from tests.commands import Piped, run
from tests.loop.clusters import MERGE_PATCH

MAPS = "/api/v1/namespaces/default/configmaps"
APPS = "apps:\n  - {name: shop, repo: repo, path: app, namespace: default}\n"
MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{a: '1'}}\n"
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {key: planted-value}\n"


class Stage:
    """A folder of two ConfigMaps and a Secret, and a user on a machine."""

    def __init__(self, server: SandboxThread, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.client = Client(server.url, None, server.tokens["alice"])
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LOGNAME": "ada",
            "KUBECONFIG": str(server.kubeconfig(folder, "driftdeck")),
        }
        self.journal = folder / ".local/state/driftdeck/journal.sqlite"

    def __call__(self, *words: str) -> tuple[int, str, str]:
        done = run(*words, environment=self.environment, folder=self.folder)
        return done.returncode, done.stdout, done.stderr

    def entries(self, *words: str) -> list[dict[str, Any]]:
        code, out, err = self("journal", "-o", "json", *words)
        assert code == 0, err
        found: list[dict[str, Any]] = json.loads(out)["entries"]
        return found

    def drift(self, name: str) -> None:
        patch = {"data": {"a": "9"}}
        path = f"{MAPS}/{name}?fieldManager=kubectl-edit"
        assert self.client.call("PATCH", path, patch, content_type=MERGE_PATCH).status == 200


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    (tmp_path / "driftdeck.yaml").write_text(APPS)
    files = {f"app/{name}.yaml": MAP.format(name=name).encode() for name in ("one", "two")}
    commit_files(
        tmp_path / "repo",
        {**files, "app/s.yaml": SECRET.encode()},
        author="Ada <ada@example>",
        message="Begin",
        when=time.time(),
        init=True,
    )
    with SandboxThread() as server:
        yield Stage(server, tmp_path)


def test_a_sync_leaves_who_what_and_what_it_was_before(stage: Stage) -> None:
    assert stage("journal")[0::2] == (0, "nothing was written\n")
    assert stage("sync", "--yes")[0] == 0
    assert {entry["object"]["name"] for entry in stage.entries()} == {"one", "two", "s"}
    stage.drift("one")
    assert stage("sync", "--yes")[0] == 0
    newest = stage.entries()[-1]
    assert (newest["deed"], newest["auto"], newest["writer"]["user"]) == ("sync", False, "ada")
    assert newest["outcome"]["ending"] == "done"
    assert newest["outcome"]["version"] != newest["object"]["version"]
    (change,) = newest["changes"]
    assert (change["path"], change["live"], change["git"]) == ("data.a", "9", "1")
    assert change["by"]["manager"] == "kubectl-edit"
    text = stage("journal", "shop", "--since", "1h")[1]
    for words in ("sync ConfigMap default/one", "done", "ordered by ada", 'data.a  "9" -> "1"'):
        assert words in text
    assert stage("journal", "other")[0::2] == (0, "nothing was written\n")
    assert stage("journal", "--since", "soon")[0] == 2
    for file in stage.journal.parent.iterdir():
        assert b"planted-value" not in file.read_bytes()


def test_what_a_killed_process_left_open_is_found_out_by_the_next_one(stage: Stage) -> None:
    stage.server.faults.stall(f"{MAPS}/two?fieldManager")  # no dry-run
    words = ("sync", "--yes", "--config", str(stage.folder / "driftdeck.yaml"))
    with Piped(words, stage.environment) as killed, killed.stdout, killed.stderr:
        until = time.monotonic() + 60
        while not any(each["object"]["name"] == "two" for each in stage.entries()):
            assert time.monotonic() < until
    left = next(each for each in stage.entries() if each["object"]["name"] == "two")
    assert left["outcome"] is None
    assert "no outcome" in stage("journal")[1]
    stage.server.faults.clear()
    assert stage("sync", "--yes")[0] == 0
    found = {entry["number"]: entry for entry in stage.entries()}
    assert all(entry["outcome"] is not None for entry in found.values())
    assert found[left["number"]]["outcome"]["ending"] in {"refused", "unknown"}
    assert "the program ended" in found[left["number"]]["outcome"]["words"]


def test_without_a_place_for_the_journal_nothing_is_written(stage: Stage) -> None:
    stage.environment["XDG_STATE_HOME"] = "/proc/nowhere"
    code, out, _ = stage("sync", "--yes")
    assert code == 3
    assert "the journal /proc/nowhere/driftdeck/journal.sqlite cannot be used" in out
    assert stage.client.call("GET", f"{MAPS}/one").status == 404
