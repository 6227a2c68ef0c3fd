"""core.render.charts.inflating: charts of a kustomization, from the commit alone."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from core.errors import ManifestError
from core.render import Renderer
from core.render.closure import closure_of
from core.render.fence import Limits
from tests.core.render.charts.host import MAP
from tests.core.render.worlds import script, world_of

JOB = """\
apiVersion: batch/v1
kind: Job
metadata: {name: migrate, annotations: {helm.sh/hook: pre-install}}
"""
CHART = {
    "base/charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "base/charts/web/values.yaml": "a: own\n",
    "base/charts/web/templates/m.yaml": MAP,
    "base/charts/web/templates/job.yaml": JOB,
}
NAMED = "helmCharts:\n- name: web\n  releaseName: shop\n  valuesFile: prod.yaml\n"
FILES = {
    **CHART,
    "base/kustomization.yaml": NAMED,
    "base/prod.yaml": "a: prod\n",
    "over/kustomization.yaml": "resources: [../base]\nnamespace: live\n",
}


def test_charts_of_a_base_are_rendered_where_the_app_allows_it(
    kubectl: Path, helm: Path, tmp_path: Path
) -> None:
    script(tmp_path / "bin", "kubectl", f'exec {kubectl} "$@"')
    environment = script(tmp_path / "bin", "helm", f'exec {helm} "$@"')
    renderer = Renderer(environment, limits=Limits(seconds=60.0))
    with pytest.raises(ManifestError, match=r"^base/kustomization\.yaml:1: helmCharts: .*true"):
        renderer.kustomized(world_of(FILES), "over")
    folder = renderer.kustomized(world_of(FILES), "over", charts=True).folder
    assert folder.problems == ()
    (found,) = folder.documents
    assert (found.name, found.namespace, found.file) == ("shop", "live", "base/kustomization.yaml")
    assert b'"a":"prod"' in found.body
    assert found.made is not None
    assert set(found.made.inputs) == set(FILES)
    assert found.made.values == ("base/charts/web/values.yaml", "base/prod.yaml")
    assert folder.others == ("base/kustomization.yaml: hook pre-install (Job migrate)",)


@pytest.mark.parametrize(
    ("named", "line", "words"),
    [
        (NAMED.replace("name: web", "name: other", 1), 2, "vendor it"),
        (NAMED.replace("name: web", "name: ../web", 1), 2, r"\[ARG\]"),
        (NAMED.replace("shop", "--post-renderer=./x.sh"), 3, r"\[ARG\] releaseName"),
        (NAMED + "  namespace: --kubeconfig=x\n", 5, r"\[ARG\] namespace"),
        (NAMED + "  version: -x\n", 5, r"\[ARG\] version"),
        (NAMED + "  apiVersions: [v1, --x]\n", 5, r"\[ARG\] apiVersions"),
        (NAMED + "  nameTemplate: x\n", 5, "cannot be said of a chart"),
        (NAMED + "  devel: true\n", 5, "cannot be said of a chart"),
        (NAMED + "  repo: https://x\n  version: 1.0.0\n", 2, "web-1.0.0/web.* vendor it"),
        (NAMED.replace("prod.yaml", "../../x.yaml"), 4, "is not in this commit"),
        (NAMED.replace("prod.yaml", "https://x/y.yaml"), 4, "is not in this commit"),
        (NAMED + "  additionalValuesFiles: [none.yaml]\n", 5, "is not in this commit"),
        (NAMED + "helmGlobals: {configHome: /etc}\n", 5, "only chartHome"),
        (NAMED + "helmGlobals: {chartHome: ../../x}\n", 2, "vendor it"),
        ("helmCharts: [web]\n", 1, "a chart is one mapping"),
        ("helmCharts: [{version: 1.0.0}]\n", 1, "needs a name"),
        ("helmChartInflationGenerator: []\n", 1, "use helmCharts"),
    ],
)
def test_a_chart_that_is_not_here_or_says_too_much_is_refused_with_its_line(
    named: str, line: int, words: str
) -> None:
    files: Mapping[str, str] = {**FILES, "base/kustomization.yaml": named}
    with pytest.raises(ManifestError, match=rf"^base/kustomization\.yaml:{line}: .*{words}"):
        closure_of(world_of(files), "over", charts=True)


def test_a_chart_in_another_home_and_of_a_pulled_version_is_found() -> None:
    chart = {path.replace("charts/web", "vendor/web-1.0.0/web"): CHART[path] for path in CHART}
    named = NAMED + "  repo: https://x\n  version: 1.0.0\nhelmGlobals: {chartHome: vendor}\n"
    files = {**FILES, **chart, "base/kustomization.yaml": named}
    found = closure_of(world_of(files), "base", charts=True)
    assert found.charts
    assert found.files == {*chart, "base/kustomization.yaml", "base/prod.yaml"}
