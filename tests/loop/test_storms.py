"""After every fault at most one request per object and second, and a picture that is right.

On the embedded server, in this process: what is counted is what it was asked.
"""

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.cli.ending import exit_code_of
from core.cli.program import chosen_job
from core.git import commit_files
from core.sandbox import SandboxThread
from tests.apiserver.client import Client
from tests.commands import Running
from tests.loop.clusters import MERGE_PATCH

MAPS = "/api/v1/namespaces/default/configmaps"
RECORD = f"{MAPS}/driftdeck-shop-0"
ENDLESS = 1_000_000
APPS = "apps:\n  - {name: shop, repo: repo, path: app, namespace: default}\n"


def config_map(name: str, value: str = "1") -> bytes:
    return (
        f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{a: '{value}'}}\n"
    ).encode()


@dataclass
class Stage:
    """A folder of three ConfigMaps that were synced, and what is asked from then on."""

    server: SandboxThread
    client: Client
    folder: Path

    def commit(self, **files: bytes | None) -> None:
        commit_files(
            self.folder / "repo",
            {f"app/{name}.yaml": content for name, content in files.items()},
            author="Ada <ada@example>",
            message="Change",
            when=time.time(),
            init=True,
        )

    def __call__(self, *words: str) -> int:
        return exit_code_of(lambda: chosen_job(words)(None))

    def patch(self, path: str, patch: Any) -> None:
        answer = self.client.call("PATCH", path, patch, content_type=MERGE_PATCH)
        assert answer.status == 200, answer.body

    def drift(self, name: str = "one") -> None:
        self.patch(f"{MAPS}/{name}", {"data": {"a": "9"}})

    def value(self, name: str = "one") -> str:
        data: dict[str, str] = json.loads(self.client.call("GET", f"{MAPS}/{name}").body)["data"]
        return data["a"]

    def asked_by(self, act: Callable[[], object]) -> Counter[str]:
        """Count what driftdeck asks of each place while *act* runs."""
        began = time.monotonic()
        act()
        return Counter(
            f"{method} {path.partition('?')[0]}"
            for method, path, user, _, at in tuple(self.server.requests)
            if user == "driftdeck" and at >= began
        )


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "driftdeck.yaml").write_text(APPS)
    with SandboxThread() as server:
        monkeypatch.setenv("KUBECONFIG", str(server.kubeconfig(tmp_path, "driftdeck")))
        client = Client(server.url, None, server.tokens["alice"])
        made = Stage(server, client, tmp_path)
        made.commit(one=config_map("one"), two=config_map("two"), three=config_map("three"))
        yield made


def edited(stage: Stage) -> None:
    stage.patch(RECORD, {"data": {"rows": "gibberish"}})


def another_format(stage: Stage) -> None:
    stage.patch(RECORD, {"data": {"format": "99"}})


def another_cluster(stage: Stage) -> None:
    stage.patch(RECORD, {"data": {"cluster": "another"}})


def label_lost(stage: Stage) -> None:
    stage.patch(RECORD, {"metadata": {"labels": None}})


def may_not_create(stage: Stage) -> None:
    stage.client.call("DELETE", RECORD)
    stage.server.faults.answer(403, method="POST", path_contains=f"{MAPS}?", times=ENDLESS)


def refused_by_a_policy(stage: Stage) -> None:
    stage.server.faults.answer(422, method="PUT", path_contains="driftdeck-shop", times=ENDLESS)
    stage.server.faults.answer(422, method="POST", path_contains=f"{MAPS}?", times=ENDLESS)
    stage.commit(four=config_map("four"), three=None)


@pytest.mark.parametrize(
    "fault",
    [edited, another_format, another_cluster, label_lost, may_not_create, refused_by_a_policy],
    ids=lambda fault: fault.__name__,
)
def test_a_sync_ends_where_the_inventory_cannot_be_written(
    stage: Stage, fault: Callable[[Stage], None]
) -> None:
    assert stage("sync", "--yes") == 0
    fault(stage)
    stage.drift()
    asked = stage.asked_by(lambda: stage("sync", "--yes"))
    assert stage.value() == "1"
    of_record = sum(count for place, count in asked.items() if "driftdeck-shop" in place)
    creates = asked[f"POST {MAPS}"]
    assert of_record + creates <= 12, asked


def test_a_record_that_is_gone_is_made_again_by_a_sync_that_has_nothing_else_to_do(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    assert stage("sync", "--yes") == 0
    before = json.loads(stage.client.call("GET", RECORD).body)["data"]
    stage.client.call("DELETE", RECORD)
    capsys.readouterr()
    asked = stage.asked_by(lambda: stage("sync", "--yes"))
    assert capsys.readouterr().out == "nothing to do\n"
    assert not [place for place in asked if place.startswith("PATCH")]
    assert json.loads(stage.client.call("GET", RECORD).body)["data"] == before


# A sync that is interrupted -----------------------------------------------------------------------

COUNT = 60
APP = "apps:\n  - {name: shop, repo: repo, path: app, namespace: made}\n"


def interrupted(stage: Stage, after: int) -> None:
    """Sync, and end it by TERM when so many objects were applied."""
    with (
        Path(os.devnull).open("r+") as nothing,
        Running(("sync", "--yes"), os.environ, [nothing] * 3, stage.folder) as running,
    ):
        while running.poll() is None:
            asked = tuple(stage.server.requests)
            if sum(method == "PATCH" for method, *_ in asked) >= after:
                running.terminate()
                break
            time.sleep(0.001)
        running.wait(60)


@pytest.mark.parametrize("again", [True, False], ids=["synced again", "dropped at once"])
def test_what_an_interrupted_sync_applied_is_ours_still_when_git_drops_it(
    stage: Stage, capsys: pytest.CaptureFixture[str], again: bool
) -> None:
    (stage.folder / "driftdeck.yaml").write_text(APP)
    names = [f"cm{number:02}" for number in range(COUNT)]
    space = b"apiVersion: v1\nkind: Namespace\nmetadata: {name: made}\n"
    stage.commit(one=None, two=None, three=None, made=space, **{n: config_map(n) for n in names})
    interrupted(stage, COUNT // 3)
    if again:
        assert stage("sync", "--yes") == 0
    listed = json.loads(stage.client.call("GET", MAPS.replace("default", "made")).body)
    there = {each["metadata"]["name"] for each in listed["items"]}
    stage.commit(cm00=None, **{names[-1]: None})
    capsys.readouterr()
    stage("diff", "-o", "json")
    found = json.loads(capsys.readouterr().out)["objects"]
    extra = [each["name"] for each in found if each["verdict"] == "extra"]
    assert extra == [name for name in ("cm00", names[-1]) if name in there]
    assert "cm00" in extra
