"""The inventories of many namespaces are followed by one watch, which may know less than a read."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from core.clock import Clock
from core.cluster.connection.calls import Calls
from core.cluster.connection.fence import unfenced
from core.cluster.following.follower import SCOPES_MAX
from core.cluster.following.records import Records
from core.cluster.writing.access import Access
from core.cluster.writing.inventories import Inventories
from core.cluster.writing.pausing import text_of
from core.cluster.writing.shards import Place
from core.errors import DeniedError, UnavailableError
from core.model import Home, Pause
from core.reconcile.memory.inputs import Input, PausesRead
from core.reconcile.memory.results import InventoryRead
from tests.core.cluster.scripted import Asked, Reply, bookmark, linked, serving

HOME = Home(root="c0ffee", remote="git.example.org/shop/config", path="prod")
MANY = [f"n{number}" for number in range(SCOPES_MAX + 2)]
WIDE = "/api/v1/configmaps"
ASIDE = (Pause(None, 200.0, "why", "ann", 100.0),)


def path_of(namespace: str) -> str:
    return f"/api/v1/namespaces/{namespace}/configmaps"


class Fleet:
    """Namespaces, each with the inventory of an app of its name, which holds nothing."""

    def __init__(self) -> None:
        self.answers_access = self.allows_all = True
        self.maps: dict[str, dict[str, Any]] = {}
        self.version = 10
        self.open: Counter[str] = Counter()  # watches
        self.streams: list[asyncio.Queue[object]] = []
        self.told: list[Input] = []
        self.moved = asyncio.Event()
        for namespace in (*MANY, "late"):
            self.write(namespace)

    def write(self, namespace: str, *, silent: bool = False, aside: str = "") -> None:
        """Write an inventory; who watches is told, unless the event is still on its way."""
        self.version += 1
        metadata = {
            "name": f"driftdeck-{namespace}-0",
            "namespace": namespace,
            "uid": f"u-{namespace}",
            "labels": {"app.kubernetes.io/managed-by": "driftdeck"},
            "annotations": {"driftdeck/set-aside": aside} if aside else {},
            "resourceVersion": f"{self.version}",
        }
        rows = f"/ConfigMap/{namespace}/a u-{self.version} {'0' * 16}"
        data = {"format": "1", "app": namespace, "cluster": "u-1", "rows": rows}
        self.maps[namespace] = {"metadata": metadata, "data": data}
        if not silent:
            for stream in self.streams:
                stream.put_nowait({"type": "MODIFIED", "object": self.head(namespace)})

    def head(self, namespace: str) -> dict[str, Any]:
        """What a watch of metadata tells of one."""
        said = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}
        return said | {"metadata": self.maps[namespace]["metadata"]}

    async def answer(self, asked: Asked, reply: Reply) -> None:
        """Be a server."""
        if "watch" in asked.query:
            await self.stream(asked.path, reply)
        elif asked.path.endswith("selfsubjectaccessreviews"):
            status = 201 if self.answers_access else 503
            reply.say(status, {"status": {"allowed": self.allows_all}})
        elif asked.path.rpartition("/")[0].endswith("/configmaps"):
            here = self.maps[asked.path.split("/")[4]]
            gone = {"kind": "Status", "reason": "NotFound", "details": {"name": "-"}}
            reply.say(200, here) if asked.path.endswith("-0") else reply.say(404, gone)
        else:
            reply.say(200, {"metadata": {"uid": "u-1", "name": "kube-system"}})

    async def stream(self, path: str, reply: Reply) -> None:
        """Send what there is, and then what happens, until the peer goes."""
        events: asyncio.Queue[object] = asyncio.Queue()
        self.open[path] += 1
        try:
            for namespace in self.maps:
                if path in {WIDE, path_of(namespace)}:
                    await reply.send({"type": "ADDED", "object": self.head(namespace)})
            await reply.send(bookmark(self.version, end=True))
            self.streams += [events] if path == WIDE else []
            self.moved.set()
            while True:
                await reply.send(await events.get())
        finally:
            self.open[path] -= 1
            self.moved.set()

    @property
    def watched(self) -> set[str]:
        """What is watched now."""
        return {path for path, count in self.open.items() if count}

    def hear(self, happened: Input) -> None:
        """Remember what is told."""
        self.told.append(happened)
        self.moved.set()

    async def until(self, claim: Callable[[], bool]) -> None:
        """Return once *claim* holds."""
        async with asyncio.timeout(60):
            while not claim():
                self.moved.clear()
                await self.moved.wait()


class Stage:
    """An engine's side of it."""

    def __init__(self, fleet: Fleet, inventories: Inventories, records: Records) -> None:
        self.fleet, self.inventories, self.records = fleet, inventories, records

    async def read(self, namespace: str) -> None:
        """Read the inventory of one app."""
        await self.inventories.read(namespace, namespace, HOME)
        self.records.tell_pauses(Place(namespace, namespace))

    async def meet(self, *namespaces: str) -> None:
        """Read the inventories of these, and follow them."""
        for namespace in namespaces:
            await self.read(namespace)
            self.records.follow(namespace)

    async def met(self) -> None:
        """Meet so many that one watch serves them all."""
        await self.meet(*MANY)
        await self.fleet.until(lambda: self.fleet.watched == {WIDE})

    async def catch_up(self) -> None:
        """Return when everything that was sent by now was taken."""
        self.fleet.write(MANY[0])
        await self.fleet.until(lambda: news(self.fleet).count(MANY[0]) > 0)


