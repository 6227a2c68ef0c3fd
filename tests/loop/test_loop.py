"""The whole loop as a user types it: a repository, an API server and the driftdeck command.

Every test runs on the embedded server and on a real kube-apiserver.
"""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.git import Repositories, commit_files
from tests.apiserver.waiting import eventually
from tests.loop.clusters import (
    BOTH,
    MERGE_PATCH,
    Place,
    either_place,
    run,
)

ADA = "Ada <ada@example>"
SETTINGS = """
clusters:
  here: {}
apps:
"""
APP = """  - {{name: {name}, repo: repo, path: {name}, cluster: here, namespace: {name}}}
"""


def deployment(namespace: str, *, image: str = "example/web:1.0", replicas: int = 3) -> bytes:
    return f"""apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: {namespace}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers:
        - name: web
          image: {image}
          ports: [{{containerPort: 8080}}]
""".encode()


def rest(namespace: str) -> bytes:
    return f"""apiVersion: v1
kind: Namespace
metadata: {{name: {namespace}}}
---
apiVersion: v1
kind: Service
metadata: {{name: web, namespace: {namespace}}}
spec:
  selector: {{app: web}}
  ports: [{{port: 80, targetPort: 8080}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: settings, namespace: {namespace}}}
data: {{mode: production}}
""".encode()


