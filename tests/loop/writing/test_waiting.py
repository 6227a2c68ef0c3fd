"""`sync --wait` on both servers: done when all works, and else what does not work, and why."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.git import commit_files
from core.sandbox import SandboxThread
from tests.apiserver.client import Client
from tests.apiserver.server import ApiServer
from tests.apiserver.waiting import eventually
from tests.commands import run
from tests.loop.clusters import MERGE_PATCH
from tests.loop.stage import Stage

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "web:2"}]}
"""
MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: '1'}\n"
SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
"""
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
PODS = "/api/v1/namespaces/default/pods"
PULL = {"reason": "ImagePullBackOff", "message": 'Back-off pulling image "web:2"'}
WAITING = {"containerStatuses": [{"name": "web", "state": {"waiting": PULL}, "image": "web:2"}]}


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[SandboxThread]:
    apps = "apps:\n  - {name: shop, repo: repo, path: app, namespace: default}\n"
    (tmp_path / "driftdeck.yaml").write_text(apps)
    commit_files(
        tmp_path / "repo",
        {
            "app/web.yaml": WEB.encode(),
            "app/map.yaml": MAP.encode(),
            "app/s.yaml": SERVICE.encode(),
        },
        author="Ada <ada@example>",
        message="Begin",
        when=time.time(),
        init=True,
    )
    with SandboxThread() as server:
        yield server


def test_without_controllers_it_says_that_nobody_looked_and_a_status_changes_that(
    sandbox: SandboxThread, tmp_path: Path
) -> None:
    client = Client(sandbox.url, None, sandbox.tokens["alice"])
    environment = {"KUBECONFIG": str(sandbox.kubeconfig(tmp_path, "driftdeck")), "HOME": "/"}
    environment["XDG_STATE_HOME"] = str(tmp_path / "state")

    def said(*words: str) -> tuple[int, str, str]:
        done = run(*words, environment=environment, folder=tmp_path)
        return done.returncode, done.stdout, done.stderr

    def report(**status: Any) -> None:
        path = f"{DEPLOYMENTS}/web/status"
        patch = {"status": {"observedGeneration": 1, **status}}
        assert client.call("PATCH", path, patch, content_type=MERGE_PATCH).status == 200

    assert said("sync", "--yes")[0] == 0  # what was written is shown to whoever comes later
    code, out, err = said("sync", "--yes", "--wait", "1s")
    assert code == 3
    assert "Deployment default/web: not ready: no controller has looked at it yet" in out
    assert "waiting: 2 of 3 objects work" in err
    assert err.endswith("driftdeck: 1 of 3 objects does not work after 1s\n")

    counts = dict.fromkeys(("replicas", "updatedReplicas", "readyReplicas", "availableReplicas"), 1)
    done = {"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"}
    report(**counts, conditions=[{"type": "Available", "status": "True"}, done])
    assert said("sync", "--yes", "--wait", "1m")[:2] == (0, "nothing to do\nall 3 objects work\n")
    code, out, _ = said("diff", "--all", "-o", "json")
    healths = {each["kind"]: each["health"] for each in json.loads(out)["objects"]}
    assert healths == {
        "Deployment": {"state": "current", "message": "1 pods available"},
        "ConfigMap": {"state": "current", "message": None},
        "Service": {"state": "current", "message": None},
    }

    pod = {"metadata": {"name": "web-1", "labels": {"app": "web"}}}
    spec = {"containers": [{"name": "web", "image": "web:2"}]}
    assert client.call("POST", PODS, {**pod, "spec": spec}).status == 201
    patch = {"status": {"phase": "Pending", **WAITING}}
    path = f"{PODS}/web-1/status"
    assert client.call("PATCH", path, patch, content_type=MERGE_PATCH).status == 200
    late = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}
    report(conditions=[late])
    code, out, err = said("sync", "--yes", "--wait", "1h")
    assert code == 3
    words = "pod web-1: container web: ImagePullBackOff: Back-off pulling image"
    assert f"Deployment default/web: failed: ProgressDeadlineExceeded; {words}" in out
    assert err.endswith("driftdeck: 1 of 3 objects does not work\n")
    assert said("sync", "--wait", "soon")[0] == 2
    assert said("sync", "--wait", "1m", "--dry-run")[0] == 2


# With controllers and no node -------------------------------------------------------------------


@pytest.fixture
def controllers(real_server: ApiServer, controller_manager: None) -> Iterator[None]:
    """The controllers of Deployments run on the real server, for this test only."""
    del controller_manager
    stop = real_server.start_controllers("deployment-controller", "replicaset-controller")
    yield
    stop()


def definition(stage: Stage) -> str:
    """A definition that is the test's own."""
    group = f"{stage.namespace}.example.com"
    return (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
        f"metadata: {{name: widgets.{group}}}\n"
        f"spec:\n  group: {group}\n  scope: Namespaced\n"
        "  names: {plural: widgets, singular: widget, kind: Widget, listKind: WidgetList}\n"
        "  versions:\n"
        "    - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}\n"
    )


