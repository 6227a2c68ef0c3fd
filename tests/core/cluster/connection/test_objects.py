"""What counts as a list of a kind."""

import json

import pytest

from core.cluster.connection.answers import Answer
from core.cluster.connection.objects import UnreadableError, page_of
from core.model import KindRef

OWN = KindRef("stable.example.com/v1", "Sheep")


def answer(api_version: str, kind: str) -> Answer:
    metadata = {"resourceVersion": "7"}
    body = {"apiVersion": api_version, "kind": kind, "metadata": metadata, "items": []}
    return Answer(200, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("asked", "api_version", "kind"),
    [
        (KindRef("v1", "ConfigMap"), "v1", "ConfigMapList"),
        (KindRef("apps/v1", "Deployment"), "apps/v1", "DeploymentList"),
        (KindRef("apps/v1", "Deployment"), "meta.k8s.io/v1", "PartialObjectMetadataList"),
        (OWN, "stable.example.com/v1", "SheepList"),
        (OWN, "stable.example.com/v1", "FlockList"),  # the definition says spec.names.listKind
    ],
)
def test_a_list_of_the_kind_is_read(asked: KindRef, api_version: str, kind: str) -> None:
    assert page_of(answer(api_version, kind), asked).resource_version == "7"


def test_a_list_of_metadata_without_any_says_null() -> None:
    """As the API server writes it; a list of whole objects that says so is none."""
    head = b'{"apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadataList"'
    body = head + b', "metadata": {"resourceVersion": "7"}, "items": null}'
    assert page_of(Answer(200, body), OWN).items == []
    for other in (
        body.replace(b', "items": null', b""),
        body.replace(b"PartialObjectMetadata", b"Sheep"),
    ):
        with pytest.raises(UnreadableError):
            page_of(Answer(200, other.replace(b"meta.k8s.io/v1", b"stable.example.com/v1")), OWN)


@pytest.mark.parametrize(
    ("asked", "api_version", "kind"),
    [
        (KindRef("v1", "ConfigMap"), "v1", "PodList"),
        (KindRef("v1", "ConfigMap"), "v1", "List"),
        (KindRef("apps/v1", "Deployment"), "apps/v1", "StatefulSetList"),
        (OWN, "v1", "PodList"),
        (OWN, "stable.example.com/v2", "SheepList"),
        (OWN, "stable.example.com/v1", "Sheep"),
    ],
)
def test_a_list_of_something_else_is_none(asked: KindRef, api_version: str, kind: str) -> None:
    with pytest.raises(UnreadableError, match=f"no list of {asked.kind}"):
        page_of(answer(api_version, kind), asked)
