"""core.cluster.leasing.board: what follows from what was seen, by the clock of who saw it."""

from math import inf

import pytest

from core.cluster.leasing.board import Board, replica_name
from core.cluster.leasing.record import DURATION_S, Record
from core.model.controllers.leads import lease_name, share_of

ME = "host_me"


def a_lease(name: str, holder: str = "", turn: int = 0, *, shares: int = 1) -> Record:
    return Record(name, "u", str(turn), holder, holder, shares, spec={"turn": turn})


def board(*records: Record, shares: int = 1, at: float = 100.0) -> Board:
    return Board(ME, shares).seen(records, at)


def test_names_are_those_that_others_look_for() -> None:
    assert lease_name(0, 1) == "driftdeck"
    assert [lease_name(i, 2) for i in range(2)] == ["driftdeck-shard-0", "driftdeck-shard-1"]
    assert replica_name("my_host_0a-1b") == "driftdeck-replica-0a-1b"


def test_a_lease_ends_so_long_after_it_was_seen_to_change() -> None:
    seen = board(a_lease("driftdeck", "h"))
    assert seen.next_end(100.0) == 100.0 + DURATION_S
    same = seen.seen([a_lease("driftdeck", "h")], 109.0)
    assert same.next_end(109.0) == 100.0 + DURATION_S
    renewed = same.seen([a_lease("driftdeck", "h", 1)], 110.0)
    assert renewed.next_end(110.0) == 110.0 + DURATION_S
    assert renewed.next_end(200.0) == inf


def test_it_may_be_taken_when_it_ended_was_released_or_is_gone_for_as_long() -> None:
    held = board(a_lease("driftdeck", "h"))
    assert held.taken_from(0, 110.9) is None
    assert held.taken_from(0, 111.0) == a_lease("driftdeck", "h")
    gone = held.seen([], 105.0)
    assert gone.taken_from(0, 115.9) is None
    assert gone.taken_from(0, 116.0) == Record("driftdeck")
    assert board(a_lease("driftdeck")).taken_from(0, 100.0) == a_lease("driftdeck")
    assert Board(ME, 1).taken_from(0, 1e9) is None  # it was never looked at


def test_leases_of_others_in_that_namespace_are_nobodys_business() -> None:
    seen = board(a_lease("driftdeck-operator", "x"), a_lease("kube-scheduler", "y"))
    assert list(seen.sights) == ["driftdeck"]


def test_one_that_another_tool_holds_is_named_if_it_is_ours_to_hold() -> None:
    foreign = Record("driftdeck", holder="x", spec={"turn": 1})
    assert board(foreign).foreign() == foreign
    assert board(foreign, shares=2).foreign() is None


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_shares_are_spread_evenly_and_all_agree_who_has_which(count: int) -> None:
    names = [f"host_{n}" for n in range(count)]
    records = [a_lease(replica_name(name), name, shares=7) for name in names]
    parts = [Board(name, 7).seen(records, 0.0).wanted(1.0) for name in names]
    assert sorted(share for part in parts for share in part) == list(range(7))
    assert max(map(len, parts)) <= -(-7 // count)


def test_who_is_gone_is_not_counted_nor_who_let_a_share_run_out() -> None:
    other = a_lease(replica_name("host_o"), "host_o", shares=4)
    seen = board(other, shares=4)
    assert len(seen.wanted(101.0)) == 2
    assert seen.wanted(111.0) == frozenset(range(4))
    stuck = a_lease("driftdeck-shard-1", "host_o", shares=4)
    later = seen.seen([stuck, other], 101.0).seen(
        [stuck, a_lease(other.name, "host_o", 1, shares=4)], 111.0
    )
    assert len(later.wanted(111.5)) == 2
    assert later.wanted(112.0) == frozenset(range(4))


def test_who_divides_otherwise_is_named_while_he_holds_one() -> None:
    theirs = a_lease("driftdeck-shard-0", "host_o", shares=3)
    seen = board(theirs, shares=2)
    assert seen.divided_otherwise(101.0) == theirs
    assert seen.divided_otherwise(111.0) is None
    assert board(a_lease("driftdeck", "host_o"), shares=2).divided_otherwise(101.0) is not None
    there = a_lease(replica_name("host_o"), "host_o", shares=3)
    assert board(there, shares=2).divided_otherwise(101.0) is None


def test_replicas_that_ended_long_ago_are_forgotten() -> None:
    there = a_lease(replica_name("host_o"), "host_o", shares=2)
    seen = board(there, shares=2)
    assert seen.forgotten(410.0) == ()
    assert seen.forgotten(411.0) == (there,)


def test_apps_stay_in_their_share_when_there_is_one_more() -> None:
    apps = [f"app-{number}" for number in range(300)]
    moved = [app for app in apps if share_of(app, 4) != share_of(app, 3)]
    assert {share_of(app, 4) for app in moved} == {3}
    assert {share_of(app, 1) for app in apps} == {0}
    sizes = [sum(share_of(app, 3) == share for app in apps) for share in range(3)]
    assert min(sizes) > 70
