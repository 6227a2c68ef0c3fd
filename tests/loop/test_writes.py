"""What a sync writes to a real server, and what it leaves: others' fields, and unions."""

from pathlib import Path
from typing import Any

import pytest

from tests.apiserver.server import ApiServer
from tests.controller import Controller
from tests.loop.stage import Stage
from tests.loop.test_controllers import HPA, KCM, WEB

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

OPEN = WEB.replace("  replicas: 2\n", "")
SCALER = HPA.replace("{name: web}", "{name: scaler}", 1)


@pytest.fixture
def stage(real_server: ApiServer, real_namespace: str, tmp_path: Path) -> Stage:
    return Stage(real_server, real_namespace, tmp_path)


def synced(stage: Stage) -> str:
    done = stage.run("sync", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def found(stage: Stage, kind: str, name: str, version: str = "v1") -> Any:
    return stage.client.call("GET", f"{stage.path(version, kind)}/{name}").json()


def web(stage: Stage) -> Any:
    return found(stage, "Deployment", "web", "apps/v1")


def scaled(stage: Stage) -> tuple[int, str]:
    spec = web(stage)["spec"]
    return spec["replicas"], spec["template"]["spec"]["containers"][0]["image"]


# Replicas that Git gives away ---------------------------------------------------------------------


@pytest.mark.parametrize("with_scaler", [True, False], ids=["before", "in the same commit"])
def test_replicas_that_git_gives_to_an_autoscaler_stay_what_they_are(
    stage: Stage, *, with_scaler: bool
) -> None:
    """One commit drops the number and changes the image: five must not become one."""
    five = WEB.replace("replicas: 2", "replicas: 5")
    stage.git(web=five, hpa=SCALER if with_scaler else None)
    synced(stage)
    stage.git(web=OPEN.replace("a:1", "a:2"), hpa=SCALER)
    assert "spec.replicas" not in synced(stage)
    assert scaled(stage) == (5, "a:2")
    assert stage.run("diff").returncode == 0
    stage.scale("web", 7, KCM)
    stage.git(web=OPEN.replace("a:1", "a:3"), hpa=SCALER)
    synced(stage)
    assert scaled(stage) == (7, "a:3")
    assert "within 2..10 of HorizontalPodAutoscaler scaler" in stage.text()
    place = stage.place()
    with Controller(place.command("--headless", "--autoheal"), place.environment()) as running:
        running.wait(lambda line: line["event"] == "cluster_synced")
        stage.git(web=OPEN.replace("a:1", "a:4"), hpa=SCALER)
        running.wait(lambda line: line["event"] == "synced")
    assert scaled(stage) == (7, "a:4")


def test_replicas_that_git_drops_and_a_rule_leaves_alone_stay_what_they_are(stage: Stage) -> None:
    stage.git(web=WEB.replace("replicas: 2", "replicas: 5"))
    synced(stage)
    stage.settings = ", ignore: [{pointer: /spec/replicas}]"
    stage.git(web=OPEN.replace("a:1", "a:2"))
    synced(stage)
    assert scaled(stage) == (5, "a:2")
    assert stage.run("diff").returncode == 0
