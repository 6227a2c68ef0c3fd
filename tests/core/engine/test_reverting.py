"""core.engine.reverting: a revert is of one app's folder, on the branch that the app follows."""

from pathlib import Path

import pytest

from core.clock import Clock
from core.engine.reverting import Reverts
from core.errors import OutdatedError, RejectedError, UsageError
from core.git import Repositories
from core.model import AppSpec
from tests.core.git.sample import Sample

FIRST, SECOND = b"replicas: 1\n", b"replicas: 2\n"
NOW = 1_800_000_000.0


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    made = Sample(tmp_path / "repo")
    made.commit({"shop/a.yaml": FIRST, "other/a.yaml": FIRST}, "first")
    return made


def reverts_of(sample: Sample) -> Reverts:
    apps = [
        AppSpec(name=name, repo=str(sample.path), revision="main", path=name, cluster="c")
        for name in ("shop", "other")
    ]
    return Reverts(apps, Repositories(), Clock(wall=lambda: NOW))


def test_a_revert_is_made_as_it_was_shown_and_dated_by_the_clock(sample: Sample) -> None:
    bad = sample.commit({"shop/a.yaml": SECOND}, "two of them")
    reverts = reverts_of(sample)
    plan = reverts.planned("shop", bad)
    assert (plan.app, plan.branch, plan.files, plan.problem) == (
        "shop",
        "main",
        ("shop/a.yaml",),
        None,
    )
    made = reverts.made(plan)
    assert sample.git("show", "main:shop/a.yaml").encode() == FIRST
    assert sample.git("rev-parse", "main").strip() == made
    assert sample.git("show", "-s", "--format=%ct", made).strip() == str(int(NOW))


def test_a_commit_of_another_apps_folder_is_not_this_apps_to_revert(sample: Sample) -> None:
    bad = sample.commit({"shop/a.yaml": SECOND}, "two of them")
    assert "changes nothing in" in str(reverts_of(sample).planned("other", bad).problem)


def test_a_plan_with_a_problem_is_never_made(sample: Sample) -> None:
    reverts = reverts_of(sample)
    plan = reverts.planned("shop", sample.git("rev-parse", "main").strip())
    assert plan.problem
    with pytest.raises(RejectedError):
        reverts.made(plan)


def test_a_branch_that_moved_makes_the_plan_outdated(sample: Sample) -> None:
    bad = sample.commit({"shop/a.yaml": SECOND}, "two of them")
    reverts = reverts_of(sample)
    plan = reverts.planned("shop", bad)
    sample.commit({"README": b"more"}, "elsewhere")
    with pytest.raises(OutdatedError):
        reverts.made(plan)


def test_a_commit_that_nobody_knows_is_a_mistake_of_the_one_who_asks(sample: Sample) -> None:
    with pytest.raises(UsageError):
        reverts_of(sample).planned("shop", "d" * 40)
