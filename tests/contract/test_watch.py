"""Watches: from which version, what they show, how they end."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from tests.contract.client import PARTIAL, Client
from tests.contract.worlds import Home, config_map, deployment

Json = dict[str, Any]
WATCH_LIST = {
    "sendInitialEvents": "true",
    "resourceVersionMatch": "NotOlderThan",
    "allowWatchBookmarks": "true",
}


def _shown(events: Iterator[Json], count: int) -> list[tuple[str, str]]:
    return [
        (one["type"], one["object"]["metadata"].get("name", "")) for one in islice(events, count)
    ]


def test_a_watch_resumes_after_its_version(api: Client, home: Home) -> None:
    begun = api.get(home.config_maps).version
    api.create(home.config_maps, config_map("a", x="1"))
    api.patch(f"{home.config_maps}/a", {"data": {"x": "2"}})
    api.delete(f"{home.config_maps}/a")
    events = list(islice(api.watch(home.config_maps, resourceVersion=begun), 3))
    assert [one["type"] for one in events] == ["ADDED", "MODIFIED", "DELETED"]
    versions = [one["object"]["metadata"]["resourceVersion"] for one in events]
    assert len(set(versions)) == 3
    assert events[2]["object"]["data"] == {"x": "2"}


def test_a_watch_hears_what_happens_while_it_is_open(api: Client, home: Home) -> None:
    begun = api.get(home.config_maps).version
    events = api.watch(home.config_maps, resourceVersion=begun)
    api.create(home.config_maps, config_map("a"))
    assert _shown(events, 1) == [("ADDED", "a")]
    api.patch(f"{home.config_maps}/a", {"data": {"x": "2"}})
    assert _shown(events, 1) == [("MODIFIED", "a")]


def test_a_write_that_changes_nothing_is_no_event(api: Client, home: Home) -> None:
    path = f"{home.config_maps}/a"
    api.apply(path, config_map(x="1"))
    begun = api.get(home.config_maps).version
    api.apply(path, config_map(x="1"))
    api.create(home.config_maps, config_map("b"))
    assert _shown(api.watch(home.config_maps, resourceVersion=begun), 1) == [("ADDED", "b")]


def test_a_watch_without_a_version_begins_with_what_there_is(api: Client, home: Home) -> None:
    api.create(home.config_maps, config_map("a"))
    events = api.watch(home.config_maps)
    assert _shown(events, 1) == [("ADDED", "a")]
    api.create(home.config_maps, config_map("b"))
    assert _shown(events, 1) == [("ADDED", "b")]  # so that was all


def test_a_watch_list_ends_its_first_part_with_a_marked_bookmark(api: Client, home: Home) -> None:
    for name in ("a", "b"):
        api.create(home.config_maps, config_map(name))
    events = list(islice(api.watch(home.config_maps, **WATCH_LIST), 3))
    assert [one["type"] for one in events] == ["ADDED", "ADDED", "BOOKMARK"]
    bookmark = events[2]["object"]
    assert bookmark["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}
    assert (bookmark["kind"], bookmark["apiVersion"]) == ("ConfigMap", "v1")
    api.create(home.config_maps, config_map("c"))
    version = bookmark["metadata"]["resourceVersion"]
    assert _shown(api.watch(home.config_maps, resourceVersion=version), 1) == [("ADDED", "c")]


def test_a_watch_list_goes_on_with_what_happens(api: Client, home: Home) -> None:
    events = api.watch(home.config_maps, **WATCH_LIST)
    assert _shown(events, 1) == [("BOOKMARK", "")]
    api.create(home.config_maps, config_map("a"))
    assert _shown(events, 1) == [("ADDED", "a")]


def test_initial_events_need_the_match_that_belongs_to_them(api: Client, home: Home) -> None:
    query = {"watch": "1", "sendInitialEvents": "true"}
    reply = api.get(home.config_maps, **query)
    assert reply.causes() == {("FieldValueForbidden", "resourceVersionMatch")}


def test_a_watch_ends_cleanly_when_its_time_is_over(api: Client, home: Home) -> None:
    assert list(api.watch(home.config_maps, timeoutSeconds="1")) == []


def test_an_object_leaves_a_watch_when_its_labels_stop_matching(api: Client, home: Home) -> None:
    begun = api.get(home.config_maps).version
    path = f"{home.config_maps}/a"
    api.create(home.config_maps, config_map("a"))
    api.patch(path, {"metadata": {"labels": {"l": "x"}}})
    api.patch(path, {"data": {"y": "1"}})
    api.patch(path, {"metadata": {"labels": {"l": "y"}}})
    events = api.watch(home.config_maps, resourceVersion=begun, labelSelector="l=x")
    assert _shown(events, 3) == [("ADDED", "a"), ("MODIFIED", "a"), ("DELETED", "a")]


def test_a_watch_shows_one_name_or_one_namespace(api: Client, home: Home) -> None:
    begun = api.get("/api/v1/configmaps").version
    for name in ("b", "a"):
        api.create(home.config_maps, config_map(name))
    by_name = {"fieldSelector": f"metadata.name=a,metadata.namespace={home.name}"}
    events = api.watch("/api/v1/configmaps", resourceVersion=begun, **by_name)
    assert _shown(events, 1) == [("ADDED", "a")]


def test_metadata_alone_can_be_watched(api: Client, home: Home) -> None:
    begun = api.get(home.deployments).version
    api.create(home.deployments, deployment())
    events = api.watch(home.deployments, accept=PARTIAL, resourceVersion=begun)
    thing = next(events)["object"]
    assert (thing["kind"], thing.keys()) == (
        "PartialObjectMetadata",
        {"kind", "apiVersion", "metadata"},
    )


def test_a_watch_list_of_metadata_alone_ends_with_a_marked_bookmark(
    api: Client, home: Home
) -> None:
    api.create(home.deployments, deployment())
    first, second = islice(api.watch(home.deployments, accept=PARTIAL, **WATCH_LIST), 2)
    assert first["object"].keys() == {"kind", "apiVersion", "metadata"}
    assert first["object"]["metadata"]["managedFields"]
    assert (second["type"], second["object"]["kind"]) == ("BOOKMARK", "PartialObjectMetadata")
    marks = second["object"]["metadata"]["annotations"]
    assert marks == {"k8s.io/initial-events-end": "true"}


def test_a_deletion_is_metadata_alone_too(api: Client, home: Home) -> None:
    begun = api.create(home.secrets, {"metadata": {"name": "a"}, "stringData": {"x": "y"}}).version
    api.delete(f"{home.secrets}/a")
    event = next(api.watch(home.secrets, accept=PARTIAL, resourceVersion=begun))
    assert (event["type"], event["object"]["metadata"]["name"]) == ("DELETED", "a")
    assert event["object"].keys() == {"kind", "apiVersion", "metadata"}


def test_an_object_held_by_a_finalizer_is_modified_first_and_deleted_later(
    api: Client, home: Home
) -> None:
    body = config_map("a")
    body["metadata"]["finalizers"] = ["contract.test/hold"]
    begun = api.create(home.config_maps, body).version
    api.delete(f"{home.config_maps}/a")
    api.patch(f"{home.config_maps}/a", {"metadata": {"finalizers": None}})
    events = api.watch(home.config_maps, resourceVersion=begun)
    assert _shown(events, 2) == [("MODIFIED", "a"), ("DELETED", "a")]


def test_a_bookmark_of_a_structured_kind_has_the_structure(api: Client, home: Home) -> None:
    bookmark = next(api.watch(home.deployments, **WATCH_LIST))["object"]
    spec = bookmark["spec"]
    assert (spec["selector"], spec["strategy"]) == (None, {})


def test_a_version_from_the_future_is_an_error_event_of_a_watch_list(
    api: Client, home: Home
) -> None:
    query = {**WATCH_LIST, "resourceVersion": "999999999"}
    event = next(api.watch(home.config_maps, **query))
    assert (event["type"], event["object"]["code"]) == ("ERROR", 504)
