"""Create, read, replace, delete: identity, versions, locks, defaults."""

import pytest

from tests.contract.client import Client
from tests.contract.worlds import Home, config_map, container, containers_of, deployment, service


def test_a_new_object_has_uid_version_and_time(api: Client, home: Home) -> None:
    reply = api.create(home.config_maps, config_map(x="1"))
    assert reply.status == 201
    assert {"uid", "resourceVersion", "creationTimestamp", "namespace"} <= reply.meta.keys()
    assert api.get(f"{home.config_maps}/a").body == reply.body


def test_a_name_is_taken_once(api: Client, home: Home) -> None:
    api.create(home.config_maps, config_map())
    reply = api.create(home.config_maps, config_map())
    assert (reply.status, reply.body["reason"]) == (409, "AlreadyExists")
    assert reply.body["details"] == {"name": "a", "kind": "configmaps"}


def test_the_generation_counts_changes_of_the_spec(api: Client, home: Home) -> None:
    path = f"{home.deployments}/web"
    assert api.create(home.deployments, deployment()).meta["generation"] == 1
    labelled = api.patch(path, {"metadata": {"labels": {"a": "b"}}})
    assert labelled.meta["generation"] == 1
    assert api.patch(path, {"spec": {"replicas": 4}}).meta["generation"] == 2
    assert api.patch(f"{path}/status", {"status": {"replicas": 4}}).meta["generation"] == 2


def test_a_replacement_of_an_old_version_is_a_conflict(api: Client, home: Home) -> None:
    path = f"{home.config_maps}/a"
    first = api.create(home.config_maps, config_map(x="1"))
    api.patch(path, {"data": {"x": "2"}})
    reply = api.replace(path, first.body)
    assert (reply.status, reply.body["reason"]) == (409, "Conflict")
    assert "the object has been modified" in reply.body["message"]


def test_a_replacement_without_a_version_wins(api: Client, home: Home) -> None:
    path = f"{home.config_maps}/a"
    api.create(home.config_maps, config_map(x="1"))
    assert api.replace(path, config_map(x="3")).body["data"] == {"x": "3"}


def test_a_lease_may_only_be_replaced_with_its_version(api: Client, home: Home) -> None:
    path = f"/apis/coordination.k8s.io/v1/namespaces/{home.name}/leases"
    lease = {"metadata": {"name": "l"}, "spec": {"holderIdentity": "a"}}
    first = api.create(path, lease)
    assert api.replace(f"{path}/l", lease).status == 422
    assert api.replace(f"{path}/l", first.body).status == 200
    assert api.replace(f"{path}/l", {**first.body, "spec": {"holderIdentity": "b"}}).status == 200
    assert api.replace(f"{path}/l", {**first.body, "spec": {"holderIdentity": "c"}}).status == 409


def test_a_write_that_changes_nothing_keeps_the_version(api: Client, home: Home) -> None:
    path = f"{home.config_maps}/a"
    first = api.create(home.config_maps, config_map(x="1"))
    assert api.patch(path, {"data": {"x": "1"}}).version == first.version


def test_a_missing_object_is_not_found_by_name_and_kind(api: Client, home: Home) -> None:
    reply = api.get(f"{home.deployments}/none")
    assert (reply.status, reply.body["reason"]) == (404, "NotFound")
    assert reply.body["details"] == {"name": "none", "group": "apps", "kind": "deployments"}


def test_a_missing_namespace_is_named_when_something_is_created_in_it(api: Client) -> None:
    reply = api.create("/api/v1/namespaces/nowhere/configmaps", config_map())
    assert (reply.status, reply.body["details"]) == (404, {"name": "nowhere", "kind": "namespaces"})


def test_a_deletion_says_what_is_gone(api: Client, home: Home) -> None:
    made = api.create(home.deployments, deployment())
    reply = api.delete(f"{home.deployments}/web")
    assert (reply.status, reply.body["status"]) == (200, "Success")
    assert reply.body["details"]["uid"] == made.meta["uid"]
    assert api.get(f"{home.deployments}/web").status == 404


