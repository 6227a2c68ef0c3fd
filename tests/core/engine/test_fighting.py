"""The whole engine on the embedded server, against a hand that never tires."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from core.cli.session import EngineLike, beside, until
from core.clock import Clock
from core.engine import connect
from core.git import commit_files
from core.model import AppSpec, ClusterSpec, EventName, Key, ObjectRef, Snapshot
from core.reconcile.memory.commands import Execute, PreparePlan
from core.sandbox import SandboxThread
from tests.apiserver.client import Client
from tests.loop.clusters import MERGE_PATCH

GIT = b'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {a: "1"}\n'
PATH = "/api/v1/namespaces/default/configmaps/web"
WEB = Key("shop", ObjectRef("", "ConfigMap", "default", "web"))
HASTE = 50.0


def hasty() -> Clock:
    """A clock on which pauses are over soon."""
    began = time.time()
    return Clock(
        wall=lambda: began + (time.time() - began) * HASTE,
        sleep=lambda seconds: asyncio.sleep(seconds / HASTE),
    )


class Hand:
    """A person who edits a field again and again, and what the engine makes of it."""

    def __init__(self, client: Client, engine: EngineLike) -> None:
        self.client, self.engine = client, engine

    async def edit(self, value: str) -> None:
        path, body = f"{PATH}?fieldManager=kubectl-edit", {"data": {"a": value}}
        call = self.client.call
        await asyncio.to_thread(call, "PATCH", path, body, content_type=MERGE_PATCH)

    async def shows(self, holds: Callable[[Snapshot], bool]) -> Snapshot:
        shown, done = await until(self.engine, holds, deadline_s=60)
        assert done, shown.events
        return shown

    async def told(self, name: EventName, times: int) -> Snapshot:
        return await self.shows(lambda s: Counter(e.name for e in s.events)[name] == times)

    async def value(self) -> str:
        answer = await asyncio.to_thread(self.client.call, "GET", PATH)
        return str(answer.json()["data"]["a"])


@pytest.mark.outside
async def test_a_field_that_is_edited_after_each_of_five_heals_is_left_until_a_person_syncs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    repo = tmp_path / "repo"
    commit_files(repo, {"web.yaml": GIT}, author="Ada <ada@x>", message="Web", when=1e9, init=True)

    async def reader(engine: EngineLike) -> None:
        hand = Hand(Client(server.url, None, server.tokens["alice"]), engine)
        await hand.shows(lambda s: WEB in s.rows and s.rows[WEB].verdict == "in_sync")
        for number in range(1, 6):
            await hand.edit(f"{number}{number}")
            await hand.told(EventName.HEALED, number)
            await hand.shows(lambda s: s.rows[WEB].verdict == "in_sync")
        await hand.edit("66")
        shown = await hand.told(EventName.FIGHTING, 1)
        (event,) = (each for each in shown.events if each.name is EventName.FIGHTING)
        assert "data.a: written again by kubectl-edit (Update, 2" in event.message
        assert shown.rows[WEB].reason == event.message
        engine.submit(PreparePlan(1, frozenset({WEB})))
        shown = await hand.shows(lambda s: s.plan_for(1) is not None)
        assert await hand.value() == "66"
        engine.submit(Execute(1, shown.plan_for(1)))  # type: ignore[arg-type]
        await hand.shows(lambda s: s.rows[WEB].verdict == "in_sync")
        assert await hand.value() == "1"
        await hand.edit("77")
        await hand.told(EventName.HEALED, 6)
        assert await hand.value() == "1"

    with SandboxThread() as server:
        spec = AppSpec(
            name="shop",
            repo=str(repo),
            revision="main",
            path="",
            cluster="here",
            namespace="default",
        )
        kubeconfig = str(server.kubeconfig(tmp_path, "driftdeck"))
        cluster = ClusterSpec(name="here", kubeconfig=kubeconfig)
        engine = connect((spec,), (cluster,), healing=True, clock=hasty())
        await beside(engine, reader)
