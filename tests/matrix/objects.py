"""The objects of the drift matrix as Git states them, one small shape for each kind."""

from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]
NAMESPACE = "matrix"
COLLECTIONS = {
    "ConfigMap": f"/api/v1/namespaces/{NAMESPACE}/configmaps",
    "Secret": f"/api/v1/namespaces/{NAMESPACE}/secrets",
    "Service": f"/api/v1/namespaces/{NAMESPACE}/services",
    "Deployment": f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments",
    "Role": f"/apis/rbac.authorization.k8s.io/v1/namespaces/{NAMESPACE}/roles",
}
NAMESPACE_OBJECT = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}


def build(kind: str, name: str) -> Json:
    """One object of *kind*."""
    shapes: dict[str, tuple[str, Json]] = {
        "ConfigMap": ("v1", {"data": {"mode": "production", "level": "1"}}),
        "Secret": ("v1", {"data": {"token": "dG9rZW4=", "password": "cGFzc3dvcmQ="}}),
        "Service": ("v1", {"spec": _service(name)}),
        "Deployment": ("apps/v1", {"spec": _deployment(name)}),
        "Role": ("rbac.authorization.k8s.io/v1", {"rules": _rules()}),
    }
    version, rest = shapes[kind]
    labels = {"app": name, "team": "a"}
    metadata = {
        "name": name,
        "namespace": NAMESPACE,
        "labels": labels,
        "annotations": {"owner": "a"},
    }
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **rest}


def _service(name: str) -> Json:
    ports = [
        {"name": "http", "port": 80, "targetPort": 8080},
        {"name": "metrics", "port": 9090, "targetPort": 9090},
    ]
    return {"selector": {"app": name}, "ports": ports}


def _deployment(name: str) -> Json:
    web = {
        "name": "web",
        "image": "registry.example/web:1",
        "ports": [{"containerPort": 8080}],
        "env": [{"name": "MODE", "value": "production"}, {"name": "LEVEL", "value": "1"}],
        "resources": {"requests": {"cpu": "1000m", "memory": "128Mi"}},
    }
    log = {"name": "log", "image": "registry.example/log:1"}
    template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": [web, log]}}
    return {"replicas": 3, "selector": {"matchLabels": {"app": name}}, "template": template}


def _rules() -> list[Json]:
    return [
        {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]},
        {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list"]},
    ]
