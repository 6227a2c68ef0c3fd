"""Which kinds a cluster serves.

Aggregated discovery is two requests; servers before 1.26 and some proxies do not have it, so the
older way, one request per group version, is kept as a fallback.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, TypeVar

import msgspec

from core.cluster.connection.answers import AbsentError, Answer, NamespaceAbsentError
from core.cluster.connection.calls import Calls
from core.cluster.connection.paths import group_version_path
from core.cluster.connection.request import Request
from core.errors import DeniedError, UnavailableError
from core.model import KindRef, Resource

_ACCEPT: Final = (
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,"
    "application/json"
)

_KUBE_SYSTEM: Final = "/api/v1/namespaces/kube-system"

T = TypeVar("T")


class _Kind(msgspec.Struct):
    group: str = ""
    version: str = ""
    kind: str = ""


class _Subresource(msgspec.Struct):
    subresource: str = ""


class _Resource(msgspec.Struct, rename="camel"):
    resource: str = ""
    response_kind: _Kind | None = None
    scope: str = ""
    verbs: list[str] = []
    subresources: list[_Subresource] = []
    short_names: list[str] | None = None


class _Version(msgspec.Struct):
    version: str = ""
    resources: list[_Resource] = []
    freshness: str = ""


class _Name(msgspec.Struct):
    name: str = ""


class _Group(msgspec.Struct):
    metadata: _Name = msgspec.field(default_factory=_Name)
    versions: list[_Version] = []


class _GroupList(msgspec.Struct):
    kind: str = ""
    items: list[_Group] = []


class _LegacyResource(msgspec.Struct, rename="camel"):
    name: str = ""
    namespaced: bool = False
    kind: str = ""
    verbs: list[str] = []
    short_names: list[str] | None = None


class _LegacyList(msgspec.Struct):
    resources: list[_LegacyResource] = []


class _LegacyVersion(msgspec.Struct, rename="camel"):
    group_version: str = ""


class _LegacyGroup(msgspec.Struct):
    versions: list[_LegacyVersion] = []


class _LegacyGroups(msgspec.Struct):
    groups: list[_LegacyGroup] = []
    versions: list[str] = []


class _Identified(msgspec.Struct):
    uid: str = ""


class _Namespace(msgspec.Struct):
    metadata: _Identified = msgspec.field(default_factory=_Identified)


class _VersionInfo(msgspec.Struct, rename="camel"):
    git_version: str = ""


@dataclass(frozen=True, slots=True)
class Discovery:
    """What the cluster serves.  `stale` are group versions that did not answer this time."""

    resources: Mapping[KindRef, Resource]
    stale: frozenset[str] = field(default_factory=frozenset)  # "metrics.k8s.io/v1beta1"

    def over(self, before: Mapping[KindRef, Resource]) -> Mapping[KindRef, Resource]:
        """Return the resources, those of stale group versions as they were *before*.

        An aggregated server that is down must not make its kinds look removed.
        """
        kept = {k: r for k, r in before.items() if k.api_version in self.stale}
        return {**kept, **self.resources}


async def discover(calls: Calls) -> Discovery:
    """Ask for every kind.

    Raises:
        ProductError: The server does not answer, or not to us.
    """
    resources: dict[KindRef, Resource] = {}
    stale: set[str] = set()
    for root in ("/api", "/apis"):
        answer = await _get(calls, root, accept=_ACCEPT)
        groups = decoded(answer, _GroupList)
        if groups.kind == "APIGroupDiscoveryList":
            found, late = _aggregated(groups)
        else:
            found, late = await _legacy(calls, answer)
        resources.update((resource.kind, resource) for resource in found)
        stale.update(late)
    return Discovery(resources, frozenset(stale))


async def server_version(calls: Calls) -> str:
    """Return the server's version, "" if it does not say."""
    answer = await calls.send(Request(path="/version"))
    if not answer.ok:
        return ""
    return decoded(answer, _VersionInfo).git_version


async def server_uid(calls: Calls) -> str:
    """Return what tells this server from all others, "" if we may not see it.

    Raises:
        ProductError: It does not say now.
    """
    try:
        answer = await calls.expect(Request(path=_KUBE_SYSTEM), "get namespaces")
    except (DeniedError, AbsentError, NamespaceAbsentError):
        return ""
    return decoded(answer, _Namespace).metadata.uid


def decoded(answer: Answer, form: type[T]) -> T:
    """Read a successful answer.

    Raises:
        UnavailableError: It is not what an API server answers (a proxy's page, half a document).
    """
    try:
        return msgspec.json.decode(answer.body, type=form)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise UnavailableError("the server answered with something unreadable") from error


async def _get(calls: Calls, path: str, *, accept: str = "application/json") -> Answer:
    return await calls.expect(Request(path=path, accept=accept), f"read {path}")


def _aggregated(groups: _GroupList) -> tuple[list[Resource], set[str]]:
    found: list[Resource] = []
    stale: set[str] = set()
    for group in groups.items:
        for version in group.versions:
            api_version = _api_version(group.metadata.name, version.version)
            if version.freshness == "Stale":
                stale.add(api_version)
            found += [made for made in _resources(api_version, version.resources) if made.kind.kind]
    return found, stale


def _resources(api_version: str, resources: Iterable[_Resource]) -> Iterable[Resource]:
    for resource in resources:
        kind = resource.response_kind.kind if resource.response_kind else ""
        yield Resource(
            kind=KindRef(api_version, kind),
            plural=resource.resource,
            namespaced=resource.scope == "Namespaced",
            has_status=any(sub.subresource == "status" for sub in resource.subresources),
            verbs=frozenset(resource.verbs),
            has_scale=any(sub.subresource == "scale" for sub in resource.subresources),
            short_names=tuple(resource.short_names or ()),
        )


def _api_version(group: str, version: str) -> str:
    return f"{group}/{version}" if group else version


async def _legacy(calls: Calls, answer: Answer) -> tuple[list[Resource], set[str]]:
    listed = decoded(answer, _LegacyGroups)
    versions = [*listed.versions]
    versions += [version.group_version for group in listed.groups for version in group.versions]
    found: list[Resource] = []
    stale: set[str] = set()
    for api_version in versions:
        one = await calls.send(Request(path=group_version_path(api_version)))
        if one.status == HTTPStatus.OK:
            found += _legacy_resources(api_version, decoded(one, _LegacyList))
        elif one.status != HTTPStatus.NOT_FOUND:
            stale.add(api_version)  # an aggregated server that is down: the others count
    return found, stale


def _legacy_resources(api_version: str, listed: _LegacyList) -> list[Resource]:
    names = {resource.name for resource in listed.resources}
    return [
        Resource(
            kind=KindRef(api_version, resource.kind),
            plural=resource.name,
            namespaced=resource.namespaced,
            has_status=f"{resource.name}/status" in names,
            verbs=frozenset(resource.verbs),
            has_scale=f"{resource.name}/scale" in names,
            short_names=tuple(resource.short_names or ()),
        )
        for resource in listed.resources
        if "/" not in resource.name
    ]
