"""List, then watch: the tests of client-go's reflector that matter to us, and our own rules.

Each test scripts a server; time passes by itself (see `manual`).
"""

import asyncio
import json

import pytest

from core.errors import DeniedError, UnavailableError
from core.model import ObjectRef
from tests.core.cluster.manual import ManualClock
from tests.core.cluster.scripted import (
    Asked,
    Reply,
    Script,
    a_map,
    bookmark,
    event,
    listing,
    reflecting,
    serving,
    status,
)
from tests.core.metered import Remembering

GONE = status(410, "Expired", "too old resource version")


def ref(name: str) -> ObjectRef:
    return ObjectRef("", "ConfigMap", "shop", name)


def elsewhere(name: str) -> dict[str, object]:
    """An object of a namespace that was not asked for."""
    metadata = {"name": name, "namespace": "other", "uid": "u", "resourceVersion": "12"}
    return a_map(name, 12) | {"metadata": metadata}


def in_turn(*scripts: Script) -> Script:
    """One script per request; the last one for all that follow."""
    left = list(scripts)

    async def script(asked: Asked, reply: Reply) -> None:
        await (left.pop(0) if len(left) > 1 else left[0])(asked, reply)

    return script


def says(code: int, body: object = None, **headers: str) -> Script:
    async def script(_: Asked, reply: Reply) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        reply.say(code, body, headers=named)

    return script


def streams(*events: object, hold: bool = False) -> Script:
    async def script(_: Asked, reply: Reply) -> None:
        await reply.send(*events)
        if hold:
            await reply.hold()

    return script


async def quiet(_: Asked, reply: Reply) -> None:
    await reply.hold()


INITIAL = (event("ADDED", "a", 5), event("ADDED", "b", 3), bookmark(9, end=True))
NO_WATCH_LIST = says(422, status(422, "Invalid", "sendInitialEvents is forbidden"))


# WatchList ----------------------------------------------------------------------------------------


async def test_one_stream_lists_and_then_watches() -> None:
    time = ManualClock()
    script = streams(*INITIAL, event("MODIFIED", "a", 10), event("DELETED", "b", 11), hold=True)
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: len(told.changes) == 2)
    assert server.steps == ["watchlist"]
    assert told.names(0) == ["a", "b"]
    assert [(r.name, live and live.resource_version) for r, live in told.changes] == [
        ("a", "10"),
        ("b", None),
    ]


async def test_watch_list_asks_for_what_client_go_asks_for() -> None:
    script = in_turn(streams(*INITIAL, hold=True))
    time = ManualClock(draw=0.5)
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: bool(told.listings))
    assert server.asked[0].query == {
        "watch": "1",
        "allowWatchBookmarks": "true",
        "sendInitialEvents": "true",
        "resourceVersionMatch": "NotOlderThan",
        "timeoutSeconds": "450",
    }
    assert server.asked[0].headers["Authorization"] == "Bearer t"


async def test_nothing_is_listed_before_the_bookmark_that_ends_the_initial_events() -> None:
    script = streams(event("ADDED", "a", 5), bookmark(6), event("ADDED", "b", 5), hold=True)
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: told.heard_count > 0)
        assert not told.listings
        assert not told.changes


async def test_the_watch_goes_on_from_the_bookmark_not_from_the_initial_objects() -> None:
    script = in_turn(streams(*INITIAL), quiet)
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock):
        await server.until_asked(2)
    assert server.steps == ["watchlist", "watch"]
    assert server.asked[1].query["resourceVersion"] == "9"


async def test_a_server_without_watch_list_is_listed() -> None:
    script = in_turn(NO_WATCH_LIST, says(200, listing(7, "a", "b")), quiet)
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: len(told.listings) == 1)
        await server.until_asked(3)
    assert server.steps == ["watchlist", "list", "watch"]
    assert server.asked[1].query == {"limit": "500", "resourceVersion": "0"}
    assert server.asked[2].query["resourceVersion"] == "7"
    assert told.names() == ["a", "b"]
    assert not told.problems


async def test_listed_objects_are_whole_objects() -> None:
    script = in_turn(NO_WATCH_LIST, says(200, listing(7, "a")), quiet)
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: bool(told.listings))
    body = told.listings[0][ref("a")].body
    assert body.startswith(b'{"apiVersion":"v1","kind":"ConfigMap","metadata":')


