"""What to watch: exactly the kinds and namespaces that the apps of a cluster use."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeAlias

from core.model import Claim, Document, KindRef
from core.reconcile.judging.evidence.scaling import autoscaler_kind, choose_scaler
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import Follow, ReadInventory
from core.reconcile.memory.state import (
    AppState,
    ClusterState,
    home_of,
    inventory_namespace,
    namespace_of,
)
from core.reconcile.sides.fences import is_refused
from core.reconcile.sides.surveys import keep_wanted, surveyed_kinds

Places: TypeAlias = defaultdict[KindRef, set[str]]  # namespaces by kind
Applied: TypeAlias = defaultdict[tuple[str, str], set[str]]  # the same by group and kind


def follow_kinds(draft: Draft, name: str) -> None:
    """Ask for exactly the kinds that the apps of a cluster use, each in their namespaces alone."""
    cluster = draft.cluster(name)
    if cluster.resources is None:
        return
    places: Places = defaultdict(set)
    owned: set[str] = set()
    applied: Applied = defaultdict(set)
    for each in draft.apps_of(name):
        if each.source is None:
            continue
        app = _with_uses(draft, each, cluster) if each.shown else each
        if not app.inventory_asked:
            draft.put_app(replace(app, inventory_asked=True))
            place = (app.spec.name, inventory_namespace(app, cluster), home_of(app))
            names = frozenset(other.spec.name for other in draft.apps_of(name))
            claim = Claim(names - {app.spec.name}, app.stated)
            draft.effects.append(ReadInventory(name, *place, claim, draft.may_write(name)))
        if app.shown:
            _place_stated(draft, app, places)
            owned.update(app.spec.owns)
            for kind, namespaces in app.uses.applied.items():
                applied[kind] |= namespaces
    _place_applied(applied, cluster, places)
    _note_tracked(draft, name, places)
    scaler = _place_scaler(cluster, places)
    wanted = _wanted(cluster, name, places, owned)
    if wanted != cluster.following:
        keep_wanted(draft, name, wanted)
        draft.put_cluster(replace(draft.cluster(name), following=wanted, synced=False))
        draft.effects.append(wanted)
    choose_scaler(draft, name, scaler)


def follow_applied(draft: Draft, name: str) -> None:
    """Do the same for an app whose inventory was read, where that makes a difference."""
    app = draft.app(name)
    cluster = draft.cluster(app.spec.cluster)
    uses = app.uses.of(app.documents, app.inventory, namespace_of(app, cluster))
    if uses.applied != app.uses.applied:
        follow_kinds(draft, app.spec.cluster)


def _wanted(cluster: ClusterState, name: str, places: Places, owned: set[str]) -> Follow:
    resources = cluster.resources or {}
    kinds = frozenset(places)
    others = surveyed_kinds(resources.values(), kinds) if owned else frozenset[KindRef]()
    everywhere = frozenset(owned.union(*places.values()))
    within = {
        kind: some
        for kind, used in places.items()
        if resources[kind].namespaced and (some := frozenset(used | owned)) != everywhere
    }
    return Follow(name, kinds, everywhere, others, frozenset(owned), within)


def _note_tracked(draft: Draft, name: str, kinds: Iterable[KindRef]) -> None:
    """Remember which kinds each app needs for what it applied alone: they are waited for, too."""
    for app in draft.apps_of(name):
        lacking = app.uses.unstated
        if not lacking and not app.tracked:
            continue
        tracked = frozenset(kind for kind in kinds if (kind.group, kind.kind) in lacking)
        if tracked != app.tracked and app.shown:
            draft.put_app(replace(app, tracked=tracked))


def _restated(draft: Draft, app: AppState) -> Iterator[Document]:
    """Yield what reverts of an app restate that are being worked out: it must be seen live."""
    cluster = draft.cluster(app.spec.cluster)
    known = {**app.promised, **(cluster.resources or {})}
    for revert in draft.previews.values():
        if revert.app == app.spec.name:
            documents = (each for pair in revert.restated for each in pair if each)
            yield from (e for e in documents if not is_refused(app, cluster, e, known))


def _place_stated(draft: Draft, app: AppState, places: Places) -> None:
    """Add the kinds that Git states and the cluster serves, where it states them."""
    cluster = draft.cluster(app.spec.cluster)
    served = cluster.resources or {}
    for kind, namespaces in app.uses.stated.items():
        if kind in served:
            places[kind] |= namespaces
    for document in _restated(draft, app) if draft.previews else ():
        if document.kind in served:
            places[document.kind].add(document.namespace or app.uses.default)


def _with_uses(draft: Draft, app: AppState, cluster: ClusterState) -> AppState:
    uses = app.uses.of(app.documents, app.inventory, namespace_of(app, cluster))
    return app if uses is app.uses else draft.put_app(replace(app, uses=uses))


def _place_applied(applied: Applied, cluster: ClusterState, places: Places) -> None:
    """Add what was applied, at any version the cluster serves: what Git gave up may be EXTRA."""
    followed: defaultdict[tuple[str, str], list[KindRef]] = defaultdict(list)
    for kind in places:
        followed[kind.group, kind.kind].append(kind)
    lacking = applied.keys() - followed.keys()
    for kind in cluster.resources or {}:
        if (kind.group, kind.kind) in lacking:
            lacking.discard((kind.group, kind.kind))
            followed[kind.group, kind.kind].append(kind)
    for identity, namespaces in applied.items():
        for kind in followed[identity]:
            places[kind] |= namespaces


def _place_scaler(cluster: ClusterState, places: Places) -> KindRef | None:
    """Add the kind that autoscalers are read by, wherever there is something to scale."""
    resources = cluster.resources or {}
    scaler = autoscaler_kind(resources, places)
    if scaler is not None:
        scaled = [used for kind, used in places.items() if resources[kind].has_scale]
        places[scaler].update(*scaled)
    return scaler
