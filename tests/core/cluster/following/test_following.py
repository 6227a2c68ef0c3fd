"""Several scopes of one kind, one picture."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from core.cluster.connection.calls import Calls
from core.cluster.discovery.openapi import OpenApi
from core.cluster.following.follower import Follower
from core.cluster.following.following import Following
from core.cluster.writing.access import Access
from core.errors import UnavailableError
from core.model import KindRef, ObjectRef, Remedy
from core.reconcile.memory.inputs import ClusterSeen, KindListed, KindLost, LiveChanged, SchemaRead
from tests.core.cluster.manual import ManualClock
from tests.core.cluster.scripted import (
    MAPS,
    Asked,
    Reply,
    Script,
    bookmark,
    event,
    linked,
    serving,
    status,
)
from tests.core.cluster.worlds import Listener

MAP = MAPS.kind
FIVE = frozenset({"n1", "n2", "n3", "n4", "n5"})


def in_namespace(namespace: str, name: str, version: int) -> dict[str, object]:
    made = event("ADDED", name, version, uid=f"{namespace}-{name}")
    body = made["object"]
    assert isinstance(body, dict)
    body["metadata"]["namespace"] = namespace
    return made


def namespace_of(asked: Asked) -> str:
    """The namespace a request is about, "" for all."""
    parts = asked.path.split("/")
    return parts[4] if "namespaces" in parts else ""


@asynccontextmanager
async def following(
    script: Script,
    *,
    everywhere: bool = True,
) -> AsyncIterator[tuple[Following, Listener, Callable[[], list[Asked]]]]:
    """A following of a server that has no OpenAPI; all namespaces at once may be refused."""

    async def dispatch(asked: Asked, reply: Reply) -> None:
        if asked.path.startswith("/openapi"):
            reply.say(200, {"paths": {}})
        elif asked.path.endswith("selfsubjectrulesreviews"):
            reply.say(201, {"status": {"incomplete": True}})
        elif asked.path.endswith("selfsubjectaccessreviews"):
            reply.say(201, {"status": {"allowed": everywhere}})
        else:
            await script(asked, reply)

    moment = ManualClock()
    listener = Listener()
    async with serving(dispatch) as server, linked(server.url) as link:
        calls = Calls(link, moment.clock)
        openapi, access = OpenApi(calls), Access(calls, moment.clock)
        followed = Following("test", link, moment.clock, openapi, access, listener.emit)

        def asked() -> list[Asked]:
            return [one for one in server.asked if "configmaps" in one.path]

        try:
            async with asyncio.TaskGroup() as group:
                followed.start(group)
                followed.discovered({MAP: MAPS})
                yield followed, listener, asked
                followed.follow(frozenset(), frozenset())
        finally:
            link.up.set()


async def each_its_own(asked: Asked, reply: Reply) -> None:
    """One object "a" in each namespace; all of five for the whole cluster."""
    namespace = namespace_of(asked)
    for place in [namespace] if namespace else sorted(FIVE):
        await reply.send(in_namespace(place, "a", 5))
    await reply.hold(bookmark(9, end=True))


async def test_a_few_namespaces_are_watched_one_by_one_and_told_as_one_kind() -> None:
    async with following(each_its_own) as (followed, listener, asked):
        followed.follow(frozenset({MAP}), frozenset({"n1", "n2", "n3"}))
        told = await listener.next(KindListed)
        assert {ref.namespace for ref in told.objects} == {"n1", "n2", "n3"}
        assert {namespace_of(one) for one in asked()} == {"n1", "n2", "n3"}
    assert len(listener.all(KindListed)) == 1
    assert listener.all(SchemaRead)[0].schema is None


async def test_many_namespaces_are_one_watch_of_which_the_others_are_left_out() -> None:
    async with following(each_its_own) as (followed, listener, asked):
        followed.follow(frozenset({MAP}), frozenset({"n1", "n2", "n3", "n4", "absent"}))
        told = await listener.next(KindListed)
        assert {ref.namespace for ref in told.objects} == {"n1", "n2", "n3", "n4"}
        assert {namespace_of(one) for one in asked()} == {""}


async def test_where_all_at_once_is_forbidden_each_namespace_is_asked_for() -> None:
    async def script(asked: Asked, reply: Reply) -> None:
        if not namespace_of(asked):
            reply.say(403, status(403, "Forbidden", "not at the cluster scope"))
            return
        await each_its_own(asked, reply)

    async with following(script) as (followed, listener, asked):
        followed.follow(frozenset({MAP}), FIVE)
        told = await listener.next(KindListed)
        assert {ref.namespace for ref in told.objects} == FIVE
        assert {namespace_of(one) for one in asked()} == {"", *FIVE}
    assert not listener.all(KindLost)


async def test_what_may_not_be_followed_everywhere_is_not_asked_for_there() -> None:
    async with following(each_its_own, everywhere=False) as (followed, listener, asked):
        followed.follow(frozenset({MAP}), FIVE)
        told = await listener.next(KindListed)
        assert {ref.namespace for ref in told.objects} == FIVE
        assert {namespace_of(one) for one in asked()} == FIVE
    assert not listener.all(KindLost)


async def test_a_kind_that_is_used_in_few_namespaces_is_followed_in_those_alone() -> None:
    async with following(each_its_own) as (followed, listener, asked):
        followed.follow(frozenset({MAP}), FIVE, within={MAP: frozenset({"n1", "n2"})})
        told = await listener.next(KindListed)
        assert {ref.namespace for ref in told.objects} == {"n1", "n2"}
        followed.follow(frozenset({MAP}), FIVE, within={MAP: frozenset({"n2"})})
        told = await listener.next(KindListed, after=1)
        assert {ref.namespace for ref in told.objects} == {"n2"}
        assert {namespace_of(one) for one in asked()} == {"n1", "n2"}


async def test_a_namespace_more_is_listed_alone_and_told_with_the_others() -> None:
    async with following(each_its_own) as (followed, listener, asked):
        followed.follow(frozenset({MAP}), frozenset({"n1"}))
        await listener.next(KindListed)
        followed.follow(frozenset({MAP}), frozenset({"n1", "n2"}))
        told = await listener.next(KindListed, after=1)
        assert {ref.namespace for ref in told.objects} == {"n1", "n2"}
        assert [namespace_of(one) for one in asked()] == ["n1", "n2"]


async def test_a_namespace_more_of_one_watch_is_told_beside_the_others_without_a_request() -> None:
    async with following(each_its_own) as (followed, listener, asked):
        four = frozenset({"n1", "n2", "n3", "n4"})
        followed.follow(frozenset({MAP}), four)
        first = await listener.next(KindListed)
        followed.follow(frozenset({MAP}), FIVE)
        told = await listener.next(KindListed, after=1)
        assert [namespace_of(one) for one in asked()] == [""]
    assert (first.namespaces, first.beside) == (four, False)
    assert {ref.namespace for ref in told.objects} == {"n5"}
    assert (told.namespaces, told.beside) == (frozenset({"n5"}), True)


async def test_a_listing_says_which_namespaces_it_is_of() -> None:
    async with following(each_its_own) as (followed, listener, _):
        followed.follow(frozenset({MAP}), frozenset({"n1", "n2"}))
        told = await listener.next(KindListed)
    assert (told.namespaces, told.beside) == (frozenset({"n1", "n2"}), False)


async def test_a_namespace_less_is_told_too() -> None:
    async with following(each_its_own) as (followed, listener, _):
        followed.follow(frozenset({MAP}), frozenset({"n1", "n2"}))
        await listener.next(KindListed)
        followed.follow(frozenset({MAP}), frozenset({"n1"}))
        told = await listener.next(KindListed, after=1)
        assert {ref.namespace for ref in told.objects} == {"n1"}


async def test_no_namespace_at_all_is_an_empty_picture() -> None:
    async with following(each_its_own) as (followed, listener, asked):
        followed.follow(frozenset({MAP}), frozenset())
        told = await listener.next(KindListed)
        assert told.objects == {}
        assert asked() == []


async def test_one_namespace_that_is_forbidden_is_unread_and_the_others_are_told() -> None:
    async def script(asked: Asked, reply: Reply) -> None:
        if namespace_of(asked) == "n2":
            reply.say(403, status(403, "Forbidden", "not in n2"))
            return
        await each_its_own(asked, reply)

    async with following(script) as (followed, listener, _):
        followed.follow(frozenset({MAP}), frozenset({"n1", "n2"}))
        told = await listener.next(KindListed)
        await asyncio.sleep(0.05)
    assert {ref.namespace for ref in told.objects} == {"n1"}
    assert told.unread.keys() == {"n2"}
    assert told.unread["n2"].remedy is Remedy.GRANT
    assert "list configmaps in n2" in str(told.unread["n2"])
    assert not listener.all(KindLost)
    assert len(listener.all(KindListed)) == 1  # told once, however often it is tried


async def test_where_every_namespace_is_forbidden_the_kind_is_lost() -> None:
    async def script(asked: Asked, reply: Reply) -> None:
        reply.say(403, status(403, "Forbidden", f"not in {namespace_of(asked)}"))

    async with following(script) as (followed, listener, _):
        followed.follow(frozenset({MAP}), frozenset({"n1", "n2"}))
        lost = await listener.next(KindLost)
        await asyncio.sleep(0.05)
    assert lost.problem.remedy is Remedy.GRANT
    assert "list configmaps in n" in str(lost.problem)
    assert not listener.all(KindListed)
    assert len(listener.all(KindLost)) == 1


async def test_a_namespace_that_was_lost_is_told_when_it_is_listed_again() -> None:
    lost, recovered = asyncio.Event(), asyncio.Event()
    turns = {"n1": 0, "n2": 0}
    gone = {"type": "ERROR", "object": status(410, "Expired", "too old resource version")}

    async def script(asked: Asked, reply: Reply) -> None:
        place = namespace_of(asked)
        turns[place] += 1
        if place == "n1" and turns[place] > 1 and not recovered.is_set():
            reply.say(403, status(403, "Forbidden", "not in n1"))
            return
        if place == "n2" and turns[place] == 3:  # so what it listed before was taken in
            recovered.set()
        name = f"{'new' if recovered.is_set() else 'old'}-{place}"
        await reply.send(in_namespace(place, name, 5), bookmark(9, end=True))
        if recovered.is_set():
            await reply.hold()
        if place == "n2":
            await lost.wait()
        await reply.send(gone)

    async with following(script) as (followed, listener, _):
        followed.follow(frozenset({MAP}), frozenset({"n1", "n2"}))
        await listener.until(lambda: bool(listener.all(KindListed) and _last(listener).unread))
        assert {ref.name for ref in _last(listener).objects} == {"old-n2"}
        lost.set()
        await listener.until(lambda: not _last(listener).unread)
        await listener.until(lambda: "new-n2" in {ref.name for ref in _last(listener).objects})
        assert {ref.name for ref in _last(listener).objects} == {"new-n1", "new-n2"}


def _last(listener: Listener) -> KindListed:
    return listener.all(KindListed)[-1]


async def test_changes_are_told_only_after_the_picture_is_whole() -> None:
    gate = asyncio.Event()

    async def script(asked: Asked, reply: Reply) -> None:
        namespace = namespace_of(asked)
        if namespace == "n2":
            await gate.wait()
            await reply.hold(bookmark(9, end=True))
        await reply.send(bookmark(9, end=True))
        await reply.send(in_namespace("n1", "early", 10))
        await gate.wait()
        await asyncio.sleep(0.05)
        await reply.hold(in_namespace("n1", "late", 11))

    async with following(script) as (followed, listener, _):
        followed.follow(frozenset({MAP}), frozenset({"n1", "n2"}))
        await asyncio.sleep(0.05)
        assert not listener.all(LiveChanged)
        gate.set()
        told = await listener.next(KindListed)
        assert ObjectRef("", "ConfigMap", "n1", "early") in told.objects
        change = await listener.next(LiveChanged)
        assert [ref.name for ref, _ in change.changes] == ["late"]


async def test_an_unserved_kind_is_told_once() -> None:
    widget = KindRef("example.com/v1", "Widget")
    async with following(each_its_own) as (followed, listener, _):
        for _ in range(3):
            followed.follow(frozenset({widget}), None)
            followed.discovered({MAP: MAPS})
        assert len(listener.all(KindLost)) == 1
        assert followed.unserved.is_set()


async def test_life_is_told_at_most_once_a_second() -> None:
    async def script(_: Asked, reply: Reply) -> None:
        await reply.send(bookmark(9, end=True))
        for version in range(20, 30):
            await reply.send(bookmark(version))
            await asyncio.sleep(0.005)
        await reply.hold()

    async with following(script) as (followed, listener, _):
        followed.follow(frozenset({MAP}), frozenset({"n1"}))
        await listener.next(KindListed)
        await asyncio.sleep(0.2)
    assert len(listener.all(ClusterSeen)) == 1  # the clock of this test stands still


async def test_a_listing_after_a_break_says_until_when_the_picture_before_was_current() -> None:
    turns = iter((5, 6))

    async def script(asked: Asked, reply: Reply) -> None:
        del asked
        version = next(turns)
        await reply.send(in_namespace("n1", "a", version), bookmark(version + 4, end=True))
        if version == 5:
            gone = status(410, "Expired", "too old resource version")
            await reply.send({"type": "ERROR", "object": gone})
        else:
            await reply.hold()

    async with following(script) as (followed, listener, _):
        followed.follow(frozenset({MAP}), frozenset({"n1"}))
        first = await listener.next(KindListed)
        second = await listener.next(KindListed, after=1)
        assert first.since == 0.0
        assert first.at <= second.since < second.at


async def test_a_listing_says_when_each_of_its_parts_was_asked_for() -> None:
    turns = {"n1": iter((5,)), "n2": iter((5, 6))}

    async def script(asked: Asked, reply: Reply) -> None:
        version = next(turns[namespace_of(asked)])
        gone = status(410, "Expired", "too old resource version")
        await reply.send(in_namespace(namespace_of(asked), "a", version), bookmark(9, end=True))
        if namespace_of(asked) == "n2" and version == 5:
            await listed.wait()
            await reply.send({"type": "ERROR", "object": gone})
        else:
            await reply.hold()

    listed = asyncio.Event()
    async with following(script) as (followed, listener, _):
        followed.follow(frozenset({MAP}), frozenset({"n1", "n2"}))
        first = await listener.next(KindListed)
        listed.set()
        second = await listener.next(KindListed, after=1)
    assert first.began.keys() == second.began.keys() == {"n1", "n2"}
    assert first.began["n1"] == second.began["n1"]
    assert first.at < second.began["n2"] <= second.at


async def test_a_part_that_is_not_followed_any_more_may_say_a_last_word() -> None:
    async with following(each_its_own) as (followed, listener, _), asyncio.TaskGroup() as group:
        follower = Follower(followed, MAPS, group)
        follower.replaced("n1")
        follower.lost("n1", UnavailableError("it went away"))
    assert listener.all(KindListed) == []
    assert listener.all(KindLost) == []
