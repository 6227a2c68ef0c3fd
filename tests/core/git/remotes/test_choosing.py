"""core.git.remotes.choosing: which refs of a server are wanted."""

import pytest

from core.git.remotes.choosing import chosen

A, B, C = ("a" * 40, "b" * 40, "c" * 40)
REFS = {
    "HEAD": A,
    "refs/heads/main": A,
    "refs/heads/staging": B,
    "refs/tags/v1.0.0": A,
    "refs/tags/v1.1.0": C,
    "refs/tags/v1.1.0^{}": B,
    "refs/tags/staging": C,
    "refs/pull/7/head": C,
}


@pytest.mark.parametrize(
    ("revision", "names"),
    [
        ("HEAD", {"refs/heads/main"}),
        ("main", {"refs/heads/main"}),
        ("main~2", {"refs/heads/main"}),
        ("staging", {"refs/heads/staging", "refs/tags/staging"}),
        ("v1.0.0", {"refs/tags/v1.0.0"}),
        ("^1.0", {"refs/tags/v1.1.0"}),
        ("refs/pull/7/head", {"refs/pull/7/head"}),
        ("abcdef1", {"refs/heads/main", "refs/heads/staging"}),
        (C, {"refs/heads/main", "refs/heads/staging"}),
    ],
)
def test_a_revision_needs_its_refs_and_no_others(revision: str, names: set[str]) -> None:
    choice = chosen([revision], REFS, "refs/heads/main")
    assert choice.refs == {name: REFS[name] for name in names}
    assert choice.missing == []
    assert choice.head == "refs/heads/main"


@pytest.mark.parametrize("revision", ["prod", "^2", "refs/heads/prod", "main-x", "../main", "-x"])
def test_a_revision_that_is_not_there_is_missing(revision: str) -> None:
    choice = chosen([revision, "main"], REFS, "refs/heads/main")
    assert (choice.missing, set(choice.refs)) == ([revision], {"refs/heads/main"})


def test_a_whole_id_is_asked_for_itself_too() -> None:
    assert chosen([C], REFS, "refs/heads/main").commits == {C}


def test_a_head_that_is_no_branch_is_fetched_as_a_commit() -> None:
    choice = chosen(["HEAD"], {"HEAD": B}, "")
    assert (choice.head, choice.commits, choice.missing) == (B, {B}, [])


def test_an_empty_server_has_nothing() -> None:
    assert chosen(["HEAD", "main"], {}, "").missing == ["HEAD", "main"]
