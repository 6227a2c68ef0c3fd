"""What the server makes of Git changes when its policies do; the objects themselves never move."""

import time
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.apiserver.client import Client
from tests.apiserver.server import ApiServer
from tests.apiserver.waiting import eventually
from tests.loop.clusters import MERGE_PATCH
from tests.loop.stage import Stage, changes
from tests.loop.test_loop import of

pytestmark = pytest.mark.real

POLICIES = "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies"
BINDINGS = "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings"
GUARDS = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies"
GUARD_BINDINGS = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings"
MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {a: '1'}\n"


@pytest.fixture
def stage(real_server: ApiServer, real_namespace: str, tmp_path: Path) -> Iterator[Stage]:
    made = Stage(real_server, real_namespace, tmp_path)
    made.git(web=MAP)
    force(made.client, real_namespace)
    yield made
    for name in ("first", "again"):
        unforce(made.client, real_namespace, name)


def force(client: Client, namespace: str, name: str = "first") -> None:
    """Whoever writes the ConfigMap of the namespace writes "forced" into it."""
    name = f"{namespace}-{name}"
    expression = 'Object{data: {"a": "forced"}}'
    policy = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingAdmissionPolicy",
        "metadata": {"name": name},
        "spec": {
            "matchConstraints": {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
                "resourceRules": [
                    {
                        "apiGroups": [""],
                        "apiVersions": ["v1"],
                        "operations": ["CREATE", "UPDATE"],
                        "resources": ["configmaps"],
                    }
                ],
            },
            "matchConditions": [
                {"name": "web", "expression": 'object.metadata.name.startsWith("web")'}
            ],
            "reinvocationPolicy": "Never",
            "mutations": [
                {
                    "patchType": "ApplyConfiguration",
                    "applyConfiguration": {"expression": expression},
                }
            ],
        },
    }
    binding = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingAdmissionPolicyBinding",
        "metadata": {"name": name},
        "spec": {"policyName": name},
    }
    for path, body in ((POLICIES, policy), (BINDINGS, binding)):
        answer = client.call("POST", path, body)
        assert answer.status == HTTPStatus.CREATED, answer.body
    probe = f"/api/v1/namespaces/{namespace}/configmaps?dryRun=All"
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web-probe"}}
    acts = eventually(lambda: b"forced" in client.call("POST", probe, body).body, within_s=60)
    assert acts, "the policy does not act"


def unforce(client: Client, namespace: str, name: str = "first") -> None:
    for path in (BINDINGS, POLICIES):
        client.call("DELETE", f"{path}/{namespace}-{name}")


def test_a_value_that_a_policy_forced_is_drift_once_the_policy_is_gone(stage: Stage) -> None:
    assert stage.run("sync", "--yes").returncode == 0
    assert changes(stage.diff()["web"]) == {"data.a": "info"}
    place = stage.place()
    with place.controller() as controller:
        controller.take(of("cluster_synced"), within_s=60)
        unforce(stage.client, stage.namespace)
        _, line = controller.take(of("drift_detected", kind="ConfigMap"), within_s=60)
        assert [(each["path"], each["live"]) for each in line["changes"]] == [("data.a", "forced")]
        force(stage.client, stage.namespace, "again")
        controller.take(of("drift_gone", kind="ConfigMap"), within_s=60)


def until_it_refuses(client: Client, path: str) -> None:
    """Wait for a policy, which says nothing when it begins to act."""
    probe, body = f"{path}?dryRun=All", {"data": {"probe": "1"}}

    def refused() -> bool:
        answer = client.call("PATCH", probe, body, content_type=MERGE_PATCH)
        return b"not by you" in answer.body

    assert eventually(refused, within_s=60), "the policy does not act"


@pytest.mark.parametrize("reason", ["Invalid", "Forbidden"])
def test_what_a_policy_refused_to_heal_is_healed_once_it_is_gone(stage: Stage, reason: str) -> None:
    unforce(stage.client, stage.namespace)
    rule = {
        "apiGroups": [""],
        "apiVersions": ["v1"],
        "operations": ["UPDATE"],
        "resources": ["configmaps"],
    }
    own = {"matchLabels": {"kubernetes.io/metadata.name": stage.namespace}}
    mine = "request.userInfo.username != 'driftdeck' || object.metadata.name != 'web'"
    policy = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": stage.namespace},
        "spec": {
            "matchConstraints": {"namespaceSelector": own, "resourceRules": [rule]},
            "validations": [{"expression": mine, "reason": reason, "message": "not by you"}],
        },
    }
    binding = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": stage.namespace},
        "spec": {"policyName": stage.namespace, "validationActions": ["Deny"]},
    }
    assert stage.run("sync", "--yes").returncode == 0
    for path, body in ((GUARDS, policy), (GUARD_BINDINGS, binding)):
        answer = stage.client.call("POST", path, body)
        assert answer.status == HTTPStatus.CREATED, answer.body
    place = stage.place()
    web = f"{stage.path('v1', 'ConfigMap')}/web"
    try:
        until_it_refuses(stage.server.client("driftdeck"), web)
        with place.controller("--autoheal") as controller:
            controller.take(of("cluster_synced"), within_s=60)
            stage.patch(web, {"data": {"a": "2"}}, "kubectl-edit")
            controller.take(of("drift_detected", kind="ConfigMap"), within_s=60)
            time.sleep(1)
            assert stage.client.call("GET", web).json()["data"] == {"a": "2"}
            for path in (GUARD_BINDINGS, GUARDS):
                stage.client.call("DELETE", f"{path}/{stage.namespace}")
            controller.take(of("healed", kind="ConfigMap"), within_s=60)
    finally:
        for path in (GUARD_BINDINGS, GUARDS):
            stage.client.call("DELETE", f"{path}/{stage.namespace}")
