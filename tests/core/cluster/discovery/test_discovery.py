"""Which kinds a cluster serves, and their schemas."""

from typing import Any

import pytest

from core.cluster.connection.calls import Calls
from core.cluster.connection.paths import collection_path, object_path
from core.cluster.discovery.discovery import (
    Discovery,
    discover,
    server_uid,
    server_version,
)
from core.cluster.discovery.openapi import OpenApi
from core.errors import DeniedError, RejectedError, UnavailableError
from core.model import KindRef, Resource
from tests.core.cluster.manual import ManualClock
from tests.core.cluster.scripted import MAPS, Asked, Reply, Script, linked, serving, status

WIDGET = KindRef("example.com/v1", "Widget")
DEPLOYMENT = KindRef("apps/v1", "Deployment")


def routes(answers: dict[str, tuple[int, object]]) -> Script:
    async def script(asked: Asked, reply: Reply) -> None:
        reply.say(*answers.get(asked.path, (404, b"404 page not found\n")))

    return script


def group(name: str, version: str, *kinds: str, freshness: str = "Current") -> dict[str, object]:
    resources = [
        {
            "resource": f"{kind.lower()}s",
            "responseKind": {"group": name, "version": version, "kind": kind},
            "scope": "Namespaced",
            "verbs": ["get", "list", "watch"],
            "subresources": [{"subresource": "status"}] if kind == "Deployment" else None,
            "shortNames": ["deploy"] if kind == "Deployment" else None,
        }
        for kind in kinds
    ]
    for resource in resources:
        if resource["subresources"] is None:
            del resource["subresources"]
    versions = [{"version": version, "resources": resources, "freshness": freshness}]
    return {"metadata": {"name": name, "creationTimestamp": None}, "versions": versions}


def aggregated(*groups: dict[str, object]) -> dict[str, object]:
    return {"kind": "APIGroupDiscoveryList", "metadata": {}, "items": list(groups)}


async def found(script: Script) -> Discovery:
    async with serving(script) as server, linked(server.url) as link:
        return await discover(Calls(link, ManualClock().clock))


async def test_two_requests_tell_everything() -> None:
    script = routes(
        {
            "/api": (200, aggregated(group("", "v1", "ConfigMap"))),
            "/apis": (200, aggregated(group("apps", "v1", "Deployment"))),
        }
    )
    told = await found(script)
    assert set(told.resources) == {MAPS.kind, DEPLOYMENT}
    deployment = told.resources[DEPLOYMENT]
    assert (deployment.plural, deployment.has_status) == ("deployments", True)
    assert deployment.short_names == ("deploy",)
    assert not told.resources[MAPS.kind].has_status
    assert told.stale == frozenset()


async def test_a_server_without_aggregated_discovery_is_asked_group_by_group() -> None:
    listed = {
        "resources": [
            {
                "name": "deployments",
                "namespaced": True,
                "kind": "Deployment",
                "verbs": ["get"],
                "shortNames": ["deploy"],
            },
            {"name": "deployments/status", "namespaced": True, "kind": "Deployment", "verbs": []},
            {"name": "deployments/scale", "namespaced": True, "kind": "Scale", "verbs": []},
        ]
    }
    maps = {"resources": [{"name": "configmaps", "namespaced": True, "kind": "ConfigMap"}]}
    groups = {"kind": "APIGroupList", "groups": [{"versions": [{"groupVersion": "apps/v1"}]}]}
    script = routes(
        {
            "/api": (200, {"kind": "APIVersions", "versions": ["v1"]}),
            "/api/v1": (200, maps),
            "/apis": (200, groups),
            "/apis/apps/v1": (200, listed),
        }
    )
    told = await found(script)
    assert set(told.resources) == {MAPS.kind, DEPLOYMENT}
    assert told.resources[DEPLOYMENT].has_status
    assert told.resources[DEPLOYMENT].short_names == ("deploy",)


async def test_an_aggregated_server_that_is_down_does_not_make_its_kinds_look_removed() -> None:
    widget = Resource(WIDGET, "widgets", namespaced=True, has_status=False)
    script = routes(
        {
            "/api": (200, aggregated(group("", "v1", "ConfigMap"))),
            "/apis": (200, aggregated(group("example.com", "v1", freshness="Stale"))),
        }
    )
    told = await found(script)
    assert told.stale == {"example.com/v1"}
    assert set(told.over({WIDGET: widget})) == {MAPS.kind, WIDGET}
    gone = Discovery(told.resources)
    assert set(gone.over({WIDGET: widget})) == {MAPS.kind}


async def test_a_page_instead_of_discovery_is_no_empty_cluster() -> None:
    with pytest.raises(UnavailableError, match="unreadable"):
        await found(routes({"/api": (200, b"<html>")}))


