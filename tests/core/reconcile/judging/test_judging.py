"""Verdicts and causes, one input at a time: no waiting, no servers."""

import pytest

from core.model import EventName, Live, Origin, Problem, Remedy, Verdict
from core.reconcile.memory.commands import Explain
from core.reconcile.memory.effects import Confirm, LookUp
from core.reconcile.memory.inputs import ClusterLost, KindLost, SourceLost
from core.reconcile.memory.results import Confirmed, Explained, InventoryRead, InventoryRow
from tests.core.reconcile.world import (
    CONFIG_MAP,
    SPEC,
    World,
    applied,
    document,
    key,
    live,
    ref,
    world,
)

GIT = document(CONFIG_MAP, "a", data={"a": "1"})
SAME = live(CONFIG_MAP, "a", 5, data={"a": "1"})
OTHER = live(CONFIG_MAP, "a", 6, data={"a": "2"})


def both(found: Live | None) -> World:
    made = world()
    made.read(GIT)
    made.listing(CONFIG_MAP, [("a", found)] if found else [])
    made.feed(InventoryRead(SPEC.name, ()))
    return made


@pytest.mark.parametrize(
    ("found", "verdict"), [(SAME, "in_sync"), (OTHER, "drifted"), (None, "missing")]
)
def test_an_object_is_judged_once_both_sides_are_known(found: Live | None, verdict: str) -> None:
    assert both(found).verdict(CONFIG_MAP, "a") == verdict


def test_nothing_is_judged_missing_before_its_kind_was_listed() -> None:
    made = world()
    made.read(GIT)
    made.feed(InventoryRead(SPEC.name, ()))
    assert made.verdict(CONFIG_MAP, "a") == "unknown"
    assert not made.complete()


def test_nothing_is_judged_extra_before_git_was_read() -> None:
    made = world()
    made.feed(InventoryRead(SPEC.name, (InventoryRow(ref(CONFIG_MAP, "a"), "u1", "d"),)))
    made.listing(CONFIG_MAP, [("a", SAME)])
    assert not made.state.rows


def test_what_git_dropped_and_we_applied_is_extra() -> None:
    made = applied("a", "b")
    made.read(document(CONFIG_MAP, "b", data={"a": "1"}), number=2)
    assert made.verdict(CONFIG_MAP, "a") == "extra"
    assert made.verdict(CONFIG_MAP, "b") == "in_sync"


def test_an_object_of_the_same_name_with_another_uid_is_not_extra() -> None:
    made = applied("a", "b")
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 9, uid="u2", data={}))
    made.read(document(CONFIG_MAP, "b", data={"a": "1"}), number=2)
    assert made.verdict(CONFIG_MAP, "a") == ""


def test_a_file_that_cannot_be_read_makes_nothing_extra() -> None:
    made = applied("a", "b")
    read = made.state.apps[SPEC.name].source
    assert read is not None
    kept = tuple(found for found in read.documents if found.name == "b")
    made.feed(type(read)(SPEC.name, read.revision, kept, ("a.yaml:1: broken",)))
    assert made.verdict(CONFIG_MAP, "a") == "unknown"


def test_only_suspects_are_confirmed_by_the_server() -> None:
    assert [type(e) for e in both(SAME).effects if isinstance(e, Confirm)] == []
    assert [e.key for e in both(OTHER).effects if isinstance(e, Confirm)] == [key(CONFIG_MAP, "a")]


def test_a_suspect_that_the_server_would_not_change_is_in_sync() -> None:
    made = both(OTHER)
    asked = next(e for e in made.effects if isinstance(e, Confirm))
    made.feed(Confirmed(asked.key, asked.desired, asked.live, predicted=asked.live.body))
    assert made.verdict(CONFIG_MAP, "a") == "in_sync"
    assert made.complete()


def test_a_late_confirmation_is_dropped_and_asked_again() -> None:
    made = both(OTHER)
    asked = next(e for e in made.effects if isinstance(e, Confirm))
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 7, data={"a": "3"}))
    again = made.feed(Confirmed(asked.key, asked.desired, asked.live, predicted=asked.live.body))
    assert made.verdict(CONFIG_MAP, "a") == "drifted"
    assert [e.live.resource_version for e in again if isinstance(e, Confirm)] == ["7"]


