"""The state under construction: queues, candidates, alarms, answers and events."""

from dataclasses import replace
from typing import Any

import pytest

from core.model import (
    Cause,
    Drift,
    EventName,
    FieldChange,
    FieldVerdict,
    Key,
    Plan,
    Run,
    Stamp,
    Verdict,
)
from core.reconcile.judging.announcing import in_sync, is_drift
from core.reconcile.memory.draft import (
    ANSWERS_KEPT,
    BUNDLE,
    EVENTS_KEPT,
    RUNS_KEPT,
    Draft,
)
from core.reconcile.memory.effects import WakeAt
from core.reconcile.memory.state import State, Tally
from core.reconcile.memory.subjects import Hold, OwnWrite
from tests.core.reconcile.world import CONFIG_MAP, SPEC, beginning, key

A, B, C = (key(CONFIG_MAP, name) for name in "abc")
APP = SPEC.name


def draft(state: State | None = None) -> Draft:
    return Draft(state or beginning(), 1000.0)


def row(of: Key = A, verdict: Verdict = Verdict.DRIFTED, **more: Any) -> Drift:
    return Drift(of, "prod", CONFIG_MAP, verdict, **more)


# Rows and totals ----------------------------------------------------------------------------------


def test_a_row_is_counted_while_it_is_there() -> None:
    made = draft()
    hidden = FieldChange("data.a", FieldVerdict.DRIFT, live="1", git="2")
    made.put_row(A, row(ignored=(hidden, hidden), confirming=True))
    made.put_row(B, row(B))
    assert made.tally(APP) == Tally({Verdict.DRIFTED: 2}, 2, 1)
    made.put_row(A, row(verdict=Verdict.IN_SYNC, ignored=(hidden,)))
    assert made.tally(APP) == Tally({Verdict.DRIFTED: 1, Verdict.IN_SYNC: 1}, 1, 0)
    made.put_row(A, None)
    made.put_row(B, None)
    assert sum(made.tally(APP).counts.values()) == 0
    assert (made.tally(APP).ignored, made.tally(APP).confirming) == (0, 0)


def test_rows_of_what_git_does_not_have_are_at_hand() -> None:
    made = draft()
    seen, stated = Stamp(None, "5", "u1"), Stamp("digest", "5", "u2")
    made.put_row(A, row(verdict=Verdict.EXTRA, stamp=seen, cause=Cause.GIT_AHEAD))
    made.put_row(B, row(B, Verdict.EXTRA, stamp=seen, cause=Cause.LIVE_CHANGED))
    made.put_row(C, row(C, stamp=stated))
    assert set(made.tally(APP).undesired) == {A, B}
    assert set(made.tally(APP).dropped) == {A}
    made.put_row(A, None)
    made.put_row(B, row(B, stamp=stated))
    assert not made.tally(APP).undesired
    assert not made.tally(APP).dropped


def test_a_row_that_says_the_same_stays_the_same_object() -> None:
    made = draft()
    first = row()
    made.put_row(A, first)
    made.put_row(A, row())
    assert made.row(A) is first
    assert made.subject(A).row is first


def test_a_row_goes_and_what_else_is_known_stays() -> None:
    made = draft()
    made.put_row(A, row())
    made.put(replace(made.subject(A), hold=Hold(5.0, 1, "d")))
    made.put_row(A, None)
    assert made.row(A) is None
    assert made.subject(A).hold is not None


def test_only_rows_that_are_there_can_be_doubted() -> None:
    made = draft()
    made.doubt(A)
    assert A not in made.subjects
    made.put_row(A, row())
    made.doubt(A)
    doubted = made.subject(A)
    assert doubted.rejudge is True
    made.doubt(A)
    assert made.subject(A) is doubted


def test_forgetting_leaves_nothing_of_an_object_and_all_of_the_others() -> None:
    made = draft()
    made.put_row(A, row())
    made.put_row(B, row(B))
    made.put(replace(made.subject(A), awaited=OwnWrite("7", 1000.0)))
    made.forget(A)
    made.forget(C)  # never seen
    assert list(made.subjects) == [B]
    assert list(made.rows) == [B]
    assert made.tally(APP).counts == {Verdict.DRIFTED: 1}


def test_what_is_known_of_an_object_cannot_be_put_with_another_row() -> None:
    made = draft()
    made.put_row(A, row())
    with pytest.raises(AssertionError):
        made.put(replace(made.subject(A), row=row(verdict=Verdict.MISSING)))


# Queues -------------------------------------------------------------------------------------------


def in_line(made: Draft) -> tuple[Key, ...]:
    return tuple(each for bundle in made.queue(APP) for each in bundle)


def test_what_is_to_be_judged_stands_in_its_queue_once_in_the_order_it_came() -> None:
    made = draft()
    for each in (B, A, B, C, A):
        made.judge_again(each)
    assert in_line(made) == (B, A, C)
    made.judge_again(B)
    assert in_line(made) == (B, A, C)


def test_many_are_queued_by_name() -> None:
    made = draft()
    made.judge_all_again({C, A, B})
    assert in_line(made) == (A, B, C)


def test_what_was_taken_can_be_queued_again() -> None:
    made = draft()
    made.judge_all_again([A, B, C])
    assert made.take(APP, 2) == (A, B)
    assert in_line(made) == (C,)
    made.judge_again(A)
    assert made.take(APP, 10) == (C, A)
    assert made.take(APP, 10) == ()
    state = made.frozen()
    assert (state.queues[APP], dict(state.queued)) == ((), {})


