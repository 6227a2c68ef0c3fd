"""What was healed five times within half an hour is left to a person."""

from typing import Any

import pytest

from core.model import Contested, EventName
from core.reconcile.judging.evidence.fights import CALM_S
from core.reconcile.memory.commands import SetHeal
from core.reconcile.memory.effects import Effect
from core.reconcile.memory.inputs import SyncAsked
from tests.core.reconcile.judging.evidence.test_fights import Fight
from tests.core.reconcile.world import (
    CONFIG_MAP,
    SPEC,
    alarms,
    document,
    key,
    live,
    questions,
    stated,
    writes,
    written,
)

PERSON = "kubectl-edit"
TWO: Any = {"data": {"a": "1", "b": "1"}}
WORDS = "fighting: healed 5 times in 30 min, now left until a person syncs it; "
TIME = "2026-11-01T10:00:00Z"


def fought(heals: int = 5, *, by: str = PERSON, **spec: Any) -> Fight:
    """A field that *by* changed and the engine healed so often."""
    fight = Fight(**spec)
    for _ in range(heals):
        fight.heal(healed(fight, fight.write(by)))
    return fight


def healed(fight: Fight, effects: list[Effect]) -> list[Effect]:
    """Wait for the heal that follows, if the pause is not over yet."""
    return effects if writes(effects) else fight.world.wait(alarms(effects)[0] - fight.world.now)


def deleted(fight: Fight) -> list[Effect]:
    return fight.world.change(CONFIG_MAP, "a", None)


def reasons(fight: Fight) -> list[str]:
    return fight.world.told(EventName.FIGHTING)


def test_after_five_heals_there_is_no_sixth_and_the_other_is_named() -> None:
    fight = fought()
    assert reasons(fight) == []
    assert written(fight.write(PERSON)) == []
    assert written(fight.world.wait(CALM_S)) == []
    assert fight.verdict == "drifted"
    assert fight.world.row("a").reason == f"{WORDS}data.a: written again by {PERSON} (Update)"
    assert reasons(fight) == [fight.world.row("a").reason]


def test_four_heals_are_no_fight_yet() -> None:
    fight = fought(4)
    effects = fight.write(PERSON)
    assert fight.world.row("a").reason == ""
    assert written(healed(fight, effects))


def test_the_other_is_named_with_operation_and_time_and_each_field_with_its_own() -> None:
    fight = fought(git=TWO)
    for _ in range(5):  # the other field, by another hand
        fight.heal(healed(fight, _write_b(fight)))
    fight.world.agree(questions(_change(fight, data={"a": "2", "b": "2"}))[0])
    assert fight.world.row("a").reason == (
        f"{WORDS}data.a: written again by {PERSON} (Update); "
        f"data.b: written again by kubectl (Apply, {TIME})"
    )


def _write_b(fight: Fight) -> list[Effect]:
    asked = questions(_change(fight, data={"a": "1", "b": "2"}))
    return fight.world.agree(asked[0])


def _change(fight: Fight, **content: Any) -> list[Effect]:
    fight.version += 1
    managed = [
        {"manager": PERSON, "operation": "Update", "fieldsV1": {"f:data": {"f:a": {}}}},
        {
            "manager": "kubectl",
            "operation": "Apply",
            "time": TIME,
            "fieldsV1": {"f:data": {"f:b": {}}},
        },
    ]
    found = live(CONFIG_MAP, "a", fight.version, managed=managed, **content)
    return fight.world.change(CONFIG_MAP, "a", found)


def test_a_field_that_nobody_owns_is_fought_for_by_nobody_known() -> None:
    fight = fought()
    fight.version += 1
    found = live(CONFIG_MAP, "a", fight.version, data={"b": "1"}, managed=[])
    fight.world.agree(questions(fight.world.change(CONFIG_MAP, "a", found))[0])
    assert fight.world.row("a").reason == f"{WORDS}data.a: written again by nobody known"


def test_it_is_told_once_until_it_starts_afresh() -> None:
    fight = fought()
    for value in "234":
        fight.write(PERSON, value)
        fight.in_sync()
    assert len(reasons(fight)) == 1


def test_another_field_of_the_object_is_healed_beside_one_that_is_left() -> None:
    fight = fought(git=TWO)
    fight.write(PERSON)
    asked = questions(_change(fight, data={"a": "2", "b": "2"}))
    (heal,) = writes(fight.world.agree(asked[0]))
    assert stated(heal)["data"]["b"] == "1"
    assert stated(heal)["data"].get("a", "2") == "2"
    (event,) = (e for e in fight.world.state.events if e.name is EventName.FIGHTING)
    assert [change.path for change in event.changes] == ["data.a"]


def test_an_object_that_is_deleted_after_each_of_five_creations_is_not_made_again() -> None:
    fight = Fight()
    for _ in range(5):
        fight.heal(healed(fight, deleted(fight)))
    assert written(deleted(fight)) == []
    assert written(fight.world.wait(CALM_S)) == []
    assert fight.verdict == "missing"
    assert fight.world.row("a").reason == f"{WORDS}deleted again"
    assert reasons(fight) == [f"{WORDS}deleted again"]


