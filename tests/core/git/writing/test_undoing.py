"""Reverts with conflicts, ways back to a commit, branches for a pull request, and marks."""

from collections import Counter
from dataclasses import replace

import pytest
from typing_extensions import override

from core.errors import OutdatedError, RejectedError
from core.git import Repository
from core.git.reading.graph import Graph, Links
from core.git.reading.store import Store
from core.git.writing.undoing import taken_back
from core.model import Commit, Document, KindRef, RevertPlan
from tests.core.git.sample import BOB, Sample

NOW = 1_800_000_000.0


def made(repository: Repository, plan: RevertPlan) -> Commit:
    return repository.make_revert(plan, author=BOB, now=NOW)


def refs(sample: Sample) -> str:
    return sample.git("for-each-ref") + sample.git("status", "--porcelain")


def test_a_conflict_is_shown_file_by_file_and_leaves_the_repository_as_it_was(
    repository: Repository, sample: Sample
) -> None:
    target = sample.commit({"apps/web.yaml": b"a: 2\n", "b": b"1\n", "c": b"1\n"})
    sample.commit({"apps/web.yaml": b"a: 3\n", "b": b"2\n"})
    before = refs(sample)
    plan = repository.plan_revert(target, branch="main")
    assert str(plan.problem).split("; edit it by hand")[0] == (
        "apps/web.yaml was changed since in the same lines"
    )
    assert "b, which the commit added, was changed since" in str(plan.problem)
    assert "; c" not in str(plan.problem)
    with pytest.raises(RejectedError):
        made(repository, plan)
    sample.git("fsck", "--strict")
    assert refs(sample) == before


# Back to a commit -------------------------------------------------------------------------------


@pytest.fixture
def past(repository: Repository, sample: Sample) -> str:
    """A commit after which the folder, and what is beside it, changed twice."""
    del repository
    then = sample.commit({"apps/web.yaml": b"a: 5\n", "apps/old.yaml": b"o: 1\n"}, "good")
    sample.commit({"apps/web.yaml": b"a: 6\n", "apps/old.yaml": None}, "bad")
    sample.commit({"apps/web.yaml": b"a: 7\n", "apps/new.yaml": b"n: 1\n", "b": b"x"}, "worse")
    sample.commit({"README.md": b"later\n"}, "elsewhere")
    return then


def test_one_commit_makes_the_folder_what_it_was_and_leaves_everything_else(
    repository: Repository, sample: Sample, past: str
) -> None:
    plan = repository.plan_revert(past, branch="main", app="shop", folder="apps", back=True)
    assert plan.problem is None
    assert plan.files == ("apps/new.yaml", "apps/old.yaml", "apps/web.yaml")
    assert [note.split(" ", 3)[3] for note in plan.notes] == ["worse (Ann)", "bad (Ann)"]
    before = sample.git("rev-parse", "main").strip()
    commit = made(repository, plan)
    assert commit.parents == (before,)
    assert sample.git("rev-parse", "main:apps") == sample.git("rev-parse", f"{past}:apps")
    assert sample.git("show", "main:README.md") == "later\n"
    assert sample.git("show", "main:b") == "x"
    assert sample.git("status", "--porcelain") == ""
    text = sample.git("show", "-s", "--format=%B", "main")
    assert text.startswith('Roll back shop to "good"\n')
    assert f'This restores the folder "apps" of {past}.' in text
    sample.git("fsck", "--strict")


