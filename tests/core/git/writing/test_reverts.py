"""A revert is worked out, shown, and made exactly as shown, or not at all."""

import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import DeniedError, OutdatedError, RejectedError, UnavailableError, UsageError
from core.git import Repository
from core.model import Commit, RevertPlan
from tests.core.git.sample import BOB, Sample

NOW = 1_800_000_000.0
WEB = b"# web\nreplicas: 3\nimage: a:1 # keep\nports:\n- 80\nlast: x\n"


def made(repository: Repository, plan: RevertPlan) -> Commit:
    """Make a revert."""
    return repository.make_revert(plan, author=BOB, now=NOW)


def head_file(sample: Sample, path: str) -> bytes:
    """Read a file at the head, as git has it."""
    return sample.git("show", f"HEAD:{path}").encode()


def is_clean(sample: Sample) -> bool:
    """Ask git whether the work tree is what the head says."""
    return sample.git("status", "--porcelain") == ""


def test_a_revert_gives_files_that_nobody_touched_since_their_old_versions(
    repository: Repository, sample: Sample
) -> None:
    target = sample.commit({"apps/web.yaml": b"a: 9\n", "apps/new.yaml": b"new"}, "scale up")
    sample.commit({"README.md": b"later\n"}, "later")
    plan = repository.plan_revert(target, branch="main", app="web", folder="apps")
    assert plan.problem is None
    assert plan.files == ("apps/new.yaml", "apps/web.yaml")
    assert plan.target.subject == "scale up"
    assert plan.branch == "main"
    assert plan.parent == repository.resolve("HEAD").id
    assert "-a: 9\n+a: 1\n" in plan.diff
    commit = made(repository, plan)
    assert repository.resolve("main") == commit
    assert head_file(sample, "apps/web.yaml") == b"a: 1\n"
    assert "apps/new.yaml" not in sample.git("ls-tree", "-r", "--name-only", "HEAD")
    assert is_clean(sample)
    assert not (sample.path / "apps/new.yaml").exists()
    sample.git("fsck", "--strict")


def test_the_commit_says_what_it_undoes_and_who_made_it(
    repository: Repository, sample: Sample
) -> None:
    target = sample.commit({"apps/web.yaml": b"a: 9\n"}, "scale\x1b[2J up")
    plan = repository.plan_revert(target, branch="HEAD", app="web")
    commit = repository.make_revert(plan, author=BOB, now=NOW, timezone_s=7200)
    assert commit.author == BOB
    assert commit.date == "2027-01-15T08:00:00Z"
    assert commit.parents == (target,)
    assert sample.git("log", "-1", "--format=%B").strip() == (
        f'Revert "scale␛[2J up"\n\nThis reverts commit {target}.\n\n'
        "Drift-Reverted-By: driftdeck\nApp: web"
    )
    assert sample.git("log", "-1", "--format=%ci").strip() == "2027-01-15 10:00:00 +0200"
    assert "Revert" in sample.git("reflog", "-1", "main")


def test_in_a_file_that_changed_since_only_the_commit_s_lines_go_back(
    repository: Repository, sample: Sample
) -> None:
    sample.commit({"apps/web.yaml": WEB})
    target = sample.commit({"apps/web.yaml": WEB.replace(b"replicas: 3", b"replicas: 9")})
    later = WEB.replace(b"replicas: 3", b"replicas: 9").replace(b"last: x", b"last: y")
    sample.commit({"apps/web.yaml": later})
    made(repository, repository.plan_revert(target, branch="main"))
    assert head_file(sample, "apps/web.yaml") == WEB.replace(b"last: x", b"last: y")
    assert is_clean(sample)


def test_lines_that_were_changed_again_are_a_conflict(
    repository: Repository, sample: Sample
) -> None:
    target = sample.commit({"apps/web.yaml": b"a: 2\n"})
    sample.commit({"apps/web.yaml": b"a: 3\n"})
    plan = repository.plan_revert(target, branch="main")
    assert str(plan.problem) == "apps/web.yaml was changed since in the same lines; edit it by hand"
    with pytest.raises(RejectedError):
        made(repository, plan)


