"""core.compare.lives: what of a live object says what it is, wherever it lives."""

import json
from typing import Any

import pytest

from core.compare import live_document, restated
from core.model import KindRef, ObjectRef

META = {
    "name": "a",
    "namespace": "shop",
    "uid": "u-1",
    "resourceVersion": "7",
    "generation": 3,
    "creationTimestamp": "2026-11-27T10:00:00Z",
    "managedFields": [{"manager": "x"}],
    "ownerReferences": [{"uid": "o"}],
    "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}", "team": "web"},
    "labels": {"app": "a"},
}


def document(kind: KindRef, body: dict[str, Any], **meta: Any) -> Any:
    whole = {"metadata": {**META, **meta}, "status": {"ready": True}, **body}
    ref = ObjectRef(kind.group, kind.kind, "shop", "a")
    return live_document(kind, ref, json.dumps(whole).encode())


def test_identity_history_and_status_are_left_out_and_the_kind_is_put_in() -> None:
    made = document(KindRef("v1", "ConfigMap"), {"data": {"a": "1"}})
    assert json.loads(made.body) == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "data": {"a": "1"},
        "metadata": {
            "name": "a",
            "namespace": "shop",
            "annotations": {"team": "web"},
            "labels": {"app": "a"},
        },
    }


SERVICE = {"selector": {"app": "a"}, "ports": [{"port": 80, "nodePort": 30001}]}
GIVEN = {"clusterIP": "10.0.0.1", "clusterIPs": ["10.0.0.1"], "ipFamilies": ["IPv4"]}
JOB_LABELS = {"batch.kubernetes.io/controller-uid": "x", "job-name": "a"}


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (
            KindRef("v1", "Service"),
            {"spec": {**SERVICE, **GIVEN}},
            {
                "spec": {
                    "selector": {"app": "a"},
                    "ports": [{"port": 80, "nodePort": 31000}],
                    "clusterIP": "10.9.9.9",
                }
            },
        ),
        (
            KindRef("v1", "PersistentVolumeClaim"),
            {"spec": {"volumeName": "pvc-1"}},
            {"spec": {"volumeName": "pvc-2"}},
        ),
        (KindRef("v1", "ServiceAccount"), {"secrets": [{"name": "a-token-x"}]}, {}),
        (
            KindRef("batch/v1", "Job"),
            {
                "spec": {
                    "selector": {"matchLabels": JOB_LABELS},
                    "template": {"metadata": {"labels": JOB_LABELS}},
                }
            },
            {"spec": {"template": {"metadata": {"labels": {}}}}},
        ),
        (
            KindRef("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"),
            {"webhooks": [{"name": "w", "clientConfig": {"caBundle": "QQ=="}}]},
            {"webhooks": [{"name": "w", "clientConfig": {"caBundle": "Qg=="}}]},
        ),
        (
            KindRef("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
            {"spec": {"conversion": {"webhook": {"clientConfig": {"caBundle": "QQ=="}}}}},
            {"spec": {"conversion": {"webhook": {"clientConfig": {}}}}},
        ),
    ],
)
def test_what_a_cluster_gives_an_object_is_no_difference(
    kind: KindRef, one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert restated(document(kind, one, uid="u-2"), document(kind, other)) == ()


def test_a_revision_of_a_deployment_is_its_clusters_and_its_image_is_not() -> None:
    kind = KindRef("apps/v1", "Deployment")
    revised = {"deployment.kubernetes.io/revision": "9"}
    one = document(kind, {"spec": {"paused": False}}, annotations=revised)
    other = document(kind, {"spec": {"paused": True}}, annotations=None)
    assert [change.path for change in restated(one, other)] == ["spec.paused"]


def test_a_service_without_an_address_is_not_like_one_with_an_address() -> None:
    kind = KindRef("v1", "Service")
    one = document(kind, {"spec": {**SERVICE, "clusterIP": "None", "clusterIPs": ["None"]}})
    other = document(kind, {"spec": {**SERVICE, **GIVEN}})
    assert {change.path for change in restated(one, other)} == {"spec.clusterIP", "spec.clusterIPs"}