async def test_a_stream_that_ends_before_its_bookmark_is_no_listing() -> None:
    script = in_turn(streams(event("ADDED", "a", 5)), says(200, listing(7, "a", "b")), quiet)
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: bool(told.listings))
    assert server.steps[:2] == ["watchlist", "list"]
    assert told.names(0) == ["a", "b"]


async def test_a_bookmark_that_never_comes_is_not_waited_for() -> None:
    script = in_turn(streams(event("ADDED", "a", 5), hold=True), says(200, listing(7, "a")), quiet)
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: told.heard_count > 0)
        await passes(time, 31)
        await told.until(lambda: bool(told.listings))
    assert server.steps[:2] == ["watchlist", "list"]


async def test_a_busy_server_is_asked_for_watch_list_again() -> None:
    busy = says(429, status(429, "TooManyRequests"))
    script = in_turn(busy, busy, streams(*INITIAL, hold=True))
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: bool(told.listings))
    assert server.steps == ["watchlist"] * 3
    assert time.slept == pytest.approx([0.8, 1.6])


# LIST ---------------------------------------------------------------------------------------------


async def test_pages_are_followed_to_the_end() -> None:
    script = in_turn(
        NO_WATCH_LIST,
        says(200, listing(7, "a", go_on="x")),
        says(200, listing(7, "b", go_on="y")),
        says(200, listing(7, "c")),
        quiet,
    )
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: bool(told.listings))
    assert told.names(0) == ["a", "b", "c"]
    assert server.asked[2].query == {"limit": "500", "continue": "x"}


async def test_an_expired_page_is_answered_by_one_full_list() -> None:
    script = in_turn(
        NO_WATCH_LIST,
        says(200, listing(7, "a", go_on="x")),
        says(410, GONE),
        says(200, listing(8, "a", "b")),
        quiet,
    )
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: bool(told.listings))
    assert told.names(0) == ["a", "b"]
    assert server.asked[3].query == {"resourceVersion": "0"}


@pytest.mark.parametrize(
    "stale",
    [
        (410, GONE),
        (504, status(504, "Timeout", causes=[{"reason": "ResourceVersionTooLarge"}])),
    ],
)
async def test_a_version_the_server_does_not_have_is_followed_by_a_quorum_read(
    stale: tuple[int, object],
) -> None:
    script = in_turn(NO_WATCH_LIST, says(*stale), says(200, listing(7, "a")), quiet)
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: bool(told.listings))
    assert server.asked[1].query["resourceVersion"] == "0"
    assert "resourceVersion" not in server.asked[2].query
    assert time.slept == []


@pytest.mark.parametrize(
    "pages",
    [
        [listing(7, "a", go_on="x"), listing(8, "b")],  # of two versions
        [listing(7, "a", go_on="x"), listing(7, "b", go_on="x")],  # a page repeats
        [b"<html>welcome</html>"],
        [{}],
        [listing(7) | {"items": None}],
        [listing(7) | {"metadata": {"resourceVersion": ""}}],
        [listing(7) | {"metadata": {}}],
        [listing(7) | {"metadata": {"resourceVersion": "7", "remainingItemCount": 2}}],  # cut off
        [listing(7) | {"kind": "PodList"}],
        [listing(7) | {"kind": "ConfigMapList", "apiVersion": "apps/v1"}],
        [listing(7) | {"items": [a_map("x", 7) | {"kind": "Pod"}]}],
        [listing(7) | {"items": [elsewhere("x")]}],
        [status(200, "weird")],
        [
            b'{"apiVersion":"v1","kind":"ConfigMapList","metadata":{"resourceVersion":"7"},"items":[{"m'
        ],
        [
            b'{"apiVersion":"v1","kind":"ConfigMapList","metadata":{"resourceVersion":"7"},"items":[{}]}'
        ],
        [b'{"apiVersion":"v1","kind":"List","items":' + b"[" * 100_000],
        [b"\xff\xfe\x00"],
    ],
)
async def test_what_is_not_a_whole_list_is_never_an_empty_cluster(pages: list[object]) -> None:
    odd = [says(200, page) for page in pages]
    script = in_turn(NO_WATCH_LIST, *odd, streams(*INITIAL, hold=True))
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: bool(told.listings))
    assert [type(problem).__name__ for problem in told.problems] == ["UnreadableError"]
    assert told.names(0) == ["a", "b"]


