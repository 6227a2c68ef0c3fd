"""The live side of the state: what the clusters report."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from core.model import EventName, Key, KindRef, Live, Problem, Resource
from core.reconcile.judging.evidence.arrivals import note_arrival
from core.reconcile.judging.evidence.endings import watch_end
from core.reconcile.judging.evidence.observing import note_sighting
from core.reconcile.judging.evidence.refusals import forget_refusals
from core.reconcile.judging.evidence.scaling import relist_scales, take_scales
from core.reconcile.judging.extras import judge_owned, judge_owned_listing
from core.reconcile.judging.freezing import REPLACED, RESTORED, freeze
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.inputs import (
    ClusterFound,
    ClusterLost,
    ClusterNamed,
    KindListed,
    KindLost,
    LiveChanged,
    SchemaRead,
    WatchRepaired,
)
from core.reconcile.memory.state import (
    NOTHING_APPLIED,
    AppState,
    ClusterState,
    KindState,
    is_surveyed,
)
from core.reconcile.memory.tables import Map
from core.reconcile.sides.claims import all_read
from core.reconcile.sides.desired import note_stated, place_documents, replace_kind
from core.reconcile.sides.fences import refusals
from core.reconcile.sides.surveys import unseen, with_change
from core.reconcile.sides.twins import forget_server, refusal_of_twin, twins_of
from core.reconcile.sides.watched import follow_kinds

SEEN_STEP_S = 1.0  # finer steps of "live 2s ago" would only cost snapshots


def find_cluster(draft: Draft, found: ClusterFound) -> None:
    """Connected: discovery may have changed, everything else stays until it is listed again."""
    cluster = draft.cluster(found.cluster)
    same = cluster.resources == found.resources and cluster.namespace == _namespace(found)
    view = replace(
        cluster.view,
        context=found.context,
        server=_origin(found.server),
        version=found.version,
        connected=True,
        seen_at=draft.now,
        problem=None,
        user=found.user,
        uid=found.uid,
        short_kinds=cluster.view.short_kinds if same else _short_kinds(found.resources),
    )
    resources = cluster.resources if same else found.resources
    draft.put_cluster(
        replace(cluster, view=view, namespace=_namespace(found), resources=resources, synced=False)
    )
    first, *others = twins_of(draft, found.uid) or (draft.cluster(found.cluster),)
    for twin in others:
        lose_cluster(draft, refusal_of_twin(first, twin))
        forget_server(draft, twin.view.spec.name)
    if not draft.cluster(found.cluster).view.connected:
        return
    if not same:
        for app in draft.apps_of(found.cluster):
            changed = _changed_kinds(cluster.resources or {}, found.resources)
            kept = {doc: made for doc, made in app.canonical.items() if doc.kind not in changed}
            draft.put_app(replace(app, canonical=kept))
            place_documents(draft, app.spec.name)
            note_stated(draft, app.spec.name)
    if cluster.resources is not None and cluster.view.uid not in {"", found.uid}:
        freeze(draft, found.cluster, REPLACED)  # G7
    forget_refusals(draft, found.cluster)  # it may be another user who asks now
    follow_kinds(draft, found.cluster)


def rewind_cluster(draft: Draft, name: str) -> None:
    """The cluster forgot what it had told (F26): what follows is listed, and nothing healed."""
    if not draft.cluster(name).view.frozen:
        freeze(draft, name, RESTORED)
        follow_kinds(draft, name)


def _namespace(found: ClusterFound) -> str:
    return found.namespace or "default"


def _short_kinds(resources: Mapping[KindRef, Resource]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for kind, resource in resources.items():
        for short in resource.short_names:
            found.setdefault(short.lower(), set()).add(kind.kind.lower())
    return MappingProxyType({short: frozenset(kinds) for short, kinds in found.items()})


def _origin(server: str) -> str:
    """The address alone: paths of proxies can hold a token."""
    return "/".join(server.split("/", 3)[:3])


def _changed_kinds(
    before: Mapping[KindRef, Resource], after: Mapping[KindRef, Resource]
) -> set[KindRef]:
    return {kind for kind, resource in after.items() if before.get(kind) != resource}


def name_cluster(draft: Draft, named: ClusterNamed) -> None:
    """It can be called by its context and user, whether or not it answers."""
    cluster = draft.cluster(named.cluster)
    view = replace(cluster.view, context=named.context, user=named.user)
    draft.put_cluster(replace(cluster, view=view))


def ask_person(draft: Draft, name: str, words: str) -> None:
    """Tell what a credential plugin wants; until then nothing can be said about the cluster."""
    cluster = draft.cluster(name)
    draft.put_cluster(replace(cluster, view=replace(cluster.view, asks=words)))
    if words:
        draft.tell(EventName.CLUSTER_UNAVAILABLE, cluster=name, message=words)


def tell_repair(draft: Draft, repaired: WatchRepaired) -> None:
    """What a watch missed is put right by the listing that follows; that it did is told."""
    words = f"the watch of {repaired.kind.kind} had missed {repaired.count} object(s): listed again"
    draft.tell(EventName.CLUSTER_SYNCED, cluster=repaired.cluster, message=words)


def lose_cluster(draft: Draft, lost: ClusterLost) -> None:
    """Disconnected: rows stay as they are, nothing is concluded from silence."""
    cluster = draft.cluster(lost.cluster)
    before = cluster.view.problem
    if before is None or before.remedy is not lost.problem.remedy:  # an outage is told once
        words = lost.problem.words
        draft.tell(EventName.CLUSTER_UNAVAILABLE, cluster=lost.cluster, message=words)
    view = replace(cluster.view, connected=False, problem=lost.problem)
    draft.put_cluster(replace(cluster, view=view, synced=False))


def see_cluster(draft: Draft, name: str) -> None:
    """Note that the cluster is alive."""
    cluster = draft.cluster(name)
    if draft.now - cluster.view.seen_at >= SEEN_STEP_S:
        draft.put_cluster(replace(cluster, view=replace(cluster.view, seen_at=draft.now)))


def take_schema(draft: Draft, read: SchemaRead) -> None:
    """Judge the objects of a kind by its schema from now on."""
    cluster = draft.cluster(read.cluster)
    state = cluster.kinds.get(read.kind, KindState())
    if state.schema_read and state.schema is read.schema:
        return
    _set_kind(draft, cluster, read.kind, replace(state, schema=read.schema, schema_read=True))
    rows = draft.rows.items()
    made = [key for key, row in rows if (row.kind, row.cluster) == (read.kind, read.cluster)]
    for key in made:
        draft.doubt(key)  # made with another schema
    draft.judge_all_again(made)
    replace_kind(draft, read.cluster, read.kind)


def list_kind(draft: Draft, listed: KindListed) -> None:
    """Take a complete listing as one input; what is not in it is gone."""
    cluster = draft.cluster(listed.cluster)
    before = cluster.kinds.get(listed.kind, KindState())
    state = _with_listing(before, listed)
    _set_kind(draft, cluster, listed.kind, state)
    relist_scales(draft, cluster, listed.kind, state.objects)
    at, since = listed.at or draft.now, listed.since or cluster.view.seen_at
    for app in draft.apps_of(listed.cluster):
        if listed.beside and app.uses.namespaces(listed.kind).isdisjoint(listed.namespaces or ()):
            continue
        for key in _keys_of(app, listed.kind):
            if listed.beside and key.ref.namespace not in (listed.namespaces or ()):
                continue
            if key.ref.namespace in listed.unread:
                _lose_sight(draft, key)
                continue
            old, live = before.objects_in(key.ref.namespace), listed.objects.get(key.ref)
            _overtake(draft, key, live)
            same = old is not None and old.get(key.ref) == live
            if (same or _is_on_its_way(draft, key, live)) and not _began_later(draft, key, listed):
                continue  # it does not show a write that we still wait for, either
            _see_our_write(draft, key)
            if old is not None and not same:
                note_sighting(draft, key, old.get(key.ref), live, at=at, since=since)
            draft.judge_again(key)
    known = None if listed.beside else before.objects
    judge_owned_listing(draft, listed.cluster, listed.kind, known or {}, listed.objects)
    see_cluster(draft, listed.cluster)


def _with_listing(before: KindState, listed: KindListed) -> KindState:
    """Return what is known of a kind with a listing, which may say nothing of what was known."""
    if not listed.beside or before.objects is None or before.namespaces is None:
        objects, namespaces = Map(listed.objects), listed.namespaces
    else:
        objects = before.objects.update(listed.objects)
        namespaces = before.namespaces | (listed.namespaces or frozenset())
    unread = listed.unread
    return replace(before, objects=objects, problem=None, unread=unread, namespaces=namespaces)


def lose_kind(draft: Draft, lost: KindLost) -> None:
    """One kind cannot be read: its objects are UNKNOWN, all others go on."""
    cluster = draft.cluster(lost.cluster)
    state = cluster.kinds.get(lost.kind, KindState())
    changed = KindState(state.schema, schema_read=True, problem=lost.problem)
    _set_kind(draft, cluster, lost.kind, changed)
    relist_scales(draft, cluster, lost.kind, None)
    if not state.schema_read:
        replace_kind(draft, lost.cluster, lost.kind)
    for app in draft.apps_of(lost.cluster):
        for key in _keys_of(app, lost.kind):
            _lose_sight(draft, key)
    judge_owned_listing(draft, lost.cluster, lost.kind, state.objects or {}, {})


def _lose_sight(draft: Draft, key: Key) -> None:
    note_sighting(draft, key, None, None)  # what comes next cannot be held against it
    draft.judge_again(key)


def change_live(draft: Draft, changed: LiveChanged) -> None:
    """Take watch events in; only the store changes here, the judgement follows."""
    cluster = draft.cluster(changed.cluster)
    state = cluster.kinds.get(changed.kind)
    if state is None or state.objects is None:
        return
    objects = state.objects
    for ref, live in changed.changes:
        before = objects.get(ref)
        objects = with_change(objects, ref, live)
        for app in draft.apps_of(changed.cluster):
            if ref in app.desired or ref in (app.inventory or {}):
                key = Key(app.spec.name, ref)
                watch_end(draft, key, before, live)
                note_sighting(draft, key, before, live, at=changed.at or draft.now)
                note_arrival(draft, key, changed.at or draft.now)
                _note(draft, key, live)
    _set_kind(draft, cluster, changed.kind, replace(state, objects=objects))
    take_scales(draft, changed.cluster, changed.kind, changed.changes)
    judge_owned(draft, changed.cluster, [ref for ref, _ in changed.changes])
    see_cluster(draft, changed.cluster)


def _note(draft: Draft, key: Key, live: Live | None) -> None:
    subject, version = draft.subject(key), _version(live)
    call = subject.call
    if call is not None:
        draft.put(replace(subject, call=replace(call, seen=(*call.seen, version))))
    awaited = subject.awaited
    if version is None or (awaited is not None and awaited.version == version):
        _see_our_write(draft, key)
    draft.judge_again(key)


def _overtake(draft: Draft, key: Key, live: Live | None) -> None:
    """Remember for the call in flight that the watch goes on from another version than its own.

    A write is for one version and no other, so any other one is as new as what it writes, or newer,
    but for those that the write itself makes on its way: then the watch brings what it wrote.
    """
    subject = draft.subject(key)
    call = subject.call
    if call is not None and _version(call.live) != _version(live):
        draft.put(replace(subject, call=replace(call, listed=(*call.listed, _version(live)))))


def _began_later(draft: Draft, key: Key, listed: KindListed) -> bool:
    """Tell whether a listing was asked for after our own write had ended, and so shows it (R6)."""
    awaited = draft.subject(key).awaited
    began = listed.began.get(key.ref.namespace, listed.began.get("", 0.0))
    return awaited is not None and awaited.at < began <= draft.now  # later: a clock set back


def _is_on_its_way(draft: Draft, key: Key, live: Live | None) -> bool:
    """Tell whether an object is as the first part of our own write left it."""
    awaited = draft.subject(key).awaited
    return awaited is not None and _version(live) in awaited.between


def _version(live: Live | None) -> str | None:
    return live.resource_version if live is not None else None


def _see_our_write(draft: Draft, key: Key) -> None:
    """What the cluster shows now is as new as our own last write, or newer."""
    subject = draft.subject(key)
    if subject.awaited is not None:
        draft.put(replace(subject, awaited=None))


def _keys_of(app: AppState, kind: KindRef) -> Iterator[Key]:
    """Yield the objects of a kind that an app states or applied once."""
    inventory = app.inventory or NOTHING_APPLIED
    for ref in (*app.desired, *sorted(ref for ref in inventory if ref not in app.desired)):
        if (ref.group, ref.kind) == (kind.group, kind.kind):
            yield Key(app.spec.name, ref)


def _set_kind(draft: Draft, cluster: ClusterState, kind: KindRef, state: KindState) -> None:
    draft.put_cluster(replace(cluster, kinds={**cluster.kinds, kind: state}))


def say_synced(draft: Draft, name: str) -> None:
    """Say once per connection that every kind which the apps use was listed."""
    cluster = draft.cluster(name)
    if cluster.synced or not cluster.view.connected or cluster.following is None:
        return
    if not all_read(draft.apps_of(name)):
        return  # which kinds they use is not known yet
    scaler = cluster.scaler
    states = [cluster.kinds.get(kind) for kind in cluster.following.kinds]
    listed = all(
        state is not None and (state.objects is not None or state.problem) for state in states
    )
    if listed and is_surveyed(cluster, cluster.following.owned):
        draft.put_cluster(replace(cluster, synced=True))
        stated = {kind for app in draft.apps_of(name) for kind in app.documents}
        asked = (kind for kind in cluster.following.kinds if kind in stated or kind != scaler)
        found = (problem for kind in asked for problem in _problems(cluster.kinds[kind]))
        problems = sorted({problem.words for problem in found})
        problems += unseen(cluster, cluster.following.owned)
        problems += (each for app in draft.apps_of(name) if app.shown for each in refusals(app))
        problems += cluster.view.notices
        draft.tell(EventName.CLUSTER_SYNCED, cluster=name, message="; ".join(problems))


def _problems(kind: KindState) -> Iterator[Problem]:
    yield from (kind.problem,) if kind.problem is not None else ()
    yield from kind.unread.values()
