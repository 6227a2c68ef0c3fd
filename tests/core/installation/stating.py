"""Apps and what they state, as the tests of an installation need them."""

import json

from core.installation.kinds import BUILT_IN, Named, Served, defined
from core.installation.uses import Used, used_by
from core.model import AppSpec, Document, JsonObject, KindRef

NAMESPACE = ("v1", "Namespace")
MAP = ("v1", "ConfigMap")
SECRET = ("v1", "Secret")
WEB = ("apps/v1", "Deployment")
WIDGET = ("example.com/v1", "Widget")
DEFINITION: JsonObject = {
    "group": "example.com",
    "names": {"kind": "Widget", "plural": "widgets"},
    "scope": "Namespaced",
    "versions": [{"name": "v1", "served": True, "subresources": {"scale": {}}}],
}


def a_document(
    kind: tuple[str, str], name: str = "x", namespace: str | None = None, spec: object = None
) -> Document:
    return Document(
        kind=KindRef(*kind),
        namespace=namespace,
        name=name,
        body=json.dumps({"spec": spec}).encode(),
        file="a.yaml",
        line=1,
        index=0,
    )


def a_definition() -> Document:
    kind = ("apiextensions.k8s.io/v1", "CustomResourceDefinition")
    return a_document(kind, "widgets.example.com", spec=DEFINITION)


def an_app(name: str = "shop", **fields: object) -> AppSpec:
    spec = {"repo": "https://git.example/c", "revision": "main", "path": "", "cluster": "prod"}
    return AppSpec(name=name, **{**spec, **fields})  # type: ignore[arg-type]


def kinds_of(*documents: Document) -> dict[Named, Served]:
    return {**BUILT_IN, **defined(documents)}


def used(spec: AppSpec, *documents: Document) -> Used:
    return used_by(spec, documents, kinds_of(*documents), "shop")
