"""A server that says what a test tells it to, and remembers what it was asked."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import parse_qsl

from aiohttp import web

from core.clock import Clock
from core.cluster.connection.link import Link, open_connection
from core.cluster.following.reflector import Reflector
from core.cluster.following.store import Change
from core.cluster.login.login import FixedBearer, Login
from core.errors import ProductError
from core.meter import UNMETERED, Meter
from core.model import KindRef, Live, ObjectRef, Resource

MAPS = Resource(KindRef("v1", "ConfigMap"), "configmaps", namespaced=True, has_status=False)
LIST_PATH = "/api/v1/namespaces/shop/configmaps"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def step(self) -> str:
        """Which step of the reflector asks this."""
        if "watch" not in self.query:
            return "list"
        return "watchlist" if "sendInitialEvents" in self.query else "watch"


Script = Callable[[Asked, "Reply"], Awaitable[None]]


class Reply:
    """How a script answers one request."""

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self.response: web.StreamResponse | None = None

    def say(
        self, status: int, body: object = None, *, headers: Mapping[str, str] | None = None
    ) -> None:
        """Answer with JSON, or with bytes as they are."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.response = web.Response(
            status=status, body=raw, headers={"Content-Type": "application/json", **(headers or {})}
        )

    async def send(self, *events: object) -> None:
        """Begin or go on with a stream of events; bytes are sent as they are."""
        if self.response is None:
            self.response = web.StreamResponse(headers={"Content-Type": "application/json"})
            await self.response.prepare(self._request)
        for event in events:
            raw = event if isinstance(event, bytes) else json.dumps(event).encode() + b"\n"
            await self.response.write(raw)

    async def hold(self, *events: object) -> None:
        """Send these, then say nothing more until the peer goes."""
        await self.send(*events)
        await asyncio.Event().wait()

    def cut(self) -> None:
        """Break the connection without a word."""
        transport = self._request.transport
        assert transport is not None
        transport.abort()


class ScriptedServer:
    """Runs a script for each request."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.asked: list[Asked] = []
        self.url = ""
        self._came = asyncio.Event()

    @property
    def steps(self) -> list[str]:
        """What was asked, as steps of the reflector."""
        return [asked.step for asked in self.asked]

    async def until_asked(self, count: int) -> None:
        """Return once so many requests came."""
        async with asyncio.timeout(60):
            while len(self.asked) < count:
                self._came.clear()
                await self._came.wait()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        path, _, query = request.raw_path.partition("?")
        asked = Asked(
            request.method,
            path,
            dict(parse_qsl(query)),
            dict(request.headers),
            await request.read(),
        )
        self.asked.append(asked)
        self._came.set()
        reply = Reply(request)
        await self.script(asked, reply)
        return reply.response or web.Response(status=500)


@asynccontextmanager
async def serving(script: Script) -> AsyncIterator[ScriptedServer]:
    """Run a scripted server on loopback."""
    server = ScriptedServer(script)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.handle)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()


@asynccontextmanager
async def linked(
    url: str, went_back: Callable[[], None] = lambda: None, meter: Meter = UNMETERED
) -> AsyncIterator[Link]:
    """A link that is up."""
    link = Link("cluster test", went_back, meter)
    login = Login(context="c", server=url, namespace="", user="u", bearer=FixedBearer("Bearer t"))
    await link.adopt(await open_connection(login, meter=meter))
    try:
        yield link
    finally:
        await link.close()


class Recorder:
    """A sink that remembers, and wakes whoever waits for something to be told."""

    def __init__(self) -> None:
        self.listings: list[dict[ObjectRef, Live]] = []
        self.changes: list[Change] = []
        self.problems: list[ProductError] = []
        self.heard_count = 0
        self.went_back_count = 0
        self.reflector: Reflector | None = None
        self._told = asyncio.Event()

    def replaced(self, scope: str) -> None:
        assert self.reflector is not None, scope
        self.listings.append(dict(self.reflector.store.objects))
        self._told.set()

    def changed(self, scope: str, changes: list[Change]) -> None:
        del scope
        self.changes += changes
        self._told.set()

    def heard(self) -> None:
        self.heard_count += 1
        self._told.set()

    def went_back(self) -> None:
        self.went_back_count += 1

    def lost(self, scope: str, problem: ProductError) -> None:
        del scope
        self.problems.append(problem)
        self._told.set()

    async def until(self, claim: Callable[[], bool]) -> None:
        """Return once *claim* holds; looked at whenever something is told."""
        async with asyncio.timeout(60):
            while not claim():
                self._told.clear()
                await asyncio.wait_for(self._told.wait(), 60)

    async def until_heard(self, count: int) -> None:
        """Return once the server said something so many times."""
        await self.until(lambda: self.heard_count >= count)

    def names(self, index: int = -1) -> list[str]:
        """The names of one listing."""
        return sorted(ref.name for ref in self.listings[index])


@asynccontextmanager
async def reflecting(url: str, clock: Clock, meter: Meter = UNMETERED) -> AsyncIterator[Recorder]:
    """A reflector of ConfigMaps in the namespace shop, at work."""
    recorder = Recorder()
    async with linked(url, recorder.went_back, meter) as link:
        recorder.reflector = Reflector(link, clock, MAPS, "shop", recorder)
        task = asyncio.create_task(recorder.reflector.run())
        try:
            yield recorder
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            link.up.set()
        if not task.cancelled():
            task.result()  # a bug in the reflector fails the test


# What a server says -------------------------------------------------------------------------------


def a_map(name: str, version: int, *, uid: str = "", value: str = "1") -> dict[str, object]:
    """A ConfigMap as a watch sends it."""
    metadata = {
        "name": name,
        "namespace": "shop",
        "uid": uid or f"uid-{name}",
        "resourceVersion": str(version),
    }
    return {"kind": "ConfigMap", "apiVersion": "v1", "metadata": metadata, "data": {"v": value}}


def event(kind: str, name: str, version: int, *, uid: str = "") -> dict[str, object]:
    """One watch event."""
    return {"type": kind, "object": a_map(name, version, uid=uid)}


def bookmark(version: int, *, end: bool = False) -> dict[str, object]:
    """A bookmark; *end* marks the end of the initial events."""
    metadata: dict[str, object] = {"resourceVersion": str(version), "creationTimestamp": None}
    if end:
        metadata["annotations"] = {"k8s.io/initial-events-end": "true"}
    return {
        "type": "BOOKMARK",
        "object": {"kind": "ConfigMap", "apiVersion": "v1", "metadata": metadata},
    }


def status(code: int, reason: str = "", message: str = "", **details: object) -> dict[str, object]:
    """A Status object."""
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "code": code,
        "reason": reason,
        "message": message or reason,
        "details": details,
    }


def listing(version: int, *names: str, go_on: str = "") -> dict[str, object]:
    """A ConfigMapList, its items without kind and apiVersion as the server sends them."""
    items = [a_map(name, version) for name in names]
    for item in items:
        del item["kind"], item["apiVersion"]
    metadata = {"resourceVersion": str(version), **({"continue": go_on} if go_on else {})}
    return {"kind": "ConfigMapList", "apiVersion": "v1", "metadata": metadata, "items": items}
