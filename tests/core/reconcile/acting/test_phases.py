"""A run phase by phase: what each phase waits for, what it writes, and how the run ends."""

from dataclasses import replace
from typing import Any

import pytest

from core.model import (
    Document,
    EventName,
    KindRef,
    Plan,
    Problem,
    Remedy,
    Resource,
    Verdict,
)
from core.reconcile.acting.reverts import READ_WITHIN_S
from core.reconcile.acting.runs import SERVED_WITHIN_S
from core.reconcile.memory.commands import Execute, ExecuteRevert, PreparePlan, SetWriting
from core.reconcile.memory.effects import (
    CheckAccess,
    Effect,
    FindRevert,
    MakeRevert,
    ReadSource,
    WriteInventory,
)
from core.reconcile.memory.inputs import ClusterFound, SchemaRead, SourceLost
from core.reconcile.memory.phases import Applying, Enlisting, Phase, Settling, Waiting
from core.reconcile.memory.results import InventoryRead, InventoryWritten, Reverted, RevertFound
from core.reconcile.memory.state import AppState
from tests.core.reconcile.world import (
    CONFIG_MAP,
    NAMESPACE,
    RESOURCES,
    SPEC,
    World,
    alarms,
    applied,
    commit,
    document,
    key,
    live,
    questions,
    ref,
    world,
    writes,
    written,
)

A, B, WEB = key(CONFIG_MAP, "a"), key(CONFIG_MAP, "b"), key(NAMESPACE, "web")
GOOD: dict[str, Any] = {"data": {"a": "1"}}
BAD: dict[str, Any] = {"data": {"a": "2"}}


def phase(made: World, run: int = 1) -> type[Phase]:
    """The phase that a run is in."""
    return type(made.state.runs[run].phase)


def app(made: World) -> AppState:
    return made.state.apps[SPEC.name]


def missing(*, writing: bool = True) -> World:
    """A namespace, a ConfigMap and another one in Git, and nothing in the cluster."""
    made = world(writing=writing)
    stated = (document(CONFIG_MAP, "a", **GOOD), document(CONFIG_MAP, "b", **GOOD))
    made.read(*stated, document(NAMESPACE, "web"))
    made.listing(CONFIG_MAP)
    made.listing(NAMESPACE)
    made.feed(InventoryRead(SPEC.name, ()))
    return made


def plan_of_all(made: World) -> Plan:
    effects = made.feed(PreparePlan(1, frozenset(made.state.rows)))
    return next(each.plan for each in effects if isinstance(each, CheckAccess))


def drifted(*names: str) -> World:
    made = applied(*names)
    for name in names:
        made.drift(name, 6, **BAD)
    return made


def problems(made: World, run: int = 1) -> list[str]:
    return [str(problem) for problem in made.run(run).problems]


def records(effects: list[Effect]) -> list[WriteInventory]:
    return [effect for effect in effects if isinstance(effect, WriteInventory)]


# Before it begins ---------------------------------------------------------------------------------


def test_a_plan_of_nothing_ends_at_once() -> None:
    made = applied("a")
    assert made.feed(Execute(1, Plan("prod", ()))) == []
    assert (made.run(1).total, made.run(1).finished, made.run(1).problems) == (0, True, ())


def test_a_session_that_may_not_write_says_so_and_keeps_no_run() -> None:
    made = missing(writing=False)
    plan = made.plan("a")
    assert written(made.execute(plan)) == []
    assert problems(made) == ["read-only: writing is not allowed in this session"]
    assert made.run(1).problems[0].remedy is Remedy.GRANT
    assert not made.state.runs
    made.feed(SetWriting(enabled=True))
    assert written(made.execute(plan, run=2)) == [A]


