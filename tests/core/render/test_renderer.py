"""core.render: what kustomize prints becomes objects with a place in Git, once for each tree."""

import os
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import msgspec
import pytest

from core.errors import RejectedError, UnavailableError
from core.git import File
from core.model import Document, Render
from core.render import Renderer, World, tool_of
from core.render.fence import Limits
from core.render.tools import AT_ONCE
from tests.apiserver.waiting import eventually
from tests.core.render.worlds import script, world_of

FILES = {
    "base/kustomization.yaml": "resources: [web.yaml, map.yaml]\n",
    "base/web.yaml": (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n"
        "spec:\n  replicas: 1\n  selector: {matchLabels: {app: web}}\n"
        "  template:\n    metadata: {labels: {app: web}}\n"
        "    spec: {containers: [{name: web, image: 'web:1'}]}\n"
    ),
    "base/map.yaml": (
        "# a map\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {a: '1'}\n"
    ),
    "prod/kustomization.yaml": (
        "resources: [../base]\nnamePrefix: prod-\npatches: [{path: more.yaml}]\n"
        "configMapGenerator: [{name: made, literals: [x=y]}]\n"
    ),
    "prod/more.yaml": (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 5\n"
    ),
    "other/notes.txt": "1",
}
SOME = "{apiVersion: v1, kind: ConfigMap, metadata: {name: m}}"
ONE = {"a/kustomization.yaml": "namePrefix: x\n"}


@pytest.fixture(scope="module")
def environment(kubectl: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """A PATH that holds kubectl and no kustomize."""
    folder = tmp_path_factory.mktemp("bin")
    return script(folder, "kubectl", f'exec {kubectl} "$@"')


def counting(folder: Path, text: str) -> tuple[Renderer, Path]:
    """A renderer whose tool notes each build in a file."""
    runs = folder / "runs"
    runs.touch()
    body = f'if [ "$1" = version ]; then echo v1; exit; fi\necho run >> {runs}\n{text}'
    return Renderer(script(folder / "bin", "kustomize", body), limits=Limits(seconds=60.0)), runs


def named(documents: tuple[Document, ...]) -> Mapping[str, Document]:
    return {document.name.partition("-made-")[0]: document for document in documents}


def test_each_object_of_an_overlay_stands_where_its_base_states_it(
    environment: Mapping[str, str],
) -> None:
    found = named(Renderer(environment).kustomized(world_of(FILES), "prod").folder.documents)
    places = {name: (one.file, one.line) for name, one in found.items()}
    assert places == {
        "prod": ("prod/kustomization.yaml", 1),
        "prod-m": ("base/map.yaml", 2),
        "prod-web": ("base/web.yaml", 1),
    }
    web = msgspec.json.decode(found["prod-web"].body)
    assert web["spec"]["replicas"] == 5
    assert "annotations" not in web["metadata"]
    made = found["prod-web"].made
    assert made is not None
    assert [one.file for one in made.statements] == ["base/web.yaml", "prod/more.yaml"]
    assert "other/notes.txt" not in made.inputs


def test_a_patch_of_another_overlay_is_none_of_an_objects_statements(
    environment: Mapping[str, str],
) -> None:
    world = world_of(
        {
            "a/kustomization.yaml": (
                "resources: [m.yaml]\nnamespace: a\npatches: [{path: p.yaml}]\n"
            ),
            "b/kustomization.yaml": "resources: [m.yaml]\nnamespace: b\n",
            **dict.fromkeys(("a/m.yaml", "b/m.yaml", "a/p.yaml"), SOME),
            "both/kustomization.yaml": "resources: [../a, ../b]\n",
        }
    )
    for document in Renderer(environment).kustomized(world, "both").folder.documents:
        assert document.made is not None
        files = [one.file for one in document.made.statements]
        assert files == (["a/m.yaml", "a/p.yaml"] if document.namespace == "a" else ["b/m.yaml"])


def test_a_tree_that_did_not_change_costs_no_process(tmp_path: Path) -> None:
    renderer, runs = counting(tmp_path, f"echo '{SOME}'")
    first = renderer.kustomized(world_of(ONE), "a")
    assert renderer.kustomized(world_of({**ONE, "b/x": "new"}), "a") is first
    assert runs.read_text() == "run\n" * 2  # the first is made twice
    changed = {"a/kustomization.yaml": "namePrefix: y\n"}
    assert renderer.kustomized(world_of(changed), "a").key != first.key
    assert runs.read_text() == "run\n" * 4


def test_one_that_kept_nothing_knows_the_tool_and_waits_its_turn_with_the_others(
    tmp_path: Path,
) -> None:
    asked, runs, go = (tmp_path / name for name in ("asked", "runs", "go"))
    runs.touch()
    version = f'if [ "$1" = version ]; then echo asked >> {asked}; echo v1; exit; fi'
    build = f"echo run >> {runs}; while [ ! -e {go} ]; do sleep 0.02; done; echo '{SOME}'"
    renderer = Renderer(script(tmp_path / "bin", "kustomize", f"{version}\n{build}"))
    with ThreadPoolExecutor(max_workers=3) as threads:
        each = (renderer, renderer.afresh(), renderer.afresh())
        made = [threads.submit(one.kustomized, world_of(ONE), "a") for one in each]
        eventually(lambda: runs.read_text().count("run") >= AT_ONCE, within_s=60)
        wait(made, timeout=0.2)  # a third would begin
        begun = runs.read_text()
        go.touch()
    assert begun == "run\n" * AT_ONCE
    assert len({one.result().key for one in made}) == 1
    assert runs.read_text() == "run\n" * 2 * len(made)
    assert asked.read_text() == "asked\n"


def test_a_tool_that_was_replaced_renders_anew(tmp_path: Path) -> None:
    renderer, runs = counting(tmp_path, f"echo '{SOME}'")
    first = renderer.kustomized(world_of(ONE), "a")
    script(tmp_path / "bin", "kustomize", f"echo '{SOME}' # another")
    assert renderer.kustomized(world_of(ONE), "a").key != first.key
    assert runs.read_text() == "run\n" * 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("echo part; echo 'no such base' >&2; exit 1", "ended with 1: no such base"),
        ("true", "printed nothing"),
        ("date +%N | sed 's/.*/{a: &}/'", "two renders of the same files differ"),
        ("exec yes", "printed more than 32 MiB"),
        ("echo '# nothing'", "holds no object"),
        ("printf '\\377\\200'", "holds no object"),
        ("echo 'a: 1'", "holds no object"),
    ],
)
def test_a_failed_render_is_refused_with_file_and_reason(
    tmp_path: Path, text: str, words: str
) -> None:
    renderer, _ = counting(tmp_path, text)
    with pytest.raises(RejectedError, match=rf"a(/kustomization\.yaml)?: .*{words}"):
        renderer.kustomized(world_of(ONE), "a")