async def test_a_version_that_the_server_cannot_read_is_not_sent_again() -> None:
    refused = says(400, status(400, "BadRequest", "invalid resource version"))
    script = in_turn(
        streams(*INITIAL, {"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "abc"}}}),
        refused,
        streams(bookmark(30, end=True), hold=True),
    )
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: len(told.listings) == 2)
    assert server.asked[1].query["resourceVersion"] == "abc"
    assert server.asked[2].query.get("resourceVersion") != "abc"


async def test_a_failing_list_is_told_and_asked_again_by_the_backoff() -> None:
    broken = says(500, status(500, "InternalError", "etcd is gone"))
    script = in_turn(broken, broken, broken, broken, streams(*INITIAL, hold=True))
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: bool(told.listings))
    assert server.steps == ["watchlist", "list", "watchlist", "list", "watchlist"]
    assert {str(problem) for problem in told.problems} == {"list configmaps in shop: etcd is gone"}
    assert all(isinstance(problem, UnavailableError) for problem in told.problems)
    assert time.slept == pytest.approx([0.8, 1.6])


async def test_the_server_may_say_when_to_come_back() -> None:
    broken = says(503, status(503), Retry_After="17")
    script = in_turn(broken, broken, streams(*INITIAL, hold=True))
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: bool(told.listings))
    assert time.slept == [17.0]


# B: WATCH -----------------------------------------------------------------------------------------


async def test_a_watch_that_ends_is_resumed_where_it_ended() -> None:
    script = in_turn(
        streams(*INITIAL),
        streams(event("ADDED", "c", 12)),
        streams(event("MODIFIED", "c", 15), bookmark(20)),
        quiet,
    )
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await server.until_asked(4)
    assert server.steps == ["watchlist", "watch", "watch", "watch"]
    assert [asked.query.get("resourceVersion") for asked in server.asked] == [
        None,
        "9",
        "12",
        "20",
    ]
    assert len(told.listings) == 1


async def test_watches_open_at_least_a_second_apart() -> None:
    script = in_turn(streams(*INITIAL), *[streams(event("MODIFIED", "a", 10))] * 5, quiet)
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock):
        await server.until_asked(7)
    assert time.slept == pytest.approx([1.0] * 6, abs=0.001)


async def test_a_watch_that_ends_at_once_and_says_nothing_is_backed_off() -> None:
    script = in_turn(streams(*INITIAL), says(200, b""))
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock):
        await server.until_asked(14)
    assert time.slept[-4:] == pytest.approx([30.0] * 4)
    assert set(server.steps[1:]) == {"watch"}


async def test_a_watch_that_lasted_makes_the_next_outage_no_longer_than_the_first() -> None:
    time = ManualClock()

    async def lasts(_: Asked, reply: Reply) -> None:
        await reply.send(bookmark(20))
        time.now += 20

    ends = says(200, b"")
    script = in_turn(streams(*INITIAL), ends, ends, ends, lasts, ends, ends, quiet)
    async with serving(script) as server, reflecting(server.url, time.clock):
        await server.until_asked(8)
    assert time.slept == pytest.approx([1.0, 0.8, 1.6, 3.2, 0.8, 1.6])


async def test_410_as_an_event_means_one_relist_and_deletes_what_is_gone() -> None:
    script = in_turn(
        streams(*INITIAL),
        streams({"type": "ERROR", "object": GONE}),
        streams(event("ADDED", "b", 3), bookmark(30, end=True), hold=True),
    )
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: len(told.listings) == 2)
    assert server.steps == ["watchlist", "watch", "watchlist"]
    assert server.asked[2].query["resourceVersion"] == "9"  # at least as fresh as what we had
    assert told.names(0) == ["a", "b"]
    assert told.names(1) == ["b"]
    assert told.listings[1][ref("b")] is told.listings[0][ref("b")]
    assert not told.problems


async def test_410_as_a_status_is_the_same() -> None:
    again = streams(bookmark(30, end=True), hold=True)
    script = in_turn(streams(*INITIAL), says(410, GONE), again)
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: len(told.listings) == 2)
    assert server.steps == ["watchlist", "watch", "watchlist"]


async def test_410_for_ever_is_no_storm() -> None:
    script_410 = says(410, GONE)

    async def script(asked: Asked, reply: Reply) -> None:
        if asked.step == "watch":
            await script_410(asked, reply)
        else:
            await reply.send(*INITIAL)

    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock):
        started = time.now
        await server.until_asked(40)
    assert time.now - started > 20 * 5


