"""core.render.keeping.shelf: a render outlives the program, and the tool that made it."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from core.errors import RejectedError, UnavailableError
from core.model import Remedy
from core.render import Renderer, Shelf
from core.render.fence import Limits
from tests.core.render.worlds import script, world_of

SOME = "{apiVersion: v1, kind: ConfigMap, metadata: {name: m}}"
SECRET = "{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {a: hunter2}}"
ONE = {"a/kustomization.yaml": "namePrefix: x\n"}


class World:
    """A user whose only tool notes each build in a file."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.runs = folder, folder / "runs"
        self.runs.touch()
        self.cache = folder / "cache"
        self.install(SOME)

    def install(self, printed: str) -> None:
        text = f"[ \"$1\" = version ] && echo v1 && exit; echo run >> {self.runs}; echo '{printed}'"
        script(self.folder / "bin", "kustomize", text)

    def remove(self) -> None:
        (self.folder / "bin" / "kustomize").unlink()

    @property
    def environment(self) -> Mapping[str, str]:
        return {"PATH": str(self.folder / "bin"), "XDG_CACHE_HOME": str(self.cache)}

    def started(self) -> Renderer:
        """The renderer of a program that was just started."""
        shelf = Shelf.of(self.environment)
        return Renderer(self.environment, limits=Limits(seconds=60.0), shelf=shelf)

    @property
    def kept(self) -> list[Path]:
        return [path for path in self.cache.rglob("*") if path.is_file()]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_a_restart_renders_nothing_while_nothing_changed(world: World) -> None:
    first = world.started().kustomized(world_of(ONE), "a")
    again = world.started().kustomized(world_of({**ONE, "b/x": "new"}), "a")
    assert world.runs.read_text() == "run\n" * 2
    assert again == first
    changed = {"a/kustomization.yaml": "namePrefix: y\n"}
    assert world.started().kustomized(world_of(changed), "a").key != first.key
    assert world.runs.read_text() == "run\n" * 4


def test_a_tool_that_went_away_leaves_its_last_render_in_force_and_its_age_is_told(
    world: World,
) -> None:
    first = world.started().kustomized(world_of(ONE), "a")
    world.remove()
    found = world.started().kustomized(world_of(ONE), "a")
    assert (found.folder, found.key) == (first.folder, first.key)
    assert found.doubt is not None
    assert found.doubt.remedy is Remedy.WAIT
    assert found.doubt.retry_after_s
    assert found.doubt.words.startswith("kustomize is not installed: put kustomize")
    assert f"what was rendered at {first.made_at} stays in force" in found.doubt.words
    with pytest.raises(UnavailableError, match="kustomize is not installed"):
        world.started().kustomized(world_of({"a/kustomization.yaml": "namePrefix: y\n"}), "a")
    world.install(SOME)
    assert world.started().kustomized(world_of(ONE), "a").doubt is None


def test_a_tool_that_was_replaced_renders_anew_after_a_restart(world: World) -> None:
    first = world.started().kustomized(world_of(ONE), "a")
    world.install(SOME + "  ")
    assert world.started().kustomized(world_of(ONE), "a").key != first.key
    assert world.runs.read_text() == "run\n" * 4


def test_no_secret_is_put_on_disk_and_that_is_told_when_it_is_missed(world: World) -> None:
    world.install(SECRET)
    renderer = world.started()
    renderer.kustomized(world_of(ONE), "a")
    assert len(world.kept) == 1
    assert b"hunter2" not in world.kept[0].read_bytes()
    renderer.kustomized(world_of(ONE), "a")
    assert world.runs.read_text() == "run\n" * 2  # it is in memory
    world.started().kustomized(world_of(ONE), "a")
    assert world.runs.read_text() == "run\n" * 4
    world.remove()
    assert renderer.kustomized(world_of(ONE), "a").doubt is not None
    with pytest.raises(UnavailableError, match="holds a Secret, which is not kept on disk"):
        world.started().kustomized(world_of(ONE), "a")


def test_a_value_of_another_tree_under_this_name_is_discarded(world: World) -> None:
    """F75: the hash of the inputs stands inside, too."""
    renderer = world.started()
    renderer.kustomized(world_of(ONE), "a")
    (first,) = world.kept
    other = {"a/kustomization.yaml": "namePrefix: y\n"}
    renderer.kustomized(world_of(other), "a")
    (second,) = set(world.kept) - {first}
    first.write_bytes(second.read_bytes())
    world.started().kustomized(world_of(ONE), "a")
    assert world.runs.read_text() == "run\n" * 6


def test_what_could_not_be_read_whole_is_not_kept(world: World) -> None:
    world.install("{apiVersion: v1, kind: ConfigMap}")
    assert world.started().kustomized(world_of(ONE), "a").folder.problems
    world.install("a: [")
    with pytest.raises(RejectedError):
        world.started().kustomized(world_of({"a/kustomization.yaml": "a: ["}), "a")
    assert world.kept == []
