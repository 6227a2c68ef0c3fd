"""A whole plan before its first write: what is tried out, what cannot be, and what follows."""

import json
from dataclasses import replace

import pytest

from core.model import (
    Coming,
    ConfirmedBy,
    Document,
    FieldChange,
    FieldVerdict,
    KindRef,
    Plan,
    Remedy,
    Step,
    Verb,
)
from core.reconcile.acting.order.trials import tried_out, with_untried
from core.reconcile.memory.commands import PreparePlan
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import CheckAccess
from core.reconcile.memory.results import Confirmed, InventoryRead, PlanPrepared
from core.remedy.refusals import MADE_ANEW
from tests.core.reconcile.acting.order.apps import DEFINITION, WIDGET, step
from tests.core.reconcile.world import (
    CONFIG_MAP,
    DEPLOYMENT,
    NAMESPACE,
    SPEC,
    World,
    applied,
    document,
    key,
    live,
    questions,
    world,
)

RBAC = "rbac.authorization.k8s.io/v1"
ROLE, BINDING = KindRef(RBAC, "Role"), KindRef(RBAC, "RoleBinding")
KIND, SPACE = "the kind is defined by this plan", "the namespace comes in this plan"


def untried(*steps: Step) -> list[str]:
    made = with_untried(Draft(world().state, 0.0), Plan("prod", steps))
    return [each.untried for each in made.steps]


def test_what_is_new_in_a_namespace_that_is_there_is_tried_out() -> None:
    assert untried(step(NAMESPACE, "other"), step(CONFIG_MAP, "a")) == ["", ""]


def test_what_comes_into_a_new_namespace_cannot_be_and_what_changes_is_confirmed_already() -> None:
    found = untried(
        step(NAMESPACE, "web"), step(CONFIG_MAP, "a"), step(CONFIG_MAP, "b", Verb.APPLY)
    )
    assert found == ["", SPACE, ""]
    kept = step(NAMESPACE, "web", Verb.APPLY)
    assert untried(kept, step(CONFIG_MAP, "a")) == ["", ""]


def test_what_is_of_a_kind_that_is_defined_or_redefined_cannot_be() -> None:
    coming = step(WIDGET, "w", stamp=Coming())
    assert untried(coming) == [KIND]
    for verb, expected in ((Verb.APPLY, KIND), (Verb.TAKE_OVER, "")):
        definition = step(DEFINITION, "widgets.example.com", verb)
        assert untried(definition, step(WIDGET, "w")) == ["", expected]


def test_a_binding_of_a_role_that_comes_along_cannot_be() -> None:
    made = applied("a")
    draft = Draft(made.state, 0.0)
    app = draft.app(SPEC.name)
    binding = step(BINDING, "b")
    body = json.dumps({"roleRef": {"kind": "Role", "name": "r"}}).encode()
    desired = next(iter(app.desired.values()))
    stated = {**app.desired, binding.key.ref: replace(desired, body=body)}
    draft.put_app(replace(app, desired=stated))
    for role, expected in (("r", "what it names comes in this plan"), ("other", "")):
        plan = with_untried(draft, Plan("prod", (step(ROLE, role), binding)))
        assert plan.steps[1].untried == expected


@pytest.mark.parametrize("problem", ["", "no"])
def test_what_cannot_be_tried_out_is_counted_by_its_reason(problem: str) -> None:
    steps = (
        step(CONFIG_MAP, "a", untried=SPACE),
        step(CONFIG_MAP, "b", untried=SPACE, problem=problem),
        step(WIDGET, "w", untried=KIND),
    )
    notes = tried_out(Draft(world().state, 0.0), Plan("prod", steps, {}, ("first",))).notes
    count = "1 object is" if problem else "2 objects are"
    assert notes == (
        "first",
        f"1 object is not tried out before the write: {KIND}",
        f"{count} not tried out before the write: {SPACE}",
    )


def test_a_plan_says_whose_pods_start_anew_and_what_no_heal_can_change() -> None:
    stuck = FieldChange("data", FieldVerdict.DRIFT, 1, 2, healable=False, note="field is immutable")
    steps = (
        step(CONFIG_MAP, "a", Verb.APPLY, changes=(stuck,), problem="cannot be applied"),
        step(DEPLOYMENT, "x", Verb.APPLY, restarts=True, problem="no"),
        *(step(DEPLOYMENT, f"w{number}", Verb.APPLY, restarts=True) for number in range(7)),
    )
    assert tried_out(Draft(world().state, 0.0), Plan("prod", steps)).notes == (
        f"restarts the pods of {', '.join(f'Deployment/web/w{n}' for n in range(5))} and 2 more",
        f"ConfigMap/web/a: data is immutable: {MADE_ANEW}",
    )


def missing(*documents: Document) -> World:
    made = world()
    made.read(*documents)
    made.listing(CONFIG_MAP)
    made.listing(DEPLOYMENT)
    made.feed(InventoryRead(SPEC.name, ()))
    return made


def test_what_is_refused_says_where_it_stands_and_stops_what_names_it() -> None:
    pods = {"template": {"spec": {"volumes": [{"configMap": {"name": "a"}}]}}}
    made = missing(
        document(CONFIG_MAP, "a"), document(CONFIG_MAP, "b"), document(DEPLOYMENT, "w", spec=pods)
    )
    keys = frozenset({key(CONFIG_MAP, "a"), key(CONFIG_MAP, "b"), key(DEPLOYMENT, "w")})
    (asked,) = [e for e in made.feed(PreparePlan(1, keys)) if isinstance(e, CheckAccess)]
    refused = tuple(
        replace(each, problem="the webhook says no", remedy=Remedy.CHANGE_GIT)
        if each.key.ref.name == "a"
        else each
        for each in asked.plan.steps
    )
    made.feed(PlanPrepared(1, replace(asked.plan, steps=refused)))
    plan = made.state.answers[1]
    assert isinstance(plan, Plan)
    assert [(each.key.ref.name, each.problem) for each in plan.steps] == [
        ("a", "a.yaml:1: the webhook says no"),
        ("b", ""),
        ("w", "what it names is not there: ConfigMap/web/a"),
    ]
    assert [each.remedy for each in plan.steps[::2]] == [Remedy.CHANGE_GIT] * 2


@pytest.mark.parametrize("status", [0, 200])
def test_only_what_no_dry_run_confirmed_is_tried_out_once_more(status: int) -> None:
    made = applied("a")
    asked = made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, data={"a": "2"}))
    (question,) = questions(asked)
    sides = (question.key, question.desired, question.live)
    predicted = question.desired.body if status else None
    said = Confirmed(*sides, predicted=predicted, status=status, retry=not status)
    made.feed(said)
    effects = made.feed(PreparePlan(1, frozenset({key(CONFIG_MAP, "a")})))
    (check,) = [each for each in effects if isinstance(each, CheckAccess)]
    assert set(check.trials) == (set() if status else {key(CONFIG_MAP, "a")})
    confirmed = made.row("a").confirmed_by is ConfirmedBy.SERVER
    assert confirmed is bool(status)