@pytest.mark.parametrize("change", ["version", "deleted", "git", "git dropped"])
def test_a_plan_is_refused_whole_when_one_of_its_objects_moved(change: str) -> None:
    made = drifted("a", "b")
    plan = made.plan("a", "b")
    if change == "version":
        made.change(CONFIG_MAP, "b", live(CONFIG_MAP, "b", 7, **BAD))
    elif change == "deleted":
        made.change(CONFIG_MAP, "b", None)
    else:
        stated = [document(CONFIG_MAP, "a", **GOOD)]
        stated += [document(CONFIG_MAP, "b", data={"a": "9"})] if change == "git" else []
        made.read(*stated, number=2)
    assert written(made.execute(plan)) == []
    assert problems(made) == [f"{B.ref}: changed since the plan was made; look again"]
    assert made.run(1).problems[0].remedy is Remedy.LOOK_AGAIN
    assert made.row("a").calling is False


def test_a_plan_of_another_version_of_the_same_object_is_refused() -> None:
    made = drifted("a")
    plan = made.plan("a")
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, uid="u2", **BAD))
    assert written(made.execute(plan)) == []


def test_a_new_commit_that_states_the_object_as_before_does_not_outdate_its_plan() -> None:
    made = drifted("a")
    plan = made.plan("a")
    made.read(document(CONFIG_MAP, "a", **GOOD), number=2)
    assert written(made.execute(plan)) == [A]


def test_steps_that_may_not_be_done_are_left_out_and_said() -> None:
    made = drifted("a", "b")
    first, second = made.plan("a", "b").steps
    barred = replace(first, problem="you may not patch configmaps")
    plan = made.plan("a", "b")
    effects = made.execute(Plan(plan.cluster, (barred, second), plan.revisions))
    assert written(effects) == [B]
    made.accept(writes(effects)[0], 8)
    assert problems(made) == [f"{A.ref}: you may not patch configmaps"]
    assert (made.run(1).total, made.run(1).done) == (2, 1)


# Enlisting ----------------------------------------------------------------------------------------


def test_nothing_is_written_before_the_inventory_holds_all_that_will_be() -> None:
    made = missing()
    effects = made.feed(Execute(1, made.plan("a", "b")))
    assert phase(made) is Enlisting
    (record,) = records(effects)
    assert [row.ref for row in record.rows] == [A.ref, B.ref]
    assert {(row.uid, row.digest) for row in record.rows} == {(None, None)}
    assert written(made.wait(100.0)) == []
    assert [made.row(name).calling for name in ("a", "b")] == [True, True]
    assert written(made.feed(InventoryWritten(SPEC.name, record.rows))) == [A, B]
    assert phase(made) is Applying


def test_what_the_inventory_holds_already_is_not_written_to_it_again() -> None:
    made = drifted("a")
    effects = made.feed(Execute(1, made.plan("a")))
    assert records(effects) == []
    assert written(effects) == [A]


def test_two_runs_that_enlist_at_the_same_time_wait_for_one_write_after_the_other() -> None:
    made = missing()
    first = records(made.feed(Execute(1, made.plan("a"))))
    second = records(made.feed(Execute(2, made.plan("b"))))
    assert (len(first), second) == (1, [])
    effects = made.recorded(list(first))
    assert [[row.ref for row in record.rows] for record in records(effects)] == [[A.ref, B.ref]]
    assert written(effects) == []  # neither begins before the cluster holds what it enlisted
    assert written(made.recorded(effects)) == [A, B]


def test_an_inventory_that_cannot_be_written_holds_nothing_up_and_is_said() -> None:
    made = missing()
    effects = made.feed(Execute(1, made.plan("a")))
    assert written(made.recorded(effects, "you may not write configmaps")) == [A]
    assert app(made).inventory_problem
    assert app(made).storing is None


def test_an_object_that_moved_while_the_run_enlisted_is_left_as_it_is() -> None:
    made = missing()
    effects = made.feed(Execute(1, made.plan("a", "b")))
    (asked,) = questions(made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 7, **BAD)))
    effects = made.recorded(effects)
    assert written(effects) == [B]
    made.agree(asked)
    made.recorded(made.accept(writes(effects)[0], 8))
    assert problems(made) == [f"{A.ref}: changed meanwhile; left as it is"]
    assert made.run(1).problems[0].remedy is Remedy.LOOK_AGAIN
    assert (made.run(1).total, made.run(1).done) == (2, 1)
    assert made.row("a").calling is False


