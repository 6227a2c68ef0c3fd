"""An account with rights in one namespace, on a real server: what it may not see blinds nothing."""

import secrets
from pathlib import Path

import pytest

from tests.apiserver.server import ApiServer
from tests.apiserver.waiting import eventually
from tests.loop.stage import Stage

RBAC = "rbac.authorization.k8s.io"
HERE = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: here}\ndata: {a: '1'}\n"
VERBS = ["get", "list", "watch", "create", "patch", "update"]


@pytest.fixture
def stage(real_server: ApiServer, real_namespace: str, tmp_path: Path) -> Stage:
    """An app with an object in a namespace of its account, and one in another."""
    made = Stage(real_server, real_namespace, tmp_path)
    role = {"apiGroups": [""], "resources": ["configmaps"], "verbs": VERBS}
    create(made, "roles", {"kind": "Role", "metadata": {"name": "own"}, "rules": [role]})
    reference = {"apiGroup": RBAC, "kind": "Role", "name": "own"}
    subject = {"apiGroup": RBAC, "kind": "User", "name": "nobody"}
    binding = {"kind": "RoleBinding", "metadata": {"name": "own"}, "roleRef": reference}
    create(made, "rolebindings", {**binding, "subjects": [subject]})
    path = f"/api/v1/namespaces/{real_namespace}/configmaps"
    nobody = real_server.client("nobody")
    assert eventually(lambda: nobody.call("GET", path).status == 200, within_s=60)
    return made


def create(stage: Stage, plural: str, body: dict[str, object]) -> None:
    root = f"/apis/{RBAC}/v1/namespaces/{stage.namespace}"
    admin = stage.server.client("admin")
    answer = admin.call("POST", f"{root}/{plural}", {"apiVersion": f"{RBAC}/v1", **body})
    assert answer.status == 201, answer.body


@pytest.mark.real
def test_a_namespace_that_may_not_be_read_is_unknown_and_the_own_one_is_synced(
    stage: Stage,
) -> None:
    other = f"t-{secrets.token_hex(5)}"
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": other}}
    stage.server.client("admin").call("POST", "/api/v1/namespaces", namespace)
    there = HERE.replace("{name: here}", f"{{name: there, namespace: {other}}}")
    stage.git(here=HERE, there=there)
    done = stage.run("sync", "--yes", user="nobody")
    assert "1 of 1 done" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 4
    assert f"list configmaps in {other}" in done.stderr
    found = stage.diff("nobody")
    verdicts = {name: found[name]["verdict"] for name in ("here", "there")}
    assert verdicts == {"here": "in_sync", "there": "unknown"}
    assert found["app"]["counts"]["missing"] == 0
