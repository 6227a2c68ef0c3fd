"""What front ends see: views that say what is whole, what is wrong, and what did not change."""

from typing import Any

import pytest

from core.model import AppView, Plan, Problem, Remedy, Snapshot, Verdict
from core.reconcile.memory.commands import Execute, SetHeal
from core.reconcile.memory.inputs import ClusterLost, KindLost, SourceLost, SourceRead
from core.reconcile.memory.results import InventoryRead
from core.reconcile.snapshots import snapshot
from tests.core.reconcile.world import (
    CONFIG_MAP,
    SECRET,
    SPEC,
    World,
    applied,
    beginning,
    commit,
    document,
    live,
    questions,
    world,
    writes,
)

GOOD: dict[str, Any] = {"data": {"a": "1"}}
BAD: dict[str, Any] = {"data": {"a": "2"}}


def seen(made: World) -> Snapshot:
    return snapshot(made.state, Snapshot())


def app(made: World) -> AppView:
    (view,) = seen(made).apps
    return view


def problem(made: World) -> str:
    return str(app(made).problem or "")


# Complete and blocked -----------------------------------------------------------------------------


def test_an_app_is_complete_once_everything_about_it_is_known() -> None:
    made = world()
    assert not app(made).complete
    made.read(document(CONFIG_MAP, "a", **GOOD))
    assert not app(made).complete
    made.listing(CONFIG_MAP, [("a", live(CONFIG_MAP, "a", 5, **GOOD))])
    assert not app(made).complete
    made.feed(InventoryRead(SPEC.name, ()))
    assert app(made).complete


def test_an_app_is_not_complete_while_the_server_is_asked() -> None:
    made = applied("a")
    (asked,) = questions(made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, **BAD)))
    assert (app(made).complete, app(made).counts[Verdict.DRIFTED]) == (False, 1)
    made.agree(asked)
    assert app(made).complete


def test_an_app_is_not_complete_while_objects_wait_to_be_judged() -> None:
    made = applied("a")
    many = tuple(document(CONFIG_MAP, f"n{number}", **GOOD) for number in range(600))
    made.once(SourceRead(SPEC.name, commit(2), many, ()))
    assert not app(made).complete


def test_a_cluster_that_is_cut_off_blocks_its_apps() -> None:
    made = applied("a")
    assert app(made).blocked is False
    made.feed(ClusterLost("prod", Problem(Remedy.WAIT, "connection refused")))
    assert (app(made).blocked, app(made).complete) == (True, False)
    assert seen(made).complete  # there is nothing more to wait for


def test_a_repository_that_was_never_read_blocks_its_app_and_one_that_was_does_not() -> None:
    made = World(beginning())
    made.feed(SourceLost(SPEC.name, Problem(Remedy.WAIT, "locked")))
    assert app(made).blocked is True
    later = applied("a")
    later.feed(SourceLost(SPEC.name, Problem(Remedy.WAIT, "locked")))
    assert (app(later).blocked, app(later).complete) == (False, True)


# Problems -----------------------------------------------------------------------------------------


def test_git_that_is_still_read_is_waited_for_though_the_cluster_is_away() -> None:
    made = World(beginning())
    made.feed(ClusterLost("prod", Problem(Remedy.WAIT, "no kubeconfig")))
    assert not app(made).blocked
    made.feed(SourceLost(SPEC.name, Problem(Remedy.WAIT, "no repository")))
    assert app(made).blocked
    assert problem(made) == "no repository"
    made.read(document(CONFIG_MAP, "a"))
    assert app(made).blocked
    assert problem(made) == "no kubeconfig"


def test_of_several_problems_the_one_nearest_to_git_is_shown() -> None:
    made = applied("a")
    broken = ("b.yaml:3: broken",)
    made.feed(SourceRead(SPEC.name, commit(2), (document(CONFIG_MAP, "a", **GOOD),), broken))
    assert (problem(made), app(made).file_problems) == (broken[0], broken)
    made.feed(KindLost("prod", CONFIG_MAP, Problem(Remedy.GRANT, "you may not list")))
    assert problem(made) == "you may not list"
    made.feed(ClusterLost("prod", Problem(Remedy.WAIT, "connection refused")))
    assert (problem(made), app(made).git_lost) == ("connection refused", False)
    made.feed(SourceLost(SPEC.name, Problem(Remedy.WAIT, "locked")))
    assert (problem(made), app(made).git_lost) == ("locked", True)