@pytest.mark.parametrize(
    ("first", "second", "third", "words"),
    [
        ({"f": b"1"}, {"f": None}, {"f": b"2"}, "deleted, was changed since"),
        ({"g": b""}, {"f": b"1"}, {"f": b"2"}, "added, was changed since"),
        ({"f": b"1"}, {"f": b"2"}, {"f": None}, "was deleted since"),
        ({"f": b"1"}, {"f": b"2"}, {"f": b"1"}, "nothing of .* is left"),
        ({"g": b""}, {"f": b"1"}, {"f": None}, "nothing of .* is left"),
    ],
)
def test_what_cannot_be_undone_by_itself_says_why(
    sample: Sample,
    first: dict[str, bytes | None],
    second: dict[str, bytes | None],
    third: dict[str, bytes | None],
    words: str,
) -> None:
    sample.commit(first)
    target = sample.commit(second)
    sample.commit(third)
    with sample.opened() as repository:
        problem = repository.plan_revert(target, branch="main").problem
        assert re.search(words, str(problem))


def test_a_deleted_file_comes_back_with_its_mode(repository: Repository, sample: Sample) -> None:
    (sample.path / "apps/run.sh").write_bytes(b"#!/bin/sh\n")
    (sample.path / "apps/run.sh").chmod(0o755)
    sample.git("add", ".")
    sample.git("commit", "-q", "-m", "script")
    target = sample.commit({"apps/run.sh": None, "apps/web.yaml": None}, "empty")
    assert not (sample.path / "apps").exists()
    made(repository, repository.plan_revert(target, branch="main"))
    assert (sample.path / "apps/run.sh").stat().st_mode & 0o777 == 0o755
    assert is_clean(sample)


@pytest.mark.parametrize(
    ("later_mode", "after_revert"),
    [
        (0o755, 0o644),  # still as the commit made it: it goes back with the lines
        (0o644, 0o644),  # changed since: it is somebody else's
    ],
)
def test_where_lines_are_merged_the_mode_goes_back_with_them(
    repository: Repository, sample: Sample, later_mode: int, after_revert: int
) -> None:
    def commit(text: bytes, mode: int) -> str:
        (sample.path / "apps/run.sh").write_bytes(text)
        (sample.path / "apps/run.sh").chmod(mode)
        sample.git("add", ".")
        sample.git("commit", "-q", "-m", "script")
        return repository.resolve("HEAD").id

    commit(WEB, 0o644)
    target = commit(WEB.replace(b"replicas: 3", b"replicas: 9"), 0o755)
    later = WEB.replace(b"replicas: 3", b"replicas: 9").replace(b"last: x", b"last: y")
    commit(later, later_mode)
    made(repository, repository.plan_revert(target, branch="main"))
    assert head_file(sample, "apps/run.sh") == WEB.replace(b"last: x", b"last: y")
    assert (sample.path / "apps/run.sh").stat().st_mode & 0o777 == after_revert


def test_a_revert_of_a_revert_brings_the_change_back(
    repository: Repository, sample: Sample
) -> None:
    target = sample.commit({"apps/web.yaml": b"a: 9\n"})
    undone = made(repository, repository.plan_revert(target, branch="main"))
    made(repository, repository.plan_revert(undone.id, branch="main"))
    assert head_file(sample, "apps/web.yaml") == b"a: 9\n"


def test_the_first_commit_and_merges_are_refused_in_words(
    repository: Repository, sample: Sample
) -> None:
    first = repository.resolve("HEAD").id
    assert "first commit" in str(repository.plan_revert(first, branch="main").problem)
    sample.git("checkout", "-q", "-b", "side")
    sample.commit({"x": b""}, branch="side")
    sample.git("checkout", "-q", "main")
    sample.commit({"y": b""})
    sample.git("merge", "-q", "--no-edit", "side")
    assert "is a merge" in str(repository.plan_revert("HEAD", branch="main").problem)


def test_a_commit_of_another_branch_is_refused(repository: Repository, sample: Sample) -> None:
    sample.git("branch", "side")
    target = sample.commit({"x": b""}, branch="side")
    assert "not part of this branch" in str(repository.plan_revert(target, branch="main").problem)


def test_a_commit_that_does_not_touch_the_app_is_refused(
    repository: Repository, sample: Sample
) -> None:
    target = sample.commit({"README.md": b"x"})
    problem = repository.plan_revert(target, branch="main", folder="apps").problem
    assert 'changes nothing in "apps"' in str(problem)


