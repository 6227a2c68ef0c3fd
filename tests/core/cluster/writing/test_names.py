"""The names of all inventories are asked for together by all the apps of a fleet."""

import asyncio

from core.clock import Clock
from core.cluster.connection.calls import Calls
from core.cluster.writing.access import Access
from core.cluster.writing.shards import NAMES_S, Names
from core.errors import ProductError
from tests.core.cluster.scripted import Asked, Reply, linked, serving

EVERYWHERE = "/api/v1/configmaps"


class Lists:
    """A server that lists one ConfigMap wherever it is asked, and counts how often."""

    def __init__(self, *, everywhere: bool) -> None:
        self.everywhere, self.asked, self.fails = everywhere, list[str](), False

    async def answer(self, asked: Asked, reply: Reply) -> None:
        if asked.path.endswith("accessreviews"):
            reply.say(201, {"status": {"allowed": self.everywhere}})
        elif asked.path.endswith("rulesreviews"):
            rule = {"verbs": ["list"], "apiGroups": [""], "resources": ["configmaps"]}
            reply.say(201, {"status": {"resourceRules": [rule], "incomplete": False}})
        else:
            self.asked.append(asked.path)
            assert "PartialObjectMetadataList" in asked.headers["Accept"]
            status = 400 if self.fails else 200
            reply.say(status, {"items": [{"metadata": {"name": asked.path}}]})


async def found(names: Names, *namespaces: str) -> list[str]:
    return [each.metadata.name for each in await names.listed(namespaces)]


async def test_they_are_asked_for_once_a_second_however_many_ask() -> None:
    server, now = Lists(everywhere=True), [1_000.0]
    async with serving(server.answer) as served, linked(served.url) as link:
        calls = Calls(link, Clock())
        names = Names(calls, Clock(monotonic=lambda: now[0]), Access(calls, Clock()))
        every = await asyncio.gather(*(found(names, f"n{number}") for number in range(5)))
        assert every == [[EVERYWHERE]] * 5
        assert server.asked == [EVERYWHERE]
        now[0] += NAMES_S
        await found(names)
        assert server.asked == [EVERYWHERE] * 2
        names.forget()
        await found(names)
        assert server.asked == [EVERYWHERE] * 3


async def test_where_that_is_forbidden_those_of_the_namespaces_at_issue_are_asked_for() -> None:
    server = Lists(everywhere=False)
    async with serving(server.answer) as served, linked(served.url) as link:
        calls = Calls(link, Clock())
        names = Names(calls, Clock(), Access(calls, Clock()))
        here, there = (f"/api/v1/namespaces/{each}/configmaps" for each in ("a", "b"))
        assert await found(names, "a", "b", "a") == [here, there]
        assert await found(names, "b") == [there]
        assert server.asked == [here, there, there]


async def test_a_failure_is_that_of_all_who_wait_for_it_and_of_nobody_else() -> None:
    server, now = Lists(everywhere=True), [1_000.0]
    async with serving(server.answer) as served, linked(served.url) as link:
        calls = Calls(link, Clock())
        names = Names(calls, Clock(monotonic=lambda: now[0]), Access(calls, Clock()))
        server.fails = True
        every = await asyncio.gather(*(found(names) for _ in range(5)), return_exceptions=True)
        assert isinstance(every[0], ProductError)
        assert all(each is every[0] for each in every)
        assert server.asked == [EVERYWHERE]
        server.fails = False
        now[0] += 0.1
        assert await found(names) == [EVERYWHERE]
