"""core.cluster.leasing.replica: one writer, whatever becomes of the network, processes and clocks.

Source:
    The stories are those of client-go's tools/leaderelection/leaderelection_test.go and healthz
    tests (acquire, renew, release, conflict), and F54 to F57 of tests/faults.md.
"""

import random
from collections.abc import AsyncIterator, Callable

import pytest

from core.cluster.connection.answers import LinkError
from core.cluster.connection.request import Request
from core.cluster.leasing.record import DURATION_S
from core.cluster.leasing.tenures import DEADLINE_S, MARGIN_S
from core.errors import DeniedError, OutdatedError, UnavailableError, UsageError
from core.model.controllers.leads import Lead, share_of
from tests.core.cluster.leasing.timeline import Book, Peer, Timeline

NAME = "driftdeck"


class Fleet:
    """Replicas on one server."""

    def __init__(self) -> None:
        self.time, self.book = Timeline(), Book()
        self.peers: list[Peer] = []

    def released(self, *names: str) -> None:
        """Leases that nobody holds, as `driftdeck install` makes them."""
        for name in names or (NAME,):
            self.book.put({"metadata": {"name": name}, "spec": {}}, new=True)

    def start(self, name: str, shares: int = 1) -> Peer:
        self.peers.append(Peer(self.time, self.book, name, shares))
        return self.peers[-1]

    async def pass_(self, seconds: float, app: str = "a") -> None:
        """Let time pass; at no moment two of them may write."""
        await self.time.pass_(seconds, lambda: self.check(app))

    def check(self, *apps: str) -> None:
        for app in apps:
            writers = [each.replica.me for each in self.peers if each.may_write(app)]
            assert len(writers) <= 1, f"{writers} may write for {app}"

    def writer(self, app: str = "a") -> str | None:
        return next((each.replica.me for each in self.peers if each.may_write(app)), None)


@pytest.fixture
async def fleet() -> AsyncIterator[Fleet]:
    made = Fleet()
    yield made
    for peer in made.peers:
        await peer.end()


# Taking -------------------------------------------------------------------------------------------


async def test_a_lease_that_nobody_holds_is_taken_at_once(fleet: Fleet) -> None:
    fleet.released()
    one = fleet.start("h_1")
    await fleet.pass_(0.0)
    assert fleet.book.holder(NAME) == "h_1"
    assert one.may_write()
    assert one.lead == Lead(holder="h_1", ours=True, until=one.lead.until)


async def test_one_that_is_not_there_may_have_a_holder_and_is_waited_for(fleet: Fleet) -> None:
    one = fleet.start("h_1")
    await fleet.pass_(DURATION_S - 0.1)
    assert not fleet.book.leases
    assert one.lead.words == "follower: nobody leads yet"
    await fleet.pass_(0.2)
    assert fleet.writer() == "h_1"


async def test_a_holder_that_renews_keeps_it(fleet: Fleet) -> None:
    fleet.book.hold(NAME, "h_0")
    one = fleet.start("h_1")
    for _ in range(8):
        await fleet.pass_(DURATION_S - 2)
        fleet.book.hold(NAME, "h_0")
    assert fleet.writer() is None
    assert one.lead.words == "follower: h_0 leads"


async def test_one_that_is_not_renewed_is_taken_at_the_very_moment_it_runs_out(
    fleet: Fleet,
) -> None:
    fleet.book.hold(NAME, "h_0")
    fleet.start("h_1")
    await fleet.pass_(DURATION_S - 0.01)
    assert fleet.book.holder(NAME) == "h_0"
    await fleet.pass_(0.02)
    assert fleet.book.holder(NAME) == "h_1"


async def test_what_is_written_beside_it_does_not_renew_it(fleet: Fleet) -> None:
    fleet.book.hold(NAME, "h_0")
    fleet.start("h_1")
    await fleet.pass_(6)
    body = fleet.book.leases[NAME]
    fleet.book.put({**body, "metadata": {**body["metadata"], "labels": {"a": "b"}}}, new=False)
    await fleet.pass_(DURATION_S - 5.9)
    assert fleet.writer() == "h_1"
    assert fleet.book.leases[NAME]["metadata"]["labels"] == {"a": "b"}  # and it stays there


async def test_of_two_that_wait_one_takes_it(fleet: Fleet) -> None:
    fleet.book.hold(NAME, "h_0")
    peers = [fleet.start("h_1"), fleet.start("h_2")]
    await fleet.pass_(DURATION_S + 1)
    assert sum(each.may_write() for each in peers) == 1
    assert len({each.lead.holder for each in peers}) == 1


