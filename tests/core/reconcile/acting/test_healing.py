"""Standing permission: what is put right unasked, what is left alone, and for how long."""

from collections.abc import Sequence
from typing import Any

import pytest

from core.model import Cause, EventName, Remedy, Verdict
from core.reconcile.acting.healing import POLICY, HealPolicy, heal_at
from core.reconcile.judging.evidence.fights import CALM_S
from core.reconcile.memory.commands import Refresh, SetHeal
from core.reconcile.memory.effects import Effect
from core.reconcile.memory.results import Confirmed, InventoryRead
from tests.core.reconcile.world import (
    CONFIG_MAP,
    SPEC,
    World,
    alarms,
    applied,
    document,
    key,
    live,
    questions,
    world,
    writes,
    written,
)

A, B = key(CONFIG_MAP, "a"), key(CONFIG_MAP, "b")
GOOD: dict[str, Any] = {"data": {"a": "1"}}
BAD: dict[str, Any] = {"data": {"a": "2"}}
APPS = frozenset({SPEC.name})


def drifted(**spec: Any) -> tuple[World, list[Effect]]:
    made = applied("a", healing=True, **spec)
    return made, made.drift("a", 6, **BAD)


def heal(made: World, effects: Sequence[Effect], version: int) -> None:
    """Our write is taken and seen."""
    made.accept(writes(effects)[0], version)
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", version, **GOOD))
    assert made.row("a").verdict is Verdict.IN_SYNC


def fight(made: World, version: int, **content: Any) -> list[Effect]:
    """Somebody writes again, and the server says that it is drift."""
    return made.drift("a", version, **(content or BAD))


# How often ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("healed", "at"),
    [
        ([], 0.0),
        ([10.0], 0.0),
        ([10.0, 20.0], 22.0),
        ([10.0, 20.0, 30.0], 36.0),
        ([10.0, 20.0, 30.0, 40.0], 58.0),
        ([10.0] * 6, 172.0),
        ([10.0] * 7, 310.0),
        ([10.0] * 20, 310.0),
    ],
)
def test_a_field_is_healed_twice_at_once_then_after_pauses_that_grow_to_five_minutes(
    healed: list[float], at: float
) -> None:
    assert heal_at(healed) == at


def test_another_policy_gives_other_pauses() -> None:
    hasty = HealPolicy(at_once=1, backoff_first_s=1.0, backoff_cap_s=2.0)
    assert [heal_at([5.0] * n, hasty) for n in range(4)] == [0.0, 6.0, 7.0, 7.0]


def test_two_writers_do_not_become_a_storm() -> None:
    made, effects = drifted()
    heal(made, effects, 8)
    effects = fight(made, 9)
    assert written(effects) == [A]
    heal(made, effects, 10)
    version = 11
    for pause_s in (2.0, 6.0, 18.0):
        effects = fight(made, version)
        assert written(effects) == []
        assert alarms(effects) == [made.now + pause_s]
        assert written(made.wait(pause_s - 0.1)) == []
        effects = made.wait(0.1)
        assert written(effects) == [A]
        heal(made, effects, version + 1)
        version += 2
    assert written(fight(made, version)) == []
    assert written(made.wait(2 * POLICY.backoff_cap_s)) == []


def test_another_field_is_healed_at_once_beside_one_that_is_fought_over() -> None:
    made = applied("a", healing=True, git={"data": {"a": "1", "b": "1"}})
    both: dict[str, Any] = {"data": {"a": "1", "b": "1"}}
    for version in (6, 8):
        effects = made.drift("a", version, data={"a": "2", "b": "1"})
        made.accept(writes(effects)[0], version + 1)
        made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", version + 1, **both))
    assert written(made.drift("a", 10, data={"a": "2", "b": "1"})) == []
    assert written(made.drift("a", 11, data={"a": "2", "b": "2"})) == [A]


