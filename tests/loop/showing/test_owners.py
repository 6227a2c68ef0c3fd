"""Who decides a field, on a real server: strangers' entries, shared fields, empty maps, fights."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from tests.apiserver.server import ApiServer
from tests.apiserver.waiting import eventually
from tests.loop.stage import Stage, changes

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

POD = 'containers: [{name: web, image: "a:1", %s}]'
WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {%s}
"""
PLAIN = WEB % (POD % "")
PORTS = """
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [%s]}
"""
MAP = """
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data: {%s}
"""
STRATEGIC = "application/strategic-merge-patch+json"


@pytest.fixture
def stage(real_server: ApiServer, real_namespace: str, tmp_path: Path) -> Stage:
    return Stage(real_server, real_namespace, tmp_path)


def url(stage: Stage, kind: str) -> str:
    version = "apps/v1" if kind == "Deployment" else "v1"
    return f"{stage.path(version, kind)}/web"


def live(stage: Stage, kind: str = "Deployment") -> Any:
    return stage.client.call("GET", url(stage, kind)).json()


def pod(stage: Stage) -> Any:
    return live(stage)["spec"]["template"]["spec"]


def edit(stage: Stage, spec: Any, manager: str) -> None:
    """Change the pod of the Deployment, list entries by their keys."""
    path = f"{url(stage, 'Deployment')}?fieldManager={manager}"
    body = {"spec": {"template": {"spec": spec}}}
    answer = stage.client.call("PATCH", path, body, content_type=STRATEGIC)
    assert answer.status == HTTPStatus.OK, answer.body


