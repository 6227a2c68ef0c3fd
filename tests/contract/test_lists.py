"""Lists: pages, selectors, and which version of the world they show."""

import pytest

from tests.contract.client import PARTIAL, Client
from tests.contract.worlds import Home, config_map


def _fill(api: Client, home: Home, *names: str) -> None:
    for name in names:
        body = config_map(name, x=name)
        body["metadata"]["labels"] = {"name": name, "all": "yes"}
        assert api.create(home.config_maps, body).status == 201


def _names(body: dict[str, list[dict[str, dict[str, str]]]]) -> list[str]:
    return [one["metadata"]["name"] for one in body["items"]]


def test_a_list_is_ordered_and_carries_a_version(api: Client, home: Home) -> None:
    _fill(api, home, "c", "a", "b")
    reply = api.get(home.config_maps)
    assert reply.body["kind"] == "ConfigMapList"
    assert _names(reply.body) == ["a", "b", "c"]
    assert reply.version
    assert not {"kind", "apiVersion"} & reply.body["items"][0].keys()


def test_pages_together_are_the_list_of_one_version(api: Client, home: Home) -> None:
    _fill(api, home, "a", "b", "c", "d")
    first = api.get(home.config_maps, limit="3")
    assert (_names(first.body), first.meta["remainingItemCount"]) == (["a", "b", "c"], 1)
    api.create(home.config_maps, config_map("bb"))
    api.delete(f"{home.config_maps}/d")
    token = first.meta["continue"]
    rest = api.get(home.config_maps, limit="3", **{"continue": token})
    assert (_names(rest.body), rest.version) == (["d"], first.version)
    assert "continue" not in rest.meta


def test_a_continue_token_that_is_none_is_refused(api: Client, home: Home) -> None:
    assert api.get(home.config_maps, **{"continue": "xx"}).status == 400


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("name=a", ["a"]),
        ("name!=a", ["b", "c"]),
        ("name in (a,b),all", ["a", "b"]),
        ("name notin (a,b)", ["c"]),
        ("!name", []),
        ("all=yes,name==c", ["c"]),
    ],
)
def test_a_label_selector_selects(api: Client, home: Home, selector: str, names: list[str]) -> None:
    _fill(api, home, "a", "b", "c")
    assert _names(api.get(home.config_maps, labelSelector=selector).body) == names


def test_name_and_namespace_are_fields_one_can_select_by(api: Client, home: Home) -> None:
    _fill(api, home, "a", "b")
    selector = f"metadata.name=a,metadata.namespace={home.name}"
    assert _names(api.get("/api/v1/configmaps", fieldSelector=selector).body) == ["a"]
    assert api.get(home.config_maps, fieldSelector="data.x=1").status == 400


def test_an_exact_version_shows_the_past(api: Client, home: Home) -> None:
    _fill(api, home, "a")
    before = api.get(home.config_maps).version
    _fill(api, home, "b")
    api.patch(f"{home.config_maps}/a", {"data": {"x": "2"}})
    query = {"resourceVersion": before, "resourceVersionMatch": "Exact"}
    reply = api.get(home.config_maps, **query)
    assert [(one["metadata"]["name"], one["data"]["x"]) for one in reply.body["items"]] == [
        ("a", "a")
    ]
    assert reply.version == before


def test_a_version_from_the_future_is_too_large(api: Client, home: Home) -> None:
    reply = api.get(home.config_maps, resourceVersion="999999999")
    assert (reply.status, reply.body["reason"]) == (504, "Timeout")
    causes = reply.body["details"]["causes"]
    assert [one["reason"] for one in causes] == ["ResourceVersionTooLarge"]


def test_initial_events_are_not_for_lists(api: Client, home: Home) -> None:
    assert api.get(home.config_maps, sendInitialEvents="true").status == 422


def test_metadata_alone_can_be_asked_for(api: Client, home: Home) -> None:
    _fill(api, home, "a")
    reply = api.call("GET", home.config_maps, accept=PARTIAL.replace("Metadata;", "MetadataList;"))
    assert reply.body["kind"] == "PartialObjectMetadataList"
    assert "data" not in reply.body["items"][0]
    assert reply.body["items"][0]["metadata"]["name"] == "a"


def test_of_metadata_no_items_are_null(api: Client, home: Home) -> None:
    accept = PARTIAL.replace("Metadata;", "MetadataList;")
    assert (
        api.call("GET", f"{home.config_maps}?labelSelector=no", accept=accept).body["items"] is None
    )
    assert api.get(home.config_maps, labelSelector="no").body["items"] == []


def test_a_collection_is_deleted_by_selector(api: Client, home: Home) -> None:
    _fill(api, home, "a", "b")
    reply = api.delete(home.config_maps, labelSelector="name=a")
    assert _names(reply.body) == ["a"]
    assert _names(api.get(home.config_maps, labelSelector="all").body) == ["b"]


def test_an_unknown_kind_is_a_status_and_an_unknown_group_plain_text(api: Client) -> None:
    assert api.get("/apis/apps/v1/nothings").body["reason"] == "NotFound"
    reply = api.get("/apis/nowhere.test/v1/things")
    assert (reply.status, reply.raw.strip()) == (404, b"404 page not found")
