"""The steps of a plan that prune: which objects, in which order, and what guards say of them."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from core.model import Blocked, Clearance, Guard, Key, Live, Plan, Step, Verb, stopping
from core.model.requests import Delete
from core.reconcile.acting.plans import stage_of
from core.reconcile.acting.prune.facts import cleared, going, guards_of
from core.reconcile.judging.extras import live_of
from core.reconcile.memory.draft import Draft
from core.remedy import deletion


def with_prunes(draft: Draft, made: Plan, keys: Collection[Key]) -> Plan:
    """Return *made* with deletes of those of *keys* that Git dropped, and what guards say."""
    dropped = [key for key in keys if key in draft.tally(key.app).dropped]
    cluster = made.cluster or next((draft.app(key.app).spec.cluster for key in sorted(dropped)), "")
    chosen = [key for key in dropped if draft.app(key.app).spec.cluster == cluster]
    apps = sorted({key.app for key in chosen})
    guards = {name: guards_of(draft, name) for name in apps if going(draft, name)}
    steps = in_order(step for name in apps for step in _steps(draft, name, chosen, guards))
    read = {name: draft.app(name).source for name in apps}
    revisions = {name: source.revision.id for name, source in read.items() if source is not None}
    return replace(
        made,
        cluster=cluster,
        steps=(*made.steps, *steps),
        revisions={**made.revisions, **revisions},
        guards=guards,
        place=draft.cluster(cluster).view.called if cluster else made.place,
    )


def in_order(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Put deletes into their order: contents before containers, the reverse of applies."""
    return tuple(sorted(steps, key=lambda step: (-stage_of(step.kind), step.key)))


def prunes_of(plan: Plan) -> tuple[Step, ...]:
    """Return the steps that prune and can be done."""
    return tuple(step for step in plan.runnable if step.verb is Verb.PRUNE)


def _steps(
    draft: Draft, name: str, chosen: Iterable[Key], guards: dict[str, tuple[Clearance, ...]]
) -> Iterator[Step]:
    said = cleared(draft, name)
    block = stopping(guards.get(name, ()), confirmed=True)
    stopped = str(block) if block is not None and not block.pending else ""
    cluster = draft.cluster(draft.app(name).spec.cluster)
    for key in chosen:
        row, found = draft.row(key), live_of(cluster, key.ref)
        if key.app != name or row is None or row.stamp is None or found is None or row.calling:
            continue
        own = said.get(key)
        problem = str(own) if isinstance(own, Blocked) else stopped
        kind, live = found
        requests = () if problem else (deletion(key.ref, kind, live),)
        yield Step(key, kind, Verb.PRUNE, row.stamp, problem=problem, requests=requests)


def still_stands(draft: Draft, step: Step) -> bool:
    """Tell whether an object that is to go is what it was, its status apart, and still dropped."""
    app = draft.app(step.key.app)
    found = live_of(draft.cluster(app.spec.cluster), step.key.ref)
    if found is None or step.key not in draft.tally(step.key.app).dropped:
        return False
    return all(isinstance(each, Delete) and is_as_planned(each, found[1]) for each in step.requests)


def is_as_planned(planned: Delete, live: Live) -> bool:
    """Tell whether nobody but the server itself changed an object since its delete was planned."""
    now = deletion(planned.ref, planned.kind, live)
    same = now.inverse == planned.inverse
    return same and getattr(planned.on, "uid", None) == live.uid


def unclaimed(draft: Draft, key: Key) -> Clearance | None:
    """Say which other app of the cluster states an object, if one does (P4)."""
    app = draft.app(key.app)
    for other in draft.apps_of(app.spec.cluster):
        if other.spec.name != key.app and key.ref in other.stated:
            return Blocked(Guard.UNCLAIMED, f"app {other.spec.name} states it")
    return None
