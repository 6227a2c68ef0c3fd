"""An apply leaves alone what others decide: Strip where they apply it, Adopt otherwise."""

import json
from typing import Any

from core.compare import Policy
from core.remedy import payload
from tests.core.compare.world import SCHEMAS, By, desired, live_of, obj

HPA = "kube-controller-manager:Update:scale"
GIT = "spec: {replicas: 2, paused: true}"
LIVE = "spec: {replicas: 5, paused: false}"


def sent(kind: str, git: str, live: str, by: By, *paths: str) -> Any:
    wanted = desired(obj(kind, git))
    made = payload(wanted, live_of(obj(kind, live), by), SCHEMAS[wanted.kind], Policy(), paths)
    assert made.digest == wanted.digest
    return json.loads(made.body)


def test_what_an_update_owns_is_sent_as_it_is_live() -> None:
    body = sent("Deployment", GIT, LIVE, {HPA: "spec.replicas"}, "spec.replicas")
    assert body["spec"] == {"replicas": 5, "paused": True}


def test_what_nobody_owns_is_sent_as_it_is_live() -> None:
    body = sent("Deployment", GIT, LIVE, {}, "spec.replicas")
    assert body["spec"] == {"replicas": 5, "paused": True}


def test_an_empty_list_is_sent_as_it_is_live() -> None:
    git = "spec: {template: {spec: {containers: [{name: a, ports: [{containerPort: 80}]}]}}}"
    live = "spec: {template: {spec: {containers: [{name: a, ports: []}]}}}"
    path = "spec.template.spec.containers[name=a].ports"
    body = sent("Deployment", git, live, {HPA: path}, path)
    assert body["spec"]["template"]["spec"]["containers"] == [{"name": "a", "ports": []}]


def test_what_another_apply_owns_is_not_sent() -> None:
    owners = {"scaler:Apply": "spec.replicas", "driftdeck:Apply": "spec.replicas"}
    assert sent("Deployment", GIT, LIVE, owners, "spec.replicas")["spec"] == {"paused": True}


def test_what_only_we_apply_is_sent_as_it_is_live() -> None:
    owners = {"driftdeck:Apply": "spec.replicas"}
    body = sent("Deployment", GIT, LIVE, owners, "spec.replicas")
    assert body["spec"] == {"replicas": 5, "paused": True}


def test_what_live_lacks_is_not_sent() -> None:
    body = sent("Deployment", GIT, "spec: {}", {}, "spec.replicas", "spec.paused")
    assert body.get("spec", {}) == {}


def test_an_entry_of_a_list_keeps_its_place_and_its_keys() -> None:
    hook = "webhooks: [{name: a.x}, {name: b.x, clientConfig: {caBundle: %s, url: u}}]"
    kind, path = "ValidatingWebhookConfiguration", "webhooks[name=b.x].clientConfig.caBundle"
    body = sent(kind, hook % "Z2l0", hook % "bGl2ZQ==", {"injector": path}, path)
    assert body["webhooks"] == [
        {"name": "a.x"},
        {"name": "b.x", "clientConfig": {"caBundle": "bGl2ZQ==", "url": "u"}},
    ]
