"""The terminal's commands and a controller in the cluster, as two processes that say the same."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.git import commit_files
from tests.apiserver.waiting import eventually
from tests.loop.clusters import MERGE_PATCH, Place, run, sandbox_place

NAMES = ("fought", "ignored", "paused", "calm")
MAPS = "/api/v1/namespaces/held/configmaps"
SETTINGS = """\
controller: {namespace: ops}
apps:
  - {name: shop, repo: repo, namespace: held, ignore: [{pointer: /data/a, name: ignored}]}
"""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with sandbox_place(tmp_path) as made:
        for name in ("held", "ops"):
            body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
            made.client.call("POST", "/api/v1/namespaces", body)
        text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{a: git}}\n"
        files = {f"{name}.yaml": text.format(name=name).encode() for name in NAMES}
        commit_files(made.repo, files, author="A <a@b>", message="All", when=time.time(), init=True)
        (tmp_path / "driftdeck.yaml").write_text(SETTINGS)
        yield made


def edit(place: Place, name: str, value: str, manager: str = "kubectl-edit") -> None:
    path = f"{MAPS}/{name}?fieldManager={manager}"
    place.client.call("PATCH", path, {"data": {"a": value}}, content_type=MERGE_PATCH)


def of(event: str, name: str | None = None) -> Callable[[dict[str, Any]], bool]:
    return lambda line: (line["event"], (line["object"] or {}).get("name")) == (event, name)


def status(place: Place) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(place, "status", "-o", "json").stdout)
    return found


def app(place: Place) -> dict[str, Any]:
    """What the controller tells of the app; nothing while it tells nothing."""
    return next(iter(status(place)["apps"]), {})


def wrote(place: Place) -> list[tuple[str, str]]:
    """What the controller says that it wrote, oldest first."""
    found = json.loads(run(place, "journal", "--controller", "-o", "json").stdout)["controller"]
    assert all(each["overruled"] for each in found if each["verb"] == "healed")
    return [(each["verb"], each["object"]["name"]) for each in found]


def verdicts(objects: list[dict[str, Any]]) -> dict[str, str]:
    named = ((each.get("object", each)["name"], each["verdict"]) for each in objects)
    return {name: verdict for name, verdict in named if verdict != "in_sync"}


@pytest.mark.timeout(300)
def test_a_controller_and_whoever_looks_say_the_same_and_obey_the_same_pauses(
    place: Place,
) -> None:
    assert run(place, "status").returncode == 3
    with place.controller("--autoheal") as controller:
        for _ in NAMES:
            controller.wait(lambda line: line["event"] == "synced")
        for value in "12":  # a program that puts its value back, whatever is healed
            edit(place, "fought", value, "my-operator")
            controller.wait(of("healed", "fought"))
        edit(place, "fought", "3", "my-operator")
        controller.wait(of("fighting", "fought"))
        edit(place, "ignored", "live")
        done = run(place, "pause", "cm/paused", "--for", "3h", "--reason", "incident 7")
        assert done.returncode == 0, done.stderr
        controller.wait(of("paused", "paused"))
        edit(place, "paused", "live")
        controller.wait(of("drift_detected", "paused"))
        told = {"fought": "contested", "paused": "drifted"}
        assert eventually(lambda: verdicts(app(place).get("objects", [])) == told, within_s=60)
        assert eventually(lambda: app(place)["ignored"] == 1, within_s=60)
        # Who looks has healed nothing, and yet says the same of every object.
        seen = json.loads(run(place, "diff", "-o", "json", "--all").stdout)
        assert verdicts(seen["objects"]) == told
        found = app(place)
        assert seen["apps"][0]["counts"] == found["counts"]
        assert seen["apps"][0]["ignored"] == found["ignored"]
        (pause,) = found["pauses"]
        (held,) = (each["held"] for each in seen["objects"] if each["held"])
        assert (pause["reason"], pause["until"]) == (held["reason"], held["until"])
        assert run(place, "status").returncode == 1
        assert run(place, "resume").returncode == 0
        controller.wait(of("healed", "paused"))
        assert run(place, "pause", "--for", "1s", "--reason", "short").returncode == 0
        controller.wait(of("paused"))
        controller.wait(of("resumed"))  # by itself
        edit(place, "calm", "live")
        controller.wait(of("healed", "calm"))
        healed = ["fought", "fought", "paused", "calm"]
        assert eventually(
            lambda: wrote(place)[-4:] == [("healed", name) for name in healed], within_s=60
        )
        assert eventually(lambda: run(place, "status").returncode == 0, within_s=60)
    assert "nobody leads: the Lease driftdeck was released" in run(place, "status").stdout
