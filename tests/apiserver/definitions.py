"""Kinds that a test defines, and the moment from which a server tells everybody of them."""

from http import HTTPStatus
from typing import Final

from tests.apiserver.client import Client, Json
from tests.apiserver.waiting import eventually

CRDS: Final = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_AGGREGATED: Final = (
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
)
_PUBLISHED_S: Final = 60.0  # under load the server's controllers take seconds


def define(client: Client, definition: Json) -> None:
    """Create *definition*, where it is not there yet, and wait until all of it is published.

    A server answers for a new kind before its discovery names it, and names it before it has its
    schema: a program that starts in between rightly says that the kind is not served.
    """
    answer = client.call("POST", CRDS, definition)
    assert answer.status in {HTTPStatus.CREATED, HTTPStatus.CONFLICT}, answer.body
    assert eventually(lambda: is_published(client, definition), within_s=_PUBLISHED_S)


def is_published(client: Client, definition: Json) -> bool:
    """Tell whether discovery, in both its forms, and OpenAPI name all of *definition*."""
    spec = definition["spec"]
    group, names = spec["group"], spec["names"]
    everything = client.call("GET", "/apis", accept=_AGGREGATED).json().get("items")
    aggregated = {  # a server that does not aggregate, the sandbox, has no items
        (version["version"], each["resource"])
        for one in everything or ()
        if one["metadata"]["name"] == group
        for version in one["versions"]
        if version["freshness"] == "Current"
        for each in version["resources"]
    }
    return all(
        (everything is None or (version, names["plural"]) in aggregated)
        and f'"name":"{names["plural"]}"'.encode() in _packed(client, f"/apis/{group}/{version}")
        and f'"kind":"{names["kind"]}"'.encode()
        in _packed(client, f"/openapi/v3/apis/{group}/{version}")
        for version in (one["name"] for one in spec["versions"] if one["served"])
    )


def _packed(client: Client, path: str) -> bytes:
    return client.call("GET", path).body.replace(b" ", b"")