def test_never_two_questions_in_flight_for_one_object() -> None:
    made = both(OTHER)
    effects = made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 7, data={"a": "3"}))
    assert [e for e in effects if isinstance(e, Confirm)] == []


def test_without_the_right_to_ask_the_local_verdict_stands_and_says_so() -> None:
    made = both(OTHER)
    asked = next(e for e in made.effects if isinstance(e, Confirm))
    made.feed(
        Confirmed(asked.key, asked.desired, asked.live, None, "you may not patch", status=403)
    )
    row = made.state.rows[asked.key]
    assert (row.verdict.value, row.confirmed_by.value) == ("drifted", "local")
    assert row.reason == "you may not patch"
    assert made.complete()


def test_an_unchanged_object_stays_the_same_row_and_costs_no_request() -> None:
    made = applied("a", "b")
    before = made.state.rows[key(CONFIG_MAP, "a")]
    read = made.state.apps[SPEC.name].source
    assert read is not None
    effects = made.read(*read.documents, number=2)
    effects += made.listing(
        CONFIG_MAP, [(n, live(CONFIG_MAP, n, 5, data={"a": "1"})) for n in ("a", "b")]
    )
    assert made.state.rows[key(CONFIG_MAP, "a")] is before
    assert [e for e in effects if isinstance(e, Confirm)] == []


@pytest.mark.parametrize(
    ("git", "found", "cause"),
    [("1", "2", "live_changed"), ("9", "1", "git_ahead")],
)
def test_the_cause_says_which_side_moved(git: str, found: str, cause: str) -> None:
    made = applied("a")
    if git != "1":
        made.read(document(CONFIG_MAP, "a", data={"a": git}), number=2)
    if found != "1":
        made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, data={"a": found}))
    row = made.state.rows[key(CONFIG_MAP, "a")]
    assert row.cause is not None
    assert row.cause.value == cause


def test_a_kind_that_cannot_be_read_is_unknown_and_all_else_goes_on() -> None:
    made = applied("a")
    made.feed(KindLost("prod", CONFIG_MAP, Problem(Remedy.GRANT, "you may not list configmaps")))
    row = made.state.rows[key(CONFIG_MAP, "a")]
    assert row.verdict.value == "unknown"
    assert "you may not list" in row.reason


def test_when_the_cluster_is_lost_rows_stay_and_nothing_is_concluded() -> None:
    made = applied("a")
    made.feed(ClusterLost("prod", Problem(Remedy.WAIT, "connection refused")))
    assert made.verdict(CONFIG_MAP, "a") == "in_sync"
    assert made.events()[-1] == "cluster_unavailable"


def test_when_git_is_lost_the_last_good_commit_stands() -> None:
    made = applied("a")
    made.feed(SourceLost(SPEC.name, Problem(Remedy.WAIT, "gone")))
    made.change(CONFIG_MAP, "a", OTHER)
    assert made.verdict(CONFIG_MAP, "a") == "drifted"
    assert "source_unavailable" in made.events()


def test_the_time_of_a_step_that_our_watch_saw_is_known() -> None:
    made = applied("a")
    made.change(CONFIG_MAP, "a", OTHER)
    change = made.state.rows[key(CONFIG_MAP, "a")].changes[0]
    assert change.actor is not None
    assert change.actor.observed_at == "1970-01-01T00:16:40Z"
    assert change.actor.confidence == "observed"


def test_drift_is_announced_once_and_its_end_too() -> None:
    made = applied("a")
    asked = made.change(CONFIG_MAP, "a", OTHER)[0]
    made.agree(asked)
    made.listing(CONFIG_MAP, [("a", OTHER)])
    assert made.events().count("drift_detected") == 1
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 7, data={"a": "1"}))
    assert made.events()[-1] == "drift_gone"


def test_an_object_outside_the_allowed_namespaces_is_refused_before_any_call() -> None:
    made = world(namespaces=("other",))
    made.read(GIT)
    made.listing(CONFIG_MAP)
    made.feed(InventoryRead(SPEC.name, ()))
    assert made.row("a").verdict is Verdict.UNKNOWN
    assert made.row("a").reason == "not-allowed: namespace web is not one this app may touch"
    assert (made.row("a").file, made.row("a").line) == ("a.yaml", 1)