def test_a_field_that_was_quiet_for_ten_minutes_starts_afresh() -> None:
    made, effects = drifted()
    heal(made, effects, 8)
    heal(made, fight(made, 9), 10)
    made.now += CALM_S + 1
    effects = fight(made, 11)
    assert written(effects) == [A]
    heal(made, effects, 12)
    subject = made.subject("a")
    assert subject is not None
    assert subject.heals["data.a"].times == (made.now,)


def test_ten_minutes_to_the_second_are_not_quiet_enough() -> None:
    made, effects = drifted()
    heal(made, effects, 8)
    heal(made, fight(made, 9), 10)
    made.now += CALM_S
    assert written(fight(made, 11)) == [A]  # the pause is over, but the history counts
    subject = made.subject("a")
    assert subject is not None
    assert len(subject.heals["data.a"].times) == 2


def test_an_object_that_is_deleted_again_and_again_is_not_made_at_once_for_ever() -> None:
    made = applied("a", healing=True)
    for version in (8, 10):
        effects = made.change(CONFIG_MAP, "a", None)
        assert written(effects) == [A]
        heal(made, effects, version)
    effects = made.change(CONFIG_MAP, "a", None)
    assert written(effects) == []
    assert written(made.wait(2.0)) == [A]


def test_a_new_commit_is_applied_however_often_the_field_was_healed() -> None:
    made, effects = drifted()
    heal(made, effects, 8)
    heal(made, fight(made, 9), 10)
    asked = made.read(document(CONFIG_MAP, "a", data={"a": "9"}), number=2)
    assert written(made.agree(questions(asked)[0])) == [A]


# What may be healed -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heal_", "follow", "expected"),
    [
        (True, True, {Cause.LIVE_CHANGED, Cause.GIT_AHEAD, Cause.BOTH}),
        (True, False, {Cause.LIVE_CHANGED}),
        (False, True, {Cause.GIT_AHEAD}),
        (False, False, set()),
    ],
)
def test_each_switch_of_an_app_permits_its_cause_alone(
    heal_: bool, follow: bool, expected: set[Cause]
) -> None:
    found: set[Cause] = set()
    for git, content, cause in (
        ("1", "2", Cause.LIVE_CHANGED),
        ("9", "1", Cause.GIT_AHEAD),
        ("9", "2", Cause.BOTH),
    ):
        made = applied("a", heal=heal_, follow=follow)
        if content != "1":
            made.drift("a", 6, data={"a": content})
        if git != "1":
            asked = made.read(document(CONFIG_MAP, "a", data={"a": git}), number=2)
            made.agree(questions(asked)[0])
        assert made.row("a").cause is cause
        if written(made.feed(SetHeal(APPS, enabled=True))):
            found.add(cause)
    assert found == expected


@pytest.mark.parametrize(("status", "retry"), [(403, False), (0, True), (409, False)])
def test_a_verdict_that_the_server_did_not_confirm_is_never_healed(
    status: int, retry: bool
) -> None:
    made = applied("a", healing=True)
    (asked,) = questions(made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, **BAD)))
    effects = made.feed(
        Confirmed(asked.key, asked.desired, asked.live, None, "no", status=status, retry=retry)
    )
    assert made.row("a").verdict is Verdict.DRIFTED
    assert made.row("a").confirming is False
    assert written(effects) == []
    assert made.told(EventName.HEAL_SKIPPED) == ([] if retry else ["no"])
    assert written(made.feed(SetHeal(APPS, enabled=True))) == []
    assert written(made.wait(1.0)) == []


def test_a_verdict_that_is_being_confirmed_is_healed_by_its_answer_and_not_before() -> None:
    made = applied("a")
    (asked,) = questions(made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, **BAD)))
    assert written(made.feed(SetHeal(APPS, enabled=True))) == []
    assert written(made.agree(asked)) == [A]


def test_a_field_that_the_server_refuses_is_not_sent_again() -> None:
    made = applied("a", healing=True)
    (asked,) = questions(made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, **BAD)))
    refused = Confirmed(
        asked.key, asked.desired, asked.live, None, "immutable", ("data.a",), status=422
    )
    assert written(made.feed(refused)) == []
    assert [change.healable for change in made.row("a").changes] == [False]


