"""A CustomResourceDefinition and its resources in one folder: one plan, one run."""

from dataclasses import replace

import pytest

from core.model import Key, KindRef, ObjectRef, Plan, Remedy, Resource, Verdict
from core.reconcile.memory.commands import Execute, PreparePlan
from core.reconcile.memory.effects import CheckAccess, Effect, Perform
from core.reconcile.memory.inputs import ClusterFound, KindListed, SchemaRead, Tick
from core.reconcile.memory.results import InventoryRead
from core.reconcile.sides.promises import DEFINITION, promises
from tests.core.reconcile.acting.order.apps import Apps
from tests.core.reconcile.world import (
    CONFIG_MAP,
    RESOURCES,
    SCHEMAS,
    SPEC,
    World,
    commit,
    document,
    world,
)

WIDGET = KindRef("x.io/v1", "Widget")
CRDS = Resource(DEFINITION, "customresourcedefinitions", namespaced=False, has_status=True)
WIDGETS = Resource(WIDGET, "widgets", namespaced=False, has_status=True)
SERVED = {**RESOURCES, DEFINITION: CRDS}
DEFINED = document(
    DEFINITION,
    "widgets.x.io",
    spec={
        "group": "x.io",
        "names": {"kind": "Widget", "plural": "widgets"},
        "scope": "Cluster",
        "versions": [
            {"name": "v1", "served": True, "subresources": {"status": {}}},
            {"name": "v2", "served": False},
        ],
    },
)
STATED = replace(document(WIDGET, "one", spec={"size": 1}), line=7)
CRD_KEY = Key(SPEC.name, ObjectRef("apiextensions.k8s.io", DEFINITION.kind, "", "widgets.x.io"))
WIDGET_KEY = Key(SPEC.name, ObjectRef("x.io", "Widget", "", "one"))


def found(resources: dict[KindRef, Resource]) -> ClusterFound:
    return ClusterFound("prod", "ctx", "https://prod", "v1.37.2", "default", resources)


def waiting(*, healing: bool = False) -> World:
    """A world where Git has both, and the cluster neither."""
    made = world(healing=healing)
    made.feed(found(SERVED), SchemaRead("prod", DEFINITION, None))
    made.read(DEFINED, STATED)
    made.feed(KindListed("prod", DEFINITION, {}), InventoryRead(SPEC.name, ()))
    return made


def plan_of(made: World) -> tuple[Plan, CheckAccess]:
    effects = made.feed(PreparePlan(1, frozenset({CRD_KEY, WIDGET_KEY})))
    (check,) = [e for e in effects if isinstance(e, CheckAccess)]
    return check.plan, check


def applies(effects: list[Effect]) -> list[Key]:
    return [e.key for e in effects if isinstance(e, Perform)]


def serve(made: World) -> list[Effect]:
    """The kind is served, and a moment later described."""
    early = made.feed(
        found({**SERVED, WIDGET: WIDGETS}),
        SchemaRead("prod", WIDGET, None),
        KindListed("prod", WIDGET, {}),
    )
    assert applies(early) == []
    return made.feed(SchemaRead("prod", WIDGET, SCHEMAS[CONFIG_MAP]))


def test_what_a_definition_promises_is_read_from_it() -> None:
    assert promises({DEFINITION: (DEFINED,)}, {WIDGET}) == {WIDGET: WIDGETS}
    assert promises({DEFINITION: (DEFINED,)}, {KindRef("x.io/v2", "Widget")}) == {}
    assert promises({DEFINITION: (document(DEFINITION, "odd", spec=[1]),)}, {WIDGET}) == {}


def test_an_object_whose_definition_is_in_git_too_is_missing() -> None:
    made = waiting()
    row = made.state.rows[WIDGET_KEY]
    assert (row.verdict, row.cause) == ("missing", "git_ahead")
    assert made.complete()


def test_without_a_definition_the_kind_is_not_served() -> None:
    made = world()
    made.read(STATED)
    made.feed(InventoryRead(SPEC.name, ()))
    (row,) = made.state.rows.values()
    assert row.reason.startswith("not-served")


