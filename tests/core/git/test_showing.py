"""One commit for people: the rest of its message, its files, and what it changes."""

from pathlib import Path

from core.git import Repository
from tests.core.git.sample import Sample


def test_a_commit_shows_its_body_its_files_and_its_diff(
    repository: Repository, sample: Sample
) -> None:
    message = "second\n\nThe sale needs two.\n\nSee SHOP-12."
    made = sample.commit({"apps/web.yaml": b"a: 2\n", "apps/b.yaml": b"b: 1\n"}, message)
    shown = repository.shown(made)
    assert shown.body == "The sale needs two.\n\nSee SHOP-12."
    assert shown.files == ("apps/b.yaml", "apps/web.yaml")
    assert "--- a/apps/web.yaml\n+++ b/apps/web.yaml\n@@ -1 +1 @@\n-a: 1\n+a: 2\n" in shown.diff
    assert "--- /dev/null\n+++ b/apps/b.yaml" in shown.diff
    assert shown.problem is None


def test_the_first_commit_shows_all_of_its_files(repository: Repository) -> None:
    shown = repository.shown(repository.resolve("HEAD").id)
    assert shown.body == ""
    assert shown.files == ("README.md", "apps/web.yaml")
    assert "+a: 1" in shown.diff


def test_the_values_of_secrets_and_what_no_terminal_should_get_are_not_shown(
    repository: Repository, sample: Sample
) -> None:
    secret = b"kind: Secret\ndata: {token: aGVsbG8=}\n"
    made = sample.commit({"s.yaml": secret, "odd.txt": b"\x1b]0;x\n", "bin": b"\0\1"}, "odd")
    shown = repository.shown(made)
    assert "aGVsbG8" not in shown.diff
    assert "\x1b" not in shown.diff
    assert "(binary)" in shown.diff


def test_a_shallow_clone_says_why_it_cannot_tell_what_the_oldest_commit_changed(
    repository: Repository, sample: Sample, tmp_path: Path
) -> None:
    del repository
    made = sample.commit({"apps/web.yaml": b"a: 2\n"}, "second\n\nbody")
    clone = tmp_path / "clone"
    sample.git("clone", "-q", "--depth", "1", f"file://{sample.path}", str(clone))
    shown = Repository(clone).shown(made)
    assert shown.body == "body"
    assert (shown.files, shown.diff) == ((), "")
    assert "shallow" in str(shown.problem)