def test_what_a_person_is_syncing_is_not_healed_beside_it() -> None:
    made = applied("a")
    made.drift("a", 6, **BAD)
    effects = made.execute(made.plan("a"))
    assert written(effects) == [A]
    assert written(made.feed(SetHeal(APPS, enabled=True))) == []
    made.accept(writes(effects)[0], 8)
    assert written(made.feed(SetHeal(APPS, enabled=True))) == []  # our write is not seen yet
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 8, **GOOD))
    assert written(made.feed(SetHeal(APPS, enabled=True))) == []


def test_drift_that_ended_by_itself_is_not_healed() -> None:
    made = applied("a", healing=True)
    (asked,) = questions(made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, **BAD)))
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 7, **GOOD))
    assert written(made.agree(asked)) == []
    assert made.row("a").verdict is Verdict.IN_SYNC


def test_switching_healing_off_stops_what_was_waiting_for_its_time() -> None:
    made, effects = drifted()
    heal(made, effects, 8)
    heal(made, fight(made, 9), 10)
    fight(made, 11)
    made.feed(SetHeal(APPS, enabled=False))
    assert written(made.wait(POLICY.backoff_cap_s)) == []
    assert written(made.feed(SetHeal(APPS, enabled=True))) == [A]


def test_switching_healing_off_lets_what_is_under_way_end() -> None:
    made, effects = drifted()
    made.feed(SetHeal(APPS, enabled=False))
    heal(made, effects, 8)
    assert made.state.writing is True
    assert written(fight(made, 9)) == []


def test_nothing_is_healed_before_the_app_is_known_as_a_whole() -> None:
    made = world(healing=True)
    made.read(document(CONFIG_MAP, "a", **GOOD), document(CONFIG_MAP, "b", **GOOD))
    made.feed(InventoryRead(SPEC.name, ()))
    assert written(made.effects) == []
    effects = made.listing(CONFIG_MAP)
    assert written(made.recorded(effects)) == [A, B]


# After a refusal ----------------------------------------------------------------------------------


def held_for(made: World) -> float:
    """How long the object is left alone from now on."""
    subject = made.subject("a")
    assert subject is not None
    assert subject.hold is not None
    return subject.hold.until - made.now


def test_a_server_that_is_not_available_is_asked_again_after_pauses_that_double() -> None:
    made, effects = drifted()
    pauses = []
    for _ in range(8):
        made.refuse(writes(effects)[0], remedy=Remedy.WAIT)
        pauses.append(held_for(made))
        assert written(made.wait(pauses[-1] - 0.25)) == []
        effects = made.wait(0.25)
        assert written(effects) == [A]
    assert pauses == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]


@pytest.mark.parametrize(("asked_s", "pause_s"), [(None, 1.0), (0.2, 1.0), (45.0, 45.0)])
def test_a_server_that_names_a_pause_gets_at_least_that(
    asked_s: float | None, pause_s: float
) -> None:
    made, effects = drifted()
    made.refuse(writes(effects)[0], remedy=Remedy.WAIT, retry_after_s=asked_s)
    assert held_for(made) == pause_s


def test_a_right_that_is_missing_is_tried_again_soon_and_then_ever_later() -> None:
    made, effects = drifted()
    pauses = []
    for _ in range(11):
        made.refuse(writes(effects)[0], remedy=Remedy.GRANT)
        pauses.append(held_for(made))
        assert written(made.wait(pauses[-1] - 0.25)) == []
        effects = made.wait(0.25)
        assert written(effects) == [A]
    assert pauses == [*(30.0 * times for times in range(1, 11)), POLICY.refused_s]


def test_a_refusal_is_not_tried_again_for_five_minutes() -> None:
    made, effects = drifted()
    made.refuse(writes(effects)[0], remedy=Remedy.CHANGE_GIT)
    assert held_for(made) == POLICY.refused_s
    assert written(made.wait(POLICY.refused_s - 1)) == []
    assert written(made.wait(1.0)) == [A]


