"""What a sync writes to a real server, and what it leaves: others' fields, and unions."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from core.compare.unions import NOTE
from tests.apiserver.server import ApiServer
from tests.apiserver.waiting import eventually
from tests.core.compare.oracle.session import JSON_PATCH
from tests.loop.stage import APPLY, Stage
from tests.loop.writing.test_controllers import HPA, KCM, WEB

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
    with place.controller("--autoheal") as running:
        running.wait(lambda line: line["event"] == "cluster_synced")
        stage.git(web=OPEN.replace("a:1", "a:4"), hpa=SCALER)
        running.wait(lambda line: line["event"] == "synced")
    assert scaled(stage) == (7, "a:4")


def test_a_commit_that_only_gives_replicas_away_changes_nothing_and_is_done_once(
    stage: Stage,
) -> None:
    stage.git(web=WEB.replace("replicas: 2", "replicas: 5"), hpa=SCALER)
    synced(stage)
    stage.git(web=OPEN, hpa=SCALER)
    assert stage.run("diff").returncode == 0
    synced(stage)
    before = web(stage)["metadata"]["resourceVersion"]
    assert scaled(stage) == (5, "a:1")
    assert "nothing to do" in synced(stage)
    assert web(stage)["metadata"]["resourceVersion"] == before


def test_replicas_that_git_drops_and_a_rule_leaves_alone_stay_what_they_are(stage: Stage) -> None:
    stage.git(web=WEB.replace("replicas: 2", "replicas: 5"))
    synced(stage)
    stage.settings = ", ignore: [{pointer: /spec/replicas}]"
    stage.git(web=OPEN.replace("a:1", "a:2"))
    synced(stage)
    assert scaled(stage) == (5, "a:2")
    assert stage.run("diff").returncode == 0


def test_a_number_that_git_drops_with_no_autoscaler_says_what_comes_in_its_place(
    stage: Stage,
) -> None:
    stage.git(web=WEB.replace("replicas: 2", "replicas: 5"))
    synced(stage)
    stage.git(web=OPEN)
    plan = stage.run("sync", "--dry-run").stdout
    assert "spec.replicas (1, the server's default, takes its place)" in " ".join(plan.split())
    synced(stage)
    assert scaled(stage) == (1, "a:1")
    assert stage.run("diff").returncode == 0


# What goes for Git's sake, and what cannot be done ------------------------------------------------


def test_a_plan_names_what_has_to_go_though_nobody_changed_it(stage: Stage) -> None:
    stage.git(web=OPEN)
    synced(stage)
    stage.git(web=OPEN.replace("spec:\n", "spec:\n  strategy: {type: Recreate}\n", 1))
    plan = " ".join(stage.run("sync", "--dry-run").stdout.split())
    assert f"spec.strategy.rollingUpdate ({NOTE})" in plan
    synced(stage)
    assert web(stage)["spec"]["strategy"] == {"type": "Recreate"}
    owners = {
        (entry["manager"], entry["operation"])
        for entry in web(stage)["metadata"]["managedFields"]
        if "f:strategy" in entry["fieldsV1"]["f:spec"]
    }
    assert ("driftdeck", "Apply") in owners


JOB = """
apiVersion: batch/v1
kind: Job
metadata: {name: j}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: "a:1"}]}}}
"""
SECRET = """
apiVersion: v1
kind: Secret
metadata: {name: s}
immutable: true
stringData: {key: swordfish}
"""


def test_what_cannot_be_done_says_so_with_the_last_words_of_the_server(stage: Stage) -> None:
    stage.git(j=JOB, s=SECRET)
    synced(stage)
    stage.git(j=JOB.replace("a:1", "a:2"), s=SECRET.replace("swordfish", "marlin"))
    found = stage.diff()
    (image,) = found["j"]["changes"]
    assert not image["healable"]
    assert image["note"].endswith(": field is immutable")
    assert len(image["note"]) < 600
    (value,) = found["s"]["changes"]
    assert value["note"] == "Invalid: data: field is immutable when `immutable` is set"
    done = stage.run("sync", "--yes")
    words = " ".join((done.stdout + done.stderr).split())
    assert "Invalid: data: field is immutable when `immutable` is set" in words
    assert "swordfish" not in words
    assert done.returncode == 4


# What the server puts back ------------------------------------------------------------------------

POLICY = "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies"
BINDING = f"{POLICY.removesuffix('policies')}policybindings"


@contextmanager
def guarded(stage: Stage) -> Iterator[None]:
    """The server gives every ConfigMap of the namespace one label, whoever writes it."""
    name = f"keep-{stage.namespace}"
    rule = {
        "apiGroups": [""],
        "apiVersions": ["v1"],
        "operations": ["CREATE", "UPDATE"],
        "resources": ["configmaps"],
    }
    place = {"matchLabels": {"kubernetes.io/metadata.name": stage.namespace}}
    value = 'Object{metadata: Object.metadata{labels: {"kept": "yes"}}}'
    policy = {
        "metadata": {"name": name},
        "spec": {
            "matchConstraints": {"resourceRules": [rule], "namespaceSelector": place},
            "reinvocationPolicy": "Never",
            "failurePolicy": "Fail",
            "mutations": [
                {"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": value}}
            ],
        },
    }
    binding = {"metadata": {"name": name}, "spec": {"policyName": name}}
    client = stage.server.client("admin")
    for url, body in ((POLICY, policy), (BINDING, binding)):
        answer = client.call("POST", url, body)
        assert answer.status == HTTPStatus.CREATED, answer.body
    try:
        yield
    finally:
        for url in (BINDING, POLICY):
            client.call("DELETE", f"{url}/{name}")


MAP = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {a: '1'}}"


def test_a_field_that_admission_puts_back_is_no_drift_and_is_not_healed_again(stage: Stage) -> None:
    stage.git(a=MAP)
    synced(stage)
    with guarded(stage):
        path = f"{stage.path('v1', 'ConfigMap')}/a"

        def kept() -> bool:
            stage.patch(
                path, {"metadata": {"labels": {"kept": "no", "mine": "1"}}}, "kubectl-label"
            )
            return bool(found(stage, "ConfigMap", "a")["metadata"]["labels"]["kept"] == "yes")

        assert eventually(kept, within_s=60)
        stage.patch(path, {"metadata": {"labels": {"mine": "1"}}}, "kubectl-label")
        notes = {c["path"]: (c["verdict"], c["note"]) for c in stage.diff()["a"]["changes"]}
        assert notes["metadata.labels.kept"] == ("info", "the server puts it back")
        place = stage.place()
        with place.controller("--autoheal") as running:
            _, healed = running.take(lambda line: line["event"] == "healed")
        assert [change["path"] for change in healed["changes"]] == ["metadata.labels.mine"]
        assert found(stage, "ConfigMap", "a")["metadata"]["labels"] == {"kept": "yes"}
        assert stage.run("diff").returncode == 0


# One field that cannot go -------------------------------------------------------------------------


def test_a_field_that_has_to_stay_stops_neither_other_heals_nor_the_creation(stage: Stage) -> None:
    """A controller added a container, and a person changed its image, which it cannot lack."""
    stage.git(web=WEB)
    synced(stage)
    injected = {"spec": {"template": {"spec": {"containers": [{"name": "mesh", "image": "m:1"}]}}}}
    path = f"{stage.path('apps/v1', 'Deployment')}/web"
    body = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, **injected}
    url = f"{path}?fieldManager=keda-operator&force=true"
    assert stage.client.call("PATCH", url, body, content_type=APPLY).status == HTTPStatus.OK
    operation = {"op": "replace", "path": "/spec/template/spec/containers/1/image", "value": "m:2"}
    url = f"{path}?fieldManager=kubectl-edit"
    answer = stage.client.call("PATCH", url, [operation], content_type=JSON_PATCH)
    assert answer.status == HTTPStatus.OK, answer.body
    row = stage.diff()["web"]
    (stuck,) = [change for change in row["changes"] if change["verdict"] == "drift"]
    assert (stuck["path"].rpartition(".")[2], stuck["healable"]) == ("image", False)
    assert "Required value" in stuck["note"]
    place = stage.place()
    with place.controller("--autoheal") as running:
        running.wait(lambda line: line["event"] == "cluster_synced")
        stage.scale("web", 0, "kubectl")
        _, line = running.take(lambda line: line["event"] == "healed")
        assert [change["path"] for change in line["changes"]] == ["spec.replicas"]
        stage.client.call("DELETE", path)
        running.take(lambda line: line["event"] == "healed")
    assert scaled(stage) == (2, "a:1")


# A namespace that is not there --------------------------------------------------------------------


def test_a_namespace_that_does_not_exist_is_named_and_nothing_counts_as_done(stage: Stage) -> None:
    stage.namespace = f"{stage.namespace}-none"
    stage.git(a=MAP)
    assert f"the namespace {stage.namespace} does not exist" in stage.text()
    done = stage.run("sync", "--yes")
    assert done.returncode == 5
    words = " ".join((done.stdout + done.stderr).split())
    assert f"the namespace {stage.namespace} does not exist" in words
    assert words.count("1 cannot be done") == 1  # a dry-run said so, before anything was written
    assert " done" not in words.replace("cannot be done", "")


# What a controller owns, too ----------------------------------------------------------------------


def test_a_number_that_git_drops_stays_with_a_controller_that_owns_it_too(stage: Stage) -> None:
    """Nobody may read an autoscaler here, so only ownership tells who decides."""
    stage.git(web=WEB)
    synced(stage)
    stage.scale("web", 5, KCM)
    stage.git(web=WEB.replace("replicas: 2", "replicas: 5").replace("a:1", "a:2"))
    synced(stage)
    stage.git(web=OPEN.replace("a:1", "a:3"))
    synced(stage)
    assert scaled(stage) == (5, "a:3")
    entries = web(stage)["metadata"]["managedFields"]
    owners = {e["manager"] for e in entries if "f:replicas" in e["fieldsV1"].get("f:spec", {})}
    assert owners == {KCM}
    assert stage.run("diff").returncode == 0


# Annotations that nothing is said of --------------------------------------------------------------

APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
NOTED = {  # by whom, on what of which Git states no annotation
    APPLIED: ("kubectl-client-side-apply", "v1", "ConfigMap"),
    "pv.kubernetes.io/bind-completed": (KCM, "v1", "PersistentVolumeClaim"),
    "deployment.kubernetes.io/revision": (KCM, "apps/v1", "Deployment"),
}


def annotations(stage: Stage) -> dict[str, dict[str, str]]:
    live = {kind: found(stage, kind, "web", version) for _, version, kind in NOTED.values()}
    return {kind: each["metadata"].get("annotations", {}) for kind, each in live.items()}


def test_a_person_s_annotation_goes_and_those_that_nothing_is_said_of_stay(stage: Stage) -> None:
    claim = "accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}"
    stage.git(
        lamp="{apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {a: '1'}}",
        claim="{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: web},"
        f" spec: {{{claim}, storageClassName: ''}}}}",
        web=OPEN,
    )
    synced(stage)
    for name, (manager, version, kind) in NOTED.items():
        path = f"{stage.path(version, kind)}/web"
        stage.patch(path, {"metadata": {"annotations": {name: "{}"}}}, manager)
        stage.patch(path, {"metadata": {"annotations": {"hand": "made"}}}, "kubectl-annotate")
    plan = synced(stage)
    assert plan.count("metadata.annotations") == plan.count("metadata.annotations.hand") == 3
    assert annotations(stage) == {kind: {name: "{}"} for name, (_, _, kind) in NOTED.items()}
