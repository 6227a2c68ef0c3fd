"""What every other write leaves in managedFields."""

from tests.contract.client import APPLY, Client
from tests.contract.worlds import Home, config_map, container, deployment

HUMAN = ("kubectl-edit", "Update", "")


def test_a_create_owns_what_it_sent_and_every_default(api: Client, home: Home) -> None:
    fields = api.create(home.deployments, deployment()).owned_by("suite", "Update")
    assert {"f:replicas", "f:revisionHistoryLimit", "f:strategy"} <= fields["f:spec"].keys()
    names = fields["f:spec"]["f:template"]["f:spec"]["f:containers"]['k:{"name":"web"}']
    assert {".", "f:image", "f:imagePullPolicy", "f:resources"} <= names.keys()


def test_a_create_does_not_own_what_the_server_allocates(api: Client, home: Home) -> None:
    body = {"metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}]}}
    fields = api.create(home.services, body).owned_by("suite", "Update")["f:spec"]
    assert fields.keys() == {
        "f:internalTrafficPolicy",
        "f:ports",
        "f:sessionAffinity",
        "f:type",
    }


def test_the_manager_of_a_write_is_the_user_agent_up_to_the_slash(api: Client, home: Home) -> None:
    client = Client(api.server, agent="kubectl-like/v1 (linux)")
    reply = client.create(home.config_maps, config_map(x="1"))
    assert set(reply.owners()) == {("kubectl-like", "Update", "")}


def test_the_field_manager_parameter_wins_over_the_user_agent(api: Client, home: Home) -> None:
    reply = api.create(home.config_maps, config_map(x="1"), fieldManager="kubectl-create")
    assert set(reply.owners()) == {("kubectl-create", "Update", "")}


def test_an_update_owns_only_what_it_changed(api: Client, home: Home) -> None:
    path = f"{home.config_maps}/a"
    api.apply(path, config_map(x="1", y="1"))
    reply = api.patch(path, {"data": {"x": "2", "y": "1"}}, fieldManager="kubectl-edit")
    assert reply.owned_by("driftdeck") == {"f:data": {"f:y": {}}}
    assert reply.owners()[HUMAN]["fieldsV1"] == {"f:data": {"f:x": {}}}
    assert "time" in reply.owners()[HUMAN]


def test_a_removed_field_leaves_no_owner(api: Client, home: Home) -> None:
    path = f"{home.config_maps}/a"
    api.apply(path, config_map(x="1", y="1"))
    reply = api.patch(path, {"data": {"y": None}}, fieldManager="kubectl-edit")
    assert set(reply.owners()) == {("driftdeck", "Apply", "")}
    assert reply.owned_by("driftdeck") == {"f:data": {"f:x": {}}}


def test_a_scaling_leaves_an_entry_of_its_subresource_without_a_time(
    api: Client, home: Home
) -> None:
    path = f"{home.deployments}/web"
    api.apply(path, deployment(replicas=1))
    api.patch(f"{path}/scale", {"spec": {"replicas": 7}}, fieldManager="kubectl")
    reply = api.get(path)
    entry = reply.owners()["kubectl", "Update", "scale"]
    assert (entry["fieldsV1"], entry["apiVersion"]) == ({"f:spec": {"f:replicas": {}}}, "apps/v1")
    assert "time" not in entry
    assert "f:replicas" not in reply.owned_by("driftdeck")["f:spec"]
    assert reply.body["spec"]["replicas"] == 7


def test_a_scaling_of_replicas_nobody_owns_leaves_no_entry(api: Client, home: Home) -> None:
    path = f"{home.deployments}/web"
    api.apply(path, deployment())
    api.patch(f"{path}/scale", {"spec": {"replicas": 7}}, fieldManager="kubectl")
    assert set(api.get(path).owners()) == {("driftdeck", "Apply", "")}


def test_a_scaling_to_zero_leaves_no_entry(api: Client, home: Home) -> None:
    path = f"{home.deployments}/web"
    api.apply(path, deployment(replicas=1))
    api.patch(f"{path}/scale", {"spec": {"replicas": 0}}, fieldManager="kubectl")
    assert set(api.get(path).owners()) == {("driftdeck", "Apply", "")}


def test_a_forced_apply_takes_the_replicas_back_from_a_scaling(api: Client, home: Home) -> None:
    path = f"{home.deployments}/web"
    api.apply(path, deployment(replicas=1))
    api.patch(f"{path}/scale", {"spec": {"replicas": 7}}, fieldManager="kubectl")
    assert api.apply(path, deployment(replicas=1)).causes() == {
        ("FieldManagerConflict", ".spec.replicas")
    }
    reply = api.apply(path, deployment(replicas=1), force="true")
    assert set(reply.owners()) == {("driftdeck", "Apply", "")}


def test_the_status_subresource_has_an_entry_of_its_own(api: Client, home: Home) -> None:
    path = f"{home.deployments}/web"
    api.apply(path, deployment(replicas=1))
    change = {"status": {"replicas": 1}, "spec": {"replicas": 9}}
    reply = api.patch(f"{path}/status", change, fieldManager="controller")
    assert reply.body["status"]["replicas"] == 1
    assert reply.body["spec"]["replicas"] == 1
    fields = reply.owners()["controller", "Update", "status"]["fieldsV1"]
    assert fields == {"f:status": {"f:replicas": {}}}


def test_a_write_through_the_main_door_does_not_touch_the_status(api: Client, home: Home) -> None:
    path = f"{home.deployments}/web"
    before = api.apply(path, deployment())
    reply = api.patch(path, {"status": {"replicas": 5}}, fieldManager="kubectl-edit")
    assert reply.body == before.body


def test_an_empty_entry_wipes_all_owners(api: Client, home: Home) -> None:
    path = f"{home.config_maps}/a"
    api.apply(path, config_map(x="1"))
    reply = api.patch(path, {"metadata": {"managedFields": [{}]}})
    assert "managedFields" not in reply.meta


def test_after_that_updates_are_not_tracked_and_the_first_apply_names_what_was_there(
    api: Client, home: Home
) -> None:
    path = f"{home.config_maps}/a"
    api.apply(path, config_map(x="1"))
    api.patch(path, {"metadata": {"managedFields": [{}]}})
    assert "managedFields" not in api.patch(path, {"data": {"y": "1"}}).meta
    reply = api.apply(path, config_map(x="1"))
    assert set(reply.owners()) == {
        ("driftdeck", "Apply", ""),
        ("before-first-apply", "Update", ""),
    }


def test_more_than_ten_updaters_are_merged_into_ancient_changes(api: Client, home: Home) -> None:
    path = f"{home.config_maps}/a"
    api.apply(path, config_map(x="1"))
    for number in range(12):
        api.patch(path, {"data": {f"k{number}": "1"}}, fieldManager=f"m{number:02}")
    owners = api.get(path).owners()
    assert len([key for key in owners if key[1] == "Update"]) == 10
    assert ("ancient-changes", "Update", "") in owners


def test_applied_string_data_is_owned_as_such_and_stored_as_data(api: Client, home: Home) -> None:
    path = f"{home.secrets}/s"
    body = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}}
    reply = api.apply(path, {**body, "stringData": {"a": "1", "b": "2"}})
    assert (reply.body["data"], reply.body["type"]) == ({"a": "MQ==", "b": "Mg=="}, "Opaque")
    assert reply.owned_by("driftdeck") == {"f:stringData": {"f:a": {}, "f:b": {}}}
    assert api.apply(path, {**body, "stringData": {"a": "1"}}).body["data"].keys() == {"a", "b"}


def test_an_apply_through_scale_owns_the_replicas(api: Client, home: Home) -> None:
    path = f"{home.deployments}/web"
    api.apply(path, deployment(container()))
    body = {"apiVersion": "autoscaling/v1", "kind": "Scale", "spec": {"replicas": 3}}
    body["metadata"] = {"name": "web"}
    reply = api.patch(f"{path}/scale", body, APPLY, fieldManager="scaler", force="true")
    assert reply.status == 200
    assert ("scaler", "Apply", "scale") in api.get(path).owners()