def test_an_object_that_git_gave_up_while_the_run_enlisted_is_forgotten_by_it() -> None:
    made = missing()
    effects = made.feed(Execute(1, made.plan("a")))
    made.read(document(CONFIG_MAP, "b", **GOOD), document(NAMESPACE, "web"), number=2)
    made.recorded(made.recorded(effects))
    assert problems(made) == [f"{A.ref}: changed meanwhile; left as it is"]
    assert made.subject("a") is None


# Applying -----------------------------------------------------------------------------------------


def test_contents_wait_for_their_containers() -> None:
    made = missing()
    effects = made.recorded(made.feed(Execute(1, plan_of_all(made))))
    assert written(effects) == [WEB]
    effects = made.accept(writes(effects)[0], 8)
    assert written(effects) == [A, B]


def test_each_stage_is_recorded_and_a_record_that_failed_is_tried_before_the_next() -> None:
    made = missing()
    first = made.feed(Execute(1, plan_of_all(made)))
    refused = "the namespace web does not exist"
    effects = made.accept(writes(made.recorded(first, refused))[0], 8)
    (record,) = records(effects)
    assert {row.ref.name: row.uid for row in record.rows} == {"a": None, "b": None, "web": "u1"}
    assert written(effects) == []
    assert written(made.recorded(effects, refused)) == [A, B]


def test_contents_are_stopped_with_a_word_where_their_container_was_refused() -> None:
    made = missing()
    effects = made.recorded(made.feed(Execute(1, plan_of_all(made))))
    effects = made.refuse(writes(effects)[0], "you may not create namespaces")
    assert written(effects) == []
    made.recorded(effects)
    assert problems(made) == [
        f"{WEB.ref}: web.yaml:1: you may not create namespaces",
        f"{A.ref}: its namespace is not there: {WEB.ref}",
        f"{B.ref}: its namespace is not there: {WEB.ref}",
    ]
    assert (made.run(1).done, made.run(1).total) == (0, 3)
    assert [problem.stopped for problem in made.run(1).problems] == [False, True, True]


def test_a_webhook_that_nobody_answers_for_yet_is_waited_for_once_a_second() -> None:
    made = missing()
    words = 'Internal error occurred: failed calling webhook "w": connection refused'
    effects = made.execute(made.plan("a"))
    for _ in range(3):
        (sent,) = writes(effects)
        assert written(made.refuse(sent, words, remedy=Remedy.WAIT)) == []
        assert written(made.wait(0.5)) == []
        effects = made.wait(0.5)
    made.recorded(made.accept(writes(effects)[0], 8))
    assert (made.run(1).done, problems(made)) == (1, [])
    assert "sync_failed" not in made.events()


@pytest.mark.parametrize(
    ("words", "later_s"), [("failed calling webhook", 40.0), ("connection refused", 0.0)]
)
def test_a_webhook_is_not_waited_for_without_end_and_nothing_else_is(
    words: str, later_s: float
) -> None:
    made = missing()
    (sent,) = writes(made.execute(made.plan("a")))
    made.now += later_s
    made.recorded(made.refuse(sent, words, remedy=Remedy.WAIT))
    assert problems(made) == [f"{A.ref}: a.yaml:1: {words}"]


def test_the_next_stage_waits_for_the_last_answer_of_this_one() -> None:
    made = missing()
    made.read(
        document(CONFIG_MAP, "a", **GOOD), document(NAMESPACE, "web"), document(NAMESPACE, "x")
    )
    effects = made.feed(Execute(1, plan_of_all(made)))
    first, second = writes(made.recorded(effects))
    assert {first.key.ref.name, second.key.ref.name} == {"web", "x"}
    assert written(made.accept(second, 8)) == []
    assert written(made.wait(10.0)) == []
    assert written(made.accept(first, 9)) == [A]


def test_the_answers_of_a_run_count_what_is_done() -> None:
    made = drifted("a", "b")
    first, second = writes(made.execute(made.plan("a", "b")))
    made.accept(first, 8)
    assert made.state.runs[1].shown.done == 1
    made.refuse(second, "webhook says no")
    assert made.run(1).done == 1
    assert problems(made) == [f"{B.ref}: b.yaml:1: webhook says no"]


