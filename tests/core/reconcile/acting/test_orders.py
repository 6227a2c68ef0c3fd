"""What a person orders: plans of exactly the chosen objects, and permissions asked for them."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from core.model import ClusterName, CommitShown, EventName, Key, Plan, Verb
from core.reconcile.memory.commands import (
    PrepareHeal,
    PreparePlan,
    PrepareRevert,
    SetHeal,
    ShowCommit,
)
from core.reconcile.memory.effects import CheckAccess, ComputeRevert, ReadCommit
from core.reconcile.memory.inputs import ClusterFound
from core.reconcile.memory.results import CommitRead, InventoryRead, PlanPrepared
from tests.core.reconcile.world import (
    CONFIG_MAP,
    RESOURCES,
    SPEC,
    World,
    applied,
    commit,
    key,
    live,
    stated,
    writes,
    written,
)

A, B = key(CONFIG_MAP, "a"), key(CONFIG_MAP, "b")
BAD: dict[str, Any] = {"data": {"a": "2"}}


def test_a_plan_holds_the_chosen_objects_and_asks_for_their_kinds() -> None:
    made = applied("a", "b")
    made.drift("a", 6, **BAD)
    made.drift("b", 6, **BAD)
    (effect,) = made.feed(PreparePlan(4, frozenset({B})))
    assert isinstance(effect, CheckAccess)
    assert effect.request == 4
    assert [step.key for step in effect.plan.steps] == [B]
    assert effect.plan.revisions == {SPEC.name: commit(1).id}
    assert dict(effect.resources) == {CONFIG_MAP: RESOURCES[CONFIG_MAP]}
    assert 4 not in made.state.answers


def test_a_plan_and_its_events_name_context_and_user() -> None:
    made = applied("a")
    made.feed(ClusterFound("prod", "ctx", "https://prod", "v1.37.2", "default", RESOURCES, "ada"))
    made.drift("a", 6, **BAD)
    called = ClusterName("prod", "ctx", "ada")
    assert made.plan("a").called == called
    assert str(called) == "prod (context ctx, user ada)"
    (told,) = [event for event in made.state.events if event.name is EventName.DRIFT_DETECTED]
    assert told.called == called


def test_the_answer_to_a_request_stands_under_its_number() -> None:
    made = applied("a")
    made.drift("a", 6, **BAD)
    plan = made.plan("a")
    barred = replace(plan, steps=(replace(plan.steps[0], problem="you may not"),))
    made.feed(PlanPrepared(4, barred), PreparePlan(5, frozenset({key(CONFIG_MAP, "z")})))
    assert made.state.answers == {4: barred, 5: Plan("", ())}


def previewed(made: World) -> Plan:
    """What a heal of the app would do now, before permissions are looked up."""
    (asked,) = made.feed(PrepareHeal(9, SPEC.name))
    assert isinstance(asked, CheckAccess)
    assert asked.request == 9
    return asked.plan


def test_a_heal_is_previewed_as_the_plan_that_it_then_carries_out() -> None:
    made = applied("a", "b", "c")
    made.drift("a", 6, **BAD)
    made.change(CONFIG_MAP, "b", None)
    plan = previewed(made)
    assert [(step.key, step.verb) for step in plan.runnable] == [(A, Verb.APPLY), (B, Verb.CREATE)]
    assert [change.path for change in plan.steps[0].changes] == ["data.a"]
    assert written(made.feed(SetHeal(frozenset({SPEC.name}), enabled=True))) == [A, B]


def _fought() -> World:
    made = applied("a", healing=True)
    for version in range(6, 16, 2):
        effects = made.drift("a", version, **BAD)
        while not writes(effects):
            effects = made.wait(10.0)
        made.accept(writes(effects)[0], version + 1)
        made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", version + 1, data={"a": "1"}))
    made.feed(SetHeal(frozenset({SPEC.name}), enabled=False))
    made.drift("a", 16, **BAD)
    return made


def _frozen() -> World:
    made = applied("a")
    made.drift("a", 6, **BAD)
    found = ClusterFound("prod", "ctx", "https://prod", "v1.37.2", "default", RESOURCES, uid="one")
    made.feed(found, replace(found, uid="two"), InventoryRead(SPEC.name, ()))
    return made


def _set(**spec: bool) -> World:
    made = applied("a", **spec)
    made.drift("a", 6, **BAD)
    return made


def _unconfirmed() -> World:
    made = applied("a")
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, **BAD))
    return made


@pytest.mark.parametrize(
    ("world", "words"),
    [
        (_fought, "fighting: healed 5 times in 30 min"),
        (_frozen, "nothing is healed there before a person syncs it"),
        (partial(_set, heal=False), "heal: false"),
        (_unconfirmed, "not confirmed by the server"),
    ],
)
def test_what_a_heal_would_leave_says_why(world: Callable[[], World], words: str) -> None:
    made = world()
    (step,) = previewed(made).steps
    assert (step.key, words in step.problem) == (A, True)
    assert written(made.feed(SetHeal(frozenset({SPEC.name}), enabled=True))) == []


def test_where_nothing_is_apart_a_heal_would_do_nothing() -> None:
    made = applied("a")
    assert made.feed(PrepareHeal(9, SPEC.name)) == []
    assert made.state.answers[9] == Plan("", ())


def test_what_is_in_sync_or_unknown_to_us_needs_no_permission() -> None:
    made = applied("a")
    chosen = frozenset({A, Key("nobody", A.ref)})
    assert made.feed(PreparePlan(1, chosen)) == []
    assert made.state.answers[1] == Plan("prod", ())


def test_a_revert_is_worked_out_outside() -> None:
    made = applied("a")
    effects = made.feed(PrepareRevert(6, SPEC.name, commit(1).id))
    assert effects == [ComputeRevert(6, SPEC.name, commit(1).id)]


def test_healing_is_switched_for_the_named_apps_and_implies_writing() -> None:
    made = applied("a")
    made.state = replace(made.state, writing=False)
    made.drift("a", 6, **BAD)
    assert written(made.feed(SetHeal(frozenset(), enabled=True))) == []
    assert made.state.apps[SPEC.name].healing is False
    effects = made.feed(SetHeal(frozenset({SPEC.name}), enabled=True))
    assert [effect.key for effect in writes(effects)] == [A]
    assert (made.state.writing, made.state.apps[SPEC.name].healing) == (True, True)


def test_a_commit_is_read_outside_and_shown_under_the_number_of_its_request() -> None:
    made = applied("a")
    assert made.feed(ShowCommit(8, SPEC.name, "c" * 40)) == [ReadCommit(8, SPEC.name, "c" * 40)]
    shown = CommitShown("c" * 40, "why", ("a.yaml",), "-a\n+b\n")
    made.feed(CommitRead(8, shown))
    assert made.state.answers[8] is shown


def test_of_an_object_only_the_chosen_fields_are_put_right() -> None:
    made = applied("a", git={"data": {"a": "1", "b": "1"}})
    made.drift("a", 6, data={"a": "2", "b": "2"})
    (effect,) = made.feed(PreparePlan(1, frozenset({A}), {A: frozenset({"data.a"})}))
    assert isinstance(effect, CheckAccess)
    (step,) = effect.plan.steps
    assert [change.path for change in step.changes] == ["data.a"]
    assert [change.path for change in step.left] == ["data.b"]
    (write,) = writes(made.execute(effect.plan))
    assert stated(write)["data"] == {"a": "1", "b": "2"}


def test_a_chosen_field_that_does_not_differ_any_more_is_nothing_to_do() -> None:
    made = applied("a", "b")
    made.drift("a", 6, **BAD)
    made.feed(PreparePlan(1, frozenset({A}), {A: frozenset({"data.z"})}))
    assert made.state.answers[1] == Plan("", ())