@pytest.mark.parametrize("branch", ["v1", "nope", "-x", "\x1b[2J"])
def test_a_revert_needs_a_branch(repository: Repository, sample: Sample, branch: str) -> None:
    target = sample.commit({"x": b""})
    sample.git("tag", "v1")
    plan = repository.plan_revert(target, branch=branch)
    assert "is no branch" in str(plan.problem)
    assert str(plan.problem).isprintable()


def test_a_detached_head_is_no_branch(repository: Repository, sample: Sample) -> None:
    target = sample.commit({"x": b""})
    sample.git("checkout", "-q", target)
    assert "is no branch" in str(repository.plan_revert(target, branch="HEAD").problem)


def test_an_unknown_commit_is_a_usage_error(repository: Repository) -> None:
    with pytest.raises(UsageError):
        repository.plan_revert("nope", branch="main")


def test_links_and_hostile_names_are_left_to_git(repository: Repository, sample: Sample) -> None:
    (sample.path / "apps/link").symlink_to("web.yaml")
    sample.git("add", ".")
    sample.git("commit", "-q", "-m", "link")
    assert "revert it with git" in str(repository.plan_revert("HEAD", branch="main").problem)


# When the world moved ---------------------------------------------------------------------------


def test_a_branch_that_moved_on_makes_the_plan_outdated(
    repository: Repository, sample: Sample
) -> None:
    target = sample.commit({"apps/web.yaml": b"a: 9\n"})
    plan = repository.plan_revert(target, branch="main")
    head = sample.commit({"README.md": b"x"})
    with pytest.raises(OutdatedError):
        made(repository, plan)
    assert repository.resolve("main").id == head
    assert is_clean(sample)


@pytest.mark.parametrize(
    "change",
    [
        lambda path: (path / "apps/web.yaml").write_text("a: 5\n"),
        lambda path: (path / "apps/web.yaml").unlink(),
        lambda path: (path / "apps/new.yaml").write_text("new\n"),
        lambda path: (path / "apps/web.yaml").unlink() or (path / "apps/web.yaml").mkdir(),
        lambda path: (
            (path / "apps/web.yaml").unlink() or (path / "apps/web.yaml").symlink_to("../README.md")
        ),
    ],
)
def test_local_changes_in_the_same_files_stop_a_revert_before_anything_is_written(
    repository: Repository, sample: Sample, change: object
) -> None:
    sample.commit({"apps/new.yaml": b"x"})
    target = sample.commit({"apps/web.yaml": b"a: 9\n", "apps/new.yaml": None})
    plan = repository.plan_revert(target, branch="main")
    assert callable(change)
    change(sample.path)
    objects = sample.git("count-objects")
    with pytest.raises(RejectedError, match="local changes"):
        made(repository, plan)
    assert repository.resolve("main").id == target
    assert sample.git("count-objects") == objects
    assert not (sample.path / ".git/index.lock").exists()


def test_staged_changes_stop_it_too(repository: Repository, sample: Sample) -> None:
    target = sample.commit({"apps/web.yaml": b"a: 9\n"})
    plan = repository.plan_revert(target, branch="main")
    (sample.path / "apps/web.yaml").write_bytes(b"a: 7\n")
    sample.git("add", ".")
    (sample.path / "apps/web.yaml").write_bytes(b"a: 9\n")
    with pytest.raises(RejectedError, match="local changes"):
        made(repository, plan)


def test_a_folder_that_is_a_link_is_never_written_through(
    tmp_path: Path, repository: Repository, sample: Sample
) -> None:
    target = sample.commit({"apps/web.yaml": b"a: 9\n"})
    plan = repository.plan_revert(target, branch="main")
    outside = tmp_path / "outside"
    (sample.path / "apps").rename(outside)
    (sample.path / "apps").symlink_to(outside)
    with pytest.raises(RejectedError, match="local changes"):
        made(repository, plan)
    assert (outside / "web.yaml").read_bytes() == b"a: 9\n"


def test_local_changes_elsewhere_are_left_alone(repository: Repository, sample: Sample) -> None:
    target = sample.commit({"apps/web.yaml": b"a: 9\n"})
    (sample.path / "README.md").write_text("mine\n")
    (sample.path / "untracked").write_text("mine\n")
    (sample.path / "staged").write_text("mine\n")
    sample.git("add", "staged")
    before = sample.git("status", "--porcelain")
    made(repository, repository.plan_revert(target, branch="main"))
    assert sample.git("status", "--porcelain") == before


