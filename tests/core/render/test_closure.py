"""core.render.closure: what a kustomization is made of, and what it must not name."""

import pytest

from core.errors import RejectedError
from core.git import File
from core.render import World
from core.render.closure import closure_of
from tests.core.manifests.here import HERE
from tests.core.render.worlds import world_of

MAP = "{apiVersion: v1, kind: ConfigMap, metadata: {name: m}}"


def test_every_file_that_is_named_belongs_to_it_and_no_other() -> None:
    world = world_of(
        {
            "base/kustomization.yaml": "resources: [m.yaml]\n",
            "base/m.yaml": MAP,
            "base/stray.yaml": MAP,
            "over/kustomization.yml": (
                "resources: [../base]\ncomponents: [../part]\n"
                "patches: [{path: p.yaml}, {patch: 'x: 1'}]\n"
                'patchesStrategicMerge: [q.yaml, "a:\\n  b"]\n'
                "configMapGenerator: [{name: g, files: [a.txt, k=b.txt], envs: [e.env]}]\n"
                "openapi: {path: schema.json}\n"
            ),
            "part/Kustomization": "kind: Component\n",
            **dict.fromkeys(
                ("over/p.yaml", "over/q.yaml", "over/a.txt", "over/b.txt", "over/e.env"), ""
            ),
            "over/schema.json": "{}",
        }
    )
    assert closure_of(world, "over").files == world.files.keys() - {"base/stray.yaml"}


def test_a_circle_of_kustomizations_is_gone_round_once() -> None:
    files = {f"{a}/kustomization.yaml": f"resources: [../{b}]" for a, b in ("ab", "ba")}
    assert closure_of(world_of(files), "a").files == files.keys()


@pytest.mark.parametrize(
    "name",
    [
        "https://github.com/kubernetes-sigs/kustomize//examples/helloWorld",
        "github.com/kubernetes-sigs/kustomize/examples",
        "git@github.com:owner/repo.git",
        "git::https://internal/charts",
        "ssh://git@host/repo?ref=main",
        "oci://registry/chart",
        "https://169.254.169.254/latest/meta-data",
    ],
)
@pytest.mark.parametrize("field", ["resources", "bases", "components", "crds"])
def test_what_is_elsewhere_is_refused_with_its_line(name: str, field: str) -> None:
    world = world_of({"a/kustomization.yaml": f'# first\n{field}:\n  - "{name}"\n'})
    with pytest.raises(RejectedError, match=r"^a/kustomization\.yaml:3: .*nothing is fetched"):
        closure_of(world, "a")


@pytest.mark.parametrize("name", ["../../x", "/etc/passwd", "../..", "..//../x"])
def test_what_lies_outside_is_refused_with_its_line(name: str) -> None:
    world = world_of({"a/kustomization.yaml": f'patches:\n  - path: "{name}"\n'})
    with pytest.raises(RejectedError, match=r"^a/kustomization\.yaml:2: .*out of the repository"):
        closure_of(world, "a")


def test_what_is_missing_is_refused_with_its_line() -> None:
    world = world_of({"a/kustomization.yaml": "resources:\n  - b\n"})
    with pytest.raises(RejectedError, match=r'^a/kustomization\.yaml:2: "b" is not in this commit'):
        closure_of(world, "a")


def test_two_kustomizations_in_one_folder_are_refused() -> None:
    world = world_of({"a/kustomization.yaml": "", "a/kustomization.yml": ""})
    with pytest.raises(RejectedError, match=r"a/kustomization\.yml: .* stands beside it"):
        closure_of(world, "a")


@pytest.mark.parametrize("text", ["[]", "a: 1\n---\nb: 1\n", "", "text"])
def test_what_is_no_mapping_is_no_kustomization(text: str) -> None:
    with pytest.raises(RejectedError, match=r"^a/kustomization\.yaml:1: "):
        closure_of(world_of({"a/kustomization.yaml": text}), "a")


@pytest.mark.parametrize("key", ["helmCharts", "helmChartInflationGenerator", "helmGlobals"])
def test_charts_of_a_kustomization_are_refused_with_their_line(key: str) -> None:
    world = world_of({"a/kustomization.yaml": f"kind: Kustomization\n{key}: []\n"})
    with pytest.raises(RejectedError, match=rf"^a/kustomization\.yaml:2: {key}"):
        closure_of(world, "a")


@pytest.mark.parametrize(
    ("mode", "problem", "words"),
    [
        (
            0o120000,
            "a symbolic link to /etc/passwd: it leads out of the repository",
            "link to /etc",
        ),
        (0o160000, "", "submodule"),
        (0, "", "no regular file"),
    ],
)
def test_only_regular_files_are_taken(mode: int, problem: str, words: str) -> None:
    known = world_of({"a/kustomization.yaml": "resources: [x.yaml]\n"})
    odd = File("a/x.yaml", "", mode, problem=problem)
    world = World.of((*known.files.values(), odd), known.content, HERE)
    with pytest.raises(RejectedError, match=rf"^a/kustomization\.yaml:1: .*{words}"):
        closure_of(world, "a")
