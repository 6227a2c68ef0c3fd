"""What follows a revert in the cluster: the objects and paths that it restates, and no others."""

import json
from dataclasses import replace
from typing import Any

import pytest

from core.model import (
    Document,
    FieldVerdict,
    IgnoreRule,
    KindRef,
    Plan,
    Problem,
    Remedy,
    RevertPlan,
    Step,
    Verb,
)
from core.model.requests import Apply
from core.reconcile.memory.commands import ExecuteRevert
from core.reconcile.memory.effects import CheckAccess, Follow, MakeRevert
from core.reconcile.memory.inputs import ClusterLost
from core.reconcile.memory.results import (
    Confirmed,
    InventoryRead,
    PlanPrepared,
    Reverted,
    RevertPrepared,
)
from tests.core.reconcile.world import (
    CONFIG_MAP,
    SECRET,
    SPEC,
    World,
    applied,
    commit,
    document,
    edited,
    key,
    live,
    questions,
    stated,
    world,
    writes,
)

A = key(CONFIG_MAP, "a")


def stating(name: str, **data: str) -> Document:
    return document(CONFIG_MAP, name, data=data)


def owned(manager: str, *names: str, operation: str = "Update") -> dict[str, Any]:
    fields: dict[str, Any] = {"f:data": {f"f:{name}": {} for name in names}}
    entry = {"manager": manager, "operation": operation, "apiVersion": "v1"}
    return entry | {"fieldsType": "FieldsV1", "fieldsV1": fields}


def world_of(git: dict[str, str], found: dict[str, str], *managed: dict[str, Any]) -> World:
    """One ConfigMap that Git states, and as it is in the cluster; nobody applied it, it seems."""
    made = world()
    made.read(stating("a", **git))
    there = live(CONFIG_MAP, "a", 5, data=found, managed=list(managed))
    made.listing(CONFIG_MAP, [("a", there)])
    made.feed(InventoryRead(SPEC.name, ()))
    return made


def sync_of(made: World, before: Document | None, after: Document | None) -> Plan:
    shown = made.revert((before, after)).sync
    assert shown is not None
    return shown


def paths(step: Step) -> list[str]:
    return [change.path for change in step.changes]


def left(step: Step) -> list[str]:
    return [change.path for change in step.left if change.verdict is FieldVerdict.DRIFT]


def sent(step: Step) -> Any:
    (apply,) = (each for each in step.requests if isinstance(each, Apply))
    return json.loads(apply.body)["data"]


def test_a_pending_commit_of_somebody_else_in_the_same_object_stays_pending() -> None:
    made = world_of({"a": "2", "b": "new"}, {"a": "2", "b": "old"})
    plan = sync_of(made, stating("a", a="2", b="new"), stating("a", a="1", b="new"))
    (step,) = plan.steps
    assert (paths(step), left(step)) == (["data.a"], ["data.b"])
    assert sent(step) == {"a": "1", "b": "old"}


def test_a_hot_fix_in_the_same_object_stays() -> None:
    managed = owned("driftdeck", "a", operation="Apply"), owned("kubectl-set", "b")
    made = world_of({"a": "2", "b": "1"}, {"a": "2", "b": "hot"}, *managed)
    (step,) = sync_of(made, stating("a", a="2", b="1"), stating("a", a="1", b="1")).steps
    assert (paths(step), sent(step)) == (["data.a"], {"a": "1", "b": "hot"})
    (change,) = step.left
    assert change.actor is not None
    assert change.actor.manager == "kubectl-set"


def test_what_others_added_and_what_is_still_to_come_is_not_claimed() -> None:
    managed = owned("driftdeck", "a", operation="Apply"), owned("kubectl-edit", "added")
    made = world_of({"a": "2", "coming": "1"}, {"a": "2", "added": "x"}, *managed)
    (step,) = sync_of(made, stating("a", a="2", coming="1"), stating("a", a="1", coming="1")).steps
    assert sent(step) == {"a": "1"}
    assert edited_of(step) == []
    assert left(step) == ["data.added", "data.coming"]


def edited_of(step: Step) -> list[Any]:
    return [each for each in step.requests if not isinstance(each, Apply)]


def test_a_pending_drop_of_a_field_that_we_own_does_not_happen_by_the_way() -> None:
    managed = owned("driftdeck", "a", "dropped", operation="Apply")
    made = world_of({"a": "2"}, {"a": "2", "dropped": "x"}, managed)
    (step,) = sync_of(made, stating("a", a="2"), stating("a", a="1")).steps
    assert (paths(step), sent(step)) == (["data.a"], {"a": "1", "dropped": "x"})


