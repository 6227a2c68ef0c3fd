"""The steps of a plan that prune: which objects, in which order, and what guards say of them."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Final

from core.model import Blocked, Clearance, Key, Plan, Step, Verb, stopping
from core.model.values import few
from core.reconcile.acting.order.gates import depths_of
from core.reconcile.acting.order.stages import staged_back
from core.reconcile.acting.prune.facts import cleared, going, guards_of, may_go
from core.reconcile.judging.extras import live_of
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.state import NOTHING_APPLIED
from core.reconcile.sides.waves import wave_of
from core.remedy import deletion

_NAMED_MAX: Final = 5


def with_prunes(
    draft: Draft, made: Plan, keys: Collection[Key], confirmed: Collection[Key] = ()
) -> Plan:
    """Return *made* with deletes of those of *keys* that Git dropped, and what guards say.

    What is protected is in it as what stays, unless a person *confirmed* it by its name.
    """
    dropped = [key for key in keys if key in draft.tally(key.app).dropped]
    cluster = made.cluster or next((draft.app(key.app).spec.cluster for key in sorted(dropped)), "")
    chosen = [key for key in dropped if draft.app(key.app).spec.cluster == cluster]
    apps = sorted({key.app for key in chosen})
    guards = {
        name: guards_of(draft, name, confirmed) for name in apps if going(draft, name, confirmed)
    }
    found = [step for name in apps for step in _steps(draft, name, chosen, guards, confirmed)]
    depths = depths_of(app.spec for app in draft.apps.values())
    steps = staged_back(found, depths, after=made.steps)
    read = {name: draft.app(name).source for name in apps}
    revisions = {name: source.revision.id for name, source in read.items() if source is not None}
    return replace(
        made,
        cluster=cluster,
        steps=(*made.steps, *steps),
        revisions={**made.revisions, **revisions},
        notes=(*made.notes, *(note for name in apps for note in _nowhere(draft, name))),
        guards=guards,
        place=draft.cluster(cluster).view.called if cluster else made.place,
    )


def _nowhere(draft: Draft, name: str) -> Iterator[str]:
    """Say of which objects only the record is left: they went while nobody looked.

    Whoever was killed between a delete and its record left such a row; so did who deleted by hand.
    """
    app = draft.app(name)
    cluster = draft.cluster(app.spec.cluster)
    rows = sorted((app.inventory or NOTHING_APPLIED).items())
    gone = [
        str(ref)
        for ref, row in rows
        if row.uid is not None and ref not in app.stated and live_of(cluster, ref) is None
    ]
    if gone:
        yield (
            f"app {name}: gone already, and on record still: {few(gone, _NAMED_MAX)};"
            " such a row stays, and permits nothing"
        )


def prunes_of(plan: Plan) -> tuple[Step, ...]:
    """Return the steps that prune and can be done."""
    return tuple(step for step in plan.runnable if step.verb is Verb.PRUNE)


def _steps(
    draft: Draft,
    name: str,
    chosen: Iterable[Key],
    guards: dict[str, tuple[Clearance, ...]],
    confirmed: Collection[Key],
) -> Iterator[Step]:
    said = cleared(draft, name, confirmed)
    block = stopping(guards.get(name, ()), confirmed=True)
    stopped = str(block) if block is not None and not block.pending else ""
    cluster = draft.cluster(draft.app(name).spec.cluster)
    for key in chosen:
        row, found = draft.row(key), live_of(cluster, key.ref)
        if key.app != name or row is None or row.stamp is None or found is None or row.calling:
            continue
        own = said.get(key)
        if own is None:  # no record has it any more, and nothing was concluded from that yet
            continue
        problem = stopped if may_go(own, confirmed=key in confirmed) else str(own)
        kind, live = found
        yield Step(
            key,
            kind,
            Verb.PRUNE,
            row.stamp,
            problem=problem,
            requests=() if problem else (deletion(key.ref, kind, live),),
            wave=wave_of(live.body),
            protected=own.words if isinstance(own, Blocked) and own.person else "",
        )
