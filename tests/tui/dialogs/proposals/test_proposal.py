"""The way of a preview without a screen: asked, shown, asked again; the same for every proposal."""

from dataclasses import replace
from itertools import count

from core.model import (
    Answer,
    FieldVerdict,
    Key,
    Problem,
    Remedy,
    RevertPlan,
    Run,
    Snapshot,
    Stamp,
)
from core.reconcile.memory.commands import Execute, ExecuteRevert, PreparePlan, PrepareRevert
from core.telling.spans import plain
from tests.tui import samples
from tui.dialogs.proposals.proposal import Asked, Shown, advanced
from tui.dialogs.proposals.revert import Revert
from tui.dialogs.proposals.sync import Sync
from tui.model.view import View
from tui.text.rows import Looks

WORLD = samples.world()
SYNC = Sync(frozenset({samples.API}))
PLAN = samples.plan_of(WORLD, SYNC.keys)
REVERT = Revert("payments", samples.HISTORY[1])
REVERTED = samples.revert_of(samples.HISTORY[1])

CHANGED = Problem(Remedy.CHANGE_GIT, "api.yaml changed since")


def _answering(answers: dict[int, Answer]) -> Snapshot:
    return replace(WORLD, answers=answers)


def _without(key: Key) -> Snapshot:
    return replace(WORLD, rows={of: row for of, row in WORLD.rows.items() if of != key})


def _at_another_head() -> Snapshot:
    apps = tuple(replace(view, revision=samples.HISTORY[2]) for view in WORLD.apps)
    return replace(WORLD, apps=apps)


def test_nothing_happens_until_the_answer_with_the_number_of_the_request_comes() -> None:
    asked = Asked(3)
    for world in (WORLD, _answering({2: PLAN, 4: PLAN}), _answering({3: REVERTED})):
        assert advanced(SYNC, asked, world, count(9)) is asked


def test_the_answer_is_shown_as_it_came() -> None:
    world = _answering({3: PLAN})
    shown = advanced(SYNC, Asked(3), world, count(9))
    assert isinstance(shown, Shown)
    assert shown.answer is PLAN
    assert not shown.again


def test_what_is_shown_stays_while_its_objects_stand_even_when_the_answer_is_forgotten() -> None:
    shown = Shown(PLAN, _answering({3: PLAN}))
    assert advanced(SYNC, shown, WORLD, count(9)) is shown
    assert advanced(SYNC, shown, _without(samples.SERVICE), count(9)) is shown


def test_a_plan_whose_object_is_gone_is_asked_for_with_a_new_number() -> None:
    shown = Shown(PLAN, WORLD)
    asked = advanced(SYNC, shown, _without(samples.API), count(9))
    assert asked == Asked(9, again=True)
    made_again = advanced(SYNC, asked, _answering({3: PLAN, 9: PLAN}), count(10))
    assert isinstance(made_again, Shown)
    assert made_again.again


def test_a_revert_is_asked_for_again_when_the_branch_has_another_head() -> None:
    shown = Shown(REVERTED, WORLD)
    assert advanced(REVERT, shown, _without(samples.API), count(9)) is shown
    assert advanced(REVERT, shown, _at_another_head(), count(9)) == Asked(9, again=True)


def test_a_revert_on_a_branch_that_is_ahead_of_what_was_read_stands_until_that_moves() -> None:
    shown = Shown(replace(REVERTED, parent="f" * 40), WORLD)
    assert advanced(REVERT, shown, WORLD, count(9)) is shown


def _following(**stamp: str) -> RevertPlan:
    """A revert after which one object is changed, as it is at that version."""
    (step,) = PLAN.steps
    left = (replace(step.changes[-1], verdict=FieldVerdict.DRIFT),)
    assert isinstance(step.stamp, Stamp)
    step = replace(step, stamp=replace(step.stamp, digest="another", **stamp), left=left)
    notes = ("ConfigMap/payments/old is no longer in Git then",)
    sync = replace(PLAN, steps=(step,), notes=notes)
    return replace(REVERTED, sync=sync, notes=("hooks are not run (commit-msg)",))


def test_a_revert_is_asked_for_again_when_an_object_has_another_version() -> None:
    stands, moved = Shown(_following(), WORLD), Shown(_following(version="1"), WORLD)
    assert advanced(REVERT, stands, WORLD, count(9)) is stands  # Git is to say something else
    assert advanced(REVERT, moved, WORLD, count(9)) == Asked(9, again=True)


