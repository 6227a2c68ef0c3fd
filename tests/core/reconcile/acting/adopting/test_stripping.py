"""A new object for Git: what people and their tools set of it, and nothing that the cluster did."""

from typing import Any

import pytest

from core.compare import OwnerClass
from core.reconcile.acting.adopting.stripping import stripped

BY_PERSON: dict[str, Any] = {
    "f:metadata": {
        "f:labels": {".": {}, "f:app": {}},
        "f:annotations": {".": {}, "f:kubectl.kubernetes.io/last-applied-configuration": {}},
    },
    "f:spec": {
        "f:type": {},
        "f:selector": {},
        "f:empty": {".": {}},
        "f:ports": {
            ".": {},
            'k:{"port":80,"protocol":"TCP"}': {".": {}, "f:port": {}, "f:protocol": {}},
        },
        "f:allowed": {'v:"a"': {}},
    },
}
BY_CONTROLLER: dict[str, Any] = {"f:spec": {"f:replicas": {}}, "f:status": {"f:ready": {}}}


def entry(manager: str, fields: Any, **more: str) -> dict[str, Any]:
    return {"manager": manager, "operation": "Update", "fieldsV1": fields, **more}


LIVE: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {
        "name": "web",
        "namespace": "shop",
        "uid": "u",
        "resourceVersion": "7",
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "labels": {"app": "web", "injected": "yes"},
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"},
        "managedFields": [
            entry("kubectl-create", BY_PERSON),
            entry("kube-controller-manager", BY_CONTROLLER),
            entry("kubelet", {"f:status": {"f:seen": {}}}, subresource="status"),
        ],
    },
    "spec": {
        "type": "ClusterIP",
        "selector": {"app": "web"},
        "clusterIP": "10.0.0.1",
        "replicas": 3,
        "empty": {},
        "ports": [
            {"port": 80, "protocol": "TCP", "nodePort": 30000},
            {"port": 81, "protocol": "TCP"},
        ],
        "allowed": ["a", "b"],
    },
    "status": {"ready": True},
}


def test_what_was_allocated_or_written_by_controllers_is_left_out() -> None:
    assert stripped(LIVE, {}) == {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", "namespace": "shop", "labels": {"app": "web"}},
        "spec": {
            "type": "ClusterIP",
            "selector": {"app": "web"},
            "empty": {},
            "ports": [{"port": 80, "protocol": "TCP"}],
            "allowed": ["a"],
        },
    }


def test_a_manager_that_the_settings_move_counts_as_they_say() -> None:
    found = stripped(LIVE, {"kubectl-create": OwnerClass.CONTROLLER})
    assert found is None
    found = stripped(LIVE, {"kube-controller-manager": OwnerClass.HUMAN})
    assert found is not None
    assert found["spec"]["replicas"] == 3  # type: ignore[index,call-overload]


@pytest.mark.parametrize("fields", [[], None, [entry("kubectl", "odd")]])
def test_where_nobody_is_known_to_have_set_anything_there_is_nothing(fields: Any) -> None:
    metadata = {**LIVE["metadata"], "managedFields": fields}
    assert stripped({**LIVE, "metadata": metadata}, {}) is None
