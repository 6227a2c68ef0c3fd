"""What is installed for: the apps of the settings as Git states them now, cluster by cluster."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from core.cluster import inquiry, known_place
from core.engine.comparing import Comparing
from core.errors import ProductError
from core.git import Repositories
from core.installation.kinds import BUILT_IN, Named, Served, defined, discovered
from core.installation.uses import Used, used_by
from core.manifests import Reader, Workers
from core.model import ClusterSpec, Problem, Remedy
from core.reconcile.memory.inputs import SourceRead
from core.settings.reading import Settings

DEFAULT: Final = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What the apps state, and why some do not say."""

    read: Mapping[str, SourceRead]  # by app
    problems: Mapping[str, Problem]  # of apps that could not be read

    @property
    def lacking(self) -> tuple[str, ...]:
        """What could not be read of apps that could."""
        return tuple(
            f"app {name}: {words}" for name, one in self.read.items() for words in one.problems
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wants:
    """What the apps of one cluster use of it."""

    cluster: ClusterSpec
    apps: tuple[Used, ...]
    kinds: Mapping[Named, Served]
    problem: Problem | None = None  # why the server did not say what it serves

    @property
    def unknown(self) -> tuple[str, ...]:
        """The kinds of which nobody knows the resource, with the app that states them."""
        return tuple(f"app {one.spec.name}: {kind}" for one in self.apps for kind in one.unknown)


async def sources_of(settings: Settings) -> Sources:
    """Read every app, as a comparison does: no cluster is asked."""
    repositories, reader = Repositories(settings.remotes), Reader(Workers())
    comparing = Comparing(repositories, reader, secrets.token_bytes(32))
    try:
        found = await asyncio.to_thread(lambda: [*comparing.sources(settings.apps)])
    finally:
        comparing.end()
    return Sources(
        read={spec.name: one for spec, one in found if not isinstance(one, Problem)},
        problems={spec.name: one for spec, one in found if isinstance(one, Problem)},
    )


def wants_of(
    cluster: ClusterSpec,
    settings: Settings,
    sources: Sources,
    namespace: str,
    served: Mapping[Named, Served] | None = None,
) -> Wants:
    """Tell what the apps of a cluster use.

    Args:
        cluster: The cluster.
        settings: The apps.
        sources: What they state.
        namespace: Of objects that name none, where the app does not say.
        served: What the server says that it serves, if it was asked.
    """
    apps = [one for one in settings.apps if one.cluster == cluster.name]
    documents = {
        spec.name: (*read.documents, *(document for document, _ in read.broken))
        for spec in apps
        if (read := sources.read.get(spec.name)) is not None
    }
    whole = (each for some in documents.values() for each in some if each.body)
    kinds = {**BUILT_IN, **defined(whole), **(served or {})}
    used = (used_by(spec, documents.get(spec.name, ()), kinds, namespace) for spec in apps)
    return Wants(cluster=cluster, apps=tuple(used), kinds=kinds)


async def wants_with_server(
    cluster: ClusterSpec, settings: Settings, sources: Sources, namespace: str
) -> Wants:
    """Do the same, and ask the server where there are kinds that nobody here knows."""
    found = wants_of(cluster, settings, sources, namespace)
    if not found.unknown and not any(one.spec.owns for one in found.apps):
        return found
    try:
        async with inquiry(cluster) as asked:
            served = discovered((await asked.resources()).values())
    except ProductError as error:
        return replace(found, problem=Problem(Remedy.WAIT, str(error)))
    return wants_of(cluster, settings, sources, namespace, served)


def namespaces_of(clusters: Sequence[ClusterSpec], pod: str) -> Mapping[str, str]:
    """Tell where objects go that name no namespace, in the controller as here; *pod* is its own."""
    return {
        one.name: pod if one.in_cluster else known_place(one).namespace or DEFAULT
        for one in clusters
    }
