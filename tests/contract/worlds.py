"""Paths and objects the statements are made about."""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


@dataclass(frozen=True, slots=True)
class Home:
    """A namespace, and where its objects are."""

    name: str

    @property
    def config_maps(self) -> str:
        return f"/api/v1/namespaces/{self.name}/configmaps"

    @property
    def secrets(self) -> str:
        return f"/api/v1/namespaces/{self.name}/secrets"

    @property
    def services(self) -> str:
        return f"/api/v1/namespaces/{self.name}/services"

    @property
    def deployments(self) -> str:
        return f"/apis/apps/v1/namespaces/{self.name}/deployments"

    @property
    def widgets(self) -> str:
        return f"/apis/contract.test/v1/namespaces/{self.name}/widgets"


def config_map(name: str = "a", **data: str) -> Json:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def container(name: str = "web", image: str = "nginx:1.25", **more: object) -> Json:
    return {"name": name, "image": image, **more}


def deployment(*containers: Json, name: str = "web", **spec: Any) -> Json:
    labels = {"app": "web"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": list(containers) or [container()]},
            },
            **spec,
        },
    }


def containers_of(body: Json) -> list[Json]:
    found: list[Json] = body["spec"]["template"]["spec"]["containers"]
    return found


def service(*ports: Json, name: str = "web", **spec: object) -> Json:
    listed = list(ports) or [{"port": 80}]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"selector": {"app": "web"}, "ports": listed, **spec},
    }


def widget(name: str = "w", **spec: Any) -> Json:
    return {
        "apiVersion": "contract.test/v1",
        "kind": "Widget",
        "metadata": {"name": name},
        "spec": {"size": 1, **spec},
    }


def _widget_spec() -> Json:
    text = {"type": "string"}
    ref = {
        "type": "object",
        "required": ["name"],
        "properties": {"name": text, "weight": {"type": "integer", "default": 1}},
    }
    return {
        "type": "object",
        "required": ["size"],
        "properties": {
            "size": {"type": "integer", "minimum": 1},
            "replicas": {"type": "integer"},
            "mode": {"type": "string", "default": "auto", "enum": ["auto", "manual"]},
            "tags": {"type": "array", "x-kubernetes-list-type": "set", "items": text},
            "plain": {"type": "array", "items": text},
            "refs": {
                "type": "array",
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["name"],
                "items": ref,
            },
            "whole": {
                "type": "object",
                "x-kubernetes-map-type": "atomic",
                "properties": {"a": text, "b": text},
            },
            "labels": {"type": "object", "additionalProperties": text},
            "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
            "port": {"x-kubernetes-int-or-string": True},
        },
    }


def widget_definition() -> Json:
    status = {"type": "object", "properties": {"phase": {"type": "string"}}}
    schema = {"type": "object", "properties": {"spec": _widget_spec(), "status": status}}
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "subresources": {
            "status": {},
            "scale": {
                "specReplicasPath": ".spec.replicas",
                "statusReplicasPath": ".status.replicas",
            },
        },
        "schema": {"openAPIV3Schema": schema},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.contract.test"},
        "spec": {
            "group": "contract.test",
            "scope": "Namespaced",
            "names": {"plural": "widgets", "kind": "Widget", "shortNames": ["wd"]},
            "versions": [version],
        },
    }
