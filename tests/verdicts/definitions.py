"""The custom resources of the rows, put onto a server."""

from http import HTTPStatus
from pathlib import Path
from typing import Final

import yaml

from tests.apiserver.client import Client
from tests.apiserver.waiting import eventually

_FILE: Final = Path(__file__).with_name("definitions.yaml")
_URL: Final = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_PUBLISHED_S: Final = 30.0


def define(client: Client) -> None:
    """Create the definitions, and wait until the server publishes their schemas."""
    for body in yaml.safe_load_all(_FILE.read_text(encoding="utf-8")):
        answer = client.call("POST", _URL, body)
        assert answer.status in {HTTPStatus.CREATED, HTTPStatus.CONFLICT}, answer.body
    for version, kind in (
        ("v1", "Widget"),
        ("v1", "Plain"),
        ("v1alpha1", "Gadget"),
        ("v1alpha1", "Relic"),
    ):
        openapi = f"/openapi/v3/apis/rows.driftdeck.test/{version}"
        word = f"{version}.{kind}".encode()
        assert eventually(
            lambda path=openapi, word=word: word in client.call("GET", path).body,  # type: ignore[misc]
            within_s=_PUBLISHED_S,
        )
