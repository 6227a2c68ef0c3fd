"""core.telling.values: how one value reads, and what its look may hide."""

from dataclasses import replace

import pytest

from core.model import ABSENT, Absent, FieldChange, FieldVerdict, Json, Masked, Value
from core.telling.values import hashes, look_alike, secret_word, story, text_of, yaml_lines


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        ("3", '"3"'),
        ("true", '"true"'),
        ("", '""'),
        ("team/web:1.42", "team/web:1.42"),
        ("ends with a space ", '"ends with a space "'),
        (None, "null"),
        (ABSENT, "(absent)"),
        (Masked("ab"), "(secret)"),
        ({"a": Masked("ab")}, '{"a": {"sha256": "ab"}}'),
        ({"sha256": "ab"}, '{"sha256": "ab"}'),
        ({"a": [1, "x"]}, '{"a": [1, "x"]}'),
    ],
)
def test_a_value_cannot_be_taken_for_another_type(value: Value | Absent, text: str) -> None:
    assert text_of(value) == text


def test_values_read_like_manifests() -> None:
    value: Json = {"a": [{"b": 1, "c": "x"}, "z"], "t": "one\ntwo"}
    assert yaml_lines(value) == [
        "a:",
        "  - b: 1",
        "    c: x",
        "  - z",
        "t: |",
        "  one",
        "  two",
    ]


def test_what_is_empty_is_shown_as_that() -> None:
    value: Json = {"a": {}, "b": [], "c": [{}, []], "d": ""}
    assert yaml_lines(value) == ["a: {}", "b: []", "c:", "  - {}", "  - []", 'd: ""']
    assert yaml_lines({}) == ["{}"]


def test_a_secret_is_added_missing_or_changed() -> None:
    change = FieldChange("data.x", FieldVerdict.DRIFT, Masked("ab"), Masked("ab"))
    assert secret_word(change) == "secret value changed"
    assert secret_word(replace(change, git=ABSENT)) == "secret value added live"
    assert secret_word(replace(change, live=ABSENT)) == "secret value missing live"
    assert secret_word(replace(change, live=1, git=2)) == ""
    assert secret_word(replace(change, live={"sha256": "ab"}, git=ABSENT)) == ""


def test_a_secret_in_a_map_is_a_secret_in_text_too() -> None:
    assert yaml_lines({"a": Masked("ab"), "b": [Masked("ab")]}) == [
        "a: (secret)",
        "b:",
        "  - (secret)",
    ]
    assert yaml_lines({"a": {"sha256": "ab"}}) == ["a:", "  sha256: ab"]


def test_differences_that_no_eye_sees_are_named() -> None:
    assert look_alike("p\u0430y", "pay") == "look-alike letters: U+0430 live, U+0061 in Git"
    assert look_alike("pay\u200b", "pay") == "differs only in invisible characters"
    assert look_alike("\u00e9", "e\u0301") == "differs only in how characters are composed"
    assert look_alike("web", "wab") == ""
    assert look_alike("pay", "pays") == ""
    assert look_alike("pay", "pay") == ""
    assert look_alike(1, 2) == ""
    assert look_alike(1, "1") == ""


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (ABSENT, "(not there)"),
        (Masked("0123456789ab"), "(secret, sha256 0123456789ab)"),
        ([Masked("0123456789ab")], '[{"sha256": "0123456789ab"}]'),
        ({"sha256": "0123456789ab"}, '{"sha256": "0123456789ab"}'),
        ("x" * 300, "x" * 300),
        ("x" * 1301, "x" * 300 + "… (1,301 characters)"),
        ("no", '"no"'),
    ],
)
def test_on_a_page_a_secret_shows_its_hash_and_a_long_value_its_length(
    value: Value | Absent, words: str
) -> None:
    assert story(value) == words


def test_hashes_are_shown_where_there_are_two_to_compare() -> None:
    change = FieldChange("data.x", FieldVerdict.DRIFT, Masked("ab"), Masked("cd"))
    assert hashes(change) == "sha256 ab live, cd in Git"
    assert hashes(replace(change, git=ABSENT)) == ""
    assert hashes(replace(change, live={"sha256": "ab"})) == ""