def test_every_refusal_is_kept_in_the_order_in_which_they_came() -> None:
    made = drifted("a", "b")
    first, second = writes(made.execute(made.plan("a", "b")))
    made.refuse(second, "no quota", remedy=Remedy.WAIT)
    made.refuse(first, "no right", remedy=Remedy.GRANT)
    assert [problem.remedy for problem in made.run(1).problems] == [Remedy.WAIT, Remedy.GRANT]
    assert problems(made) == [
        f"{B.ref}: b.yaml:1: no quota",
        f"{A.ref}: a.yaml:1: no right",
    ]


def test_a_step_waits_for_the_dry_run_of_its_object_and_goes_with_its_answer() -> None:
    made = drifted("a")
    plan = made.plan("a")
    (asked,) = questions(made.feed(SchemaRead("prod", CONFIG_MAP, None)))
    assert written(made.feed(Execute(1, plan))) == []
    assert written(made.agree(asked)) == [A]


def test_two_runs_of_one_object_never_have_two_writes_in_flight() -> None:
    made = drifted("a")
    plan = made.plan("a")
    first = writes(made.execute(plan, run=1))
    assert written(made.execute(plan, run=2)) == []
    effects = made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 8, **GOOD))
    effects += made.accept(first[0], 8)
    assert written(effects) == []
    assert problems(made, 1) == []
    assert problems(made, 2) == []
    assert made.run(2).already == (f"{A.ref}: already so",)


# Kinds that an earlier step defines ---------------------------------------------------------------


WIDGET = KindRef("acme.example/v1", "Widget")
CRD = KindRef("apiextensions.k8s.io/v1", "CustomResourceDefinition")


def definition() -> Document:
    names = {"kind": "Widget", "plural": "widgets"}
    versions = [{"name": "v1", "served": True, "storage": True}]
    spec = {"group": "acme.example", "names": names, "scope": "Namespaced", "versions": versions}
    return document(CRD, "widgets.acme.example", spec=spec)


def coming() -> tuple[World, list[Effect]]:
    """A run whose definition was accepted and whose resource waits for the kind."""
    made = world()
    definitions = Resource(CRD, "customresourcedefinitions", namespaced=False, has_status=True)
    served = {**RESOURCES, CRD: definitions}
    made.feed(
        ClusterFound("prod", "ctx", "https://prod", "v1.37.2", "default", served),
        SchemaRead("prod", CRD, None),
    )
    made.read(definition(), document(WIDGET, "w", spec={}))
    made.listing(CRD)
    made.feed(InventoryRead(SPEC.name, ()))
    effects = made.recorded(made.feed(Execute(1, plan_of_all(made))))
    assert [each.ref.kind for each in written(effects)] == ["CustomResourceDefinition"]
    effects = made.accept(writes(effects)[0], 8)
    made.recorded(effects)
    return made, effects


def test_a_step_whose_kind_is_still_to_come_asks_to_be_woken_when_its_patience_ends() -> None:
    made, effects = coming()
    assert written(effects) == []
    assert made.now + SERVED_WITHIN_S in alarms(effects)


def test_a_kind_that_does_not_come_in_time_ends_the_run_and_is_named() -> None:
    made, _ = coming()
    assert written(made.wait(SERVED_WITHIN_S - 1)) == []
    assert made.state.runs
    made.recorded(made.wait(1.0))
    (problem,) = problems(made)
    assert problem.endswith("the cluster does not serve Widget yet; left as it is")
    assert made.run(1).done == 1
    assert made.state.rows[key(WIDGET, "w")].calling is False


# Settling -----------------------------------------------------------------------------------------


def test_a_run_ends_when_what_became_of_it_is_stored() -> None:
    made = missing()
    effects = made.recorded(made.feed(Execute(1, made.plan("a"))))
    effects = made.accept(writes(effects)[0], 8)
    assert phase(made) is Settling
    (record,) = records(effects)
    assert [(row.ref, row.uid) for row in record.rows] == [(A.ref, "u1")]
    assert record.rows[0].digest == app(made).desired[A.ref].digest
    made.recorded(list(effects))
    assert not made.state.runs
    assert made.run(1).finished


