"""What a revision means; what could mean two things is an error."""

import re
import subprocess
from pathlib import Path

import pytest
from dulwich.refs import DiskRefsContainer, Ref

from core.errors import UnavailableError, UsageError
from core.git import Repository
from core.git.reading.revisions import resolved
from core.git.reading.store import Store
from tests.core.git.sample import Sample


def test_every_exact_name_of_a_commit_is_understood(repository: Repository, sample: Sample) -> None:
    commit = sample.git("rev-parse", "HEAD").strip()
    sample.git("tag", "light")
    sample.git("tag", "-a", "-m", "x", "v1")
    sample.git("tag", "-a", "-m", "tag of a tag", "v1.1", "v1")
    sample.git("branch", "feature/a")
    sample.git("update-ref", "refs/remotes/origin/x", commit)
    names = ["HEAD", "main", "light", "v1", "v1.1", "feature/a", "origin/x", "refs/tags/v1", commit]
    names += [commit[:7], commit[:4], commit.upper()]
    assert {repository.resolve(name).id for name in names} == {commit}


def test_steps_back_are_counted_as_git_counts_them(sample: Sample) -> None:
    for number in range(3):
        sample.commit({"a": str(number).encode()})
    side = sample.commit({"b": b"1"}, branch="side")
    merged = sample.git("commit-tree", "-p", "main", "-p", side, "-m", "m", "main^{tree}").strip()
    sample.git("update-ref", "refs/heads/main", merged)
    repository = Repository(sample.path)
    for steps in ("~", "~1", "~2", "^", "^2", "^0", "^2~0", "~1^", "^^", "^2^0~0"):
        for name in ("HEAD", "main", merged[:8]):
            wanted = sample.git("rev-parse", name + steps).strip()
            assert repository.resolve(name + steps).id == wanted, name + steps


@pytest.mark.parametrize("steps", ["~50", "^2", "~999999", "~0^3"])
def test_a_step_past_the_first_commit_is_refused(repository: Repository, steps: str) -> None:
    with pytest.raises(UsageError, match="goes back further than the history here"):
        repository.resolve(f"HEAD{steps}")


@pytest.mark.parametrize("revision", ["^", "HEAD~x", "HEAD^{tree}", "HEAD~1234567"])
def test_what_is_no_step_back_is_no_revision(repository: Repository, revision: str) -> None:
    with pytest.raises(UsageError, match="no branch, tag or commit is called"):
        repository.resolve(revision)


def test_a_range_means_the_greatest_of_its_tags_that_is_there_now(sample: Sample) -> None:
    first = sample.commit({"a": b"1"})
    sample.git("tag", "v1.0.0", first)
    second = sample.commit({"a": b"2"})
    sample.git("tag", "-a", "-m", "annotated", "v1.1.0", second)
    with sample.opened() as repository:
        assert repository.resolve("^1").id == second
        assert repository.resolve("<1.1").id == first
        sample.git("tag", "-d", "v1.1.0")
        assert repository.resolve("^1").id == first
        with pytest.raises(UsageError, match=re.escape('no tag is a version in "~1.2"')):
            repository.resolve("~1.2")


def test_packed_refs_are_read_as_well(repository: Repository, sample: Sample) -> None:
    sample.git("tag", "-a", "-m", "x", "v1")
    sample.git("pack-refs", "--all")
    assert repository.resolve("v1") == repository.resolve("main")


def test_a_commit_says_who_when_and_why(repository: Repository, sample: Sample) -> None:
    commit = repository.resolve("HEAD")
    assert commit.author == "Ann <ann@example.org>"
    assert commit.date == "2023-11-14T22:14:20Z"
    assert commit.subject == "first"
    assert commit.parents == ()
    sample.commit({"x": b""}, "\n  second\n\nand more\n")
    assert repository.resolve("HEAD").subject == "second"
    assert repository.resolve("HEAD").parents == (commit.id,)


@pytest.mark.parametrize(
    "revision",
    [
        *["nope", "", "-x", "--all", "HEAD@", "refs/heads/../../x", "refs/heads/", "a b"],
        *["f" * 40, "0000", "refs/heads/main.lock", "@{0}", "x\udcff", "/main", "main/"],
        *["\x1b[2J", "..", "a" * 10_000],
    ],
    ids=lambda text: ascii(text[:20]),
)
def test_an_unknown_revision_is_refused_in_printable_words(
    repository: Repository, revision: str
) -> None:
    with pytest.raises(UsageError, match="no branch, tag or commit") as caught:
        repository.resolve(revision)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


