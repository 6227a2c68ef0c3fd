"""What is remembered of objects, and forgotten: backlogs, alarms, and plans made meanwhile."""

import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from core.model import (
    ClusterSpec,
    Document,
    EventName,
    Key,
    Live,
    ObjectRef,
    Plan,
    Problem,
    Remedy,
    Verdict,
)
from core.reconcile.memory.commands import Execute, PreparePlan, Refresh
from core.reconcile.memory.effects import CheckAccess
from core.reconcile.memory.inputs import (
    ClusterFound,
    KindListed,
    LiveChanged,
    SchemaRead,
    SourceRead,
    Tick,
)
from core.reconcile.memory.results import Applied, Confirmed, InventoryRead
from core.reconcile.memory.state import State, initial
from core.reconcile.step import JUDGED_AT_ONCE
from tests.core.reconcile.world import (
    CONFIG_MAP,
    PLURALS,
    RESOURCES,
    SCHEMAS,
    SPEC,
    World,
    alarms,
    applied,
    commit,
    document,
    key,
    live,
    questions,
    ref,
    writes,
    written,
)
from tests.core.reconcile.world import (
    body as body_of,
)

A = key(CONFIG_MAP, "a")
GOOD: dict[str, Any] = {"data": {"a": "1"}}
BAD: dict[str, Any] = {"data": {"a": "2"}}
MANY = [f"n{number:04}" for number in range(JUDGED_AT_ONCE + 100)]


def documents(value: str, names: list[str]) -> tuple[Document, ...]:
    return tuple(document(CONFIG_MAP, name, data={"a": value}) for name in names)


def backlog(*, healing: bool = False) -> World:
    """More objects than one step judges, in sync and applied."""
    return World(_backlog(healing=healing))


@cache  # a state never changes, and this one is long in the making
def _backlog(*, healing: bool) -> State:
    return applied(*MANY, healing=healing).state


# A backlog of objects to judge --------------------------------------------------------------------


def test_what_one_step_does_not_judge_the_next_ones_do() -> None:
    made = backlog()
    now = made.now
    effects = made.once(SourceRead(SPEC.name, commit(2), documents("9", MANY), ()))
    assert len(made.state.queued) == 100
    assert alarms(effects) == [now]
    assert not made.complete()
    made.once(Tick())
    assert len(made.state.queued) == 0
    assert made.state.tallies[SPEC.name].confirming == len(MANY)


def test_a_plan_made_during_a_backlog_is_outdated_once_git_moved() -> None:
    made = backlog()
    last = MANY[-1]
    made.drift(last, 6, **BAD)
    made.once(SourceRead(SPEC.name, commit(2), documents("9", MANY), ()))
    assert key(CONFIG_MAP, last) in made.state.queued  # its row is still that of the old commit
    plan = _plan_once(made, last)
    assert len(plan.runnable) == 1
    effects = made.once(Execute(1, plan))
    assert written(effects) == []
    (problem,) = made.run(1).problems
    assert "look again" in str(problem)


def test_a_plan_of_one_object_never_writes_others_during_a_backlog() -> None:
    made = backlog()
    last = MANY[-1]
    made.drift(last, 6, **BAD)
    made.once(SchemaRead("prod", CONFIG_MAP, None))
    assert len(made.state.queued) > 0
    plan = _plan_once(made, last)
    assert [step.key for step in plan.steps] == [key(CONFIG_MAP, last)]
    made.execute(plan)
    assert set(written(made.effects)) <= {key(CONFIG_MAP, last)}


def test_a_plan_of_one_object_never_writes_others_after_a_refresh() -> None:
    made = backlog()
    for name in MANY:
        (asked,) = questions(made.change(CONFIG_MAP, name, live(CONFIG_MAP, name, 6, **BAD)))
        made.feed(Confirmed(asked.key, asked.desired, asked.live, None, "you may not", status=403))
    made.once(Refresh())
    assert len(made.state.queued) == 100
    last = MANY[-1]
    plan = _plan_once(made, last)
    made.execute(plan)
    assert set(written(made.effects)) <= {key(CONFIG_MAP, last)}


def test_nothing_is_healed_from_rows_that_are_to_be_judged_again() -> None:
    made = backlog(healing=True)
    effects = made.once(SourceRead(SPEC.name, commit(2), documents("9", MANY), ()))
    assert written(effects) == []
    for asked in questions(effects):
        answer = Confirmed(asked.key, asked.desired, asked.live, predicted=asked.desired.body)
        effects = made.once(answer)
        if made.state.queued:
            assert written(effects) == []


