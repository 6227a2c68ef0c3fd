"""What a cluster had: an app with its namespaces and kinds, and one that lives in them.

File names go against the order that the server needs: the guard of the shops is the first of all,
and while nobody answers for it no till can be made.
"""

from collections.abc import Iterator
from typing import Any, Final

import yaml

GROUP: Final = "shops.example.com"
RBAC: Final = "rbac.authorization.k8s.io"


def files(shops: int, *, policy: str | None = "Fail") -> dict[str, bytes]:
    """Return the files of both apps by path; each shop is a namespace with eleven objects.

    Args:
        shops: How many there are.
        policy: What becomes of a till whose guard does not answer; None: there is no guard.
    """
    guard = () if policy is None else (_guard(policy),)
    made = [*guard, *_platform(), *(each for number in range(shops) for each in _shop(number))]
    return {path: _text(document) for path, document in made}


def _text(document: Any) -> bytes:
    return yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False, encoding="utf-8")


def settings(repo: str) -> str:
    """Return the settings of both apps; the second depends on the first."""
    return (
        "apps:\n"
        f"  - {{name: a-shops, repo: {repo}, path: a-shops, depends_on: [platform]}}\n"
        f"  - {{name: platform, repo: {repo}, path: platform}}\n"
    )


def _guard(policy: str) -> tuple[str, Any]:
    rule = {
        "apiGroups": [GROUP],
        "apiVersions": ["v1"],
        "operations": ["CREATE", "UPDATE"],
        "resources": ["tills"],
    }
    guard = {
        "name": f"guard.{GROUP}",
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "failurePolicy": policy,
        "timeoutSeconds": 1,
        "clientConfig": {"url": "https://127.0.0.1:1/guard"},
        "rules": [rule],
    }
    return (
        "a-shops/0-guard.yaml",
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingWebhookConfiguration",
            "metadata": {"name": f"guard.{GROUP}"},
            "webhooks": [guard],
        },
    )


def _platform() -> Iterator[tuple[str, Any]]:
    yield "platform/b-tills.yaml", _definition()
    yield (
        "platform/c-reader.yaml",
        {
            "apiVersion": f"{RBAC}/v1",
            "kind": "ClusterRole",
            "metadata": {"name": "shop-reader"},
            "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]}],
        },
    )


def _definition() -> Any:
    schema = {
        "type": "object",
        "properties": {"spec": {"type": "object", "properties": {"drawer": {"type": "integer"}}}},
    }
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": schema},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"tills.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {
                "plural": "tills",
                "singular": "till",
                "kind": "Till",
                "listKind": "TillList",
            },
            "versions": [version],
        },
    }


def _shop(number: int) -> Iterator[tuple[str, Any]]:
    place = f"shop-{number}"
    yield (
        f"platform/z-{place}.yaml",
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": place}},
    )
    for name, document in _contents().items():
        document["metadata"] = {"name": "web", "namespace": place}
        yield f"a-shops/{place}/{name}.yaml", document


def _contents() -> dict[str, Any]:
    labels = {"app": "web"}
    container = {
        "name": "web",
        "image": "registry.example/web:1",
        "envFrom": [{"configMapRef": {"name": "web"}}, {"secretRef": {"name": "web"}}],
    }
    pod = {"serviceAccountName": "web", "containers": [container]}
    template = {"metadata": {"labels": labels}, "spec": pod}
    scaled = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    service = {"name": "web", "port": {"number": 80}}
    path = {"path": "/", "pathType": "Prefix", "backend": {"service": service}}
    role = {"apiGroup": RBAC, "kind": "Role", "name": "web"}
    account = {"kind": "ServiceAccount", "name": "web", "namespace": "shop-0"}
    rules = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]}]
    return {
        "a-till": {"apiVersion": f"{GROUP}/v1", "kind": "Till", "spec": {"drawer": 3}},
        "b-scaler": {
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "spec": {"scaleTargetRef": scaled, "minReplicas": 1, "maxReplicas": 3},
        },
        "c-ingress": {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "spec": {"rules": [{"host": "web.example.com", "http": {"paths": [path]}}]},
        },
        "d-web": {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "spec": {"selector": {"matchLabels": labels}, "template": template},
        },
        "e-service": {
            "apiVersion": "v1",
            "kind": "Service",
            "spec": {"clusterIP": "None", "selector": labels, "ports": [{"port": 80}]},
        },
        "f-binding": {
            "apiVersion": f"{RBAC}/v1",
            "kind": "RoleBinding",
            "roleRef": role,
            "subjects": [account],
        },
        "g-role": {"apiVersion": f"{RBAC}/v1", "kind": "Role", "rules": rules},
        "h-token": {"apiVersion": "v1", "kind": "Secret", "stringData": {"TOKEN": "planted"}},
        "i-flags": {"apiVersion": "v1", "kind": "ConfigMap", "data": {"SALE": "on"}},
        "j-account": {"apiVersion": "v1", "kind": "ServiceAccount"},
        "k-quota": {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "spec": {"hard": {"count/configmaps": "20"}},
        },
    }
