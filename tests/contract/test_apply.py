"""Server-side apply: who owns what, who may change it, what is refused."""

from typing import Any

import pytest

from tests.contract.client import Client
from tests.contract.worlds import Home, config_map, container, containers_of, deployment, service

FORCE = {"force": "true"}


def test_an_apply_creates_what_is_missing_and_owns_only_what_it_states(
    api: Client, home: Home
) -> None:
    reply = api.apply(f"{home.config_maps}/a", config_map(x="1"))
    assert reply.status == 201
    entry = reply.owners()["driftdeck", "Apply", ""]
    assert entry["fieldsV1"] == {"f:data": {"f:x": {}}}
    assert (entry["apiVersion"], entry["fieldsType"]) == ("v1", "FieldsV1")
    assert len(reply.owners()) == 1


def test_an_apply_owns_list_entries_by_their_key(api: Client, home: Home) -> None:
    ports = [{"containerPort": 80}]
    env = [{"name": "A", "value": ""}]
    body = deployment(container(ports=ports, env=env, args=["x"]))
    fields = api.apply(f"{home.deployments}/web", body).owned_by("driftdeck")
    assert fields["f:spec"]["f:template"]["f:spec"]["f:containers"] == {
        'k:{"name":"web"}': {
            ".": {},
            "f:args": {},
            "f:env": {'k:{"name":"A"}': {".": {}, "f:name": {}, "f:value": {}}},
            "f:image": {},
            "f:name": {},
            "f:ports": {
                'k:{"containerPort":80,"protocol":"TCP"}': {".": {}, "f:containerPort": {}}
            },
        }
    }


def test_an_apply_that_changes_nothing_keeps_version_and_time(api: Client, home: Home) -> None:
    path, body = f"{home.deployments}/web", deployment(replicas=2)
    first = api.apply(path, body)
    assert api.apply(path, body).body == first.body


def test_quantities_in_another_notation_change_nothing(api: Client, home: Home) -> None:
    path = f"{home.deployments}/web"
    limits = {"cpu": "1000m", "memory": "1024Mi"}
    body = deployment(container(resources={"limits": limits}))
    first = api.apply(path, body)
    assert containers_of(first.body)[0]["resources"]["limits"] == {"cpu": "1", "memory": "1Gi"}
    assert api.apply(path, body).version == first.version


def test_two_managers_may_state_the_same_value(api: Client, home: Home) -> None:
    path = f"{home.config_maps}/a"
    api.apply(path, config_map(x="1"), "one")
    reply = api.apply(path, config_map(x="1"), "two")
    assert reply.status == 200
    assert reply.owned_by("one") == reply.owned_by("two") == {"f:data": {"f:x": {}}}


def test_another_managers_value_is_a_conflict_that_names_manager_and_field(
    api: Client, home: Home
) -> None:
    path = f"{home.deployments}/web"
    api.apply(path, deployment(container(image="a:1"), replicas=1), "one")
    reply = api.apply(path, deployment(container(image="b:1"), replicas=2), "two")
    assert (reply.status, reply.body["reason"]) == (409, "Conflict")
    assert reply.causes() == {
        ("FieldManagerConflict", ".spec.replicas"),
        ("FieldManagerConflict", '.spec.template.spec.containers[name="web"].image'),
    }
    messages = {cause["message"] for cause in reply.body["details"]["causes"]}
    assert messages == {'conflict with "one"'}


def test_force_takes_the_field_away_from_the_other_manager(api: Client, home: Home) -> None:
    path = f"{home.config_maps}/a"
    api.apply(path, config_map(x="1", y="1"), "one")
    reply = api.apply(path, config_map(x="2"), "two", **FORCE)
    assert reply.body["data"] == {"x": "2", "y": "1"}
    assert reply.owned_by("one") == {"f:data": {"f:y": {}}}
    assert reply.owned_by("two") == {"f:data": {"f:x": {}}}


def test_the_time_of_an_entry_stays_when_another_manager_takes_a_field(
    api: Client, home: Home
) -> None:
    path = f"{home.config_maps}/a"
    before = api.apply(path, config_map(x="1", y="1"), "one").owners()["one", "Apply", ""]["time"]
    after = api.apply(path, config_map(x="2"), "two", **FORCE).owners()["one", "Apply", ""]["time"]
    assert after == before


