"""Which commits touched a folder or a file, judged by git itself."""

import random
from pathlib import Path

import pytest

from core.errors import RejectedError
from core.git import Repository
from tests.core.git.sample import Sample


def listed(sample: Sample, path: str) -> list[str]:
    """Ask git which commits changed a path."""
    return sample.git("log", "--format=%H", "--", path).split()


def test_only_commits_that_touch_the_folder_are_its_history(
    repository: Repository, sample: Sample
) -> None:
    sample.commit({"README.md": b"2"}, "readme")
    sample.commit({"apps/web.yaml": b"a: 2\n"}, "second")
    sample.commit({"apps/web.yaml": None, "x": b""}, "gone")
    head = repository.resolve("HEAD").id
    assert [one.subject for one in repository.history(head, "apps")] == ["gone", "second", "first"]
    assert [one.subject for one in repository.history(head, "")] == [
        "gone",
        "second",
        "readme",
        "first",
    ]
    assert [one.subject for one in repository.history(head, "apps", limit=2)] == ["gone", "second"]
    assert repository.history(head, "never") == ()


def test_a_file_s_versions_come_with_its_content_after_each(
    repository: Repository, sample: Sample
) -> None:
    sample.commit({"apps/web.yaml": b"a: 2\n"}, "second")
    sample.commit({"apps/other.yaml": b"x"}, "other")
    sample.commit({"apps/web.yaml": None}, "gone")
    sample.commit({"apps/web.yaml": b"a: 3\n"}, "back")
    head = repository.resolve("HEAD").id
    found = [
        (commit.subject, blob and repository.blob(blob))
        for commit in repository.history(head, "apps/web.yaml")
        for blob in [repository.blob_at(commit.id, "apps/web.yaml")]
    ]
    assert found == [
        ("back", b"a: 3\n"),
        ("gone", None),
        ("second", b"a: 2\n"),
        ("first", b"a: 1\n"),
    ]


def test_a_merge_counts_only_if_it_is_neither_side(repository: Repository, sample: Sample) -> None:
    base = b"".join(b"l%d: 0\n" % number for number in range(20))
    sample.commit({"apps/web.yaml": base}, "base")
    sample.git("checkout", "-q", "-b", "side")
    sample.commit({"apps/web.yaml": base.replace(b"l0: 0", b"l0: 1")}, "on side", branch="side")
    sample.git("checkout", "-q", "main")
    sample.commit({"README.md": b"x"}, "elsewhere")
    sample.git("merge", "-q", "--no-edit", "side")
    head = repository.resolve("HEAD").id
    subjects = [commit.subject for commit in repository.history(head, "apps/web.yaml")]
    assert subjects == ["on side", "base", "first"]
    sample.git("checkout", "-q", "-b", "second", "side")
    changed = base.replace(b"l0: 0", b"l0: 1").replace(b"l10: 0", b"l10: 1")
    sample.commit({"apps/web.yaml": changed}, "ten", branch="second")
    sample.git("checkout", "-q", "main")
    mine = base.replace(b"l0: 0", b"l0: 1").replace(b"l19: 0", b"l19: 1")
    sample.commit({"apps/web.yaml": mine}, "nineteen")
    sample.git("merge", "-q", "-m", "both", "second")
    head = repository.resolve("HEAD").id
    subjects = [commit.subject for commit in repository.history(head, "apps/web.yaml")]
    assert subjects[0] == "both"
    assert sorted(subjects[1:3]) == ["nineteen", "ten"]


@pytest.mark.parametrize("seed", range(2))
def test_history_is_what_git_says_in_any_web_of_merges(sample: Sample, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311  a web of commits, no secret
    sample.commit({"a/x": b"0", "b/x": b"0"})
    branches = ["main"]
    for number in range(18):
        what = dice.random()
        if what < 0.2:
            branches.append(f"b{number}")
            sample.git("branch", branches[-1], dice.choice(branches[:-1]))
        elif what < 0.4 and len(branches) > 1:
            sample.git("checkout", "-q", dice.choice(branches))
            sample.git("merge", "-q", "-X", "ours", "--no-edit", dice.choice(branches))
        else:
            branch = dice.choice(branches)
            sample.git("checkout", "-q", branch)
            sample.commit({f"{dice.choice('ab')}/x": str(number).encode()}, branch=branch)
    with sample.opened() as repository:
        head = repository.resolve("HEAD").id
        for folder in ("a", "b", "a/x"):
            found = [commit.id for commit in repository.history(head, folder)]
            assert set(found) == set(listed(sample, folder))


def test_dates_decide_nothing(repository: Repository, sample: Sample) -> None:
    sample.clock = 60
    sample.commit({"apps/web.yaml": b"old"}, "in the past")
    sample.clock = 4_000_000_000
    sample.commit({"apps/web.yaml": b"new"}, "in the future")
    head = repository.resolve("HEAD").id
    subjects = [one.subject for one in repository.history(head, "apps")]
    assert subjects == ["in the future", "in the past", "first"]


def test_a_shallow_clone_ends_where_it_was_cut(tmp_path: Path, sample: Sample) -> None:
    for number in range(5):
        sample.commit({"apps/x": str(number).encode()}, f"c{number}")
    sample.git("clone", "-q", "--depth", "2", f"file://{sample.path}", str(tmp_path / "shallow"))
    repository = Repository(tmp_path / "shallow")
    head = repository.resolve("HEAD").id
    assert [one.subject for one in repository.history(head, "apps")] == ["c4", "c3"]
    plan = repository.plan_revert("HEAD", branch="HEAD")
    assert plan.files == ("apps/x",)
    assert repository.plan_revert(head, branch="main").problem is None
    cut = repository.history(head, "apps")[-1]
    assert "shallow" in str(repository.plan_revert(cut.id, branch="main").problem)
    repository.close()


def test_a_shallow_clone_that_was_deepened_shows_what_came(tmp_path: Path, sample: Sample) -> None:
    for number in range(5):
        sample.commit({"apps/x": str(number).encode()}, f"c{number}")
    clone = Sample(tmp_path / "shallow")
    sample.git("clone", "-q", "--depth", "2", f"file://{sample.path}", str(clone.path))
    with clone.opened() as repository:
        head = repository.resolve("HEAD").id
        assert len(repository.history(head, "apps")) == 2
        for cut, depth in (("--depth=3", 3), ("--unshallow", 5)):
            clone.git("fetch", "-q", cut)
            assert repository.resolve("HEAD").id == head
            assert len(repository.history(head, "apps")) == depth


def test_a_path_that_leads_out_is_refused(repository: Repository) -> None:
    with pytest.raises(RejectedError):
        repository.history(repository.resolve("HEAD").id, "../x")
