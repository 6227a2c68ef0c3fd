"""Somebody was faster: where an object is as the plan would have made it, its step is done."""

from typing import Any

import pytest

from core.model import EventName, FieldChange, FieldVerdict, Plan, Remedy, Verb
from core.model.journal import Done
from core.reconcile.acting.runs import SERVED_WITHIN_S
from core.reconcile.memory.commands import Execute, PrepareUndo
from core.reconcile.memory.effects import CheckAccess, Effect
from core.reconcile.memory.results import DoneFound, InventoryRead, PlanPrepared
from tests.core.reconcile.world import (
    CONFIG_MAP,
    SPEC,
    World,
    applied,
    document,
    key,
    live,
    questions,
    ref,
    world,
    writes,
    written,
)

A, B = key(CONFIG_MAP, "a"), key(CONFIG_MAP, "b")
GOOD: dict[str, Any] = {"data": {"a": "1"}}
BAD: dict[str, Any] = {"data": {"a": "2"}}
FIELDS: dict[str, Any] = {"f:data": {"f:a": {}}}
BY_OURS = {"manager": "driftdeck", "operation": "Apply", "fieldsV1": FIELDS, "time": "2026-02-02"}
BY_HAND = {"manager": "kubectl-edit", "operation": "Update", "fieldsV1": FIELDS, "time": "2026-01"}
MOVED = f"{A.ref}: changed meanwhile; left as it is"


def drifted(*names: str) -> World:
    made = applied(*names)
    for name in names:
        made.drift(name, 6, **BAD)
    return made


def made_so(made: World, *managed: dict[str, Any], **content: Any) -> list[Effect]:
    """Somebody else makes of `a` what Git states, or what is said."""
    managers = list(managed or (BY_OURS, BY_HAND))
    found = live(CONFIG_MAP, "a", 7, managed=managers, **(content or GOOD))
    return made.stored(made.change(CONFIG_MAP, "a", found))


def ended(made: World, run: int = 1) -> tuple[int, tuple[str, ...], list[str]]:
    shown = made.run(run)
    return shown.done, shown.already, [each.words for each in shown.problems]


def test_what_was_put_right_before_the_plan_is_accepted_is_done_and_nothing_is_sent() -> None:
    made = drifted("a", "b")
    plan = made.plan("a", "b")
    made_so(made)
    effects = made.execute(plan)
    assert written(effects) == [B]
    made.recorded(made.accept(writes(effects)[0], 9))
    assert ended(made) == (2, (f"{A.ref}: already so, by driftdeck",), [])
    assert not made.row("a").calling


def test_the_last_writer_of_the_field_is_named() -> None:
    made = drifted("a")
    plan = made.plan("a")
    other = {**BY_OURS, "time": "2026-03-03", "fieldsV1": {"f:metadata": {"f:labels": {}}}}
    made_so(made, other, BY_HAND)
    made.execute(plan)
    assert ended(made) == (1, (f"{A.ref}: already so, by kubectl-edit",), [])


def test_what_is_put_right_while_the_inventory_is_written_is_done() -> None:
    made = world()
    made.read(document(CONFIG_MAP, "a", **GOOD))
    made.listing(CONFIG_MAP)
    made.feed(InventoryRead(SPEC.name, ()))
    effects = made.feed(Execute(1, made.plan("a")))
    assert not written(effects)
    made_so(made)
    made.recorded(made.recorded(effects))
    assert ended(made)[:2] == (1, (f"{A.ref}: already so, by driftdeck",))


@pytest.mark.parametrize("seen_first", [True, False], ids=["seen before", "seen after"])
def test_a_write_that_came_too_late_looks_what_the_other_made(*, seen_first: bool) -> None:
    made = drifted("a")
    (effect,) = writes(made.execute(made.plan("a")))
    if seen_first:
        made_so(made)
    made.recorded(made.refuse(effect, "it changed", remedy=Remedy.LOOK_AGAIN))
    if not seen_first:
        assert not written(made.wait(0.5))
        made_so(made)
    assert ended(made) == (1, (f"{A.ref}: already so, by driftdeck",), [])
    assert made.told(EventName.SYNC_FAILED) == []


