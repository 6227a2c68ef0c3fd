"""core.compare.equality.walk: what differs between two values by what the schema says of them."""

import pytest

from core.compare import schemas
from core.compare.equality.schema import UNKNOWN, Node
from core.compare.equality.walk import How, differences
from core.model import Json, JsonObject, KindRef
from core.model.paths import Member

CUSTOM, BUILT_IN = "io.example.v1.Thing", "io.k8s.api.core.v1.Thing"
THING = KindRef("example.io/v1", "Thing")


def root(component: str, **field: Json) -> Node:
    """Return the root of a kind that has one field, `list`, of any type."""
    kinds: JsonObject = {"group": "example.io", "version": "v1", "kind": "Thing"}
    raw: JsonObject = {
        "properties": {"list": {"type": "array", "items": {"type": "string"}, **field}},
        "x-kubernetes-group-version-kind": [kinds],
    }
    return schemas({"components": {"schemas": {component: raw}}})[THING].root


@pytest.mark.parametrize(
    ("node", "counts"),
    [
        (root(CUSTOM), False),
        (root(CUSTOM, default=[]), False),
        (root(CUSTOM, default=["a"]), True),  # somebody emptied what the server would have filled
        (root(BUILT_IN), False),
        (root(BUILT_IN, default=["a"]), False),  # built-in kinds leave empty lists out
        (UNKNOWN, True),
    ],
)
def test_an_empty_list_is_no_list_unless_there_is_a_default_or_no_schema(
    node: Node, *, counts: bool
) -> None:
    found = differences({}, {"list": []}, node)
    assert [(each.how, each.parts) for each in found] == (
        [(How.EXTRA, ("list",))] if counts else []
    )


def test_each_member_of_a_set_that_only_live_has_is_told() -> None:
    unique = root(CUSTOM, **{"x-kubernetes-list-type": "set"})
    found = differences({}, {"list": ["a", "b"]}, unique)
    assert [each.parts for each in found] == [("list", Member("a")), ("list", Member("b"))]


def test_a_renamed_entry_is_told_from_the_others_by_what_is_beside_its_keys() -> None:
    keyed: JsonObject = {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]}
    node = root(CUSTOM, **keyed, items={"type": "object", "properties": {"v": {"type": "string"}}})
    git: list[Json] = [{"name": "a", "v": "1"}, {"name": "b", "v": "2"}]
    live: list[Json] = [{"name": "x", "v": "2"}, {"name": "y", "v": "9"}]
    renamed, missing, extra = differences({"list": git}, {"list": live}, node)
    assert (renamed.how, renamed.git, renamed.live) == (How.RENAMED, git[1], live[0])
    assert (missing.git, extra.live) == (git[0], live[1])


def test_one_entry_in_the_place_of_another_agrees_only_if_the_rest_does() -> None:
    keyed: JsonObject = {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]}
    node = root(CUSTOM, **keyed, items={"type": "object", "properties": {"v": {"type": "string"}}})
    for value, agrees in (("1", True), ("2", False)):
        stated: Json = [{"name": "a", "v": "1"}]
        (found,) = differences({"list": stated}, {"list": [{"name": "b", "v": value}]}, node)
        assert (found.how, found.agreed) == (How.RENAMED, agrees)


def test_the_default_of_a_whole_custom_map_says_nothing_of_one_that_git_states() -> None:
    """The server fills in the map where it is missing, not what is missing in it."""
    fields: JsonObject = {"mode": {"type": "string"}, "limit": {"type": "integer"}}
    node = root(CUSTOM, type="object", properties=fields, default={"mode": "soft"})
    assert differences({}, {"list": {"mode": "soft"}}, node) == []
    (found,) = differences({"list": {"limit": 5}}, {"list": {"limit": 5, "mode": "soft"}}, node)
    assert (found.how, found.parts) == (How.EXTRA, ("list", "mode"))


