"""A namespace that an app owns: what is in there and not in Git is EXTRA, with who made it."""

import json
import secrets
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from core.git import commit_files
from tests.apiserver.server import ApiServer
from tests.apiserver.waiting import eventually
from tests.loop.clusters import BOTH, Place, either_place, real_place, run
from tests.loop.test_loop import ADA, deployment, of, rest

Json = dict[str, Any]
SETTINGS = """
clusters: {{here: {{}}}}
apps:
  - {{name: shop, repo: repo, path: shop, cluster: here, namespace: {name}, owns: [{name}]}}
  - {{name: other, repo: repo, path: other, cluster: here, namespace: {name}}}
"""
NOTE: Json = {"metadata": {"name": "note"}, "data": {"a": "b"}}  # without data nobody owns a thing
OTHER = b"""apiVersion: v1
kind: Secret
metadata: {name: of-another-app}
stringData: {word: x}
"""
STATEFUL = b"""apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: example/db}]}
  volumeClaimTemplates:
    - metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
"""


def fill(folder: Path, name: str, **files: bytes) -> None:
    """A repository with two apps of which one owns the namespace, and the settings."""
    content = {
        "shop/deployment.yaml": deployment(name),
        "shop/rest.yaml": rest(name),
        "other/secret.yaml": OTHER,
        **{f"shop/{stem}.yaml": text for stem, text in files.items()},
    }
    commit_files(
        folder / "repo", content, author=ADA, message="Everything", when=time.time(), init=True
    )
    (folder / "driftdeck.yaml").write_text(SETTINGS.format(name=name))


@pytest.fixture
def name() -> str:
    return f"owned-{secrets.token_hex(5)}"


@pytest.fixture(params=BOTH)
def place(request: pytest.FixtureRequest, tmp_path: Path, name: str) -> Iterator[Place]:
    fill(tmp_path, name)
    with either_place(request, tmp_path) as made:
        yield made


def objects(place: Place, *words: str) -> dict[tuple[str, str], Json]:
    """What differs, by kind and name."""
    done = run(place, "diff", "-o", "json", *words)
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    document = json.loads(done.stdout)
    assert document["complete"] is True
    return {(one["kind"], one["name"]): one for one in document["objects"]}


def make(place: Place, path: str, body: Json, manager: str) -> None:
    answer = place.client.call("POST", f"{path}?fieldManager={manager}", body)
    assert answer.status == 201, answer.body


def test_what_somebody_creates_there_is_extra_and_all_else_is_not(place: Place, name: str) -> None:
    assert run(place, "sync", "--yes").returncode == 0
    assert objects(place) == {}  # our own record and the other app's Secret are in there too
    core, apps = f"/api/v1/namespaces/{name}", f"/apis/apps/v1/namespaces/{name}"
    make(place, f"{core}/configmaps", NOTE, "kubectl-create")
    make(place, f"{core}/secrets", {"metadata": {"name": "key"}, "stringData": {"a": "b"}}, "helm")
    web = place.client.call("GET", f"{apps}/deployments/web").json()
    owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    owned = {"name": "child", "ownerReferences": [{**owner, "uid": web["metadata"]["uid"]}]}
    make(place, f"{core}/configmaps", {"metadata": owned}, "web-controller")
    make(place, f"{core}/configmaps", {"metadata": {"name": "kube-root-ca.crt"}}, "x")
    make(place, f"{core}/serviceaccounts", {"metadata": {"name": "default"}}, "x")
    found = objects(place)
    assert found.keys() == {("ConfigMap", "note"), ("Secret", "key")}
    note = found["ConfigMap", "note"]
    assert (note["verdict"], note["cause"], note["confirmed_by"]) == (
        "extra",
        "live_changed",
        "server",
    )
    assert note["actor"]["manager"] == "kubectl-create"
    assert note["actor"]["confidence"] == "owned"
    assert note["actor"]["time"]
    assert found["Secret", "key"]["actor"]["manager"] == "helm"
    text = run(place, "diff")
    assert text.returncode == 1
    assert f"ConfigMap {name}/note: extra, added in the cluster" in text.stdout
    assert "made by kubectl create, at least " in text.stdout


