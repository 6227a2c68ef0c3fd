"""What a controller tells of itself: a snapshot, and what it remembers of those before, in short.

Nothing here holds a value of a field, be it secret or not: paths, names, and words alone.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from core.clean import clean
from core.cli.output.forms import time_text
from core.model import (
    DRIFT_VERDICTS,
    AppView,
    Drift,
    Event,
    EventName,
    Held,
    KindRef,
    ObjectRef,
    Pause,
    Snapshot,
    Verdict,
    newer,
)
from core.model.controllers.status import (
    AppTold,
    FightTold,
    HeldTold,
    Named,
    ObjectTold,
    OldestTold,
    PauseTold,
    ProblemTold,
    Status,
    Wrote,
)
from core.model.journal import Ending
from core.model.sources.remotes import anonymous
from core.telling import objects
from core.telling.verdicts import RANKS

WRITES_KEPT: Final = 200
OBJECTS_KEPT: Final = 50  # of an app, worst first
PAUSES_KEPT: Final = 50
ROWS_AT_ONCE: Final = 5_000  # looked at in 5 ms
CELLS: Final = 400  # of words
_BY: Final = "standing permission"
_WRITES: Final[Mapping[EventName, Ending]] = {
    EventName.HEALED: Ending.DONE,
    EventName.HEAL_FAILED: Ending.REFUSED,
    EventName.SYNCED: Ending.DONE,
    EventName.SYNC_FAILED: Ending.REFUSED,
    EventName.TAKEN_OVER: Ending.DONE,
    EventName.PRUNED: Ending.DONE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Who tells."""

    version: str
    started: float  # seconds since the epoch
    holder: str = ""  # as its Lease names it
    shard: int | None = None
    shards: int = 1


@dataclass(frozen=True, slots=True)
class Memory:
    """What was written, also by who told before us."""

    seen: int = 0  # the number of the newest event
    journal: tuple[Wrote, ...] = ()
    heals: Mapping[str, Wrote] = field(default_factory=dict)  # the last one by app
    syncs: Mapping[str, Wrote] = field(default_factory=dict)


def recalled(status: Status, memory: Memory) -> Memory:
    """Go on with what the summary says that stood there before."""
    heals = {app.name: app.last_heal for app in status.apps if app.last_heal is not None}
    syncs = {app.name: app.last_sync for app in status.apps if app.last_sync is not None}
    return replace(
        memory,
        journal=tuple(dict.fromkeys((*status.journal, *memory.journal)))[-WRITES_KEPT:],
        heals={**heals, **memory.heals},
        syncs={**syncs, **memory.syncs},
    )


def remembered(memory: Memory, events: Sequence[Event]) -> Memory:
    """Keep the writes among the events that are newer than those that were looked at before."""
    new, _ = newer(events, memory.seen)
    if not new:
        return memory
    done = [_wrote(event) for event in new if event.name in _WRITES]
    heals = {each.app: each for each in done if each.verb == EventName.HEALED}
    syncs = {each.app: each for each in done if each.verb == EventName.SYNCED}
    return Memory(
        new[-1].sequence,
        (*memory.journal, *done)[-WRITES_KEPT:],
        {**memory.heals, **heals},
        {**memory.syncs, **syncs},
    )


def _wrote(event: Event) -> Wrote:
    who = (change.actor.user or change.actor.manager for change in event.changes if change.actor)
    return Wrote(
        ts=time_text(event.time),
        verb=event.name.value,
        app=event.app,
        outcome=_WRITES[event.name].value,
        by=_BY,
        object=_named(event.kind, event.ref) if event.kind and event.ref else None,
        fields=tuple(_short(change.path) for change in event.changes),
        overruled=tuple(dict.fromkeys(_short(name) for name in who if name)),
        revision=event.revision or None,
        words=_short(event.message) or None,
    )


async def told_rows(snapshot: Snapshot) -> list[Drift]:
    """Pick the rows that are told of; of very many, some at a time, for others wait meanwhile."""
    found: list[Drift] = []
    for number, row in enumerate(snapshot.rows.values(), 1):
        if _is_told(row):
            found.append(row)
        if number % ROWS_AT_ONCE == 0:
            await asyncio.sleep(0)
    return found


