"""What controllers do to the objects of an app, on a real server: autoscalers and Jobs that end."""

from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from tests.apiserver.server import ApiServer
from tests.apiserver.waiting import eventually
from tests.loop.clusters import MERGE_PATCH
from tests.loop.stage import APPLY, Stage, changes

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "a:1"}]}
"""
BARE = WEB.replace("  replicas: 2\n", "")
SCALER = """
apiVersion: autoscaling/%s
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, %s maxReplicas: 10}
"""
HPA = SCALER % ("v2", "minReplicas: 2,")
DELETERS = ("ttl-after-finished-controller", "garbage-collector-controller")
KCM = "kube-controller-manager"
JOB = """
apiVersion: batch/v1
kind: Job
metadata: {name: move}
spec:
  ttlSecondsAfterFinished: %d
  template:
    spec: {restartPolicy: Never, containers: [{name: move, image: "a:1"}]}
"""


@pytest.fixture
def stage(real_server: ApiServer, real_namespace: str, tmp_path: Path) -> Stage:
    return Stage(real_server, real_namespace, tmp_path)


# Autoscalers ------------------------------------------------------------------------------------


def replicas(stage: Stage) -> Any:
    return stage.client.call("GET", f"{stage.path('apps/v1', 'Deployment')}/web").json()["spec"][
        "replicas"
    ]


def test_an_autoscaler_in_its_range_is_in_sync_and_anybody_outside_it_is_drift(
    stage: Stage,
) -> None:
    stage.put(WEB)
    stage.git(web=WEB)
    stage.put(HPA, "keda-operator")
    stage.scale("web", 5, KCM)
    row = stage.diff()["web"]
    (change,) = row["changes"]
    assert (row["verdict"], change["verdict"], change["class"]) == (
        "in_sync",
        "info",
        "bookkeeping",
    )
    assert change["note"] == "within 2..10 of HorizontalPodAutoscaler web"
    stage.scale("web", 11, KCM)
    assert changes(stage.diff()["web"]) == {"spec.replicas": "drift"}
    stage.scale("web", 4, "kubectl")
    assert stage.diff()["web"]["verdict"] == "in_sync"
    stage.client.call("DELETE", f"{stage.path('autoscaling/v2', 'HorizontalPodAutoscaler')}/web")
    row = stage.diff()["web"]
    assert (row["verdict"], changes(row)) == ("drifted", {"spec.replicas": "drift"})


def test_replicas_that_git_leaves_open_are_judged_by_the_range_too(stage: Stage) -> None:
    scaler = (SCALER % ("v1", "")).replace("{name: web}", "{name: scaler}", 1)
    stage.put(BARE)
    stage.git(web=BARE, hpa=scaler)
    stage.put(scaler)
    stage.scale("web", 7, "kubectl")
    found = stage.diff()
    assert changes(found["web"]) == {"spec.replicas": "info"}
    assert found["app"]["counts"]["in_sync"] == 2  # the autoscaler, at the older version, too
    stage.scale("web", 12, "kubectl")
    row = stage.diff()["web"]
    assert (row["verdict"], changes(row)) == ("drifted", {"spec.replicas": "drift"})


def reader(stage: Stage) -> None:
    """Let `nobody` read Deployments and ConfigMaps here, and no autoscaler."""
    root = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{stage.namespace}"
    rules = [
        {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list", "watch"]},
        {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch"]},
    ]
    group = "rbac.authorization.k8s.io"
    role = {"metadata": {"name": "r"}, "rules": rules}
    user = {"kind": "User", "name": "nobody", "apiGroup": group}
    reference = {"kind": "Role", "name": "r", "apiGroup": group}
    binding = {"metadata": {"name": "r"}, "subjects": [user], "roleRef": reference}
    for plural, body in (("roles", role), ("rolebindings", binding)):
        answer = stage.client.call("POST", f"{root}/{plural}", body)
        assert answer.status == HTTPStatus.CREATED, answer.body
    nobody = stage.server.client("nobody")
    listing = stage.path("apps/v1", "Deployment")
    assert eventually(lambda: nobody.call("GET", listing).status == HTTPStatus.OK, within_s=60)


def test_who_may_not_read_autoscalers_sees_their_work_contested_and_nothing_amiss(
    stage: Stage,
) -> None:
    reader(stage)
    stage.put(WEB)
    stage.git(web=WEB)
    stage.put(HPA)
    stage.scale("web", 5, KCM)
    found = stage.diff("nobody")
    row = found["web"]
    (change,) = row["changes"]
    assert (row["verdict"], change["verdict"]) == ("contested", "contested")
    assert change["note"] == f"owned by {KCM}"
    assert (found["complete"], found["app"]["problem"]) == (True, None)


def image_edited(stage: Stage) -> None:
    containers = [{"name": "web", "image": "a:2"}]
    patch = {"spec": {"template": {"spec": {"containers": containers}}}}
    stage.patch(f"{stage.path('apps/v1', 'Deployment')}/web", patch, "kubectl-edit")


def test_a_sync_of_another_field_leaves_the_autoscalers_number(stage: Stage) -> None:
    stage.put(WEB)
    stage.git(web=WEB)
    stage.put(HPA)
    stage.scale("web", 5, KCM)
    image_edited(stage)
    done = stage.run("sync", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"leaves 1 field(s) to {KCM}" in done.stdout + done.stderr
    assert replicas(stage) == 5
    assert changes(stage.diff()["web"]) == {"spec.replicas": "info"}


def test_a_heal_leaves_a_contested_number_and_one_that_is_enforced_is_put_back(
    stage: Stage,
) -> None:
    stage.put(WEB)
    stage.git(web=WEB)
    stage.scale("web", 5, KCM)
    image_edited(stage)
    place = stage.place()
    with place.controller("--autoheal") as running:
        running.wait(lambda line: line["event"] == "healed")
    assert replicas(stage) == 5
    row = stage.diff()["web"]
    assert (row["verdict"], changes(row)) == ("contested", {"spec.replicas": "contested"})
    stage.settings = ", contested: enforce"
    place = stage.place()
    with place.controller("--autoheal") as running:
        running.wait(lambda line: line["event"] == "healed")
    assert replicas(stage) == 2


def test_a_field_that_another_applier_owns_is_given_up_by_a_heal(stage: Stage) -> None:
    stage.put(WEB)
    stage.git(web=WEB)
    scaler = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}}
    url = f"{stage.path('apps/v1', 'Deployment')}/web?fieldManager=keda-operator&force=true"
    answer = stage.client.call(
        "PATCH",
        url,
        {**scaler, "spec": {"replicas": 5}},
        content_type=APPLY,
    )
    assert answer.status == HTTPStatus.OK, answer.body
    image_edited(stage)
    assert stage.run("sync", "--yes").returncode == 0
    live = stage.client.call("GET", f"{stage.path('apps/v1', 'Deployment')}/web").json()
    owners = {
        entry["manager"]
        for entry in live["metadata"]["managedFields"]
        if "f:replicas" in entry["fieldsV1"].get("f:spec", {})
    }
    assert (live["spec"]["replicas"], owners) == (5, {"keda-operator"})


def test_settings_make_a_controller_of_an_operator_that_nobody_knows(stage: Stage) -> None:
    stage.put(WEB)
    stage.git(web=WEB)
    stage.scale("web", 5, "my-operator")
    assert stage.diff()["web"]["verdict"] == "drifted"
    stage.settings = ", managers: {my-operator: controller}"
    assert stage.diff()["web"]["verdict"] == "contested"


# Jobs -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def jobs(real_server: ApiServer, controller_manager: None) -> Iterator[None]:
    """The controllers that end and delete Jobs run on the real server, for these tests only."""
    del controller_manager
    stop = real_server.start_controllers("job-controller", *DELETERS)
    yield
    stop()


def job(stage: Stage) -> str:
    return f"{stage.path('batch/v1', 'Job')}/move"


def finish(stage: Stage) -> None:
    """Let the Job's pod end, as a node would say it."""
    pods = f"{stage.path('v1', 'Pod')}"

    def made() -> list[str]:
        items = stage.client.call("GET", pods).json()["items"]
        return [each["metadata"]["name"] for each in items]

    (pod,) = eventually(made, within_s=60)
    status = {"status": {"phase": "Succeeded"}}
    answer = stage.client.call("PATCH", f"{pods}/{pod}/status", status, content_type=MERGE_PATCH)
    assert answer.status == HTTPStatus.OK, answer.body