def _plan_once(made: World, name: str) -> Plan:
    """Ask for a plan, and judge no more than that one step does."""
    effects = made.once(PreparePlan(1, frozenset({key(CONFIG_MAP, name)})))
    return next((each.plan for each in effects if isinstance(each, CheckAccess)), Plan("", ()))


# Several apps -------------------------------------------------------------------------------------


def in_tiny(found: Live) -> Live:
    return replace(found, body=found.body.replace(b'"web"', b'"tiny"'))


def two_apps() -> World:
    """One app of many objects, one of a single one, both read and listed."""
    big, small = SPEC, replace(SPEC, name="small", namespace="tiny")
    state: State = initial(
        (big, small),
        (ClusterSpec(name="prod"),),
        healing=False,
        writing=True,
        digest_key=b"d",
        mask_key=b"m",
    )
    made = World(state)
    body = json.dumps(body_of(CONFIG_MAP, "x", **GOOD)).replace('"web"', '"tiny"').encode()
    alone = replace(document(CONFIG_MAP, "x"), namespace="tiny", body=body)
    made.feed(
        ClusterFound("prod", "ctx", "https://prod", "v1.37.2", "default", RESOURCES),
        *(SchemaRead("prod", kind, SCHEMAS[kind]) for kind in PLURALS),
        SourceRead("shop", commit(1), documents("1", MANY), ()),
        SourceRead("small", commit(1), (alone,), ()),
        InventoryRead("shop", ()),
        InventoryRead("small", ()),
    )
    listed = {ref(CONFIG_MAP, name): live(CONFIG_MAP, name, 5, **GOOD) for name in MANY}
    made.feed(
        KindListed("prod", CONFIG_MAP, listed | {TINY: in_tiny(live(CONFIG_MAP, "x", 5, **GOOD))})
    )
    return made


TINY = ObjectRef("", "ConfigMap", "tiny", "x")


def test_the_backlog_of_one_app_does_not_hold_up_another() -> None:
    made = two_apps()
    made.once(SourceRead("shop", commit(2), documents("9", [*MANY, *(f"{n}x" for n in MANY)]), ()))
    before = sum(map(len, made.state.queues["shop"]))
    assert before > JUDGED_AT_ONCE
    found = in_tiny(live(CONFIG_MAP, "x", 6, data={"a": "7"}))
    effects = made.once(LiveChanged("prod", CONFIG_MAP, ((TINY, found),)))
    assert [each.key for each in questions(effects) if each.key.app == "small"] == [
        Key("small", TINY)
    ]
    judged = JUDGED_AT_ONCE - 1  # the shorter queue goes first, and what is left is the other's
    assert sum(map(len, made.state.queues["shop"])) == before - judged


# Objects that are gone ----------------------------------------------------------------------------


def gone_from_git(made: World) -> None:
    made.read(document(CONFIG_MAP, "b", **GOOD), number=2)


def test_an_object_that_is_gone_from_git_and_cluster_is_forgotten_whole() -> None:
    made = applied("a", "b", healing=True)
    effects = made.drift("a", 6, **BAD)
    made.refuse(writes(effects)[0])  # it is held
    gone_from_git(made)
    made.change(CONFIG_MAP, "a", None)
    assert made.subject("a") is None
    assert A not in made.state.rows
    assert A not in made.state.candidates[SPEC.name]
    assert sum(made.state.tallies[SPEC.name].counts.values()) == 1


def test_so_is_one_whose_question_was_refused() -> None:
    made = applied("a", "b")
    (asked,) = questions(made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, **BAD)))
    made.feed(Confirmed(asked.key, asked.desired, asked.live, None, "no", status=0, retry=True))
    gone_from_git(made)
    made.change(CONFIG_MAP, "a", None)
    assert made.subject("a") is None
    made.wait(1000.0)
    assert made.subject("a") is None
    assert A not in made.state.alarms


@pytest.mark.parametrize("first", ["git", "cluster"])
def test_whichever_side_lost_it_first(first: str) -> None:
    made = applied("a", "b")
    if first == "git":
        gone_from_git(made)
        assert made.row("a").verdict is Verdict.EXTRA
        made.change(CONFIG_MAP, "a", None)
    else:
        made.change(CONFIG_MAP, "a", None)
        assert made.row("a").verdict is Verdict.MISSING
        gone_from_git(made)
    assert made.subject("a") is None
    assert made.told(EventName.DRIFT_GONE) == [""]


def test_the_late_answer_about_a_forgotten_object_changes_nothing() -> None:
    made = applied("a", "b")
    (asked,) = questions(made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, **BAD)))
    made.change(CONFIG_MAP, "a", None)
    gone_from_git(made)
    before = made.state
    assert made.agree(asked) == []
    assert made.state.subjects is before.subjects
    assert made.state.events is before.events


