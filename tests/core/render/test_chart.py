"""core.render.chart: what helm prints for a chart and its values, and what it is never told."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from core.errors import RejectedError
from core.model import Render
from core.render import Release, Renderer, tool_of
from core.render.fence import Limits
from tests.core.render.worlds import script, world_of

MAP = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Release.Name }}-m", namespace: "{{ .Release.Namespace }}"}
data: {a: "{{ .Values.a }}", found: "{{ len (lookup "v1" "Secret" "kube-system" "") }}"}
"""
HOOK = """\
apiVersion: batch/v1
kind: Job
metadata: {name: %s, annotations: {helm.sh/hook: %s}}
"""
CHART = {
    "shop/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "shop/values.yaml": "a: own\n",
    "shop/envs/prod.yaml": "a: prod\n",
    "shop/templates/m.yaml": MAP,
    "shop/templates/hook.yaml": HOOK % ("migrate", "pre-install"),
    "shop/templates/tests/t.yaml": HOOK % ("try", "test"),
    "shop/crds/x.yaml": (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
        "metadata: {name: xs.example.org}\n"
    ),
}
RELEASE = Release("shop", "live")


@pytest.fixture(scope="module")
def renderer(helm: Path, tmp_path_factory: pytest.TempPathFactory) -> Renderer:
    text = f'exec {helm} "$@"'
    environment = script(tmp_path_factory.mktemp("bin"), "helm", text)
    return Renderer(environment, limits=Limits(seconds=60.0))


def test_objects_stand_in_their_templates_and_hooks_are_left_out_and_named(
    renderer: Renderer,
) -> None:
    folder = renderer.charted(world_of(CHART), "shop", RELEASE).folder
    assert folder.problems == ()
    assert {one.name: one.file for one in folder.documents} == {
        "shop-m": "shop/templates/m.yaml",
        "xs.example.org": "shop/crds/x.yaml",
    }
    assert set(folder.others) == {
        "shop/templates/hook.yaml: hook pre-install (Job migrate)",
        "shop/templates/tests/t.yaml: hook test (Job try)",
    }


def test_an_object_of_a_part_with_an_alias_stands_in_the_folder_of_that_part(
    renderer: Renderer,
) -> None:
    chart = CHART["shop/Chart.yaml"] + (
        "dependencies: [{name: db, version: 1.0.0, alias: first}, {name: mq, version: 1.0.0}]\n"
    )
    parts = {
        f"shop/charts/{folder}/{file}": text
        for folder, name in (("db", "db"), ("mq-1.0.0", "mq"))
        for file, text in (
            ("Chart.yaml", f"apiVersion: v2\nname: {name}\nversion: 1.0.0\n"),
            (f"templates/{name}.yaml", MAP.replace("-m", f"-{name}")),
            ("templates/both.yaml", MAP.replace("-m", f"-{name}-both")),
        )
    }
    world = world_of({**CHART, "shop/Chart.yaml": chart, **parts})
    folder = renderer.charted(world, "shop", RELEASE).folder
    assert folder.problems == ()
    files = {one.name: one.file for one in folder.documents}
    assert files["shop-db"] == "shop/charts/db/templates/db.yaml"
    assert files["shop-mq"] == "shop/charts/mq-1.0.0/templates/mq.yaml"
    assert files["shop-db-both"] == "shop/Chart.yaml"  # whichever of two it is, is not guessed


def test_the_files_of_values_count_after_the_charts_own_and_no_cluster_is_asked(
    renderer: Renderer,
) -> None:
    release = RELEASE._replace(values=("envs/prod.yaml",))
    documents = renderer.charted(world_of(CHART), "shop", release).folder.documents
    (found,) = (msgspec.json.decode(one.body) for one in documents if one.name == "shop-m")
    assert found["data"] == {"a": "prod", "found": "0"}
    assert found["metadata"]["namespace"] == "live"


def test_an_unchanged_chart_is_rendered_once_and_anew_with_other_values(renderer: Renderer) -> None:
    world, other = world_of(CHART), RELEASE._replace(values=("envs/prod.yaml",))
    first = renderer.charted(world, "shop", RELEASE)
    assert renderer.charted(world_of(CHART), "shop", RELEASE) is first
    assert renderer.charted(world, "shop", other).key != first.key


@pytest.mark.parametrize(
    "name",
    ["../../x", "../x.yaml", "/etc/passwd", "https://x/y", "git::x", "-x", "a,b", "a/../../x", ""],
)
def test_a_file_of_values_elsewhere_is_refused(renderer: Renderer, name: str) -> None:
    with pytest.raises(RejectedError, match="is no file of the app's folder"):
        renderer.charted(world_of(CHART), "shop", RELEASE._replace(values=(name,)))


def test_a_file_of_values_that_is_missing_is_refused(renderer: Renderer) -> None:
    with pytest.raises(RejectedError, match=r'values: "no\.yaml" is not in this commit'):
        renderer.charted(world_of(CHART), "shop", RELEASE._replace(values=("no.yaml",)))


@pytest.mark.parametrize(
    "release", [Release("--post-renderer=./x.sh", "a"), Release("a", "--kubeconfig=x")]
)
def test_no_name_becomes_a_flag(renderer: Renderer, release: Release) -> None:
    with pytest.raises(RejectedError, match=r"^\[ARG\]"):
        renderer.charted(world_of(CHART), "shop", release)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"templates/m.yaml": "a: {{ randAlphaNum 20 }}"}, "two renders of the same files differ"),
        ({"templates/m.yaml": '{{ fail "not so" }}'}, "not so"),
        (
            {"templates/m.yaml": '{{ define "x" }}{{ include "x" . }}{{ end }}{{ include "x" . }}'},
            "include|recursi|stack",
        ),
        ({"templates/m.yaml": 'a: {{ repeat 9000000000 "x" }}'}, "ended with|longer|printed"),
        (
            {
                "Chart.yaml": (
                    "apiVersion: v2\nname: web\nversion: 1.0.0\n"
                    "dependencies: [{name: x, version: 1.0.0, repository: 'https://example.org'}]\n"
                )
            },
            "missing in charts/ directory: x",
        ),
        ({"values.schema.json": '{"required": ["b"]}'}, "b"),
    ],
)
def test_what_cannot_be_rendered_is_told_with_the_chart(
    renderer: Renderer, files: Mapping[str, str], words: str
) -> None:
    more = {f"shop/{path}": text for path, text in files.items()}
    with pytest.raises(RejectedError, match=rf"(?s)^shop/Chart\.yaml: .*({words})"):
        renderer.charted(world_of({**CHART, **more}), "shop", RELEASE)


def test_a_name_of_a_host_is_not_looked_up(renderer: Renderer) -> None:
    text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "m{{ getHostByName "localhost" }}"}\n'
    world = world_of({**CHART, "shop/templates/m.yaml": text})
    assert "m" in {one.name for one in renderer.charted(world, "shop", RELEASE).folder.documents}


def test_auto_knows_a_chart() -> None:
    assert tool_of(world_of(CHART), "shop", Render.AUTO) is Render.HELM
    assert tool_of(world_of({"Chart.yaml": ""}), "", Render.AUTO) is Render.HELM


def test_helm_for_a_folder_that_is_no_chart_is_refused(tmp_path: Path) -> None:
    renderer = Renderer(script(tmp_path / "bin", "helm", "echo v4"))
    with pytest.raises(RejectedError, match=r"holds no Chart\.yaml"):
        renderer.charted(world_of({"a/x": ""}), "a", RELEASE)
