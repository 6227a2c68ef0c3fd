"""Each guard, let pass and stopped; of facts alone."""

from dataclasses import replace
from typing import Any

import pytest

from core.model import Allowed, Blocked, Clearance, Guard, stopping
from core.reconcile.acting.prune.guards import (
    CYCLE_S,
    PROOF_S,
    SEEN_S,
    Facts,
    allowed_at_once,
    findings,
)
from core.reconcile.memory.results import Proved

NOW = 1000.0
HEAD = "a" * 40
GOOD = Facts(
    now=NOW,
    uids=frozenset({"u1"}),
    recorded=10,
    stated=9,
    revision=HEAD,
    proof=Proved("shop", HEAD),
    proved_at=NOW,
    seen_at=NOW,
    cluster_uid="c1",
    first_look=NOW - CYCLE_S,
    last_look=NOW,
)


def said(guard: Guard, **apart: Any) -> Clearance:
    """What one guard says where facts are otherwise."""
    (found,) = (each for each in findings(replace(GOOD, **apart)) if each.guard is guard)
    return found


def stops(guard: Guard, **apart: Any) -> Blocked:
    """The same, where it stops."""
    found = said(guard, **apart)
    assert isinstance(found, Blocked), found
    return found


def proved(guard: Guard | None = None, words: str = "no", **apart: Any) -> Proved:
    problem = None if guard is None else Blocked(guard, words)
    return replace(Proved("shop", HEAD, problem), **apart)


def test_where_all_is_well_every_guard_lets_it_pass_in_the_order_of_the_rules() -> None:
    found = tuple(findings(GOOD))
    assert [each.guard.value for each in found] == [f"G{n}" for n in range(1, 10)]
    assert all(isinstance(each, Allowed) for each in found)
    assert stopping(found) is None


def test_each_guard_says_its_code_its_name_and_why() -> None:
    assert str(stops(Guard.NOT_EMPTY, stated=0)).startswith("G4 not empty: Git states nothing at")
    assert str(said(Guard.NOT_EMPTY)) == "G4 not empty: Git states 9 object(s)"


# G1 -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "apart",
    [
        {"proof": None},
        {"proved_at": NOW - PROOF_S - 1},
        {"proved_at": NOW + 1},  # a clock that was set back
        {"proof": Proved("shop", "b" * 40)},
    ],
    ids=["never asked", "long ago", "later than now", "of another commit"],
)
def test_what_git_did_not_say_in_this_cycle_is_waited_for(apart: dict[str, Any]) -> None:
    for guard in (Guard.SOURCE_KNOWN, Guard.PATH_PRESENT, Guard.RENDERING_COMPLETE):
        assert stops(guard, **apart).pending


def test_what_git_said_two_minutes_ago_still_counts() -> None:
    assert isinstance(said(Guard.SOURCE_KNOWN, proved_at=NOW - PROOF_S), Allowed)


def test_git_that_cannot_be_read_stops_with_its_words() -> None:
    found = stops(Guard.SOURCE_KNOWN, lost="connection refused")
    assert (found.words, found.person, found.pending) == ("connection refused", False, False)


def test_git_that_could_not_be_asked_just_now_stops_with_its_words() -> None:
    proof = proved(Guard.SOURCE_KNOWN, "host unknown", revision="")
    assert stops(Guard.SOURCE_KNOWN, proof=proof).words == "host unknown"
    assert stops(Guard.PATH_PRESENT, proof=proof).words == "not known: host unknown"


@pytest.mark.parametrize("apart", [{"rewritten": True}, {"proof": proved(descends=False)}])
def test_a_history_that_was_written_anew_asks_a_person(apart: dict[str, Any]) -> None:
    assert stops(Guard.SOURCE_KNOWN, **apart).person


# G2, G3 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("guard", [Guard.PATH_PRESENT, Guard.RENDERING_COMPLETE])
def test_what_is_missing_or_not_rendered_stops_and_nobody_may_confirm_it(guard: Guard) -> None:
    found = stops(guard, proof=proved(guard, "there is no such folder"))
    assert (found.words, found.person, found.pending) == ("there is no such folder", False, False)
    assert isinstance(said(Guard.SOURCE_KNOWN, proof=proved(guard)), Allowed)


@pytest.mark.parametrize("guard", [Guard.PATH_PRESENT, Guard.RENDERING_COMPLETE])
def test_a_reading_that_failed_is_the_matter_of_its_own_guard(guard: Guard) -> None:
    found = tuple(findings(replace(GOOD, lost="gone", lost_by=guard)))
    first = stopping(found)
    assert first is not None
    assert (first.guard, first.words) == (guard, "gone")


