"""What the steps of a plan send: part of the plan, and of the very object it was made for."""

from dataclasses import replace

from core.model import Coming, Key, Plan
from core.model.requests import Apply, Awaited, Delete, Edit, Version
from core.reconcile.acting.remedies import with_requests
from core.reconcile.memory.commands import Execute, PreparePlan
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import CheckAccess, Effect, Perform
from core.reconcile.memory.results import InventoryRead
from tests.core.reconcile.sides.test_claims import A, shared
from tests.core.reconcile.sides.test_promises import CRD_KEY, WIDGET_KEY, serve, waiting
from tests.core.reconcile.world import (
    CONFIG_MAP,
    HUMAN,
    SECRET,
    SPEC,
    World,
    applied,
    document,
    key,
    live,
    world,
)

MAP = key(CONFIG_MAP, "a")


def plan_of(made: World, *keys: Key) -> Plan:
    effects = made.feed(PreparePlan(1, frozenset(keys)))
    return next(e.plan for e in effects if isinstance(e, CheckAccess))


def performed(effects: list[Effect]) -> list[Perform]:
    return [e for e in effects if isinstance(e, Perform)]


def with_an_extra_field() -> World:
    made = applied("a")
    entry = HUMAN | {"fieldsType": "FieldsV1", "fieldsV1": {"f:data": {"f:extra": {}}}}
    found = live(CONFIG_MAP, "a", 6, data={"a": "2", "extra": "x"}, managed=[entry])
    made.agree(made.change(CONFIG_MAP, "a", found)[0])
    return made


def test_what_a_plan_shows_is_what_its_run_performs() -> None:
    made = with_an_extra_field()
    plan = plan_of(made, MAP)
    (step,) = plan.steps
    assert [type(each) for each in step.requests] == [Apply, Edit]
    assert [each.on for each in step.requests] == [Version("u1", "6"), Awaited.LEFT]
    (sent,) = performed(made.feed(Execute(1, plan)))
    assert sent.requests is step.requests


def test_an_object_that_is_missing_is_made_and_would_be_deleted() -> None:
    made = world()
    made.read(document(CONFIG_MAP, "a", data={"a": "1"}))
    made.listing(CONFIG_MAP)
    made.feed(InventoryRead(SPEC.name, ()))
    (step,) = plan_of(made, MAP).steps
    (create,) = step.requests
    assert create.on is Awaited.NOTHING
    assert isinstance(create.inverse, Delete)


def test_a_heal_carries_its_requests_like_a_plan_that_a_person_accepts() -> None:
    made = applied("a", healing=True)
    found = live(CONFIG_MAP, "a", 6, data={"a": "2"})
    (sent,) = performed(made.agree(made.change(CONFIG_MAP, "a", found)[0]))
    (apply,) = sent.requests
    assert apply.on == Version("u1", "6")


def test_what_waits_for_its_kind_is_decided_when_it_is_due() -> None:
    made = waiting()
    plan = plan_of(made, CRD_KEY, WIDGET_KEY)
    define, widget = plan.steps
    assert len(define.requests) == 1
    assert (widget.stamp, widget.requests) == (Coming(), ())
    effects = made.recorded(made.feed(Execute(1, plan)))
    made.accept(performed(effects)[0], 7)
    (sent,) = performed(serve(made))
    (create,) = sent.requests
    assert (create.ref, create.on) == (WIDGET_KEY.ref, Awaited.NOTHING)


def test_a_step_that_cannot_be_done_sends_nothing() -> None:
    made = shared()
    (step,) = plan_of(made, Key("one", A)).steps
    assert step.problem
    assert step.requests == ()


def test_an_object_that_moved_on_is_not_decided_about() -> None:
    """Where much changes at once a row can be older than its object: its step is outdated."""
    made = with_an_extra_field()
    (step,) = plan_of(made, MAP).steps
    bare = Plan("prod", (replace(step, requests=()),))
    assert with_requests(Draft(made.state, now=made.now), bare).steps == (step,)
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 7, data={"a": "3"}))
    assert with_requests(Draft(made.state, now=made.now), bare) == bare


def test_what_a_step_makes_is_shown_whole_and_without_secrets() -> None:
    made = world()
    made.read(document(CONFIG_MAP, "a", data={"a": "1"}), document(SECRET, "s", data={"t": "eA=="}))
    made.listing(CONFIG_MAP)
    made.listing(SECRET)
    made.feed(InventoryRead(SPEC.name, ()))
    shown = {step.key: step.creates for step in plan_of(made, MAP, key(SECRET, "s")).steps}
    for of, data in ((MAP, {"a": "1"}), (key(SECRET, "s"), None)):
        body = shown[of]
        assert isinstance(body, dict)
        assert body["kind"] == of.ref.kind
        assert data is None or body["data"] == data
    assert "eA==" not in str(shown)
    assert "Masked" in str(shown[key(SECRET, "s")])


def test_what_waits_for_its_kind_is_shown_too() -> None:
    _, widget = plan_of(waiting(), CRD_KEY, WIDGET_KEY).steps
    assert isinstance(widget.creates, dict)
    assert widget.creates["kind"] == WIDGET_KEY.ref.kind