def test_a_name_of_two_commits_is_ambiguous_until_it_is_written_in_full(
    repository: Repository, sample: Sample
) -> None:
    first = repository.resolve("HEAD").id
    sample.git("tag", "both")
    second = sample.commit({"x": b"1"})
    sample.git("branch", "both")
    with pytest.raises(UsageError, match="ambiguous"):
        repository.resolve("both")
    assert repository.resolve("refs/tags/both").id == first
    assert repository.resolve("refs/heads/both").id == second


def test_a_branch_named_as_another_commit_is_ambiguous(
    repository: Repository, sample: Sample
) -> None:
    first = repository.resolve("HEAD").id
    sample.commit({"x": b"1"})
    sample.git("update-ref", f"refs/heads/{first}", "HEAD")
    with pytest.raises(UsageError, match="ambiguous"):
        repository.resolve(first)


def test_a_short_id_of_two_commits_is_ambiguous(repository: Repository, sample: Sample) -> None:
    ids = {repository.resolve("HEAD").id}
    while len({commit[:1] for commit in ids}) == len(ids) or len(ids) < 3:
        ids.add(sample.commit({"x": str(len(ids)).encode()}))
    letters = [commit[:1] for commit in ids]
    assert len(set(letters)) < len(letters)  # two ids begin alike, yet one digit is no revision
    with pytest.raises(UsageError, match="no branch"):
        repository.resolve(letters[0])


def test_a_tag_of_a_file_is_no_commit(repository: Repository, sample: Sample) -> None:
    sample.git("tag", "blob", "HEAD:README.md")
    sample.git("tag", "tree", "HEAD:apps")
    for name, kind in (("blob", "blob"), ("tree", "tree")):
        with pytest.raises(UsageError, match=f"is a {kind}, not a commit"):
            repository.resolve(name)


def test_a_repository_without_a_commit_says_so(sample: Sample) -> None:
    sample.path.mkdir()
    sample.git("init", "-b", "trunk")
    with sample.opened() as repository:
        with pytest.raises(UnavailableError, match='no commit yet on "trunk"'):
            repository.resolve("HEAD")
        with pytest.raises(UsageError):
            repository.resolve("trunk")


def test_a_detached_head_is_the_commit_it_is_at(repository: Repository, sample: Sample) -> None:
    first = repository.resolve("HEAD").id
    sample.commit({"x": b"1"})
    sample.git("checkout", "-q", first)
    assert repository.resolve("HEAD").id == first


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path, "does not exist"),
        (lambda path: path.write_text("x"), "is a file"),
        (lambda path: path.mkdir(), "git init"),
    ],
)
def test_a_missing_repository_says_what_to_do(tmp_path: Path, make: object, words: str) -> None:
    path = tmp_path / "there"
    assert callable(make)
    make(path)
    with pytest.raises(UsageError, match=words):
        Repository(path)


def test_a_repository_of_a_newer_format_is_refused(sample: Sample) -> None:
    sample.commit({"x": b""})
    sample.git("config", "core.repositoryformatversion", "99")
    with pytest.raises(UsageError, match="cannot be read"):
        Repository(sample.path)


def test_bare_repositories_work_trees_and_git_folders_are_all_the_same(
    tmp_path: Path, sample: Sample
) -> None:
    commit = sample.commit({"a/x": b"1"})
    sample.git("clone", "-q", "--bare", str(sample.path), str(tmp_path / "bare"))
    sample.git("worktree", "add", "-q", "-b", "other", str(tmp_path / "linked"))
    for path in (sample.path, sample.path / ".git", tmp_path / "bare", tmp_path / "linked"):
        repository = Repository(path)
        assert repository.resolve("HEAD").id == commit
        assert [file.path for file in repository.files(commit, "a")] == ["a/x"]
        repository.close()


def test_a_symbolic_ref_that_leads_to_itself_is_an_error(
    repository: Repository, sample: Sample
) -> None:
    (sample.path / ".git/refs/heads/a").write_text("ref: refs/heads/b\n")
    (sample.path / ".git/refs/heads/b").write_text("ref: refs/heads/a\n")
    with pytest.raises(UnavailableError, match="points to itself"):
        repository.resolve("a")


def test_a_broken_ref_is_an_error_and_no_crash(repository: Repository, sample: Sample) -> None:
    (sample.path / ".git/refs/heads/bad").write_text("not a hash\n")
    with pytest.raises((UnavailableError, UsageError)):
        repository.resolve("bad")