def ended(stage: Stage) -> bool:
    found = stage.client.call("GET", job(stage)).json()
    conditions = found.get("status", {}).get("conditions", [])
    return any(each["type"] == "Complete" and each["status"] == "True" for each in conditions)


def gone(stage: Stage) -> bool:
    return stage.client.call("GET", job(stage)).status == HTTPStatus.NOT_FOUND


def recorded(stage: Stage) -> str:
    path = f"{stage.path('v1', 'ConfigMap')}/driftdeck-shop-0"
    return str(stage.client.call("GET", path).json().get("data", {}).get("rows", ""))


@pytest.mark.usefixtures("jobs")
def test_a_job_that_ended_and_expired_is_in_sync_also_for_those_who_come_later(
    stage: Stage,
) -> None:
    stage.git(move=JOB % 3)
    assert stage.run("sync", "--yes").returncode == 0
    place = stage.place()
    with place.controller("--autoheal") as running:
        running.wait(lambda line: line["event"] == "cluster_synced")
        finish(stage)
        assert eventually(lambda: gone(stage), within_s=60.0)
        assert eventually(lambda: recorded(stage).endswith(" Complete"), within_s=60)
        assert not [line for line in running.seen if line["event"] == "healed"]
    row = stage.diff()["move"]
    (change,) = row["changes"]
    assert (row["verdict"], change["verdict"], change["class"], change["note"]) == (
        "in_sync",
        "info",
        "bookkeeping",
        "completed, expired",
    )
    stage.git(move=JOB.replace("a:1", "a:2") % 3)
    assert stage.diff()["move"]["verdict"] == "missing"


