"""Autoscalers are followed for the sake of what they drive (verdicts.md 2.4, A5).

They are evidence, not objects of the app: where they cannot be read nothing is missing, and what
they do to replicas is then the controller's own claim, CONTESTED.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

from core.compare import Beside, Judgement, ScaleRange, scale_of
from core.compare.evidence.scaling import GROUP, KIND, SCALED
from core.model import Absent, FieldChange, FieldVerdict, Key, KindRef, Live, ObjectRef, Resource
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.state import UNREAD, AppState, ClusterState, is_settled

_KINDS: Final = (KindRef("autoscaling/v2", KIND), KindRef("autoscaling/v1", KIND))


def autoscaler_kind(served: Mapping[KindRef, Resource], kinds: Iterable[KindRef]) -> KindRef | None:
    """Choose the kind to read autoscalers by: the one that is followed anyway, else the newest.

    Args:
        served: What the cluster serves.
        kinds: What is followed for its own sake.

    Returns:
        None where nothing of *kinds* can be scaled, or no autoscaler is served.
    """
    kinds = tuple(kinds)
    if not any(kind in served and served[kind].has_scale for kind in kinds):
        return None
    stated = (kind for kind in sorted(kinds) if (kind.group, kind.kind) == (GROUP, KIND))
    return next(stated, None) or next((kind for kind in _KINDS if kind in served), None)


def choose_scaler(draft: Draft, name: str, kind: KindRef | None) -> None:
    """Read autoscalers by *kind* from now on, beginning with what is known of it."""
    cluster = draft.cluster(name)
    if kind == cluster.scaler:
        return
    draft.put_cluster(replace(cluster, scaler=kind))
    state = cluster.kinds.get(kind) if kind is not None else None
    _learn(draft, name, state.objects if state is not None else None)


def awaits_scaler(cluster: ClusterState, kind: KindRef) -> bool:
    """Tell whether an object of *kind* cannot be judged yet: who may scale it is not known."""
    resource = (cluster.resources or {}).get(kind)
    if cluster.scaler is None or resource is None or not resource.has_scale:
        return False
    return not is_settled(cluster, cluster.scaler)


def judged_beside(
    by: Callable[[Beside], Judgement], beside: Beside, app: AppState, ref: ObjectRef
) -> Judgement:
    """Judge one object, and once more where an autoscaler that Git states is to have its replicas.

    Args:
        by: Judges it, with what is known beside it.
        beside: What is known.
        app: Whose object it is.
        ref: Its identity.
    """
    found = by(beside)
    if beside.scale is None and drops_replicas(found.changes):
        found = by(replace(beside, scale=stated_scale(app, ref)))
    return found


def drops_replicas(changes: Iterable[FieldChange]) -> bool:
    """Tell whether a number of replicas is to go because Git no longer states one."""
    return any(
        change.path == "spec.replicas"
        and change.verdict is FieldVerdict.DRIFT
        and isinstance(change.git, Absent)
        for change in changes
    )


def stated_scale(app: AppState, ref: ObjectRef) -> ScaleRange | None:
    """Return the range of an autoscaler that Git states for an object, whether it is there yet.

    A commit can bring the autoscaler, and its kind, and give it the replicas at once: what counts
    is the document, for its canonical form may still wait for a schema.  Looked for only where Git
    dropped the number: there are many documents to look through.
    """
    for kind, documents in app.documents.items():
        if (kind.group, kind.kind) not in {(GROUP, KIND), SCALED}:
            continue
        for document in documents:
            namespace = document.namespace or app.spec.namespace or ref.namespace
            scaler = ObjectRef(kind.group, kind.kind, namespace, document.name)
            found = scale_of(Live("", "", document.body), scaler)
            if found is not None and found[0] == ref:
                return found[1]
    return None


def take_scales(
    draft: Draft, name: str, kind: KindRef, changes: Iterable[tuple[ObjectRef, Live | None]]
) -> None:
    """Learn from changed autoscalers; what they drive, or drove, is judged again."""
    cluster = draft.cluster(name)
    if kind != cluster.scaler:
        return
    scales = dict(cluster.scales)
    for ref, live in changes:
        mine = {
            driven: scale
            for driven, scale in scales.items()
            if (driven.namespace, scale.autoscaler) == (ref.namespace, ref.name)
        }
        found = scale_of(live, ref) if live is not None else None
        for driven in mine:
            del scales[driven]
        if found is not None:
            scales.setdefault(*found)
    _set(draft, name, scales)


def relist_scales(
    draft: Draft, before: ClusterState, kind: KindRef, objects: Mapping[ObjectRef, Live] | None
) -> None:
    """Learn from a complete listing; None: they cannot be read any more, so none is known.

    By what was known *before* of the cluster some objects may have waited for the first listing.
    """
    if kind != before.scaler:
        return
    name = before.view.spec.name
    _learn(draft, name, objects)
    if is_settled(before, kind):
        return
    draft.judge_all_again(
        key for key, row in draft.rows.items() if row.cluster == name and row.reason == UNREAD
    )


def _learn(draft: Draft, name: str, objects: Mapping[ObjectRef, Live] | None) -> None:
    scales: dict[ObjectRef, ScaleRange] = {}
    for ref in sorted(objects or {}):
        found = scale_of((objects or {})[ref], ref)
        if found is not None:
            scales.setdefault(*found)
    _set(draft, name, scales)


def _set(draft: Draft, name: str, scales: Mapping[ObjectRef, ScaleRange]) -> None:
    cluster = draft.cluster(name)
    before = cluster.scales
    if scales == before:
        return
    draft.put_cluster(replace(cluster, scales=scales))
    changed = {ref for ref in {*before, *scales} if before.get(ref) != scales.get(ref)}
    for app in draft.apps_of(name):
        for ref in sorted(changed & app.desired.keys()):
            key = Key(app.spec.name, ref)
            draft.doubt(key)  # made by another range
            draft.judge_again(key)