async def test_nothing_is_written_before_it_is_taken_and_seen_once_more(fleet: Fleet) -> None:
    fleet.released()
    one = fleet.start("h_1")
    refused = DeniedError("create leases in driftdeck: not allowed")
    one.line.refusals += [refused] * 3
    await fleet.pass_(0.5)
    assert not one.may_write()
    assert one.lead.words == f"follower: nobody leads yet ({refused})"
    await fleet.pass_(3)
    assert one.may_write()


@pytest.mark.parametrize("noted", ["", "h_5"])
async def test_a_lease_of_another_tool_under_our_name_is_refused(fleet: Fleet, noted: str) -> None:
    fleet.book.hold(NAME, "other_1", noted=noted)  # it wrote into ours, or made its own
    one = fleet.start("h_1")
    await fleet.pass_(0)
    error = one.ended_by()
    assert isinstance(error, UsageError)
    assert "in namespace driftdeck is held by other_1, which is no driftdeck" in str(error)


async def test_one_that_a_stranger_took_later_is_taken_when_he_lets_it_run_out(
    fleet: Fleet,
) -> None:
    one, two = await led(fleet)
    fleet.book.hold(NAME, "stranger", noted="h_1")
    await fleet.pass_(5)
    assert isinstance(one.ended_by(), UnavailableError)
    assert two.lead.words == "follower: stranger leads"
    await fleet.pass_(DURATION_S)
    assert two.may_write()


# Keeping ------------------------------------------------------------------------------------------


async def leading(fleet: Fleet, name: str = "h_1") -> Peer:
    fleet.released()
    peer = fleet.start(name)
    await fleet.pass_(3)
    assert peer.may_write()
    return peer


async def led(fleet: Fleet) -> tuple[Peer, Peer]:
    """One that leads, and one that waits for the Lease."""
    one, two = await leading(fleet), fleet.start("h_2")
    await fleet.pass_(1)
    return one, two


async def test_it_is_renewed_every_two_seconds_over_the_version_that_it_was(fleet: Fleet) -> None:
    one = await leading(fleet)
    before = len(one.line.writes)
    await fleet.pass_(20)
    renewals = one.line.writes[before:]
    assert len(renewals) == 10
    assert len({each["spec"]["renewTime"] for each in renewals}) == 10
    assert {each["spec"]["leaseTransitions"] for each in renewals} == {1}
    assert len({each["spec"]["acquireTime"] for each in renewals}) == 1


async def test_a_write_has_no_more_time_than_is_left(fleet: Fleet) -> None:
    one = await leading(fleet)
    left_s = one.left_s()
    assert left_s is not None
    assert DURATION_S - MARGIN_S - 2 <= left_s <= DURATION_S - MARGIN_S


async def test_where_somebody_wrote_beside_it_the_holder_goes_on(fleet: Fleet) -> None:
    one = await leading(fleet)
    body = fleet.book.leases[NAME]
    fleet.book.put({**body, "metadata": {**body["metadata"], "labels": {"a": "b"}}}, new=False)
    await fleet.pass_(30)
    assert one.may_write()


async def test_where_it_is_deleted_the_holder_makes_it_anew_before_others_may(fleet: Fleet) -> None:
    one, two = await led(fleet)
    del fleet.book.leases[NAME]
    await fleet.pass_(30)
    assert (one.may_write(), two.may_write()) == (True, False)
    assert fleet.book.holder(NAME) == "h_1"


async def test_whoever_loses_it_to_somebody_writes_nothing_more_and_ends(fleet: Fleet) -> None:
    one = await leading(fleet)
    fleet.book.hold(NAME, "h_9")
    await fleet.pass_(3)
    error = one.ended_by()
    assert isinstance(error, UnavailableError)
    assert str(error) == ("the Lease driftdeck is lost (h_9 holds it now); this process ends")
    assert not one.may_write()
    assert one.lead.words == "follower: h_9 leads" or not one.lead.ours