def test_a_field_that_the_commit_added_goes_whoever_brought_it_into_the_cluster() -> None:
    for manager in ("helm", "argocd-controller", "kubectl-edit"):
        made = world_of({"a": "1", "b": "2"}, {"a": "1", "b": "2"}, owned(manager, "a", "b"))
        (step,) = sync_of(made, stating("a", a="1", b="2"), stating("a", a="1")).steps
        assert paths(step) == ["data.b"]


@pytest.mark.parametrize(("applier", "goes"), [("kubectl", True), ("acme", False)])
def test_what_the_commit_added_and_another_applies_goes_unless_nobody_knows_the_other(
    applier: str, *, goes: bool
) -> None:
    managed = owned(applier, "a", "b", operation="Apply")
    made = world_of({"a": "1", "b": "2"}, {"a": "1", "b": "2"}, managed)
    steps = sync_of(made, stating("a", a="1", b="2"), stating("a", a="1")).steps
    assert [paths(step) for step in steps] == [["data.b"]] * goes


def test_a_field_that_only_looks_like_the_commit_s_stays_with_its_controller() -> None:
    made = world_of(
        {"a": "1", "b": "2"}, {"a": "1", "b": "3"}, owned("kube-controller-manager", "b")
    )
    plan = sync_of(made, stating("a", a="1", b="2"), stating("a", a="1"))
    assert plan.steps == ()


def test_what_a_controller_came_to_by_itself_stays_even_where_git_said_the_same() -> None:
    controller = owned("kube-controller-manager", "b")
    made = world_of({"a": "1", "b": "2"}, {"a": "1", "b": "2"}, controller)
    plan = sync_of(made, stating("a", a="1", b="2"), stating("a", a="1"))
    assert plan.steps == ()
    assert "ConfigMap/web/a: left alone: data.b (kube-controller-manager)" in plan.notes


def test_a_value_that_a_controller_decides_is_left_to_it_and_named() -> None:
    made = world_of({"a": "2"}, {"a": "7"}, owned("kube-controller-manager", "a"))
    plan = sync_of(made, stating("a", a="2"), stating("a", a="1"))
    assert plan.steps == ()
    assert any(note.startswith("ConfigMap/web/a: left alone: data.a (") for note in plan.notes)


def test_a_value_that_a_rule_leaves_alone_is_left_alone_and_the_rule_named() -> None:
    made = world(ignore=(IgnoreRule(pointer="/data/a", source="driftdeck.yaml:9"),))
    made.read(stating("a", a="2"))
    made.listing(CONFIG_MAP, [("a", live(CONFIG_MAP, "a", 5, data={"a": "2"}))])
    made.feed(InventoryRead(SPEC.name, ()))
    plan = sync_of(made, stating("a", a="2"), stating("a", a="1"))
    assert plan.steps == ()
    rule = "ignored by pointer /data/a, driftdeck.yaml:9"
    assert f"ConfigMap/web/a: left alone: data.a ({rule})" in plan.notes


def test_values_that_are_there_already_need_nothing_and_it_is_said() -> None:
    made = world_of({"a": "2"}, {"a": "1"})
    plan = sync_of(made, stating("a", a="2"), stating("a", a="1"))
    assert plan.steps == ()
    assert plan.notes == ("ConfigMap/web/a is already as it will be in Git: nothing to do",)


def test_a_hot_fix_of_the_very_path_is_overruled_and_named() -> None:
    made = world_of({"a": "2"}, {"a": "3"}, owned("kubectl-set", "a"))
    plan = sync_of(made, stating("a", a="2"), stating("a", a="1"))
    assert "overrules kubectl-set in 1 field(s)" in plan.notes
    assert [paths(step) for step in plan.steps] == [["data.a"]]


def test_an_object_that_the_revert_removes_from_git_stays_and_is_named() -> None:
    made = world_of({"a": "1"}, {"a": "1"})
    plan = sync_of(made, stating("a", a="1"), None)
    assert plan.steps == ()
    words = "ConfigMap/web/a is no longer in Git then; it stays in the cluster: nothing is deleted"
    assert words in plan.notes


def test_an_object_that_the_revert_brings_back_is_made() -> None:
    made = world_of({"a": "1"}, {"a": "1"})
    (step,) = sync_of(made, None, stating("b", a="1")).steps
    assert (step.verb, step.key) == (Verb.CREATE, key(CONFIG_MAP, "b"))
    made.feed(ExecuteRevert(7, made.revert((None, stating("b", a="1")))))
    made.feed(Reverted(7, SPEC.name, commit(2).id))
    effects = made.read_through(stating("a", a="1"), stating("b", a="1"), number=2)
    effects += made.recorded(effects)
    assert [stated(write)["data"] for write in writes(effects)] == [{"a": "1"}]


