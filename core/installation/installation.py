"""An installation put together: the objects in order, and what a person has to know or to do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from core.cluster import known_place
from core.installation.manifests import Part, parts_of
from core.installation.reading import Wants
from core.installation.rights import Own, Right, rights_of
from core.installation.settings import Home, PodSettings, secret_words
from core.installation.workload import NAME, Pod
from core.model.sources.remotes import Remote
from core.settings.reading import Settings

_API_PORTS: Final = frozenset({443, 6443})


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the user chose of it."""

    image: str
    replicas: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What is printed, and what is said about it."""

    parts: Sequence[Part]
    notes: tuple[str, ...]
    secrets: tuple[str, ...]  # how the user makes them


def installation_of(
    settings: Settings, given: PodSettings, home: Home, wants: Wants, choices: Choices
) -> Installation:
    """Put it together.

    Args:
        settings: What apps there are.
        given: The same, as the pod reads them.
        home: Where the controller is to live.
        wants: What the apps of that cluster use.
        choices: What the user chose.
    """
    pod = Pod(
        namespace=home.namespace,
        image=choices.image,
        replicas=choices.replicas,
        ports=_API_PORTS | _ports(settings),
    )
    own = Own(namespace=home.namespace, secrets=tuple(given.clusters))
    rights = rights_of(wants.apps, wants.kinds, own)
    stated = [name for one in wants.apps for name in one.stated if _is_granted_in(name, rights)]
    needed = sorted({one.namespace for one in rights} - {"", "default", home.namespace, *stated})
    notes = (
        *_notes(wants, home),
        *_needed(needed),
        *given.notes,
        *_elsewhere(settings, home),
        *settings.problems,
    )
    return Installation(
        parts=parts_of(pod, given, rights, stated),
        notes=notes,
        secrets=secret_words(given, home.namespace),
    )


def _is_granted_in(namespace: str, rights: Sequence[Right]) -> bool:
    return any(right.namespace == namespace for right in rights)


def _ports(settings: Settings) -> frozenset[int]:
    """Return the ports of all that the pod speaks to, as far as they are known here."""
    charts = [app.chart.remote for app in settings.apps if app.chart is not None]
    bases = [base for app in settings.apps for base in app.remote_bases]
    remotes: list[Remote] = [*settings.remotes, *charts, *bases]
    servers = (known_place(cluster).port for cluster in settings.clusters)
    return frozenset({*(one.address.port for one in remotes), *filter(None, servers)})


def _notes(wants: Wants, home: Home) -> Iterator[str]:
    account = f"the ServiceAccount {NAME} in namespace {home.namespace}"
    if wants.problem is not None and (wants.unknown or _owns(wants)):
        yield f"cluster {wants.cluster.name} did not say what it serves: {wants.problem.words}"
    for words in wants.unknown:
        yield (
            f"{words}: no definition of it lies in Git, so nobody here knows its resource, and no"
            " right to it is given; run this again where the cluster answers (--context)"
        )
    for used in wants.apps:
        name = used.spec.name
        for words in used.refused:
            yield f"app {name}: {words}; no right to it is given"
        if used.grants:
            yield (
                f"app {name} states rights ({', '.join(used.grants)}): the API server lets nobody"
                f" grant what he may not do himself, so a person gives {account} those rights, too,"
                " or applies these objects"
            )


def _needed(namespaces: Sequence[str]) -> Iterator[str]:
    if namespaces:
        yield f"no app states these namespaces, so they have to exist: {', '.join(namespaces)}"


def _owns(wants: Wants) -> bool:
    return any(used.spec.owns for used in wants.apps)


def _elsewhere(settings: Settings, home: Home) -> Iterator[str]:
    for cluster in settings.clusters:
        if cluster.name != home.cluster.name:
            yield (
                f"cluster {cluster.name}: its apps need rights there, of the user of its"
                " kubeconfig; driftdeck doctor --in-cluster says which are missing"
            )
