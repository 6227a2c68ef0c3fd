"""Fields that only live has: who counts, by default and with `extras: any`, and that they go."""

import json
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.git import commit_files
from tests.loop.clusters import MERGE_PATCH, Place, real_place, run, sandbox_place
from tests.loop.test_loop import ADA, of

Json = dict[str, Any]
SETTINGS = """
clusters: {{here: {{}}}}
apps:
  - {{name: any, repo: repo, path: any, cluster: here, namespace: {name}, extras: any}}
  - {{name: human, repo: repo, path: human, cluster: here, namespace: {name}}}
"""
FINALIZER = "shop.example/hold"


def settings_map(name: str, *, finalizer: str = "") -> bytes:
    lines = ["apiVersion: v1", "kind: ConfigMap", "metadata:", f"  name: {name}"]
    lines += [f"  finalizers: [{finalizer}]"] if finalizer else []
    return "\n".join([*lines, "data:", "  mode: production", ""]).encode()


def deployment(name: str) -> bytes:
    return f"""apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec: {{containers: [{{name: web, image: example/web}}]}}
""".encode()


@pytest.fixture
def name() -> str:
    return f"fields-{secrets.token_hex(5)}"


@pytest.fixture(params=["sandbox", pytest.param("real", marks=pytest.mark.real)])
def place(request: pytest.FixtureRequest, tmp_path: Path, name: str) -> Iterator[Place]:
    """Two apps with the same objects, one of which counts every addition; both are applied."""
    files = {
        f"{app}/{file}.yaml": text
        for app in ("any", "human")
        for file, text in (
            ("settings", settings_map(f"{app}-settings")),
            ("held", settings_map(f"{app}-held", finalizer=FINALIZER)),
            ("web", deployment(f"{app}-web")),
        )
    }
    repo = tmp_path / "repo"
    commit_files(repo, files, author=ADA, message="All", when=time.time(), init=True)
    (tmp_path / "driftdeck.yaml").write_text(SETTINGS.format(name=name))
    if request.param == "sandbox":
        with sandbox_place(tmp_path) as made:
            yield synced(made, name)
    else:
        with real_place(tmp_path, request.getfixturevalue("real_server")) as made:
            yield synced(made, name)