def test_a_commit_that_is_gone_is_damage(repository: Repository, sample: Sample) -> None:
    commit = repository.resolve("HEAD").id
    (sample.path / ".git/objects" / commit[:2] / commit[2:]).unlink()
    with sample.opened() as fresh, pytest.raises(UnavailableError, match="git fsck"):
        fresh.resolve("main")


def test_another_process_s_commits_and_packs_are_seen(
    repository: Repository, sample: Sample
) -> None:
    for number in range(3):
        commit = sample.commit({"x": str(number).encode()})
        assert repository.resolve("HEAD").id == commit
    sample.git("gc", "-q", "--prune=now")
    assert repository.resolve("HEAD").id == commit
    assert repository.blob(repository.files(commit, "")[-1].blob_id) == b"2"


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("9223372036854775807 +0000", "9999-12-31T23:59:59Z"),
        ("-99999999999999 +0000", "0001-01-01T00:00:00Z"),
        ("0 +0000", "1970-01-01T00:00:00Z"),
    ],
)
def test_odd_authors_and_dates_are_shown(
    repository: Repository, sample: Sample, line: str, date: str
) -> None:
    tree = sample.git("rev-parse", "HEAD^{tree}").strip()
    raw = f"tree {tree}\nauthor \x1b[2J <x> {line}\ncommitter A <a> 1 +0000\n\n\x1b[31m\n"
    path = sample.path / "raw"
    path.write_text(raw)
    commit = sample.git("hash-object", "-t", "commit", "-w", "--literally", "raw").strip()
    found = repository.resolve(commit)
    assert found.date == date
    assert found.author.startswith("\x1b")  # raw: what shows it cleans it


@pytest.mark.parametrize(
    ("line", "author", "date"),
    [
        ("author Ada <ada@example.org>\n", "Ada <ada@example.org>", "1970-01-01T00:00:00Z"),
        ("author Ada Byron 1700000000 +0000\n", "Ada Byron", "2023-11-14T22:13:20Z"),
        ("author Ada <a> soon +0000\n", "Ada <a>", "1970-01-01T00:00:00Z"),
        ("author Ada <a>1700000000 +0000\n", "Ada <a>", "2023-11-14T22:13:20Z"),
        (f"author Ada <a> {'9' * 5000} +0000\n", "Ada <a>", "9999-12-31T23:59:59Z"),
        ("author Ada <a> 1700000000 +x\nencoding idna\n", "Ada <a>", "2023-11-14T22:13:20Z"),
        ("author \n", "", "1970-01-01T00:00:00Z"),
        ("", "", "1970-01-01T00:00:00Z"),
    ],
)
def test_an_author_line_without_a_date_or_a_mail_is_read_as_far_as_it_goes(
    repository: Repository, sample: Sample, line: str, author: str, date: str
) -> None:
    before = repository.resolve("HEAD").id
    author_line, _, rest = line.partition("\n")
    head = f"tree {sample.git('rev-parse', 'HEAD^{tree}')}parent {before}\n"
    raw = f"{head}{author_line}\ncommitter A <a> 1 +0000\n{rest}\nodd\n"
    (sample.path / "raw").write_text(raw if line else f"{head}\nodd\n")
    commit = sample.git("hash-object", "-t", "commit", "-w", "--literally", "raw").strip()
    found = repository.resolve(commit)
    assert (found.author, found.date, found.subject) == (author, date, "odd")
    sample.git("update-ref", "refs/heads/main", commit)
    assert [each.id for each in repository.history(commit, "")] == [before]
    assert repository.is_within(before, commit)
    assert not repository.is_within(commit, before)


def test_a_commit_with_two_trees_is_read_as_git_reads_it_or_refused(
    repository: Repository, sample: Sample
) -> None:
    tree = sample.git("rev-parse", "HEAD^{tree}").strip()
    other = sample.git("rev-parse", "HEAD:apps").strip()
    raw = f"tree {tree}\ntree {other}\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n\nx\n"
    (sample.path / "raw").write_text(raw)
    commit = sample.git("hash-object", "-t", "commit", "-w", "--literally", "raw").strip()
    with pytest.raises(UnavailableError, match="damaged"):
        repository.resolve(commit)


# HEAD while something is under way ----------------------------------------------------------------


def under_way(repository: Repository, what: str) -> None:
    with pytest.raises(UnavailableError, match=f"{what} is under way in .* HEAD is no branch"):
        repository.resolve("HEAD")


