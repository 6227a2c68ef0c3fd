"""core.sources.reading: folders that are rendered, from the trees of real commits."""

from pathlib import Path

import pytest

from core.errors import RejectedError, UnavailableError
from core.git import Repositories
from core.model import AppSpec, Render
from core.reconcile.memory.inputs import SourceRead
from core.render import Renderer
from core.sources.reading import Folders
from tests.core.git.sample import Sample
from tests.core.manifests.here import HERE
from tests.core.render.worlds import script

MAP = b"{apiVersion: v1, kind: ConfigMap, metadata: {name: m}}"
PRINTS = (
    'if [ "$1" = version ]; then echo v1; else echo run >> %s; /bin/cat ../tree/base/m.yaml; fi'
)
BASE = {"base/kustomization.yaml": b"resources: [m.yaml]\n", "base/m.yaml": MAP}


class World:
    """A repository, and a kustomize that prints one file of the base."""

    def __init__(self, folder: Path) -> None:
        self.sample = Sample(folder / "repo")
        self.runs = folder / "runs"
        self.runs.touch()
        script(folder / "bin", "kustomize", PRINTS % self.runs)
        environment = {"PATH": str(folder / "bin")}
        self.folders = Folders(str(self.sample.path), Repositories(), HERE, Renderer(environment))

    def spec(self, path: str = "over", *values: str, render: Render = Render.AUTO) -> AppSpec:
        return AppSpec(
            name="shop",
            repo=str(self.sample.path),
            revision="main",
            path=path,
            cluster="c",
            values=values,
            render=render,
        )

    def read(self, path: str = "over", *values: str, render: Render = Render.AUTO) -> SourceRead:
        found = self.folders.read(self.spec(path, *values, render=render))
        assert found is not None
        return found

    def link(self, path: str, target: str) -> None:
        """Commit a symbolic link with git itself."""
        self.sample.git("checkout", "-qf", "main")
        (self.sample.path / path).symlink_to(target)
        self.sample.git("add", path)
        self.sample.git("commit", "-qm", "link")


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.sample.commit({**BASE, "over/kustomization.yaml": b"resources: [../base]\n"})
    return made


def test_a_commit_that_touches_none_of_its_files_renders_nothing(world: World) -> None:
    first = world.read()
    world.sample.commit({"over/README": b"x", "elsewhere/y": b"x"})
    second = world.read()
    assert second.revision != first.revision
    assert second.tree == first.tree
    assert second.documents[0] is first.documents[0]
    assert world.runs.read_text() == "run\n" * 2


def test_a_commit_to_its_base_renders_it_anew(world: World) -> None:
    first = world.read()
    world.sample.commit({"base/m.yaml": MAP.replace(b"m}", b"other}")})
    second = world.read()
    assert second.problems == ()
    assert [one.name for one in second.documents] == ["other"]
    assert second.tree != first.tree


def test_a_link_inside_the_repository_is_followed(world: World) -> None:
    world.link("over/more.yaml", "../base/m.yaml")
    world.sample.commit({"over/kustomization.yaml": b"resources: [../base, more.yaml]\n"})
    assert world.read().problems == ()


@pytest.mark.parametrize("target", ["/etc/passwd", "../../../x", "more.yaml"])
def test_a_link_that_leads_nowhere_inside_is_refused_and_nothing_is_run(
    world: World, target: str
) -> None:
    world.link("over/more.yaml", target)
    world.sample.commit({"over/kustomization.yaml": b"resources:\n- more.yaml\n"})
    with pytest.raises(RejectedError, match=r"^over/kustomization\.yaml:2: over/more\.yaml: "):
        world.read()
    assert world.runs.read_text() == ""


def test_a_plain_folder_beside_it_needs_no_tool(world: World) -> None:
    world.sample.commit({"plain/a.yaml": MAP})
    (document,) = world.read("plain").documents
    assert (document.file, document.made) == ("plain/a.yaml", None)
    assert world.runs.read_text() == ""


def test_what_the_app_says_counts_more_than_what_the_folder_looks_like(world: World) -> None:
    with pytest.raises(RejectedError, match=r'folder "over" holds no Chart\.yaml'):
        world.read(render=Render.HELM)
    world.sample.commit({"over/Chart.yaml": b"name: over\n"})
    with pytest.raises(UnavailableError, match="helm is not installed"):
        world.read(render=Render.HELM)
    with pytest.raises(RejectedError, match="values are for helm, and this folder is for kustom"):
        world.read("over", "x.yaml")


def test_while_the_tool_is_away_what_it_made_stays_and_is_told_once(world: World) -> None:
    world.read()
    tool = world.runs.parent / "bin" / "kustomize"
    hidden = tool.rename(tool.with_name("hidden"))
    shop = world.spec()
    assert world.folders.read(shop) is None  # its commit was read
    world.sample.commit({"elsewhere/y": b"x"})
    found = world.folders.read(shop)
    assert found is not None
    doubt = world.folders.doubt("shop")
    assert doubt is not None
    assert "is not installed" in doubt.words
    assert world.folders.read(shop) is None
    assert world.folders.doubt("shop") == doubt
    hidden.rename(tool)
    again = world.folders.read(shop)
    assert again is not None
    assert (again.revision, again.tree) == (found.revision, found.tree)
    assert world.folders.doubt("shop") is None