def test_an_object_that_comes_back_has_no_past() -> None:
    made = applied("a", "b", healing=True)
    effects = made.drift("a", 6, **BAD)
    made.refuse(writes(effects)[0])
    gone_from_git(made)
    made.recorded(made.change(CONFIG_MAP, "a", None))  # and leaves the inventory
    effects = made.read(document(CONFIG_MAP, "a", **GOOD), document(CONFIG_MAP, "b", **GOOD))
    assert written(effects + made.recorded(effects)) == [A]  # at once: nothing holds it


def test_an_object_is_not_forgotten_while_it_is_written() -> None:
    made = applied("a", "b", healing=True)
    effects = made.drift("a", 6, **BAD)
    gone_from_git(made)
    made.change(CONFIG_MAP, "a", None)
    assert made.subject("a") is not None
    made.refuse(writes(effects)[0])
    assert made.subject("a") is None
    assert not made.state.runs


# Alarms -------------------------------------------------------------------------------------------


def test_an_alarm_fires_once() -> None:
    made = applied("a", healing=True)
    effects = made.drift("a", 6, **BAD)
    effects = made.refuse(writes(effects)[0])
    assert alarms(effects) == [made.now + 300.0]
    assert made.state.alarms[A] == made.now + 300.0
    effects = made.wait(300.0)
    assert written(effects) == [A]
    assert A not in made.state.alarms
    made.accept(writes(effects)[0], 8)
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 8, **GOOD))
    before = made.state
    assert made.wait(1000.0) == []
    assert made.state.subjects is before.subjects


def test_an_alarm_before_its_time_does_nothing() -> None:
    made = applied("a", healing=True)
    made.refuse(writes(made.drift("a", 6, **BAD))[0])
    assert made.wait(299.0) == []
    assert A in made.state.alarms


def test_an_alarm_of_a_forgotten_object_wakes_nobody() -> None:
    made = applied("a", "b", healing=True)
    made.refuse(writes(made.drift("a", 6, **BAD))[0])
    gone_from_git(made)
    made.change(CONFIG_MAP, "a", None)
    assert made.wait(1000.0) == []
    assert made.subject("a") is None
    assert len(made.state.alarms) == 0


def test_an_object_that_waits_for_two_things_is_looked_at_when_each_ends() -> None:
    made = applied("a", healing=True)
    effects = made.drift("a", 6, **BAD)
    made.refuse(writes(effects)[0])  # held for 300 s
    asked = questions(made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 7, **BAD)))[0]
    made.feed(Confirmed(asked.key, asked.desired, asked.live, None, "no", status=0, retry=True))
    assert made.state.alarms[A] == made.now + 30.0  # the earlier of the two
    effects = made.wait(30.0)
    assert [each.key for each in questions(effects)] == [A]
    assert made.state.alarms[A] == made.now + 270.0
    assert written(made.agree(questions(effects)[0])) == []
    assert written(made.wait(270.0)) == [A]


def test_a_held_object_is_healed_when_its_hold_ends_though_nothing_else_happens() -> None:
    made = applied("a", healing=True)
    made.refuse(writes(made.drift("a", 6, **BAD))[0])
    assert written(made.wait(300.0)) == [A]


# Objects that did not change ----------------------------------------------------------------------


def test_one_event_leaves_every_other_subject_the_same_object() -> None:
    made = applied("a", "b", "c")
    before = made.state.subjects
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, **BAD))
    for name in ("b", "c"):
        assert made.subject(name) is before[key(CONFIG_MAP, name)]
    assert made.subject("a") is not before[A]


def test_a_step_that_changes_nothing_gives_the_very_tables_it_got() -> None:
    made = applied("a", "b")
    before = made.state
    assert made.wait(5.0) == []
    after = made.state
    for name in ("apps", "clusters", "runs", "subjects", "rows", "tallies", "alarms", "events"):
        assert getattr(after, name) is getattr(before, name), name


def test_a_refused_object_is_no_longer_being_written_though_its_judgement_has_to_wait() -> None:
    names = [f"n{number:04}" for number in range(2 * JUDGED_AT_ONCE + 100)]
    made = applied(*names)
    made.drift(names[-1], 6, **BAD)
    (effect,) = writes(made.execute(made.plan(names[-1])))
    made.once(SourceRead(SPEC.name, commit(2), documents("9", names), ()))
    no = Problem(Remedy.CHANGE_GIT, "no")
    made.once(Applied(effect.key, effect.desired, None, no))
    assert effect.key in made.state.queued
    assert made.state.rows[effect.key].calling is False
