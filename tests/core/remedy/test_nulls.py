"""core.remedy.nulls: which nulls an apply to a live object leaves out."""

import pytest

from core.compare.equality.schema import UNKNOWN
from core.model import JsonObject
from core.remedy.nulls import without_idle_nulls
from tests.core.compare.world import KINDS, SCHEMAS

SPEC = SCHEMAS[KINDS["Widget"]].root.fields["spec"]


@pytest.mark.parametrize(
    ("git", "live", "last", "sent"),
    [
        ({"maybe": None, "count": 1}, {"count": 1}, {}, {"count": 1}),
        ({"maybe": None}, {"maybe": None}, {}, {"maybe": None}),
        ({"maybe": None}, {"maybe": "x"}, {}, {"maybe": None}),
        ({"free": {"a": None}}, {"free": {}}, {}, {"free": {"a": None}}),
        ({"free": {"a": None}}, {"free": {}}, {"free": {"a": None}}, {"free": {}}),
        ({"free": {"a": None}}, {"free": {}}, {"free": {"a": "x"}}, {"free": {"a": None}}),
        ({"free": {"a": None}}, {"free": {}}, {"free": [None]}, {"free": {"a": None}}),
        ({"free": {"a": None}}, {}, {"free": {"a": None}}, {"free": {"a": None}}),
        ({"free": [{"a": None}]}, {"free": [{}]}, {"free": [{"a": None}]}, {"free": [{}]}),
        (
            {"free": [{"a": None}]},
            {"free": [{}]},
            {"free": [{"a": None}, {}]},
            {"free": [{"a": None}]},
        ),
        (
            {"free": [{"a": None}]},
            {"free": [{}, {}]},
            {"free": [{"a": None}]},
            {"free": [{"a": None}]},
        ),
        ({"free": [{"a": None}]}, {"free": {}}, {}, {"free": [{"a": None}]}),
    ],
)
def test_a_null_that_asks_for_nothing_is_left_out(
    git: JsonObject, live: JsonObject, last: JsonObject, sent: JsonObject
) -> None:
    assert without_idle_nulls(git, live, last, SPEC) == sent


def test_entries_of_a_keyed_list_are_compared_by_their_keys() -> None:
    git: JsonObject = {
        "backends": [{"name": "new", "kind": None}, {"name": "a", "kind": None, "weight": 2}]
    }
    live: JsonObject = {"backends": [{"name": "a", "kind": "Service"}]}
    assert without_idle_nulls(git, live, {}, SPEC) == {
        "backends": [{"name": "new"}, {"name": "a", "kind": None, "weight": 2}]
    }


def test_what_kubectl_dropped_in_an_entry_is_found_by_the_entry_s_keys() -> None:
    node = SPEC.fields["backends"]
    assert node.keys == ("name",)
    git: JsonObject = {"backends": [{"name": "a", "odd": None}, {"name": "b", "odd": None}]}
    live: JsonObject = {"backends": [{"name": "a"}, {"name": "b"}]}
    last: JsonObject = {"backends": [{"name": "b", "odd": None}]}
    assert without_idle_nulls(git, live, last, SPEC) == {
        "backends": [{"name": "a", "odd": None}, {"name": "b"}]
    }


def test_without_a_schema_a_null_is_a_value() -> None:
    assert without_idle_nulls({"a": None}, {}, {}, UNKNOWN) == {"a": None}


def test_a_list_whose_keys_do_not_tell_its_entries_apart_is_sent_as_it_is() -> None:
    git: JsonObject = {"backends": [{"name": "a", "kind": None}]}
    live: JsonObject = {"backends": [{"name": "a"}, {"name": "a"}]}
    assert without_idle_nulls(git, live, {}, SPEC) == git
