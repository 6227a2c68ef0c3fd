"""Runs that were ordered here are followed to their end; those of others are not ours to tell."""

from dataclasses import replace

from core.model import Problem, Remedy, Run
from tests.tui import samples
from tests.tui.standin import Standin
from tui.dialogs.proposals.orders import follow
from tui.model.session import Order

RUN = Run(7, "sync", 3, 1)
ENDED = replace(RUN, done=3, finished=True)


def _problems(*words: str) -> tuple[Problem, ...]:
    return tuple(Problem(Remedy.GRANT, each) for each in words)


def _followed(*runs: Run, repeats: bool = False) -> tuple[Standin, list[str]]:
    made, again = Standin(), list[str]()
    retry = (lambda: again.append("asked again")) if repeats else None
    made.session.orders[7] = Order(lambda run: f"did {run.done}", retry)
    for run in runs:
        follow(made, replace(samples.world(), runs=(Run(1, "sync", 9), run)))
    return made, again


def test_how_far_a_run_is_is_told_and_it_stays_ours() -> None:
    made, _ = _followed(RUN)
    assert made.notes == ["sync: 1 of 3"]
    assert made.session.writing_now


def test_a_good_end_is_told_once() -> None:
    made, _ = _followed(RUN, ENDED, ENDED)
    assert made.notes == ["sync: 1 of 3", "did 3"]
    assert not made.troubled
    assert not made.session.writing_now


def test_a_bad_end_stays_until_it_is_dismissed() -> None:
    made, _ = _followed(
        replace(ENDED, done=1, problems=_problems("api: denied \x1b[2J", "web: gone"))
    )
    assert made.notes == ["sync: 1 of 3 done, 2 refused: api: denied ␛[2J; web: gone"]
    assert made.troubled


def test_what_was_refused_from_the_start_is_counted_beside_what_was_done() -> None:
    made, _ = _followed(replace(ENDED, total=62, done=61, problems=_problems("web: no rights")))
    assert made.notes == ["sync: 61 of 62 done, 1 refused: web: no rights"]
    assert made.troubled


def test_a_run_without_anything_to_do_that_failed_did_nothing() -> None:
    made, _ = _followed(replace(ENDED, total=0, done=0, problems=_problems("refused")))
    assert made.notes == ["sync failed: refused"]


def test_a_revert_whose_sync_failed_says_that_the_commit_is_there() -> None:
    revert = replace(ENDED, what="revert", revision="beefcafe" * 5)
    made, _ = _followed(replace(revert, done=2, problems=_problems("web: denied")))
    assert made.notes == ["reverted as beefcaf; sync: 2 of 3 done, 1 refused: web: denied"]
    made, _ = _followed(replace(revert, total=0, done=0, problems=_problems("no answer")))
    assert made.notes == ["reverted as beefcaf; sync failed: no answer"]


def test_a_run_that_the_world_overtook_is_previewed_anew_where_that_makes_sense() -> None:
    overtaken = replace(ENDED, done=0, problems=(Problem(Remedy.LOOK_AGAIN, "changed since"),))
    made, again = _followed(overtaken, repeats=True)
    assert again == ["asked again"]
    assert made.notes == ["the world changed first: here is the new plan"]
    assert not made.troubled
    made, again = _followed(overtaken)
    assert made.notes == ["sync: 0 of 3 done, 1 changed meanwhile: changed since"]
    assert not again


def test_a_run_of_somebody_else_is_not_told() -> None:
    made = Standin()
    follow(made, replace(samples.world(), runs=(ENDED,)))
    assert made.notes == []
