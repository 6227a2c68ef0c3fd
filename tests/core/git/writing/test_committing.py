"""Commits for the demo and for tests."""

from pathlib import Path

import pytest

from core.errors import OutdatedError, UsageError
from core.git import commit_files
from core.git.reading.store import Store
from core.git.writing.commit import Authorship, move_ref, write_commit
from tests.core.git.sample import ANN, Sample


def test_a_work_tree_gets_the_files_too(sample: Sample) -> None:
    commit = sample.commit({"a/b/c.yaml": b"1", "d": b"2"}, "one\n\nbody")
    assert sample.git("rev-parse", "HEAD").strip() == commit
    assert (sample.path / "a/b/c.yaml").read_bytes() == b"1"
    assert sample.git("status", "--porcelain") == ""
    sample.commit({"a/b/c.yaml": None})
    assert not (sample.path / "a").exists()
    assert sample.git("status", "--porcelain") == ""
    sample.git("fsck", "--strict")


def test_a_bare_repository_has_no_files(tmp_path: Path) -> None:
    sample = Sample(tmp_path / "x.git", bare=True)
    sample.commit({"a": b"1"})
    sample.commit({"b": b"2"})
    assert sample.git("ls-tree", "--name-only", "main").split() == ["a", "b"]


def test_many_files_become_one_pack(sample: Sample) -> None:
    sample.commit({f"f/{number}.yaml": str(number).encode() for number in range(500)})
    assert sample.git("count-objects").startswith("0 objects")
    assert sample.git("status", "--porcelain") == ""


def test_the_last_file_may_be_deleted(sample: Sample) -> None:
    sample.commit({"a": b"1"})
    sample.commit({"a": None})
    assert sample.git("ls-tree", "HEAD") == ""


def test_without_a_repository_nothing_is_made_unasked(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        commit_files(tmp_path / "x", {}, author=ANN, message="x", when=0)
    assert not (tmp_path / "x").exists()


def test_a_branch_that_moved_meanwhile_is_not_overwritten(sample: Sample) -> None:
    first = sample.commit({"a": b"1"})
    second = sample.commit({"a": b"2"})
    store = Store(sample.path)
    authorship = Authorship(author=ANN, message="late", when=0)
    late = write_commit(store, first, {}, authorship)
    with pytest.raises(OutdatedError):
        move_ref(store, "refs/heads/main", first, late, authorship)
    with pytest.raises(OutdatedError):
        move_ref(store, "refs/heads/main", None, late, authorship)
    store.close()
    assert sample.git("rev-parse", "main").strip() == second