def test_output_that_is_no_manifest_is_a_problem_and_nothing_is_concluded(tmp_path: Path) -> None:
    renderer, _ = counting(tmp_path, f"echo '{SOME}'; echo ---; echo '{{apiVersion: v1, kind: A}}'")
    folder = renderer.kustomized(world_of(ONE), "a").folder
    assert [one.name for one in folder.documents] == ["m"]
    assert [place for place, _ in folder.refused] == [""]  # any file may have stated it
    assert "metadata.name is missing" in folder.problems[0]


def test_without_a_tool_it_says_which_is_needed_and_asks_again(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="kustomize is not installed: put kustomize") as told:
        Renderer({"PATH": str(tmp_path)}).kustomized(world_of(ONE), "a")
    assert told.value.retry_after_s


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"a/kustomization.yaml": "nonsense: 1\n"}, 'unknown field "nonsense"'),
        (
            {
                "a/kustomization.yaml": "resources: [../b]",
                "b/kustomization.yaml": "resources: [../a]",
            },
            "cycle",
        ),
        (  # C64
            {
                "a/kustomization.yaml": "resources: [m.yaml]\npatches: [{path: p.yaml}]\n",
                "a/m.yaml": SOME,
                "a/p.yaml": SOME.replace("name: m", "name: other"),
            },
            "no matches for Id",
        ),
        (
            {
                "a/kustomization.yaml": "resources: [m.yaml, n.yaml]\n",
                **dict.fromkeys(("a/m.yaml", "a/n.yaml"), SOME),
            },
            "already registered id",
        ),
        (
            {"a/kustomization.yaml": "resources: [../x.yaml]\n", "x.yaml": SOME},
            "is not in or below",
        ),
        (
            {
                "a/kustomization.yaml": "transformers: [t.yaml]\n",
                "a/t.yaml": (
                    "apiVersion: x/v1\nkind: Evil\nmetadata:\n  name: e\n  annotations:\n"
                    "    config.kubernetes.io/function: 'exec: {path: ./evil.sh}'\n"
                ),
            },
            "plugin|exec|external",
        ),
    ],
)
def test_what_kustomize_refuses_is_told_in_its_words(
    environment: Mapping[str, str], files: Mapping[str, str], words: str
) -> None:
    with pytest.raises(RejectedError, match=rf"(?s)a/kustomization\.yaml: kubectl.*({words})"):
        Renderer(environment).kustomized(world_of(files), "a")


def test_auto_looks_at_the_folder() -> None:
    flux = "{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, metadata: {name: a}}"
    world = world_of({"k/Kustomization": "", "f/kustomization.yaml": flux, "p/a.yaml": SOME})
    found = [tool_of(world, folder, Render.AUTO) for folder in ("k", "f", "p")]
    assert found == [Render.KUSTOMIZE, Render.PLAIN, Render.PLAIN]
    assert tool_of(world, "k", Render.PLAIN) is Render.PLAIN


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = tmp_path / "tools"
    folder.mkdir()
    renderer, _ = counting(folder, f"echo '{SOME}'")
    renderer.kustomized(world_of(ONE), "a")
    assert os.listdir(tmp_path) == ["tools"]  # noqa: PTH208 - names are enough


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        (r"kind: \377\200", "UTF-8"),
        ("a: [", "did not find|expected"),
        (
            "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: ConfigMap}]}",
            "name is missing",
        ),
    ],
)
def test_output_that_cannot_be_read_concludes_nothing(
    tmp_path: Path, printed: str, words: str
) -> None:
    """C66 and C68: what was printed may have been any file's."""
    renderer, _ = counting(tmp_path, f"printf '{printed}'")
    folder = renderer.kustomized(world_of(ONE), "a").folder
    assert folder.documents == ()
    assert [place for place, _ in folder.refused] == [""]
    assert re.search(words, folder.problems[0])


def test_a_file_that_cannot_be_read_now_is_no_file_that_is_missing(tmp_path: Path) -> None:
    """C67: an error of the disk is told as one, and nothing is rendered without the file."""
    renderer, runs = counting(tmp_path, f"echo '{SOME}'")
    world = world_of({**ONE, "a/m.yaml": SOME, "a/kustomization.yaml": "resources: [m.yaml]\n"})

    def content(file: File) -> bytes:
        if file.path == "a/m.yaml":
            raise UnavailableError("the repository cannot be read: Input/output error")
        return world.content(file)

    broken = World.of(tuple(world.files.values()), content, world.reader)
    with pytest.raises(UnavailableError, match="Input/output error"):
        renderer.kustomized(broken, "a")
    assert runs.read_text() == ""
