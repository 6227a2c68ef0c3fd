"""What to watch: exactly the kinds and namespaces that the apps of a cluster use."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

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


def follow_kinds(draft: Draft, name: str) -> None:
    """Ask for exactly the kinds and namespaces that the apps of a cluster use."""
    cluster = draft.cluster(name)
    if cluster.resources is None:
        return
    kinds: set[KindRef] = set()
    namespaces: set[str] = set()
    owned: set[str] = set()
    for app in draft.apps_of(name):
        if app.source is None:
            continue
        if not app.inventory_asked:
            draft.put_app(replace(app, inventory_asked=True))
            place = (app.spec.name, inventory_namespace(app, cluster), home_of(app))
            names = frozenset(each.spec.name for each in draft.apps_of(name))
            claim = Claim(names - {app.spec.name}, app.stated)
            draft.effects.append(ReadInventory(name, *place, claim, draft.may_write(name)))
        if not app.shown:
            continue
        coming = tuple(_restated(draft, app))
        stated = {*app.documents, *(document.kind for document in coming)}
        kinds.update(k for k in stated if k in cluster.resources)
        namespaces.update(_namespaces(app, cluster, coming))
        kinds.update(_tracked_kinds(app, cluster, kinds))
        owned.update(app.spec.owns)
    _note_tracked(draft, name, kinds)
    scaler = autoscaler_kind(cluster.resources, kinds)
    kinds.update({scaler} if scaler is not None else ())
    others = surveyed_kinds(cluster.resources.values(), kinds) if owned else frozenset[KindRef]()
    wanted = Follow(name, frozenset(kinds), frozenset(namespaces | owned), others, frozenset(owned))
    if wanted != cluster.following:
        keep_wanted(draft, name, wanted)
        draft.put_cluster(replace(draft.cluster(name), following=wanted, synced=False))
        draft.effects.append(wanted)
    choose_scaler(draft, name, scaler)


def _note_tracked(draft: Draft, name: str, kinds: Iterable[KindRef]) -> None:
    """Remember which kinds each app needs for what it applied alone: they are waited for, too."""
    for app in draft.apps_of(name):
        stated = {(kind.group, kind.kind) for kind in app.documents}
        lacking = {(ref.group, ref.kind) for ref in app.inventory or {}} - stated
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


def _namespaces(
    app: AppState, cluster: ClusterState, coming: tuple[Document, ...]
) -> Iterable[str]:
    default = namespace_of(app, cluster)
    for documents in (*app.documents.values(), coming):
        for document in documents:
            yield document.namespace or default
    for ref in app.inventory or {}:
        if ref.namespace:
            yield ref.namespace


def _tracked_kinds(app: AppState, cluster: ClusterState, known: set[KindRef]) -> Iterable[KindRef]:
    """Kinds that Git no longer has, at any version the cluster serves: they may be EXTRA."""
    have = {(kind.group, kind.kind) for kind in known}
    lacking = {(ref.group, ref.kind) for ref in app.inventory or {}} - have
    for kind in cluster.resources or {}:
        if (kind.group, kind.kind) in lacking:
            lacking.discard((kind.group, kind.kind))
            yield kind