@pytest.mark.parametrize("backend", ["--merge", "--apply"])
def test_a_head_that_a_rebase_detached_is_no_branch_until_it_is_over(
    repository: Repository, sample: Sample, backend: str
) -> None:
    sample.git("branch", "feature")
    last = sample.commit({"apps/web.yaml": b"ours\n"})
    sample.git("checkout", "-q", "feature")
    sample.commit({"apps/web.yaml": b"theirs\n"}, branch="feature")
    sample.git("checkout", "-q", "main")
    with pytest.raises(subprocess.CalledProcessError):
        sample.git("rebase", backend, "feature")
    under_way(repository, "a rebase")
    assert repository.resolve("main").id == last
    sample.git("rebase", "--abort")
    assert repository.resolve("HEAD").id == last


def test_a_head_that_a_bisect_detached_is_no_branch_until_it_is_over(
    repository: Repository, sample: Sample
) -> None:
    for number in range(4):
        sample.commit({"apps/web.yaml": b"%d\n" % number})
    last = repository.resolve("HEAD").id
    sample.git("bisect", "start")
    assert repository.resolve("HEAD").id == last  # nothing moved yet
    sample.git("bisect", "bad")
    sample.git("bisect", "good", "HEAD~3")
    under_way(repository, "a bisect")
    sample.git("bisect", "reset")
    assert repository.resolve("HEAD").id == last


def test_a_head_that_somebody_detached_is_what_somebody_chose(
    repository: Repository, sample: Sample
) -> None:
    first = repository.resolve("HEAD").id
    sample.commit({"apps/web.yaml": b"b\n"})
    sample.git("checkout", "-q", "--detach", first)
    assert repository.resolve("HEAD").id == first


def test_a_merge_under_way_on_a_branch_moves_nothing(
    repository: Repository, sample: Sample
) -> None:
    sample.git("branch", "side")
    sample.commit({"x": b""}, branch="side")
    last = sample.commit({"y": b""})
    sample.git("merge", "-q", "--no-commit", "--no-ff", "side")
    assert repository.resolve("HEAD").id == last
    sample.git("merge", "--abort")
    sample.git("checkout", "-q", "--detach")
    sample.git("merge", "-q", "--no-commit", "--no-ff", "side")
    under_way(repository, "a merge")


class Meanwhile:
    """The refs of a repository in which a rebase ends right after HEAD was looked at."""

    def __init__(self, refs: DiskRefsContainer, halfway: str) -> None:
        self._refs, self._halfway = refs, [halfway]

    def follow(self, name: Ref) -> object:
        if self._halfway:
            return [name], self._halfway.pop().encode()
        return self._refs.follow(name)


def test_a_rebase_that_ends_while_head_is_read_leaves_no_half_way_commit(sample: Sample) -> None:
    halfway = sample.commit({"apps/web.yaml": b"1\n"})
    last = sample.commit({"apps/web.yaml": b"2\n"})
    store = Store(sample.path)
    refs = store.repo.refs
    assert isinstance(refs, DiskRefsContainer)
    store.repo.refs = Meanwhile(refs, halfway)  # type: ignore[assignment]  # as far as it is asked
    try:
        assert resolved(store, "HEAD") == last
    finally:
        store.repo.refs = refs
        store.close()


# HEAD without a commit ----------------------------------------------------------------------------


def test_a_head_that_names_no_branch_that_is_there_says_which_are(
    repository: Repository, sample: Sample
) -> None:
    sample.git("pack-refs", "--all")
    sample.git("symbolic-ref", "HEAD", "refs/heads/master")
    words = 'HEAD names "master", which is not there; there is: main; choose with --revision'
    with pytest.raises(UsageError, match=words):
        repository.resolve("HEAD")
    for number in range(6):
        sample.git("branch", f"b{number}", "main")
    with pytest.raises(UsageError, match="there is: b0, b1, b2, b3 and 3 more; choose"):
        repository.resolve("HEAD")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00\x01", b"xyz\n", b"ref: refs/heads/\xff\n"])
def test_a_head_of_nonsense_is_an_error_in_words(sample: Sample, content: bytes) -> None:
    sample.commit({"a": b"a"})
    (sample.path / ".git/HEAD").write_bytes(content)
    with sample.opened() as opened, pytest.raises((UsageError, UnavailableError)) as caught:
        opened.resolve("HEAD")
    assert str(sample.path) in str(caught.value)
    assert str(caught.value).isprintable()
