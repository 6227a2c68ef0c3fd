"""What the metadata of an object says about whether anybody meant it to be there."""

import json
from typing import Any

import pytest

from core.compare import Find, OwnerClass, find
from core.model import Live, ObjectRef

BY_KUBECTL = {"manager": "kubectl-create", "operation": "Update", "time": "2026-11-01T10:00:00Z"}
BY_CLUSTER = {
    "manager": "kube-controller-manager",
    "operation": "Update",
    "time": "2026-11-01T10:00:00Z",
}


def found(kind: str, name: str, *managed: dict[str, Any], group: str = "", **metadata: Any) -> Find:
    entries = [{"fieldsV1": {}, **entry} for entry in managed]
    body = {"metadata": {"name": name, "managedFields": entries, **metadata}, "data": {"x": "y"}}
    ref = ObjectRef(group, kind, "web", name)
    return find(ref, Live("u", "1", json.dumps(body).encode()), {})


@pytest.mark.parametrize(
    ("group", "kind", "name"),
    [
        ("", "Event", "a"),
        ("events.k8s.io", "Event", "a"),
        ("", "Endpoints", "a"),
        ("discovery.k8s.io", "EndpointSlice", "a"),
        ("apps", "ControllerRevision", "a"),
        ("coordination.k8s.io", "Lease", "a"),
        ("", "ConfigMap", "kube-root-ca.crt"),
        ("", "ServiceAccount", "default"),
    ],
)
def test_what_the_cluster_makes_in_every_namespace_is_noise(
    group: str, kind: str, name: str
) -> None:
    assert found(kind, name, group=group).noise


@pytest.mark.parametrize(
    ("group", "kind", "name"),
    [
        ("", "ConfigMap", "default"),
        ("", "ConfigMap", "kube-root-ca.crt-2"),
        ("", "ServiceAccount", "builder"),
        ("other.example", "Lease", "a"),
        ("", "Secret", "a"),
    ],
)
def test_anything_else_is_not(group: str, kind: str, name: str) -> None:
    assert not found(kind, name, group=group).noise


def test_our_own_record_is_noise_and_one_that_only_has_its_name_is_not() -> None:
    ours = {"app.kubernetes.io/managed-by": "driftdeck"}
    assert found("ConfigMap", "driftdeck-shop-0", labels=ours).noise
    assert not found("ConfigMap", "driftdeck-shop-0").noise
    assert not found("ConfigMap", "driftdeck-shop", labels=ours).noise
    assert not found("Secret", "driftdeck-shop-0", labels=ours).noise


def test_a_token_that_the_cluster_made_is_noise_and_one_that_a_person_made_is_not() -> None:
    token = {"kubernetes.io/service-account.name": "default"}
    assert found("Secret", "default-token-x", BY_CLUSTER, annotations=token).noise
    assert found("Secret", "default-token-x", annotations=token).noise
    assert not found("Secret", "mine", BY_KUBECTL, annotations=token).noise


def test_an_object_with_an_owner_reference_is_owned() -> None:
    assert found("Pod", "web-1", ownerReferences=[{"kind": "ReplicaSet"}]).owned
    assert not found("Pod", "web-1", ownerReferences=[]).owned


@pytest.mark.parametrize(
    ("claim", "stateful_set", "its"),
    [
        ("data-db-0", "db", True),
        ("data-db-10", "db", True),
        ("data-main-db-0", "db", True),  # of a template "data-main", or of "main-db": both live
        ("data-db", "db", False),
        ("db-0", "db", False),
        ("data-db-x", "db", False),
        ("datadb-0", "db", False),
    ],
)
def test_a_claim_is_told_by_the_name_that_its_stateful_set_gives_it(
    claim: str, stateful_set: str, *, its: bool
) -> None:
    assert found("PersistentVolumeClaim", claim, BY_CLUSTER).is_claim_of(stateful_set) is its


def test_a_claim_that_a_person_made_is_not_that_of_a_stateful_set() -> None:
    assert not found("PersistentVolumeClaim", "data-db-0", BY_KUBECTL).is_claim_of("db")


def test_the_maker_is_the_earliest_writer_of_the_object_itself() -> None:
    later = {"manager": "kubectl-edit", "operation": "Update", "time": "2026-11-02T10:00:00Z"}
    status = {**BY_CLUSTER, "time": "2026-11-01T09:00:00Z", "subresource": "status"}
    scaled = {"manager": "kubectl", "operation": "Update", "subresource": "scale"}
    maker = found("Deployment", "a", later, status, scaled, BY_KUBECTL, group="apps").maker
    assert (maker.manager, maker.time) == ("kubectl-create", "2026-11-01T10:00:00Z")
    assert maker.confidence == "owned"


def test_of_two_who_wrote_in_the_same_second_the_cluster_itself_comes_last() -> None:
    deployer = {**BY_KUBECTL, "manager": "helm"}
    assert found("Service", "a", BY_CLUSTER, deployer).maker.manager == "helm"


def test_a_writer_without_a_time_comes_after_those_who_have_one() -> None:
    timeless = {"manager": "helm", "operation": "Update"}
    assert found("Service", "a", timeless, BY_KUBECTL).maker.manager == "kubectl-create"
    assert found("Service", "a", timeless, BY_CLUSTER).maker.manager == "kube-controller-manager"
    assert found("Service", "a", timeless).maker.manager == "helm"


def test_of_two_writers_without_a_time_the_cluster_itself_comes_last() -> None:
    cluster, timeless = (
        {"manager": manager, "operation": "Update"}
        for manager in ("kube-controller-manager", "helm")
    )
    assert found("Service", "a", cluster, timeless).maker.manager == "helm"


def test_nobody_is_named_where_ownership_was_not_tracked_from_the_beginning() -> None:
    before = {**BY_KUBECTL, "manager": "before-first-apply"}
    assert found("Service", "a", before, BY_KUBECTL).maker.manager is None
    assert found("Service", "a").maker.manager is None


def test_of_what_cannot_be_read_nothing_is_known() -> None:
    ref = ObjectRef("", "ConfigMap", "web", "a")
    for body in (b"{", b"[" * 100_000, b'{"metadata":{"labels":[]}}', b"\xff"):
        assert find(ref, Live("u", "1", body), {}) == Find(ref)


def test_only_a_claim_for_a_volume_is_one_of_a_stateful_set() -> None:
    assert not found("Secret", "data-db-0", BY_CLUSTER).is_claim_of("db")
    other = found("PersistentVolumeClaim", "data-db-0", BY_CLUSTER, group="x.io")
    assert not other.is_claim_of("db")


def test_settings_say_who_comes_first_of_two_who_wrote_in_the_same_second() -> None:
    entries: list[Any] = [
        {**BY_KUBECTL, "manager": name, "fieldsV1": {}} for name in ("tool", "kubectl")
    ]
    body = json.dumps({"metadata": {"name": "a", "managedFields": entries}}).encode()
    ref, live = ObjectRef("", "Service", "web", "a"), Live("u", "1", body)
    assert find(ref, live, {}).maker.manager == "kubectl"
    moved = {"kubectl": OwnerClass.CONTROLLER}
    assert find(ref, live, moved).maker.manager == "tool"