@pytest.mark.parametrize("lock", ["index.lock", "refs/heads/main.lock"])
def test_a_lock_is_explained_and_nothing_is_moved(
    repository: Repository, sample: Sample, lock: str
) -> None:
    target = sample.commit({"apps/web.yaml": b"a: 9\n"})
    plan = repository.plan_revert(target, branch="main")
    (sample.path / ".git" / lock).touch()
    with pytest.raises(UnavailableError, match=r"locked by another git process.*\.lock"):
        made(repository, plan)
    assert repository.resolve("main").id == target
    assert (sample.path / "apps/web.yaml").read_bytes() == b"a: 9\n"


def test_a_file_where_a_folder_must_be_stops_a_revert(
    repository: Repository, sample: Sample
) -> None:
    sample.commit({"apps/deep/x.yaml": b"1\n"})
    target = sample.commit({"apps/deep/x.yaml": None})
    plan = repository.plan_revert(target, branch="main")
    (sample.path / "apps/deep").write_text("a file where a folder must be\n")
    with pytest.raises(RejectedError, match="local changes"):
        made(repository, plan)
    (sample.path / "apps/deep").unlink()
    (sample.path / "apps" / ("x" * 5)).mkdir()  # something else is no obstacle
    assert made(repository, plan).parents == (target,)
    assert is_clean(sample)


@pytest.mark.parametrize("state", ["MERGE_HEAD", "rebase-merge", "CHERRY_PICK_HEAD"])
def test_a_merge_under_way_stops_a_revert(
    repository: Repository, sample: Sample, state: str
) -> None:
    target = sample.commit({"apps/web.yaml": b"a: 9\n"})
    plan = repository.plan_revert(target, branch="main")
    (sample.path / ".git" / state).touch()
    with pytest.raises(RejectedError, match="under way"):
        made(repository, plan)


def rebased_halfway(sample: Sample, *arguments: str) -> None:
    """A rebase of main onto a branch that changed the same lines stops at a conflict."""
    sample.git("checkout", "-q", "-b", "feature", "HEAD~1")
    sample.commit({"README.md": b"theirs\n"}, branch="feature")
    sample.git("checkout", "-q", "main")
    sample.commit({"README.md": b"ours\n"})
    with pytest.raises(subprocess.CalledProcessError):
        sample.git("rebase", *arguments, "feature")


@pytest.mark.parametrize("backend", ["--merge", "--apply"])
def test_a_branch_under_rebase_is_not_moved(
    repository: Repository, sample: Sample, backend: str
) -> None:
    target = sample.commit({"apps/web.yaml": b"a: 9\n"})
    rebased_halfway(sample, backend)
    head = repository.resolve("main").id
    plan = repository.plan_revert(target, branch="main")
    words = f"a rebase of main is under way in {sample.path}; finish it first"
    assert str(plan.problem) == words
    with pytest.raises(RejectedError, match="a rebase of main is under way"):
        made(repository, replace(plan, problem=None, files=("apps/web.yaml",)))
    sample.git("rebase", "--abort")
    assert repository.resolve("main").id == head
    made(repository, repository.plan_revert(target, branch="main"))
    assert is_clean(sample)


def test_a_branch_that_another_work_tree_rebases_is_not_moved_either(
    tmp_path: Path, repository: Repository, sample: Sample
) -> None:
    target = sample.commit({"apps/web.yaml": b"a: 9\n"})
    rebased_halfway(sample, "--merge")
    linked = Sample(tmp_path / "linked")
    sample.git("worktree", "add", "-q", "-b", "side", str(linked.path), target)
    with linked.opened() as opened:
        problem = opened.plan_revert(target, branch="main").problem
        assert f"a rebase of main is under way in {sample.path}" in str(problem)
    sample.git("rebase", "--abort")
    with pytest.raises(subprocess.CalledProcessError):
        linked.git("rebase", "feature", "--exec", "false")
    problem = repository.plan_revert(target, branch="side").problem
    assert f"a rebase of side is under way in {linked.path}" in str(problem)