def test_an_entry_without_any_key_makes_a_list_an_ordinary_one() -> None:
    keyed: JsonObject = {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]}
    node = root(CUSTOM, **keyed, items={"type": "object", "properties": {"v": {"type": "string"}}})
    (found,) = differences({"list": [{"v": "1"}]}, {"list": [{"v": "2"}]}, node)
    assert (found.how, found.parts) == (How.VALUE, ("list",))


@pytest.mark.parametrize(("component", "counts"), [(BUILT_IN, False), (CUSTOM, True)])
def test_only_a_built_in_namespace_is_labelled_with_its_name(
    component: str, *, counts: bool
) -> None:
    git: JsonObject = {"kind": "Namespace", "metadata": {"name": "web"}}
    labels: JsonObject = {"kubernetes.io/metadata.name": "web"}
    live: JsonObject = {"kind": "Namespace", "metadata": {"name": "web", "labels": labels}}
    assert bool(differences(git, live, root(component))) is counts


@pytest.mark.parametrize(
    ("git", "live"), [(["a", "a"], ["a"]), (["a"], ["a", "a"]), ([{"x": 1}], [{"x": 2}])]
)
def test_a_set_with_a_member_twice_or_one_that_is_no_single_value_is_an_ordinary_list(
    git: list[Json], live: list[Json]
) -> None:
    unique = root(CUSTOM, **{"x-kubernetes-list-type": "set"}, items={"type": "string"})
    (found,) = differences({"list": git}, {"list": live}, unique)
    assert (found.how, found.parts) == (How.VALUE, ("list",))


KEYED: JsonObject = {
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["name", "kind"],
}
ENTRY: JsonObject = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "kind": {"type": "string", "default": "K"}},
}


def test_a_key_that_is_left_out_has_its_default_and_an_empty_one_is_a_value() -> None:
    node = root(CUSTOM, **KEYED, items=ENTRY)
    live: JsonObject = {"list": [{"name": "a", "kind": "K"}]}
    assert differences({"list": [{"name": "a"}]}, live, node) == []
    (found,) = differences({"list": [{"name": "a", "kind": ""}]}, live, node)
    assert found.how is How.RENAMED


def test_two_entries_of_the_same_keys_make_a_list_an_ordinary_one() -> None:
    node = root(CUSTOM, **KEYED, items=ENTRY)
    once: list[Json] = [{"name": "a"}]
    twice: list[Json] = [{"name": "a"}, {"name": "a", "kind": "K"}]
    for git, live in ((once, twice), (twice, once)):
        (found,) = differences({"list": git}, {"list": live}, node)
        assert (found.how, found.parts) == (How.VALUE, ("list",))


def test_another_order_names_the_entries_by_their_keys() -> None:
    node = root(CUSTOM, **KEYED, items={"type": "object", "properties": {}})
    git: list[Json] = [{"name": "a", "kind": "x"}, {"name": "b"}]
    (found,) = differences({"list": git}, {"list": git[::-1]}, node)
    assert (found.how, found.git, found.live) == (How.ORDER, ["a/x", "b"], ["b", "a/x"])


@pytest.mark.parametrize(
    ("said", "same_value"),
    [
        ({"x-kubernetes-int-or-string": True}, True),
        ({"format": "int-or-string"}, True),
        ({"x-kubernetes-int-or-string": False}, False),
        ({"type": "string"}, False),
    ],
)
def test_a_number_and_its_text_are_one_where_the_schema_takes_either(
    said: JsonObject, *, same_value: bool
) -> None:
    node = root(CUSTOM, **said)
    assert (differences({"list": "8080"}, {"list": 8080}, node) == []) is same_value


@pytest.mark.parametrize(
    ("said", "same_value"),
    [({"format": "byte"}, True), ({"format": "password"}, False), ({}, False)],
)
def test_base64_may_be_broken_into_lines_only_where_the_schema_says_that_it_is_bytes(
    said: JsonObject, *, same_value: bool
) -> None:
    node = root(CUSTOM, type="string", **said)
    assert (differences({"list": "YWJj\nZGVm"}, {"list": "YWJjZGVm"}, node) == []) is same_value