def test_a_write_that_came_too_late_for_another_value_leaves_it() -> None:
    made = drifted("a")
    (effect,) = writes(made.execute(made.plan("a")))
    made.refuse(effect, "it changed", remedy=Remedy.LOOK_AGAIN)
    (asked,) = questions(made_so(made, data={"a": "3"}))
    made.recorded(made.agree(asked))
    assert ended(made) == (0, (), [MOVED])


def test_a_write_whose_rival_is_never_seen_is_tried_again_and_then_told() -> None:
    made = drifted("a")
    (effect,) = writes(made.execute(made.plan("a")))
    made.refuse(effect, "it changed", remedy=Remedy.LOOK_AGAIN)
    (again,) = writes(made.wait(1.0))
    made.now += SERVED_WITHIN_S
    made.recorded(made.refuse(again, "it changed", remedy=Remedy.LOOK_AGAIN))
    assert ended(made) == (0, (), [f"{A.ref}: a.yaml:1: it changed"])
    assert made.told(EventName.SYNC_FAILED) == ["a.yaml:1: it changed"]


def test_another_object_of_that_name_and_another_commit_are_no_end_of_the_plan() -> None:
    made = drifted("a")
    plan = made.plan("a")
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 7, uid="u2", **GOOD))
    made.execute(plan)
    assert "look again" in ended(made)[2][0]
    later = drifted("a")
    plan = later.plan("a")
    later.read(document(CONFIG_MAP, "a", data={"a": "5"}), number=2)
    made_so(later, data={"a": "5"})
    later.execute(plan)
    assert "look again" in ended(later)[2][0]


def test_drift_elsewhere_in_the_object_does_not_matter_and_in_the_plans_field_does() -> None:
    made = drifted("a")
    plan = made.plan("a")
    made_so(made, data={"a": "1", "other": "x"})
    made.execute(plan)
    assert ended(made)[0] == 1
    worse = drifted("a")
    plan = worse.plan("a")
    made_so(worse, data={"a": "4"})
    worse.execute(plan)
    assert "look again" in ended(worse)[2][0]


def test_what_was_made_meanwhile_is_done_once_it_is_known_to_be_as_git_says() -> None:
    made = applied("a")
    made.change(CONFIG_MAP, "a", None)
    plan = made.plan("a")
    made_so(made, BY_OURS)
    made.execute(plan)
    assert ended(made) == (1, (f"{A.ref}: already so, by driftdeck",), [])


def test_what_was_made_otherwise_meanwhile_waits_for_its_dry_run_and_is_left() -> None:
    made = applied("a")
    made.change(CONFIG_MAP, "a", None)
    plan = made.plan("a")
    asked = made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 9, **BAD))
    assert not written(made.execute(plan))
    assert 1 in made.state.runs
    made.recorded(made.agree(questions(asked)[0]))
    assert ended(made) == (0, (), [MOVED])


def undoing(made: World) -> Plan:
    """The plan that puts back what a sync changed from 7 to 1."""
    change = FieldChange("data.a", FieldVerdict.DRIFT, "7", "1")
    done = Done(
        number=3,
        deed="sync",
        app=SPEC.name,
        cluster="prod",
        cluster_uid=made.state.clusters["prod"].view.uid,
        kind=CONFIG_MAP,
        ref=ref(CONFIG_MAP, "a"),
        uid="u1",
        sends=("apply",),
        changes=(change,),
        refused=False,
    )
    made.feed(PrepareUndo(5, 3))
    (access,) = (e for e in made.feed(DoneFound(5, (done,))) if isinstance(e, CheckAccess))
    made.feed(PlanPrepared(5, access.plan))
    plan = made.state.answers[5]
    assert isinstance(plan, Plan)
    return plan


@pytest.mark.parametrize(("value", "so"), [("7", True), ("8", False)])
def test_an_undo_that_somebody_did_by_hand_is_done(value: str, *, so: bool) -> None:
    made = applied("a")
    plan = undoing(made)
    assert [(step.key, step.verb) for step in plan.runnable] == [(A, Verb.UNDO)]
    (asked,) = questions(made_so(made, BY_HAND, data={"a": value}))
    made.execute(plan)
    made.recorded(made.agree(asked))
    done, already, problems = ended(made)
    assert (done, bool(problems)) == (int(so), not so)
    assert already == ((f"{A.ref}: already so, by kubectl-edit",) if so else ())
