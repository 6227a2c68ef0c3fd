"""Custom kinds: their definition, their schema, their objects."""

from typing import Any

import pytest

from tests.apiserver.waiting import eventually
from tests.contract.client import STRATEGIC, Client
from tests.contract.worlds import CRDS, Home, widget, widget_definition

WIDGETS = f"{CRDS}/widgets.contract.test"


def _served(api: Client) -> bool:
    found = api.get("/apis/contract.test/v1/widgets").status == 200
    return found and "contract.test" in str(api.get("/openapi/v3").body["paths"].keys())


@pytest.fixture(autouse=True)
def widgets(api: Client) -> None:
    """The kind exists while a test runs, once an apply of it is accepted."""
    if api.get(WIDGETS).status == 404:
        assert api.create(CRDS, widget_definition()).status == 201
    assert eventually(lambda: _served(api), within_s=60)
    probe = "/apis/contract.test/v1/namespaces/default/widgets/probe"
    ready = {"manager": "probe", "dryRun": "All"}
    assert eventually(lambda: api.apply(probe, widget("probe"), **ready).status == 201, within_s=60)


def test_a_definition_becomes_established(api: Client) -> None:
    reply = api.get(WIDGETS)
    conditions = {one["type"]: one["status"] for one in reply.body["status"]["conditions"]}
    assert conditions.items() >= {"Established": "True", "NamesAccepted": "True"}.items()
    assert reply.body["status"]["storedVersions"] == ["v1"]
    assert ("kube-apiserver", "Update", "status") in reply.owners()


def test_a_custom_kind_is_discovered(api: Client) -> None:
    listed = {one["name"]: one for one in api.get("/apis/contract.test/v1").body["resources"]}
    assert listed["widgets"]["shortNames"] == ["wd"]
    assert {"widgets/status", "widgets/scale"} <= listed.keys()


def test_a_custom_kind_has_an_openapi_document(api: Client) -> None:
    index = api.get("/openapi/v3").body["paths"]
    document = api.get(index["apis/contract.test/v1"]["serverRelativeURL"]).body
    schema = document["components"]["schemas"]["test.contract.v1.Widget"]
    spec = schema["properties"]["spec"]["properties"]
    assert spec["tags"]["x-kubernetes-list-type"] == "set"
    assert spec["mode"]["default"] == "auto"


def test_defaults_of_the_schema_are_filled_in_also_inside_lists(api: Client, home: Home) -> None:
    body = api.create(home.widgets, widget(refs=[{"name": "a"}])).body
    assert body["spec"]["mode"] == "auto"
    assert body["spec"]["refs"] == [{"name": "a", "weight": 1}]


def test_zeros_and_empty_lists_stay_as_sent(api: Client, home: Home) -> None:
    body = api.create(home.widgets, widget(replicas=0, tags=[], labels={})).body
    assert (body["spec"]["replicas"], body["spec"]["tags"], body["spec"]["labels"]) == (0, [], {})


def test_unknown_fields_are_pruned_with_a_warning(api: Client, home: Home) -> None:
    reply = api.create(home.widgets, widget(bogus=1, free={"any": {"thing": 1}}))
    assert "bogus" not in reply.body["spec"]
    assert reply.body["spec"]["free"] == {"any": {"thing": 1}}
    assert reply.warnings == ('299 - "unknown field \\"spec.bogus\\""',)


@pytest.mark.parametrize(
    ("spec", "cause"),
    [
        ({"size": 0}, ("FieldValueInvalid", "spec.size")),
        ({"mode": "odd"}, ("FieldValueNotSupported", "spec.mode")),
    ],
)
def test_what_the_schema_forbids_is_invalid(
    api: Client, home: Home, spec: dict[str, Any], cause: tuple[str, str]
) -> None:
    reply = api.create(home.widgets, widget(**spec))
    assert (reply.status, reply.causes()) == (422, {cause})


def test_an_unknown_field_in_an_apply_is_a_500_without_reason(api: Client, home: Home) -> None:
    reply = api.apply(f"{home.widgets}/w", widget(bogus=1))
    assert (reply.status, "reason" in reply.body) == (500, False)
    assert reply.body["message"].endswith(".spec.bogus: field not declared in schema")


