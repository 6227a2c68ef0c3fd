"""What a watch lost is found beside it, put right and told; what is on its way is neither."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from core.cluster.connection.link import Link
from core.cluster.following.auditing import AUDIT_S, ON_ITS_WAY_S, Audit
from core.cluster.following.reflector import Reflector
from core.cluster.following.store import Change
from core.errors import ProductError
from tests.core.cluster.held import HeldClock
from tests.core.cluster.scripted import (
    MAPS,
    Asked,
    Reply,
    ScriptedServer,
    a_map,
    bookmark,
    event,
    linked,
    serving,
    status,
)
from tests.core.metered import Remembering

SOON, _ = AUDIT_S


@dataclass
class Stage:
    """A reflector that is looked after; the server is scripted by what it has."""

    there: list[dict[str, object]]  # what a listing says
    watch: asyncio.Queue[dict[str, object]] = field(default_factory=asyncio.Queue)
    moment: HeldClock = field(default_factory=HeldClock)
    told: list[int] = field(default_factory=list)
    status: int = 200
    replacements: int = 0
    meter: Remembering = field(default_factory=Remembering)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    reflector: Reflector = field(init=False)
    server: ScriptedServer = field(init=False)

    # Sink
    def replaced(self, scope: str) -> None:
        del scope
        self.replacements += 1
        self.news.set()

    def changed(self, scope: str, changes: list[Change]) -> None:
        del scope, changes
        self.news.set()

    def heard(self) -> None:
        pass

    def lost(self, scope: str, problem: ProductError) -> None:
        raise AssertionError(scope, problem)

    async def script(self, asked: Asked, reply: Reply) -> None:
        if asked.step == "list":
            assert "PartialObjectMetadataList" in asked.headers["Accept"]
            assert "resourceVersion" not in asked.query  # what the server has, and no cache
            answer = listing_of(self.there) if self.status == 200 else status(self.status)
            reply.say(self.status, answer)
            return
        if asked.step == "watchlist":
            first = self.replacements == 0
            made = [a_map("a", 5), a_map("b", 6)] if first else self.there
            await reply.send(*({"type": "ADDED", "object": each} for each in made))
            await reply.send(bookmark(9, end=True))
        while True:
            await reply.send(await self.watch.get())

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not holds():
                self.news.clear()
                await self.news.wait()

    @property
    def names(self) -> dict[str, str]:
        held = self.reflector.store.objects
        return {ref.name: live.resource_version for ref, live in held.items()}

    @property
    def listings(self) -> int:
        return self.server.steps.count("list")


def listing_of(items: list[dict[str, object]]) -> dict[str, object]:
    metadata = {"resourceVersion": "20"}
    return {"kind": "ConfigMapList", "apiVersion": "v1", "metadata": metadata, "items": items}


@asynccontextmanager
async def audited(*there: dict[str, object]) -> AsyncIterator[Stage]:
    stage = Stage([*there])
    async with (
        serving(stage.script) as stage.server,
        linked(stage.server.url, meter=stage.meter) as link,
    ):
        stage.reflector = Reflector(link, stage.moment.clock, MAPS, "shop", stage)
        task = asyncio.create_task(_audit(link, stage).run())
        await stage.until(lambda: stage.replacements == 1)
        yield stage
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _audit(link: Link, stage: Stage) -> Audit:
    return Audit(link, stage.moment.clock, MAPS, stage.reflector, stage.told.append)


@pytest.mark.parametrize(
    ("there", "lost"),
    [
        ([a_map("a", 5)], 1),  # a deletion was lost: a ghost
        ([a_map("a", 5), a_map("b", 7)], 1),  # a change
        ([a_map("a", 5), a_map("b", 6), a_map("c", 8)], 1),  # a creation
        ([], 2),
    ],
)
async def test_what_the_watch_lost_is_told_and_listed_again(
    there: list[dict[str, object]], lost: int
) -> None:
    async with audited(*there) as stage:
        await stage.moment.pass_by(SOON)
        await stage.moment.pass_by(ON_ITS_WAY_S)
        await stage.until(lambda: stage.replacements == 2)
        assert stage.told == [lost]
        assert ("cluster test", "diverged", lost) in stage.meter.watches
        assert len(stage.names) == len(there)


async def test_where_nothing_was_lost_one_listing_is_all() -> None:
    async with audited(a_map("a", 5), a_map("b", 6)) as stage:
        for count in (1, 2):
            await stage.moment.pass_by(SOON)
            await stage.server.until_asked(1 + count)
        await stage.moment.until_slept(SOON)
        assert (stage.told, stage.replacements, stage.listings) == ([], 1, 2)
        assert stage.meter.watches == []


async def test_what_is_on_its_way_is_not_lost() -> None:
    async with audited(a_map("a", 5), a_map("b", 12)) as stage:
        await stage.moment.pass_by(SOON)
        await stage.moment.until_slept(ON_ITS_WAY_S)
        await stage.watch.put(event("MODIFIED", "b", 12))
        await stage.until(lambda: stage.names == {"a": "5", "b": "12"})
        await stage.moment.pass_by(ON_ITS_WAY_S)
        await stage.moment.until_slept(SOON)
        assert (stage.told, stage.replacements) == ([], 1)


@pytest.mark.parametrize("code", [403, 500, 410])
async def test_an_audit_that_is_refused_says_nothing_and_comes_again(code: int) -> None:
    async with audited() as stage:
        stage.status = code
        await stage.moment.pass_by(SOON)
        await stage.moment.until_slept(SOON)
        assert (stage.told, stage.replacements) == ([], 1)
