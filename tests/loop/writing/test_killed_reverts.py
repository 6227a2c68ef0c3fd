"""A revert killed on its way to another machine: the next one finds out what became of it."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tests.apiserver.waiting import eventually
from tests.commands import Piped
from tests.core.git.sample import Sample
from tests.githost.https import Handler, HttpsHost
from tests.loop.clusters import Place, entries, run, sandbox_place

SETTINGS = """\
repositories:
  - {url: "%(base)s", token_file: token, ca_file: githost-ca.pem}
apps:
  - {name: shop, repo: "%(url)s", revision: main, path: shop, namespace: default}
"""
MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: m}}\ndata: {{a: '{value}'}}\n"


class Stage:
    """A server of Git with two commits, and a sandbox."""

    def __init__(self, place: Place, host: HttpsHost) -> None:
        self.place, self.host = place, host
        self.sample = Sample(host.folder / "config.git", bare=True)
        self.bad = [self.commit(value) for value in (1, 2)][-1]
        self.here, self.go = Event(), Event()

    def commit(self, value: int) -> str:
        text = MAP.format(value=value).encode()
        return self.sample.commit({"shop/m.yaml": text}, f"a is {value}")

    def entries(self) -> list[dict[str, Any]]:
        return [each for each in entries(self.place.environment()) if each["deed"] == "revert"]

    def log(self) -> list[str]:
        return self.sample.git("log", "--format=%s", "main").splitlines()

    def deaf(self, handler: Handler) -> bool:
        """Take a push and do nothing with it."""
        if handler.command != "POST" or "receive-pack" not in handler.path:
            return False
        self.here.set()
        self.go.wait()
        handler.say(500)
        return True

    def killed(self) -> None:
        """Revert, and be killed while the server has the push and does not answer."""
        words = self.place.words("revert", self.bad, "--yes")
        with Piped(words, self.place.environment()) as killed, killed.stdout, killed.stderr:
            assert self.here.wait(60)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with sandbox_place(tmp_path) as place, HttpsHost(tmp_path / "served") as host:
        (tmp_path / "token").write_text(host.token)
        named = {"base": host.url("")[:-1], "url": host.url("config.git")}
        (tmp_path / "driftdeck.yaml").write_text(SETTINGS % named)
        yield Stage(place, host)


def test_killed_before_the_push_arrived_it_is_made_once_by_the_next(stage: Stage) -> None:
    stage.host.answer = stage.deaf
    stage.killed()
    stage.go.set()
    stage.host.answer = None
    (left,) = stage.entries()
    assert left["outcome"] is None
    assert run(stage.place, "revert", stage.bad, "--yes").returncode == 0
    first, second = stage.entries()
    assert first["outcome"]["ending"] == "refused"
    assert "the branch lacks the commit" in first["outcome"]["words"]
    assert second["outcome"]["ending"] == "done"
    assert stage.log() == ['Revert "a is 2"', "a is 2", "a is 1"]
    marks = stage.sample.git("log", "-1", "--format=%(trailers:key=Journal-Id,valueonly)", "main")
    assert marks.split() == [second["aim"]["mark"]]


def test_killed_after_the_push_and_before_its_answer_it_is_found_and_not_made_again(
    stage: Stage,
) -> None:
    hook = stage.sample.path / "hooks" / "post-receive"
    here, go = hook.with_name("here"), hook.with_name("go")
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\n: > {here}\nuntil [ -e {go} ]; do sleep 0.02; done\n")
    hook.chmod(0o755)
    words = stage.place.words("revert", stage.bad, "--yes")
    with Piped(words, stage.place.environment()) as killed, killed.stdout, killed.stderr:
        assert eventually(here.exists, within_s=60)
    go.touch()
    hook.unlink()
    again = run(stage.place, "revert", stage.bad, "--yes")
    assert again.returncode == 5
    assert "is left to undo" in again.stderr
    assert stage.log() == ['Revert "a is 2"', "a is 2", "a is 1"]
    (found,) = stage.entries()
    assert found["outcome"]["ending"] == "done"
    assert found["outcome"]["version"] == stage.sample.git("rev-parse", "main").strip()
    assert found["aim"]["mark"] in stage.sample.git("show", "-s", "--format=%B", "main")
