"""Discovery: which groups, versions and kinds there are, and how their objects look (OpenAPI).

Pure: registry in, documents out.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import cast

from core.sandbox.types import catalog
from core.sandbox.types.kinds import Kind, Registry
from core.sandbox.types.schema import Schema

Object = dict[str, object]
VERSION: Mapping[str, str] = {
    "major": "1",
    "minor": "37",
    "gitVersion": "v1.37.2",
    "gitCommit": "sandbox",
    "gitTreeState": "clean",
    "buildDate": "2026-01-01T00:00:00Z",
    "goVersion": "none",
    "compiler": "none",
    "platform": "driftdeck/sandbox",
}
_SCALE = "io.k8s.api.autoscaling.v1.Scale"
_REVIEWS = ("SelfSubjectAccessReview", "SelfSubjectRulesReview")
_AUTHORIZATION = "authorization.k8s.io"


def _group(name: str, versions: Iterable[str]) -> Object:
    listed = [{"groupVersion": f"{name}/{version}", "version": version} for version in versions]
    return {"name": name, "versions": listed, "preferredVersion": listed[0]}


def core_versions(address: str) -> Object:
    """Answer `/api`."""
    addresses = [{"clientCIDR": "0.0.0.0/0", "serverAddress": address}]
    return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": addresses}


def _versions(registry: Registry) -> dict[str, list[str]]:
    found = {group: list(versions) for group, versions in registry.groups().items() if group}
    return {**found, _AUTHORIZATION: ["v1"]}


def groups(registry: Registry) -> Object:
    """Answer `/apis`."""
    listed = [_group(name, versions) for name, versions in _versions(registry).items()]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": listed}


def group(registry: Registry, name: str) -> Object | None:
    """Answer `/apis/GROUP`."""
    versions = _versions(registry).get(name)
    if versions is None:
        return None
    return {"kind": "APIGroup", "apiVersion": "v1", **_group(name, versions)}


def _storage_hash(kind: Kind) -> str:
    return hashlib.sha256(f"{kind.group}/{kind.plural}".encode()).hexdigest()[:12]


def _resources(kind: Kind) -> list[Object]:
    main: Object = {
        "name": kind.plural,
        "singularName": kind.singular,
        "namespaced": kind.namespaced,
        "kind": kind.kind,
        "verbs": list(kind.verbs),
    }
    if kind.short_names:
        main["shortNames"] = list(kind.short_names)
    if kind.categories:
        main["categories"] = list(kind.categories)
    main["storageVersionHash"] = _storage_hash(kind)
    found = [main]
    below: Object = {"singularName": "", "namespaced": kind.namespaced}
    verbs = ["get", "patch", "update"]
    if kind.has_scale:
        scale = {"group": "autoscaling", "version": "v1", "kind": "Scale", "verbs": verbs}
        found.append({"name": f"{kind.plural}/scale", **below, **scale})
    if kind.has_status:
        status = {"kind": kind.kind, "verbs": verbs}
        found.append({"name": f"{kind.plural}/status", **below, **status})
    if kind.custom_type is not None:  # the real server lists those of a CRD in another order
        found[1:] = reversed(found[1:])
    return found


def resources(registry: Registry, name: str, version: str) -> Object | None:
    """Answer `/api/v1` and `/apis/GROUP/VERSION`."""
    kinds = [kind for kind in registry if (kind.group, kind.version) == (name, version)]
    kinds.sort(key=lambda kind: kind.plural)
    listed = [entry for kind in kinds for entry in _resources(kind)]
    if (name, version) == (_AUTHORIZATION, "v1"):
        listed = [
            {
                "name": kind.lower() + "s",
                "singularName": kind.lower(),
                "namespaced": False,
                "kind": kind,
                "verbs": ["create"],
            }
            for kind in _REVIEWS
        ]
    if not listed:
        return None
    where = f"{name}/{version}" if name else version
    answer: Object = {"kind": "APIResourceList", "groupVersion": where, "resources": listed}
    return {**answer, "apiVersion": "v1"} if name else answer


# --- OpenAPI v3 -------------------------------------------------------------------------------


def _document_paths(registry: Registry) -> list[tuple[str, str]]:
    return [(name, version) for name, versions in registry.groups().items() for version in versions]


def openapi_index(registry: Registry, prefix: str = "") -> Object:
    """Answer `/openapi/v3`; *prefix* stands before every path."""
    paths: Object = {}
    for name, version in _document_paths(registry):
        path = f"apis/{name}/{version}" if name else f"api/{version}"
        kinds = [kind for kind in registry if (kind.group, kind.version) == (name, version)]
        digest = hashlib.sha256(repr([_fingerprint(kind) for kind in kinds]).encode()).hexdigest()
        paths[path] = {"serverRelativeURL": f"{prefix}/openapi/v3/{path}?hash={digest.upper()}"}
    return {"paths": paths}


def _fingerprint(kind: Kind) -> object:
    schema = kind.custom_type.schema if kind.custom_type is not None else VERSION["gitVersion"]
    return kind.plural, kind.has_status, kind.has_scale, schema


def _references(value: object, into: set[str]) -> None:
    if isinstance(value, list):
        for item in value:
            _references(item, into)
    elif isinstance(value, dict):
        target = value.get("$ref")
        if isinstance(target, str):
            into.add(target.rsplit("/", 1)[-1])
        for item in value.values():
            _references(item, into)


def _closure(names: Iterable[str]) -> dict[str, Schema]:
    known, found, todo = catalog.schemas(), dict[str, Schema](), set(names)
    while todo:
        name = todo.pop()
        if name not in found:
            found[name] = known[name]
            below: set[str] = set()
            _references(known[name], below)
            todo |= below - found.keys()
    return dict(sorted(found.items()))


def _custom_schema(kind: Kind) -> tuple[str, Object]:
    name = ".".join([*reversed(kind.group.split(".")), kind.version, kind.kind])
    own = kind.custom_type.schema if kind.custom_type is not None else {}
    gvk = {"group": kind.group, "kind": kind.kind, "version": kind.version}
    return name, {**own, "x-kubernetes-group-version-kind": [gvk]}


def openapi(registry: Registry, name: str, version: str) -> Object | None:
    """Answer `/openapi/v3/apis/GROUP/VERSION`."""
    kinds = [kind for kind in registry if (kind.group, kind.version) == (name, version)]
    if not kinds:
        return None
    wanted = {kind.schema for kind in kinds if kind.schema}
    wanted |= {kind.schema + "List" for kind in kinds if kind.schema}
    wanted |= {
        "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta",
        "io.k8s.apimachinery.pkg.apis.meta.v1.Status",
        "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions",
    }
    if any(kind.has_scale for kind in kinds):
        wanted.add(_SCALE)
    schemas: Object = cast("Object", _closure(wanted))
    paths: Object = {}
    for kind in kinds:
        if kind.custom_type is not None:
            title, schema = _custom_schema(kind)
            schemas[title] = schema
        paths |= _paths(kind)
    return {
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": VERSION["gitVersion"]},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _paths(kind: Kind) -> Object:
    """Say only what clients look for: that writes can be dry runs, and check fields."""
    root = f"/apis/{kind.group}/{kind.version}" if kind.group else f"/api/{kind.version}"
    middle = "/namespaces/{namespace}" if kind.namespaced else ""
    gvk = {"group": kind.group, "version": kind.version, "kind": kind.kind}
    plain = {"type": "string", "uniqueItems": True}
    parameters = [
        {"name": one, "in": "query", "schema": plain}
        for one in ("dryRun", "fieldManager", "fieldValidation")
    ]
    force: Object = {
        "name": "force",
        "in": "query",
        "schema": {"type": "boolean", "uniqueItems": True},
    }

    def action(name: str, *more: Object) -> Object:
        gvk_of = {"x-kubernetes-action": name, "x-kubernetes-group-version-kind": gvk}
        return {**gvk_of, "parameters": [*parameters, *more]}

    return {
        f"{root}{middle}/{kind.plural}": {"post": action("post")},
        f"{root}{middle}/{kind.plural}/{{name}}": {
            "put": action("put"),
            "patch": action("patch", force),
            "delete": action("delete"),
        },
    }
