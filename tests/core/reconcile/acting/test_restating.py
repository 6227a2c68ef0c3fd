"""What follows a revert, object by object: a step, or the reason why there is none."""

from dataclasses import replace
from typing import Any

import pytest

from core.model import (
    Coming,
    Document,
    Key,
    KindRef,
    ObjectRef,
    Plan,
    Problem,
    Remedy,
    RevertPlan,
    Step,
    Verb,
    Verdict,
)
from core.model.requests import Apply
from core.reconcile.acting.reversals import after_of, resources_of, reversal
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.inputs import KindLost
from core.reconcile.memory.results import InventoryRead
from tests.core.reconcile.world import (
    CONFIG_MAP,
    SECRET,
    SPEC,
    World,
    applied,
    commit,
    document,
    key,
    live,
    world,
)

A, B = key(CONFIG_MAP, "a"), key(CONFIG_MAP, "b")
WIDGET = KindRef("x.io/v1", "Widget")
DEFINITION = KindRef("apiextensions.k8s.io/v1", "CustomResourceDefinition")
ONCE = {"kustomize.toolkit.fluxcd.io/ssa": "IfNotPresent"}


def stating(name: str = "a", annotations: Any = None, **data: str) -> Document:
    more = {"metadata": {"name": name, "namespace": "web", "annotations": annotations}}
    return document(CONFIG_MAP, name, data=data, **(more if annotations else {}))


def found(data: dict[str, str] | None, *managed: dict[str, Any], **spec: Any) -> World:
    """A ConfigMap in the cluster, where it is, and another one that Git states."""
    made = world(**spec)
    made.read(stating("z", a="1"))
    there = [("a", live(CONFIG_MAP, "a", 5, data=data, managed=[*managed]))] if data else []
    made.listing(CONFIG_MAP, there)
    made.feed(InventoryRead(SPEC.name, ()))
    return made


def planned(*restated: tuple[Document | None, Document | None], **more: Any) -> RevertPlan:
    return RevertPlan(SPEC.name, commit(1), "main", commit(1).id, restated=restated, **more)


def plan(draft: Draft, *restated: tuple[Document | None, Document | None], **more: Any) -> Plan:
    return reversal(draft, planned(*restated, **more))


def drafted(made: World) -> Draft:
    return Draft(made.state, made.now)


def only(made: Plan) -> Step:
    (step,) = made.steps
    return step


def owned(manager: str, *names: str, operation: str = "Update") -> dict[str, Any]:
    fields: dict[str, Any] = {"f:data": {f"f:{name}": {} for name in names}}
    entry = {"manager": manager, "operation": operation, "apiVersion": "v1"}
    return entry | {"fieldsType": "FieldsV1", "fieldsV1": fields}


OLD, NEW = stating(a="2"), stating(a="1")


# One object ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "restated", "note"),
    [
        (
            {"a": "2"},
            (OLD, None),
            "ConfigMap/web/a is no longer in Git then; it stays in the cluster: nothing is deleted",
        ),
        (None, (OLD, None), "ConfigMap/web/a is no longer in Git then; the cluster has none"),
        (None, (OLD, NEW), "ConfigMap/web/a is not in the cluster: left alone"),
    ],
)
def test_an_object_that_nothing_is_done_about_says_why(
    data: dict[str, str] | None, restated: tuple[Document, Document | None], note: str
) -> None:
    made = plan(drafted(found(data)), restated)
    assert made.steps == ()
    assert note in made.notes


def test_an_object_that_comes_back_is_made_by_one_apply() -> None:
    step = only(plan(drafted(found(None)), (None, stating(annotations=ONCE, a="1"))))
    assert (step.key, step.verb, step.problem) == (A, Verb.CREATE, "")
    (request,) = step.requests
    assert isinstance(request, Apply)


def test_an_object_that_another_app_states_is_given_up_by_one_of_them_first() -> None:
    draft = drafted(found({"a": "2"}))
    app = draft.app(SPEC.name)
    draft.put_app(replace(app, claimed={A.ref: "blog"}))
    step = only(plan(draft, (OLD, NEW)))
    assert step.problem == "app blog states it, too; one of the two must give it up"
    assert step.requests == ()
    draft.put_app(replace(app, claimed={B.ref: "blog"}))
    assert only(plan(draft, (OLD, NEW))).problem == ""


def test_an_object_of_a_kind_that_cannot_be_read_says_so() -> None:
    made = found({"a": "2"})
    made.feed(KindLost("prod", CONFIG_MAP, Problem(Remedy.GRANT, "you may not")))
    step = only(plan(drafted(made), (OLD, NEW)))
    assert step.problem.startswith("live-unreadable: ")
    assert "you may not" in step.problem


def test_an_object_that_is_going_is_waited_for() -> None:
    made = found(None)
    going = live(CONFIG_MAP, "a", 5, data={"a": "2"})
    body = going.body.replace(b'"uid"', b'"deletionTimestamp": "2026-11-01T10:00:00Z", "uid"')
    made.listing(CONFIG_MAP, [("a", replace(going, body=body))])
    step = only(plan(drafted(made), (OLD, NEW)))
    assert (step.problem, step.requests) == ("terminating", ())


