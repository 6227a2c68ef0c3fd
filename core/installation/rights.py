"""Every right that the controller needs in one cluster, and what for.

The one list: roles are made of it, and `doctor` asks the server about each of its entries.  Nothing
in it escalates, binds, impersonates or executes; secrets are read where an app states some, and
deletion is for apps that prune, of kinds that are pruned without a person.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.cluster.following.admission import KINDS as ADMISSION
from core.cluster.following.definitions import DEFINITIONS
from core.compare import NEVER_EXTRA
from core.installation.kinds import BUILT_IN, Named, Served
from core.installation.uses import Use, Used
from core.reconcile.judging.protections import PROTECTED

READS: Final = ("get", "list", "watch")
_WRITES: Final = ("create", "patch")
_KEPT: Final = ("get", "list", "watch", "create", "update")  # inventories, by compare-and-swap
_SCALER: Final = ("autoscaling", "horizontalpodautoscalers")
_SECRETS: Final = ("", "secrets")
KEY: Final = "driftdeck-key"  # the Secret with the key of the digests of secrets
_LOOKED_AT: Final = tuple(  # whose changes tell that kinds came or went, or a dry-run may differ
    (kind.group, BUILT_IN[kind.group, kind.kind].plural) for kind in (*DEFINITIONS, *ADMISSION)
)
_OWN: Final = (  # of the controller in its own namespace: who leads, what it shows, what it tells
    (("coordination.k8s.io", "leases"), (*_KEPT, "patch", "delete")),
    (("", "configmaps"), (*_KEPT, "patch", "delete")),
    (("", "events"), _WRITES),
    (("events.k8s.io", "events"), _WRITES),
)


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """To do one thing with objects of one resource."""

    namespace: str  # "" is the whole cluster
    group: str
    plural: str
    verb: str
    name: str = ""  # "" is any
    app: str = ""  # which needs it; "" is driftdeck itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What the controller keeps beside its apps, in the cluster that it lives in."""

    namespace: str
    secrets: tuple[str, ...] = ()  # with kubeconfigs of other clusters


def rights_of(
    apps: Sequence[Used], kinds: Mapping[Named, Served], own: Own | None = None
) -> tuple[Right, ...]:
    """Tell every right that is needed in one cluster, in order.

    Args:
        apps: Of that cluster.
        kinds: Every kind that is known, for namespaces that apps own.
        own: The controller's own, where it lives.
    """
    found = {*_own(own)} if own is not None else set[Right]()
    found.update(_of_cluster(apps))
    secrets = any((use.group, use.served.plural) == _SECRETS for one in apps for use in one.uses)
    for used in apps:
        found.update(_of_app(used, kinds, secrets=secrets))
    return tuple(sorted(found))


def rights_of_itself(own: Own) -> tuple[Right, ...]:
    """Tell the rights that the controller needs in its cluster whatever its apps there are."""
    return tuple(sorted({*_own(own), *_to_look()}))


def _own(own: Own) -> Iterator[Right]:
    for (group, plural), verbs in _OWN:
        for verb in verbs:
            yield Right(own.namespace, group, plural, verb)
    for verb in ("get", "update"):
        yield Right(own.namespace, *_SECRETS, verb, KEY)
    for name in own.secrets:
        yield Right(own.namespace, *_SECRETS, "get", name)


def _to_look() -> Iterator[Right]:
    """What is asked of a cluster whatever the apps are: which one it is, and what it serves."""
    for group, plural in _LOOKED_AT:
        for verb in READS:
            yield Right("", group, plural, verb)
    yield Right("", "", "namespaces", "get", "kube-system")


def _of_cluster(apps: Sequence[Used]) -> Iterator[Right]:
    if apps:
        yield from _to_look()
    for name in {used.keeps_in for used in apps}:
        yield Right("", "", "namespaces", "get", name)


def _of_app(used: Used, kinds: Mapping[Named, Served], *, secrets: bool) -> Iterator[Right]:
    name = used.spec.name
    for verb in _KEPT:
        yield Right(used.keeps_in, "", "configmaps", verb, app=name)
    for use in used.uses:
        for verb in _verbs(used, use):
            yield Right(use.namespace, use.group, use.served.plural, verb, app=name)
        if use.served.scaled:
            yield from _reads(use.namespace, *_SCALER, name)
    for namespace in used.spec.owns:
        for group, plural in _surveyed(kinds, secrets=secrets):
            yield from _reads(namespace, group, plural, name)


def _reads(namespace: str, group: str, plural: str, app: str) -> Iterator[Right]:
    for verb in READS:
        yield Right(namespace, group, plural, verb, app=app)


def _verbs(used: Used, use: Use) -> tuple[str, ...]:
    if not used.writes:
        return READS
    prunes = used.spec.prune and (use.group, use.kind) not in PROTECTED  # safety.md P3
    return (*READS, *_WRITES, *(("delete",) if prunes else ()))


def _surveyed(kinds: Mapping[Named, Served], *, secrets: bool) -> Iterable[tuple[str, str]]:
    """Every kind that may hold what Git lacks; secrets only where they are read anyway."""
    for (group, kind), served in kinds.items():
        readable = secrets or (group, served.plural) != _SECRETS
        if served.namespaced and readable and (group, kind) not in NEVER_EXTRA:
            yield group, served.plural
