"""core.telling.plans: what will be done, and how it ended."""

from dataclasses import replace

import pytest

from core.model import Problem, Remedy, Run, Snapshot, Step, Verb, Verdict
from core.telling import plans
from core.telling.spans import Role, plain
from tests.core.telling.samples import COMMIT, HOSTILE, SHOWN, WEB, drift, plan, step

CREATE, APPLY = step(Verb.CREATE), step(Verb.APPLY)
BLOCKED = step(problem="may not patch deployments")


@pytest.mark.parametrize(
    ("steps", "wish", "total", "outlook"),
    [
        ((), "nothing to do", "nothing to do", "nothing to do"),
        ((APPLY,), "1 to apply", "1 to apply", "1 to change"),
        (
            (APPLY, CREATE, CREATE),
            "2 to create, 1 to apply",
            "2 to create, 1 to apply",
            "2 to create, 1 to change",
        ),
        (
            (CREATE, BLOCKED),
            "1 to create",
            "1 to create; 1 cannot be done",
            "1 to create, 1 left out",
        ),
        ((BLOCKED,), "nothing to do", "1 cannot be done", "1 left out"),
    ],
)
def test_a_plan_is_counted_before_a_person_accepts_it(
    steps: tuple[Step, ...], wish: str, total: str, outlook: str
) -> None:
    assert plans.counts(plan(*steps)) == wish
    assert plans.totals(plan(*steps)) == total
    assert plans.outlook(plan(*steps)) == outlook


def test_a_plan_says_where_it_runs_and_which_commits_it_makes_true() -> None:
    assert plans.title(plan()) == (("Plan for cluster demo", Role.TITLE),)
    assert plain(plans.revision("shop", COMMIT.id)) == "app shop at 3f2a1b9"


@pytest.mark.parametrize(
    ("each", "line", "row"),
    [
        (CREATE, "create Deployment shop/web  (shop)", "create  demo / shop / Deployment web"),
        (APPLY, "apply Deployment shop/web  (shop)", "change  demo / shop / Deployment web"),
        (BLOCKED, "apply Deployment shop/web  (shop)", "leave out  demo / shop / Deployment web"),
    ],
)
def test_a_step_names_its_object_in_full(each: Step, line: str, row: str) -> None:
    assert plain(plans.step(each)) == line
    assert plain(plans.step_in("demo", each)) == row


def test_an_object_of_no_namespace_has_no_place_but_its_cluster() -> None:
    key = WEB._replace(ref=WEB.ref._replace(kind="Namespace", namespace="", name="shop"))
    assert plain(plans.step_in("demo", step(key=key))) == "change  demo / Namespace shop"


def test_what_cannot_be_done_looks_different() -> None:
    assert [plans.step(each)[0][1] for each in (APPLY, BLOCKED)] == [Role.DONE, Role.ERROR]


@pytest.mark.parametrize(
    ("run", "words", "role"),
    [
        (Run(1, "sync", 3, 3, (), finished=True), "3 of 3 done", Role.DONE),
        (
            Run(1, "sync", 3, 2, (Problem(Remedy.GRANT, "no"),), finished=True),
            "2 of 3 done, 1 refused",
            Role.ERROR,
        ),
    ],
)
def test_a_run_says_how_much_of_it_was_done(run: Run, words: str, role: Role) -> None:
    assert plans.run(run) == ((words, role),)


def test_a_person_is_asked_about_the_objects_that_can_be_done() -> None:
    assert plans.heading(plan(APPLY, CREATE, BLOCKED)) == "Sync 2 objects on demo"
    assert plans.heading(plan(APPLY)) == "Sync 1 object on demo"
    assert plans.heading(replace(plan(), cluster=HOSTILE)) == f"Sync 0 objects on {SHOWN}"


def test_an_end_says_what_was_done_and_a_revert_which_commit_it_made() -> None:
    run = Run(1, "sync", 3, 2)
    assert plans.progress(run) == "sync: 2 of 3"
    assert plans.synced(run) == "synced 2 objects"
    made = Run(2, "revert", 1, 1, revision=COMMIT.id)
    assert plans.reverted(made) == "reverted as 3f2a1b9, 1 object synced"
    assert plans.reverted(replace(made, total=0)) == "reverted as 3f2a1b9, nothing to sync"
    assert plans.reverted(replace(made, revision="\x1b[2J")).startswith("reverted as ␛[2J")


def test_what_a_sync_leaves_alone_is_counted() -> None:
    extra = drift(Verdict.EXTRA)
    other = replace(extra, key=WEB._replace(app="other"))
    one = Snapshot(rows={extra.key: extra, WEB._replace(app="x"): drift()})
    two = Snapshot(rows={extra.key: extra, other.key: other})
    assert plans.left_alone(Snapshot()) == ()
    assert plans.left_alone(one) == (
        "1 object that Git lacks is left alone: a sync without --prune deletes nothing",
    )
    assert plans.left_alone(two) == (
        "2 objects that Git lacks are left alone: a sync without --prune deletes nothing",
    )


def test_a_run_counts_what_was_refused_overtaken_and_not_answered() -> None:
    problems = [Problem(remedy, "x") for remedy in (Remedy.GRANT, Remedy.WAIT, Remedy.GRANT)]
    ended = Run(1, "sync", 62, 61, tuple(problems), finished=True)
    assert plain(plans.run(ended)) == "61 of 62 done, 2 refused, 1 not answered"
    assert plain(plans.run(replace(ended, problems=()))) == "61 of 62 done"
    stopped = Problem(Remedy.GRANT, "x", stopped=True)
    lost = replace(ended, total=64, problems=(problems[0], stopped, stopped))
    assert plain(plans.run(lost)) == "61 of 64 done, 1 refused, 2 stopped"
    moved = replace(ended, problems=(Problem(Remedy.LOOK_AGAIN, "x"),))
    assert plans.failed(moved) == "sync: 61 of 62 done, 1 changed meanwhile"
