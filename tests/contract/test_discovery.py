"""Discovery, and OpenAPI as far as driftdeck and kubectl read it."""

from typing import Any, cast

import pytest

from tests.apiserver.server import ApiServer
from tests.apiserver.waiting import eventually
from tests.contract.client import Client, Server
from tests.contract.make_openapi import without_descriptions

Json = dict[str, Any]
DOCUMENTS = (
    "/api/v1",
    "/apis/apps/v1",
    "/apis/batch/v1",
    "/apis/networking.k8s.io/v1",
    "/apis/rbac.authorization.k8s.io/v1",
    "/apis/policy/v1",
    "/apis/autoscaling/v2",
    "/apis/coordination.k8s.io/v1",
    "/apis/apiextensions.k8s.io/v1",
)
GVK = "x-kubernetes-group-version-kind"  # of shared schemas, each document names its own group
DEPLOYMENT = "io.k8s.api.apps.v1.Deployment"


def _document(api: Client, path: str) -> Json:
    def index() -> Json:
        found: Json = api.get("/openapi/v3").body["paths"]
        return found

    name = path.removeprefix("/")
    assert eventually(lambda: name in index(), within_s=60)  # a server that just began adds them
    return api.get(index()[name]["serverRelativeURL"]).body


def test_the_version_is_the_one_the_product_is_built_for(api: Client) -> None:
    version = api.get("/version").body
    assert (version["gitVersion"], version["major"], version["minor"]) == ("v1.37.2", "1", "37")


def test_every_group_has_a_preferred_version(api: Client) -> None:
    groups = {one["name"]: one for one in api.get("/apis").body["groups"]}
    assert groups["apps"]["preferredVersion"] == {"groupVersion": "apps/v1", "version": "v1"}


def test_a_kind_is_announced_with_scope_names_and_verbs(api: Client) -> None:
    listed = {one["name"]: one for one in api.get("/apis/apps/v1").body["resources"]}
    assert (
        listed["deployments"].items()
        >= {
            "kind": "Deployment",
            "namespaced": True,
            "singularName": "deployment",
            "shortNames": ["deploy"],
            "categories": ["all"],
        }.items()
    )
    assert {"get", "list", "watch", "patch", "delete"} <= set(listed["deployments"]["verbs"])
    assert listed["deployments/scale"]["kind"] == "Scale"
    assert listed["deployments/status"]["kind"] == "Deployment"


@pytest.mark.parametrize("path", DOCUMENTS)
def test_the_index_leads_to_a_document_for_every_version(api: Client, path: str) -> None:
    document = _document(api, path)
    assert document["openapi"].startswith("3.")
    assert document["components"]["schemas"]


def test_a_schema_names_its_kind(api: Client) -> None:
    schema = _document(api, "/apis/apps/v1")["components"]["schemas"][DEPLOYMENT]
    gvk = {"group": "apps", "kind": "Deployment", "version": "v1"}
    assert schema["x-kubernetes-group-version-kind"] == [gvk]


def test_lists_say_how_they_merge(api: Client) -> None:
    schemas = _document(api, "/apis/apps/v1")["components"]["schemas"]
    ports = schemas["io.k8s.api.core.v1.Container"]["properties"]["ports"]
    assert ports["x-kubernetes-list-type"] == "map"
    assert ports["x-kubernetes-list-map-keys"] == ["containerPort", "protocol"]


def test_quantities_ports_and_bytes_can_be_told_apart(api: Client) -> None:
    schemas = _document(api, "/api/v1")["components"]["schemas"]
    assert "oneOf" in schemas["io.k8s.apimachinery.pkg.api.resource.Quantity"]
    assert schemas["io.k8s.apimachinery.pkg.util.intstr.IntOrString"]["format"] == "int-or-string"
    data = schemas["io.k8s.api.core.v1.Secret"]["properties"]["data"]
    assert data["additionalProperties"]["format"] == "byte"


def test_a_write_says_that_it_can_be_a_dry_run(api: Client) -> None:
    paths = _document(api, "/apis/apps/v1")["paths"]
    patch = paths["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]["patch"]
    assert {"dryRun", "fieldManager", "fieldValidation", "force"} <= {
        one["name"] for one in patch["parameters"]
    }
    assert patch["x-kubernetes-group-version-kind"]["kind"] == "Deployment"


def test_health_can_be_asked_for(api: Client) -> None:
    assert api.get("/readyz").raw == b"ok"


@pytest.mark.real
@pytest.mark.parametrize("path", DOCUMENTS)
def test_every_schema_the_sandbox_publishes_is_the_real_one_without_its_descriptions(
    sandbox_server: Server, real_server: ApiServer, path: str
) -> None:
    real = Server("real", real_server.url, real_server.ca_file, real_server.tokens)
    ours = _document(Client(sandbox_server), path)["components"]["schemas"]
    theirs = _document(Client(real), path)["components"]["schemas"]
    for name, schema in ours.items():
        if name in theirs:  # a document of ours also has what only its neighbours need
            truth = cast("Json", without_descriptions(theirs[name]))
            assert {**schema, GVK: None} == {**truth, GVK: None}, name
