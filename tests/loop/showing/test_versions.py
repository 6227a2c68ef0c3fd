"""Objects that Git states at one version and others write through another, on the real server."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.apiserver.definitions import CRDS, define
from tests.apiserver.server import ApiServer
from tests.loop.clusters import MERGE_PATCH
from tests.loop.stage import Stage

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

OLD = """\
apiVersion: autoscaling/v1
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  minReplicas: 2
  maxReplicas: 4
  targetCPUUtilizationPercentage: 70
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
"""
NEW = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  minReplicas: 2
  maxReplicas: 4
  behavior: {scaleDown: {stabilizationWindowSeconds: 60}}
  metrics:
  - {type: Resource, resource: {name: memory, target: {type: Utilization, averageUtilization: 80}}}
  - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
"""
ALPHA = "autoscaling.alpha.kubernetes.io"
THROUGH = "written through autoscaling/v2"


@pytest.fixture
def stage(real_server: ApiServer, real_namespace: str, tmp_path: Path) -> Stage:
    made = Stage(real_server, real_namespace, tmp_path)
    made.git(web=OLD)
    return made


def scaler(stage: Stage) -> str:
    return f"{stage.path('autoscaling/v2', 'HorizontalPodAutoscaler')}/web"


def spec(stage: Stage) -> Any:
    return stage.client.call("GET", scaler(stage)).json()["spec"]


def conclude(stage: Stage) -> None:
    """Write the status, as the autoscaler does all the time."""
    condition = {
        "type": "AbleToScale",
        "status": "True",
        "reason": "ReadyForNewScale",
        "message": "ready",
        "lastTransitionTime": "2026-01-01T00:00:00Z",
    }
    status = {"status": {"currentReplicas": 2, "desiredReplicas": 2, "conditions": [condition]}}
    stage.patch(f"{scaler(stage)}/status", status, "kube-controller-manager")


def drifts(stage: Stage, user: str = "driftdeck") -> dict[str, tuple[str, str]]:
    """Manager and note of each field that is drift."""
    return {
        change["path"]: (change["actor"]["manager"], change["note"] or "")
        for change in stage.diff(user)["web"]["changes"]
        if change["verdict"] == "drift"
    }


def synced(stage: Stage) -> None:
    done = stage.run("sync", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert stage.diff()["web"]["verdict"] == "in_sync"


@pytest.mark.parametrize("manager", ["kubectl-patch", "some-pipeline"])
def test_what_a_person_adds_through_another_version_is_drift_and_is_healed(
    stage: Stage, manager: str
) -> None:
    synced(stage)
    conclude(stage)
    assert drifts(stage) == {}
    behavior = {"spec": {"behavior": {"scaleDown": {"selectPolicy": "Disabled"}}}}
    stage.patch(scaler(stage), behavior, manager)
    found = {f'metadata.annotations["{ALPHA}/behavior"]': (manager, THROUGH)}
    assert drifts(stage) == drifts(stage, "viewer") == found
    synced(stage)
    assert "behavior" not in spec(stage)


def test_metrics_that_a_person_sets_through_another_version_are_drift(stage: Stage) -> None:
    synced(stage)
    conclude(stage)
    stage.patch(scaler(stage), {"spec": {"metrics": yaml.safe_load(NEW)["spec"]["metrics"]}}, "k9s")
    assert drifts(stage) == {f'metadata.annotations["{ALPHA}/metrics"]': ("k9s", THROUGH)}
    synced(stage)
    assert [metric["resource"]["name"] for metric in spec(stage)["metrics"]] == ["cpu"]


def test_a_value_that_a_person_moves_through_another_version_has_a_name(stage: Stage) -> None:
    synced(stage)
    conclude(stage)
    metrics = [yaml.safe_load(NEW)["spec"]["metrics"][1]]
    metrics[0]["resource"]["target"]["averageUtilization"] = 95
    stage.patch(scaler(stage), {"spec": {"metrics": metrics}}, "kubectl-edit")
    assert drifts(stage) == {"spec.targetCPUUtilizationPercentage": ("kubectl-edit", THROUGH)}
    synced(stage)
    (metric,) = spec(stage)["metrics"]
    assert metric["resource"]["target"]["averageUtilization"] == 70


@pytest.mark.parametrize("manager", ["helm", "argocd-controller", "kustomize-controller"])
def test_what_a_deployer_made_through_another_version_is_in_sync(
    stage: Stage, manager: str
) -> None:
    body = yaml.safe_load(NEW)
    path = stage.path("autoscaling/v2", "HorizontalPodAutoscaler")
    answer = stage.client.call("POST", f"{path}?fieldManager={manager}", body)
    assert answer.status == HTTPStatus.CREATED, answer.body
    conclude(stage)
    assert drifts(stage) == {}
    stage.client.call(
        "PATCH",
        f"{scaler(stage)}?fieldManager=kubectl-annotate",
        {"metadata": {"annotations": {"team": "shop"}}},
        content_type=MERGE_PATCH,
    )
    assert drifts(stage) == {"metadata.annotations.team": ("kubectl-annotate", "")}


# Versions of one schema, that is "conversion: None" ----------------------------------------------

WIDGET = """\
apiVersion: GROUP/v1alpha1
kind: Widget
metadata: {name: web}
spec: {size: 1}
"""


def definition(group: str) -> dict[str, Any]:
    def version(name: str, *fields: str) -> dict[str, Any]:
        spec = {"type": "object", "properties": {field: {"type": "integer"} for field in fields}}
        schema = {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}
        return {"name": name, "served": True, "storage": name == "v1", "schema": schema}

    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"widgets.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": "widgets", "singular": "widget", "kind": "Widget"},
            "versions": [version("v1alpha1", "size", "depth"), version("v1", "size", "depth")],
        },
    }


def test_a_version_of_the_same_fields_is_read_as_its_own(stage: Stage) -> None:
    group = f"{stage.namespace}.example.org"
    define(stage.client, definition(group))
    try:
        stage.git(web=WIDGET.replace("GROUP", group))
        synced(stage)
        widget = f"{stage.path(f'{group}/v1', 'Widget')}/web"
        stage.patch(widget, {"spec": {"size": 3, "depth": 4}}, "k9s")
        assert drifts(stage) == {"spec.size": ("k9s", ""), "spec.depth": ("k9s", "")}
        synced(stage)
        assert stage.client.call("GET", widget).json()["spec"] == {"size": 1}
    finally:
        stage.client.call("DELETE", f"{CRDS}/widgets.{group}")
