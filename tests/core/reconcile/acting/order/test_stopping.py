"""Whom a failure stops, and whom it does not."""

from dataclasses import replace
from typing import Any

import pytest

from core.model import (
    Coming,
    Document,
    Key,
    KindRef,
    Remedy,
    Resource,
    Step,
    Verb,
)
from core.reconcile.acting.order.stopping import Failures
from core.reconcile.memory.draft import Draft
from tests.core.reconcile.acting.order.apps import DEFINITION, WIDGET, step
from tests.core.reconcile.world import (
    CONFIG_MAP,
    DEPLOYMENT,
    NAMESPACE,
    SPEC,
    beginning,
    document,
    ref,
    world,
)

REFUSED: Any = {"problem": "no", "remedy": Remedy.CHANGE_GIT}


def drafted(*documents: Document) -> Draft:
    made = world()
    made.read(*documents)
    draft = Draft(made.state, 0.0)
    widgets = Resource(WIDGET, "widgets", namespaced=True, has_status=False)
    draft.put_app(replace(draft.app(SPEC.name), promised={WIDGET: widgets}))
    return draft


def why(failed: Step, then: Step, *documents: Document) -> str:
    found = Failures(drafted(*documents), [replace(failed, **REFUSED)]).stopped(then)
    return found.problem if found is not None else ""


def test_nothing_failed_and_nothing_is_stopped() -> None:
    assert Failures(Draft(beginning(), 0.0)).stopped(step(CONFIG_MAP, "a")) is None


def test_what_is_stopped_names_what_it_needs_and_ends_as_that_does() -> None:
    failed = replace(step(NAMESPACE, "web"), **REFUSED)
    found = Failures(drafted(), [failed]).stopped(step(CONFIG_MAP, "a"))
    assert found is not None
    assert found.problem == "its namespace is not there: Namespace/web"
    assert (found.remedy, found.stopped) == (Remedy.CHANGE_GIT, True)


@pytest.mark.parametrize(
    "failed",
    [
        step(NAMESPACE, "web", Verb.APPLY),  # it is there, though not as Git says
        step(NAMESPACE, "other"),
        step(KindRef("kubernetes.crossplane.io/v1", "Namespace"), "web"),
        step(CONFIG_MAP, "b"),
        step(NAMESPACE, "web", Verb.TAKE_OVER, wave=-1),
    ],
)
def test_what_is_there_or_somewhere_else_stops_nothing(failed: Step) -> None:
    assert why(failed, step(CONFIG_MAP, "a")) == ""


def test_an_object_whose_kind_is_not_defined_is_stopped_and_one_that_exists_is_not() -> None:
    failed = step(DEFINITION, "widgets.example.com")
    coming = step(WIDGET, "w", stamp=Coming())
    assert why(failed, coming) == (
        "its kind is not defined: CustomResourceDefinition/widgets.example.com"
    )
    assert why(failed, step(WIDGET, "w")) == ""
    assert why(step(DEFINITION, "gadgets.example.com"), coming) == ""


def pods(**spec: Any) -> Document:
    return document(DEPLOYMENT, "w", spec={"template": {"spec": spec}})


def test_a_workload_is_stopped_where_what_it_names_was_not_made() -> None:
    using = pods(volumes=[{"configMap": {"name": "flags"}}])
    then = step(DEPLOYMENT, "w", Verb.APPLY)
    assert why(step(CONFIG_MAP, "flags"), then, using) == (
        "what it names is not there: ConfigMap/web/flags"
    )
    assert why(step(CONFIG_MAP, "flags", Verb.APPLY), then, using) == ""
    assert why(step(CONFIG_MAP, "others"), then, using) == ""
    assert why(step(CONFIG_MAP, "flags"), then, pods()) == ""


def test_an_earlier_wave_that_failed_stops_all_later_ones_and_not_its_own() -> None:
    failed = step(CONFIG_MAP, "a", Verb.APPLY, wave=1)
    assert why(failed, step(CONFIG_MAP, "b", wave=1)) == ""
    assert why(failed, step(CONFIG_MAP, "b")) == ""
    words = f"an earlier wave (1) was not done: {ref(CONFIG_MAP, 'a')}"
    assert why(failed, step(CONFIG_MAP, "b", wave=2)) == words
    other = replace(step(CONFIG_MAP, "b", wave=2), key=Key("blog", ref(CONFIG_MAP, "b")))
    draft = drafted()
    draft.add_app(replace(draft.app(SPEC.name), spec=replace(SPEC, name="blog")))
    assert Failures(draft, [failed]).stopped(other) is None


def test_the_earliest_wave_that_failed_is_the_one_that_counts() -> None:
    failures = Failures(drafted(), [step(CONFIG_MAP, "a", wave=3), step(CONFIG_MAP, "b", wave=-1)])
    found = failures.stopped(step(CONFIG_MAP, "c"))
    assert found is not None
    assert "earlier wave (-1)" in found.problem