async def test_410_for_everything_is_no_storm() -> None:
    time = ManualClock()
    async with serving(says(410, GONE)) as server, reflecting(server.url, time.clock):
        await server.until_asked(20)
    assert time.slept[-1] == 30.0


async def test_429_in_a_watch_never_relists() -> None:
    busy = says(429, status(429, "TooManyRequests"))
    too_many = {"type": "ERROR", "object": status(429, "TooManyRequests")}
    script = in_turn(streams(*INITIAL), busy, busy, streams(too_many), busy, quiet)
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await server.until_asked(6)
    assert server.steps == ["watchlist", *["watch"] * 5]
    assert {asked.query["resourceVersion"] for asked in server.asked[1:]} == {"9"}
    assert len(told.listings) == 1
    assert not told.problems
    assert time.slept[-4:] == pytest.approx([0.8, 1.6, 3.2, 6.4])


@pytest.mark.parametrize(
    "error",
    [
        status(500, "InternalError"),
        {"message": "no code, no kind"},
        {"code": "weird", "details": 5},
        "text",
        None,
    ],
)
async def test_another_error_in_a_watch_relists_through_the_backoff(error: object) -> None:
    script = in_turn(
        streams(*INITIAL),
        streams({"type": "ERROR", "object": error}),
        streams(bookmark(30, end=True), hold=True),
    )
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: len(told.listings) == 2)
    assert server.steps == ["watchlist", "watch", "watchlist"]
    assert 0.8 in time.slept


@pytest.mark.parametrize(
    "line",
    [
        b'{"type":"ADDED","object":{"metada\n',
        b"<html>\n",
        b'{"type":"SURPRISE","object":{}}\n',
        b'{"type":"ADDED","object":{"metadata":{"name":"x"}}}\n',
        json.dumps({"type": "ADDED", "object": a_map("x", 12) | {"kind": "Pod"}}).encode() + b"\n",
        json.dumps({"type": "MODIFIED", "object": elsewhere("a")}).encode() + b"\n",
        b'{"type":"ADDED","object":null}\n',
        b'{"type":"BOOKMARK","object":{}}\n',
        b'{"object":{}}\n',
        b"[" * 100_000 + b"\n",
        b'{"type":"ADDED","object":' + b'{"a":' * 100_000 + b"\n",
        b'\xff\xfe{"type":1}\n',
        b"null\n",
    ],
)
async def test_an_event_that_cannot_be_read_is_data_loss(line: bytes) -> None:
    script = in_turn(
        streams(*INITIAL),
        streams(event("ADDED", "c", 12), line, event("ADDED", "d", 13), hold=True),
        streams(bookmark(30, end=True), hold=True),
    )
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: len(told.listings) == 2)
    assert server.steps == ["watchlist", "watch", "watchlist"]
    assert server.asked[2].query["resourceVersion"] == "12"  # not advanced past the loss
    assert [changed.name for changed, _ in told.changes] == ["c"]  # what came before did happen
    assert len(told.problems) == 1


async def test_restarts_listings_and_what_could_not_be_read_are_counted() -> None:
    script = in_turn(
        streams(*INITIAL),
        streams(event("ADDED", "c", 12)),
        streams(b"<html>\n", hold=True),
        streams(bookmark(30, end=True), hold=True),
    )
    time, meter = ManualClock(), Remembering()
    async with serving(script) as server, reflecting(server.url, time.clock, meter) as told:
        await told.until(lambda: len(told.listings) == 2)
    assert [what for _, what, _ in meter.watches] == [
        "restarted",
        "restarted",
        "undecodable",
        "relisted",
    ]
    assert {code for _, _, code in meter.requests} == {"200"}


async def test_half_an_event_at_the_end_is_not_applied_and_not_lost() -> None:
    whole = b'{"type":"ADDED","object":'
    script = in_turn(streams(*INITIAL), streams(event("ADDED", "c", 12), whole), quiet)
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await server.until_asked(3)
    assert server.asked[2].query["resourceVersion"] == "12"
    assert not told.problems


