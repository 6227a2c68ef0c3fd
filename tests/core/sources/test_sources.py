"""core.sources: when folders are read, and what happens when one cannot be; nothing here sleeps."""

import asyncio
import shutil
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest
from typing_extensions import override

from core.clock import Clock
from core.decryption.opener import AGAIN_S
from core.errors import UnavailableError
from core.git import Repositories, Repository, Walk
from core.model import AppSpec, Remedy
from core.model.sources.layouts import Layout
from core.reconcile.memory.inputs import HistoryRead, Input, LayoutRead, SourceLost, SourceRead
from core.reconcile.sides.layouts import LOOKS_APART_S
from core.settings.document import parse_settings
from core.sources import Sources
from core.sources.sources import LOOK_AGAIN_S
from tests.core.git.sample import Sample
from tests.core.manifests.here import HERE
from tests.core.render.worlds import script

MANIFEST = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"
T = TypeVar("T")


@dataclass
class Nap:
    """One sleep that was asked for; it ends when the test says so."""

    seconds: float
    over: asyncio.Event = field(default_factory=asyncio.Event)


class World:
    """Takes what is read, and owns the time."""

    def __init__(self) -> None:
        self.inputs: asyncio.Queue[Input] = asyncio.Queue()
        self.naps: asyncio.Queue[Nap] = asyncio.Queue()
        self.now = 0.0
        self.clock = Clock(monotonic=lambda: self.now, sleep=self._sleep)

    async def _sleep(self, seconds: float) -> None:
        nap = Nap(seconds)
        self.naps.put_nowait(nap)
        await nap.over.wait()
        self.now += seconds

    async def next(self, kind: type[T]) -> T:
        """The next input, which must be of this kind."""
        found = await self.any()
        while isinstance(found, HistoryRead) and kind is LayoutRead:  # it comes when it comes
            found = await self.any()
        assert isinstance(found, kind), found
        return found

    async def any(self) -> Input:
        async with asyncio.timeout(60):
            return await self.inputs.get()

    async def nap(self) -> Nap:
        async with asyncio.timeout(60):
            return await self.naps.get()

    async def source(self) -> SourceRead:
        """The next folder that was read, whatever else came before."""
        while not isinstance(found := await self.any(), SourceRead):
            assert isinstance(found, HistoryRead | LayoutRead), found
        return found

    def sources(
        self,
        *apps: AppSpec,
        layouts: tuple[Layout, ...] = (),
        once: bool = False,
        repositories: Repositories | None = None,
    ) -> Sources:
        return Sources(
            apps,
            repositories or Repositories(),
            self.inputs.put_nowait,
            HERE,
            layouts=layouts,
            once=once,
            clock=self.clock,
        )


@asynccontextmanager
async def running(sources: Sources) -> AsyncIterator[None]:
    task = asyncio.create_task(sources.run())
    try:
        yield
    finally:
        task.cancel()
        (ended,) = await asyncio.gather(task, return_exceptions=True)
        assert isinstance(ended, asyncio.CancelledError), ended


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    made = Sample(tmp_path / "repo")
    made.commit({"shop/a.yaml": MANIFEST, "other/b.yaml": MANIFEST}, "first")
    return made


def app(sample: Sample, name: str = "shop", revision: str = "main") -> AppSpec:
    return AppSpec(name=name, repo=str(sample.path), revision=revision, path=name, cluster="c")


async def test_a_folder_is_read_first_and_its_history_after_it(
    world: World, sample: Sample
) -> None:
    async with running(world.sources(app(sample))):
        read = await world.next(SourceRead)
        history = await world.next(HistoryRead)
    assert read.revision.subject == "first"
    assert [commit.id for commit in history.commits] == [read.revision.id]


async def test_a_commit_is_noticed_and_read(world: World, sample: Sample) -> None:
    async with running(world.sources(app(sample))):
        await world.next(SourceRead)
        await world.next(HistoryRead)
        head = sample.commit({"shop/more.yaml": MANIFEST}, "more")
        read = await world.next(SourceRead)
        history = await world.next(HistoryRead)
    assert read.revision.id == head
    assert [commit.subject for commit in history.commits] == ["more", "first"]


async def test_a_repository_that_cannot_be_read_is_looked_at_again_after_five_seconds(
    world: World, sample: Sample, tmp_path: Path
) -> None:
    away = tmp_path / "away"
    sample.path.rename(away)
    async with running(world.sources(app(sample), app(sample, "other"))):
        assert [(await world.next(SourceLost)).app for _ in range(2)] == ["shop", "other"]
        nap = await world.nap()
        assert nap.seconds == LOOK_AGAIN_S == 5.0
        assert world.inputs.empty()
        nap.over.set()
        assert (await world.next(SourceLost)).problem.remedy is Remedy.FIX_SETTINGS
        await world.next(SourceLost)
        nap = await world.nap()
        away.rename(sample.path)
        nap.over.set()
        assert (await world.next(SourceRead)).app == "shop"