def test_one_plan_names_both_and_may_both() -> None:
    plan, check = plan_of(waiting())
    assert [step.key for step in plan.steps] == [CRD_KEY, WIDGET_KEY]
    assert check.resources[WIDGET] == WIDGETS


def test_the_resource_is_applied_as_soon_as_its_kind_is_served() -> None:
    made = waiting()
    effects = made.recorded(made.feed(Execute(1, plan_of(made)[0])))
    assert applies(effects) == [CRD_KEY]
    assert applies(made.recorded(made.accept(effects[0], 10))) == []
    effects = serve(made)
    assert applies(effects) == [WIDGET_KEY]
    made.recorded(made.accept(next(e for e in effects if isinstance(e, Perform)), 11))
    assert made.state.finished[-1].problems == ()


def test_healing_makes_one_run_of_both() -> None:
    made = waiting(healing=True)
    effects = made.recorded(made.effects)
    assert applies(effects) == [CRD_KEY]
    made.accept(next(e for e in effects if isinstance(e, Perform)), 10)
    assert applies(serve(made)) == [WIDGET_KEY]


@pytest.mark.parametrize("moved", [False, True], ids=["never served", "Git moved meanwhile"])
def test_a_step_that_cannot_follow_is_left_and_said(moved: bool) -> None:
    made = waiting()
    effects = made.recorded(made.feed(Execute(1, plan_of(made)[0])))
    made.recorded(made.accept(effects[0], 10))
    if moved:
        made.read(DEFINED, document(WIDGET, "one", spec={"size": 2}), number=2)
        assert made.state.apps[SPEC.name].source is not None
        assert made.state.apps[SPEC.name].source.revision == commit(2)  # type: ignore[union-attr]
    made.now += 40.0
    made.recorded(made.feed(Tick()))
    (run,) = made.state.finished
    assert "does not serve Widget yet" in str(run.problems[0])
    assert [each.remedy for each in run.problems] == [Remedy.LOOK_AGAIN]


def test_a_definition_without_names_promises_nothing() -> None:
    versions = [{"name": "v1", "served": True}]
    spec = {"group": "x.io", "names": {"kind": "Widget"}, "versions": versions}
    broken = document(DEFINITION, "widgets.x.io", spec=spec)
    assert promises({DEFINITION: (broken,)}, {WIDGET}) == {}


def test_an_object_whose_definition_comes_along_says_why_it_is_missing() -> None:
    row = waiting().state.rows[WIDGET_KEY]
    assert row.reason == "its kind is defined in Git, and not applied yet"
    assert (row.file, row.line) == (STATED.file, STATED.line)


# A kind that another app defines ------------------------------------------------------------------


def two(*, only: str = "") -> Apps:
    made = Apps.begun(only=only)
    made.feed(found(SERVED), SchemaRead("prod", DEFINITION, None))
    return made


@pytest.mark.parametrize("first", ["web", "infra"])
def test_a_kind_that_another_app_defines_is_to_come_whichever_was_read_first(first: str) -> None:
    made = two()
    folders = {"web": STATED, "infra": DEFINED}
    for app in sorted(folders, key=lambda name: name != first):
        made.states(app, folders[app])
    made.empty()
    made.feed(KindListed("prod", DEFINITION, {}))
    one = Key("web", WIDGET_KEY.ref)
    assert made.state.rows[one].verdict is Verdict.MISSING
    plan = made.plan_for(one, Key("infra", CRD_KEY.ref))
    assert [(step.key.app, step.stage) for step in plan.steps] == [("infra", 0), ("web", 1)]


def test_a_kind_that_another_app_defines_no_more_is_not_served() -> None:
    made = two()
    made.states("web", STATED)
    made.states("infra", DEFINED)
    made.empty()
    made.states("infra", number=2)
    (row,) = (row for one, row in made.state.rows.items() if one.app == "web")
    assert row.reason.startswith("not-served")


def test_an_app_that_is_not_written_here_promises_nothing() -> None:
    made = two(only="web")
    made.states("infra", DEFINED)
    made.states("web", STATED)
    made.empty()
    (row,) = (row for one, row in made.state.rows.items() if one.app == "web")
    assert row.reason.startswith("not-served")