def test_a_late_refusal_does_not_hold_up_the_question_about_the_newer_object() -> None:
    made = both(OTHER)
    asked = next(e for e in made.effects if isinstance(e, Confirm))
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 7, data={"a": "3"}))
    late = Confirmed(asked.key, asked.desired, asked.live, None, "it changed", retry=True)
    again = made.feed(late)
    assert [e.live.resource_version for e in again if isinstance(e, Confirm)] == ["7"]
    assert all(subject.hold is None for subject in made.state.subjects.values())


def test_the_cluster_is_not_called_synced_before_git_says_which_kinds_matter() -> None:
    made = world()
    assert "cluster_synced" not in made.events()
    made.read(GIT)
    assert "cluster_synced" not in made.events()
    made.listing(CONFIG_MAP, [("a", SAME)])
    assert made.events().count("cluster_synced") == 1


def test_a_row_says_when_it_was_judged_and_keeps_that_while_nothing_changes() -> None:
    made = applied("a")
    row = made.state.rows[key(CONFIG_MAP, "a")]
    assert row.judged_at == made.now
    made.now += 60.0
    made.read(document(CONFIG_MAP, "a", data={"a": "1"}), number=2)
    assert made.state.rows[key(CONFIG_MAP, "a")] is row
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, data={"a": "2"}))
    assert made.state.rows[key(CONFIG_MAP, "a")].judged_at == made.now


def test_which_commit_states_a_missing_object_is_looked_up_once() -> None:
    made = both(None)
    (asked,) = made.feed(Explain(key(CONFIG_MAP, "a")))
    assert isinstance(asked, LookUp)
    assert asked.desired is not None
    assert (asked.desired.document, asked.live) == (GIT, None)
    origin = Origin("a.yaml", 1, "c", "A <a@b>", "2026-01-01T00:00:00Z", "said so")
    made.feed(Explained(asked.key, asked.desired, None, (), origin))
    row = made.state.rows[asked.key]
    assert (row.verdict, row.explained, row.origin) == (Verdict.MISSING, True, origin)
    assert made.feed(Explain(asked.key)) == []


def test_which_commit_states_a_missing_object_is_looked_up_again_when_git_states_it_anew() -> None:
    made = both(None)
    (asked,) = made.feed(Explain(key(CONFIG_MAP, "a")))
    assert isinstance(asked, LookUp)
    origin = Origin("a.yaml", 1, "c", "A <a@b>", "2026-01-01T00:00:00Z", "said so")
    made.feed(Explained(asked.key, asked.desired, None, (), origin))
    made.read(document(CONFIG_MAP, "a", data={"a": "2"}), number=2)
    assert (made.row("a").explained, made.row("a").origin) == (False, None)
    (again,) = made.feed(Explain(asked.key))
    assert isinstance(again, LookUp)


def test_which_commit_removed_an_extra_object_is_looked_up() -> None:
    made = world()
    made.read()
    made.feed(InventoryRead(SPEC.name, (InventoryRow(ref(CONFIG_MAP, "a"), "u1", "d"),)))
    made.listing(CONFIG_MAP, [("a", SAME)])
    (asked,) = made.feed(Explain(key(CONFIG_MAP, "a")))
    assert isinstance(asked, LookUp)
    assert (asked.desired, asked.live, asked.kind) == (None, SAME, CONFIG_MAP)


def test_what_cannot_be_judged_is_not_looked_up() -> None:
    made = world()
    made.read(GIT)
    assert made.feed(Explain(key(CONFIG_MAP, "a"))) == []


def test_the_answer_of_the_server_dates_the_row_unless_it_says_the_same() -> None:
    made = applied("a")
    (asked,) = [
        each
        for each in made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, data={"a": "2"}))
        if isinstance(each, Confirm)
    ]
    assert made.row("a").judged_at == 1000.0
    made.now += 3
    made.agree(asked)
    assert made.row("a").judged_at == 1003.0


def test_what_is_told_of_drift_says_which_side_moved() -> None:
    made = applied("a", "b")
    made.drift("a", 6, data={"a": "2"})
    made.read_through(GIT, document(CONFIG_MAP, "b", data={"a": "9"}), number=2)
    assert made.told(EventName.DRIFT_DETECTED) == [
        "changed in the cluster",
        "Git moved on, not applied yet",
    ]