def test_the_pauses_of_another_commit_begin_anew() -> None:
    made, effects = drifted()
    made.refuse(writes(effects)[0], remedy=Remedy.WAIT)
    effects = made.wait(1.0)
    made.refuse(writes(effects)[0], remedy=Remedy.WAIT)
    assert held_for(made) == 2.0
    asked = made.read(document(CONFIG_MAP, "a", data={"a": "9"}), number=2)
    effects = made.agree(questions(asked)[0])
    assert written(effects) == [A]  # a new commit lifts the hold
    made.refuse(writes(effects)[0], remedy=Remedy.WAIT)
    assert held_for(made) == 1.0


def test_a_success_between_two_refusals_is_forgotten_by_neither() -> None:
    made, effects = drifted()
    made.refuse(writes(effects)[0], remedy=Remedy.WAIT)
    effects = made.wait(1.0)
    heal(made, effects, 8)
    subject = made.subject("a")
    assert subject is not None
    assert subject.hold is None
    effects = fight(made, 9)
    made.refuse(writes(effects)[0], remedy=Remedy.WAIT)
    assert held_for(made) == 1.0


def test_a_heal_that_came_too_late_is_decided_anew_at_once() -> None:
    made, effects = drifted()
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 7, **BAD))
    asked = made.refuse(writes(effects)[0], "it changed", remedy=Remedy.LOOK_AGAIN)
    assert written(made.agree(questions(asked)[0])) == [A]


def test_one_that_is_held_back_does_not_hold_the_others_back() -> None:
    made = applied("a", "b", healing=True)
    effects = made.drift("a", 6, **BAD)
    made.refuse(writes(effects)[0])
    assert written(made.drift("b", 6, **BAD)) == [B]


def test_a_refresh_lifts_a_hold() -> None:
    made, effects = drifted()
    made.refuse(writes(effects)[0])
    assert written(made.wait(1.0)) == []
    assert written(made.feed(Refresh())) == [A]


def test_a_sync_by_a_person_that_is_refused_holds_nothing() -> None:
    made = applied("a")
    made.drift("a", 6, **BAD)
    effects = made.execute(made.plan("a"))
    made.refuse(writes(effects)[0])
    subject = made.subject("a")
    assert subject is not None
    assert subject.hold is None
    assert made.plan("a").runnable


# A write that changed nothing ---------------------------------------------------------------------


def test_a_heal_that_changed_nothing_is_repeated_when_the_object_changes() -> None:
    made, effects = drifted()
    assert written(made.accept(writes(effects)[0], 6)) == []
    assert written(made.wait(60.0)) == []
    assert written(fight(made, 7, data={"a": "3"})) == [A]


def test_a_heal_that_changed_nothing_is_repeated_after_five_minutes() -> None:
    made, effects = drifted()
    made.accept(writes(effects)[0], 6)
    assert held_for(made) == POLICY.backoff_cap_s
    assert written(made.wait(POLICY.backoff_cap_s)) == [A]


# What is told -------------------------------------------------------------------------------------


def test_a_heal_says_what_it_did() -> None:
    made, effects = drifted()
    heal(made, effects, 8)
    assert made.told(EventName.HEALED) == ["as Git says again"]
    event = made.state.events[-1]
    assert [change.path for change in event.changes] == ["data.a"]
    heal(made, made.change(CONFIG_MAP, "a", None), 10)
    assert made.told(EventName.HEALED)[-1] == "created again"


def test_a_new_commit_that_is_applied_is_a_sync_and_no_heal() -> None:
    made = applied("a", healing=True)
    asked = made.read(document(CONFIG_MAP, "a", data={"a": "9"}), number=2)
    made.accept(writes(made.agree(questions(asked)[0]))[0], 8)
    assert made.told(EventName.HEALED) == []
    assert made.told(EventName.SYNCED) == [""]