async def test_a_repository_that_goes_away_is_told_at_once_and_read_anew_when_it_is_back(
    world: World, sample: Sample, tmp_path: Path
) -> None:
    async with running(world.sources(app(sample))):
        await world.next(SourceRead)
        await world.next(HistoryRead)
        world.now += 60
        shutil.move(sample.path, tmp_path / "away")
        sample.path.mkdir()
        lost = await world.next(SourceLost)
        assert str(sample.path) in str(lost.problem)
        nap = await world.nap()
        sample.path.rmdir()
        shutil.move(tmp_path / "away", sample.path)
        nap.over.set()
        while isinstance(found := await world.any(), SourceLost):
            pass  # the folder was emptied and filled: each is news
        assert isinstance(found, SourceRead)
        assert found.revision.subject == "first"


async def test_one_app_that_cannot_be_read_does_not_stop_another_in_the_same_repository(
    world: World, sample: Sample
) -> None:
    apps = app(sample, revision="no-such-branch"), app(sample, "other")
    async with running(world.sources(*apps)):
        lost = await world.next(SourceLost)
        assert (lost.app, lost.problem.remedy) == ("shop", Remedy.FIX_SETTINGS)
        assert (await world.next(SourceRead)).app == "other"
        while isinstance(found := await world.any(), SourceLost):
            pass  # a ref that was just made may be news once more
        assert isinstance(found, HistoryRead)
        assert world.naps.empty()  # the repository is there, and watched


async def test_once_means_once_without_a_history(world: World, sample: Sample) -> None:
    sources = world.sources(app(sample), app(sample, "other"), once=True)
    async with running(sources):
        assert [(await world.next(SourceRead)).app for _ in range(2)] == ["shop", "other"]
        sample.commit({"shop/more.yaml": MANIFEST}, "more")
        sources.look_again("shop")
        assert (await world.next(SourceRead)).revision.subject == "more"  # asked for
        assert world.inputs.empty()
        assert world.naps.empty()


async def test_once_a_repository_that_cannot_be_read_is_not_waited_for(
    world: World, tmp_path: Path
) -> None:
    spec = AppSpec(name="a", repo=str(tmp_path / "none"), revision="main", path="", cluster="c")
    sources = world.sources(spec, once=True)
    async with running(sources):
        await world.next(SourceLost)
        sources.look_again("a")
        await world.next(SourceLost)
        assert world.naps.empty()


async def test_a_folder_that_was_read_already_is_not_read_again_when_somebody_asks(
    world: World, sample: Sample
) -> None:
    first = sample.git("rev-parse", "main").strip()
    sources = world.sources(app(sample, revision=first), app(sample, "other"), once=True)
    async with running(sources):
        for _ in range(2):
            await world.next(SourceRead)
        sample.commit({"other/more.yaml": MANIFEST}, "more")
        sources.look_again("shop")
        sources.look_again("other")
        assert (await world.next(SourceRead)).app == "other"
        assert world.inputs.empty()


async def test_what_is_asked_before_it_runs_is_answered_when_it_does(
    world: World, tmp_path: Path
) -> None:
    spec = AppSpec(name="a", repo=str(tmp_path / "none"), revision="main", path="", cluster="c")
    sources = world.sources(spec, once=True)
    sources.look_again("a")
    async with running(sources):
        for _ in range(2):
            await world.next(SourceLost)


class Opening(Repositories):
    """Opens repositories of one make."""

    def __init__(self, make: type[Repository]) -> None:
        super().__init__()
        self._make = make

    @override
    def opened(self, path: str) -> Repository:
        return self._opened.setdefault(path, self._make(path))


class Endless(Repository):
    """Has a history that takes until the test is over."""

    begun = threading.Event()
    over = threading.Event()

    @override
    def walk(self, starts: Iterable[tuple[str, str]]) -> Walk:
        self.begun.set()
        assert self.over.wait(20)
        return super().walk(starts)


async def test_a_history_that_is_being_read_ends_with_the_sources(
    world: World, sample: Sample
) -> None:
    sources = world.sources(app(sample), repositories=Opening(Endless))
    async with running(sources):
        await asyncio.to_thread(Endless.begun.wait, 20)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    Endless.over.set()


class Unwatchable(Repository):
    """Can be read, and says at once that it cannot be watched."""

    @override
    async def changes(self) -> AsyncGenerator[None]:
        yield
        raise UnavailableError("too many watches")