def test_of_several_kinds_the_worst_problem_is_shown() -> None:
    made = world()
    made.read(document(CONFIG_MAP, "a", **GOOD), document(SECRET, "s"))
    made.feed(KindLost("prod", CONFIG_MAP, Problem(Remedy.WAIT, "try again")))
    made.feed(KindLost("prod", SECRET, Problem(Remedy.GRANT, "you may not list secrets")))
    assert problem(made) == "you may not list secrets"


def test_a_kind_that_git_does_not_name_is_no_problem_of_the_app() -> None:
    made = applied("a")
    made.feed(KindLost("prod", SECRET, Problem(Remedy.GRANT, "you may not list secrets")))
    assert problem(made) == ""


def test_an_object_outside_its_namespaces_is_a_problem_of_its_file() -> None:
    made = world(namespaces=("other",))
    made.read(document(CONFIG_MAP, "a", **GOOD))
    assert app(made).file_problems == ("a.yaml:1: namespace web is not one this app may touch",)
    assert app(made).problem == Problem(Remedy.CHANGE_GIT, app(made).file_problems[0])


# What stays the same ------------------------------------------------------------------------------


def test_views_and_rows_that_did_not_change_are_the_same_objects() -> None:
    made = applied("a", "b")
    first = seen(made)
    made.now += 0.1
    made.wait(0.1)
    second = snapshot(made.state, first)
    assert second.sequence == first.sequence + 1
    assert second.apps[0] is first.apps[0]
    assert second.rows is first.rows
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, **BAD))
    third = snapshot(made.state, second)
    assert third.apps[0] is not second.apps[0]
    changed = {key.ref.name for key in third.rows if third.rows[key] is not second.rows[key]}
    assert changed == {"a"}


@pytest.mark.parametrize("enabled", [True, False])
def test_a_snapshot_says_who_may_write_and_what_is_healed(enabled: bool) -> None:
    made = World(beginning(writing=False))
    if enabled:
        made.feed(SetHeal(frozenset({SPEC.name}), enabled=True))
    assert (seen(made).writing, app(made).healing) == (enabled, enabled)


def test_runs_of_people_are_shown_those_that_ended_first_and_those_of_the_engine_never() -> None:
    made = applied("a", "b", healing=True)
    assert writes(made.drift("a", 6, **BAD))
    made.feed(Execute(1, Plan("prod", ())))
    assert [(run.id, run.finished) for run in seen(made).runs] == [(1, True)]
    later = applied("a")
    later.drift("a", 6, **BAD)
    later.execute(later.plan("a"), run=3)
    assert [(run.id, run.finished, run.total) for run in seen(later).runs] == [(3, False, 1)]


def test_an_app_says_when_its_inventory_is_on_its_way_and_when_it_cannot_be_kept() -> None:
    made = world()
    made.read(document(CONFIG_MAP, "a", **GOOD))
    made.listing(CONFIG_MAP)
    made.feed(InventoryRead(SPEC.name, ()))
    effects = made.feed(Execute(1, made.plan("a")))
    assert (app(made).storing, app(made).inventory) == (True, "")
    made.recorded(effects, "you may not write configmaps")
    assert (app(made).storing, app(made).inventory) == (False, "you may not write configmaps")


def test_an_app_says_when_git_was_read_and_a_cluster_when_it_was_last_heard_of() -> None:
    made = applied("a")
    made.now += 7
    made.read(document(CONFIG_MAP, "a", **GOOD), number=2)
    assert app(made).read_at == made.now
    made.now += 5
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, **GOOD))
    assert seen(made).clusters[0].seen_at == made.now


def test_a_row_has_an_age_only_while_it_is_out_of_sync() -> None:
    made = applied("a")
    assert made.row("a").since == 0.0
    made.now += 5
    made.drift("a", 6, **BAD)
    assert made.row("a").since == made.now
    made.read(document(CONFIG_MAP, "a", **GOOD), document(CONFIG_MAP, "b", **GOOD), number=2)
    assert made.row("b").since == made.now


def test_values_of_secrets_are_hashed_with_the_key_of_this_run() -> None:
    assert (beginning().mask_key, beginning().digest_key) == (b"m", b"d")