@pytest.mark.parametrize(
    ("manager", "operation", "goes"),
    [
        ("helm", "Update", True),
        ("driftdeck", "Apply", True),
        ("kubectl-edit", "Update", True),
        ("kube-controller-manager", "Update", False),
        ("somebody", "Update", True),
        ("somebody", "Apply", False),  # it may declare it for reasons of its own
    ],
)
def test_a_field_that_git_stated_goes_but_for_controllers_and_unknown_appliers(
    manager: str, operation: str, *, goes: bool
) -> None:
    writer = owned(manager, "b", operation=operation)
    draft = drafted(found({"a": "1", "b": "2"}, owned("helm", "a"), writer))
    made = plan(draft, (stating(a="1", b="2"), stating(a="1")))
    assert [c.path for step in made.steps for c in step.changes] == ["data.b"] * goes


@pytest.mark.parametrize(("there", "goes"), [("2", True), ("3", False)])
def test_a_field_of_a_deployer_goes_only_with_the_value_that_git_stated(
    there: str, *, goes: bool
) -> None:
    draft = drafted(found({"a": "1", "b": there}, owned("helm", "a", "b")))
    made = plan(draft, (stating(a="1", b="2"), stating(a="1")))
    assert bool(made.steps) is goes


def test_what_has_to_go_for_the_value_blocks_it_and_what_is_set_does_not() -> None:
    draft = drafted(found({"a": "2", "z": "1"}, owned("kubectl-edit", "z")))
    step = only(plan(draft, (OLD, NEW), blocking={A: ("data.z",)}))
    assert {c.path: c.blocks for c in step.changes} == {"data.a": False, "data.z": True}
    step = only(plan(draft, (OLD, NEW), blocking={B: ("data.z",)}))
    assert ([c.path for c in step.changes], [c.path for c in step.left]) == (
        ["data.a"],
        ["data.z"],
    )


# Kinds that are still to come ------------------------------------------------------------------


def widget(namespace: str | None = None) -> Document:
    return Document(WIDGET, namespace, "w", b"{}", "w.yaml", 1, 0)


def definition(scope: str) -> Document:
    spec = {
        "group": "x.io",
        "scope": scope,
        "names": {"kind": "Widget", "plural": "widgets"},
        "versions": [{"name": "v1", "served": True, "storage": True}],
    }
    return document(DEFINITION, "widgets.x.io", spec=spec)


@pytest.mark.parametrize(
    ("scope", "namespace", "place"),
    [
        ("Namespaced", None, "web"),
        ("Namespaced", "other", "other"),
        ("Cluster", None, ""),
        ("Cluster", "other", ""),
    ],
)
def test_an_object_whose_kind_the_revert_brings_back_is_made_after_it(
    scope: str, namespace: str | None, place: str
) -> None:
    draft = drafted(found(None))
    pairs = ((None, definition(scope)), (None, widget(namespace)))
    assert resources_of(draft, planned(*pairs))[WIDGET].namespaced is (scope == "Namespaced")
    step = next(each for each in plan(draft, *pairs).steps if each.kind == WIDGET)
    assert step.key == Key(SPEC.name, ObjectRef("x.io", "Widget", place, "w"))
    assert (step.verb, step.stamp) == (Verb.CREATE, Coming())


def test_an_object_whose_kind_nobody_serves_is_left_and_named() -> None:
    draft = drafted(found(None))
    made = plan(draft, (None, widget()))
    assert made.steps == ()
    assert "the cluster serves no Widget in x.io/v1: left alone" in made.notes
    assert not any("Widget" in note for note in plan(draft, (widget(), None)).notes)
    assert WIDGET not in resources_of(draft, planned((definition("Cluster"), None)))


def test_what_git_will_state_is_known_of_what_stays_in_it_and_is_served() -> None:
    draft = drafted(found({"a": "2"}))
    pairs = ((OLD, NEW), (stating("b", a="1"), None), (None, widget()))
    after = after_of(draft, planned(*pairs))
    assert {found.name: each.document for found, each in after.items()} == {"a": NEW}


# What is beside it -----------------------------------------------------------------------------


def others(count: int) -> Draft:
    names = [f"n{number:02}" for number in range(count)]
    made = applied("a", *names)
    for name in names:
        made.drift(name, 6, data={"a": "9"})
    return drafted(made)


@pytest.mark.parametrize(
    ("count", "named", "more"), [(1, 1, ""), (10, 10, ""), (11, 10, " and 1 more")]
)
def test_other_objects_that_differ_are_named_up_to_ten(count: int, named: int, more: str) -> None:
    made = plan(others(count), (NEW, stating(a="0")))
    names = ", ".join(f"ConfigMap/web/n{number:02}" for number in range(named))
    assert made.notes[-1] == f"left alone, though not as Git says: {names}{more}"


def test_only_drift_of_this_app_that_no_step_is_about_is_named() -> None:
    draft = others(1)
    noted = key(CONFIG_MAP, "n00")
    row = draft.row(noted)
    assert row is not None
    draft.put_row(noted, replace(row, verdict=Verdict.IN_SYNC))
    assert not any("not as Git says" in note for note in plan(draft, (NEW, OLD)).notes)
    draft.put_row(noted, row)
    pair = (stating("n00", a="1"), stating("n00", a="0"))
    assert not any("not as Git says" in note for note in plan(draft, pair).notes)


def test_a_secret_is_hidden_in_a_step_but_not_in_what_is_sent() -> None:
    made = world()
    made.listing(SECRET, [("s", live(SECRET, "s", 5, data={"a": "bmV3"}))])
    pair = tuple(document(SECRET, "s", data={"a": value}) for value in ("bmV3", "b2xk"))
    step = only(plan(drafted(made), (pair[0], pair[1])))
    assert "b2xk" not in repr(step.changes)
    (request,) = step.requests
    assert isinstance(request, Apply)
    assert b"b2xk" in request.body
