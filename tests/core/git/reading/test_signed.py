"""core.git.reading.signed: which bytes were signed; whatever leaves a doubt is refused."""

import subprocess
from itertools import islice
from pathlib import Path

import pytest

from core.errors import UnavailableError
from core.git import Repository, Signed
from tests.core.git.sample import Sample

SIGNATURE = "-----BEGIN SSH SIGNATURE-----\n AAAA\n -----END SSH SIGNATURE-----"
PEOPLE = (
    "author Ann <ann@example.org> 1700000000 +0000\n"
    "committer Ann <ann@example.org> 1700000000 +0000\n"
)


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    made = Sample(tmp_path / "repo")
    made.commit({"a.yaml": b"a: 1\n"}, "first")
    return made


def written(sample: Sample, text: str, kind: str = "commit") -> str:
    """Put an object into the repository as it is, right or wrong."""
    words = ["git", "hash-object", "-t", kind, "-w", "--stdin", "--literally"]
    done = subprocess.run(  # noqa: S603 - git, with arguments of our own
        words, cwd=sample.path, input=text.encode(), capture_output=True, check=True
    )
    return done.stdout.decode().strip()


def head_of(sample: Sample, header: str, body: str = "hello\n") -> Signed:
    tree = sample.git("rev-parse", "main^{tree}").strip()
    commit = written(sample, header.replace("TREE", f"tree {tree}") + "\n" + body)
    with sample.opened() as repository:
        return next(repository.signable(commit, commit)).objects[0]


def test_what_was_signed_is_the_commit_without_its_signature(sample: Sample) -> None:
    others = "encoding UTF-8\nmergetag object 1\n  gpgsig x\n  \nHG:extra x\n"
    found = head_of(sample, f"TREE\n{PEOPLE}gpgsig {SIGNATURE}\n{others}", "gpgsig no\n\nhi\n")
    tree = sample.git("rev-parse", "main^{tree}").strip()
    assert found.odd == ""
    assert found.payload.decode() == f"tree {tree}\n{PEOPLE}{others}\ngpgsig no\n\nhi\n"
    assert found.signature.decode() == SIGNATURE.replace("\n ", "\n")
    assert found.what == f"commit {found.id[:7]}"


def test_a_signature_below_the_header_is_none(sample: Sample) -> None:
    found = head_of(sample, f"TREE\n{PEOPLE}", f"hello\n\ngpgsig {SIGNATURE}\n")
    assert (found.signature, found.odd) == (b"", "")


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (f"TREE\n{PEOPLE}gpgsig {SIGNATURE}\ngpgsig {SIGNATURE}\n", "two lines gpgsig"),
        (f"TREE\n{PEOPLE}encoding a\nencoding b\n", "two lines encoding"),
        (f"TREE\ngpgsig {SIGNATURE}\n{PEOPLE}", "not in git's order"),
        (f"TREE\n{PEOPLE}gpgsig {SIGNATURE}\nTREE\n", "not in git's order"),
        (f"TREE\n{PEOPLE}parent {'a' * 40}\n", "not in git's order"),
        (f"TREE\n{PEOPLE}{PEOPLE}", "not in git's order"),
        (f"TREE\n{PEOPLE}odd\n", "not in git's order"),
        (f"TREE\n{PEOPLE}gpgsig a\0b\n", "not in git's order"),
        (f" x\nTREE\n{PEOPLE}", "not in git's order"),
        (f"TREE\n{PEOPLE}gpgsig-sha256 {SIGNATURE}\n", "signature of another kind"),
    ],
)
def test_a_header_that_could_be_read_in_two_ways_is_refused(
    sample: Sample, header: str, reason: str
) -> None:
    assert reason in head_of(sample, header).odd


def test_an_object_that_holds_other_bytes_than_its_name_says_is_refused(sample: Sample) -> None:
    first = sample.git("rev-parse", "main").strip()
    other = sample.commit({"a.yaml": b"a: 2\n"}, "second")
    for one, instead in ((other, first), (f"{other}^{{tree}}", f"{first}^{{tree}}")):
        name, bad = (sample.git("rev-parse", each).strip() for each in (one, instead))
        place, theirs = (sample.path / ".git/objects" / each[:2] / each[2:] for each in (name, bad))
        was = place.read_bytes()
        place.chmod(0o600)
        place.write_bytes(theirs.read_bytes())
        with (
            sample.opened() as repository,
            pytest.raises(UnavailableError, match="holds other bytes than its name says"),
        ):
            repository.files(other, "")
        place.write_bytes(was)


def commits(repository: Repository, commit: str, revision: str) -> list[str]:
    return [each.commit for each in islice(repository.signable(commit, revision), 9)]


def test_what_a_branch_was_before_follows_and_for_nothing_else(sample: Sample) -> None:
    first = sample.git("rev-parse", "main").strip()
    sample.git("reset", "-q", "--hard")
    sample.git("checkout", "-q", "-b", "feature")
    sample.git("commit", "-q", "--allow-empty", "-m", "of the feature")
    sample.git("checkout", "-q", "main")
    sample.git("merge", "-q", "--no-ff", "feature", "-m", "merge")
    sample.git("tag", "v1")
    head = sample.git("rev-parse", "main").strip()
    with sample.opened() as repository:
        assert commits(repository, head, "main") == [head, first]
        assert commits(repository, head, "HEAD") == [head, first]
        assert commits(repository, head, "v1") == [head]
        assert commits(repository, head, head) == [head]


def tag_of(sample: Sample, text: str, name: str = "v1.2.0", revision: str = "^1") -> Signed:
    head = sample.git("rev-parse", "main").strip()
    made = written(sample, f"object {head}\ntype commit\n{text}", "tag")
    sample.git("update-ref", f"refs/tags/{name}", made)
    with sample.opened() as repository:
        found = next(repository.signable(head, revision)).objects
    assert [each.id for each in found] == [head, made]
    return found[1]


def test_a_tag_may_be_signed_in_the_place_of_its_commit(sample: Sample) -> None:
    block = SIGNATURE.replace("\n ", "\n")
    quoted = block.replace("AAAA", "BBBB")  # it is part of what was signed
    text = f"tag v1.2.0\ntagger Ann <a@e.org> 1700000000 +0000\n\nwords\n{quoted}\n{block}\n"
    for revision in ("^1", "v1.2.0", "refs/tags/v1.2.0"):
        found = tag_of(sample, text, revision=revision)
        assert (found.what, found.odd) == ("tag v1.2.0", "")
        assert found.payload.decode().endswith(f"+0000\n\nwords\n{quoted}\n")
        assert found.signature.decode() == f"{block}\n"


def test_a_tag_that_was_made_under_another_name_is_refused(sample: Sample) -> None:
    assert tag_of(sample, "tag v1.0.0\n\nold\n").odd == "it was made as v1.0.0"
    assert "order" in tag_of(sample, "tag v1.2.0\ntag v1.2.0\n\n").odd
    assert tag_of(sample, "tag v1.2.0\n\nhello\n").signature == b""
