"""Inventories that others write are read once each; what tells of our own writes asks nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from core.clock import Clock
from core.cluster.connection.calls import Calls
from core.cluster.connection.fence import unfenced
from core.cluster.following.records import Records
from core.cluster.writing.access import Access
from core.cluster.writing.inventories import PACE_S, Inventories
from core.cluster.writing.pausing import text_of
from core.cluster.writing.shards import Notes, Place
from core.errors import DeniedError, OutdatedError
from core.model import Home, ObjectRef, Pause
from core.reconcile.memory.inputs import Input, PausesRead, SyncAsked
from core.reconcile.memory.results import InventoryRead, InventoryRow
from tests.core.cluster.held import HeldClock
from tests.core.cluster.scripted import Asked, Reply, ScriptedServer, bookmark, linked, serving

HOME = Home(root="c0ffee", remote="git.example.org/shop/config", path="prod")
MAPS_PATH = "/api/v1/namespaces/shop/configmaps"
NAME = "driftdeck-pay-0"


def a_row(number: int) -> InventoryRow:
    return InventoryRow(ObjectRef("", "ConfigMap", "shop", f"n{number}"), "u", "0" * 16)


@dataclass
class Shop:
    """A namespace with one inventory: what it says, and the events that tell of it."""

    events_first: bool = False  # an event comes before the answer to the write that it tells of
    refusals: int = 0  # so often it does not tell what the inventory says
    inventory: dict[str, Any] | None = None
    version: int = 10
    events: asyncio.Queue[dict[str, object]] = field(default_factory=asyncio.Queue)
    late: list[dict[str, object]] = field(default_factory=list)

    async def answer(self, asked: Asked, reply: Reply) -> None:
        """Be a server."""
        if "watch" in asked.query:
            await reply.send(bookmark(self.version, end=True))
            while True:
                await reply.send(await self.events.get())
        elif asked.method in {"POST", "PUT"}:
            written = json.loads(asked.body)
            if written["metadata"].get("resourceVersion", f"{self.version}") != f"{self.version}":
                reply.say(409, {"kind": "Status", "reason": "Conflict", "message": "moved"})
                return
            self.write(written)
            if self.events_first:
                self.tell()
                await asyncio.sleep(0.02)  # it arrives, and the answer is still to come
            reply.say(200, self.inventory)
        elif self.refusals:
            self.refusals -= 1
            reply.say(403, {"kind": "Status", "reason": "Forbidden", "message": "no"})
        elif asked.path == f"{MAPS_PATH}/{NAME}" and self.inventory is not None:
            reply.say(200, self.inventory)
        elif asked.path.startswith(MAPS_PATH):
            reply.say(404, {"kind": "Status", "reason": "NotFound", "details": {"name": NAME}})
        else:
            reply.say(200, {"metadata": {"uid": "u-1", "name": "kube-system"}})

    def write(self, written: dict[str, Any]) -> None:
        """Keep an inventory as its next version."""
        self.version += 1
        metadata = {
            "name": NAME,
            "namespace": "shop",
            "uid": "u-9",
            "labels": {"app.kubernetes.io/managed-by": "driftdeck"},
            "annotations": written["metadata"].get("annotations"),
            "resourceVersion": f"{self.version}",
        }
        before, self.inventory = self.inventory, {**written, "metadata": metadata}
        metadata_only = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}
        kind = "ADDED" if before is None else "MODIFIED"
        self.late.append({"type": kind, "object": {**metadata_only, "metadata": metadata}})

    def tell(self) -> None:
        """Let the oldest event arrive that did not yet."""
        self.events.put_nowait(self.late.pop(0))


@dataclass
class Stage:
    shop: Shop
    server: ScriptedServer
    calls: Calls
    inventories: Inventories
    records: Records
    moment: HeldClock
    told: list[Input]
    news: asyncio.Event

    @property
    def readings(self) -> int:
        """How often the inventory was asked for."""
        path = f"{MAPS_PATH}/{NAME}"
        return sum(asked.method == "GET" and asked.path == path for asked in self.server.asked)

    async def write(self, *numbers: int) -> None:
        await self.inventories.write("pay", "shop", HOME, [a_row(number) for number in numbers])

    async def hear_of_another_writer(self) -> None:
        """Somebody else writes, which is told after all that was told before."""
        assert self.shop.inventory is not None
        data = {"format": "1", "app": "pay", "cluster": "u-1", "rows": ""}
        self.shop.write({**self.shop.inventory, "data": data})
        self.shop.tell()
        async with asyncio.timeout(60):
            await self.news.wait()


@asynccontextmanager
async def staged(shop: Shop) -> AsyncIterator[Stage]:
    async with serving(shop.answer) as server, linked(server.url) as link:
        told: list[Input] = []
        news = asyncio.Event()

        def hear(happened: Input) -> None:
            told.append(happened)
            news.set()

        moment, calls = HeldClock(), Calls(link, Clock())
        inventories = Inventories(calls, Clock(), Access(calls, Clock()), unfenced)
        records = Records(link, moment.clock, inventories, Access(calls, Clock()), hear)

        async def run(ready: asyncio.Event) -> None:
            async with asyncio.TaskGroup() as group:
                records.start(group)
                ready.set()
                await asyncio.Event().wait()

        ready = asyncio.Event()
        task = asyncio.create_task(run(ready))
        await ready.wait()
        assert await inventories.read("pay", "shop", HOME) == ()
        records.follow("shop")
        await server.until_asked(3)  # the inventory, its namespace, the watch
        yield Stage(shop, server, calls, inventories, records, moment, told, news)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("events_first", [True, False])
async def test_our_own_writes_are_not_read_again_whenever_the_server_tells_of_them(
    *, events_first: bool
) -> None:
    shop = Shop(events_first)
    async with staged(shop) as stage:
        before = stage.readings
        for numbers in ((1,), (1, 2), (1, 2, 3)):
            await stage.write(*numbers)
        while shop.late:
            shop.tell()
            await asyncio.sleep(0.02)  # it arrives
        await stage.hear_of_another_writer()
        assert len(stage.told) == 1
        assert stage.readings == before + 1


async def test_a_write_from_before_the_news_is_refused_without_a_request() -> None:
    async with staged(Shop()) as stage:
        await stage.write(1)
        stage.shop.tell()
        await stage.hear_of_another_writer()
        before = len(stage.server.asked)
        with pytest.raises(OutdatedError, match="by somebody else"):
            await stage.write(1, 2)
        assert len(stage.server.asked) == before
        assert await stage.inventories.read("pay", "shop", HOME) == ()
        await stage.write(1, 2)
        assert await stage.inventories.read("pay", "shop", HOME) == (a_row(1), a_row(2))


async def test_an_inventory_that_could_not_be_read_is_not_written_over() -> None:
    shop = Shop()
    async with staged(shop) as stage:
        await stage.write(1, 2)
        late = Inventories(stage.calls, Clock(), Access(stage.calls, Clock()), unfenced)
        shop.refusals = 1
        with pytest.raises(DeniedError):
            await late.read("pay", "shop", HOME)
        with pytest.raises(OutdatedError, match="by somebody else"):
            await late.write("pay", "shop", HOME, [a_row(3)])
        assert await late.read("pay", "shop", HOME) == (a_row(1), a_row(2))
        await late.write("pay", "shop", HOME, [a_row(1), a_row(2), a_row(3)])
        assert len(await late.read("pay", "shop", HOME)) == 3


async def test_an_inventory_that_could_not_be_read_is_read_once_that_is_possible() -> None:
    shop = Shop()
    async with staged(shop) as stage:
        await stage.write(1)
        read = partial(stage.inventories.read, "pay", "shop", HOME)
        shop.refusals = 2
        with pytest.raises(DeniedError) as refused:
            await read()
        assert stage.inventories.places("shop") == ()
        for _ in range(2):  # it is one question, however often it is put
            stage.records.try_again(Place("pay", "shop"), read, refused.value)
        before = stage.readings
        await stage.moment.pass_by(1.0)
        await stage.moment.until_slept(1.6)
        assert (stage.readings, stage.told) == (before + 1, [])
        await stage.moment.pass_by(1.6)
        async with asyncio.timeout(60):
            await stage.news.wait()
        assert stage.told == [InventoryRead("pay", (a_row(1),))]
        assert stage.readings == before + 2


async def test_a_write_that_failed_is_tried_again_after_a_second_at_the_earliest() -> None:
    shop, moment = Shop(), HeldClock()
    async with staged(shop) as stage:
        await stage.write(1)
        late = Inventories(stage.calls, moment.clock, Access(stage.calls, Clock()), unfenced)
        shop.refusals = 1
        with pytest.raises(DeniedError):
            await late.write("pay", "shop", HOME, [])
        before = len(stage.server.asked)
        again = asyncio.create_task(late.write("pay", "shop", HOME, []))
        await moment.until_slept(PACE_S)
        assert len(stage.server.asked) == before
        await moment.pass_by(PACE_S)
        with pytest.raises(OutdatedError):
            await again


async def test_of_what_we_wrote_over_nothing_is_read_that_another_had_written() -> None:
    shop = Shop()
    async with staged(shop) as stage:
        await stage.write(1)
        shop.late.clear()
        before = stage.readings
        assert shop.inventory is not None
        shop.write(shop.inventory)  # by somebody else, and it says the same
        await stage.write(1, 2)  # refused, read, and made again
        assert stage.readings == before + 1
        while shop.late:
            shop.tell()
            await asyncio.sleep(0.02)  # it arrives
        await stage.hear_of_another_writer()
        assert stage.readings == before + 2


async def test_what_cluster_it_is_is_asked_once_for_all_its_inventories() -> None:
    async with staged(Shop()) as stage:
        names = ("cart", "mail", "till")
        await asyncio.gather(*(stage.inventories.write(n, "shop", HOME, [a_row(1)]) for n in names))
        asked = [asked.path for asked in stage.server.asked]
        assert asked.count("/api/v1/namespaces/kube-system") == 1
        met = Inventories(stage.calls, Clock(), Access(stage.calls, Clock()), unfenced)
        met.meet("u-1")
        await met.write("new", "shop", HOME, [a_row(1)])
        asked = [asked.path for asked in stage.server.asked]
        assert asked.count("/api/v1/namespaces/kube-system") == 1


async def test_the_commit_that_counts_as_applied_is_asked_of_the_first_part_alone() -> None:
    async with staged(Shop()) as stage:
        await stage.inventories.write("pay", "shop", HOME, [a_row(1)], Notes(commit="c0ffee"))
        before = len(stage.server.asked)
        assert await stage.inventories.commit(Place("pay", "shop")) == "c0ffee"
        asked = [asked.path for asked in stage.server.asked[before:]]
        assert [path for path in asked if path.startswith(f"{MAPS_PATH}/")] == [
            f"{MAPS_PATH}/{NAME}"
        ]


async def test_one_event_tells_what_is_set_aside_and_that_a_person_had_the_app_synced() -> None:
    async with staged(Shop()) as stage:
        await stage.write(1)
        stage.shop.tell()
        assert stage.shop.inventory is not None
        aside = (Pause(None, 200.0, "why", "ann", 100.0),)
        said = {
            "driftdeck/set-aside": text_of(aside),
            "driftdeck/synced-by-a-person": "2026-01-01T00:00:00Z",
        }
        stage.shop.write({**stage.shop.inventory, "metadata": {"annotations": said}})
        stage.shop.tell()
        async with asyncio.timeout(60):
            await stage.news.wait()
        assert stage.told == [PausesRead("pay", aside), SyncAsked("pay")]
