"""JSON patch, merge patch, strategic merge patch."""

from tests.contract.client import JSON_PATCH, STRATEGIC, Client
from tests.contract.worlds import Home, config_map, container, containers_of, deployment


def test_a_merge_patch_sets_and_removes(api: Client, home: Home) -> None:
    api.create(home.config_maps, config_map(x="1", y="1"))
    reply = api.patch(f"{home.config_maps}/a", {"data": {"x": None, "z": "1"}})
    assert reply.body["data"] == {"y": "1", "z": "1"}


def test_a_json_patch_happens_in_order(api: Client, home: Home) -> None:
    api.create(home.config_maps, config_map(x="1"))
    steps = [
        {"op": "test", "path": "/data/x", "value": "1"},
        {"op": "add", "path": "/metadata/annotations", "value": {}},
        {"op": "add", "path": "/metadata/annotations/a.b~1c", "value": "2"},
        {"op": "move", "from": "/data/x", "path": "/data/w"},
    ]
    reply = api.patch(f"{home.config_maps}/a", steps, JSON_PATCH)
    assert (reply.body["data"], reply.meta["annotations"]) == ({"w": "1"}, {"a.b/c": "2"})


def test_a_json_patch_whose_test_fails_changes_nothing(api: Client, home: Home) -> None:
    api.create(home.config_maps, config_map(x="1"))
    steps = [
        {"op": "replace", "path": "/data/x", "value": "2"},
        {"op": "test", "path": "/data/x", "value": "1"},
    ]
    assert api.patch(f"{home.config_maps}/a", steps, JSON_PATCH).status == 422
    assert api.get(f"{home.config_maps}/a").body["data"] == {"x": "1"}


def test_a_strategic_patch_merges_lists_by_their_key(api: Client, home: Home) -> None:
    api.create(home.deployments, deployment(container(), container("side")))
    change = {"spec": {"template": {"spec": {"containers": [{"name": "side", "image": "b:2"}]}}}}
    reply = api.patch(f"{home.deployments}/web", change, STRATEGIC)
    assert {one["name"]: one["image"] for one in containers_of(reply.body)} == {
        "web": "nginx:1.25",
        "side": "b:2",
    }


def test_a_strategic_patch_deletes_by_directive(api: Client, home: Home) -> None:
    api.create(home.deployments, deployment(container(), container("side")))
    gone = {"name": "side", "$patch": "delete"}
    change = {"spec": {"template": {"spec": {"containers": [gone]}}}}
    reply = api.patch(f"{home.deployments}/web", change, STRATEGIC)
    assert [one["name"] for one in containers_of(reply.body)] == ["web"]


def test_a_strategic_patch_keeps_only_the_keys_it_retains(api: Client, home: Home) -> None:
    api.create(home.deployments, deployment())
    strategy = {"$retainKeys": ["type"], "type": "Recreate"}
    reply = api.patch(f"{home.deployments}/web", {"spec": {"strategy": strategy}}, STRATEGIC)
    assert reply.body["spec"]["strategy"] == {"type": "Recreate"}


def test_a_strategic_patch_orders_a_list_as_it_says(api: Client, home: Home) -> None:
    names = ("a", "b", "c")
    api.create(home.deployments, deployment(*(container(name) for name in names)))
    order = [{"name": name} for name in ("c", "new", "a")]
    change = {"$setElementOrder/containers": order, "containers": [container("new")]}
    reply = api.patch(
        f"{home.deployments}/web", {"spec": {"template": {"spec": change}}}, STRATEGIC
    )
    assert [one["name"] for one in containers_of(reply.body)] == ["b", "c", "new", "a"]


def test_a_patch_of_what_is_not_there_is_not_found(api: Client, home: Home) -> None:
    assert api.patch(f"{home.config_maps}/none", {"data": {}}).status == 404


def test_a_patch_in_no_known_form_is_refused(api: Client, home: Home) -> None:
    api.create(home.config_maps, config_map())
    reply = api.patch(f"{home.config_maps}/a", {}, "application/json")
    assert (reply.status, reply.body["reason"]) == (415, "UnsupportedMediaType")


def test_a_patch_may_carry_the_version_it_was_made_for(api: Client, home: Home) -> None:
    first = api.create(home.config_maps, config_map(x="1"))
    api.patch(f"{home.config_maps}/a", {"data": {"x": "2"}})
    change = {"metadata": {"resourceVersion": first.version}, "data": {"x": "3"}}
    assert api.patch(f"{home.config_maps}/a", change).status == 409