async def test_a_connection_that_breaks_is_resumed_without_a_relist() -> None:
    async def breaks(_: Asked, reply: Reply) -> None:
        await reply.send(event("ADDED", "c", 12), b'{"type":"ADD')
        await asyncio.sleep(0.05)
        reply.cut()

    script = in_turn(streams(*INITIAL), breaks, says(200, listing(12, "c")), quiet)
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await server.until_asked(4)
    assert server.steps == ["watchlist", "watch", "list", "watch"]
    look = {"limit": "1", "fieldSelector": "metadata.name=c,metadata.namespace=shop"}
    assert server.asked[2].query == look
    assert server.asked[3].query["resourceVersion"] == "12"
    assert not told.problems


@pytest.mark.parametrize("first", ["the listing's stream", "the watch after it"])
async def test_a_connection_that_breaks_may_lead_to_a_server_that_was_restored_meanwhile(
    first: str,
) -> None:
    """One that starts within a second refuses nobody, and has come as far again."""

    async def breaks(_: Asked, reply: Reply) -> None:
        await reply.send(*(INITIAL if first == "the listing's stream" else ()))
        await reply.send(event("MODIFIED", "a", 12))
        await asyncio.sleep(0.05)
        reply.cut()

    before = () if first == "the listing's stream" else (streams(*INITIAL),)
    starting = says(403, status(403, "Forbidden", "RBAC: clusterrole not found"))
    restored = says(200, listing(20) | {"items": [a_map("a", 5)]})
    again = streams(event("ADDED", "a", 5), bookmark(20, end=True), hold=True)
    script = in_turn(*before, breaks, starting, restored, again)
    async with serving(script) as server, reflecting(server.url, ManualClock().clock) as told:
        await told.until(lambda: len(told.listings) == 2)
    assert server.steps[len(before) :] == [
        "watch" if before else "watchlist",
        "list",
        "list",
        "watchlist",
    ]
    assert told.went_back_count == 1
    assert not told.problems


@pytest.mark.parametrize("restored", [True, False])
async def test_what_was_deleted_last_and_is_there_again_tells_of_a_restored_server_too(
    *, restored: bool
) -> None:
    async def breaks(_: Asked, reply: Reply) -> None:
        await reply.send(*INITIAL, event("DELETED", "b", 12))
        await asyncio.sleep(0.05)
        reply.cut()

    kept = says(200, listing(20) | {"items": [a_map("a", 5)]})
    deleted = says(200, listing(20) | {"items": [a_map("b", 3)] if restored else []})
    again = streams(*INITIAL[:2], bookmark(20, end=True), hold=True) if restored else quiet
    script = in_turn(breaks, kept, deleted, again)
    async with serving(script) as server, reflecting(server.url, ManualClock().clock) as told:
        await server.until_asked(4)
        await told.until(lambda: len(told.listings) == 1 + restored)
    asked = [one.query.get("fieldSelector", "").partition(",")[0] for one in server.asked]
    assert asked == ["", "metadata.name=a", "metadata.name=b", ""]
    assert server.steps[-1] == ("watchlist" if restored else "watch")
    assert told.went_back_count == restored


async def test_a_server_that_starts_may_refuse_for_longer_where_a_stream_broke() -> None:
    async def breaks(_: Asked, reply: Reply) -> None:
        await reply.send(*INITIAL)
        await asyncio.sleep(0.05)
        reply.cut()

    denied = says(403, status(403, "Forbidden", "RBAC: clusterrole not found"))
    kept = says(200, listing(20) | {"items": [a_map("a", 5)]})
    script = in_turn(breaks, *[denied] * 5, kept, quiet)
    async with serving(script) as server, reflecting(server.url, ManualClock().clock) as told:
        await server.until_asked(8)
    assert server.steps == ["watchlist", *["list"] * 6, "watch"]
    assert not told.problems


async def test_what_arrives_together_is_told_together() -> None:
    script = in_turn(
        streams(*INITIAL),
        streams(*[event("ADDED", f"n{i}", 20 + i) for i in range(100)], hold=True),
    )
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: len(told.changes) == 100)


async def test_a_repeated_event_is_told_once() -> None:
    script = in_turn(streams(*INITIAL, *[event("MODIFIED", "a", 10)] * 10, hold=True))
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: bool(told.changes))
    assert len(told.changes) == 1


async def test_an_object_made_again_under_its_name_is_deleted_first() -> None:
    script = in_turn(streams(*INITIAL, event("MODIFIED", "a", 10, uid="new"), hold=True))
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: len(told.changes) == 2)
    assert [live and live.uid for _, live in told.changes] == [None, "new"]