def test_a_long_queue_is_taken_in_order_across_its_bundles() -> None:
    names = [key(CONFIG_MAP, f"{number:05}") for number in range(2 * BUNDLE + 10)]
    made = draft()
    made.judge_all_again(names)
    taken = [made.take(APP, most) for most in (BUNDLE - 1, BUNDLE, 3 * BUNDLE)]
    assert [len(each) for each in taken] == [BUNDLE - 1, BUNDLE, 11]
    assert [each for some in taken for each in some] == names
    assert made.queue(APP) == ()


def test_a_queue_outlives_its_step() -> None:
    made = draft()
    made.judge_all_again([A, B])
    later = draft(made.frozen())
    later.judge_again(B)
    later.judge_again(C)
    assert in_line(later) == (A, B, C)


def test_objects_of_an_app_that_is_not_shown_are_never_queued() -> None:
    neighbour = replace(SPEC, name="neighbour")
    state = beginning()
    hidden = replace(state.apps[APP], spec=neighbour, shown=False)
    made = draft(replace(state, apps={**state.apps, "neighbour": hidden}))
    made.judge_again(Key("neighbour", A.ref))
    assert made.queue("neighbour") == ()
    assert dict(made.frozen().queued) == {}


# Candidates and alarms ----------------------------------------------------------------------------


def test_an_object_is_offered_once_and_withdrawn_whole() -> None:
    made = draft()
    made.withdraw(A)
    assert dict(made.candidates.get(APP, {})) == {}
    made.offer(A)
    made.offer(B)
    before = made.candidates[APP]
    made.offer(A)
    assert made.candidates[APP] is before
    made.withdraw(A)
    assert list(made.candidates[APP]) == [B]


def test_the_earliest_alarm_of_an_object_counts_and_each_wakes() -> None:
    made = draft()
    for at in (1300.0, 1030.0, 1060.0):
        made.wake(A, at)
    made.wake(B, 1500.0)
    assert dict(made.alarms) == {A: 1030.0, B: 1500.0}
    assert made.effects == [WakeAt(at) for at in (1300.0, 1030.0, 1060.0, 1500.0)]


# What is told -------------------------------------------------------------------------------------


def test_events_are_numbered_on_through_the_steps() -> None:
    made = draft()
    made.tell(EventName.STARTED, app=APP, message="one")
    made.tell(EventName.STOPPED, message="two")
    later = draft(made.frozen())
    later.tell(EventName.STARTED, message="three")
    events = later.frozen().events
    assert [(each.sequence, each.message) for each in events] == [
        (1, "one"),
        (2, "two"),
        (3, "three"),
    ]
    assert {each.time for each in events} == {1000.0}


def test_the_newest_events_are_kept_and_their_numbers_go_on() -> None:
    made = draft()
    for number in range(EVENTS_KEPT + 5):
        made.tell(EventName.STARTED, message=str(number))
    state = made.frozen()
    assert len(state.events) == EVENTS_KEPT
    assert (state.events[0].message, state.event_count) == ("5", EVENTS_KEPT + 5)
    assert state.events[-1].sequence == EVENTS_KEPT + 5


def test_without_news_the_events_stay_the_same_object() -> None:
    made = draft()
    made.tell(EventName.STARTED)
    state = made.frozen()
    assert draft(state).frozen().events is state.events


def test_an_event_about_an_object_carries_its_changes_unless_others_are_given() -> None:
    made = draft()
    change = FieldChange("data.a", FieldVerdict.DRIFT, live="1", git="2")
    made.tell_of(EventName.DRIFT_DETECTED, row(changes=(change,)), message="x")
    made.tell_of(EventName.DRIFT_GONE, row(changes=(change,)), changes=())
    first, second = made.frozen().events
    assert (first.changes, first.ref, first.cluster, first.kind) == (
        (change,),
        A.ref,
        "prod",
        CONFIG_MAP,
    )
    assert (second.changes, second.revision) == ((), "")


def test_the_newest_answers_and_runs_are_kept() -> None:
    made = draft()
    for number in range(ANSWERS_KEPT + 3):
        made.answer(number, Plan("prod", ()))
        made.keep(Run(number, "sync", total=0))
    state = made.frozen()
    assert list(state.answers) == list(range(3, ANSWERS_KEPT + 3))
    assert [run.id for run in state.finished] == list(range(3, RUNS_KEPT + 3))


@pytest.mark.parametrize(
    ("verdict", "drift"),
    [
        (Verdict.DRIFTED, True),
        (Verdict.MISSING, True),
        (Verdict.EXTRA, True),
        (Verdict.IN_SYNC, False),
        (Verdict.CONTESTED, False),
        (Verdict.UNKNOWN, False),
    ],
)
def test_which_verdicts_are_drift_and_which_are_peace(verdict: Verdict, drift: bool) -> None:
    assert is_drift(row(verdict=verdict)) is drift
    assert in_sync(row(verdict=verdict)) is (verdict is Verdict.IN_SYNC)
    assert in_sync(row(verdict=verdict, confirming=True)) is False
    assert (is_drift(None), in_sync(None)) == (False, False)