@pytest.mark.parametrize(
    "refusal",
    [
        UnavailableError("HTTP 500"),
        LinkError("cut", sent=True),
        DeniedError("forbidden"),
        OutdatedError("another version"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_renewals_that_fail_for_a_while_cost_nothing(
    fleet: Fleet, refusal: Exception
) -> None:
    one = await leading(fleet)
    one.line.refusals += [refusal] * 6  # type: ignore[list-item]
    await fleet.pass_(30)
    assert one.may_write()


async def test_who_cannot_renew_it_stops_in_time_ends_and_another_one_goes_on(
    fleet: Fleet,
) -> None:
    one, two = await led(fleet)
    one.line.cut, since = True, fleet.time.now
    while one.may_write():
        await fleet.pass_(0.1)
    assert fleet.time.now - since <= DEADLINE_S + 0.2
    assert isinstance(one.ended_by(), UnavailableError)
    await fleet.pass_(DURATION_S - (fleet.time.now - since) + 1.1)
    assert two.may_write()


async def test_who_cannot_look_still_leads_while_he_can_renew(fleet: Fleet) -> None:
    one = await leading(fleet)
    forbidden = one.line.list

    async def refused() -> None:
        raise DeniedError("list leases in driftdeck: not allowed")

    one.line.list = refused  # type: ignore[assignment,method-assign]
    await fleet.pass_(30)
    assert one.may_write()
    one.line.list = forbidden  # type: ignore[method-assign]


# Time ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jump_s", [3_600.0, -3_600.0, 315_360_000.0, -1_700_000_000.0])
async def test_the_wall_clock_is_nobodys_business(fleet: Fleet, jump_s: float) -> None:
    one, two = await led(fleet)
    fleet.time.wall += jump_s
    await fleet.pass_(40)
    assert (one.may_write(), two.may_write()) == (True, False)
    one.line.cut = True
    await fleet.pass_(DURATION_S + 1.1)
    assert two.may_write()


async def test_a_wall_clock_that_stands_still_renews_all_the_same(fleet: Fleet) -> None:
    one, two = await led(fleet)
    for _ in range(30):
        await fleet.pass_(1)
        fleet.time.wall -= 1.0
    assert (one.may_write(), two.may_write()) == (True, False)


async def test_a_process_that_stood_still_writes_nothing_when_it_goes_on(fleet: Fleet) -> None:
    one, two = await led(fleet)
    one.running.clear()
    await fleet.pass_(60)
    assert (one.may_write(), two.may_write()) == (False, True)
    sent = len(one.line.writes)
    one.running.set()
    await fleet.pass_(1)
    assert isinstance(one.ended_by(), UnavailableError)
    assert len(one.line.writes) == sent  # nor does it renew what another one may have by now


async def test_who_stood_still_while_he_waited_looks_before_he_takes_anything(
    fleet: Fleet,
) -> None:
    one, two = await led(fleet)
    two.running.clear()
    await fleet.pass_(60)
    two.running.set()
    await fleet.pass_(5)
    assert (one.may_write(), two.may_write()) == (True, False)


# Ending -------------------------------------------------------------------------------------------


async def test_who_is_asked_to_end_releases_it_and_the_next_one_takes_it(fleet: Fleet) -> None:
    one, two = await led(fleet)
    closing = one.close()
    await fleet.pass_(0)
    assert closing.done()
    assert fleet.book.holder(NAME) == ""
    await fleet.pass_(1)
    assert two.may_write()


async def test_it_is_released_last_when_nothing_is_in_hand(fleet: Fleet) -> None:
    one = await leading(fleet)
    one.hands_over = False  # an object is being written, and what follows from it
    closing = one.close()
    await fleet.pass_(15)
    assert not closing.done()
    assert one.lead.leaving
    assert one.lead.words == "follower: another replica takes over"
    assert one.may_write()  # what is in hand is brought to its end
    await one.replica.hand_over(0)
    await fleet.pass_(0)
    assert closing.done()
    assert fleet.book.holder(NAME) == ""


async def test_a_write_that_is_under_way_is_waited_for(fleet: Fleet) -> None:
    one = await leading(fleet)
    with one.replica.fence("a").passing(Request(path="/", method="PATCH")):
        closing = one.close()
        await fleet.pass_(3)
        assert not one.may_write()  # nothing more
        assert fleet.book.holder(NAME) == "h_1"
    await fleet.pass_(0)
    assert closing.done()
    assert fleet.book.holder(NAME) == ""


async def test_a_release_that_comes_too_late_is_tried_once_more_or_left(fleet: Fleet) -> None:
    one = await leading(fleet)
    one.line.refusals.append(OutdatedError("a renewal was faster"))
    await one.replica.close()
    assert fleet.book.holder(NAME) == ""
    three = Fleet()
    other = await leading(three)
    three.book.hold(NAME, "h_9")
    await other.replica.close()
    assert three.book.holder(NAME) == "h_9"
    await other.end()


# Shares -------------------------------------------------------------------------------------------

SHARDS = tuple(f"{NAME}-shard-{i}" for i in range(3))
APPS = tuple(next(a for a in map(str, range(99)) if share_of(a, 3) == i) for i in range(3))


async def spread(fleet: Fleet) -> list[Peer]:
    fleet.released(*SHARDS)
    peers = [fleet.start(f"h_{n}", 3) for n in range(3)]
    await fleet.time.pass_(6, lambda: fleet.check(*APPS))
    return peers


async def test_three_shares_are_spread_over_three_replicas(fleet: Fleet) -> None:
    peers = await spread(fleet)
    assert sorted(share for each in peers for share in each.shares) == [0, 1, 2]
    assert all(len(each.shares) == 1 for each in peers)
    assert {fleet.writer(app) for app in APPS} == {"h_0", "h_1", "h_2"}


async def test_who_is_killed_leaves_his_share_to_the_others(fleet: Fleet) -> None:
    peers = await spread(fleet)
    peers[0].kill()
    fleet.peers.remove(peers[0])
    await fleet.time.pass_(DURATION_S + 1.1, lambda: fleet.check(*APPS))
    assert sorted(share for each in peers[1:] for share in each.shares) == [0, 1, 2]
    await peers[0].end()


async def test_who_comes_is_left_a_share_once_nothing_of_it_is_in_hand(fleet: Fleet) -> None:
    fleet.released(*SHARDS)
    one = fleet.start("h_0", 3)
    one.hands_over = False
    await fleet.time.pass_(3)
    assert one.shares == [0, 1, 2]
    two = fleet.start("h_1", 3)
    await fleet.time.pass_(8, lambda: fleet.check(*APPS))
    leaving = [i for i, lead in enumerate(one.leads.shares) if lead.leaving]
    assert leaving
    assert two.shares == []
    for share in leaving:
        await one.replica.hand_over(share)
    await fleet.time.pass_(3, lambda: fleet.check(*APPS))
    assert two.shares == leaving


async def test_who_is_not_ready_is_left_nothing(fleet: Fleet) -> None:
    fleet.released(*SHARDS)
    one = fleet.start("h_0", 3)
    await fleet.time.pass_(3)
    two = fleet.start("h_1", 3)
    two.replica._ready = False  # noqa: SLF001 - it was never told
    await fleet.time.pass_(20)
    assert one.shares == [0, 1, 2]
    await fleet.time.pass_(20)  # one app may be unreadable for good
    assert two.shares


async def test_who_divides_the_apps_otherwise_waits_until_the_others_are_gone(
    fleet: Fleet,
) -> None:
    fleet.released(*SHARDS)
    one, two = fleet.start("h_0", 3), fleet.start("h_1", 2)
    await fleet.time.pass_(20, lambda: fleet.check(*APPS))
    assert (one.shares, two.shares) == ([0, 1, 2], [])
    assert two.lead.words == "follower: h_0 leads"
    await one.replica.close()
    await fleet.time.pass_(DURATION_S + 2)
    assert two.shares == [0, 1]


async def test_a_lease_of_a_replica_that_ended_long_ago_is_removed(fleet: Fleet) -> None:
    peers = await spread(fleet)
    (name,) = (each for each in fleet.book.leases if each.endswith("replica-0"))
    peers[0].kill()
    fleet.peers.remove(peers[0])
    await fleet.time.pass_(330)
    assert name not in fleet.book.leases
    await peers[0].end()


async def test_who_ends_politely_leaves_nothing_of_himself(fleet: Fleet) -> None:
    peers = await spread(fleet)
    await peers[0].replica.close()
    assert not any(name.endswith("replica-0") for name in fleet.book.leases)


# Whatever happens ---------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_happens_there_never_are_two_writers(fleet: Fleet, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - reproducible
    counts = (3, 3, 2) if seed % 3 == 0 else (3, 3, 3)
    fleet.released(*SHARDS)
    for number, shares in enumerate(counts):
        fleet.start(f"h_{number}", shares)

    def cut() -> None:
        peer = dice.choice(fleet.peers)
        peer.line.cut = not peer.line.cut

    def kill() -> None:
        dice.choice(fleet.peers).kill()

    def start() -> None:
        fleet.start(f"h_{dice.random()}", dice.choice(counts))

    def delete() -> None:
        fleet.book.leases.pop(dice.choice(SHARDS), None)

    def stop() -> None:
        running = dice.choice(fleet.peers).running
        running.clear() if running.is_set() else running.set()

    def close() -> None:
        dice.choice(fleet.peers).close()

    moves: list[Callable[[], None]] = [cut, kill, start, delete, stop, close]
    for _ in range(12):
        dice.choice(moves)()
        if sum(not each.task.done() for each in fleet.peers) == 0:
            start()
        await fleet.time.pass_(dice.choice((0.3, 2.0, 7.0, 16.0)), lambda: fleet.check(*APPS))