@pytest.mark.parametrize("alive", [True, False])
async def test_an_object_that_returns_from_the_dead_is_asked_for_by_name(*, alive: bool) -> None:
    returns = (event("DELETED", "a", 10), event("ADDED", "a", 5))
    truth = event("ADDED", "a", 11, uid="real")["object"] if alive else status(404, "NotFound")

    async def script(asked: Asked, reply: Reply) -> None:
        if asked.path.endswith("/configmaps/a"):
            reply.say(200 if alive else 404, truth)
            return
        await reply.send(*INITIAL)
        await asyncio.sleep(0.02)
        await reply.hold(*returns)

    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: len(told.changes) >= 2)
    assert server.asked[-1].query == {}  # a quorum read
    last = told.changes[-1][1]
    assert (last is not None and last.uid == "real") is alive


# R8: silence --------------------------------------------------------------------------------------


async def passes(time: ManualClock, seconds: float) -> None:
    """Let the reflector come to rest, then let time pass."""
    for _ in range(20):
        await asyncio.sleep(0.002)
    time.advance(seconds)


async def test_a_silent_stream_is_given_up_and_resumed_and_the_next_has_five_minutes() -> None:
    script = in_turn(streams(*INITIAL, hold=True), says(200, listing(9, "a")), quiet)
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: bool(told.listings))
        await passes(time, 119)
        await passes(time, 0)
        assert server.steps == ["watchlist"]
        await passes(time, 2)
        await server.until_asked(3)
        assert server.asked[2].query["resourceVersion"] == "9"
        # No bookmark came while it watched: perhaps this kind sends none.
        await passes(time, 121)
        await passes(time, 0)
    assert server.steps == ["watchlist", "list", "watch"]
    assert not told.problems


async def test_bookmarks_keep_a_stream_alive() -> None:
    go_on = asyncio.Event()

    async def script(asked: Asked, reply: Reply) -> None:
        if asked.step == "watchlist":
            await reply.send(*INITIAL)
            return
        if asked.step == "list":
            reply.say(200, listing(24, "a"))
            return
        for version in range(20, 25):
            await go_on.wait()
            go_on.clear()
            await reply.send(bookmark(version))
        await reply.hold()

    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await server.until_asked(2)
        for _ in range(5):
            heard = told.heard_count
            await passes(time, 60)
            go_on.set()
            await told.until_heard(heard + 1)
        assert server.steps == ["watchlist", "watch"]
        await passes(time, 119)
        await passes(time, 0)
        assert len(server.asked) == 2
        await passes(time, 2)
        await server.until_asked(4)
    assert server.asked[3].query["resourceVersion"] == "24"


# R11: refusals ------------------------------------------------------------------------------------


async def test_a_forbidden_kind_is_asked_for_every_five_minutes() -> None:
    denied = says(403, status(403, "Forbidden", 'User "x" cannot list configmaps'))
    script = in_turn(denied, denied, denied, streams(*INITIAL, hold=True))
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: bool(told.listings))
    assert time.slept == [300.0] * 3
    assert all(isinstance(problem, DeniedError) for problem in told.problems)


async def test_a_right_that_is_revoked_while_watching_says_nothing_about_objects() -> None:
    denied = says(403, status(403, "Forbidden", "no more"))
    script = in_turn(streams(*INITIAL), denied, denied, denied, streams(*INITIAL, hold=True))
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: len(told.listings) == 2)
    assert not told.changes
    assert len(told.problems) == 1
    assert server.steps == ["watchlist", "watch", "watch", "watch", "watchlist"]
    assert time.slept[-3:] == [0.8, 1.6, 300.0]


async def test_a_server_that_starts_may_refuse_for_a_moment() -> None:
    denied = says(403, status(403, "Forbidden", "RBAC: clusterrole not found"))
    script = in_turn(streams(*INITIAL), denied, streams(event("MODIFIED", "a", 10), hold=True))
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: bool(told.changes))
    assert server.steps == ["watchlist", "watch", "watch"]
    assert not told.problems


async def test_a_kind_that_is_gone_is_not_an_empty_kind() -> None:
    gone = says(404, b"404 page not found\n")
    deleted = (event("DELETED", "a", 20), event("DELETED", "b", 21))
    script = in_turn(streams(*INITIAL, *deleted), gone, gone, gone, streams(*INITIAL, hold=True))
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: len(told.listings) == 2)
    assert "does not serve" in str(told.problems[0])