def test_a_refused_heal_names_the_place_in_git() -> None:
    made, effects = drifted()
    made.refuse(writes(effects)[0], "webhook says no")
    assert made.told(EventName.HEAL_FAILED) == ["a.yaml:1: webhook says no"]
    assert made.row("a").problem == "a.yaml:1: webhook says no"
    assert made.told(EventName.SYNC_FAILED) == []


def test_a_refused_commit_is_a_sync_that_failed() -> None:
    made = applied("a", healing=True)
    asked = made.read(document(CONFIG_MAP, "a", data={"a": "9"}), number=2)
    made.refuse(writes(made.agree(questions(asked)[0]))[0], "webhook says no")
    assert made.told(EventName.SYNC_FAILED) == ["a.yaml:1: webhook says no"]
    assert made.told(EventName.HEAL_FAILED) == []


def test_the_problem_of_an_object_goes_with_its_success() -> None:
    made, effects = drifted()
    made.refuse(writes(effects)[0], remedy=Remedy.WAIT)
    assert made.row("a").problem
    heal(made, made.wait(1.0), 8)
    assert made.row("a").problem == ""


def test_runs_of_the_engine_are_not_shown_among_those_of_people() -> None:
    made, effects = drifted()
    assert min(made.state.runs) == -1
    heal(made, effects, 8)
    assert made.state.finished == ()
    heal(made, fight(made, 9), 10)
    assert made.state.auto_runs == -2


# One refusal --------------------------------------------------------------------------------------


def test_a_refused_heal_holds_up_no_other_drift_of_the_object() -> None:
    made, effects = drifted()
    made.refuse(writes(effects)[0])
    assert written(made.drift("a", 7, **BAD)) == []  # the same, in another version
    assert written(made.drift("a", 8, data={"a": "3"})) == [A]


def test_nor_its_creation() -> None:
    made, effects = drifted()
    made.refuse(writes(effects)[0])
    assert written(made.change(CONFIG_MAP, "a", None)) == [A]


def test_a_server_that_is_busy_is_left_alone_whatever_drifts() -> None:
    made, effects = drifted()
    made.refuse(writes(effects)[0], remedy=Remedy.WAIT)
    assert written(made.drift("a", 8, data={"a": "3"})) == []


def test_a_heal_that_comes_too_late_is_nobody_s_business_unless_it_always_does() -> None:
    made, effects = drifted()
    for version in range(7, 7 + POLICY.conflicts_told):
        assert made.told(EventName.HEAL_FAILED) == []
        made.refuse(writes(effects)[0], "it changed", remedy=Remedy.LOOK_AGAIN)
        effects = made.drift("a", version, **BAD)
    assert made.told(EventName.HEAL_FAILED) == ["a.yaml:1: it changed"]
    heal(made, effects, 20)
    made.refuse(writes(fight(made, 21))[0], "it changed", remedy=Remedy.LOOK_AGAIN)
    assert len(made.told(EventName.HEAL_FAILED)) == 1


def test_a_heal_that_came_too_late_waits_for_the_watch_and_not_for_long() -> None:
    made, effects = drifted()
    effects = made.refuse(writes(effects)[0], "it changed", remedy=Remedy.LOOK_AGAIN)
    assert written(effects) == []
    assert written(made.wait(POLICY.conflict_s)) == [A]
    made, effects = drifted()
    made.refuse(writes(effects)[0], "it changed", remedy=Remedy.LOOK_AGAIN)
    assert written(made.drift("a", 7, **BAD)) == [A]


def test_one_that_always_comes_too_late_rests_twice_as_long_each_time_but_never_a_minute() -> None:
    made, effects = drifted()
    for pause_s in (1, 2, 4, 8, 16, 32, 60, 60):
        assert written(made.refuse(writes(effects)[0], remedy=Remedy.LOOK_AGAIN)) == []
        assert written(made.wait(pause_s - 0.5)) == []
        effects = made.wait(0.5)
        assert written(effects) == [A]