def synced(stage: Stage) -> str:
    done = stage.run("sync", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def names(entries: Any) -> list[str]:
    return sorted(entry["name"] for entry in entries or ())


def test_entries_that_a_controller_added_stay_beside_new_ones_of_equal_content(
    stage: Stage,
) -> None:
    stage.git(web=PLAIN)
    synced(stage)
    mesh = {"name": "mesh", "emptyDir": {}}
    web = {"name": "web", "env": [{"name": "MESH", "value": "on"}]}
    edit(stage, {"volumes": [mesh], "containers": [web]}, "pilot-discovery")
    more = ', env: [{name: DEBUG, value: "on"}]}], volumes: [{name: scratch, emptyDir: {}}]'
    stage.git(web=PLAIN.replace(", }]", more))
    assert "replaces" not in synced(stage)
    assert names(pod(stage)["volumes"]) == ["mesh", "scratch"]
    assert names(pod(stage)["containers"][0]["env"]) == ["DEBUG", "MESH"]
    assert stage.diff()["web"]["verdict"] == "in_sync"


def test_a_dropped_port_that_another_applies_outlives_every_sync(stage: Stage) -> None:
    stage.git(web=PORTS % "{name: a, port: 80}, {name: b, port: 443}")
    synced(stage)
    stage.put(PORTS % "{name: b, port: 443, appProtocol: https}", "acme-team")
    stage.git(web=PORTS % "{name: a, port: 80, targetPort: 8080}")
    assert "leaves 1 field(s) to acme-team" in synced(stage)
    row = stage.diff()["web"]
    shown = {"spec.ports[port=443,protocol=TCP]": "contested"}
    assert (row["verdict"], changes(row)) == ("contested", shown)
    synced(stage)
    ports = live(stage, "Service")["spec"]["ports"]
    assert [(each["name"], each.get("appProtocol")) for each in ports] == [
        ("a", None),
        ("b", "https"),
    ]
    assert ports[0]["targetPort"] == 8080


def test_a_dropped_port_goes_when_the_other_has_dropped_it_too(stage: Stage) -> None:
    stage.git(web=PORTS % "{name: a, port: 80}, {name: b, port: 443}")
    synced(stage)
    stage.put(PORTS % "{name: b, port: 443}", "acme-team")
    stage.git(web=PORTS % "{name: a, port: 80}")
    assert stage.diff()["web"]["verdict"] == "contested"
    stage.put("apiVersion: v1\nkind: Service\nmetadata: {name: web}", "acme-team")
    assert changes(stage.diff()["web"]) == {"spec.ports[port=443,protocol=TCP]": "drift"}
    synced(stage)
    assert names(live(stage, "Service")["spec"]["ports"]) == ["a"]


def test_a_dropped_port_that_a_deployer_applies_is_removed(stage: Stage) -> None:
    stage.git(web=PORTS % "{name: a, port: 80}, {name: b, port: 443}")
    synced(stage)
    stage.put(PORTS % "{name: b, port: 443}", "kustomize-controller")
    stage.git(web=PORTS % "{name: a, port: 80}")
    synced(stage)
    assert names(live(stage, "Service")["spec"]["ports"]) == ["a"]


def test_what_a_controller_puts_into_an_empty_map_of_git_is_never_overruled(stage: Stage) -> None:
    stage.git(web=WEB % (POD % "resources: {}"))
    synced(stage)
    requests = {"requests": {"cpu": "1"}}
    edit(stage, {"containers": [{"name": "web", "resources": requests}]}, "vpa-updater")
    assert stage.diff()["web"]["verdict"] == "in_sync"
    edit(stage, {"containers": [{"name": "web", "image": "a:2"}]}, "kubectl-set")
    synced(stage)
    (web,) = pod(stage)["containers"]
    assert (web["image"], web["resources"]) == ("a:1", requests)


def test_the_only_key_of_a_map_was_changed_by_who_changed_it(stage: Stage) -> None:
    stage.git(web=MAP % 'a: "1"')
    made = {"metadata": {"name": "web"}, "data": {"a": "1"}}
    path = stage.path("v1", "ConfigMap")
    stage.client.call("POST", f"{path}?fieldManager=kubectl-client-side-apply", made)
    stage.patch(f"{path}/web", {"data": {"a": "9"}}, "kubectl-patch")
    (change,) = stage.diff()["web"]["changes"]
    assert (change["path"], change["actor"]["manager"]) == ("data.a", "kubectl-patch")


def test_ignoring_a_manager_hides_no_label_that_a_person_adds(stage: Stage) -> None:
    stage.git(web=MAP % 'a: "1"')
    synced(stage)
    patch = {"metadata": {"labels": {"tool": "x"}}, "data": {"tool": "x"}}
    stage.patch(url(stage, "ConfigMap"), patch, "acme-tool")
    mine = {"metadata": {"labels": {"tool": "me", "mine": "x"}}}
    stage.patch(url(stage, "ConfigMap"), mine, "kubectl-label")
    stage.settings = ", ignore: [{manager: acme-tool}]"
    assert changes(stage.diff()["web"]) == {
        "metadata.labels.mine": "drift",
        "metadata.labels.tool": "drift",
    }


def test_commits_arrive_in_an_object_that_an_unknown_pipeline_made(stage: Stage) -> None:
    stage.put(PLAIN, "acme-pipeline")
    stage.git(web=PLAIN)
    assert stage.diff()["web"]["verdict"] == "in_sync"
    stage.git(web=PLAIN.replace("a:1", "a:2").replace("replicas: 2", "replicas: 4"))
    synced(stage)
    assert (pod(stage)["containers"][0]["image"], live(stage)["spec"]["replicas"]) == ("a:2", 4)


def test_a_program_that_puts_its_value_back_after_two_heals_is_left_to_it_by_name(
    stage: Stage,
) -> None:
    stage.git(web=MAP % 'a: "1"')
    synced(stage)
    place = stage.place()
    with place.controller("--autoheal") as running:
        running.wait(lambda line: line["event"] == "cluster_synced")
        for value in "23":
            stage.patch(url(stage, "ConfigMap"), {"data": {"a": value}}, "acme-operator")
            running.wait(lambda line: line["event"] == "healed")
        stage.patch(url(stage, "ConfigMap"), {"data": {"a": "4"}}, "acme-operator")
        _, line = running.take(lambda line: line["event"] == "fighting", within_s=60)
        assert "acme-operator" in line["message"]
        for value in "56789":  # it goes on, and nobody is in its way any more
            stage.patch(url(stage, "ConfigMap"), {"data": {"a": value}}, "acme-operator")
        stage.patch(url(stage, "ConfigMap"), {"data": {"a": "5"}}, "kubectl-edit")
        running.wait(lambda line: line["event"] == "healed")  # a person's hand is no controller's
    assert live(stage, "ConfigMap")["data"] == {"a": "1"}
    heals = "a sync, two heals while it fought, and one of a person's edit"
    eventually(lambda: len(writes(stage)) >= 4, within_s=30)
    assert len(writes(stage)) == 4, heals


def writes(stage: Stage) -> list[str]:
    """What driftdeck wrote of the ConfigMap, dry-runs apart, by the server's own audit log."""
    return [
        event["requestURI"]
        for event in stage.server.audit_events()
        if event["requestURI"].startswith(url(stage, "ConfigMap"))
        and "fieldManager=driftdeck" in event["requestURI"]
        and "dryRun" not in event["requestURI"]
        and event["stage"] == "ResponseComplete"
    ]
