"""The two servers that the same statements must hold against, and an engine that only listens."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from core.cluster import Clock, Cluster
from core.compare import Policy
from core.meter import UNMETERED, Meter
from core.model import ClusterSpec, Desired, Document, JsonObject, Key, KindRef, Live, ObjectRef
from core.reconcile.memory.inputs import ClusterFound, Input
from core.reconcile.memory.results import Confirmed
from core.remedy import creation, statement
from tests.apiserver.client import Answer, Client

MAP = KindRef("v1", "ConfigMap")
DEPLOYMENT = KindRef("apps/v1", "Deployment")
SECRET = KindRef("v1", "Secret")
NAMESPACE = KindRef("v1", "Namespace")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class World:
    """One API server with a namespace that no other test uses."""

    kubeconfig: Callable[[str], Path]
    client: Callable[[str], Client]
    namespace: str
    kill: Callable[[], None]
    restart: Callable[[], None]

    async def call(
        self, method: str, path: str, body: JsonObject | None = None, *, user: str = "alice"
    ) -> Answer:
        """Let somebody else act."""
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        client = self.client(user)
        return await asyncio.to_thread(client.call, method, path, body, content_type=kind)

    async def make(self, name: str, value: str = "1", *, namespace: str = "") -> None:
        """Make a ConfigMap."""
        place = namespace or self.namespace
        body: JsonObject = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": name},
            "data": {"v": value},
        }
        answer = await self.call("POST", f"/api/v1/namespaces/{place}/configmaps", body)
        assert answer.status == 201, answer.body

    async def change(self, name: str, value: str) -> None:
        """Change a ConfigMap."""
        path = f"/api/v1/namespaces/{self.namespace}/configmaps/{name}"
        answer = await self.call("PATCH", path, {"data": {"v": value}})
        assert answer.status == 200, answer.body

    async def remove(self, name: str) -> None:
        """Delete a ConfigMap."""
        path = f"/api/v1/namespaces/{self.namespace}/configmaps/{name}"
        answer = await self.call("DELETE", path)
        assert answer.status == 200, answer.body

    async def found(self, name: str) -> Live:
        """Read a ConfigMap that is there, as nobody's cache."""
        path = f"/api/v1/namespaces/{self.namespace}/configmaps/{name}"
        answer = await self.call("GET", path)
        assert answer.status == 200, answer.body
        metadata = json.loads(answer.body)["metadata"]
        return Live(metadata["uid"], metadata["resourceVersion"], answer.body)

    async def make_namespace(self) -> str:
        """Make another namespace."""
        name = f"t-{secrets.token_hex(5)}"
        body: JsonObject = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        answer = await self.call("POST", "/api/v1/namespaces", body, user="admin")
        assert answer.status == 201, answer.body
        return name

    def ref(self, name: str, kind: KindRef = MAP) -> ObjectRef:
        """An object in the namespace."""
        return ObjectRef(kind.group, kind.kind, self.namespace, name)

    def desired(self, name: str, **fields: object) -> Desired:
        """A ConfigMap that Git states."""
        return self.desired_of(MAP, name, {"data": fields})

    def desired_of(self, kind: KindRef, name: str, content: object) -> Desired:
        """Any object that Git states."""
        metadata = {"name": name, "namespace": self.namespace}
        head = {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": metadata}
        assert isinstance(content, dict)
        body = json.dumps({**head, **content}).encode()
        document = Document(kind, self.namespace, name, body, "web.yaml", 1, 0)
        return Desired(self.ref(name, kind), kind, body, "0" * 16, document)


async def applied(cluster: Cluster, desired: Desired, live: Live | None) -> Live:
    """Create what Git states, or apply it to *live*."""
    request = creation(desired) if live is None else statement(desired, live, None, Policy())
    (made,) = await cluster.perform("shop", (request,), live)
    assert made is not None
    return made


async def predicted(cluster: Cluster, key: Key, desired: Desired, live: Live) -> Confirmed:
    """Ask what applying what Git states to *live* would make of it."""
    return await cluster.dry_run(key, desired, live, statement(desired, live, None, Policy()))


class Listener:
    """What the engine hears."""

    def __init__(self) -> None:
        self.inputs: list[Input] = []
        self._told = asyncio.Event()

    def emit(self, happened: Input) -> None:
        self.inputs.append(happened)
        self._told.set()

    def all(self, kind: type[T]) -> list[T]:
        """Everything of one type that was told."""
        return [one for one in self.inputs if isinstance(one, kind)]

    async def until(self, claim: Callable[[], bool], *, within_s: float = 60) -> None:
        """Return once *claim* holds."""
        async with asyncio.timeout(within_s):
            while not claim():
                self._told.clear()
                await self._told.wait()

    async def next(self, kind: type[T], *, after: int = 0, within_s: float = 60) -> T:
        """Return the first input of one type after the first *after* of them."""
        await self.until(lambda: len(self.all(kind)) > after, within_s=within_s)
        return self.all(kind)[after]


@asynccontextmanager
async def running(
    spec: ClusterSpec,
    *,
    clock: Clock | None = None,
    meter: Meter = UNMETERED,
    controllers: str = "",
) -> AsyncIterator[tuple[Cluster, Listener]]:
    """A cluster at work."""
    listener = Listener()
    cluster = Cluster(spec, emit=listener.emit, clock=clock, meter=meter, controllers=controllers)
    task = asyncio.create_task(cluster.run())
    try:
        yield cluster, listener
    finally:
        task.cancel()
        results = await asyncio.gather(task, return_exceptions=True)
    fault = results[0]
    if isinstance(fault, BaseException) and not isinstance(fault, asyncio.CancelledError):
        raise fault


@asynccontextmanager
async def connected(
    world: World,
    user: str = "driftdeck",
    *,
    clock: Clock | None = None,
    meter: Meter = UNMETERED,
    controllers: str = "",
) -> AsyncIterator[tuple[Cluster, Listener]]:
    """A cluster that was found."""
    spec = ClusterSpec(name="test", kubeconfig=str(world.kubeconfig(user)))
    async with running(spec, clock=clock, meter=meter, controllers=controllers) as (
        cluster,
        listener,
    ):
        await listener.next(ClusterFound)
        yield cluster, listener