@pytest.mark.parametrize("field", ["uid", "resourceVersion"])
def test_a_deletion_whose_precondition_fails_is_a_conflict(
    api: Client, home: Home, field: str
) -> None:
    api.create(home.config_maps, config_map())
    reply = api.delete(f"{home.config_maps}/a", {"preconditions": {field: "1"}})
    assert (reply.status, reply.body["reason"]) == (409, "Conflict")
    assert api.get(f"{home.config_maps}/a").status == 200


def test_a_deletion_whose_preconditions_hold_happens(api: Client, home: Home) -> None:
    made = api.create(home.config_maps, config_map())
    wanted = {"uid": made.meta["uid"], "resourceVersion": made.version}
    assert api.delete(f"{home.config_maps}/a", {"preconditions": wanted}).status == 200


def test_a_deletion_as_a_dry_run_deletes_nothing(api: Client, home: Home) -> None:
    api.create(home.config_maps, config_map())
    assert api.delete(f"{home.config_maps}/a", dryRun="All").status == 200
    assert api.get(f"{home.config_maps}/a").status == 200


def test_a_finalizer_holds_a_deleted_object_until_it_is_removed(api: Client, home: Home) -> None:
    path, body = f"{home.config_maps}/a", config_map()
    body["metadata"]["finalizers"] = ["contract.test/hold"]
    api.create(home.config_maps, body)
    assert "deletionTimestamp" in api.delete(path).meta
    held = api.get(path)
    assert (held.status, held.meta["deletionGracePeriodSeconds"]) == (200, 0)
    added = {"metadata": {"finalizers": ["contract.test/hold", "contract.test/more"]}}
    assert api.patch(path, added).status == 422
    assert api.patch(path, {"metadata": {"finalizers": None}}).status == 200
    assert api.get(path).status == 404


def test_a_foreground_deletion_waits_for_somebody_to_finish_it(api: Client, home: Home) -> None:
    path = f"{home.deployments}/web"
    api.create(home.deployments, deployment())
    reply = api.delete(path, {"propagationPolicy": "Foreground"})
    assert reply.meta["finalizers"] == ["foregroundDeletion"]
    assert api.get(path).status == 200


def test_a_background_deletion_removes_the_object_itself_at_once(api: Client, home: Home) -> None:
    path = f"{home.deployments}/web"
    api.create(home.deployments, deployment())
    api.delete(path, {"propagationPolicy": "Background"})
    assert api.get(path).status == 404


def test_a_deleted_namespace_stays_terminating_and_takes_nothing_new(
    api: Client, home: Home
) -> None:
    api.create(home.config_maps, config_map())
    reply = api.delete(f"/api/v1/namespaces/{home.name}")
    assert reply.body["status"]["phase"] == "Terminating"
    assert api.get(f"{home.config_maps}/a").status == 200
    refused = api.create(home.config_maps, config_map("b"))
    assert (refused.status, refused.causes()) == (
        403,
        {("NamespaceTerminating", "metadata.namespace")},
    )


def test_a_deployment_gets_the_defaults_people_know(api: Client, home: Home) -> None:
    body = api.create(home.deployments, deployment(container(ports=[{"containerPort": 80}]))).body
    assert body["spec"]["replicas"] == 1
    assert body["spec"]["revisionHistoryLimit"] == 10
    assert body["spec"]["progressDeadlineSeconds"] == 600
    rolling = {"maxSurge": "25%", "maxUnavailable": "25%"}
    assert body["spec"]["strategy"] == {"type": "RollingUpdate", "rollingUpdate": rolling}
    pod = body["spec"]["template"]["spec"]
    assert (pod["restartPolicy"], pod["dnsPolicy"]) == ("Always", "ClusterFirst")
    assert (pod["terminationGracePeriodSeconds"], pod["securityContext"]) == (30, {})
    first = containers_of(body)[0]
    assert (first["imagePullPolicy"], first["resources"]) == ("IfNotPresent", {})
    assert first["ports"] == [{"containerPort": 80, "protocol": "TCP"}]


