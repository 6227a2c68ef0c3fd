"""core.compare.evidence.evidence: what Git once stated, told by owners and the last apply."""

import json

import pytest

from core.compare.evidence.evidence import Evidence
from core.model import ABSENT, Absent, Json, JsonObject
from core.model.paths import parse_path
from tests.core.compare.world import managed

LAST = "kubectl.kubernetes.io/last-applied-configuration"


@pytest.mark.parametrize(
    ("path", "was"),
    [("data.a", True), ("data.b", False), ("data", True), ("metadata.a", False)],
)
def test_a_key_that_was_written_as_text_was_stated(path: str, *, was: bool) -> None:
    owned: JsonObject = {
        "metadata": {"managedFields": managed({"driftdeck:Apply": "stringData.a"})}
    }
    text = json.dumps({"stringData": {"a": "x"}})
    applied: JsonObject = {"metadata": {"annotations": {LAST: text}}}
    assert Evidence(applied, {}).was_ours(parse_path(path)) is was
    if path != "data":  # an entry owns what it lists, not what is around it
        assert Evidence(owned, {}).was_ours(parse_path(path)) is was


@pytest.mark.parametrize(
    ("applied", "git", "live", "dropped"),
    [
        ({"a": None}, None, ABSENT, True),
        ({"a": [None, {"b": None, "c": 1}]}, [None, {"b": None, "c": 1}], [None, {"c": 1}], True),
        ({"a": {"b": None}}, {"b": None}, {}, True),
        ({}, None, ABSENT, False),  # kubectl was never asked for it
        ({"a": {"b": None}}, {"b": None, "c": None}, {}, False),
        ({"a": None}, None, "x", False),
        ({"a": {"b": None}}, {"b": None}, {"b": "x"}, False),
        ({"a": {"b": None}}, {"b": None}, ABSENT, False),
        ({"a": 1}, 1, ABSENT, False),
    ],
)
def test_kubectl_apply_drops_nulls_and_so_nothing_is_asked_of_it(
    applied: JsonObject, git: Json, live: Json | Absent, *, dropped: bool
) -> None:
    found: JsonObject = {"metadata": {"annotations": {LAST: json.dumps({"spec": applied})}}}
    assert Evidence(found, {}).dropped_nulls(("spec", "a"), git, live) is dropped


@pytest.mark.parametrize("text", ["[]", "3", "{", "[" * 100_000])
def test_what_kubectl_last_applied_is_nothing_where_it_is_no_object(text: str) -> None:
    assert Evidence({"metadata": {"annotations": {LAST: text}}}, {}).last_applied == {}


@pytest.mark.parametrize(
    ("owner", "stays"),
    [
        ("istiod:Apply", True),
        ("keda-operator:Apply", True),
        ("istiod:Update", False),
        ("helm:Apply", False),  # a deployer gives way
        ("driftdeck:Apply", False),
    ],
)
def test_another_that_applies_a_field_is_there_to_stay(owner: str, *, stays: bool) -> None:
    live: JsonObject = {"metadata": {"managedFields": managed({owner: "data.a"})}}
    found = Evidence(live, {}).applied_by_another(parse_path("data.a"))
    assert (found is not None) is stays
    assert Evidence(live, {}).applied_by_another(parse_path("data.b")) is None


@pytest.mark.parametrize(
    ("names", "stubborn", "first"),
    [
        (("one", "two"), "", "one"),
        (("one", "two"), "one", "two"),
        (("one", "two"), "two", "one"),
        (("one", "two"), "other", "one"),
        (("one", "k9s"), "k9s", "k9s"),
    ],
)
def test_who_puts_a_field_back_is_a_controller_of_it_unless_a_person(
    names: tuple[str, ...], stubborn: str, first: str
) -> None:
    live: JsonObject = {"metadata": {"managedFields": managed(dict.fromkeys(names, "data.a"))}}
    persistent = {"data.a": stubborn} if stubborn else {}
    owner = Evidence(live, {}, persistent=persistent).decisive(parse_path("data.a"))
    assert owner is not None
    assert owner.manager == first