def test_the_page_of_a_revert_shows_both_halves_and_what_is_left_alone() -> None:
    page = REVERT.page(_following(), View(), lambda: Looks(samples.NOW), again=False)
    text = "\n".join(map(plain, page.lines(100)))
    assert page.words == "Commit the revert to main, then change 1 object"
    for part in (
        "+  replicas: 2",
        "hooks are not run (commit-msg)",
        "change  prod-eu-1 / payments / Deployment api",
        "left alone: ",
        "ConfigMap/payments/old is no longer in Git then",
    ):
        assert part in text


def test_what_is_ordered_is_the_very_value_that_was_shown() -> None:
    sync, revert = SYNC.order(5, PLAN), REVERT.order(6, REVERTED)
    assert (sync, revert) == (Execute(5, PLAN), ExecuteRevert(6, REVERTED))
    assert sync.plan is PLAN
    assert revert.plan is REVERTED


def test_each_asks_for_exactly_what_was_chosen() -> None:
    assert SYNC.ask(1) == PreparePlan(1, frozenset({samples.API}))
    assert REVERT.ask(2) == PrepareRevert(2, "payments", samples.HISTORY[1].id)


def test_a_sync_without_a_step_and_a_revert_with_a_problem_cannot_be_confirmed() -> None:
    empty, stuck = replace(PLAN, steps=()), replace(REVERTED, problem=CHANGED)
    assert SYNC.why_not(PLAN, "") == REVERT.why_not(REVERTED, "") == ""
    assert SYNC.why_not(empty, "") == "nothing can be done"
    assert REVERT.why_not(stuck, "") == "cannot be reverted"


def test_read_only_forbids_both() -> None:
    assert SYNC.why_not(PLAN, "read-only") == REVERT.why_not(REVERTED, "read-only") == "read-only"
    assert REVERT.why_not(replace(REVERTED, problem=CHANGED), "read-only") == "cannot be reverted"


def test_waiting_says_whether_the_world_moved() -> None:
    words = [
        plain(page.lines(80)[-1])
        for proposal in (SYNC, REVERT)
        for page in (proposal.waiting(again=False), proposal.waiting(again=True))
    ]
    assert words == [
        "working out the plan and what may be done",
        "the world changed: working out the plan again",
        "working out the revert",
        "the world changed: working out the revert again",
    ]


def test_the_page_names_what_confirming_would_do() -> None:
    page = SYNC.page(PLAN, View(), Looks, again=True)
    assert page.title == "Sync 1 object on prod-eu-1 (made again)"
    assert page.words == "Sync 1 object"
    assert SYNC.page(PLAN, View(), Looks, again=False).title == "Sync 1 object on prod-eu-1"
    assert REVERT.page(REVERTED, View(), Looks, again=True).words == "Commit the revert to main"


def test_only_a_sync_is_previewed_anew_when_its_run_was_overtaken() -> None:
    assert SYNC.repeats
    assert not REVERT.repeats


def test_a_way_back_is_asked_for_and_told_in_its_own_words() -> None:
    back = replace(REVERT, back=True)
    assert back.ask(2) == PrepareRevert(2, "payments", samples.HISTORY[1].id, back=True)
    assert back.title.startswith("Roll payments back to ")
    plan = replace(REVERTED, restores="clusters/prod/payments")
    page = back.page(plan, View(), lambda: Looks(samples.NOW), again=False)
    assert page.words == "Commit the rollback to main"
    assert "back to  " in "\n".join(map(plain, page.lines(100)))
    assert back.why_not(replace(plan, problem=CHANGED), "") == "cannot be rolled back"
    made = Run(2, "rollback", 1, 1, finished=True, revision="beefcafe" * 5)
    assert back.done(made) == "rolled back as beefcaf, 1 object synced"


def test_a_good_end_is_told_in_the_words_of_its_kind() -> None:
    assert SYNC.done(Run(1, "sync", 2, 2, finished=True)) == "synced 2 objects"
    made = Run(2, "revert", 1, 1, finished=True, revision="beefcafe" * 5)
    assert REVERT.done(made) == "reverted as beefcaf, 1 object synced"
    assert REVERT.done(replace(made, total=0)) == "reverted as beefcaf, nothing to sync"
