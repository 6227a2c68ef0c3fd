"""core.compare.details: what exactly differs inside one value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.compare import detail, detailed
from core.model import ABSENT, Absent, FieldChange, FieldVerdict, InfoClass, Json, Masked, Value


def lines(
    git: Value | Absent, live: Value | Absent, info: InfoClass | None = None
) -> tuple[str, ...]:
    verdict = FieldVerdict.INFO if info else FieldVerdict.DRIFT
    return detail(FieldChange("a", verdict, live=live, git=git, info=info))


def test_a_list_shown_as_one_says_which_entry_differs() -> None:
    git: Json = [{"host": "a", "paths": ["/", "/x"]}, {"host": "b"}]
    live: Json = [{"host": "a", "paths": ["/", "/y"]}]
    assert lines(git, live) == (
        '[0].paths[1]: Git has the text "/x", live has the text "/y"',
        '[1]: Git has {"host":"b"}, live has nothing',
    )


@pytest.mark.parametrize(
    ("git", "live", "place"),
    [
        ("abc", "abc\n", "byte 3: Git end of text, live 0x0a"),
        ("a\tb", "a b", "byte 1: Git 0x09, live 0x20"),
        ("a b", "a\u00a0b", "byte 1: Git 0x20, live 0xc2"),
        ("\u00e9", "e\u0301", "byte 0: Git 0xc3, live 0x65"),
    ],
)
def test_texts_that_look_alike_are_told_apart_by_their_first_byte(
    git: str, live: str, place: str
) -> None:
    (line,) = lines(git, live)
    assert place in line
    assert f"Git has text of {len(git.encode())} bytes" in line


@pytest.mark.parametrize(
    ("git", "live", "place"),
    [
        ("abc", "abc\n", "byte 3: Git end of text, live 0x0a"),
        ("a\tb", "a b", "byte 1: Git 0x09, live 0x20"),
        ("a b", "a\u00a0b", "byte 1: Git 0x20, live 0xc2"),
        ("\u00e9", "e\u0301", "byte 0: Git 0xc3, live 0x65"),
        ("x" * 400, "x" * 399 + "y", "byte 399: Git 0x78, live 0x79"),
    ],
)
def test_so_they_are_inside_a_list_that_is_shown_as_one(git: str, live: str, place: str) -> None:
    found = lines(["same", git], ["same", live])
    assert any(line.startswith("[1]: first difference at ") and place in line for line in found)
    (found, *_) = lines([{"a": "1"}, True, 1], [{"a": 1}, 1, 1.0]), None
    assert found == (
        '[0].a: Git has the text "1", live has the number 1',
        "[1]: Git has the boolean true, live has the number 1",
    )


def test_single_values_are_explained_without_the_costly_look_into_lists() -> None:
    text = FieldChange("a", FieldVerdict.DRIFT, live="x ", git="x")
    inside = FieldChange("b", FieldVerdict.DRIFT, live=["x "], git=["x"])
    explained = detailed([text, inside], deep=False)
    assert explained[0].detail
    assert explained[1] is inside


def test_a_number_and_its_text_are_told_apart_by_type() -> None:
    assert lines("1", 1) == ('Git has the text "1", live has the number 1',)
    assert lines(value := True, 1) == ("Git has the boolean true, live has the number 1",)
    assert value


@pytest.mark.parametrize(("git", "live"), [(1, 2), (ABSENT, "x"), ([1], ABSENT), ("a", "a")])
def test_where_the_values_say_it_all_there_is_no_detail(
    git: Json | Absent, live: Json | Absent
) -> None:
    assert lines(git, live) == ()


def test_of_masked_values_there_is_nothing_to_say() -> None:
    assert lines(Masked("0123456789ab"), Masked("ba9876543210")) == ()
    assert lines(Masked("0123456789ab"), 1) == ()


def test_of_a_masked_value_inside_a_map_only_the_hash_is_told() -> None:
    (line,) = lines({"a": Masked("0123456789ab")}, {"a": Masked("ba9876543210")})
    assert "0123456789ab" in line
    assert "ba9876543210" in line


def test_a_map_of_ones_own_that_looks_like_a_mask_is_explained_like_any_other() -> None:
    (line,) = lines({"sha256": "0123456789ab"}, {"sha256": "ba9876543210"})
    assert line.startswith("sha256: Git has the text")


def test_another_order_needs_no_words() -> None:
    assert lines(["a", "b"], ["b", "a"], info=InfoClass.ORDER) == ()


def test_the_details_of_a_huge_list_are_cut() -> None:
    found = lines(list(range(1000)), list(range(1, 1001)) + ["x"] * 200)
    assert len(found) <= 51
    assert found[-1].startswith("and ")


def test_a_long_value_is_cut() -> None:
    assert all(len(line) < 600 for line in lines([["x" * 10_000]], [["y" * 10_000]]))


def test_explaining_keeps_what_needs_no_detail_as_it_is() -> None:
    plain = FieldChange("a", FieldVerdict.DRIFT, live=1, git=2)
    text = FieldChange("b", FieldVerdict.DRIFT, live="x", git="y")
    alike = FieldChange("c", FieldVerdict.DRIFT, live="x", git="x ")
    explained = detailed([plain, text, alike])
    assert explained[0] is plain
    assert explained[1] is text
    assert explained[2].detail


@given(st.text(), st.text())
def test_any_two_texts_can_be_explained(git: str, live: str) -> None:
    assert bool(lines(git, live)) is (git != live)


@pytest.mark.parametrize(("length", "speaks"), [(60, True), (61, False)])
def test_plain_texts_of_sixty_characters_speak_for_themselves(length: int, *, speaks: bool) -> None:
    git, live = "a" * length, "a" * (length - 1) + "b"
    (change,) = detailed((FieldChange("a", FieldVerdict.DRIFT, git=git, live=live),))
    assert (change.detail == ()) is speaks


def test_a_map_beside_a_single_value_is_not_looked_into_either() -> None:
    for git, live in (({"a": 1}, 1), (1, {"a": 1})):
        change = FieldChange("a", FieldVerdict.DRIFT, live=live, git=git)
        assert detailed([change], deep=False) == (change,)
        assert detailed([change])[0].detail
