"""Whether an object that is to go still is the one that was to go, and nobody else's."""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Final, TypeAlias

import msgspec

from core.model import Blocked, Guard, Key, Live, ObjectRef, Step, Verb
from core.model.requests import Delete
from core.reconcile.judging.extras import live_of
from core.reconcile.judging.protections import clearance, kept_by
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.state import ClusterState, inventory_namespace
from core.remedy import deletion

Inside: TypeAlias = Callable[[ObjectRef], bool]  # whether an object goes with another one

_RECORD: Final = ("", "ConfigMap")


def still_stands(draft: Draft, step: Step) -> bool:
    """Tell whether an object that is to go is what it was, its status apart, and still dropped."""
    app = draft.app(step.key.app)
    found = live_of(draft.cluster(app.spec.cluster), step.key.ref)
    if found is None or step.key not in draft.tally(step.key.app).dropped:
        return False
    return all(isinstance(each, Delete) and is_as_planned(each, found[1]) for each in step.requests)


def is_gone(draft: Draft, step: Step) -> bool:
    """Tell whether somebody deleted what a step was to delete: where it was listed it is not."""
    state = draft.cluster(draft.app(step.key.app).spec.cluster).kinds.get(step.kind)
    objects = state.objects_in(step.key.ref.namespace) if state is not None else None
    return step.verb is Verb.PRUNE and objects is not None and step.key.ref not in objects


def is_as_planned(planned: Delete, live: Live) -> bool:
    """Tell whether nobody but the server itself changed an object since its delete was planned."""
    now = deletion(planned.ref, planned.kind, live)
    same = now.inverse == planned.inverse
    return same and getattr(planned.on, "uid", None) == live.uid


def unclaimed(draft: Draft, key: Key) -> Blocked | None:
    """Say which other app of the cluster states an object, if one does (P4)."""
    app = draft.app(key.app)
    for other in draft.apps_of(app.spec.cluster):
        if other.spec.name != key.app and key.ref in other.stated:
            return Blocked(Guard.UNCLAIMED, f"app {other.spec.name} states it")
    return None


def holding(draft: Draft, key: Key, live: Live, confirmed: Collection[Key]) -> Blocked | None:
    """Say what keeps an object with which others go, like a namespace, though it is confirmed."""
    inside = _inside(key.ref, live)
    if inside is None:
        return None
    app = draft.app(key.app)
    cluster = draft.cluster(app.spec.cluster)
    for other in draft.apps_of(app.spec.cluster):
        needed = min(filter(inside, other.stated), default=None)
        if needed is not None:
            words = f"{needed} would go with it, which app {other.spec.name} states"
            return Blocked(Guard.UNCLAIMED, words)
        if other.inventory and inside(ObjectRef(*_RECORD, inventory_namespace(other, cluster), "")):
            words = f"the record of what app {other.spec.name} applied is in it"
            return Blocked(Guard.UNCLAIMED, f"{words}; `inventory_namespace` moves it")
    for each in sorted(draft.tally(key.app).dropped):
        found = live_of(cluster, each.ref) if inside(each.ref) else None
        row = app.applied(each.ref)
        if found is not None and row is not None:
            said = clearance(each.ref, row.uid, found[1])
            if isinstance(said, Blocked) and not (said.person and each in confirmed):
                return replace(
                    said, words=f"{each.ref} would go with it: {said.words}", person=False
                )
    return _kept(cluster, inside)


def _kept(cluster: ClusterState, inside: Inside) -> Blocked | None:
    """Find what an annotation keeps, among all that is seen of what would go."""
    for state in cluster.kinds.values():
        for ref, live in (state.objects or {}).items():
            kept = _annotation(live) if inside(ref) else ""
            if kept:
                return Blocked(Guard.NOT_PROTECTED, f"{ref} would go with it: {kept}")
    return None


def _annotation(live: Live) -> str:
    try:
        return kept_by(live)
    except msgspec.MsgspecError:
        return "its metadata cannot be read"


class _Names(msgspec.Struct):
    kind: str = ""


class _Definition(msgspec.Struct):
    group: str = ""
    names: _Names = msgspec.field(default_factory=_Names)


class _Defining(msgspec.Struct):
    spec: _Definition = msgspec.field(default_factory=_Definition)


def _inside(ref: ObjectRef, live: Live) -> Inside | None:
    """Return how to tell whether another object goes with this one; None: none does."""
    if (ref.group, ref.kind) == ("", "Namespace"):
        return lambda other: other.namespace == ref.name
    if (ref.group, ref.kind) == ("apiextensions.k8s.io", "CustomResourceDefinition"):
        made = msgspec.json.decode(live.body, type=_Defining).spec
        return lambda other: (other.group, other.kind) == (made.group, made.names.kind)
    return None
