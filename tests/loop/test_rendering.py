"""Overlays and a chart, followed by typed commands: what kustomize and helm print counts."""

import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.core.git.sample import Sample
from tests.core.render.worlds import script
from tests.loop.clusters import BOTH, Place, either_place, run

BASE = {
    "base/kustomization.yaml": "resources: [web.yaml]\n",
    "base/web.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: web:1
""",
}
OVERLAY = "resources: [../base]\nnamespace: %s\npatches: [{path: size.yaml}]\n"
SIZE = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: %d
"""


class World:
    """A cluster with a namespace for each overlay, and the repository of both."""

    def __init__(self, place: Place, kubectl: Path) -> None:
        self.place, self.sample = place, Sample(place.repo)
        self.names = {each: f"{each}-{secrets.token_hex(3)}" for each in ("staging", "prod")}
        tools = script(place.folder / "bin", "kubectl", f'exec {kubectl} "$@"')
        self.path = tools["PATH"]
        files, apps = dict(BASE), ""
        for number, (overlay, namespace) in enumerate(self.names.items(), 2):
            body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
            assert place.client.call("POST", "/api/v1/namespaces", body).status == 201
            files[f"{overlay}/kustomization.yaml"] = OVERLAY % namespace
            files[f"{overlay}/size.yaml"] = SIZE % number
            apps += f"  - {{name: {overlay}, repo: repo, revision: main, path: {overlay}}}\n"
        (place.folder / "driftdeck.yaml").write_text(f"apps:\n{apps}")
        self.first = self.commit(**files)

    def commit(self, **files: str | None) -> str:
        contents = {path: text and text.encode() for path, text in files.items()}
        return self.sample.commit(contents)  # type: ignore[arg-type]  # mypy takes "" for no bytes

    def run(self, *words: str) -> tuple[int, str]:
        done = run(self.place, *words, PATH=self.path)
        return done.returncode, done.stdout + done.stderr

    def diff(self, app: str) -> dict[str, Any]:
        done = run(self.place, "diff", app, "-o", "json", PATH=self.path)
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def deployment(self, overlay: str) -> str:
        return f"/apis/apps/v1/namespaces/{self.names[overlay]}/deployments/web"

    def image(self, overlay: str) -> str:
        live = self.place.client.call("GET", self.deployment(overlay)).json()
        return str(live["spec"]["template"]["spec"]["containers"][0]["image"])

    def value(self, app: str) -> str:
        path = f"/api/v1/namespaces/{self.names[app]}/configmaps/{app}"
        return str(self.place.client.call("GET", path).json()["data"]["a"])


@pytest.fixture(params=BOTH)
def world(request: pytest.FixtureRequest, kubectl: Path, tmp_path: Path) -> Iterator[World]:
    with either_place(request, tmp_path) as place:
        yield World(place, kubectl)


def test_overlays_are_applied_traced_and_followed(world: World) -> None:
    code, said = world.run("sync", "--yes")
    assert code == 0, said
    assert world.run("diff")[0] == 0

    containers = [{"name": "web", "image": "web:9"}]
    patch = {"spec": {"replicas": 9, "template": {"spec": {"containers": containers}}}}
    path = f"{world.deployment('prod')}?fieldManager=kubectl-edit"
    kind = "application/strategic-merge-patch+json"
    assert world.place.client.call("PATCH", path, patch, content_type=kind).status == 200
    (row,) = world.diff("prod")["objects"]
    origins = {one["path"]: one["origin"] for one in row["changes"] if one["verdict"] == "drift"}
    places = {path: (one["file"], one["line"], one["commit"]) for path, one in origins.items()}
    assert places == {
        "spec.replicas": ("prod/size.yaml", 5, world.first),
        "spec.template.spec.containers[name=web].image": ("base/web.yaml", 13, world.first),
    }
    assert world.diff("staging")["objects"] == []

    images = "images: [{name: web, newTag: '2'}]\n"
    second = world.commit(**{"prod/kustomization.yaml": OVERLAY % world.names["prod"] + images})
    (row,) = world.diff("prod")["objects"]
    origins = {one["path"]: one["origin"] for one in row["changes"] if one["verdict"] == "drift"}
    image = origins["spec.template.spec.containers[name=web].image"]
    assert image["commit"] == second  # no line states web:2
    assert "no line states just this" in json.dumps(row)
    assert world.run("sync", "--yes")[0] == 0
    assert (world.image("prod"), world.image("staging")) == ("web:2", "web:1")


def test_one_overlay_that_cannot_be_rendered_leaves_the_other_alone(world: World) -> None:
    assert world.run("sync", "--yes")[0] == 0
    remote = "resources:\n- ../base\n- https://example.org/x.git//y\n"
    world.commit(**{"prod/kustomization.yaml": remote})
    code, said = world.run("diff")
    assert code == 5
    assert "prod/kustomization.yaml:3: " in said
    assert "nothing is fetched" in said
    assert world.run("diff", "staging")[0] == 0
    assert world.image("prod") == "web:1"


CHART = {
    "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    "chart/values.yaml": "a: none\n",
    "chart/templates/m.yaml": """\
apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Release.Name }}", namespace: "{{ .Release.Namespace }}"}
data: {a: "{{ .Values.a }}"}
""",
    "chart/templates/test.yaml": """\
apiVersion: v1
kind: Pod
metadata: {name: try, annotations: {helm.sh/hook: test}}
""",
}


def test_a_chart_with_values_for_each_environment_is_followed(world: World, helm: Path) -> None:
    script(world.place.folder / "bin", "helm", f'exec {helm} "$@"')
    apps = "".join(
        f"  - {{name: {env}, repo: repo, revision: main, path: chart, values: [envs/{env}.yaml],"
        f" namespace: {namespace}}}\n"
        for env, namespace in world.names.items()
    )
    (world.place.folder / "driftdeck.yaml").write_text(f"apps:\n{apps}")
    values = {f"chart/envs/{env}.yaml": f"a: {env}-1\n" for env in world.names}
    world.commit(**CHART, **values)
    code, said = world.run("sync", "--yes")
    assert code == 0, said
    assert [world.value(env) for env in world.names] == ["staging-1", "prod-1"]
    promoted = world.commit(**{"chart/envs/prod.yaml": "a: staging-1\n"})
    found = world.diff("prod")
    (row,), (app,) = found["objects"], found["apps"]
    (change,) = (one for one in row["changes"] if one["verdict"] == "drift")
    origin = change["origin"]
    assert (origin["file"], origin["line"], origin["commit"]) == (
        "chart/envs/prod.yaml",
        1,
        promoted,
    )
    assert row["cause"] == "git_ahead"
    assert app["no_manifests"] == ["chart/templates/test.yaml: hook test (Pod try)"]
    assert world.diff("staging")["objects"] == []
    assert world.run("sync", "--yes")[0] == 0
    assert world.value("prod") == "staging-1"


def test_a_revert_in_an_overlay_is_made_and_followed(world: World) -> None:
    assert world.run("sync", "--yes")[0] == 0
    bad = world.commit(**{"prod/size.yaml": SIZE % 7})
    assert world.run("sync", "--yes")[0] == 0
    code, said = world.run("revert", bad, "--app", "prod", "--yes")
    assert code == 0, said
    assert "what follows from it is for the next sync" in said
    assert world.run("sync", "prod", "--yes")[0] == 0
    live = world.place.client.call("GET", world.deployment("prod")).json()
    assert live["spec"]["replicas"] == 3