def test_an_object_that_comes_back_and_was_never_deleted_keeps_what_others_added() -> None:
    made = world_of({"z": "1"}, {"a": "2", "added": "x"}, owned("kubectl-edit", "a", "added"))
    made.read(stating("z", a="1"), number=2)
    (step,) = sync_of(made, None, stating("a", a="1")).steps
    assert (step.verb, paths(step), left(step)) == (Verb.APPLY, ["data.a"], ["data.added"])


def test_an_object_that_is_not_in_the_cluster_is_not_made_for_one_field() -> None:
    made = world()
    made.read(stating("a", a="2", b="pending"))
    made.listing(CONFIG_MAP)
    made.feed(InventoryRead(SPEC.name, ()))
    plan = sync_of(made, stating("a", a="2", b="pending"), stating("a", a="1", b="pending"))
    assert plan.steps == ()
    assert "ConfigMap/web/a is not in the cluster: left alone" in plan.notes


def test_other_objects_that_differ_are_named() -> None:
    made = applied("a", "b")
    made.drift("b", 6, data={"a": "9"})
    plan = sync_of(made, stating("a", a="1"), stating("a", a="0"))
    assert "left alone, though not as Git says: ConfigMap/web/b" in plan.notes


def test_a_namespace_that_is_written_out_now_is_no_other_object() -> None:
    made = world_of({"a": "2"}, {"a": "2"})
    bare = Document(CONFIG_MAP, None, "a", stating("a", a="2").body, "a.yaml", 1, 0)
    shown = made.revert((bare, None), (None, stating("a", a="1"))).sync
    assert shown is not None
    assert [paths(step) for step in shown.steps] == [["data.a"]]


def test_what_is_shown_of_a_revert_holds_no_manifest_and_what_runs_does() -> None:
    made = world_of({}, {})
    shown = made.revert((None, stating("b", a="1")))
    assert shown.restated == ()
    (sent,) = [e for e in made.feed(ExecuteRevert(7, shown)) if isinstance(e, MakeRevert)]
    assert sent.plan.restated == ((None, stating("b", a="1")),)


def test_a_revert_that_was_not_shown_is_not_made() -> None:
    made = world_of({}, {})
    shown = made.revert((None, stating("b", a="1")))
    other = replace(shown, parent="0" * 40)
    effects = made.feed(ExecuteRevert(7, other))
    assert not any(isinstance(each, MakeRevert) for each in effects)
    (run,) = made.state.finished
    assert [problem.remedy for problem in run.problems] == [Remedy.LOOK_AGAIN]


def test_secret_values_are_hidden_in_what_is_shown() -> None:
    made = world()
    old: dict[str, Any] = {"data": {"a": "b2xk"}}
    new: dict[str, Any] = {"data": {"a": "bmV3"}}
    made.read(document(SECRET, "s", **new))
    made.listing(SECRET, [("s", live(SECRET, "s", 5, **new))])
    made.feed(InventoryRead(SPEC.name, ()))
    shown = made.revert((document(SECRET, "s", **new), document(SECRET, "s", **old))).sync
    assert shown is not None
    assert "bmV3" not in repr(made.state.answers)
    assert [paths(step) for step in shown.steps] == [["data.a"]]


def test_a_kind_that_only_the_revert_brings_back_is_read_before_it_is_said_what_follows() -> None:
    made = world_of({"a": "1"}, {"a": "1"})
    restated = ((None, document(SECRET, "s", data={})),)
    wanted = RevertPlan(SPEC.name, commit(1), "main", commit(1).id, restated=restated)
    effects = made.feed(RevertPrepared(4, wanted))
    (follow,) = (each for each in effects if isinstance(each, Follow))
    assert SECRET in follow.kinds
    assert 4 not in made.state.answers
    effects = made.listing(SECRET, [("s", live(SECRET, "s", 5, data={}))])
    answer = made.state.answers[4]
    assert isinstance(answer, RevertPlan)
    assert answer.sync is not None
    assert answer.sync.steps == ()


def test_where_the_cluster_is_away_the_revert_says_so() -> None:
    made = world_of({"a": "1"}, {"a": "1"})
    made.feed(ClusterLost("prod", Problem(Remedy.WAIT, "connection refused")))
    shown = made.revert((stating("a", a="1"), stating("a", a="0")))
    assert "connection refused" in str(shown.problem)


def test_what_may_not_be_done_is_said_and_left_out() -> None:
    made = world_of({"a": "2"}, {"a": "2"})
    wanted = RevertPlan(
        SPEC.name,
        commit(1),
        "main",
        commit(1).id,
        restated=((stating("a", a="2"), stating("a", a="1")),),
    )
    (check,) = (e for e in made.feed(RevertPrepared(4, wanted)) if isinstance(e, CheckAccess))
    barred = Plan("prod", tuple(step_with(step, "you may not") for step in check.plan.steps))
    made.feed(PlanPrepared(4, barred))
    shown = made.state.answers[4]
    assert isinstance(shown, RevertPlan)
    made.feed(ExecuteRevert(7, shown), Reverted(7, SPEC.name, commit(2).id))
    assert writes(made.read_through(stating("a", a="1"), number=2)) == []
    assert [str(each) for each in made.run(7).problems] == ["ConfigMap/web/a: you may not"]


