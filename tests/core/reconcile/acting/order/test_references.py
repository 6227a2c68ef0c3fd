"""What an object names, wherever a kind has the place for it."""

import json
from typing import Any

import pytest

from core.reconcile.acting.order.references import references

CONTAINER = {
    "name": "web",
    "env": [
        {"name": "A", "valueFrom": {"configMapKeyRef": {"name": "flags", "key": "a"}}},
        {"name": "B", "valueFrom": {"secretKeyRef": {"name": "token", "key": "b"}}},
        {"name": "C", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
        {"name": "D", "value": "configMap"},
    ],
    "envFrom": [
        {"configMapRef": {"name": "all"}},
        {"secretRef": {"name": "maybe", "optional": True}},
    ],
}
VOLUMES = [
    {"name": "a", "configMap": {"name": "files"}},
    {"name": "b", "secret": {"secretName": "certificates"}},
    {"name": "c", "persistentVolumeClaim": {"claimName": "disk"}},
    {"name": "d", "projected": {"sources": [{"secret": {"name": "one"}}]}},
    {"name": "e", "configMap": {"name": "extra", "optional": True}},
    {"name": "f", "emptyDir": {}},
]


def named(document: Any) -> set[str]:
    return {f"{kind}/{name}" for kind, name in references(json.dumps(document).encode())}


def test_a_workload_names_what_its_pods_cannot_start_without() -> None:
    pod = {"serviceAccountName": "runner", "containers": [CONTAINER], "volumes": VOLUMES}
    assert named({"spec": {"template": {"spec": pod}}}) == {
        "ServiceAccount/runner",
        "ConfigMap/flags",
        "ConfigMap/all",
        "ConfigMap/files",
        "Secret/token",
        "Secret/certificates",
        "Secret/one",
        "PersistentVolumeClaim/disk",
    }


@pytest.mark.parametrize(
    ("document", "names"),
    [
        ({"roleRef": {"kind": "ClusterRole", "name": "reader"}}, {"ClusterRole/reader"}),
        ({"spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web"}}}, {"Deployment/web"}),
        (
            {"spec": {"rules": [{"http": {"paths": [{"backend": {"service": {"name": "w"}}}]}}]}},
            {"Service/w"},
        ),
        ({"spec": {"storageClassName": "fast"}}, {"StorageClass/fast"}),
        ({"spec": {"priorityClassName": "high"}}, {"PriorityClass/high"}),
    ],
)
def test_other_kinds_name_what_they_are_about(document: Any, names: set[str]) -> None:
    assert named(document) == names


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"data": {"configMapRef": "x", "roleRef": "y"}},
        {"spec": {"configMap": None, "secretRef": [], "roleRef": {"kind": 7, "name": "x"}}},
        {"spec": {"configMapRef": {"name": None}}},
    ],
)
def test_what_is_no_reference_names_nothing(document: Any) -> None:
    assert named(document) == set()
