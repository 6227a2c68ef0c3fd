"""Those who deployed a cluster before driftdeck came, each in their own way."""

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

import yaml

from tests.adoption.objects import Json
from tests.apiserver.client import Client

_JSON: Final = "application/json"
_APPLY: Final = "application/apply-patch+yaml"
_STRATEGIC: Final = "application/strategic-merge-patch+json"
_GROUPS: Final = {"v1": "/api/v1"}


@dataclass(frozen=True)
class Place:
    """A namespace of a server, and a file with what is deployed there."""

    client: Client
    kubeconfig: Path
    namespace: str
    folder: Path

    def url(self, body: Json) -> str:
        """Return where an object stands."""
        plural = f"{body['kind'].lower()}s".replace("policys", "policies")
        plural = plural.replace("ingresss", "ingresses")
        root = _GROUPS.get(body["apiVersion"], f"/apis/{body['apiVersion']}")
        return f"{root}/namespaces/{self.namespace}/{plural}/{body['metadata']['name']}"

    def call(self, method: str, path: str, body: Json, content_type: str = _JSON) -> None:
        """Make a request that has to succeed."""
        answer = self.client.call(method, path, body, content_type=content_type)
        assert answer.status in {HTTPStatus.OK, HTTPStatus.CREATED}, (path, answer.body)

    def kubectl(self, *words: str, objects: Mapping[str, Json]) -> None:
        """Run the real kubectl on a file with *objects*."""
        file = self.folder / f"{self.namespace}.yaml"
        file.write_text(yaml.safe_dump_all(objects.values()))
        command = ["kubectl", f"--kubeconfig={self.kubeconfig}", f"--namespace={self.namespace}"]
        done = subprocess.run(  # noqa: S603 - our own command line
            [*command, *words, f"--filename={file}"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def kubectl_apply(place: Place, objects: Mapping[str, Json]) -> None:
    """Client-side, with the last-applied annotation."""
    place.kubectl("apply", objects=objects)


def kubectl_create(place: Place, objects: Mapping[str, Json]) -> None:
    """Without any trace but its name in managedFields."""
    place.kubectl("create", objects=objects)


def terraform(place: Place, objects: Mapping[str, Json]) -> None:
    """By creating, as `HashiCorp`."""
    for body in objects.values():
        place.call("POST", f"{place.url(body).rpartition('/')[0]}?fieldManager=HashiCorp", body)


def helm(place: Place, objects: Mapping[str, Json]) -> None:
    """By creating, then patching, with the annotations of its release."""
    marks = {
        "meta.helm.sh/release-name": "web",
        "meta.helm.sh/release-namespace": place.namespace,
    }
    for body in objects.values():
        marked = _marked(body, "annotations", marks)
        older = {**marked, "metadata": {**marked["metadata"], "labels": {"chart": "web-1"}}}
        path = place.url(body)
        place.call("POST", f"{path.rpartition('/')[0]}?fieldManager=helm", older)
        labels = {"chart": None, **body["metadata"].get("labels", {})}
        patch = {"metadata": {"labels": labels}}
        place.call("PATCH", f"{path}?fieldManager=helm", patch, _STRATEGIC)


def flux(place: Place, objects: Mapping[str, Json]) -> None:
    """Server-side, with the labels of its Kustomization."""
    marks = {
        "kustomize.toolkit.fluxcd.io/name": "apps",
        "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
    }
    for body in objects.values():
        _apply(place, _marked(body, "labels", marks), "kustomize-controller")


def argo_cd(place: Place, objects: Mapping[str, Json]) -> None:
    """Server-side, with its tracking annotation."""
    for body in objects.values():
        group = body["apiVersion"].rpartition("/")[0]
        name = f"{place.namespace}/{body['metadata']['name']}"
        marks = {"argocd.argoproj.io/tracking-id": f"web:{group}/{body['kind']}:{name}"}
        _apply(place, _marked(body, "annotations", marks), "argocd-controller")


def _apply(place: Place, body: Json, manager: str) -> None:
    place.call("PATCH", f"{place.url(body)}?fieldManager={manager}&force=true", body, _APPLY)


def _marked(body: Json, holder: str, marks: Mapping[str, str]) -> Json:
    metadata = body["metadata"]
    return {**body, "metadata": {**metadata, holder: {**metadata.get(holder, {}), **marks}}}


HANDS: Final[Mapping[str, tuple[Callable[[Place, Mapping[str, Json]], None], str]]] = {
    "kubectl apply": (kubectl_apply, ""),
    "kubectl create": (kubectl_create, ""),
    "Terraform": (terraform, ""),
    "Helm": (helm, "Helm release"),
    "Flux": (flux, "Flux Kustomization flux-system/apps"),
    "Argo CD": (argo_cd, "Argo CD application web"),
}
"""How each deploys, and by what name driftdeck calls what still tracks its objects."""
