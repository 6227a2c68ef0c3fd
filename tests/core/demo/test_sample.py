"""core.demo.sample: a month of work by several people, all of which can be read."""

from core.demo.sample import MONITORING, SHOP, history
from core.manifests import load


def test_the_sample_has_a_history_of_several_people() -> None:
    commits = history()
    assert len(commits) > 10
    assert len({commit.author for commit in commits}) == 3
    ages = [commit.age_s for commit in commits]
    assert ages == sorted(ages, reverse=True)


def test_every_file_of_every_commit_is_read_without_a_word() -> None:
    for commit in history():
        for name, content in commit.files.items():
            read = load(name, content)
            assert read.documents, name
            assert not any(document.warnings for document in read.documents), name


def test_the_newest_commit_changes_one_app_that_was_there_before() -> None:
    *before, newest = history()
    assert {name.rpartition("/")[0] for name in newest.files} == {SHOP}
    known = {name for commit in before for name in commit.files}
    assert set(newest.files) <= known
    assert {name.rpartition("/")[0] for name in known} == {SHOP, MONITORING}