@pytest.mark.usefixtures("jobs")
def test_a_job_whose_end_nobody_saw_is_unknown_and_stays_deleted(stage: Stage) -> None:
    stage.git(move=JOB % 0)
    assert stage.run("sync", "--yes").returncode == 0
    finish(stage)
    assert eventually(lambda: gone(stage), within_s=60.0)
    row = stage.diff()["move"]
    assert (row["verdict"], row["reason"]) == ("unknown", "completion-not-seen")
    assert "completion-not-seen" in stage.text()
    stage.run("sync", "--yes")
    assert gone(stage)


@pytest.mark.usefixtures("jobs")
def test_a_job_that_is_deleted_before_its_end_is_missing_and_made_again(stage: Stage) -> None:
    stage.git(move=JOB % 3)
    assert stage.run("sync", "--yes").returncode == 0
    place = stage.place()
    with place.controller("--autoheal") as running:
        running.wait(lambda line: line["event"] == "cluster_synced")
        stage.client.call("DELETE", f"{job(stage)}?propagationPolicy=Background")
        running.wait(lambda line: line["event"] == "healed")
    assert not gone(stage)
    assert stage.diff()["move"]["verdict"] == "in_sync"


@pytest.mark.usefixtures("jobs")
def test_a_job_that_ended_and_is_still_there_is_in_sync(stage: Stage) -> None:
    stage.git(move=JOB % 600)
    assert stage.run("sync", "--yes").returncode == 0
    finish(stage)
    assert eventually(lambda: ended(stage), within_s=60.0)
    row = stage.diff()["move"]
    assert (row["verdict"], changes(row)) == ("in_sync", {})