def test_a_file_that_was_left_out_stops() -> None:
    found = stops(Guard.RENDERING_COMPLETE, faults=("a.yaml:3: no mapping", "b.yaml:1: no"))
    assert found.words == "a.yaml:3: no mapping and 1 more"
    assert not found.person


# G4, G5 -------------------------------------------------------------------------------------------


def test_an_empty_folder_stops_and_only_allow_empty_lets_a_person_confirm_it() -> None:
    assert not stops(Guard.NOT_EMPTY, stated=0).person
    assert stops(Guard.NOT_EMPTY, stated=0, allow_empty=True).person
    assert isinstance(said(Guard.NOT_EMPTY, stated=1), Allowed)
    assert isinstance(said(Guard.NOT_EMPTY, stated=1, allow_empty=True), Allowed)


@pytest.mark.parametrize(
    ("recorded", "most"), [(0, 5), (5, 5), (25, 5), (29, 5), (30, 6), (100, 20)]
)
def test_five_objects_or_a_fifth_of_what_was_applied_may_go(recorded: int, most: int) -> None:
    assert allowed_at_once(recorded) == most
    uids = frozenset(map(str, range(most)))
    assert isinstance(said(Guard.NOT_SHRINKING_FAST, recorded=recorded, uids=uids), Allowed)
    found = stops(Guard.NOT_SHRINKING_FAST, recorded=recorded, uids=uids | {"one more"})
    assert found.person
    assert found.words == (
        f"{most + 1} of {recorded} objects would go, at most {most} may without a person's word"
    )


# G6, G7, G8 ---------------------------------------------------------------------------------------


def test_a_kind_that_cannot_be_seen_stops() -> None:
    found = stops(Guard.CLUSTER_KNOWN, unseen=("Secret in web: forbidden", "Pod: gone", "x"))
    assert found.words == "Secret in web: forbidden and 2 more"
    assert not found.person


@pytest.mark.parametrize(("age_s", "passes"), [(0.0, True), (SEEN_S, True), (SEEN_S + 1, False)])
def test_a_picture_of_two_minutes_ago_is_too_old(age_s: float, *, passes: bool) -> None:
    assert isinstance(said(Guard.CLUSTER_KNOWN, seen_at=NOW - age_s), Allowed) == passes


def test_a_cluster_that_was_seen_after_now_is_not_believed() -> None:
    assert isinstance(said(Guard.CLUSTER_KNOWN, seen_at=NOW + 1), Blocked)


def test_another_cluster_or_one_that_nobody_can_tell_stops() -> None:
    assert stops(Guard.SAME_CLUSTER, frozen="it went back").words == "it went back"
    assert "kube-system" in stops(Guard.SAME_CLUSTER, cluster_uid="").words


def test_an_inventory_that_cannot_be_written_stops() -> None:
    assert "forbidden" in stops(Guard.LEADER, record_problem="forbidden").words


# G9 -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last"),
    [(None, None), (NOW, NOW), (NOW - CYCLE_S + 0.1, NOW), (None, NOW), (NOW - CYCLE_S, None)],
)
def test_one_look_or_two_too_close_are_waited_for(first: float | None, last: float | None) -> None:
    found = stops(Guard.TWO_LOOKS, first_look=first, last_look=last)
    assert found.pending
    assert not found.person


def test_two_looks_that_are_far_enough_apart_let_it_pass() -> None:
    assert isinstance(said(Guard.TWO_LOOKS, first_look=NOW - CYCLE_S, last_look=NOW), Allowed)


# Together -----------------------------------------------------------------------------------------


def test_the_first_guard_that_stops_is_the_one_that_is_named() -> None:
    found = findings(replace(GOOD, stated=0, frozen="another cluster", unseen=("no",)))
    block = stopping(found)
    assert block is not None
    assert block.guard is Guard.NOT_EMPTY


def test_what_stops_for_good_goes_before_what_is_waited_for() -> None:
    found = tuple(findings(replace(GOOD, proof=None, stated=0, first_look=None)))
    block = stopping(found)
    assert block is not None
    assert block.guard is Guard.NOT_EMPTY


def test_a_person_lifts_what_asks_for_one_and_nothing_else() -> None:
    many = frozenset(map(str, range(9)))
    asked = tuple(findings(replace(GOOD, uids=many, stated=0, allow_empty=True, rewritten=True)))
    assert stopping(asked) is not None
    assert stopping(asked, confirmed=True) is None
    for apart in ({"lost": "no"}, {"stated": 0}, {"frozen": "no"}, {"unseen": ("no",)}):
        assert stopping(tuple(findings(replace(GOOD, **apart))), confirmed=True) is not None