class Counting(Graph):
    """Counts how often each commit is asked for."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.asked: Counter[str] = Counter()

    @override
    def links(self, commit_id: str) -> Links:
        self.asked[commit_id] += 1
        return super().links(commit_id)


def test_what_was_before_the_target_is_not_walked_for_each_commit_that_is_taken_back(
    repository: Repository, sample: Sample, past: str
) -> None:
    for count in range(20):
        sample.commit({"apps/web.yaml": b"b: %d\n" % count})
    graph = Counting(repository.store)
    head = repository.resolve("main").id
    found = [*taken_back(graph, repository.resolve(past), head, "apps")]
    assert found == sample.git("log", "--format=%H", f"{past}..main", "--", "apps").split()
    first = sample.git("rev-list", "--max-parents=0", "main").strip()
    assert graph.asked[first] < len(found)


def test_a_rollback_is_reverted_like_any_commit_and_again(
    repository: Repository, sample: Sample, past: str
) -> None:
    head = sample.git("rev-parse", "main:apps")
    back = made(repository, repository.plan_revert(past, branch="main", folder="apps", back=True))
    again = made(repository, repository.plan_revert(back.id, branch="main", folder="apps"))
    assert sample.git("rev-parse", "main:apps") == head
    made(repository, repository.plan_revert(again.id, branch="main", folder="apps"))
    assert sample.git("rev-parse", "main:apps") == sample.git("rev-parse", f"{past}:apps")


def test_the_root_is_a_folder_too(repository: Repository, sample: Sample, past: str) -> None:
    made(repository, repository.plan_revert(past, branch="main", back=True))
    assert sample.git("rev-parse", "main^{tree}") == sample.git("rev-parse", f"{past}^{{tree}}")
    assert "This restores the whole tree" in sample.git("show", "-s", "--format=%B", "main")


def test_what_there_is_no_way_back_to_says_why(
    repository: Repository, sample: Sample, past: str
) -> None:
    def problem(commit: str, folder: str) -> str:
        plan = repository.plan_revert(commit, branch="main", folder=folder, back=True)
        return str(plan.problem)

    sample.git("branch", "side")
    other = sample.commit({"x": b""}, branch="side")
    assert "not part of this branch" in problem(other, "apps")
    assert 'no folder "b"' in problem(past, "b")
    assert '"apps" is what it was at' in problem("HEAD", "apps")


# A branch for a pull request --------------------------------------------------------------------


@pytest.mark.parametrize("back", [False, True])
def test_a_branch_begins_with_it_and_the_followed_one_stays(
    repository: Repository, sample: Sample, past: str, back: bool
) -> None:
    head = sample.git("rev-parse", "main").strip()
    commit = past if back else head
    plan = repository.plan_revert(commit, branch="HEAD", back=back, begins="undo/it")
    assert (plan.branch, plan.parent, plan.problem) == ("undo/it", head, None)
    done = made(repository, plan)
    assert sample.git("rev-parse", "undo/it").strip() == done.id
    assert sample.git("rev-parse", "main", "HEAD").split() == [head, head]
    assert sample.git("status", "--porcelain") == ""
    with pytest.raises(RejectedError, match="already"):
        made(repository, plan)


@pytest.mark.parametrize(
    ("name", "words"),
    [("main", 'there is a branch "main" already'), ("-x", "cannot name"), ("a..b", "cannot name")],
)
def test_a_name_that_is_taken_or_no_name_is_refused_before_anything_is_written(
    repository: Repository, sample: Sample, name: str, words: str
) -> None:
    target = sample.commit({"apps/web.yaml": b"a: 2\n"})
    before = refs(sample)
    assert words in str(repository.plan_revert(target, branch="main", begins=name).problem)
    assert refs(sample) == before


# Marks ------------------------------------------------------------------------------------------


def document(name: str, namespace: str | None = None) -> Document:
    return Document(KindRef("v1", "ConfigMap"), namespace, name, b"{}", "f", 1, 0)


def test_a_commit_names_its_objects_and_is_found_by_its_mark(
    repository: Repository, sample: Sample
) -> None:
    parent = sample.commit({"apps/web.yaml": b"a: 2\n"})
    plan = repository.plan_revert(parent, branch="main", app="shop")
    pairs = ((document("b", "web"), None), (document("a"), document("a")))
    commit = made(repository, replace(plan, restated=pairs, mark="5ca1ab1e"))
    trailers = sample.git("show", "-s", "--format=%(trailers:only)", "main").splitlines()
    assert trailers[:5] == [
        "Drift-Reverted-By: driftdeck",
        "App: shop",
        "Object: ConfigMap/a",
        "Object: ConfigMap/web/b",
        "Journal-Id: 5ca1ab1e",
    ]
    sample.commit({"README.md": b"later\n"})
    assert repository.marked("main", parent, "5ca1ab1e") == commit.id
    assert repository.marked("main", parent, "5ca1ab1") is None
    assert repository.marked("main", commit.id, "5ca1ab1e") is None
    assert repository.marked("gone", parent, "5ca1ab1e") is None


def test_a_mark_is_found_behind_a_merge(repository: Repository, sample: Sample) -> None:
    parent = sample.commit({"apps/web.yaml": b"a: 2\n"})
    plan = repository.plan_revert(parent, branch="main", begins="undo")
    commit = made(repository, replace(plan, mark="f00d"))
    sample.commit({"README.md": b"later\n"})
    sample.git("merge", "-q", "--no-edit", "undo")
    assert repository.marked("main", parent, "f00d") == commit.id


def test_of_many_objects_the_first_are_named(repository: Repository, sample: Sample) -> None:
    target = sample.commit({"apps/web.yaml": b"a: 2\n"})
    pairs = tuple((document(f"m{i:03}"), None) for i in range(103))
    plan = replace(repository.plan_revert(target, branch="main"), restated=pairs)
    made(repository, plan)
    named = sample.git("show", "-s", "--format=%(trailers:key=Object,valueonly)", "main").split(
        "\n"
    )
    assert named[99:101] == ["ConfigMap/m099", "and 3 more"]


def test_a_branch_that_moved_makes_a_rollback_outdated(
    repository: Repository, sample: Sample, past: str
) -> None:
    plan = repository.plan_revert(past, branch="main", folder="apps", back=True)
    sample.commit({"README.md": b"more\n"})
    with pytest.raises(OutdatedError):
        made(repository, plan)