async def test_a_repository_that_cannot_be_watched_is_read_every_five_seconds(
    world: World, sample: Sample
) -> None:
    async with running(world.sources(app(sample), repositories=Opening(Unwatchable))):
        await world.next(SourceRead)
        await world.next(HistoryRead)
        for subject in ("second", "third"):
            nap = await world.nap()
            assert nap.seconds == LOOK_AGAIN_S
            sample.commit({f"shop/{subject}.yaml": MANIFEST}, subject)
            nap.over.set()
            assert (await world.next(SourceRead)).revision.subject == subject
            await world.next(HistoryRead)


async def test_what_can_be_over_without_a_sign_is_looked_at_again_after_a_while(
    world: World, sample: Sample
) -> None:
    sample.git("checkout", "-q", "--detach")
    merging = sample.path / ".git" / "MERGE_HEAD"
    merging.touch()
    async with running(world.sources(app(sample, revision="HEAD"))):
        lost = await world.next(SourceLost)
        assert "a merge is under way" in lost.problem.words
        merging.unlink()  # and no ref moves
        nap = await world.nap()
        assert nap.seconds == LOOK_AGAIN_S
        nap.over.set()
        while isinstance(found := await world.any(), SourceLost):
            pass  # the watch rings once when it stands
        assert isinstance(found, SourceRead)


async def test_an_encrypted_file_that_stayed_closed_is_tried_again_after_a_while(
    world: World, sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signs = b"sops: {mac: x, lastmodified: '2026-01-01T00:00:00Z', version: 3.9.0}\n"
    sample.commit({"shop/s.yaml": MANIFEST.replace(b"settings", b"sealed") + signs}, "sealed")
    opens = f"test -e {tmp_path}/key && exec sed -e '/^sops:/d' /dev/stdin; exit 128"
    monkeypatch.setenv("PATH", script(tmp_path / "bin", "sops", opens)["PATH"])
    async with running(world.sources(app(sample))):
        first = await world.next(SourceRead)
        assert [document.name for document, _ in first.broken] == ["sealed"]
        (tmp_path / "key").touch()  # and no ref moves
        nap = await world.nap()
        assert nap.seconds == AGAIN_S
        nap.over.set()
        second = await world.source()
        assert {document.name for document in second.documents} == {"settings", "sealed"}
        assert second.broken == ()


# Layouts ----------------------------------------------------------------------------------------


def layout(sample: Sample) -> Layout:
    text = f"apps: [{{layout: 'apps/{{name}}', repo: {sample.path}, revision: main}}]"
    (found,) = parse_settings("driftdeck.yaml", text.encode(), sample.path).layouts
    return found


async def names_read(world: World, *names: str) -> str:
    """What is said of the others at the next look that finds the apps of a layout to be these.

    One commit may ring more than once, and some looks find what is not written to its end.
    """
    while True:
        found = await world.any()
        if isinstance(found, LayoutRead) and [app.name for app in found.apps or ()] == [*names]:
            return str(found.problem or "")


async def test_apps_of_a_layout_are_told_before_they_are_read_and_come_with_their_folders(
    world: World, sample: Sample
) -> None:
    sample.commit({"apps/a/x.yaml": MANIFEST})
    sources = world.sources(app(sample), layouts=(layout(sample),))
    async with running(sources):
        assert await names_read(world, "a") == ""
        assert [(await world.source()).app for _ in range(2)] == ["shop", "a"]
        sample.commit({"apps/b/x.yaml": MANIFEST, "apps/shop/x.yaml": MANIFEST})
        said = await names_read(world, "a", "b")
        assert said == '"apps/shop" is left out: shop is the name of another app'
        assert {(await world.source()).app for _ in range(3)} == {"shop", "a", "b"}


async def test_an_app_whose_folder_left_is_not_read_and_is_looked_for_once_more(
    world: World, sample: Sample
) -> None:
    sample.commit({"apps/a/x.yaml": MANIFEST, "apps/b/x.yaml": MANIFEST})
    async with running(world.sources(layouts=(layout(sample),))):
        await names_read(world, "a", "b")
        assert [(await world.source()).app for _ in range(2)] == ["a", "b"]
        sample.commit({"apps/b/x.yaml": None})
        await names_read(world, "a")
        assert (await world.source()).app == "a"
        nap = await world.nap()
        assert nap.seconds == LOOK_AGAIN_S > LOOKS_APART_S
        nap.over.set()
        await names_read(world, "a")
        sample.commit({"apps/b/x.yaml": MANIFEST})
        await names_read(world, "a", "b")
        assert [(await world.source()).app for _ in range(2)] == ["a", "b"]


async def test_a_layout_of_a_repository_that_cannot_be_read_says_why(
    world: World, sample: Sample
) -> None:
    wanted = layout(sample)
    shutil.rmtree(sample.path)
    async with running(world.sources(layouts=(wanted,), once=True)):
        read = await world.next(LayoutRead)
    assert read.apps is None
    assert read.problem is not None
    assert str(sample.path) in read.problem.words
