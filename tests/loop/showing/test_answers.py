"""Each answer of the real API server to a dry-run, and its effect (verdicts.md 2.5 and 2.6)."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.apiserver.definitions import define
from tests.apiserver.server import ApiServer
from tests.apiserver.waiting import eventually
from tests.loop.stage import Stage, changes

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "a:1"}]}
"""
MAP = "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s}, data: {a: '%s'}}"
WEBHOOKS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"


@pytest.fixture
def stage(real_server: ApiServer, real_namespace: str, tmp_path: Path) -> Stage:
    return Stage(real_server, real_namespace, tmp_path)


def test_a_prediction_confirms(stage: Stage) -> None:
    stage.git(a=MAP % ("a", 1))
    stage.put(MAP % ("a", 2))
    row = stage.diff()["a"]
    assert (row["verdict"], row["confirmed_by"], row["reason"]) == ("drifted", "server", None)


def test_an_immutable_field_is_drift_that_cannot_be_healed_in_the_servers_words(
    stage: Stage,
) -> None:
    stage.put(WEB)
    stage.git(web=WEB.replace("app: web", "app: shop"))
    row = stage.diff()["web"]
    assert (row["verdict"], row["confirmed_by"]) == ("drifted", "server")
    marks = {change["path"]: (change["healable"], change["note"]) for change in row["changes"]}
    healable, note = marks["spec.selector"]
    assert not healable
    assert "field is immutable" in note
    done = stage.run("sync", "--yes")
    assert "field is immutable" in done.stdout + done.stderr


def test_a_refused_entry_of_a_list_is_found_although_the_server_counts_entries(
    stage: Stage,
) -> None:
    stage.put(WEB)
    stage.git(web=WEB.replace('image: "a:1"', 'image: "a:1", imagePullPolicy: Sometimes'))
    row = stage.diff()["web"]
    (change,) = row["changes"]
    assert change["path"] == "spec.template.spec.containers[name=web].imagePullPolicy"
    assert (change["healable"], row["confirmed_by"]) == (False, "server")
    assert "Unsupported value" in change["note"]


def test_a_refusal_elsewhere_is_a_warning_there_and_the_local_verdict_stands(stage: Stage) -> None:
    stage.put(WEB)
    stage.git(web=WEB.replace("maxSurge: 1", "maxSurge: 0"))
    row = stage.diff()["web"]
    assert changes(row) == {
        "spec.strategy.rollingUpdate.maxSurge": "drift",
        "spec.strategy.rollingUpdate.maxUnavailable": "warn",
    }
    assert (row["verdict"], row["confirmed_by"]) == ("drifted", "local")
    assert row["changes"][0]["healable"]


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("  template:", "  colour: red\n  template:", "spec.colour"),
        ("  template:", "  paused: 'no way'\n  template:", "spec.paused"),
        (
            'image: "a:1"',
            'image: "a:1", env: [{name: A, value: b}, {name: A, value: c}]',
            "spec.template.spec.containers[name=web].env",
        ),
    ],
)
def test_a_mistake_in_git_is_a_warning_and_stays_local(
    stage: Stage, old: str, new: str, path: str
) -> None:
    stage.put(WEB)
    stage.git(web=WEB.replace(old, new), a=MAP % ("a", 1))
    stage.put(MAP % ("a", 1))
    found = stage.diff()
    row = found["web"]
    assert (row["verdict"], row["confirmed_by"]) == ("drifted", "local")
    warned = {c["path"]: c["note"] for c in row["changes"] if c["verdict"] == "warn"}
    assert [where for where in warned if where.startswith(path)], row["changes"]
    assert "failed to create typed patch object" in next(iter(warned.values()))
    assert found["a"]["verdict"] == "in_sync"


def test_a_reader_gets_the_local_verdict_and_the_reason(stage: Stage) -> None:
    stage.put(MAP % ("a", 2))
    stage.git(a=MAP % ("a", 1))
    found = stage.diff("viewer")
    row = found["a"]
    assert (row["verdict"], row["confirmed_by"]) == ("drifted", "local")
    assert 'cannot patch resource "configmaps"' in row["reason"]
    assert found["complete"]


def dry_runs(stage: Stage, user: str) -> int:
    return sum(
        event["user"].get("username") == user
        and event["verb"] == "patch"
        and "dryRun=All" in event["requestURI"]
        and stage.namespace in event["requestURI"]
        for event in stage.server.audit_events()
    )


def test_a_reader_asks_once_however_often_the_object_changes(stage: Stage) -> None:
    stage.put(MAP % ("a", 2))
    stage.git(a=MAP % ("a", 1))
    place = stage.place("viewer")
    with place.controller() as running:
        for value in (3, 4):
            running.wait(lambda line: line["event"] == "drift_detected")
            stage.put(MAP % ("a", value))
        running.wait(lambda line: line["event"] == "drift_detected")
    assert dry_runs(stage, "viewer") == 1


