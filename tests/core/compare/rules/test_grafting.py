"""core.compare.rules.grafting: Git's document with the live values at places of rules."""

import pytest

from core.compare.equality.schema import UNKNOWN
from core.compare.rules.grafting import as_live, identified
from core.compare.rules.ignoring import Spared
from core.model import JsonObject
from core.model.paths import parse_path


def with_live(git: JsonObject, live: JsonObject, *paths: str) -> JsonObject:
    return as_live(git, live, [Spared(parse_path(path), "") for path in paths], UNKNOWN)


@pytest.mark.parametrize(
    ("git", "live", "path", "made"),
    [
        ({"a": ["x"], "b": 1}, {"a": []}, "a[0]", {"a": [], "b": 1}),
        ({"a": ["x"], "b": 1}, {}, "a[0]", {"b": 1}),
        ({"a": {"x": 1}, "b": 1}, {"a": {}}, "a.x", {"a": {}, "b": 1}),
        ({"a": {"x": 1}, "b": 1}, {}, "a.x", {"b": 1}),
        ({"a": {"x": 1, "y": 2}}, {}, "a.x", {"a": {"y": 2}}),
    ],
)
def test_what_becomes_empty_stays_only_where_it_is_empty_in_live(
    git: JsonObject, live: JsonObject, path: str, made: JsonObject
) -> None:
    assert with_live(git, live, path) == made


def test_a_document_of_which_nothing_is_left_is_an_empty_one() -> None:
    assert with_live({"a": 1}, {"b": 1}, "a") == {}


def test_a_place_inside_an_entry_that_one_side_lacks_changes_nothing() -> None:
    one: JsonObject = {"env": [{"name": "A", "value": "1"}]}
    both: JsonObject = {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}
    assert with_live(one, both, "env[name=B].value") == one
    assert with_live(both, one, "env[name=B].value") == both


def test_an_entry_that_only_live_has_takes_the_place_it_has_there() -> None:
    for at in range(3):
        live: JsonObject = {"a": [*"xy"[:at], "new", *"xy"[at:]]}
        assert with_live({"a": ["x", "y"]}, live, "a[=new]") == live


def test_an_entry_that_is_no_map_any_more_has_no_keys_to_keep() -> None:
    assert identified({"name": "a"}, "x", UNKNOWN) == "x"
    assert identified("x", {"name": "a"}, UNKNOWN) == {"name": "a"}


@pytest.mark.parametrize(
    ("git", "live", "path", "made"),
    [
        ({}, {"a": {"x": 1, "y": 2}}, "a.x", {"a": {"x": 1}}),
        ({}, {"a": ["x", "y"]}, "a[=x]", {"a": ["x"]}),
        ({"a": {"x": 1}}, {"a": 5}, "a.x", {}),
        ({"a": ["x", "y"]}, {"a": 5}, "a[=x]", {"a": ["y"]}),
        ({"a": 5}, {"a": {"x": 1}}, "a.x", {"a": 5}),  # the value around it is another
        ({"a": 5}, {"a": ["x"]}, "a[=x]", {"a": 5}),
        ({"a": None}, {"a": {"x": 1}}, "a.x", {"a": None}),
    ],
)
def test_what_holds_the_place_may_be_missing_or_something_else_on_one_side(
    git: JsonObject, live: JsonObject, path: str, made: JsonObject
) -> None:
    assert with_live(git, live, path) == made


def test_of_two_entries_the_later_one_is_taken_out_first() -> None:
    stated = [f"e{number}" for number in range(12)]
    live: JsonObject = {"a": [*stated[:9]]}
    git: JsonObject = {"a": [*stated]}
    assert with_live(git, live, "a[9]", "a[10]") == {"a": [*stated[:9], "e11"]}


def test_an_entry_of_which_nothing_is_left_keeps_its_place() -> None:
    assert with_live({"a": [{"x": 1}]}, {"a": [{"y": 2}]}, "a[0].x") == {"a": [{}]}