def news(fleet: Fleet) -> list[str]:
    """Name the apps whose inventories were read anew."""
    return [one.app for one in fleet.told if isinstance(one, InventoryRead)]


@asynccontextmanager
async def staged() -> AsyncIterator[Stage]:
    fleet = Fleet()
    async with serving(fleet.answer) as server, linked(server.url) as link:
        calls, clock = Calls(link, Clock()), Clock()
        access = Access(calls, clock)
        inventories = Inventories(calls, clock, access, unfenced)
        records = Records(link, clock, inventories, access, fleet.hear)
        ready = asyncio.Event()

        async def run() -> None:
            async with asyncio.TaskGroup() as group:
                records.start(group)
                ready.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(run())
        await ready.wait()
        yield Stage(fleet, inventories, records)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_few_namespaces_are_followed_each_by_itself() -> None:
    async with staged() as stage:
        few = MANY[:SCOPES_MAX]
        await stage.meet(*few)
        await stage.fleet.until(lambda: stage.fleet.watched == set(map(path_of, few)))


async def test_more_are_followed_by_one_watch_which_tells_of_each() -> None:
    async with staged() as stage:
        await stage.met()
        await stage.meet("late")
        for namespace in (MANY[0], MANY[-1], "late"):
            stage.fleet.write(namespace)
        await stage.fleet.until(lambda: len(news(stage.fleet)) == 3)
        assert sorted(news(stage.fleet)) == sorted([MANY[0], MANY[-1], "late"])
        assert stage.fleet.watched == {WIDE}


@pytest.mark.parametrize("said", [True, False])
async def test_where_that_is_forbidden_or_not_known_each_is_followed_by_itself(
    *, said: bool
) -> None:
    async with staged() as stage:
        stage.fleet.allows_all, stage.fleet.answers_access = False, said
        await stage.meet(*MANY)
        await stage.fleet.until(lambda: stage.fleet.watched == set(map(path_of, MANY)))


async def test_so_is_each_once_the_right_to_follow_them_all_is_taken_away() -> None:
    async with staged() as stage:
        await stage.met()
        stage.records.lost("", UnavailableError("gone for a moment"))
        await stage.catch_up()
        assert stage.fleet.watched == {WIDE}
        stage.records.lost("", DeniedError("forbidden"))
        await stage.fleet.until(lambda: stage.fleet.watched == set(map(path_of, MANY)))
        await stage.meet("late")
        wanted = {path_of(each) for each in (*MANY, "late")}
        await stage.fleet.until(lambda: stage.fleet.watched == wanted)


async def test_what_happened_between_a_read_and_the_following_is_not_missed() -> None:
    async with staged() as stage:
        await stage.met()
        await stage.read("late")
        stage.fleet.write("late", aside=text_of(ASIDE))
        await stage.catch_up()
        assert "late" not in news(stage.fleet)
        stage.records.follow("late")
        await stage.fleet.until(lambda: "late" in news(stage.fleet))
        assert PausesRead("late", ASIDE) in stage.fleet.told


async def test_what_was_read_is_not_taken_back_by_a_watch_that_is_late() -> None:
    async with staged() as stage:
        await stage.met()
        stage.fleet.write("late", silent=True)
        older = {"type": "MODIFIED", "object": stage.fleet.head("late")}
        stage.fleet.write("late", silent=True, aside=text_of(ASIDE))
        await stage.meet("late")
        for event in (older, {"type": "MODIFIED", "object": stage.fleet.head("late")}):
            stage.fleet.streams[0].put_nowait(event)
        await stage.catch_up()
        told = [each for each in stage.fleet.told if isinstance(each, PausesRead)]
        assert told == [PausesRead("late", ASIDE)]
