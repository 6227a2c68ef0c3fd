"""core.sources.polling: when a server of Git is asked, and what stands while it is away."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from core.clock import Clock
from core.model import AppSpec, Guard, Remedy
from core.model.sources.layouts import Layout
from core.reconcile.memory.inputs import (
    HistoryRead,
    LayoutRead,
    SourceLost,
    SourceRead,
    SourceSeen,
)
from core.sources.pace import FAILED_FIRST_S, FAILED_MOST_S, JITTER
from core.sources.polling import Polling
from tests.core.sources.keys import ssh_key
from tests.core.sources.test_sources import World, running
from tests.githost.https import HttpsHost
from tests.githost.place import Place

T = TypeVar("T")


@pytest.fixture
def world() -> World:
    made = World()
    made.clock = replace(made.clock, random=lambda: 0.5)
    return made


def app(place: Place, revision: str = "main", name: str = "app") -> AppSpec:
    return AppSpec(name=name, repo=place.path, revision=revision, path="app", cluster="c")


async def until(world: World, kind: type[T]) -> T:
    """Skip to the next input of a kind."""
    while True:
        found = await world.any()
        if isinstance(found, kind):
            return found


def heard(world: World) -> list[object]:
    """What came so far, without histories, which come when they come."""
    found = []
    while not world.inputs.empty():
        found.append(world.inputs.get_nowait())
    return [one for one in found if not isinstance(one, HistoryRead)]


async def test_a_server_is_asked_again_after_its_interval_and_some(
    world: World, web: Place
) -> None:
    repositories = web.repositories()
    async with running(world.sources(app(web), repositories=repositories)):
        read = await until(world, SourceRead)
        assert read.home.remote.endswith("/config")
        nap = await world.nap()
        assert nap.seconds == pytest.approx(30 * (1 + JITTER / 2))
        heard(world)
        head = web.sample.commit({"app/b.yaml": b"b: 1\n"}, "second")
        nap.over.set()
        read = await until(world, SourceRead)
    assert read.revision.id == head


async def test_a_commit_that_is_not_signed_is_told_and_does_not_move_what_is_followed(
    world: World, web: Place, tmp_path: Path
) -> None:
    ann, sample = ssh_key(tmp_path, "ann"), web.sample
    words = ("commit-tree", "-S", "-p", "main", "-m", "signed", "main^{tree}")
    good = ann.git(sample, *words).strip()
    sample.git("update-ref", "refs/heads/main", good)
    sources = world.sources(replace(app(web), signers=ann.signers), repositories=web.repositories())
    async with running(sources):
        assert (await until(world, SourceRead)).revision.id == good
        await world.nap()
        heard(world)
        bad = sample.commit({"app/b.yaml": b"b: 1\n"}, "second")
        sources.look_again("app")
        assert (await until(world, SourceRead)).revision.id == good
        reason = f"commit {bad[:7]} is not signed, and settings require it"
        lost = await until(world, SourceLost)
        assert lost.problem.words == f"{reason}; {good[:7]} stays in force"
        await world.nap()
        heard(world)
        sources.look_again("app")
        await world.nap()
        assert heard(world) == [SourceSeen("app")]


async def test_somebody_who_asks_does_not_wait_for_the_interval(world: World, web: Place) -> None:
    sources = world.sources(app(web), repositories=web.repositories())
    async with running(sources):
        await until(world, SourceRead)
        await world.nap()
        head = web.sample.commit({"app/b.yaml": b"b: 1\n"}, "second")
        sources.look_again("app")
        read = await until(world, SourceRead)
    assert read.revision.id == head


async def test_what_an_earlier_run_fetched_stands_while_the_server_is_away(
    world: World, web: Place, host: HttpsHost
) -> None:
    assert not web.repositories().fetching(web.path, ["main"]).told().problem
    host.stop()
    async with running(world.sources(app(web), repositories=web.repositories())):
        read = await until(world, SourceRead)
        lost = await until(world, SourceLost)
        stays = "what was fetched last stays in force"
        assert lost.problem.words == f"{web.path}: Connection refused; {stays}"
        waits = []
        for _ in range(6):
            nap = await world.nap()
            waits.append(nap.seconds / (1 + JITTER / 2))
            nap.over.set()
            assert (await until(world, SourceLost)).problem == lost.problem
        assert waits == pytest.approx([FAILED_FIRST_S, 10, 20, 40, FAILED_MOST_S, FAILED_MOST_S])
        nap = await world.nap()
        host.start()
        nap.over.set()
        again = await until(world, SourceRead)  # which ends the problem
        assert again.revision == read.revision
        await until(world, SourceSeen)


async def test_a_branch_that_was_deleted_stays_in_force_and_is_told(
    world: World, web: Place
) -> None:
    web.sample.commit({"app/s.yaml": b"s: 1\n"}, "staging", branch="staging")
    apps = (app(web, "staging", "staging"), app(web))
    async with running(world.sources(*apps, repositories=web.repositories())):
        nap = await world.nap()
        read = [one for one in heard(world) if isinstance(one, SourceRead)]
        assert [one.app for one in read] == ["staging", "app"]
        web.sample.git("branch", "-D", "staging")
        nap.over.set()
        nap = await world.nap()
        lost, seen = heard(world)
        assert isinstance(lost, SourceLost)
        assert lost.problem.remedy is Remedy.FIX_SETTINGS
        words = f'{web.path} has no branch, tag or commit "staging"'
        assert lost.problem.words == f"{words}; what was fetched last stays in force"
        assert seen == SourceSeen("app")
        nap.over.set()
        await world.nap()
        assert heard(world) == [lost, seen]


async def test_a_history_that_was_rewritten_is_followed(world: World, web: Place) -> None:
    async with running(world.sources(app(web), repositories=web.repositories())):
        nap = await world.nap()
        heard(world)
        web.sample.git("update-ref", "-d", "refs/heads/main")
        head = web.sample.commit({"app/a.yaml": b"a: 2\n"}, "anew")
        nap.over.set()
        read = await until(world, SourceRead)
    assert read.revision.id == head


async def test_branches_of_a_layout_are_fetched_and_followed_as_they_come(
    world: World, web: Place
) -> None:
    layout = Layout(
        spec=app(web, "env/{env}", "{env}"),
        shape="app",
        revision="env/{env}",
        values=(),
        clusters=("c",),
        made=lambda bound, folder: replace(
            app(web, f"env/{bound['env']}", bound["env"]), path=folder
        ),
    )
    web.sample.commit({"app/a.yaml": b"a: 1\n"}, branch="env/prod")
    sources = world.sources(layouts=(layout,), repositories=web.repositories())
    async with running(sources):
        found = await until(world, LayoutRead)
        assert [(one.name, one.revision) for one in found.apps or ()] == [("prod", "env/prod")]
        assert (await until(world, SourceRead)).app == "prod"
        nap = await world.nap()
        web.sample.commit({"app/a.yaml": b"a: 1\n"}, branch="env/test")
        nap.over.set()
        found = await until(world, LayoutRead)
        assert [one.name for one in found.apps or ()] == ["prod", "test"]
        assert (await until(world, SourceRead)).app == "test"


@pytest.mark.parametrize("once", [True, False], ids=["a command", "the controller"])
async def test_before_a_prune_the_server_is_asked_afresh_and_its_word_counts(
    *, once: bool, world: World, web: Place, host: HttpsHost
) -> None:
    sources = world.sources(app(web), once=once, repositories=web.repositories())
    async with running(sources):
        await until(world, SourceRead)
        head = web.sample.commit({"app/b.yaml": b"b: 1\n"}, "second")
        proof = await sources.proved("app", "")
        assert (proof.revision, proof.problem) == (head, None)
        host.stop()
        proof = await sources.proved("app", "")
    assert proof.problem is not None
    assert proof.problem.guard is Guard.SOURCE_KNOWN
    assert "Connection refused" in proof.problem.words


async def test_somebody_who_asked_and_went_away_keeps_the_answer_from_nobody(web: Place) -> None:
    polling = Polling(web.path, web.remote, [app(web)], web.repositories(), Clock())
    gone, stays = (asyncio.create_task(polling.asked()) for _ in range(2))
    await asyncio.sleep(0)  # both wait now
    gone.cancel()
    await asyncio.wait([gone])
    assert not (await polling.fetched()).problem
    assert await stays == {}
