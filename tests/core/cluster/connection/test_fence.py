"""What passes the fence, and what does not: every write, each time it is sent, and nothing else."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from core.cluster.connection.calls import Calls
from core.cluster.connection.request import Request
from core.cluster.writing.access import Access
from core.cluster.writing.gateway import Gateway
from core.cluster.writing.inventories import Inventories
from core.errors import OutdatedError
from core.model import Home
from core.remedy import deletion
from tests.core.cluster.following.test_reflector import in_turn, says
from tests.core.cluster.manual import ManualClock
from tests.core.cluster.scripted import (
    MAPS,
    Asked,
    Reply,
    ScriptedServer,
    a_map,
    linked,
    serving,
    status,
)
from tests.core.cluster.writing.test_gateway import REF, asking, desired, live

HOME = Home(root="c0ffee", path="a")


class Permit:
    """A fence that lets so many through."""

    def __init__(self, most: int = 99, left_s: float = 7.0) -> None:
        self.most, self.left_s = most, left_s
        self.passed: list[str] = []
        self.under_way = 0

    @contextmanager
    def passing(self, request: Request) -> Iterator[Request]:
        if len(self.passed) == self.most:
            raise OutdatedError("another replica writes")
        self.passed.append(request.method)
        self.under_way += 1
        yield replace(request, timeout_s=self.left_s)
        self.under_way -= 1


async def test_a_dry_run_and_a_read_pass_no_fence_and_a_write_does() -> None:
    permit = Permit()
    script = in_turn(says(200, a_map("a", 5)), says(200, a_map("a", 5)), says(200, a_map("a", 6)))
    async with serving(script) as server, linked(server.url) as link:
        clock = ManualClock().clock
        gateway = Gateway(Calls(link, clock), clock)
        request = replace(asking(desired(), live(5)), unchanging=True)  # asks first
        await gateway.get(MAPS, "shop", "a")
        await gateway.perform(MAPS, request, live(5), permit)
    assert [each.query.get("dryRun") for each in server.asked] == [None, "All", None]
    assert (permit.passed, permit.under_way) == (["PATCH"], 0)


async def test_without_permission_neither_an_apply_nor_a_delete_is_sent() -> None:
    async with serving(says(200, a_map("a", 6))) as server, linked(server.url) as link:
        clock = ManualClock().clock
        gateway = Gateway(Calls(link, clock), clock)
        for request in (asking(desired(), live(5)), deletion(REF, MAPS.kind, live(5))):
            with pytest.raises(OutdatedError, match="another replica"):
                await gateway.perform(MAPS, request, live(5), Permit(0))
    assert server.asked == []


async def test_what_the_server_has_us_repeat_passes_once_more_and_may_not() -> None:
    permit = Permit(1)
    busy = says(429, status(429, "TooManyRequests"), Retry_After="1")
    async with serving(busy) as server, linked(server.url) as link:
        clock = ManualClock().clock
        with pytest.raises(OutdatedError, match="another replica"):
            await Gateway(Calls(link, clock), clock).perform(
                MAPS, asking(desired(), live(5)), live(5), permit
            )
    assert len(server.asked) == 1


async def test_a_write_whose_answer_is_lost_is_not_sent_again_without_permission() -> None:
    async def cut(_: Asked, reply: Reply) -> None:
        reply.cut()

    permit = Permit(1)
    script = in_turn(cut, says(200, a_map("a", 5)))  # and it did not happen
    async with serving(script) as server, linked(server.url) as link:
        clock = ManualClock().clock
        with pytest.raises(OutdatedError, match="another replica"):
            await Gateway(Calls(link, clock), clock).perform(
                MAPS, asking(desired(), live(5)), live(5), permit
            )
    assert [each.method for each in server.asked] == ["PATCH", "GET"]


async def inventory(script: Callable[[Asked, Reply], object], permit: Permit) -> ScriptedServer:
    async def said(asked: Asked, reply: Reply) -> None:
        script(asked, reply)

    async with serving(said) as server, linked(server.url) as link:
        clock = ManualClock().clock
        calls, names = Calls(link, clock), list[str]()

        def fence(app: str) -> Permit:
            names.append(app)
            return permit

        inventories = Inventories(calls, clock, Access(calls, clock), fence)
        inventories.meet("c1")
        await inventories.read("web", "shop", HOME)
        try:
            await inventories.write("web", "shop", HOME, ())
        finally:
            assert names == ["web"]
    return server


def nothing_there(asked: Asked, reply: Reply) -> None:
    if asked.path.endswith("/namespaces/shop"):
        reply.say(200, {})
    elif asked.method == "GET":
        reply.say(404, status(404, "NotFound", kind="configmaps"))
    else:
        reply.say(201, {**json.loads(asked.body), "metadata": _made(asked)})


def _made(asked: Asked) -> dict[str, object]:
    return {**json.loads(asked.body)["metadata"], "resourceVersion": "7"}


async def test_an_inventory_is_written_with_permission_alone() -> None:
    permit = Permit()
    server = await inventory(nothing_there, permit)
    assert permit.passed == ["POST"]
    assert server.asked[-1].method == "POST"
    with pytest.raises(OutdatedError, match="another replica"):
        await inventory(nothing_there, Permit(0))
