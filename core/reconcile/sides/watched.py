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
    applied: set[tuple[str, str]] = set()
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
        if not app.shown:
            continue
        coming = tuple(_restated(draft, app))
        stated = {*app.documents, *(document.kind for document in coming)}
        kinds.update(k for k in stated if k in cluster.resources)
        namespaces |= app.uses.namespaces
        namespaces.update(document.namespace or app.uses.default for document in coming)
        applied |= app.uses.applied
        owned.update(app.spec.owns)
    kinds.update(_tracked_kinds(applied, cluster, kinds))
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
        lacking = app.uses.applied - stated
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


def _with_uses(draft: Draft, app: AppState, cluster: ClusterState) -> AppState:
    uses = app.uses.of(app.documents, app.inventory, namespace_of(app, cluster))
    return app if uses is app.uses else draft.put_app(replace(app, uses=uses))


def _tracked_kinds(
    applied: set[tuple[str, str]], cluster: ClusterState, known: set[KindRef]
) -> Iterable[KindRef]:
    """Kinds that Git no longer has, at any version the cluster serves: they may be EXTRA."""
    lacking = applied - {(kind.group, kind.kind) for kind in known}
    for kind in cluster.resources or {}:
        if (kind.group, kind.kind) in lacking:
            lacking.discard((kind.group, kind.kind))
            yield kind