def test_sets_keyed_lists_and_whole_values_are_owned_each_in_their_way(
    api: Client, home: Home
) -> None:
    spec: dict[str, Any] = {
        "tags": ["x"],
        "refs": [{"name": "a"}],
        "whole": {"a": "1"},
        "plain": ["1"],
        "labels": {"l": "1"},
        "free": {"q": {"r": [1]}},
    }
    fields = api.apply(f"{home.widgets}/w", widget(**spec)).owned_by("driftdeck")
    assert fields["f:spec"] == {
        "f:size": {},
        "f:tags": {'v:"x"': {}},
        "f:refs": {'k:{"name":"a"}': {".": {}, "f:name": {}}},
        "f:whole": {},
        "f:plain": {},
        "f:labels": {"f:l": {}},
        "f:free": {"f:q": {".": {}, "f:r": {}}},
    }


def test_members_of_a_set_belong_to_those_who_state_them(api: Client, home: Home) -> None:
    path = f"{home.widgets}/w"
    api.apply(path, widget(tags=["a", "b"]), "one")
    api.apply(path, widget(tags=["b", "c"]), "two")
    assert sorted(api.get(path).body["spec"]["tags"]) == ["a", "b", "c"]
    assert sorted(api.apply(path, widget(tags=["b"]), "one").body["spec"]["tags"]) == ["b", "c"]


def test_a_whole_map_is_replaced_and_conflicts_as_one(api: Client, home: Home) -> None:
    path = f"{home.widgets}/w"
    api.apply(path, widget(whole={"a": "1"}), "one")
    assert api.apply(path, widget(whole={"b": "2"}), "two").causes() == {
        ("FieldManagerConflict", ".spec.whole")
    }
    reply = api.apply(path, widget(whole={"b": "2"}), "two", force="true")
    assert reply.body["spec"]["whole"] == {"b": "2"}


def test_a_custom_object_needs_its_version_to_be_replaced(api: Client, home: Home) -> None:
    made = api.create(home.widgets, widget())
    assert api.replace(f"{home.widgets}/w", widget(size=2)).status == 422
    body = {**made.body, "spec": {"size": 2}}
    assert api.replace(f"{home.widgets}/w", body).meta["generation"] == 2


def test_status_and_spec_have_doors_of_their_own(api: Client, home: Home) -> None:
    made = api.create(home.widgets, {**widget(), "status": {"phase": "x"}})
    assert "status" not in made.body
    change = {"status": {"phase": "y"}, "spec": {"size": 9}}
    reply = api.patch(f"{home.widgets}/w/status", change)
    assert (reply.body["status"], reply.body["spec"]["size"]) == ({"phase": "y"}, 1)


def test_a_custom_object_can_be_scaled(api: Client, home: Home) -> None:
    path = f"{home.widgets}/w"
    api.apply(path, widget(replicas=1))
    reply = api.patch(f"{path}/scale", {"spec": {"replicas": 3}}, fieldManager="kubectl")
    assert reply.body["spec"] == {"replicas": 3}
    after = api.get(path)
    assert after.body["spec"]["replicas"] == 3
    assert "time" not in after.owners()["kubectl", "Update", "scale"]


def test_strategic_merge_is_not_for_custom_kinds(api: Client, home: Home) -> None:
    api.create(home.widgets, widget())
    assert api.patch(f"{home.widgets}/w", {"spec": {}}, STRATEGIC).status == 415


def test_deleting_the_definition_deletes_the_objects_and_ends_the_watch(
    api: Client, home: Home
) -> None:
    begun = api.get(home.widgets).version
    api.create(home.widgets, widget())
    events = api.watch(home.widgets, resourceVersion=begun)
    assert next(events)["type"] == "ADDED"
    api.delete(WIDGETS)
    assert [one["type"] for one in events][-1] == "DELETED"
    assert eventually(lambda: api.get(home.widgets).status == 404, within_s=60)
