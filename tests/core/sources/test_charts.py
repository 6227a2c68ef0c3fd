"""core.sources: a chart of a chart repository is followed, and stays while that is away."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from core.model import AppSpec, Json, Remedy
from core.model.sources.charts import Chart
from core.model.sources.remotes import Remote, address_of
from core.reconcile.memory.inputs import SourceLost, SourceRead
from tests.core.git.sample import Sample
from tests.core.render.charts.host import MAP, ChartHost
from tests.core.render.worlds import script
from tests.core.sources.test_polling import heard, until
from tests.core.sources.test_sources import World, running


@pytest.fixture
def host() -> Iterator[ChartHost]:
    with ChartHost() as made:
        yield made


class Publisher:
    """Packs a chart and writes the index as people do: with helm."""

    def __init__(self, helm: Path, folder: Path, host: ChartHost) -> None:
        self.helm, self.folder, self.host = helm, folder, host
        (folder / "web" / "templates").mkdir(parents=True)
        (folder / "web" / "templates" / "m.yaml").write_text(MAP)
        (folder / "out").mkdir()

    def publish(self, version: str) -> None:
        chart = f"apiVersion: v2\nname: web\nversion: {version}\n"
        (self.folder / "web" / "Chart.yaml").write_text(chart)
        self.run("package", "web", "--destination", "out")
        self.run("repo", "index", "out")
        for file in (self.folder / "out").iterdir():
            self.host.files[f"/stable/{file.name}"] = file.read_bytes()

    def run(self, *words: str) -> None:
        environment = {**os.environ, "HOME": str(self.folder)}
        subprocess.run(  # noqa: S603 - fixed words, our own test
            [self.helm, *words], cwd=self.folder, env=environment, check=True, capture_output=True
        )


def stated(read: SourceRead) -> Json:
    (document,) = read.documents
    found: Json = msgspec.json.decode(document.body)["data"]
    return found


class Story:
    """An app whose chart is in a chart repository and whose values are in Git."""

    def __init__(self, publisher: Publisher, folder: Path) -> None:
        self.publisher, self.host = publisher, publisher.host
        self.sample = Sample(folder / "repo")
        self.sample.commit({"web/prod.yaml": b"a: git\n"})
        remote = Remote(address=address_of(f"{self.host.address}/stable"), helper=False)
        self.app = AppSpec(
            name="web",
            repo=str(self.sample.path),
            revision="main",
            path="web",
            cluster="c",
            values=("prod.yaml",),
            chart=Chart(name="web", version="^1", remote=remote),
        )

    async def follow(self) -> SourceRead:
        """A version comes, another one does, and one outside of the range."""
        world = World()
        sources = world.sources(self.app)
        async with running(sources):
            first = await until(world, SourceRead)
            assert stated(first) == {"a": "git", "version": "1.0.0"}
            (document,) = first.documents
            assert document.file == "web@1.0.0/templates/m.yaml"
            assert document.made is not None
            assert document.made.inputs == ("web/prod.yaml",)
            await world.nap()
            self.publisher.publish("1.1.0")
            self.publisher.publish("2.0.0")
            sources.look_again("web")
            second = await until(world, SourceRead)
            assert stated(second) == {"a": "git", "version": "1.1.0"}
            assert second.tree != first.tree
            return await self.lose(world)

    async def lose(self, world: World) -> SourceRead:
        """The repository goes away: that is told once, and commits are still followed."""
        nap = await world.nap()
        self.host.stop()
        nap.over.set()
        lost = await until(world, SourceLost)
        assert lost.problem.remedy is Remedy.WAIT
        words = lost.problem.words
        assert words.startswith(f"{self.host.address}/stable: Connection refused; 1.1.0, pulled at")
        assert words.endswith(", stays in force")
        nap = await world.nap()
        nap.over.set()
        await world.nap()
        assert heard(world) == []
        self.sample.commit({"web/prod.yaml": b"a: newer\n"})
        third = await until(world, SourceRead)
        assert stated(third) == {"a": "newer", "version": "1.1.0"}
        assert (await until(world, SourceLost)).problem == lost.problem
        return third

    async def restart(self, last: SourceRead) -> None:
        """Another run begins without the repository, which comes back."""
        world = World()
        async with running(world.sources(self.app)):
            again = await until(world, SourceRead)
            assert (again.tree, stated(again)) == (last.tree, stated(last))
            assert "stays in force" in (await until(world, SourceLost)).problem.words
            nap = await world.nap()
            heard(world)
            self.host.start()
            nap.over.set()
            assert (await until(world, SourceRead)).tree == last.tree
            await world.nap()
            assert heard(world) == []


async def test_a_range_follows_a_new_version_and_stays_while_the_repository_is_away(
    helm: Path, host: ChartHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", script(tmp_path / "bin", "helm", f'exec {helm} "$@"')["PATH"])
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    publisher = Publisher(helm, tmp_path / "charts", host)
    publisher.publish("1.0.0")
    story = Story(publisher, tmp_path)
    await story.restart(await story.follow())