def reader(stage: Stage) -> None:
    """Let `nobody` read everything of the app here, and no pod."""
    root = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{stage.namespace}"
    look = ["get", "list", "watch"]
    rules = [
        {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": look},
        {"apiGroups": [""], "resources": ["configmaps", "services"], "verbs": look},
    ]
    group = "rbac.authorization.k8s.io"
    user = {"kind": "User", "name": "nobody", "apiGroup": group}
    reference = {"kind": "Role", "name": "r", "apiGroup": group}
    admin = stage.server.client("admin")
    for plural, body in (
        ("roles", {"rules": rules}),
        ("rolebindings", {"subjects": [user], "roleRef": reference}),
    ):
        assert (
            admin.call("POST", f"{root}/{plural}", {"metadata": {"name": "r"}, **body}).status
            == 201
        )
    nobody, listing = stage.server.client("nobody"), stage.path("apps/v1", "Deployment")
    assert eventually(lambda: nobody.call("GET", listing).status == 200, within_s=60)


@pytest.mark.real
@pytest.mark.timeout(300)
@pytest.mark.usefixtures("controllers")
def test_a_rollout_is_waited_for_and_its_pod_is_named_until_a_node_ran_it(
    real_server: ApiServer, real_namespace: str, tmp_path: Path
) -> None:
    stage = Stage(real_server, real_namespace, tmp_path)
    stage.git(web=WEB, map=MAP, service=SERVICE)
    pods = stage.path("v1", "Pod")

    def made() -> list[str]:
        items = stage.client.call("GET", pods).json()["items"]
        return [each["metadata"]["name"] for each in items]

    def node(**status: Any) -> Callable[[], bool]:
        patch = {"status": status}
        path = f"{pods}/{pod}/status"
        answer = stage.client.call("PATCH", path, patch, content_type=MERGE_PATCH)
        assert answer.status == 200, answer.body
        return lambda: told_of("availableReplicas") == (status["phase"] == "Running")

    def told_of(name: str) -> bool:
        """Whether the controller of Deployments counts pods of that kind."""
        found = stage.client.call("GET", f"{stage.path('apps/v1', 'Deployment')}/web").json()
        return bool(found.get("status", {}).get(name))

    done = stage.run("sync", "--yes", "--wait", "1s")
    assert done.returncode == 3, done.stdout + done.stderr
    (pod,) = eventually(made, within_s=60)
    assert eventually(lambda: told_of("updatedReplicas"), within_s=60)
    told = stage.run("sync", "--yes", "--wait", "1s")
    assert told.returncode == 3
    words = f"0 of 1 pods available; pod {pod}: no node took it yet"
    assert f"Deployment {stage.namespace}/web: not ready: {words}" in told.stdout
    assert told.stderr.endswith("driftdeck: 1 of 3 objects does not work after 1s\n")

    node(phase="Pending", **WAITING)
    told = stage.run("sync", "--yes", "--wait", "1s")
    assert f"pod {pod}: container web: ImagePullBackOff" in told.stdout
    reader(stage)
    told = stage.run("sync", "--yes", "--wait", "1s", user="nobody")
    assert "its pods cannot be read: " in told.stdout, told.stdout + told.stderr

    ready = [{"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}]
    assert eventually(node(phase="Running", conditions=ready), within_s=60)
    stage.git(definition=definition(stage))
    done = stage.run("sync", "--yes", "--wait", "1m")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("all 4 objects work\n")
    found = stage.diff()
    names = ("web", "settings", f"widgets.{stage.namespace}.example.com")
    assert {found[name]["health"]["state"] for name in names} == {"current"}
    root = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    stage.server.client("admin").call("DELETE", f"{root}/widgets.{stage.namespace}.example.com")