def test_an_image_without_a_tag_is_always_pulled(api: Client, home: Home) -> None:
    body = api.create(home.deployments, deployment(container(image="nginx"))).body
    assert containers_of(body)[0]["imagePullPolicy"] == "Always"


def test_a_service_gets_an_address_that_stays(api: Client, home: Home) -> None:
    path = f"{home.services}/web"
    spec = api.apply(path, service()).body["spec"]
    assert spec["clusterIPs"] == [spec["clusterIP"]]
    assert (spec["type"], spec["ipFamilyPolicy"]) == ("ClusterIP", "SingleStack")
    assert spec["ports"] == [{"port": 80, "protocol": "TCP", "targetPort": 80}]
    again = api.replace(path, service({"port": 81})).body["spec"]
    assert again["clusterIP"] == spec["clusterIP"]
    changed = api.patch(path, {"spec": {"clusterIP": "10.0.0.250", "clusterIPs": None}})
    assert changed.status == 422


def test_a_node_port_is_allocated_and_goes_with_its_type(api: Client, home: Home) -> None:
    path = f"{home.services}/web"
    port = api.apply(path, service(type="NodePort")).body["spec"]["ports"][0]
    assert 30000 <= port["nodePort"] <= 32767
    spec = api.apply(path, service(type="ClusterIP")).body["spec"]
    assert "nodePort" not in spec["ports"][0]
    assert "externalTrafficPolicy" not in spec


def test_an_unknown_field_is_dropped_with_a_warning(api: Client, home: Home) -> None:
    reply = api.create(home.config_maps, {**config_map(), "bogus": 1})
    assert (reply.status, "bogus" in reply.body) == (201, False)
    assert reply.warnings == ('299 - "unknown field \\"bogus\\""',)


def test_an_unknown_field_is_refused_where_the_client_is_strict(api: Client, home: Home) -> None:
    body = {**config_map(), "bogus": 1}
    reply = api.create(home.config_maps, body, fieldValidation="Strict")
    assert (reply.status, reply.body["reason"]) == (400, "BadRequest")


def test_a_wrong_type_is_refused_with_the_field(api: Client, home: Home) -> None:
    reply = api.create(home.config_maps, {"metadata": {"name": "a"}, "data": {"x": 1}})
    assert reply.status == 400
    assert "cannot unmarshal number into Go struct field ConfigMap.data" in reply.body["message"]


@pytest.mark.parametrize(
    ("change", "causes"),
    [
        ({"replicas": -1}, {("FieldValueInvalid", "spec.replicas")}),
        (
            {"selector": {"matchLabels": {"x": "y"}}},
            {("FieldValueInvalid", "spec.template.metadata.labels")},
        ),
    ],
)
def test_what_makes_no_sense_is_invalid_with_its_path(
    api: Client, home: Home, change: dict[str, object], causes: set[tuple[str, str]]
) -> None:
    body = deployment()
    body["spec"] |= change
    reply = api.create(home.deployments, body)
    assert (reply.status, reply.body["reason"]) == (422, "Invalid")
    assert reply.causes() == causes


def test_a_config_map_holds_a_mebibyte_and_no_more(api: Client, home: Home) -> None:
    assert api.create(home.config_maps, config_map("full", x="y" * 1_048_576)).status == 201
    reply = api.create(home.config_maps, config_map("over", x="y" * 1_048_577))
    assert (reply.status, reply.body["details"]["causes"][0]["reason"]) == (
        422,
        "FieldValueTooLong",
    )


def test_a_request_of_more_than_three_mebibytes_is_too_large(api: Client, home: Home) -> None:
    reply = api.create(home.config_maps, config_map("huge", x="y" * 3_145_728))
    assert (reply.status, reply.body["reason"]) == (413, "RequestEntityTooLarge")


def test_an_immutable_config_map_stays_as_it_is(api: Client, home: Home) -> None:
    path = f"{home.config_maps}/a"
    api.create(home.config_maps, {**config_map(x="1"), "immutable": True})
    reply = api.patch(path, {"data": {"x": "2"}})
    assert reply.causes() == {("FieldValueForbidden", "data")}