def summary(
    snapshot: Snapshot, told: Iterable[Drift], memory: Memory, head: Head, names: frozenset[str]
) -> Status:
    """Sum up the apps of these *names*; when it is written is still to be said.

    *told* are the rows of the snapshot that are told of, be they of these apps or not.
    """
    uids = {cluster.spec.name: cluster.uid for cluster in snapshot.clusters}
    rows: dict[str, list[Drift]] = {name: [] for name in names}
    for row in told:
        if row.key.app in names:
            rows[row.key.app].append(row)
    views = [view for view in snapshot.apps if view.spec.name in names]
    return Status(
        holder=head.holder,
        version=head.version,
        started=time_text(head.started),
        shard=head.shard,
        shards=head.shards,
        healing=any(view.healing for view in snapshot.apps),
        apps=tuple(
            _app(view, rows[view.spec.name], memory, uids.get(view.spec.cluster, ""))
            for view in views
        ),
        journal=tuple(each for each in memory.journal if each.app in names),
    )


def _is_told(row: Drift) -> bool:
    return row.verdict is not Verdict.IN_SYNC or bool(row.fights)


def _app(view: AppView, rows: list[Drift], memory: Memory, uid: str) -> AppTold:
    spec, name = view.spec, view.spec.name
    rows = sorted(rows, key=lambda row: (RANKS[row.verdict], row.key))
    return AppTold(
        name=name,
        cluster=spec.cluster,
        cluster_uid=uid,
        repo=_short(anonymous(spec.repo)),
        path=spec.path.encode(errors="backslashreplace").decode(),
        revision=view.revision.id if view.revision is not None else None,
        state=_state(view),
        complete=view.complete,
        counts={verdict.value: view.counts.get(verdict, 0) for verdict in Verdict},
        ignored=view.ignored,
        problem=_problem(view),
        healing=view.healing and spec.heal,
        held=_held(view.held),
        pauses=tuple(map(_pause, view.pauses[:PAUSES_KEPT])),
        last_heal=memory.heals.get(name),
        last_sync=memory.syncs.get(name),
        oldest=_oldest(rows),
        objects=tuple(_object(row, view.held) for row in rows[:OBJECTS_KEPT]),
    )


def _state(view: AppView) -> str:
    if not view.complete:
        return "unknown"
    drifted = any(view.counts.get(verdict) for verdict in DRIFT_VERDICTS)
    return "drifted" if drifted else "in_sync"


def _problem(view: AppView) -> ProblemTold | None:
    if view.problem is None:
        return None
    return ProblemTold(remedy=view.problem.remedy.value, words=_short(view.problem.words))


def _object(row: Drift, all_held: Held | None) -> ObjectTold:
    """Tell of one; what holds the whole app is told of that alone."""
    return ObjectTold(
        object=_named(row.kind, row.key.ref),
        verdict=row.verdict.value,
        cause=row.cause.value if row.cause is not None else None,
        since=time_text(row.since) if row.since else None,
        reason=_short(row.reason or row.problem) or None,
        held=_held(row.held if row.held != all_held else None),
        fights=tuple(
            FightTold(path=each.path, manager=each.manager, left=each.left) for each in row.fights
        ),
    )


def _oldest(rows: Iterable[Drift]) -> OldestTold | None:
    began = ((objects.began(row), row) for row in rows if row.verdict in DRIFT_VERDICTS)
    known = [(found[0], row) for found, row in began if found is not None]
    if not known:
        return None
    since, row = min(known, key=lambda each: each[0])
    return OldestTold(object=_named(row.kind, row.key.ref), since=time_text(since))


def _held(held: Held | None) -> HeldTold | None:
    if held is None:
        return None
    until = time_text(held.until) if held.until is not None else None
    return HeldTold(by=held.by.value, words=_short(held.words), until=until)


def _pause(pause: Pause) -> PauseTold:
    ref = pause.ref
    version = f"{ref.group}/*" if ref is not None and ref.group else "v1"  # nobody noted which
    return PauseTold(
        object=_named(KindRef(version, ref.kind), ref) if ref is not None else None,
        until=time_text(pause.until),
        reason=_short(pause.reason),
        author=_short(pause.author),
        since=time_text(pause.since),
    )


def _named(kind: KindRef, ref: ObjectRef) -> Named:
    return Named(
        api_version=kind.api_version, kind=kind.kind, namespace=ref.namespace or None, name=ref.name
    )


def _short(text: str) -> str:
    """Make words harmless, and a summary of them."""
    return clean(text, max_cells=CELLS)
