"""What keeps a running controller from healing: a pause of another process, and mass drift."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.git import commit_files
from tests.apiserver.waiting import eventually
from tests.loop.clusters import MERGE_PATCH, Place, run, sandbox_place

NAMES = ("a", "b", "c", "d", "e", "f")
MAPS = "/api/v1/namespaces/held/configmaps"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with sandbox_place(tmp_path) as made:
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "held"}}
        made.client.call("POST", "/api/v1/namespaces", body)
        text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{a: git}}\n"
        files = {f"{name}.yaml": text.format(name=name).encode() for name in NAMES}
        commit_files(made.repo, files, author="A <a@b>", message="All", when=time.time(), init=True)
        settings = "apps:\n  - {name: shop, repo: repo, namespace: held}\n"
        (tmp_path / "driftdeck.yaml").write_text(settings)
        assert run(made, "sync", "--yes").returncode == 0
        yield made


def edit(place: Place, *names: str) -> None:
    for name in names:
        path = f"{MAPS}/{name}?fieldManager=kubectl-edit"
        place.client.call("PATCH", path, {"data": {"a": "live"}}, content_type=MERGE_PATCH)


def values(place: Place) -> list[str]:
    found = place.client.call("GET", MAPS).json()["items"]
    return [each["data"]["a"] for each in found if each["metadata"]["name"] in NAMES]


def named(line: dict[str, Any]) -> tuple[str, str | None]:
    return line["event"], (line["object"] or {}).get("name")


def of(event: str, name: str | None = None) -> Callable[[dict[str, Any]], bool]:
    return lambda line: named(line) == (event, name)


def judged(place: Place) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(place, "diff", "-o", "json", "--all").stdout)
    return found


@pytest.mark.timeout(300)
def test_a_pause_of_another_process_and_mass_drift_stop_healing_until_they_end(
    place: Place,
) -> None:
    with place.controller("--autoheal") as controller:
        controller.wait(lambda line: line["event"] == "cluster_synced")
        done = run(place, "pause", "shop", "cm/a", "--for", "3h", "--reason", "mine")
        assert "shop ConfigMap/held/a: paused for 3h" in done.stdout, done.stderr
        controller.wait(of("paused", "a"))
        edit(place, "a")
        controller.wait(of("drift_detected", "a"))
        edit(place, "b")
        controller.wait(of("healed", "b"))  # no other object waits
        done = run(place, "pause", "--for", "1d", "--reason", "incident 7")
        assert done.returncode == 0, done.stderr
        _, line = controller.take(of("paused"), within_s=60)
        assert line["message"].endswith(": incident 7")
        edit(place, *NAMES)
        left = {("heal_skipped", None), *(("drift_detected", name) for name in NAMES[1:])}
        while left:  # whose drift is told last is up to the server
            _, line = controller.take(lambda line: named(line) in left)
            left.remove(named(line))
            if line["event"] == "heal_skipped":
                assert line["message"].startswith("mass drift: 5 of 6 objects")
        found = judged(place)
        assert {each["held"]["reason"] for each in found["objects"]} == {"incident 7", "mine"}
        assert found["apps"][0]["held"]["by"] == "pause"
        assert values(place) == ["live"] * len(NAMES)
        done = run(place, "resume", "shop")
        assert len(done.stdout.splitlines()) == 2, done.stdout + done.stderr
        controller.wait(of("resumed"))
        assert judged(place)["apps"][0]["held"] is None
        assert values(place) == ["live"] * len(NAMES)  # all of it waits for a person
        assert ("healed", "a") not in map(named, controller.seen)
        # Once less drifts the controller heals again, what the sync has not come to included.
        done = run(place, "sync", "--yes")
        assert done.returncode == 0, done.stdout + done.stderr
        assert eventually(lambda: values(place) == ["git"] * len(NAMES), within_s=60)
        edit(place, "c")
        controller.wait(of("healed", "c"))
        assert eventually(lambda: values(place) == ["git"] * len(NAMES), within_s=60)
