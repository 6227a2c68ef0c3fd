"""Ignore rules on the whole way: what compare leaves alone, an apply does not overwrite."""

import json
from typing import Any

import pytest

from tests.loop.clusters import MERGE_PATCH, Place, run
from tests.loop.test_loop import apps, commit, deployment, place, scale

__all__ = ["place"]  # the fixture

IGNORING = "namespace: {name}, ignore: [{{pointer: /spec/replicas, kind: Deployment}}]}}"


@pytest.fixture
def app(place: Place) -> str:
    """One app, applied, whose replicas are left alone."""
    settings = place.folder / "driftdeck.yaml"
    assert run(place, "sync", "--yes").returncode == 0
    name = apps(place)[0]
    text = settings.read_text()
    ruled = text.replace(f"namespace: {name}}}", IGNORING.format(name=name))
    settings.write_text(ruled)
    return name


def web(place: Place, app: str) -> Any:
    return place.client.call("GET", f"/apis/apps/v1/namespaces/{app}/deployments/web").json()


def owned_by_us(found: Any) -> Any:
    (ours,) = (
        entry
        for entry in found["metadata"]["managedFields"]
        if (entry["manager"], entry["operation"]) == ("driftdeck", "Apply")
    )
    return ours["fieldsV1"]["f:spec"]


def put_another_image(place: Place, app: str) -> None:
    change = {"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "odd:1"}]}}}}
    path = f"/apis/apps/v1/namespaces/{app}/deployments/web?fieldManager=kubectl-edit"
    kind = "application/strategic-merge-patch+json"
    answer = place.client.call("PATCH", path, change, content_type=kind)
    assert answer.status == 200, answer.body


def image_of(found: Any) -> str:
    return str(found["spec"]["template"]["spec"]["containers"][0]["image"])


def test_what_an_update_manager_scaled_is_adopted(place: Place, app: str) -> None:
    path = f"/apis/apps/v1/namespaces/{app}/deployments/web/scale"
    answer = place.client.call(
        "PATCH",
        f"{path}?fieldManager=kube-controller-manager",
        {"spec": {"replicas": 5}},
        content_type=MERGE_PATCH,
    )
    assert answer.status == 200, answer.body
    done = run(place, "diff", app)
    assert done.returncode == 0, done.stdout
    assert "in sync (1 ignored)" in done.stdout
    put_another_image(place, app)
    assert run(place, "diff", app).returncode == 1
    synced = run(place, "sync", app, "--yes")
    assert synced.returncode == 0, synced.stdout + synced.stderr
    found = web(place, app)
    assert (found["spec"]["replicas"], image_of(found)) == (5, "example/web:1.0")
    assert "f:replicas" in owned_by_us(found)
    assert run(place, "diff", app).returncode == 0


def test_what_another_applier_scaled_is_left_to_it(place: Place, app: str) -> None:
    body = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {"replicas": 5},
    }
    path = f"/apis/apps/v1/namespaces/{app}/deployments/web"
    answer = place.client.call(
        "PATCH",
        f"{path}?fieldManager=keda&force=true",
        body,
        content_type="application/apply-patch+yaml",
    )
    assert answer.status == 200, answer.body
    put_another_image(place, app)
    synced = run(place, "sync", app, "--yes")
    assert synced.returncode == 0, synced.stdout + synced.stderr
    found = web(place, app)
    assert (found["spec"]["replicas"], image_of(found)) == (5, "example/web:1.0")
    assert "f:replicas" not in owned_by_us(found)


def test_all_names_the_rule_that_hides_a_field(place: Place, app: str) -> None:
    scale(place, app, 5)
    done = run(place, "diff", app, "--all", "-o", "json")
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    (hidden,) = (change for each in report["objects"] for change in each["ignored"])
    assert (report["apps"][0]["ignored"], hidden["path"]) == (1, "spec.replicas")
    assert (hidden["live"], hidden["git"], hidden["actor"]["manager"]) == (5, 3, "kubectl")
    assert hidden["note"] == "ignored by pointer /spec/replicas, driftdeck.yaml:5"
    text = run(place, "diff", app, "--all").stdout
    assert "(ignored by pointer /spec/replicas, driftdeck.yaml:5)" in " ".join(text.split())


def test_an_object_that_does_not_exist_is_created_as_git_states_it(place: Place, app: str) -> None:
    place.client.call("DELETE", f"/apis/apps/v1/namespaces/{app}/deployments/web")
    assert run(place, "sync", app, "--yes").returncode == 0
    assert web(place, app)["spec"]["replicas"] == 3


def test_an_opt_out_on_the_live_object_alone_hides_nothing(place: Place, app: str) -> None:
    name = "kustomize.toolkit.fluxcd.io/reconcile"
    change = {"metadata": {"annotations": {name: "disabled"}}}
    path = f"/apis/apps/v1/namespaces/{app}/deployments/web?fieldManager=kubectl-annotate"
    place.client.call("PATCH", path, change, content_type=MERGE_PATCH)
    put_another_image(place, app)
    (found,) = json.loads(run(place, "diff", app, "-o", "json").stdout)["objects"]
    drifts = [c["path"] for c in found["changes"] if c["verdict"] == "drift"]
    assert drifts == [
        f'metadata.annotations["{name}"]',
        "spec.template.spec.containers[name=web].image",
    ]


def test_an_opt_out_in_git_leaves_the_object_alone(place: Place, app: str) -> None:
    put_another_image(place, app)
    note = b"annotations: {kustomize.toolkit.fluxcd.io/ssa: IfNotPresent}"
    stated = deployment(app).replace(b"  name: web\n", b"  name: web\n  " + note + b"\n", 1)
    commit(place.repo, {f"{app}/deployment.yaml": stated}, "Leave it alone")
    done = run(place, "sync", app, "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert image_of(web(place, app)) == "odd:1"
    assert run(place, "diff", app).returncode == 0
    place.client.call("DELETE", f"/apis/apps/v1/namespaces/{app}/deployments/web")
    assert run(place, "sync", app, "--yes").returncode == 0
    assert image_of(web(place, app)) == "example/web:1.0"