def test_a_sync_leaves_it_and_says_so(place: Place, name: str) -> None:
    assert run(place, "sync", "--yes").returncode == 0
    note = f"/api/v1/namespaces/{name}/configmaps"
    make(place, note, NOTE, "kubectl-create")
    done = run(place, "sync", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 object that Git lacks is left alone" in done.stdout
    assert place.client.call("GET", f"{note}/note").status == 200


def test_another_app_is_asked_even_when_one_app_is_chosen(place: Place) -> None:
    assert run(place, "sync", "--yes").returncode == 0
    done = run(place, "diff", "shop", "-o", "json")
    document = json.loads(done.stdout)
    assert document["objects"] == []
    assert [app["name"] for app in document["apps"]] == ["shop"]
    assert done.returncode == 0, done.stderr


def test_a_controller_tells_it_as_it_comes_and_goes(place: Place, name: str) -> None:
    assert run(place, "sync", "--yes").returncode == 0
    maps = f"/api/v1/namespaces/{name}/configmaps"
    accounts = f"/api/v1/namespaces/{name}/serviceaccounts"
    with place.controller("--autoheal") as controller:
        controller.take(of("cluster_synced"), within_s=60)
        make(place, maps, NOTE, "kubectl-create")
        _, line = controller.take(of("drift_detected", kind="ConfigMap"), within_s=60)
        assert line["message"] == "not in Git, made by kubectl-create"
        make(place, accounts, {"metadata": {"name": "robot"}}, "helm")
        controller.take(of("drift_detected", kind="ServiceAccount"), within_s=60)
        place.client.call("DELETE", f"{maps}/note")
        controller.take(of("drift_gone", kind="ConfigMap"), within_s=60)
        assert not {line["event"] for line in controller.seen} & {"healed", "synced", "heal_failed"}


@pytest.mark.real
@pytest.mark.usefixtures("real_server", "controller_manager")
def test_nothing_that_the_controllers_of_a_cluster_make_is_extra(tmp_path: Path, name: str) -> None:
    fill(tmp_path, name, db=STATEFUL)
    with ApiServer() as server, real_place(tmp_path, server) as place:
        server.start_controllers("*")
        assert run(place, "sync", "--yes").returncode == 0
        base = f"/api/v1/namespaces/{name}"

        def made(path: str, count: int) -> bool:
            return len(place.client.call("GET", path).json()["items"]) >= count

        for path, count in (
            (f"{base}/pods", 4),
            (f"{base}/persistentvolumeclaims", 1),
            (f"{base}/serviceaccounts", 1),
            (f"{base}/configmaps", 3),  # settings, kube-root-ca.crt and our record
            (f"{base}/endpoints", 1),
            (f"/apis/discovery.k8s.io/v1/namespaces/{name}/endpointslices", 1),
            (f"/apis/apps/v1/namespaces/{name}/controllerrevisions", 1),
        ):
            assert eventually(partial(made, path, count), within_s=60)
        assert objects(place) == {}
        path = f"/apis/apps/v1/namespaces/{name}/statefulsets/db?propagationPolicy=Background"
        place.client.call("DELETE", path)
        found = objects(place)
        assert found["PersistentVolumeClaim", "data-db-0"]["verdict"] == "extra"
        assert found["StatefulSet", "db"]["verdict"] == "missing"


@pytest.mark.real
def test_a_kind_that_may_not_be_listed_is_named_and_stops_nothing(
    real_server: ApiServer, tmp_path: Path, name: str
) -> None:
    """A user who may read ConfigMaps, and in this namespace nothing else."""
    text = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: one}\n"
    files = {"shop/a.yaml": text}
    repo = tmp_path / "repo"
    commit_files(repo, files, author=ADA, message="A", when=time.time(), init=True)
    settings = SETTINGS.format(name=name).splitlines()
    (tmp_path / "driftdeck.yaml").write_text("\n".join(settings[:-1]) + "\n")
    with real_place(tmp_path, real_server) as made:
        place = replace(made, kubeconfig=real_server.kubeconfig("nobody"))
    admin = real_server.client("admin")
    for path, body in rights(name):
        answer = admin.call("POST", path, body)
        assert answer.status == 201, answer.body
    maps = f"/api/v1/namespaces/{name}/configmaps"
    make(place, maps, {"metadata": {"name": "a"}, "data": {"x": "one"}}, "driftdeck")
    nobody = real_server.client("nobody")
    assert eventually(lambda: nobody.call("GET", maps).status == 200, within_s=60)
    done = run(place, "diff", "-o", "json")
    assert done.returncode == 0, done.stdout + done.stderr
    document = json.loads(done.stdout)
    assert (document["complete"], document["objects"]) == (True, [])
    gaps = document["apps"][0]["unseen"]
    start = "objects of kind Secret that Git lacks cannot be seen: list secrets in"
    assert [gap.startswith(f"{start} {name}: ") for gap in gaps].count(True) == 1
    assert not any("ConfigMap " in gap for gap in gaps)
    make(place, maps, NOTE, "kubectl-create")
    text_ = run(place, "diff")
    assert text_.returncode == 1
    assert "? objects of kind Secret that Git lacks cannot be seen" in text_.stdout
    assert f"ConfigMap {name}/note: extra" in text_.stdout


def rights(name: str) -> tuple[tuple[str, Json], ...]:
    """A namespace in which the user "nobody" may read ConfigMaps."""
    rbac = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{name}"
    rule = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch"]}
    group = "rbac.authorization.k8s.io"
    return (
        ("/api/v1/namespaces", {"metadata": {"name": name}}),
        (f"{rbac}/roles", {"metadata": {"name": "reader"}, "rules": [rule]}),
        (
            f"{rbac}/rolebindings",
            {
                "metadata": {"name": "reader"},
                "roleRef": {"apiGroup": group, "kind": "Role", "name": "reader"},
                "subjects": [{"apiGroup": group, "kind": "User", "name": "nobody"}],
            },
        ),
    )