@pytest.fixture(params=BOTH)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Three apps in three namespaces, committed and not yet applied."""
    names = [f"{request.param}-{word}-{tmp_path.name[-12:].lower()}" for word in ("a", "b", "c")]
    names = [name.replace("_", "-") for name in names]
    files = {}
    for name in names:
        files[f"{name}/deployment.yaml"] = deployment(name)
        files[f"{name}/rest.yaml"] = rest(name)
    commit(tmp_path / "repo", files, "Everything", init=True)
    settings = SETTINGS + "".join(APP.format(name=name) for name in names)
    (tmp_path / "driftdeck.yaml").write_text(settings)
    with either_place(request, tmp_path) as made:
        yield made


def commit(repo: Path, files: dict[str, bytes], message: str, *, init: bool = False) -> str:
    return commit_files(repo, files, author=ADA, message=message, when=time.time(), init=init)


def apps(place: Place) -> list[str]:
    return sorted(path.name for path in tree(place))


def tree(place: Place) -> list[Path]:
    text = (place.folder / "driftdeck.yaml").read_text()
    return [
        Path(line.split("name: ")[1].split(",")[0]) for line in text.splitlines() if "- {" in line
    ]


def scale(place: Place, app: str, replicas: int) -> None:
    path = f"/apis/apps/v1/namespaces/{app}/deployments/web/scale?fieldManager=kubectl"
    answer = place.client.call(
        "PATCH", path, {"spec": {"replicas": replicas}}, content_type=MERGE_PATCH
    )
    assert answer.status == 200, answer.body


def of(name: str, **fields: str) -> Callable[[dict[str, Any]], bool]:
    """Match event lines by event name, app and object kind."""

    def wanted(line: dict[str, Any]) -> bool:
        kind = (line.get("object") or {}).get("kind")
        found = {"app": line.get("app"), "kind": kind, "revision": line.get("revision")}
        return line["event"] == name and all(found[k] == v for k, v in fields.items())

    return wanted


def test_from_nothing_to_in_sync(place: Place) -> None:
    before = run(place, "diff", "-o", "json")
    assert before.returncode == 1, before.stderr
    report = json.loads(before.stdout)
    assert report["complete"] is True
    assert {found["verdict"] for found in report["objects"]} == {"missing"}
    assert len(report["objects"]) == 12
    done = run(place, "sync", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    after = run(place, "diff")
    assert after.returncode == 0, after.stdout + after.stderr


def test_a_sync_without_yes_and_without_a_terminal_writes_nothing(place: Place) -> None:
    assert run(place, "sync").returncode == 2
    assert run(place, "sync", "--dry-run").returncode == 0
    assert run(place, "diff").returncode == 1


def test_a_scale_by_somebody_else_is_explained(place: Place) -> None:
    assert run(place, "sync", "--yes").returncode == 0
    app = apps(place)[0]
    scale(place, app, 7)
    done = run(place, "diff", app, "-o", "json")
    assert done.returncode == 1, done.stderr
    (found,) = json.loads(done.stdout)["objects"]
    (change,) = found["changes"]
    assert (found["verdict"], found["cause"], found["confirmed_by"]) == (
        "drifted",
        "live_changed",
        "server",
    )
    assert (change["path"], change["live"], change["git"]) == ("spec.replicas", 7, 3)
    assert change["actor"]["manager"] == "kubectl"
    assert change["actor"]["subresource"] == "scale"
    assert change["origin"]["file"] == f"{app}/deployment.yaml"
    assert change["origin"]["line"] == 7
    assert change["origin"]["author"] == ADA
    assert change["origin"]["subject"] == "Everything"


def test_the_controller_heals_what_others_change_and_follows_git(place: Place) -> None:
    assert run(place, "sync", "--yes").returncode == 0
    app = apps(place)[1]
    base = f"/api/v1/namespaces/{app}"
    with place.controller("--autoheal") as controller:
        controller.take(of("cluster_synced"), within_s=60)
        scale(place, app, 7)
        controller.take(of("drift_detected", app=app, kind="Deployment"), within_s=60)
        _, line = controller.take(of("healed", app=app, kind="Deployment"), within_s=60)
        assert [c["path"] for c in line["changes"]] == ["spec.replicas"]
        place.client.call("DELETE", f"{base}/services/web")
        controller.take(of("healed", app=app, kind="Service"), within_s=60)
        change = {"data": {"mode": "debug"}}
        path = f"{base}/configmaps/settings?fieldManager=kubectl-edit"
        place.client.call("PATCH", path, change, content_type=MERGE_PATCH)
        controller.take(of("healed", app=app, kind="ConfigMap"), within_s=60)
        label: dict[str, Any] = {"metadata": {"labels": {"added.example/by": "hand"}}}
        path = f"/apis/apps/v1/namespaces/{app}/deployments/web"
        answer = place.client.call(
            "PATCH", f"{path}?fieldManager=kubectl-label", label, content_type=MERGE_PATCH
        )
        assert answer.status == 200, answer.body
        controller.take(of("healed", app=app, kind="Deployment"), within_s=60)
        assert "labels" not in place.client.call("GET", path).json()["metadata"]
        files = {f"{app}/deployment.yaml": deployment(app, image="example/web:2.0")}
        head = commit(place.repo, files, "Web 2.0")
        controller.take(of("synced", app=app, revision=head), within_s=60)
        done = run(place, "revert", "HEAD", "--app", app, "--yes")
        assert done.returncode == 0, done.stdout + done.stderr  # though it may be faster
        assert "1 of 1 done" in done.stdout
        assert "drift_gone" not in {line["event"] for line in controller.seen}
        # The controller may have healed once more before it saw the commit; then it follows.
        undone = Repositories().opened(str(place.repo)).resolve("HEAD").id
        controller.take(of("source_updated", app=app, revision=undone), within_s=60)
        where = f"/apis/apps/v1/namespaces/{app}/deployments/web"
        reverted = "example/web:1.0"
        assert eventually(
            lambda: reverted in place.client.call("GET", where).body.decode(), within_s=60
        )
    web = place.client.call("GET", f"/apis/apps/v1/namespaces/{app}/deployments/web").json()
    assert web["spec"]["replicas"] == 3
    assert web["spec"]["template"]["spec"]["containers"][0]["image"] == "example/web:1.0"


def test_a_revert_makes_a_proper_commit_and_the_cluster_follows(place: Place) -> None:
    app = apps(place)[0]
    assert run(place, "sync", "--yes").returncode == 0
    head = commit(place.repo, {f"{app}/deployment.yaml": deployment(app, replicas=9)}, "Nine")
    assert run(place, "sync", app, "--yes").returncode == 0
    done = run(place, "revert", head, "--app", app, "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    log = subprocess.run(  # noqa: S603 - the reader that users have
        ["git", "-C", str(place.repo), "log", "-1", "--format=%an%n%B"],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert log.startswith("Robin\n")
    assert f"This reverts commit {head}." in log
    assert run(place, "diff").returncode == 0


def test_a_file_that_cannot_be_read_is_named_and_the_other_apps_go_on(place: Place) -> None:
    app, other, _ = apps(place)
    commit(place.repo, {f"{app}/broken.yaml": b"a: [\n"}, "Oops")
    assert run(place, "sync", "--yes").returncode == 5
    done = run(place, "diff")
    assert done.returncode == 5
    assert f"{app}/broken.yaml:" in done.stderr + done.stdout
    report = json.loads(run(place, "diff", other, "-o", "json").stdout)
    assert report["objects"] == []


def test_a_list_entry_whose_key_was_changed_is_put_back_by_one_sync(place: Place) -> None:
    app = apps(place)[0]
    assert run(place, "sync", "--yes").returncode == 0
    ports = [{"op": "replace", "path": "/spec/ports/0/port", "value": 8080}]
    path = f"/api/v1/namespaces/{app}/services/web"
    query = "?fieldManager=kubectl-edit"
    patch = "application/json-patch+json"
    assert place.client.call("PATCH", path + query, ports, content_type=patch).status == 200
    found = json.loads(run(place, "diff", app, "-o", "json").stdout)
    (change,) = found["objects"][0]["changes"]
    assert change["path"] == "spec.ports[port=80,protocol=TCP]"
    assert "replaces spec.ports[port=8080,protocol=TCP]" in change["note"]
    done = run(place, "sync", app, "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [p["port"] for p in place.client.call("GET", path).json()["spec"]["ports"]] == [80]
    assert run(place, "diff", app).returncode == 0
    account = {"spec": {"template": {"spec": {"serviceAccountName": "other"}}}}
    path = f"/apis/apps/v1/namespaces/{app}/deployments/web"
    query = "?fieldManager=kubectl-set"
    assert place.client.call("PATCH", path + query, account, content_type=MERGE_PATCH).status == 200
    assert run(place, "diff", app).returncode == 1
    assert run(place, "sync", app, "--yes").returncode == 0
    assert run(place, "diff", app).returncode == 0
