"""A revert is of one app's folder, on the branch that the app follows."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.clock import Clock
from core.engine.commits.reverting import Reverts
from core.errors import OutdatedError, RejectedError, UsageError
from core.git import Repositories
from core.model import AppSpec, RevertPlan
from core.model.journal import Aim
from core.model.sources.signers import Signers
from tests.core.git.sample import Sample
from tests.core.manifests.here import HERE

FIRST, SECOND = b"replicas: 1\n", b"replicas: 2\n"
NOW = 1_800_000_000.0


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    made = Sample(tmp_path / "repo")
    made.commit({"shop/a.yaml": FIRST, "other/a.yaml": FIRST}, "first")
    return made


def reverts_of(sample: Sample, *, path: str = "shop", signers: Signers | None = None) -> Reverts:
    apps = [
        AppSpec(name=name, repo=str(sample.path), revision="main", path=place, cluster="c")
        for name, place in (("shop", path), ("other", "other"))
    ]
    apps = [replace(app, signers=signers) for app in apps]
    return Reverts(apps, Repositories(), HERE, Clock(wall=lambda: NOW))


@pytest.mark.outside
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


@pytest.mark.outside
def test_where_commits_must_be_signed_a_revert_is_refused_before_anything_is_written(
    sample: Sample,
) -> None:
    bad = sample.commit({"shop/a.yaml": SECOND}, "two of them")
    plan = reverts_of(sample, signers=Signers()).planned("shop", bad)
    assert "what is written here is not signed" in str(plan.problem)
    with pytest.raises(RejectedError, match="make the revert with git, and sign it"):
        reverts_of(sample).made(plan)
    assert sample.git("rev-parse", "main").strip() == bad


def config_map(name: str, value: str) -> bytes:
    head = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n"
    return f"{head}data: {{a: '{value}'}}\n".encode()


def stated(plan: RevertPlan) -> list[tuple[str | None, ...]]:
    """Which objects a revert states otherwise, on which side; their names tell them apart."""
    return [tuple(each.name if each else None for each in pair) for pair in plan.restated]


def test_a_revert_says_what_it_states_otherwise_in_the_folder_and_nothing_else(
    sample: Sample,
) -> None:
    sample.commit({"shop/b.yaml": config_map("b", "1"), "shop/c.yaml": config_map("c", "1")})
    bad = sample.commit(
        {
            "shop/b.yaml": config_map("b", "2"),
            "shop/c.yaml": None,
            "shop/d.yaml": config_map("d", "1"),
            "other/e.yaml": config_map("e", "1"),
        }
    )
    sample.commit({"shop/f.yaml": config_map("f", "1")}, "somebody else's")
    plan = reverts_of(sample).planned("shop", bad)
    assert sorted(stated(plan), key=str) == [("b", "b"), ("d", None), (None, "c")]
    ((was, now),) = (pair for pair in plan.restated if all(pair))
    assert was is not None
    assert now is not None
    assert (b'"a":"2"' in was.body, b'"a":"1"' in now.body) == (True, True)


@pytest.mark.outside
def test_a_revert_in_a_folder_behind_a_link_states_what_it_undoes(sample: Sample) -> None:
    sample.git("reset", "-q", "--hard")
    (sample.path / "current").symlink_to("shop")
    sample.git("add", "current")
    sample.git("commit", "-q", "-m", "link")
    sample.commit({"shop/b.yaml": config_map("b", "1")})
    bad = sample.commit({"shop/b.yaml": config_map("b", "2"), "shop/c.yaml": config_map("c", "1")})
    plan = reverts_of(sample, path="current").planned("shop", bad)
    assert sorted(stated(plan), key=str) == [("b", "b"), ("c", None)]
    assert {each.file for pair in plan.restated for each in pair if each} == {
        "shop/b.yaml",
        "shop/c.yaml",
    }


def test_of_a_file_that_cannot_be_read_on_one_side_nothing_follows_and_it_is_said(
    sample: Sample,
) -> None:
    sample.commit({"shop/b.yaml": config_map("b", "1")})
    broken = sample.commit({"shop/b.yaml": b"a: [\n"})
    plan = reverts_of(sample).planned("shop", broken)
    assert plan.restated == ()
    assert any("is not readable now" in note and "shop/b.yaml" in note for note in plan.notes)
    mended = sample.commit({"shop/b.yaml": config_map("b", "1")})
    plan = reverts_of(sample).planned("shop", mended)
    assert plan.restated == ()
    assert any("will not be readable" in note for note in plan.notes)


def test_a_folder_that_the_commit_removed_is_stated_again_as_a_whole(sample: Sample) -> None:
    sample.commit({"shop/b.yaml": config_map("b", "1")})
    gone = sample.commit({"shop/a.yaml": None, "shop/b.yaml": None})
    assert stated(reverts_of(sample).planned("shop", gone)) == [(None, "b")]


def test_it_is_known_whether_a_commit_still_has_a_revert_in_it(sample: Sample) -> None:
    bad = sample.commit({"shop/a.yaml": SECOND}, "two of them")
    reverts = reverts_of(sample)
    made = reverts.made(reverts.planned("shop", bad))
    later = sample.commit({"README": b"more"}, "elsewhere")
    assert reverts.is_in("shop", made, later)
    assert reverts.is_in("shop", made, made)
    assert not reverts.is_in("shop", made, bad)


def test_a_commit_of_another_apps_folder_is_not_this_apps_to_revert(sample: Sample) -> None:
    bad = sample.commit({"shop/a.yaml": SECOND}, "two of them")
    assert "changes nothing in" in str(reverts_of(sample).planned("other", bad).problem)


@pytest.mark.outside
def test_a_plan_with_a_problem_is_never_made(sample: Sample) -> None:
    reverts = reverts_of(sample)
    plan = reverts.planned("shop", sample.git("rev-parse", "main").strip())
    assert plan.problem
    with pytest.raises(RejectedError):
        reverts.made(plan)


@pytest.mark.outside
def test_on_a_branch_that_moved_it_is_worked_out_again_while_it_is_what_was_shown(
    sample: Sample,
) -> None:
    sample.commit({"shop/b.yaml": config_map("b", "1")})
    bad = sample.commit({"shop/b.yaml": config_map("b", "2")}, "two of them")
    reverts = reverts_of(sample)
    plan = replace(reverts.planned("shop", bad), mark="5ca1ab1e")
    theirs = sample.commit({"README": b"more", "shop/c.yaml": config_map("c", "1")}, "elsewhere")
    made = reverts.made(plan)
    assert sample.git("rev-parse", f"{made}^").strip() == theirs
    assert sample.git("show", "main:shop/b.yaml").encode() == config_map("b", "1")
    assert sample.git("show", "main:README") == "more"
    assert reverts.made(plan) == made  # it is found by its mark, and never made twice


@pytest.mark.outside
@pytest.mark.parametrize("text", ["# of theirs\n", ""])
def test_a_revert_that_would_be_another_one_by_now_is_outdated(sample: Sample, text: str) -> None:
    sample.commit({"shop/b.yaml": config_map("b", "1")})
    bad = sample.commit({"shop/b.yaml": config_map("b", "2")}, "two of them")
    reverts = reverts_of(sample)
    plan = replace(reverts.planned("shop", bad), mark="5ca1ab1e")
    now = text.encode() + config_map("b", "2") if text else config_map("b", "1")
    theirs = sample.commit({"shop/b.yaml": now}, "elsewhere")
    with pytest.raises(OutdatedError):
        reverts.made(plan)
    assert sample.git("rev-parse", "main").strip() == theirs


@pytest.mark.outside
def test_a_rollback_restates_the_folder_and_says_where_its_commit_goes(sample: Sample) -> None:
    then = sample.commit({"shop/b.yaml": config_map("b", "1")})
    sample.commit({"shop/b.yaml": config_map("b", "2"), "shop/c.yaml": config_map("c", "1")})
    reverts = reverts_of(sample)
    plan = reverts.planned("shop", then, back=True, begins="back")
    assert sorted(stated(plan), key=str) == [("b", "b"), ("c", None)]
    assert reverts.aim(replace(plan, mark="f00d")) == Aim(
        str(sample.path), "back", plan.parent, "f00d"
    )
    made = reverts.made(plan)
    assert sample.git("rev-parse", "back").strip() == made
    assert sample.git("rev-parse", "main").strip() == plan.parent


def test_a_commit_that_nobody_knows_is_a_mistake_of_the_one_who_asks(sample: Sample) -> None:
    with pytest.raises(UsageError):
        reverts_of(sample).planned("shop", "d" * 40)
