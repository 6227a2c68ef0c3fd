"""Clusters that the settings keep as they are: all is shown, nothing is written."""

from dataclasses import replace

from core.model import AppSpec, ClusterSpec, Remedy, Verdict
from core.reconcile.memory.commands import SetWriting
from core.reconcile.memory.effects import Effect, WriteInventory
from core.reconcile.memory.inputs import ClusterFound, SchemaRead, SourceRead
from core.reconcile.memory.results import InventoryRead
from core.reconcile.memory.state import initial
from tests.core.reconcile.world import (
    CONFIG_MAP,
    PLURALS,
    RESOURCES,
    SCHEMAS,
    SPEC,
    World,
    commit,
    document,
    live,
    questions,
    writes,
)

LAB: AppSpec = replace(SPEC, name="lab", cluster="lab")
KEPT = "cluster prod is read_only in the settings"


def world() -> World:
    """Two clusters, one of which is kept, each with an app that is healed and has drifted."""
    clusters = (ClusterSpec(name="prod", read_only=True), ClusterSpec(name="lab"))
    apps = SPEC, LAB
    state = initial(apps, clusters, healing=True, writing=True, digest_key=b"d", mask_key=b"m")
    made = World(state)
    for name in ("prod", "lab"):
        uid = f"uid-{name}"
        made.feed(ClusterFound(name, name, f"https://{name}", "v1.37.2", "web", RESOURCES, "", uid))
        made.feed(*(SchemaRead(name, kind, SCHEMAS[kind]) for kind in PLURALS))
    return made


def apart(made: World, app: str) -> list[Effect]:
    """Let an app's one object be another than Git states."""
    stated = document(CONFIG_MAP, "a", data={"a": "1"})
    cluster = made.state.apps[app].spec.cluster
    made.feed(SourceRead(app, commit(), (stated,), ()), InventoryRead(app, ()))
    effects = made.listed(cluster, CONFIG_MAP, [("a", live(CONFIG_MAP, "a", 5, data={"a": "2"}))])
    for question in questions(effects):
        effects += made.agree(question)
    return effects


def test_a_kept_cluster_shows_its_drift_and_is_not_healed_and_the_other_one_is() -> None:
    made = world()
    kept, healed = apart(made, "shop"), apart(made, "lab")
    assert made.row("a").verdict is Verdict.DRIFTED
    clusters = [effect.cluster for effect in (*kept, *healed) if isinstance(effect, WriteInventory)]
    assert writes(kept) == []
    assert clusters == ["lab"]


def test_a_plan_for_a_kept_cluster_says_why_nothing_of_it_can_be_done() -> None:
    made = world()
    apart(made, "shop")
    plan = made.plan("a")
    assert [step.problem for step in plan.steps] == [KEPT]
    assert plan.runnable == ()
    forced = replace(plan, steps=tuple(replace(step, problem="") for step in plan.steps))
    assert writes(made.execute(forced)) == []
    (problem,) = made.run(1).problems
    assert (problem.remedy, problem.words) == (Remedy.GRANT, KEPT)


def test_allowing_to_write_does_not_allow_it_there() -> None:
    made = world()
    apart(made, "shop")
    effects = made.feed(SetWriting(enabled=False), SetWriting(enabled=True))
    assert [each for each in effects if isinstance(each, WriteInventory)] == []