def test_a_deletion_is_no_further_change_of_the_field_that_is_left() -> None:
    assert written(deleted(fought()))


@pytest.mark.parametrize(("at_once", "left"), [(2, True), (1, False)])
def test_five_heals_within_more_than_half_an_hour_are_no_fight(at_once: int, left: bool) -> None:
    fight = fought(at_once)
    for _ in range(5 - at_once):  # half an hour to the second, or more
        fight.world.wait(CALM_S)
        fight.heal(fight.write(PERSON))
    fight.write(PERSON)
    assert bool(written(fight.world.wait(CALM_S))) is not left
    assert fight.world.row("a").reason.startswith(WORDS) is left


@pytest.mark.parametrize(("pause_s", "left"), [(CALM_S, True), (CALM_S + 1, False)])
def test_ten_minutes_in_sync_without_a_break_start_afresh(pause_s: float, left: bool) -> None:
    fight = fought()
    fight.write(PERSON)
    fight.world.wait(10 * CALM_S)  # as long as it lasts
    fight.in_sync()
    fight.world.wait(pause_s)
    assert bool(written(fight.write(PERSON))) is not left


def test_another_desired_state_starts_afresh() -> None:
    fight = fought()
    fight.write(PERSON)
    asked = fight.world.read(document(CONFIG_MAP, "a", data={"a": "9"}), number=2)
    assert written(fight.world.agree(questions(asked)[0]))
    assert fight.world.row("a").reason == ""


def test_a_person_s_sync_starts_afresh_with_what_it_put_right() -> None:
    fight = fought()
    fight.write(PERSON)
    fight.heal(fight.world.execute(fight.world.plan("a")))
    assert written(fight.write(PERSON))
    assert fight.world.row("a").reason == ""
    assert len(reasons(fight)) == 1


def test_a_person_s_sync_that_is_refused_changes_nothing() -> None:
    fight = fought()
    fight.write(PERSON)
    fight.world.refuse(writes(fight.world.execute(fight.world.plan("a")))[0])
    assert written(fight.world.wait(CALM_S)) == []
    assert fight.world.row("a").reason.startswith(WORDS)


def test_a_person_s_sync_of_one_field_says_nothing_of_another() -> None:
    fight = Fight(git=TWO)
    fight.twice()  # a program
    fight.world.feed(SetHeal(frozenset({SPEC.name}), enabled=False))
    asked = questions(fight.world.change(CONFIG_MAP, "a", _by_both(fight)))
    fight.world.agree(asked[0])
    (write,) = writes(fight.world.execute(fight.world.plan("a")))
    fight.world.accept(write, fight.version + 1)
    fight.version += 1
    fight.world.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", fight.version, **TWO))
    fight.write()
    assert fight.verdict == "contested"


def _by_both(fight: Fight) -> Any:
    fight.version += 1
    managed = [
        {"manager": "my-operator", "operation": "Update", "fieldsV1": {"f:data": {"f:a": {}}}},
        {"manager": PERSON, "operation": "Update", "fieldsV1": {"f:data": {"f:b": {}}}},
    ]
    return live(CONFIG_MAP, "a", fight.version, data={"a": "2", "b": "9"}, managed=managed)


def test_an_app_that_enforces_gives_up_as_well() -> None:
    fight = fought(by="my-operator", contested=Contested.ENFORCE)
    assert written(fight.write("my-operator")) == []
    assert written(fight.world.wait(CALM_S)) == []
    assert len(reasons(fight)) == 1


# A person syncs it from elsewhere -----------------------------------------------------------------


def test_a_sync_by_a_person_in_another_process_ends_it() -> None:
    fight = fought()
    fight.write(PERSON)
    fight.in_sync()
    fight.world.feed(SyncAsked(SPEC.name))
    assert written(fight.write(PERSON)) == [key(CONFIG_MAP, "a")]


def test_it_ends_though_the_other_was_quicker_than_the_news() -> None:
    fight = fought()
    fight.write(PERSON)
    fight.in_sync()
    fight.write(PERSON)
    effects = fight.world.feed(SyncAsked(SPEC.name))
    asked = questions(effects)
    assert written(fight.world.agree(asked[0]) if asked else effects) == [key(CONFIG_MAP, "a")]
    assert fight.world.row("a").reason == ""


def test_an_object_that_a_person_had_created_elsewhere_is_made_again_at_once() -> None:
    fight = Fight()
    for _ in range(5):
        fight.heal(healed(fight, deleted(fight)))
    deleted(fight)
    fight.in_sync()
    fight.world.feed(SyncAsked(SPEC.name))
    assert written(deleted(fight)) == [key(CONFIG_MAP, "a")]


def test_what_is_in_sync_without_a_person_s_sync_is_left_all_the_same() -> None:
    fight = fought()
    fight.write(PERSON)
    fight.in_sync()
    assert written(fight.write(PERSON)) == []