def test_a_field_dropped_from_an_apply_is_removed(api: Client, home: Home) -> None:
    path = f"{home.config_maps}/a"
    api.apply(path, config_map(x="1", y="1"))
    reply = api.apply(path, config_map(x="1"))
    assert reply.body["data"] == {"x": "1"}


def test_a_dropped_field_that_another_manager_owns_stays(api: Client, home: Home) -> None:
    path = f"{home.config_maps}/a"
    api.apply(path, config_map(x="1", y="1"), "one")
    api.apply(path, config_map(y="1"), "two")
    reply = api.apply(path, config_map(x="1"), "one")
    assert reply.body["data"] == {"x": "1", "y": "1"}
    assert reply.owned_by("one") == {"f:data": {"f:x": {}}}


def test_a_dropped_field_with_a_default_goes_back_to_it(api: Client, home: Home) -> None:
    path = f"{home.deployments}/web"
    api.apply(path, deployment(replicas=3))
    assert api.apply(path, deployment()).body["spec"]["replicas"] == 1


def test_a_dropped_list_entry_is_removed_and_the_others_stay(api: Client, home: Home) -> None:
    path = f"{home.deployments}/web"
    api.apply(path, deployment(container(), container("side"), container("x")))
    reply = api.apply(path, deployment(container(), container("x")))
    assert [one["name"] for one in containers_of(reply.body)] == ["web", "x"]


def test_an_apply_leaves_what_others_added(api: Client, home: Home) -> None:
    path = f"{home.config_maps}/a"
    api.apply(path, config_map(x="1"))
    api.patch(path, {"data": {"human": "1"}}, fieldManager="kubectl-edit")
    assert api.apply(path, config_map(x="2")).body["data"] == {"x": "2", "human": "1"}


def test_entries_only_live_has_keep_their_place_among_the_applied_ones(
    api: Client, home: Home
) -> None:
    path = f"{home.deployments}/web"
    api.apply(path, deployment(container("a"), container("b"), container("c")), "one")
    reply = api.apply(path, deployment(container("c"), container("a")), "two")
    assert [one["name"] for one in containers_of(reply.body)] == ["b", "c", "a"]


def test_service_ports_are_keyed_by_port_and_protocol(api: Client, home: Home) -> None:
    path = f"{home.services}/web"
    api.apply(path, service({"port": 80}))
    both = [{"port": 80, "name": "t"}, {"port": 80, "name": "u", "protocol": "UDP"}]
    reply = api.apply(path, service(*both))
    assert [(one["name"], one["protocol"]) for one in reply.body["spec"]["ports"]] == [
        ("t", "TCP"),
        ("u", "UDP"),
    ]


def test_a_dry_run_answers_as_if_and_changes_nothing(api: Client, home: Home) -> None:
    path = f"{home.config_maps}/a"
    before = api.apply(path, config_map(x="1"), "one")
    dry = api.apply(path, config_map(x="2"), "two", dryRun="All", force="true")
    assert dry.body["data"] == {"x": "2"}
    assert set(dry.owners()) == {("two", "Apply", "")}
    assert dry.version == before.version
    assert api.get(path).body == before.body


def test_a_dry_run_creates_nothing(api: Client, home: Home) -> None:
    path = f"{home.config_maps}/a"
    dry = api.apply(path, config_map(x="1"), dryRun="All")
    assert (dry.status, "resourceVersion" in dry.meta) == (201, False)
    assert api.get(path).status == 404


def test_an_apply_of_an_object_that_changed_since_is_a_conflict(api: Client, home: Home) -> None:
    path = f"{home.config_maps}/a"
    first = api.apply(path, config_map(x="1"))
    api.patch(path, {"data": {"x": "2"}})
    body = config_map(x="3")
    body["metadata"] |= {"uid": first.meta["uid"], "resourceVersion": first.version}
    reply = api.apply(path, body, **FORCE)
    assert (reply.status, reply.body["reason"]) == (409, "Conflict")
    assert "causes" not in reply.body["details"]


def test_an_apply_with_the_uid_of_a_deleted_object_is_a_conflict(api: Client, home: Home) -> None:
    path = f"{home.config_maps}/a"
    first = api.apply(path, config_map(x="1"))
    api.delete(path)
    body = config_map(x="3")
    body["metadata"] |= {"uid": first.meta["uid"], "resourceVersion": first.version}
    assert api.apply(path, body, **FORCE).status == 409


