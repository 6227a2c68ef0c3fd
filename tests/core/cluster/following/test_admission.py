"""What admits objects is watched once a verdict rests on it, and by time where that is refused."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from core.cluster.following.admission import KINDS, LOOK_S, Admission
from core.model import Resource
from core.reconcile.memory.inputs import AdmissionSeen, Input
from tests.core.cluster.held import HeldClock
from tests.core.cluster.scripted import (
    Asked,
    Reply,
    Script,
    ScriptedServer,
    bookmark,
    linked,
    serving,
    status,
)

VERBS = frozenset({"list", "watch"})
HOOKS = Resource(
    KINDS[0], "mutatingwebhookconfigurations", namespaced=False, has_status=False, verbs=VERBS
)
SEEN = AdmissionSeen("test", changed=False)
CHANGED = AdmissionSeen("test", changed=True)


@dataclass
class Stage:
    server: ScriptedServer
    admission: Admission = field(init=False)
    moment: HeldClock = field(default_factory=HeldClock)
    told: list[Input] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, told: Input) -> None:
        self.told.append(told)
        self.news.set()

    async def until_told(self, count: int) -> None:
        async with asyncio.timeout(60):
            while len(self.told) < count:
                self.news.clear()
                await self.news.wait()


@asynccontextmanager
async def staged(script: Script) -> AsyncIterator[Stage]:
    async with serving(script) as server, linked(server.url) as link:
        stage = Stage(server)
        admission = Admission("test", link, stage.moment.clock, stage.hear)

        async def run(ready: asyncio.Event, done: asyncio.Event) -> None:
            async with asyncio.TaskGroup() as group:
                admission.start(group)
                admission.discovered({HOOKS.kind: HOOKS})
                ready.set()
                await done.wait()

        ready, done = asyncio.Event(), asyncio.Event()
        task = asyncio.create_task(run(ready, done))
        await ready.wait()
        stage.admission = admission
        yield stage
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def hook(version: int) -> dict[str, object]:
    metadata = {"name": "h", "uid": "u", "resourceVersion": str(version)}
    api_version, kind = HOOKS.kind.api_version, HOOKS.kind.kind
    made = {"apiVersion": api_version, "kind": kind, "metadata": metadata}
    return {"type": "MODIFIED" if version > 5 else "ADDED", "object": made}


async def test_nothing_is_asked_before_a_verdict_rests_on_it() -> None:
    async def script(_: Asked, reply: Reply) -> None:
        await reply.hold(bookmark(9, end=True))

    async with staged(script) as stage:
        await asyncio.sleep(0.05)
        assert stage.server.asked == []
        stage.admission.need()
        stage.admission.need()
        await stage.server.until_asked(1)
        assert len(stage.server.asked) == 1


async def test_a_change_is_told_when_it_may_act_and_once_more_later() -> None:
    changing = asyncio.Event()

    async def script(_: Asked, reply: Reply) -> None:
        await reply.send(hook(5), bookmark(9, end=True))
        await changing.wait()
        await reply.hold(hook(10))

    async with staged(script) as stage:
        stage.admission.need()
        for count in (2, 4):  # what was there may be news, too: an answer came before it was seen
            await stage.moment.pass_by(1.0)
            await stage.moment.pass_by(9.0)
            await stage.until_told(count)
            changing.set()
        assert stage.told == [CHANGED] * 4


async def test_who_may_not_see_webhooks_is_told_of_time() -> None:
    async def script(_: Asked, reply: Reply) -> None:
        reply.say(403, status(403, "Forbidden"))

    async with staged(script) as stage:
        stage.admission.need()
        await stage.server.until_asked(1)
        for count in (1, 2):
            await stage.moment.pass_by(LOOK_S)
            await stage.until_told(count)
        assert stage.told == [SEEN] * 2