def test_a_run_ends_too_when_it_cannot_be_stored() -> None:
    made = missing()
    effects = made.recorded(made.feed(Execute(1, made.plan("a"))))
    made.recorded(made.accept(writes(effects)[0], 8), "you may not write configmaps")
    assert made.run(1).finished
    assert problems(made) == []


def test_runs_that_ended_are_kept_the_newest_twenty() -> None:
    made = applied("a")
    for number in range(1, 26):
        made.feed(Execute(number, Plan("prod", ())))
    assert [run.id for run in made.state.finished] == list(range(6, 26))


# Waiting: a revert --------------------------------------------------------------------------------


def stating(name: str, value: str) -> Document:
    return document(CONFIG_MAP, name, data={"a": value})


def reverting(made: World, number: int = 7, *, to: str = "5") -> list[Effect]:
    """A person accepts the revert that gives *a* back its old value."""
    shown = made.revert((stating("a", "1"), stating("a", to)))
    return made.feed(ExecuteRevert(number, shown))


def test_a_revert_makes_its_commit_and_waits_for_it() -> None:
    made = applied("a")
    effects = reverting(made)
    assert [(each.run, each.plan.app) for each in effects if isinstance(each, MakeRevert)] == [
        (7, SPEC.name)
    ]
    assert phase(made, 7) is Waiting
    made.wait(1000.0)
    assert phase(made, 7) is Waiting


def test_a_commit_on_a_branch_of_its_own_ends_the_run_and_nothing_is_sent() -> None:
    made = applied("a")
    shown = made.revert((stating("a", "1"), stating("a", "5")), begins=True)
    effects = made.feed(ExecuteRevert(7, shown), Reverted(7, SPEC.name, commit(2).id))
    assert not writes(effects)
    run = made.run(7)
    assert (run.finished, run.revision, run.problems) == (True, commit(2).id, ())
    assert not writes(made.read_through(stating("a", "1"), number=3))


def test_a_way_back_is_a_rollback_by_name() -> None:
    made = applied("a")
    shown = made.revert((stating("a", "1"), stating("a", "5")), restores="shop")
    made.feed(ExecuteRevert(7, shown), Reverted(7, SPEC.name, commit(2).id))
    (write,) = writes(made.read_through(stating("a", "5"), number=2))
    assert made.state.runs[7].shown.what == "rollback"
    assert write.key.ref.name == "a"


def test_in_a_read_only_session_no_revert_is_made() -> None:
    made = applied("a")
    made.feed(SetWriting(enabled=False))
    assert reverting(made) == []
    assert problems(made, 7) == ["read-only: writing is not allowed in this session"]
    assert (made.run(7).what, made.run(7).finished) == ("revert", True)


def test_no_commit_is_made_where_the_cluster_is_no_longer_what_was_shown() -> None:
    made = applied("a")
    shown = made.revert((stating("a", "1"), stating("a", "5")))
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, data={"a": "9"}))
    assert [
        each for each in made.feed(ExecuteRevert(7, shown)) if isinstance(each, MakeRevert)
    ] == []
    assert problems(made, 7) == ["ConfigMap/web/a: changed since the plan was made; look again"]


def test_another_version_of_an_object_that_is_the_same_for_the_revert_does_not_matter() -> None:
    made = applied("a")
    shown = made.revert((stating("a", "1"), stating("a", "5")))
    moved = live(CONFIG_MAP, "a", 6, data={"a": "1"}, status={"seen": True})
    made.change(CONFIG_MAP, "a", moved)
    made.feed(ExecuteRevert(7, shown), Reverted(7, SPEC.name, commit(2).id))
    (write,) = writes(made.read_through(stating("a", "5"), number=2))
    assert write.live == moved


def test_once_the_commit_exists_git_is_read_again_and_it_is_told() -> None:
    made = applied("a")
    reverting(made)
    effects = made.feed(Reverted(7, SPEC.name, commit(2).id))
    assert [each for each in effects if isinstance(each, ReadSource)] == [ReadSource(SPEC.name)]
    assert made.told(EventName.REVERTED) == ["revert commit made"]
    assert made.state.events[-1].revision == commit(2).id
    assert made.state.runs[7].shown.revision == commit(2).id


