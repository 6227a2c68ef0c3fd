"""Where inside a value two sides differ."""

from dataclasses import replace
from difflib import restore

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model import ABSENT, Absent, Masked, Value
from core.telling.sides.hunks import PARTS_MAX, Hunk, Piece, hunks, pieces, text_hunks
from tests.core.telling.samples import REPLICAS

LINES = st.lists(st.sampled_from("abc"), max_size=30)


def of(live: Value | Absent, git: Value | Absent, path: str = "spec.x") -> tuple[Piece, ...]:
    return pieces(replace(REPLICAS, path=path, live=live, git=git))


# Texts --------------------------------------------------------------------------------------------


def test_a_hunk_has_three_lines_around_what_differs_and_says_where_it_is() -> None:
    live = [f"line {number}" for number in range(1, 61)]
    git = [*live[:29], "other", "new", *live[30:]]
    (hunk,) = hunks(live, git)
    assert hunk.where == "@@ -27,7 +27,8 @@"
    assert hunk.lines == (
        (" ", "line 27"),
        (" ", "line 28"),
        (" ", "line 29"),
        ("-", "line 30"),
        ("+", "other"),
        ("+", "new"),
        (" ", "line 31"),
        (" ", "line 32"),
        (" ", "line 33"),
    )


def test_changes_far_apart_are_two_hunks() -> None:
    live = [str(number) for number in range(40)]
    git = ["first", *live[1:-1], "last"]
    assert [hunk.where for hunk in hunks(live, git)] == ["@@ -1,4 +1,4 @@", "@@ -37,4 +37,4 @@"]


@pytest.mark.parametrize(
    ("live", "git", "where"),
    [
        ([], ["a"], "@@ -0,0 +1 @@"),
        (["a"], [], "@@ -1 +0,0 @@"),
        (["a"], ["a", "b"], "@@ -1 +1,2 @@"),
    ],
)
def test_places_are_written_as_diff_writes_them(
    live: list[str], git: list[str], where: str
) -> None:
    assert [hunk.where for hunk in hunks(live, git)] == [where]


@given(LINES, LINES)
def test_nothing_that_differs_is_left_out(live: list[str], git: list[str]) -> None:
    said = [(sign, text) for hunk in hunks(live, git) for sign, text in hunk.lines]
    removed, added = len([1 for sign, _ in said if sign == "-"]), sum(s == "+" for s, _ in said)
    assert len(live) - removed == len(git) - added
    assert bool(said) == (live != git)
    short = [(sign, text) for sign, text in said if len(live) + len(git) <= 7]
    if short:  # one hunk holds everything: both sides can be had back from it
        lines = [f"{sign} {text}" for sign, text in short]
        assert ([*restore(lines, 1)], [*restore(lines, 2)]) == (live, git)


def test_only_texts_of_several_lines_have_hunks() -> None:
    def found(live: Value | Absent, git: Value | Absent) -> tuple[Hunk, ...]:
        return text_hunks(replace(REPLICAS, live=live, git=git))

    assert found("a\nb", "a\nc") != ()
    assert found("a", "a\n") != ()
    assert found("a", "b") == found("a\n", ABSENT) == found(["a\n"], ["b\n"]) == ()


# Lists and maps -----------------------------------------------------------------------------------


def test_a_list_that_is_one_value_says_where_it_differs() -> None:
    def rules(path: str, port: int) -> Value:
        return [{"host": "a", "http": {"paths": [{"path": "/"}, {"path": path, "port": port}]}}]

    assert of(rules("/find", 80), rules("/search", 81), "spec.rules") == (
        Piece("spec.rules[0].http.paths[1].path", "/find", "/search"),
        Piece("spec.rules[0].http.paths[1].port", 80, 81),
    )


def test_an_entry_that_came_or_went_does_not_move_the_others() -> None:
    assert of(["a", "b", "c"], ["a", "x", "b", "c"]) == (Piece("spec.x[1]", ABSENT, "x"),)
    assert of(["a", "x", "b"], ["a", "b"]) == (Piece("spec.x[1]", "x", ABSENT),)
    assert of(["a", "x", "y", "b"], ["a", "z", "b"]) == (
        Piece("spec.x[1]", "x", "z"),
        Piece("spec.x[2]", "y", ABSENT),
    )


def test_the_order_of_keys_is_no_difference() -> None:
    assert of({"a": 1, "b": 2}, {"b": 2, "a": 3}) == (Piece("spec.x.a", 1, 3),)


def test_types_differ_where_values_read_alike() -> None:
    assert of([1], ["1"]) == (Piece("spec.x[0]", 1, "1"),)
    assert of([1], [True]) == (Piece("spec.x[0]", 1, True),)


def test_odd_keys_are_quoted_and_the_whole_object_has_no_path_of_its_own() -> None:
    assert of({"a.b/c": 1}, {}, "") == (Piece('["a.b/c"]', 1, ABSENT),)


def test_secrets_are_told_apart_by_their_hashes() -> None:
    assert of([Masked("a"), Masked("b")], [Masked("a"), Masked("c")]) == (
        Piece("spec.x[1]", Masked("b"), Masked("c")),
    )


@pytest.mark.parametrize(("live", "git"), [(1, 2), ("a", ["a"]), ({}, []), (ABSENT, [1]), ([], ())])
def test_single_values_and_two_kinds_of_value_have_no_places(
    live: Value | Absent, git: Value | Absent
) -> None:
    assert of(live, git) == ()


def test_lists_that_have_little_in_common_are_shown_whole() -> None:
    many = list(range(PARTS_MAX + 1))
    assert of(many, [-1 - each for each in many]) == ()
    assert len(of(many[1:], [-1 - each for each in many[1:]])) == PARTS_MAX