def test_what_has_to_go_for_the_sake_of_a_value_is_shown_and_goes() -> None:
    made = world_of({"a": "2"}, {"a": "2", "z": "1"}, owned("kube-controller-manager", "z"))
    pair = (stating("a", a="2"), stating("a", a="1"))
    wanted = RevertPlan(SPEC.name, commit(1), "main", commit(1).id, restated=(pair,))
    (check,) = (e for e in made.feed(RevertPrepared(4, wanted)) if isinstance(e, CheckAccess))
    trial = check.trials[A]
    assert (trial.live.resource_version, json.loads(trial.desired.body)["data"]) == (
        "5",
        {"a": "1"},
    )
    assert [paths(step) for step in check.plan.steps] == [["data.a"]]
    made.feed(PlanPrepared(4, check.plan, {A: ("data.z",)}))
    shown = made.state.answers[4]
    assert isinstance(shown, RevertPlan)
    assert shown.sync is not None
    assert [paths(step) for step in shown.sync.steps] == [["data.a", "data.z"]]
    made.feed(ExecuteRevert(7, shown), Reverted(7, SPEC.name, commit(2).id))
    effects = made.read_through(stating("a", a="1"), number=2)
    effects += made.recorded(effects)
    (write,) = writes(effects)
    assert any("z" in str(each) for each in edited(write))


def step_with(step: Step, problem: str) -> Step:
    return Step(step.key, step.kind, step.verb, step.stamp, step.changes, problem)


# What is remembered -------------------------------------------------------------------------------


def reverted(made: World, before: Document, after: Document, version: int = 6) -> World:
    """The revert of one object, carried out."""
    for question in questions(made.effects):
        made.agree(question)
    made.feed(ExecuteRevert(7, made.revert((before, after))))
    made.feed(Reverted(7, SPEC.name, commit(2).id))
    effects = made.read_through(after, number=2)
    effects += made.recorded(effects)
    (write,) = writes(effects)
    made.recorded(made.accept(write, version))
    return made


def test_only_what_was_done_is_told() -> None:
    made = world_of({"a": "2", "b": "1"}, {"a": "2", "b": "hot"}, owned("kubectl-set", "b"))
    reverted(made, stating("a", a="2", b="1"), stating("a", a="1", b="1"))
    (synced,) = (event for event in made.state.events if event.name == "synced")
    assert [change.path for change in synced.changes] == ["data.a"]


def test_an_object_that_is_as_git_says_but_for_others_counts_as_applied() -> None:
    made = applied("a", git={"data": {"a": "2", "b": "1"}})
    hot = live(CONFIG_MAP, "a", 6, data={"a": "2", "b": "hot"}, managed=[owned("kubectl-set", "b")])
    made.change(CONFIG_MAP, "a", hot)
    reverted(made, stating("a", a="2", b="1"), stating("a", a="1", b="1"), 7)
    app = made.state.apps[SPEC.name]
    assert app.stored[A.ref].digest == app.desired[A.ref].digest


def test_an_object_with_a_commit_still_to_come_does_not_count_as_applied() -> None:
    made = applied("a", git={"data": {"a": "2", "b": "1"}})
    before = made.state.apps[SPEC.name].stored[A.ref].digest
    pending = stating("a", a="2", b="new")
    made.read(pending, number=1)
    reverted(made, pending, stating("a", a="1", b="new"))
    assert made.state.apps[SPEC.name].stored[A.ref].digest == before


def test_what_the_server_said_of_a_field_that_stays_is_kept() -> None:
    made = world_of({"a": "2", "b": "1"}, {"a": "2", "b": "hot"})
    question = questions(made.effects)[0]
    refused = Confirmed(A, question.desired, question.live, None, "no", ("data.b",), 422)
    made.feed(refused)
    (step,) = sync_of(made, stating("a", a="2", b="1"), stating("a", a="1", b="1")).steps
    assert paths(step) == ["data.a"]
    assert [(each.path, each.healable, each.note) for each in step.left] == [
        ("data.b", False, "no")
    ]


def test_of_an_object_whose_kind_is_not_served_a_revert_says_so() -> None:
    made = world_of({"a": "2"}, {"a": "2"})
    widget = document(KindRef("acme.example/v1", "Widget"), "w", spec={})
    plan = sync_of(made, None, widget)
    assert plan.steps == ()
    assert "the cluster serves no Widget in acme.example/v1: left alone" in plan.notes