def synced(place: Place, name: str) -> Place:
    answer = place.client.call("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
    assert answer.status == 201, answer.body
    done = run(place, "sync", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    return place


def drifted(place: Place, app: str) -> dict[tuple[str, str], Json]:
    """The fields of one app that are drift, by object and path."""
    done = run(place, "diff", app, "-o", "json")
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    return {
        (one["name"].removeprefix(f"{app}-"), change["path"]): change
        for one in json.loads(done.stdout)["objects"]
        for change in one["changes"]
        if change["verdict"] == "drift"
    }


def patch(place: Place, path: str, body: Json, manager: str) -> None:
    query = f"fieldManager={manager}"
    answer = place.client.call("PATCH", f"{path}?{query}", body, content_type=MERGE_PATCH)
    assert answer.status == 200, answer.body


def map_path(name: str, app: str, of_: str = "settings") -> str:
    return f"/api/v1/namespaces/{name}/configmaps/{app}-{of_}"


def web_path(name: str, app: str) -> str:
    return f"/apis/apps/v1/namespaces/{name}/deployments/{app}-web"


WRITERS = {  # by manager: how many of the three additions count by default, and whether all can
    "kubectl-edit": (3, True),
    "python-requests": (3, True),
    "web-operator": (2, True),  # nobody knows it, and nobody minds its metadata
    "keda-operator": (0, True),
    "helm": (0, True),
    "kube-controller-manager": (0, False),
    "kube-scheduler": (0, False),
    "kubelet": (0, False),
}


def test_who_added_a_field_decides(place: Place, name: str) -> None:
    """All writers in one place, each on objects of its own: each command is run once."""
    files = {
        f"{app}/{writer}.yaml": settings_map(f"{app}-{writer}")
        + b"---\n"
        + deployment(f"{app}-{writer}-web")
        for app in ("any", "human")
        for writer in WRITERS
    }
    commit_files(place.repo, files, author=ADA, message="Writers", when=time.time())
    assert run(place, "sync", "--yes").returncode == 0
    label: Json = {"metadata": {"labels": {"who.example/added": "it"}}}
    environment = [{"name": "web", "image": "example/web", "env": [{"name": "A", "value": "b"}]}]
    spec: Json = {"spec": {"template": {"spec": {"containers": environment}}}}
    for app in ("any", "human"):
        for writer in WRITERS:
            patch(place, map_path(name, app, writer), {**label, "data": {"more": "x"}}, writer)
            patch(place, web_path(name, f"{app}-{writer}"), spec, writer)
    found = drifted(place, "any")
    assert found.keys() == {
        key for writer, (_, with_any) in WRITERS.items() if with_any for key in additions(writer)
    }
    for writer in WRITERS:
        managers = {found[key]["actor"]["manager"] for key in additions(writer) if key in found}
        assert managers <= {writer}
    assert drifted(place, "human").keys() == {
        key for writer, (by_default, _) in WRITERS.items() for key in additions(writer)[:by_default]
    }
    done = run(place, "sync", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert drifted(place, "any") == {}
    for writer, (_, with_any) in WRITERS.items():
        settings = place.client.call("GET", map_path(name, "any", writer)).json()
        assert ("more" in settings["data"]) is not with_any, writer
        assert ("labels" in settings["metadata"]) is not with_any, writer
        web = place.client.call("GET", web_path(name, f"any-{writer}")).json()
        container = web["spec"]["template"]["spec"]["containers"][0]
        assert ("env" in container) is not with_any, writer


def additions(writer: str) -> list[tuple[str, str]]:
    """What a writer adds to its objects, by object and path, in the order in which it counts."""
    return [
        (writer, "data.more"),
        (f"{writer}-web", "spec.template.spec.containers[name=web].env[name=A]"),
        (writer, 'metadata.labels["who.example/added"]'),
    ]


def test_what_a_controller_adds_is_healed_by_itself_where_every_addition_counts(
    place: Place, name: str
) -> None:
    with place.controller("--autoheal") as controller:
        controller.take(of("cluster_synced"), within_s=60)
        for app in ("human", "any"):
            patch(place, map_path(name, app), {"data": {"more": "x"}}, "keda-operator")
        _, line = controller.take(of("healed", app="any", kind="ConfigMap"), within_s=60)
        (change,) = line["changes"]
        assert (change["path"], change["live"]) == ("data.more", "x")
        assert "git" not in change
        assert change["actor"]["manager"] == "keda-operator"
        assert not [one for one in controller.seen if one["app"] == "human" and one["changes"]]
    assert "more" not in place.client.call("GET", map_path(name, "any")).json()["data"]
    assert "more" in place.client.call("GET", map_path(name, "human")).json()["data"]


# Finalizers and owner references ------------------------------------------------------------------


def test_a_finalizer_that_a_person_adds_is_drift_and_goes(place: Place, name: str) -> None:
    held: Json = {"metadata": {"finalizers": [FINALIZER]}}
    patch(place, map_path(name, "human"), held, "kubectl-edit")
    ((place_, change),) = drifted(place, "human").items()
    assert place_ == ("settings", f"metadata.finalizers[={FINALIZER}]")
    assert change["actor"]["manager"] == "kubectl-edit"
    assert run(place, "sync", "--yes").returncode == 0
    live = place.client.call("GET", map_path(name, "human")).json()
    assert "finalizers" not in live["metadata"]


def test_a_finalizer_of_git_that_a_person_takes_away_is_drift_and_comes_back(
    place: Place, name: str
) -> None:
    patch(
        place, map_path(name, "human", "held"), {"metadata": {"finalizers": None}}, "kubectl-edit"
    )
    ((place_, change),) = drifted(place, "human").items()
    assert place_ == ("held", "metadata.finalizers")
    assert change["git"] == [FINALIZER]
    assert run(place, "sync", "--yes").returncode == 0
    live = place.client.call("GET", map_path(name, "human", "held")).json()
    assert live["metadata"]["finalizers"] == [FINALIZER]


def owner(place: Place, name: str, app: str) -> Json:
    """A reference to the Deployment of an app."""
    uid = place.client.call("GET", web_path(name, app)).json()["metadata"]["uid"]
    return {"apiVersion": "apps/v1", "kind": "Deployment", "name": f"{app}-web", "uid": uid}


def test_an_owner_reference_that_a_person_adds_is_drift_and_goes(place: Place, name: str) -> None:
    references: Json = {"metadata": {"ownerReferences": [owner(place, name, "human")]}}
    patch(place, map_path(name, "human"), references, "kubectl-edit")
    ((place_, change),) = drifted(place, "human").items()
    assert place_[1].startswith("metadata.ownerReferences[uid=")
    assert change["live"]["name"] == "human-web"
    assert run(place, "sync", "--yes").returncode == 0
    live = place.client.call("GET", map_path(name, "human")).json()
    assert "ownerReferences" not in live["metadata"]


def test_owner_references_of_git_that_differ_are_drift(place: Place, name: str) -> None:
    stated = owner(place, name, "human")
    body = settings_map("human-settings").decode()
    text = body.replace("\ndata:", f"\n  ownerReferences: {json.dumps([stated])}\ndata:").encode()
    commit_files(
        place.repo, {"human/settings.yaml": text}, author=ADA, message="Owned", when=time.time()
    )
    assert run(place, "sync", "--yes").returncode == 0
    assert drifted(place, "human") == {}
    patch(place, map_path(name, "human"), {"metadata": {"ownerReferences": None}}, "kubectl-edit")
    ((place_, change),) = drifted(place, "human").items()
    assert place_ == ("settings", "metadata.ownerReferences")
    assert change["git"] == [stated]
    assert run(place, "sync", "--yes").returncode == 0
    live = place.client.call("GET", map_path(name, "human")).json()
    assert live["metadata"]["ownerReferences"] == [stated]
    other = {**owner(place, name, "any"), "controller": True}
    patch(
        place, map_path(name, "human"), {"metadata": {"ownerReferences": [other]}}, "kubectl-edit"
    )
    ((place_, change),) = drifted(place, "human").items()
    assert (change["live"], change["git"]) == (other, stated)


# What git dropped (B4) ----------------------------------------------------------------------------


def kubectl(place: Place, *words: str) -> str:
    done = subprocess.run(  # noqa: S603 - the reader's own tool
        ["kubectl", *words],  # noqa: S607
        env=dict(place.environment()),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="NOT PROVEN: no kubectl")
def test_what_kubectl_applied_and_git_dropped_is_drift_and_goes(
    place: Place, name: str, tmp_path: Path
) -> None:
    """`kubectl apply` made it; Git is taken over by driftdeck with a field less."""
    made = tmp_path / "made.yaml"
    text = settings_map("human-made").decode()
    made.write_text(text + "  dropped: soon\n")
    kubectl(place, "apply", "-n", name, "-f", str(made))
    kubectl(place, "label", "-n", name, "configmap/human-made", "mine=yes")
    commit_files(
        place.repo,
        {"human/made.yaml": text.encode()},
        author=ADA,
        message="Made",
        when=time.time(),
    )
    found = drifted(place, "human")
    assert found.keys() == {("made", "data.dropped"), ("made", "metadata.labels.mine")}
    assert found["made", "data.dropped"]["actor"]["manager"] == "kubectl-client-side-apply"
    assert found["made", "metadata.labels.mine"]["actor"]["manager"] == "kubectl-label"
    assert run(place, "sync", "--yes").returncode == 0
    live = place.client.call("GET", map_path(name, "human", "made")).json()
    assert live["data"] == {"mode": "production"}
    assert "labels" not in live["metadata"]
    assert drifted(place, "human") == {}


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="NOT PROVEN: no kubectl")
@pytest.mark.parametrize(
    "place", [pytest.param("real", marks=pytest.mark.real)], indirect=True
)  # `kubectl create configmap` speaks protobuf, which the sandbox does not
def test_what_kubectl_creates_in_an_owned_namespace_is_extra(place: Place, name: str) -> None:
    text = SETTINGS.format(name=name).replace("extras: any", f"owns: [{name}]")
    (place.folder / "driftdeck.yaml").write_text(text)
    kubectl(place, "create", "configmap", "note", "-n", name, "--from-literal=a=b")
    done = run(place, "diff", "any", "-o", "json")
    (found,) = json.loads(done.stdout)["objects"]
    assert (found["name"], found["verdict"]) == ("note", "extra")
    assert found["actor"]["manager"] == "kubectl-create"
