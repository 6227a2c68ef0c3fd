"""A field that Git states and a controller owns: named, left alone, and overruled only on order."""

import json
from typing import Any

import pytest

from core.model import Contested, Live, Plan
from core.model.requests import Apply
from core.reconcile.memory.commands import Execute, PreparePlan
from core.reconcile.memory.effects import CheckAccess, Confirm, Effect, Perform
from core.reconcile.memory.results import InventoryRead, InventoryRow
from tests.core.reconcile.world import DEPLOYMENT, SPEC, World, document, key, live, ref, world

KEY = key(DEPLOYMENT, "a")
GIT: Any = {"spec": {"replicas": 2, "paused": False}}


def owner(manager: str, field: str, **more: Any) -> Any:
    fields: Any = {"f:spec": {f"f:{field}": {}}}
    return {"manager": manager, "operation": "Update", "fieldsV1": fields, **more}


def found(*, paused: bool, manager: str = "keda-operator", **more: Any) -> Live:
    managed = [owner(manager, "replicas", **more), owner("kubectl-edit", "paused")]
    return live(DEPLOYMENT, "a", 6, spec={"replicas": 5, "paused": paused}, managed=managed)


def moved(state: Live, *, healing: bool = False, **spec: Any) -> tuple[World, list[Effect]]:
    """An applied object that a controller scaled, and that a person may have paused."""
    made = world(healing=healing, **spec)
    made.read(document(DEPLOYMENT, "a", **GIT))
    digest = made.state.apps[SPEC.name].desired[KEY.ref].digest
    made.feed(InventoryRead(SPEC.name, (InventoryRow(ref(DEPLOYMENT, "a"), "u1", digest),)))
    made.listing(DEPLOYMENT, [("a", live(DEPLOYMENT, "a", 5, **GIT))])
    asked = made.change(DEPLOYMENT, "a", state)
    return made, made.agree(next(e for e in asked if isinstance(e, Confirm)))


def shown(made: World) -> dict[str, str]:
    return {change.path: change.verdict.value for change in made.state.rows[KEY].changes}


def applies(effects: list[Effect]) -> list[Any]:
    return [
        json.loads(each.body)["spec"]
        for e in effects
        if isinstance(e, Perform)
        for each in e.requests
        if isinstance(each, Apply)
    ]


def plan_of(made: World) -> Plan:
    effects = made.feed(PreparePlan(1, frozenset({KEY})))
    return next((e.plan for e in effects if isinstance(e, CheckAccess)), Plan("", ()))


def test_a_contested_field_is_named_and_not_healed() -> None:
    made, effects = moved(found(paused=False), healing=True)
    assert made.verdict(DEPLOYMENT, "a") == "contested"
    assert made.state.rows[KEY].changes[0].note == "owned by keda-operator"
    assert applies(effects) == []
    assert plan_of(made).steps == ()
    assert made.complete()


def test_a_heal_beside_a_contested_field_leaves_it_as_it_is() -> None:
    made, effects = moved(found(paused=True), healing=True)
    assert shown(made) == {"spec.replicas": "contested", "spec.paused": "drift"}
    assert applies(effects) == [{"replicas": 5, "paused": False}]


def test_a_heal_beside_a_field_that_a_controller_applies_gives_it_up() -> None:
    _, effects = moved(found(paused=True, operation="Apply"), healing=True)
    assert applies(effects) == [{"paused": False}]


def test_a_sync_by_a_person_leaves_it_too_and_its_plan_says_so() -> None:
    made, _ = moved(found(paused=True))
    plan = plan_of(made)
    assert [change.path for change in plan.steps[0].changes] == ["spec.paused"]
    assert plan.notes[1:] == (
        "overrules kubectl-edit in 1 field(s)",
        "leaves 1 field(s) to keda-operator",
    )
    assert applies(made.feed(Execute(1, plan))) == [{"replicas": 5, "paused": False}]


def test_an_app_may_enforce_what_it_states() -> None:
    made, effects = moved(found(paused=False), healing=True, contested=Contested.ENFORCE)
    assert made.verdict(DEPLOYMENT, "a") == "drifted"
    assert applies(effects) == [GIT["spec"]]
    made, _ = moved(found(paused=False), contested=Contested.ENFORCE)
    assert plan_of(made).notes[1:] == ("overrules keda-operator in 1 field(s)",)


@pytest.mark.parametrize(
    ("word", "verdict"),
    [
        ("human", "drifted"),
        ("unknown", "drifted"),
        ("deployer", "drifted"),
        ("controller", "contested"),
    ],
)
def test_settings_move_a_name_to_another_class(word: str, verdict: str) -> None:
    for manager in ("my-operator", "keda-operator"):
        made, _ = moved(found(paused=False, manager=manager), managers=((manager, word),))
        assert made.verdict(DEPLOYMENT, "a") == verdict


def test_what_a_program_that_nobody_knows_moved_is_healed() -> None:
    made, effects = moved(found(paused=False, manager="my-operator"), healing=True)
    assert made.verdict(DEPLOYMENT, "a") == "drifted"
    assert applies(effects) == [GIT["spec"]]


def test_a_dropped_field_that_another_applies_is_left_to_it_by_a_plan_that_says_so() -> None:
    ours = owner("driftdeck", "replicas", operation="Apply", apiVersion="apps/v1")
    theirs = owner("acme-team", "replicas", operation="Apply")
    state = live(
        DEPLOYMENT,
        "a",
        6,
        spec={"replicas": 5, "paused": True},
        managed=[ours, theirs, owner("kubectl-edit", "paused")],
    )
    made = world()
    made.read(document(DEPLOYMENT, "a", spec={"paused": False}))
    made.feed(InventoryRead(SPEC.name, ()))
    made.listing(DEPLOYMENT, [("a", state)])
    made.agree(next(e for e in made.effects if isinstance(e, Confirm)))
    assert shown(made) == {"spec.replicas": "contested", "spec.paused": "drift"}
    plan = plan_of(made)
    assert plan.notes[1:] == (
        "overrules kubectl-edit in 1 field(s)",
        "leaves 1 field(s) to acme-team",
    )
    assert applies(made.execute(plan)) == [{"replicas": 5, "paused": False}]