def test_branches_that_a_rebase_takes_along_are_not_moved(
    repository: Repository, sample: Sample
) -> None:
    target = sample.commit({"apps/web.yaml": b"a: 9\n"})
    sample.git("branch", "stacked")
    rebased_halfway(sample, "--merge", "--update-refs")
    problem = repository.plan_revert(target, branch="stacked").problem
    assert "a rebase of stacked is under way" in str(problem)


def test_a_branch_that_is_searched_for_a_fault_is_not_moved(
    repository: Repository, sample: Sample
) -> None:
    target = sample.commit({"apps/web.yaml": b"a: 9\n"})
    sample.commit({"README.md": b"later\n"})
    sample.git("bisect", "start", "HEAD", "HEAD~2")
    problem = repository.plan_revert(target, branch="main").problem
    assert f"a bisect of main is under way in {sample.path}" in str(problem)
    assert "a bisect" in str(repository.plan_revert(target, branch="HEAD").problem)


def test_other_branches_may_be_moved_meanwhile(repository: Repository, sample: Sample) -> None:
    target = sample.commit({"apps/web.yaml": b"a: 9\n"})
    sample.git("branch", "release")
    rebased_halfway(sample)
    made(repository, repository.plan_revert(target, branch="release"))
    assert sample.git("show", "release:apps/web.yaml") == "a: 1\n"


def test_the_log_of_head_knows_the_revert_so_that_one_step_back_is_one_step(
    repository: Repository, sample: Sample
) -> None:
    sample.git("commit", "-q", "--allow-empty", "-m", "as git logs it")
    target = sample.commit({"apps/web.yaml": b"a: 9\n"}, "scale up")
    commit = made(repository, repository.plan_revert(target, branch="main"))
    for name in ("HEAD", "main"):
        log = sample.git("reflog", "show", "--format=%H %gs", name).splitlines()
        assert log[0] == f'{commit.id} revert: Revert "scale up"'
        assert sample.git("rev-parse", f"{name}@{{1}}").strip() == target


def test_the_log_of_head_is_left_alone_where_another_branch_moves(
    repository: Repository, sample: Sample
) -> None:
    target = sample.commit({"apps/web.yaml": b"a: 9\n"})
    sample.git("checkout", "-q", "-b", "other")
    log = sample.git("reflog", "show", "HEAD")
    made(repository, repository.plan_revert(target, branch="main"))
    assert sample.git("reflog", "show", "HEAD") == log


# Other shapes of repositories -------------------------------------------------------------------


def test_a_bare_repository_gets_the_commit_only(tmp_path: Path) -> None:
    sample = Sample(tmp_path / "bare", bare=True)
    sample.commit({"a.yaml": b"1\n"})
    target = sample.commit({"a.yaml": b"2\n"})
    with sample.opened() as repository:
        made(repository, repository.plan_revert(target, branch="main"))
        assert head_file(sample, "a.yaml") == b"1\n"


def test_a_branch_that_is_not_checked_out_leaves_the_work_tree_alone(
    repository: Repository, sample: Sample
) -> None:
    target = sample.commit({"apps/web.yaml": b"a: 9\n"})
    sample.git("checkout", "-q", "-b", "other")
    made(repository, repository.plan_revert(target, branch="main"))
    assert (sample.path / "apps/web.yaml").read_bytes() == b"a: 9\n"
    assert is_clean(sample)
    assert sample.git("show", "main:apps/web.yaml") == "a: 1\n"


def test_a_branch_of_another_work_tree_is_refused_but_its_own_is_kept_in_step(
    tmp_path: Path, repository: Repository, sample: Sample
) -> None:
    target = sample.commit({"apps/web.yaml": b"a: 9\n"})
    linked = Sample(tmp_path / "linked")
    sample.git("worktree", "add", "-q", "-b", "side", str(linked.path))
    with pytest.raises(RejectedError, match="checked out in"):
        made(repository, repository.plan_revert(target, branch="side"))
    with linked.opened() as opened:
        with pytest.raises(RejectedError, match="checked out in"):
            made(opened, opened.plan_revert(target, branch="main"))
        made(opened, opened.plan_revert(target, branch="HEAD"))
    assert is_clean(linked)
    assert is_clean(sample)
    assert (linked.path / "apps/web.yaml").read_bytes() == b"a: 1\n"


