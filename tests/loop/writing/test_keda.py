"""An app that KEDA scales, on a real server: Git states the ScaledObject, KEDA writes the rest.

KEDA's operator calls itself `keda` (the name of its program).  It makes an autoscaler that the
ScaledObject owns, takes the replicas away where nothing is to be done and brings the first one
back, and pauses at the number of an annotation; kube-controller-manager scales in between.
"""

from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from tests.apiserver.client import Client, Json
from tests.apiserver.definitions import CRDS, define
from tests.apiserver.server import ApiServer
from tests.loop.stage import Stage, changes
from tests.loop.writing.test_controllers import KCM, WEB
from tests.loop.writing.test_writes import OPEN, scaled, synced

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]
KEDA = "keda"
PAUSED = "autoscaling.keda.sh/paused-replicas"
SCALED = """
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: queue%s}
spec:
  scaleTargetRef: {name: web}
  maxReplicaCount: 10
  triggers: [{type: cron, metadata: {start: 0 6 * * *, end: 0 20 * * *, desiredReplicas: "5"}}]
"""
DEFINITION: Json = {
    "metadata": {"name": "scaledobjects.keda.sh"},
    "spec": {
        "group": "keda.sh",
        "scope": "Namespaced",
        "names": {"kind": "ScaledObject", "plural": "scaledobjects", "singular": "scaledobject"},
        "versions": [
            {
                "name": "v1alpha1",
                "served": True,
                "storage": True,
                "subresources": {"status": {}},
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            name: {
                                "type": "object",
                                "x-kubernetes-preserve-unknown-fields": True,
                            }
                            for name in ("spec", "status")
                        },
                    }
                },
            }
        ],
    },
}


@pytest.fixture(scope="module")
def keda(real_server: ApiServer) -> Iterator[None]:
    """The server knows ScaledObjects."""
    client = real_server.client("alice")
    define(client, DEFINITION)
    yield
    client.call("DELETE", f"{CRDS}/scaledobjects.keda.sh")


@pytest.fixture
def stage(keda: None, real_server: ApiServer, real_namespace: str, tmp_path: Path) -> Stage:
    del keda  # only that it is there
    return Stage(real_server, real_namespace, tmp_path)


class Operator:
    """KEDA, as far as the API server sees it."""

    def __init__(self, stage: Stage) -> None:
        self.client: Client = stage.client
        self.stage, self.scalers = stage, stage.path("autoscaling/v2", "HorizontalPodAutoscaler")

    def make_autoscaler(self) -> None:
        path = f"{self.stage.path('keda.sh/v1alpha1', 'ScaledObject')}/queue"
        found = self.client.call("GET", path).json()
        owner = {key: found[key] for key in ("apiVersion", "kind")}
        owner |= {key: found["metadata"][key] for key in ("name", "uid")}
        target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
        body: Json = {
            "metadata": {
                "name": "keda-hpa-queue",
                "labels": {"app.kubernetes.io/managed-by": "keda-operator"},
                "ownerReferences": [
                    {**owner, "controller": True, "blockOwnerDeletion": True},
                ],
            },
            "spec": {"scaleTargetRef": target, "minReplicas": 1, "maxReplicas": 10},
        }
        answer = self.client.call("POST", f"{self.scalers}?fieldManager={KEDA}", body)
        assert answer.status == HTTPStatus.CREATED, answer.body
        self.report(path)

    def report(self, path: str) -> None:
        status = {"status": {"hpaName": "keda-hpa-queue", "conditions": [{"type": "Ready"}]}}
        self.stage.patch(f"{path}/status", status, KEDA)

    def pause(self, replicas: int) -> None:
        """Do what an annotation of Git asks for."""
        spec = {"spec": {"minReplicas": replicas or 1, "maxReplicas": replicas or 1}}
        self.stage.patch(f"{self.scalers}/keda-hpa-queue", spec, KEDA)
        self.stage.scale("web", replicas, KEDA)


def verdicts(stage: Stage) -> dict[str, Any]:
    found = stage.diff()
    names = found.keys() - {"app", "complete"}
    return {name: (found[name]["verdict"], changes(found[name])) for name in names}


def settled(stage: Stage) -> bool:
    """Nothing is drift, and a sync has nothing to do."""
    return stage.run("diff").returncode == 0 and "nothing to do" in synced(stage)


def image(number: int) -> str:
    return OPEN.replace("a:1", f"a:{number}")


def test_what_keda_scales_is_no_drift_and_survives_every_sync(stage: Stage) -> None:
    keda = Operator(stage)
    stage.git(web=WEB, queue=SCALED % "")
    synced(stage)
    keda.make_autoscaler()
    stage.scale("web", 5, KCM)
    assert verdicts(stage) == {
        "web": ("in_sync", {"spec.replicas": "info"}),
        "queue": ("in_sync", {}),
    }
    assert "within 0 or 1..10 of HorizontalPodAutoscaler keda-hpa-queue" in stage.text()
    stage.git(web=WEB.replace("a:1", "a:2"))
    synced(stage)
    assert scaled(stage) == (5, "a:2")
    stage.git(web=image(3))  # and hands the number over
    assert "spec.replicas" not in synced(stage)
    assert scaled(stage) == (5, "a:3")
    stage.scale("web", 0, KEDA)  # nothing is to be done
    assert settled(stage)
    stage.git(web=image(4))
    synced(stage)
    assert scaled(stage) == (0, "a:4")
    stage.scale("web", 11, "kubectl")
    assert verdicts(stage)["web"] == ("drifted", {"spec.replicas": "drift"})


def test_replicas_that_one_commit_gives_to_keda_stay_also_while_it_has_made_no_autoscaler(
    stage: Stage,
) -> None:
    stage.git(web=WEB.replace("replicas: 2", "replicas: 5"))
    synced(stage)
    stage.git(web=image(2), queue=SCALED % "")
    assert "spec.replicas" not in synced(stage)
    assert scaled(stage) == (5, "a:2")
    Operator(stage).make_autoscaler()
    stage.scale("web", 1, KCM)
    assert settled(stage)
    assert scaled(stage) == (1, "a:2")


@pytest.mark.parametrize("replicas", [3, 0])
def test_a_pause_that_git_states_is_kept_at_its_number(stage: Stage, replicas: int) -> None:
    keda = Operator(stage)
    stage.git(web=OPEN, queue=SCALED % "")
    synced(stage)
    keda.make_autoscaler()
    stage.scale("web", 5, KCM)
    stage.git(queue=SCALED % f', annotations: {{{PAUSED}: "{replicas}"}}')
    place = stage.place()
    with place.controller("--autoheal") as running:
        running.take(lambda line: line["event"] == "synced", within_s=60)
        keda.pause(replicas)
        stage.git(web=image(2))
        running.take(lambda line: line["event"] == "synced", within_s=60)
        assert not [line for line in running.seen if line["event"] == "healed"]
    assert scaled(stage) == (replicas, "a:2")
    assert settled(stage)


def test_keda_without_an_autoscaler_that_can_be_read_is_contested_by_name(stage: Stage) -> None:
    stage.git(web=WEB, queue=SCALED % "")
    synced(stage)
    stage.scale("web", 5, KEDA)
    row = stage.diff()["web"]
    assert (row["verdict"], changes(row)) == ("contested", {"spec.replicas": "contested"})
    stage.git(web=WEB.replace("a:1", "a:2"))
    assert f"leaves 1 field(s) to {KEDA}" in synced(stage)
    assert scaled(stage) == (5, "a:2")