async def test_rights_that_come_back_bring_a_fresh_listing() -> None:
    denied = says(403, status(403, "Forbidden", "no more"))
    again = streams(event("ADDED", "z", 40), bookmark(41, end=True), hold=True)
    script = in_turn(streams(*INITIAL), denied, denied, denied, again)
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: len(told.listings) == 2)
    assert told.names(1) == ["z"]


# R6 -----------------------------------------------------------------------------------------------


async def test_after_a_write_of_ours_the_next_listing_is_a_quorum_read() -> None:
    script = in_turn(
        streams(*INITIAL, hold=True),
        says(200, listing(9, "a")),  # it was silent: does it go on?
        says(410, GONE),
        streams(*INITIAL, hold=True),
    )
    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: bool(told.listings))
        assert told.reflector is not None
        told.reflector.distrust()
        await passes(time, 121)
        await told.until(lambda: len(told.listings) == 2)
    assert server.steps == ["watchlist", "list", "watch", "watchlist"]
    assert "resourceVersion" not in server.asked[3].query


async def test_a_write_during_a_listing_makes_the_one_after_it_a_quorum_read() -> None:
    wrote = asyncio.Event()

    async def lists_slowly(_: Asked, reply: Reply) -> None:
        await reply.send(INITIAL[0])
        await wrote.wait()
        await reply.send(*INITIAL[1:], {"type": "ERROR", "object": GONE})

    script = in_turn(lists_slowly, streams(*INITIAL, hold=True))
    async with serving(script) as server, reflecting(server.url, ManualClock().clock) as told:
        await told.until(lambda: told.heard_count > 0)
        assert told.reflector is not None
        told.reflector.distrust()
        wrote.set()
        await told.until(lambda: len(told.listings) == 2)
    assert server.steps == ["watchlist", "watchlist"]
    assert "resourceVersion" not in server.asked[1].query


@pytest.mark.parametrize("cut", range(0, 400, 7))
async def test_a_stream_split_anywhere_gives_the_same_store(cut: int) -> None:
    text = b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in INITIAL)

    async def script(_: Asked, reply: Reply) -> None:
        await reply.send(text[:cut] or b"\n")
        await asyncio.sleep(0.001)
        await reply.hold(text[cut:])

    time = ManualClock()
    async with serving(script) as server, reflecting(server.url, time.clock) as told:
        await told.until(lambda: bool(told.listings))
    assert told.names(0) == ["a", "b"]


async def test_a_bookmark_of_an_older_history_means_a_listing_that_no_cache_has() -> None:
    script = in_turn(
        streams(*INITIAL, bookmark(4), hold=True),
        streams(event("ADDED", "a", 2), bookmark(4, end=True), hold=True),
    )
    async with serving(script) as server, reflecting(server.url, ManualClock().clock) as told:
        await told.until(lambda: len(told.listings) == 2)
        assert told.names() == ["a"]
    assert server.steps == ["watchlist", "watchlist"]
    assert server.asked[1].query.get("resourceVersion", "") == ""
    assert told.went_back_count == 1


async def test_a_replica_that_lags_is_no_history_that_went_back() -> None:
    script = in_turn(
        streams(*INITIAL, bookmark(4), hold=True),
        streams(event("ADDED", "a", 5), bookmark(9, end=True), hold=True),
    )
    async with serving(script) as server, reflecting(server.url, ManualClock().clock) as told:
        await told.until(lambda: len(told.listings) == 2)
    assert told.went_back_count == 0


async def test_an_object_that_is_as_it_was_before_tells_it_too() -> None:
    script = in_turn(
        streams(*INITIAL, {"type": "ERROR", "object": GONE}),
        streams(event("ADDED", "a", 4), bookmark(12, end=True), hold=True),
    )
    async with serving(script) as server, reflecting(server.url, ManualClock().clock) as told:
        await told.until(lambda: len(told.listings) == 2)
    assert told.went_back_count == 1


async def test_a_history_that_was_forgotten_and_goes_on_did_not_go_back() -> None:
    script = in_turn(
        streams(*INITIAL, {"type": "ERROR", "object": GONE}),
        streams(event("ADDED", "a", 12), bookmark(12, end=True), hold=True),
    )
    async with serving(script) as server, reflecting(server.url, ManualClock().clock) as told:
        await told.until(lambda: len(told.listings) == 2)
    assert told.went_back_count == 0