def test_packed_refs_and_objects_are_no_obstacle(repository: Repository, sample: Sample) -> None:
    target = sample.commit({"apps/web.yaml": b"a: 9\n"})
    sample.git("gc", "-q")
    made(repository, repository.plan_revert(target, branch="main"))
    assert is_clean(sample)


def test_a_sparse_index_is_left_to_git(repository: Repository, sample: Sample) -> None:
    target = sample.commit({"apps/web.yaml": b"a: 9\n"})
    plan = repository.plan_revert(target, branch="main")
    sample.git("update-index", "--split-index")
    with pytest.raises(RejectedError, match="split or sparse"):
        made(repository, plan)


def test_hooks_and_filters_of_the_repository_are_never_run(
    repository: Repository, sample: Sample
) -> None:
    ran = sample.path / "ran"
    for hook in ("pre-commit", "commit-msg", "post-commit", "reference-transaction", "update"):
        path = sample.path / ".git/hooks" / hook
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\ntouch {ran}\n")
        path.chmod(0o755)
    for key in ("core.fsmonitor", "core.sshCommand", "filter.x.clean", "filter.x.smudge"):
        sample.git("config", key, f"touch {ran}")
    target = sample.commit({"apps/web.yaml": b"a: 9\n", ".gitattributes": b"* filter=x\n"})
    made(repository, repository.plan_revert(target, branch="main"))
    assert not ran.exists()


# What is shown ----------------------------------------------------------------------------------


def test_a_diff_is_safe_to_show_and_hides_secrets(repository: Repository, sample: Sample) -> None:
    secret = b"apiVersion: v1\nkind: Secret\nstringData: {k: c4n4ry}\n"
    target = sample.commit({"apps/s.yaml": secret, "apps/x\x1b.md": b"\x1b[2J\n", "b": b"\0bin"})
    plan = repository.plan_revert(target, branch="main")
    assert "Git refuses" in str(plan.problem)
    target = sample.commit(
        {"apps/s2.yaml": secret, "apps/x.md": b"\x1b[2J\xff\r\n", "b2": b"\0bin"}
    )
    diff = repository.plan_revert(target, branch="main").diff
    assert "c4n4ry" not in diff
    assert "holds a Secret" in diff
    assert "(binary)" in diff
    assert r"-␛[2J\xff␍" in diff
    assert diff.replace("\n", "").isprintable()


@pytest.mark.parametrize(
    "kind", [b"kind: DatabaseSecret", b'{"kind" : "Secret"}', b"kind: x\nsecretGenerator: []"]
)
def test_a_diff_hides_whatever_may_hold_secrets(
    repository: Repository, sample: Sample, kind: bytes
) -> None:
    target = sample.commit({"apps/s.yaml": kind + b"\ndata: {k: c4n4ry}\n"})
    diff = repository.plan_revert(target, branch="main").diff
    assert "c4n4ry" not in diff
    assert "holds a Secret" in diff


def test_a_diff_says_where_the_last_line_has_no_end(repository: Repository, sample: Sample) -> None:
    target = sample.commit({"apps/web.yaml": b"a: 1"})
    diff = repository.plan_revert(target, branch="main").diff
    assert "-a: 1  (no line end)\n+a: 1\n" in diff


def test_an_endless_diff_is_cut(repository: Repository, sample: Sample) -> None:
    target = sample.commit({"apps/web.yaml": b"x\n" * 100_000})
    diff = repository.plan_revert(target, branch="main").diff
    assert diff.count("\n") < 6_000
    assert diff.endswith("… more lines are not shown\n")


# Who commits ------------------------------------------------------------------------------------


def test_the_author_comes_from_the_environment_then_the_settings_then_us(
    repository: Repository, sample: Sample
) -> None:
    assert repository.author({}) == "driftdeck <driftdeck@localhost>"
    (Path.home() / ".gitconfig").write_text("[user]\n name = Global\n email = g@example.org\n")
    assert repository.author({}) == "Global <g@example.org>"
    sample.git("config", "user.name", "Lo<cal>")
    assert repository.author({}) == "Local <g@example.org>"
    environment = {"GIT_AUTHOR_NAME": "Env", "GIT_AUTHOR_EMAIL": "e@example.org"}
    assert repository.author(environment) == "Env <e@example.org>"


