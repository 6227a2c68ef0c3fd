"""Kinds in the order in which one needs the other."""

import pytest

from core.model import KindRef
from core.reconcile.acting.order.ranks import Rank, rank_of

# helm's own list of kinds (pkg/release/v1/util/kind_sorter.go), apart from those that Kubernetes
# dropped, with their groups; definitions come earlier here, as kustomize and Flux have them.
HELM = (
    "scheduling.k8s.io/v1 PriorityClass",
    "networking.k8s.io/v1 NetworkPolicy",
    "v1 ResourceQuota",
    "v1 LimitRange",
    "policy/v1 PodDisruptionBudget",
    "v1 ServiceAccount",
    "storage.k8s.io/v1 StorageClass",
    "rbac.authorization.k8s.io/v1 ClusterRole",
    "rbac.authorization.k8s.io/v1 Role",
    "rbac.authorization.k8s.io/v1 RoleBinding",
    "rbac.authorization.k8s.io/v1 ClusterRoleBinding",
    "v1 Secret",
    "v1 ConfigMap",
    "v1 PersistentVolume",
    "v1 PersistentVolumeClaim",
    "v1 Service",
    "apps/v1 DaemonSet",
    "v1 Pod",
    "v1 ReplicationController",
    "apps/v1 ReplicaSet",
    "apps/v1 Deployment",
    "apps/v1 StatefulSet",
    "batch/v1 Job",
    "batch/v1 CronJob",
    "autoscaling/v2 HorizontalPodAutoscaler",
    "networking.k8s.io/v1 Ingress",
    "cert-manager.io/v1 Certificate",
    "apiregistration.k8s.io/v1 APIService",
    "admissionregistration.k8s.io/v1 MutatingWebhookConfiguration",
    "admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration",
    "admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding",
)


def kind(text: str) -> KindRef:
    api_version, name = text.split()
    return KindRef(api_version, name)


def test_nothing_comes_before_what_helm_puts_before_it() -> None:
    ranks = [rank_of(kind(text)) for text in HELM]
    assert ranks == sorted(ranks)


def test_namespaces_and_then_definitions_come_before_everything() -> None:
    definition = kind("apiextensions.k8s.io/v1 CustomResourceDefinition")
    assert rank_of(kind("v1 Namespace")) < rank_of(definition) < min(map(rank_of, map(kind, HELM)))


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("rbac.authorization.k8s.io/v1 Role", "rbac.authorization.k8s.io/v1 RoleBinding"),
        ("v1 ResourceQuota", "v1 ConfigMap"),
        ("v1 ServiceAccount", "v1 Pod"),
        ("v1 Service", "networking.k8s.io/v1 Ingress"),
        ("apps/v1 Deployment", "autoscaling/v1 HorizontalPodAutoscaler"),
        ("storage.k8s.io/v1 StorageClass", "v1 PersistentVolumeClaim"),
    ],
)
def test_what_is_named_is_there_before_what_names_it(first: str, then: str) -> None:
    assert rank_of(kind(first)) < rank_of(kind(then))


@pytest.mark.parametrize(
    "text",
    [
        "serving.knative.dev/v1 Service",
        "networking.istio.io/v1 Gateway",
        "kubernetes.crossplane.io/v1 Namespace",
        "apps.kruise.io/v1alpha1 DaemonSet",
        "example.com/v1 CustomResourceDefinition",
        "example.com/v1 ValidatingWebhookConfiguration",
    ],
)
def test_a_defined_kind_is_not_taken_for_its_namesake(text: str) -> None:
    assert rank_of(kind(text)) is Rank.CUSTOM
