"""core.sources.histories: the commits of each app's folder, soon and never twice."""

from pathlib import Path

import pytest
from typing_extensions import override

from core.git import Repositories, Repository
from core.model import AppSpec, Commit
from core.sources.histories import STRETCH, Histories
from tests.core.git.sample import Sample


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    made = Sample(tmp_path / "repo")
    made.commit({"shop/a.yaml": b"0", "other/b.yaml": b"0"}, "first")
    return made


def app(sample: Sample, path: str = "shop", name: str = "") -> AppSpec:
    return AppSpec(
        name=name or path, repo=str(sample.path), revision="main", path=path, cluster="c"
    )


def told(made: Histories, *wanted: tuple[AppSpec, str]) -> dict[str, list[str]]:
    """What is told of each app, the last word of each."""
    found = [one for stretch in made.read(wanted) for one in stretch]
    return {one.app: [commit.subject for commit in one.commits] for one in found}


def histories_of(sample: Sample) -> Histories:
    return Histories(str(sample.path), Repositories())


def test_each_history_is_of_the_apps_folder_alone(sample: Sample) -> None:
    sample.commit({"other/b.yaml": b"1"}, "other")
    head = sample.commit({"shop/a.yaml": b"1"}, "shop")
    apps = (app(sample), head), (app(sample, "other"), head), (app(sample, "", "all"), head)
    assert told(histories_of(sample), *apps, (app(sample, "never"), head)) == {
        "shop": ["shop", "first"],
        "other": ["other", "first"],
        "all": ["shop", "other", "first"],
        "never": [],
    }


def test_apps_of_two_branches_are_walked_at_once(sample: Sample) -> None:
    sample.git("branch", "staging")
    main = sample.commit({"shop/a.yaml": b"1"}, "main")
    staging = sample.commit({"shop/a.yaml": b"2"}, "staging", branch="staging")
    apps = (app(sample, name="one"), main), (app(sample, name="two"), staging)
    assert told(histories_of(sample), *apps) == {
        "one": ["main", "first"],
        "two": ["staging", "first"],
    }


class Counted(Repository):
    """Counts the commits that it makes values of."""

    count = 0

    @override
    def commit(self, commit_id: str) -> Commit:
        self.count += 1
        return super().commit(commit_id)


class Counting(Repositories):
    def __init__(self, sample: Sample) -> None:
        super().__init__()
        self.one = Counted(sample.path)

    @override
    def opened(self, path: str) -> Repository:
        return self.one


def test_only_what_is_new_is_told_and_looked_at(sample: Sample) -> None:
    counting = Counting(sample)
    made = Histories(str(sample.path), counting)
    first = sample.git("rev-parse", "main").strip()
    apps = (app(sample), app(sample, "other"))
    told(made, *((one, first) for one in apps))
    head = sample.commit({"other/b.yaml": b"1"}, "more")
    before = counting.one.count
    assert told(made, *((one, head) for one in apps)) == {"other": ["more", "first"]}
    assert counting.one.count - before == 1


def test_a_merge_brings_what_its_branch_changed_and_nothing_twice(sample: Sample) -> None:
    made = histories_of(sample)
    sample.git("branch", "feature")
    old = sample.commit({"other/b.yaml": b"1"}, "before")
    assert told(made, (app(sample), old), (app(sample, "", "all"), old))["all"] == [
        "before",
        "first",
    ]
    sample.commit({"shop/a.yaml": b"1"}, "feature", branch="feature")
    sample.git("reset", "-q", "--hard", "main")
    sample.git("merge", "-q", "--no-ff", "-m", "merge", "feature")
    head = sample.git("rev-parse", "main").strip()
    found = told(made, (app(sample), head), (app(sample, "", "all"), head))
    assert found["shop"] == ["feature", "first"]
    assert sorted(found["all"]) == ["before", "feature", "first", "merge"]


def test_a_history_that_was_rewritten_is_walked_to_its_end(sample: Sample) -> None:
    made = histories_of(sample)
    second = sample.commit({"shop/a.yaml": b"1"}, "second")
    assert told(made, (app(sample), second)) == {"shop": ["second", "first"]}
    sample.git("update-ref", "-d", "refs/heads/main")
    head = sample.commit({"shop/a.yaml": b"9"}, "anew")
    assert told(made, (app(sample), head)) == {"shop": ["anew"]}


def test_the_newest_commits_are_told_before_the_oldest_were_looked_at(sample: Sample) -> None:
    for number in range(STRETCH + 3):
        head = sample.commit({"shop/a.yaml": str(number + 1).encode()}, f"c{number}")
    made = histories_of(sample)
    soon, rest = ([len(one.commits) for one in each] for each in made.read([(app(sample), head)]))
    assert (soon, rest) == ([STRETCH], [STRETCH + 4])


def test_a_shallow_history_that_was_deepened_is_walked_anew(tmp_path: Path, sample: Sample) -> None:
    for number in range(4):
        sample.commit({"shop/a.yaml": str(number + 1).encode()}, f"c{number}")
    clone = Sample(tmp_path / "shallow")
    sample.git("clone", "-q", "--depth", "2", f"file://{sample.path}", str(clone.path))
    repositories = Repositories()
    made = Histories(str(clone.path), repositories)
    head = repositories.opened(str(clone.path)).resolve("HEAD").id
    assert told(made, (app(clone), head)) == {"shop": ["c3", "c2"]}
    clone.git("fetch", "-q", "--unshallow")
    repositories.opened(str(clone.path)).resolve("HEAD")
    assert len(told(made, (app(clone), head))["shop"]) == 5
