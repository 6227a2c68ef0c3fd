"""Whether objects work: asked for those that a person looks at or waits for, and for no others."""

from collections.abc import Iterable

import msgspec

from core.health import Behind, behind, health_of
from core.model import Drift, Health, Healths, HealthState, JsonObject, Key, Live
from core.reconcile.judging.extras import live_of
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import Pods, ReadPods

_WORKS = frozenset({HealthState.CURRENT, HealthState.TERMINATING})


def examine(draft: Draft, request: int, keys: Iterable[Key], *, closely: bool) -> None:
    """Answer for those of the objects that are there; the pods of what does not work take longer.

    What we wrote and the cluster did not show yet has no health: what is known is how it was.
    """
    found: dict[Key, Health] = {}
    wanted: list[Pods] = []
    for key in sorted(keys):
        row = draft.row(key)
        read = _read(draft, row) if row is not None else None
        if row is None or read is None:
            continue
        found[key], pods = read
        if closely and pods is not None and found[key].state not in _WORKS:
            wanted.append(Pods(row.cluster, key, pods))
    if wanted:
        draft.effects.append(ReadPods(request, Healths(found), tuple(wanted)))
    else:
        draft.answer(request, Healths(found))


def _read(draft: Draft, row: Drift) -> tuple[Health, Behind | None] | None:
    if row.calling or draft.subject(row.key).awaited is not None:
        return Health(HealthState.IN_PROGRESS, "the cluster is yet to show what was written"), None
    cluster = draft.cluster(row.cluster)
    kind, live = live_of(cluster, row.key.ref) or (None, None)
    if kind is None or live is None:
        return None
    state = cluster.kinds.get(kind)
    if state is None or state.objects is None or row.key.ref not in state.objects:  # surveyed
        return Health(HealthState.UNKNOWN, "only its metadata is read"), None
    return _health(draft, row, live)


def _health(draft: Draft, row: Drift, live: Live) -> tuple[Health, Behind | None]:
    ref = row.key.ref
    body: JsonObject = msgspec.json.decode(live.body)
    return health_of(ref.group, ref.kind, body, now=draft.now), behind(ref.group, ref.kind, body)