def test_a_mistake_in_git_is_asked_about_once_until_git_changes(stage: Stage) -> None:
    wrong = WEB.replace("  template:", "  replicas: 2\n  colour: red\n  template:")
    stage.put(WEB.replace("  template:", "  replicas: 2\n  template:"))
    stage.git(web=wrong)
    place = stage.place()
    before = dry_runs(stage, "driftdeck")
    with place.controller() as running:
        running.wait(lambda line: line["event"] == "drift_detected")
        stage.scale("web", 4, "kubectl")
        running.wait(lambda line: line["event"] == "drift_detected")
        assert dry_runs(stage, "driftdeck") == before + 1
        stage.git(web=wrong.replace("colour: red", "colour: blue"))
        assert eventually(lambda: dry_runs(stage, "driftdeck") > before + 1, within_s=60)


def test_a_webhook_that_is_down_leaves_the_local_verdict_and_says_so(stage: Stage) -> None:
    """One without dry-run support cannot be made any more: v1 of the kind refuses `Some`."""
    stage.put(MAP % ("a", 2))
    stage.put(MAP % ("b", 1))
    stage.git(a=MAP % ("a", 1), b=MAP % ("b", 1))
    name = f"{stage.namespace}.example.com"
    hook: Any = {
        "name": name,
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        "clientConfig": {"url": "https://127.0.0.1:1/"},
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": stage.namespace}},
        "rules": [
            {
                "operations": ["*"],
                "apiGroups": [""],
                "apiVersions": ["v1"],
                "resources": ["configmaps"],
            },
        ],
    }
    kind = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
    }
    body = {**kind, "metadata": {"name": name}, "webhooks": [hook]}
    assert stage.client.call("POST", WEBHOOKS, body).status == HTTPStatus.CREATED
    try:
        told = eventually(lambda: "failed calling" in str(stage.diff()["a"]["reason"]), within_s=60)
        found = stage.diff()
    finally:
        stage.client.call("DELETE", f"{WEBHOOKS}/{name}")
    assert told, found["a"]
    assert (found["a"]["verdict"], found["a"]["confirmed_by"]) == ("drifted", "local")
    assert name in found["a"]["reason"]
    assert found["b"]["verdict"] == "in_sync"
    assert found["complete"]


WIDGETS = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.%(group)s}
spec:
  group: %(group)s
  scope: Namespaced
  names: {plural: widgets, kind: Widget}
  conversion: %(conversion)s
  versions:
  - {name: v1, served: true, storage: true, schema: &any {openAPIV3Schema: {type: object,
     properties: {spec: {type: object, properties: {size: {type: integer}}}}}}}
  - {name: v1beta1, served: true, storage: false, schema: *any}
"""
HOOK = (
    "{strategy: Webhook, webhook: {conversionReviewVersions: [v1],"
    " clientConfig: {url: 'https://127.0.0.1:1/'}}}"
)


def widgets(stage: Stage, conversion: str) -> str:
    """Define a kind of two versions with one object, and return Git's text of that object."""
    group = f"{stage.namespace}.example.com"
    definition = yaml.safe_load(WIDGETS % {"group": group, "conversion": conversion})
    define(stage.client, definition)
    text = f"{{apiVersion: {group}/v1, kind: Widget, metadata: {{name: w}}, spec: {{size: 1}}}}"
    url = stage.path(f"{group}/v1", "Widget")
    assert stage.client.call("POST", url, yaml.safe_load(text)).status == HTTPStatus.CREATED
    return text.replace("/v1,", "/v1beta1,")


def test_a_version_that_is_served_beside_the_stored_one_is_no_drift(stage: Stage) -> None:
    stage.git(w=widgets(stage, "{strategy: None}"))
    assert stage.diff()["w"]["verdict"] == "in_sync"


def test_a_version_that_is_not_served_is_unknown_with_a_warning(stage: Stage) -> None:
    stage.put(MAP % ("a", 1))
    stage.git(web=WEB.replace("apps/v1", "apps/v1beta2"), a=MAP % ("a", 1))
    found = stage.diff()
    assert found["web"]["verdict"] == "unknown"
    assert found["web"]["reason"] == (
        "not-served: the cluster serves no Deployment in apps/v1beta2"
    )
    assert changes(found["web"]) == {"apiVersion": "warn"}
    assert found["a"]["verdict"] == "in_sync"


def test_a_kind_that_cannot_be_converted_is_unknown_alone(stage: Stage) -> None:
    stage.git(w=widgets(stage, HOOK), a=MAP % ("a", 1))
    stage.put(MAP % ("a", 1))
    found = stage.diff()
    assert found["w"]["verdict"] == "unknown"
    assert found["w"]["reason"].startswith("live-unreadable: list widgets")
    assert "widgets" in found["w"]["reason"]
    assert found["a"]["verdict"] == "in_sync"


def test_an_object_that_is_being_deleted_is_unknown_and_no_sync_touches_it(stage: Stage) -> None:
    held = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, finalizers: [example.com/x]}}"
    stage.put(held)
    stage.git(a=MAP % ("a", 1))
    path = f"{stage.path('v1', 'ConfigMap')}/a"
    assert stage.client.call("DELETE", path).status == HTTPStatus.OK
    row = stage.diff()["a"]
    assert (row["verdict"], row["reason"]) == ("unknown", "terminating")
    version = stage.client.call("GET", path).json()["metadata"]["resourceVersion"]
    stage.run("sync", "--yes")
    assert stage.client.call("GET", path).json()["metadata"]["resourceVersion"] == version
    stage.patch(path, {"metadata": {"finalizers": None}}, "kubectl-patch")