@pytest.mark.parametrize("author", ["nobody", "A <a@b", "A\n <a@b>", "A <a>\nx <b>", "A <<a@b>>"])
def test_an_author_that_would_break_the_commit_is_refused(
    repository: Repository, sample: Sample, author: str
) -> None:
    target = sample.commit({"apps/web.yaml": b"a: 9\n"})
    plan = repository.plan_revert(target, branch="main")
    with pytest.raises(RejectedError, match="author"):
        repository.make_revert(plan, author=author, now=NOW)
    assert repository.resolve("main").id == target
    assert is_clean(sample)


def test_author_and_committer_can_be_two(repository: Repository, sample: Sample) -> None:
    target = sample.commit({"apps/web.yaml": b"a: 9\n"})
    plan = repository.plan_revert(target, branch="main")
    repository.make_revert(plan, author=BOB, committer="Robot <r@example>", now=NOW)
    assert sample.git("log", "-1", "--format=%an %cn").strip() == "Bob Robot"
    assert sample.git("reflog", "-1", "--format=%gn", "HEAD").strip() == "Robot"


# What git would do and we do not ------------------------------------------------------------------


def test_that_a_commit_is_not_signed_and_hooks_are_not_run_is_said_first(
    repository: Repository, sample: Sample
) -> None:
    target = sample.commit({"apps/web.yaml": b"a: 9\n"})
    assert repository.plan_revert(target, branch="main").notes == ()
    sample.git("config", "commit.gpgsign", "true")
    sample.git("config", "core.hooksPath", "hooks")
    for name, mode in (("commit-msg", 0o755), ("pre-commit", 0o644), ("post-merge", 0o755)):
        hook = sample.path / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\nexit 1\n")
        hook.chmod(mode)
    assert repository.plan_revert(target, branch="main").notes == (
        "the commit will not be signed (commit.gpgsign is set)",
        "hooks are not run (commit-msg)",
    )
    sample.git("config", "commit.gpgsign", "false")
    sample.git("config", "--unset", "core.hooksPath")
    assert repository.plan_revert(target, branch="main").notes == ()


# Whose files they are -----------------------------------------------------------------------------


@pytest.mark.skipif(os.geteuid() != 0, reason="NOT PROVEN: only root can give files away")
def test_somebody_else_s_repository_is_read_and_not_written(
    repository: Repository, sample: Sample
) -> None:
    target = sample.commit({"apps/web.yaml": b"a: 9\n"})
    plan = repository.plan_revert(target, branch="main")
    for place in (sample.path, *sample.path.rglob("*")):
        os.chown(place, 1000, 1000)
    assert repository.resolve("main").id == target
    words = str(repository.plan_revert(target, branch="main").problem)
    assert "is another user's (uid 1000)" in words
    with pytest.raises(DeniedError, match="another user's"):
        made(repository, plan)
    assert {place.stat().st_uid for place in sample.path.rglob("*")} == {1000}
    trusted = f"[safe]\n directory = {sample.path}\n"
    (Path.home() / ".gitconfig").write_text(trusted)
    assert sample.git("status", "--porcelain") == ""  # git trusts it, too
    assert repository.plan_revert(target, branch="main").problem is None
    (Path.home() / ".gitconfig").write_text(trusted + " directory =\n")
    assert repository.plan_revert(target, branch="main").problem is not None
    settings = sample.path / ".git/config"  # its own word counts nothing
    settings.write_text(settings.read_text() + "[safe]\n directory = *\n")
    assert repository.plan_revert(target, branch="main").problem is not None


@pytest.mark.parametrize("umask", [0o022, 0o002, 0o077])
def test_files_get_the_modes_that_git_gives_them(
    repository: Repository, sample: Sample, umask: int
) -> None:
    sample.git("config", "core.sharedRepository", "group")
    target = sample.commit({"apps/web.yaml": b"a: 9\n"})
    names = ("apps/web.yaml", ".git/index", ".git/refs/heads/main", ".git/logs/HEAD")

    def modes() -> list[str]:
        return [oct((sample.path / name).stat().st_mode) for name in names]

    before = os.umask(umask)
    try:
        made(repository, repository.plan_revert(target, branch="main"))
        ours = modes()
        sample.git("revert", "--no-edit", "HEAD")
        assert ours == modes()
    finally:
        os.umask(before)