async def test_a_forbidden_discovery_is_denied() -> None:
    with pytest.raises(DeniedError):
        await found(routes({"/api": (403, status(403, "Forbidden"))}))


async def test_a_version_that_is_not_told_is_empty() -> None:
    script = routes({"/version": (403, status(403, "Forbidden"))})
    async with serving(script) as server, linked(server.url) as link:
        assert await server_version(Calls(link, ManualClock().clock)) == ""


@pytest.mark.parametrize(
    ("answer", "uid"),
    [
        ((200, {"metadata": {"uid": "u-1"}}), "u-1"),
        ((403, status(403, "Forbidden")), ""),
        ((404, status(404, "NotFound")), ""),
    ],
)
async def test_a_server_is_told_from_others_where_that_may_be_seen(answer: Any, uid: str) -> None:
    script = routes({"/api/v1/namespaces/kube-system": answer})
    async with serving(script) as server, linked(server.url) as link:
        assert await server_uid(Calls(link, ManualClock().clock)) == uid


# OpenAPI ------------------------------------------------------------------------------------------

INDEX = {"paths": {"api/v1": {"serverRelativeURL": "/openapi/v3/api/v1?hash=A"}}}
DOCUMENT = {
    "components": {
        "schemas": {
            "io.k8s.api.core.v1.ConfigMap": {
                "type": "object",
                "x-kubernetes-group-version-kind": [
                    {"group": "", "version": "v1", "kind": "ConfigMap"}
                ],
                "properties": {"data": {"type": "object"}},
            }
        }
    }
}


async def test_a_document_is_fetched_once_per_content() -> None:
    answers: dict[str, tuple[int, object]] = {
        "/openapi/v3": (200, INDEX),
        "/openapi/v3/api/v1": (200, DOCUMENT),
    }
    async with serving(routes(answers)) as server, linked(server.url) as link:
        openapi = OpenApi(Calls(link, ManualClock().clock))
        first = await openapi.schema(MAPS.kind)
        assert first is not None
        assert await openapi.schema(MAPS.kind) is first
        assert await openapi.schema(KindRef("v1", "Secret")) is None
        assert await openapi.schema(WIDGET) is None
        assert len(server.asked) == 2
        openapi.forget_index()
        assert await openapi.schema(MAPS.kind) is first
        assert len(server.asked) == 3
    assert server.asked[1].query == {"hash": "A"}


async def test_a_document_that_is_newer_than_the_index_is_read_all_the_same() -> None:
    async def script(asked: Asked, reply: Reply) -> None:
        if asked.path == "/openapi/v3":
            reply.say(200, INDEX)
        elif asked.query:  # as kube-apiserver answers a hash that is not that of today
            reply.say(301, b"", headers={"Location": f"{asked.path}?hash=B"})
        else:
            reply.say(200, DOCUMENT)

    async with serving(script) as server, linked(server.url) as link:
        openapi = OpenApi(Calls(link, ManualClock().clock))
        assert await openapi.schema(MAPS.kind) is not None
        assert await openapi.schema(MAPS.kind) is not None
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    "answers",
    [
        {"/openapi/v3": (200, b"<html>")},
        {"/openapi/v3": (503, b"")},
        {"/openapi/v3": (200, {"paths": {"api/v1": {"serverRelativeURL": "//evil/x"}}})},
        {"/openapi/v3": (200, INDEX), "/openapi/v3/api/v1": (200, b"[")},
        {"/openapi/v3": (200, INDEX), "/openapi/v3/api/v1": (200, b"[]")},
    ],
)
async def test_what_is_no_schema_is_an_error_not_a_missing_schema(
    answers: dict[str, tuple[int, object]],
) -> None:
    async with serving(routes(answers)) as server, linked(server.url) as link:
        with pytest.raises(UnavailableError):
            await OpenApi(Calls(link, ManualClock().clock)).schema(MAPS.kind)


# Paths --------------------------------------------------------------------------------------------


def test_names_stay_in_their_place() -> None:
    assert collection_path(MAPS, "") == "/api/v1/configmaps"
    assert collection_path(MAPS, "a/../b") == "/api/v1/namespaces/a%2F..%2Fb/configmaps"
    role = Resource(
        KindRef("rbac.authorization.k8s.io/v1", "ClusterRole"),
        "clusterroles",
        namespaced=False,
        has_status=False,
    )
    path = object_path(role, "ignored", "system:a b?c#d")
    assert path == "/apis/rbac.authorization.k8s.io/v1/clusterroles/system:a%20b%3Fc%23d"


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../x", "%2e%2e"])
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(RejectedError):
        object_path(MAPS, "shop", name)