def test_an_apply_with_only_a_version_creates_what_is_missing(api: Client, home: Home) -> None:
    body = config_map(x="1")
    body["metadata"]["resourceVersion"] = "1"
    assert api.apply(f"{home.config_maps}/a", body).status == 201


def test_an_apply_with_only_a_wrong_uid_is_invalid(api: Client, home: Home) -> None:
    path = f"{home.config_maps}/a"
    api.apply(path, config_map(x="1"))
    body = config_map(x="1")
    body["metadata"]["uid"] = "another"
    reply = api.apply(path, body)
    assert (reply.status, reply.causes()) == (422, {("FieldValueInvalid", "metadata.uid")})


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"bogus": 1}, ".spec.bogus: field not declared in schema"),
        ({"replicas": "3"}, ".spec.replicas: expected numeric (int or float), got string"),
        ({"paused": "yes"}, ".spec.paused: expected boolean, got &{yes}"),
        ({"strategy": "x"}, ".spec.strategy: expected map, got &{x}"),
    ],
)
def test_what_does_not_fit_the_schema_is_a_500_without_reason(
    api: Client, home: Home, spec: dict[str, Any], words: str
) -> None:
    reply = api.apply(f"{home.deployments}/web", deployment(**spec))
    assert reply.status == 500
    assert reply.body["message"].startswith("failed to create typed patch object (")
    assert reply.body["message"].endswith(words)
    assert "reason" not in reply.body


def test_a_list_key_that_stands_twice_is_a_500_without_reason(api: Client, home: Home) -> None:
    reply = api.apply(f"{home.deployments}/web", deployment(container(), container()))
    assert reply.status == 500
    text = '.spec.template.spec.containers: duplicate entries for key [name="web"]'
    assert reply.body["message"].endswith(text)


def test_an_apply_needs_a_manager(api: Client, home: Home) -> None:
    path = f"{home.config_maps}/a"
    reply = api.patch(path, config_map(), "application/apply-patch+yaml")
    assert (reply.status, reply.causes()) == (422, {("FieldValueRequired", "fieldManager")})


def test_an_apply_may_not_bring_managed_fields(api: Client, home: Home) -> None:
    body = config_map()
    body["metadata"]["managedFields"] = []
    reply = api.apply(f"{home.config_maps}/a", body)
    assert (reply.status, reply.body["message"]) == (400, "metadata.managedFields must be nil")


def test_a_null_changes_nothing_and_is_owned(api: Client, home: Home) -> None:
    body = deployment(container(command=None))
    fields = api.apply(f"{home.deployments}/web", body).owned_by("driftdeck")
    names = fields["f:spec"]["f:template"]["f:spec"]["f:containers"]['k:{"name":"web"}']
    assert "f:command" in names


def test_a_zero_the_server_does_not_store_is_owned_and_conflicts(api: Client, home: Home) -> None:
    path, body = f"{home.deployments}/web", deployment()
    body["spec"]["template"]["spec"]["hostNetwork"] = False
    reply = api.apply(path, body, "one")
    assert "hostNetwork" not in reply.body["spec"]["template"]["spec"]
    assert "f:hostNetwork" in reply.owned_by("one")["f:spec"]["f:template"]["f:spec"]
    other = api.apply(path, body, "two")
    assert other.causes() == {("FieldManagerConflict", ".spec.template.spec.hostNetwork")}


def test_an_immutable_field_is_refused_with_its_path(api: Client, home: Home) -> None:
    path, body = f"{home.deployments}/web", deployment()
    api.apply(path, body)
    body["spec"]["selector"] = {"matchLabels": {"app": "other"}}
    body["spec"]["template"]["metadata"]["labels"] = {"app": "other"}
    reply = api.apply(path, body)
    assert (reply.status, reply.causes()) == (422, {("FieldValueInvalid", "spec.selector")})


def test_kubectl_takes_over_what_it_applied_on_the_client_side(api: Client, home: Home) -> None:
    path, body = f"{home.config_maps}/a", config_map(x="1")
    last = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"x":"1"}}'
    note = {"kubectl.kubernetes.io/last-applied-configuration": last}
    body["metadata"]["annotations"] = note
    api.create(home.config_maps, body, fieldManager="kubectl-client-side-apply")
    assert api.apply(path, config_map(x="2"), "driftdeck").status == 409
    reply = api.apply(path, config_map(x="2"), "kubectl")
    assert (reply.status, reply.body["data"]) == (200, {"x": "2"})
