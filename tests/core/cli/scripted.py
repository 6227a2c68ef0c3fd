"""An engine that plays a script: it shows what a test tells it to, and answers commands."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from types import MappingProxyType

from core.model import (
    ABSENT,
    Actor,
    AppSpec,
    AppView,
    Cause,
    ClusterSpec,
    ClusterView,
    Commit,
    Confidence,
    ConfirmedBy,
    Drift,
    FieldChange,
    FieldVerdict,
    Key,
    KindRef,
    ObjectRef,
    Operation,
    Origin,
    Snapshot,
    Stamp,
    Verdict,
)
from core.reconcile.memory.commands import Command

DEPLOYMENT = KindRef("apps/v1", "Deployment")
SERVICE = KindRef("v1", "Service")
WEB = Key("shop", ObjectRef("apps", "Deployment", "shop", "web"))
CART = Key("shop", ObjectRef("", "Service", "shop", "cart"))
COMMIT = Commit(
    "3f2a1b9" + "0" * 33, "Ines Duarte <i@shop.example>", "2026-06-30T14:02:11Z", "Sale"
)
SPEC = AppSpec(name="shop", repo="config", revision="main", path="apps/shop", cluster="demo")
ACTOR = Actor(
    "kubectl", Operation.UPDATE, "scale", "2026-07-01T12:00:03Z", None, None, Confidence.OWNED
)
ORIGIN = Origin(
    "apps/shop/web.yaml",
    8,
    COMMIT.id,
    "Ines Duarte <i@shop.example>",
    "2026-06-30T14:02:11Z",
    "Sale",
)
REPLICAS = FieldChange("spec.replicas", FieldVerdict.DRIFT, 7, 3, ACTOR, ORIGIN)
LABEL = FieldChange("metadata.labels.owner", FieldVerdict.DRIFT, "alice", ABSENT, ACTOR)

CLUSTER = ClusterView(ClusterSpec(name="demo"), "demo-eu", connected=True, user="ada")

Reaction = Callable[[Command, Snapshot], Snapshot | None]


def drifted(key: Key = WEB, **fields: object) -> Drift:
    row = Drift(
        key,
        "demo",
        DEPLOYMENT,
        Verdict.DRIFTED,
        cause=Cause.LIVE_CHANGED,
        confirmed_by=ConfirmedBy.SERVER,
        stamp=Stamp("d1", "123", "u1"),
        changes=(REPLICAS,),
        explained=True,
    )
    return replace(row, **fields)  # type: ignore[arg-type]  # the fields of Drift


def missing(key: Key = CART, **fields: object) -> Drift:
    row = Drift(
        key,
        "demo",
        SERVICE,
        Verdict.MISSING,
        explained=True,
        file="apps/shop/cart.yaml",
        line=21,
    )
    return replace(row, **fields)  # type: ignore[arg-type]  # the fields of Drift


def in_sync(key: Key = WEB) -> Drift:
    return Drift(
        key, "demo", DEPLOYMENT, Verdict.IN_SYNC, stamp=Stamp("d1", "9", "u1"), explained=True
    )


def app_view(spec: AppSpec = SPEC, *rows: Drift, **fields: object) -> AppView:
    counts = {verdict: sum(row.verdict is verdict for row in rows) for verdict in Verdict}
    view = AppView(spec, revision=COMMIT, counts=MappingProxyType(counts), complete=True)
    return replace(view, **fields)  # type: ignore[arg-type]  # the fields of AppView


def picture_of(*rows: Drift, **fields: object) -> Snapshot:
    """A complete snapshot of one app with these rows; *fields* are of its view."""
    return Snapshot(
        1,
        apps=(app_view(SPEC, *rows, **fields),),
        clusters=(CLUSTER,),
        rows=MappingProxyType({row.key: row for row in rows}),
    )


class ScriptedEngine:
    """Shows snapshots and reacts to commands as the test says."""

    def __init__(self, *script: Snapshot, reaction: Reaction | None = None) -> None:
        self.commands: list[Command] = []
        self.finished = False
        self._reaction = reaction
        self._shown = list(script)  # to every reader
        self._more = asyncio.Event()
        self._newest = script[0] if script else Snapshot()

    def submit(self, command: Command) -> None:
        self.commands.append(command)
        answer = self._reaction(command, self._newest) if self._reaction else None
        if answer is not None:
            self._shown.append(answer)
            self._more.set()
            self._more = asyncio.Event()

    async def snapshots(self) -> AsyncIterator[Snapshot]:
        yield self._newest
        seen = 0
        while True:
            while seen == len(self._shown):
                await self._more.wait()
            self._newest = self._shown[seen]
            seen += 1
            yield self._newest

    async def finish(self) -> None:
        self.finished = True

    async def run(self) -> None:
        await asyncio.Event().wait()