def test_a_revert_does_what_was_shown_once_its_app_was_read_at_the_commit() -> None:
    made = applied("a")
    reverting(made)
    made.feed(Reverted(7, SPEC.name, commit(2).id))
    effects = made.read_through(stating("a", "5"), number=2)
    assert written(effects) == [A]
    made.recorded(made.accept(writes(effects)[0], 20))
    assert (made.run(7).revision, made.run(7).problems, made.run(7).done) == (commit(2).id, (), 1)


def test_where_git_moved_past_the_revert_it_is_asked_whether_it_is_still_in_there() -> None:
    made = applied("a", "b")
    reverting(made)
    made.feed(Reverted(7, SPEC.name, commit(2).id))
    effects = made.read_through(stating("a", "5"), stating("b", "7"), number=3)
    assert FindRevert(7, SPEC.name, commit(2).id, commit(3).id) in effects
    assert written(effects) == []
    assert written(made.feed(RevertFound(7, commit(3).id, there=True))) == [A]


def test_a_commit_that_restates_the_object_of_the_revert_leaves_it_alone() -> None:
    made = applied("a")
    reverting(made)
    made.feed(Reverted(7, SPEC.name, commit(2).id))
    made.read_through(stating("a", "8"), number=3)
    assert written(made.feed(RevertFound(7, commit(3).id, there=True))) == []
    assert problems(made, 7) == ["ConfigMap/web/a: changed meanwhile; left as it is"]


def test_a_branch_that_was_set_back_ends_the_run_in_words() -> None:
    made = applied("a")
    reverting(made)
    made.feed(Reverted(7, SPEC.name, commit(2).id))
    made.read_through(stating("a", "8"), number=3)
    assert written(made.feed(RevertFound(7, commit(3).id, there=False))) == []
    (words,) = problems(made, 7)
    assert "nothing done in the cluster, for the branch is at" in words


def test_a_folder_that_cannot_be_read_at_the_revert_ends_the_run_in_words() -> None:
    made = applied("a")
    reverting(made)
    made.feed(Reverted(7, SPEC.name, commit(2).id))
    made.feed(SourceLost(SPEC.name, Problem(Remedy.CHANGE_GIT, "no such folder")))
    (words,) = problems(made, 7)
    assert words.endswith("for app shop cannot be read: no such folder")


def test_a_revert_whose_commit_is_never_read_ends_in_words() -> None:
    made = applied("a")
    reverting(made)
    made.feed(Reverted(7, SPEC.name, commit(2).id))
    made.wait(READ_WITHIN_S - 1)
    assert phase(made, 7) is Waiting
    made.wait(1.0)
    (words,) = problems(made, 7)
    assert words.endswith("for app shop was not read there in time")


def test_a_revert_that_changes_nothing_in_the_cluster_ends_without_a_write() -> None:
    made = applied("a")
    reverting(made, to="1")
    made.feed(Reverted(7, SPEC.name, commit(2).id))
    assert written(made.read_through(document(CONFIG_MAP, "a", **GOOD), number=2)) == []
    assert (made.run(7).total, made.run(7).finished) == (0, True)


def test_a_revert_leaves_objects_alone_that_it_does_not_restate() -> None:
    made = drifted("a", "b")
    reverting(made)
    made.feed(Reverted(7, SPEC.name, commit(2).id))
    effects = made.read_through(stating("a", "5"), document(CONFIG_MAP, "b", **GOOD), number=2)
    assert written(effects) == [A]
    assert made.row("b").verdict is Verdict.DRIFTED


def test_what_was_applied_is_in_the_inventory_under_its_reference() -> None:
    made = missing()
    effects = made.recorded(made.feed(Execute(1, made.plan("a"))))
    made.recorded(made.accept(writes(effects)[0], 8, uid="u9"))
    row = app(made).stored[ref(CONFIG_MAP, "a")]
    assert (row.uid, row.digest) == ("u9", app(made).desired[A.ref].digest)
