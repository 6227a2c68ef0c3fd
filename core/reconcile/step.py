"""The engine's mind: `step(state, input)` gives the next state and the effects to perform.

Nothing here waits, reads a clock or calls a server, so a recorded list of inputs replays exactly.
The engine (`core.engine`) is the body: it performs effects and feeds their results back.
"""

from collections.abc import Iterator
from dataclasses import replace
from math import inf
from typing import assert_never

from core.model import Desired, Key, Live, Plan, Stamp, Verdict
from core.reconcile.acting import reverts, runs
from core.reconcile.acting.healing import permitted, ready
from core.reconcile.acting.plans import plan
from core.reconcile.acting.remedies import decided
from core.reconcile.acting.sending import take_applied
from core.reconcile.judging import desired, live, surveys
from core.reconcile.judging.claims import all_read, claims_of
from core.reconcile.judging.extras import live_of
from core.reconcile.judging.judging import judge_key, take_answer
from core.reconcile.memory import inputs as happenings
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import (
    CheckAccess,
    ComputeRevert,
    Effect,
    LookUp,
    MakeRevert,
    WakeAt,
)
from core.reconcile.memory.inputs import Input
from core.reconcile.memory.inventory import store
from core.reconcile.memory.phases import Waiting
from core.reconcile.memory.state import State, known
from core.reconcile.memory.subjects import Subject
from core.reconcile.memory.tables import NO_KEYS

JUDGED_AT_ONCE = 500  # objects a step: about 50 ms, so that keys and events are not held up


def step(state: State, happened: Input, *, now: float) -> tuple[State, tuple[Effect, ...]]:
    """Take one input into account.

    Args:
        state: All that is known so far.
        happened: What happened, or what a person asks.
        now: When, in seconds since the epoch.

    Returns:
        The next state and what to do next.  `now` comes back as `WakeAt` when judging goes on.
    """
    draft = Draft(state, now)
    _take(draft, happened)
    for cluster in tuple(draft.clusters):
        live.say_synced(draft, cluster)
    _judge_some(draft)
    _heal(draft)
    return draft.frozen(), tuple(draft.effects)


def _take(draft: Draft, happened: Input) -> None:  # noqa: C901, PLR0912, PLR0915 - one case each
    match happened:
        case happenings.SourceRead():
            desired.take_source(draft, happened)
        case happenings.HistoryRead():
            desired.take_history(draft, happened)
        case happenings.SourceLost():
            desired.lose_source(draft, happened)
        case happenings.ClusterFound():
            live.find_cluster(draft, happened)
        case happenings.ClusterLost():
            live.lose_cluster(draft, happened)
        case happenings.ClusterSeen(name):
            live.see_cluster(draft, name)
        case happenings.AuditLogRead(name, problem):
            cluster = draft.cluster(name)
            draft.put_cluster(replace(cluster, view=replace(cluster.view, notice=problem)))
        case happenings.SchemaRead():
            live.take_schema(draft, happened)
            runs.advance_all(draft)  # a step may have waited for this kind
        case happenings.KindListed():
            live.list_kind(draft, happened)
            runs.advance_all(draft)
        case happenings.KindLost():
            live.lose_kind(draft, happened)
        case happenings.LiveChanged():
            live.change_live(draft, happened)
        case happenings.SurveyListed():
            surveys.list_survey(draft, happened)
        case happenings.SurveyLost():
            surveys.lose_survey(draft, happened)
        case happenings.SurveyChanged():
            surveys.change_survey(draft, happened)
        case happenings.InventoryRead():
            runs.read_inventory(draft, happened)
            desired.follow(draft, draft.app(happened.app).spec.cluster)
        case happenings.InventoryWritten():
            runs.wrote_inventory(draft, happened)
        case happenings.Confirmed():
            _confirmed(draft, happened)
        case happenings.Applied():
            _applied(draft, happened)
        case happenings.Explained():
            _explained(draft, happened)
        case happenings.PlanPrepared(request, made):
            draft.answer(request, made)
        case happenings.RevertPrepared(request, made_revert):
            draft.answer(request, made_revert)
        case happenings.Reverted():
            reverts.reverted(draft, happened)
        case happenings.PreparePlan(request, keys):
            _prepare(draft, request, keys)
        case happenings.Execute(run, wanted):
            runs.execute(draft, run, wanted, auto=False)
        case happenings.PrepareRevert(request, app, commit):
            draft.effects.append(ComputeRevert(request, app, commit))
        case happenings.ExecuteRevert(run, revert):
            reverts.begin_revert(draft, run, revert.app)
            if draft.writing:
                draft.effects.append(MakeRevert(run, revert))
            else:
                refusal = happenings.Reverted(run, revert.app, "", runs.READ_ONLY)
                reverts.reverted(draft, refusal)
        case happenings.SetHeal(apps, enabled):
            _set_heal(draft, apps, enabled=enabled)
        case happenings.SetWriting(enabled):
            _set_writing(draft, enabled=enabled)
        case happenings.Explain(key):
            _explain(draft, key)
        case happenings.Refresh():
            desired.refresh(draft)
        case happenings.Tick():
            _wake(draft)
        case _:
            assert_never(happened)


# Judging ----------------------------------------------------------------------------------------


def _judge_some(draft: Draft) -> None:
    """Judge what stands in the queues, a slice at a time; each app gets its share of the slice.

    An app whose sides are not both known waits.
    """
    able = [name for name in tuple(draft.apps) if draft.queue(name) and known_enough(draft, name)]
    if not able:
        return
    share = max(1, JUDGED_AT_ONCE // len(able))
    for name in able:
        for key in draft.take(name, share):
            judge_key(draft, key)
    if any(draft.queue(name) for name in able):
        draft.effects.append(WakeAt(draft.now))


def known_enough(draft: Draft, name: str) -> bool:
    """Tell whether objects of an app may be judged: each kind speaks for itself after that."""
    app = draft.app(name)
    cluster = draft.cluster(app.spec.cluster)
    return app.source is not None and cluster.resources is not None and app.inventory is not None


def whole_apps(draft: Draft) -> frozenset[str]:
    """Apps that are judged as a whole: nothing is pending, both sides are known."""
    return frozenset(
        name
        for name, app in draft.apps.items()
        if not draft.queue(name) and known(app, draft.cluster(app.spec.cluster))
    )


def _confirmed(draft: Draft, answer: happenings.Confirmed) -> None:
    take_answer(draft, answer)
    runs.advance_all(draft)  # a step may have waited for this object


def _applied(draft: Draft, done: happenings.Applied) -> None:
    run = take_applied(draft, done)
    if run is not None:
        runs.advance(draft, run)


# Healing ----------------------------------------------------------------------------------------


def _heal(draft: Draft) -> None:
    """Start one run for each cluster with the drift that may be put right now."""
    waiting = any(isinstance(run.phase, Waiting) for run in draft.runs.values())
    if not waiting and not any(draft.candidates.values()):
        return
    whole = whole_apps(draft)
    if waiting:
        settled = frozenset(name for name in whole if not draft.tally(name).confirming)
        reverts.sync_reverts(draft, settled)
    chosen: dict[str, list[Key]] = {}
    for name in sorted(whole):
        cluster = draft.app(name).spec.cluster
        if all_read(draft, cluster):
            chosen.setdefault(cluster, []).extend(_chosen(draft, name))
    for keys in filter(None, chosen.values()):
        draft.auto_runs -= 1  # negative: a person's runs count upwards
        runs.execute(draft, draft.auto_runs, _plan(draft, keys), auto=True)


def _chosen(draft: Draft, name: str) -> Iterator[Key]:
    """Take those candidates of an app that may be healed now."""
    app = draft.app(name)
    for key in sorted(draft.candidates.get(name, NO_KEYS)):
        subject = draft.subject(key)
        row = subject.row
        if subject.planned is not None:
            continue  # looked at again when its run is over
        if row is None or not permitted(app, row):
            if row is None or not row.confirming:
                draft.withdraw(key)
        elif subject.call is None and ready(draft, row):
            draft.withdraw(key)
            yield key


def _set_writing(draft: Draft, *, enabled: bool) -> None:
    draft.writing = enabled
    if enabled:
        for name in tuple(draft.apps):
            store(draft, name)  # what was learnt while nothing might be written


def _set_heal(draft: Draft, apps: frozenset[str], *, enabled: bool) -> None:
    for name in sorted(apps):
        draft.put_app(replace(draft.app(name), healing=enabled))
        draft.candidates[name] = NO_KEYS
    if not enabled:
        return
    _set_writing(draft, enabled=True)
    for key, row in draft.rows.items():
        if key.app in apps and permitted(draft.app(key.app), row):
            draft.offer(key)


def _wake(draft: Draft) -> None:
    """Time passed: look again at what waited for it."""
    runs.advance_all(draft)
    due = sorted(key for key, at in draft.alarms.items() if at <= draft.now)
    for key in due:
        draft.alarms = draft.alarms.delete(key)
        subject = draft.subject(key)
        draft.judge_again(key)
        if subject.row is not None and permitted(draft.app(key.app), subject.row):
            draft.offer(key)
        for later in _untils(subject):
            if later > draft.now:
                draft.wake(key, later)


def _untils(subject: Subject) -> Iterator[float]:
    """Yield until when an object is left alone, for whatever reason."""
    if subject.hold is not None:
        yield subject.hold.until
    if subject.refusal is not None and subject.refusal.until < inf:
        yield subject.refusal.until


# Plans and explanations -------------------------------------------------------------------------


def _plan(draft: Draft, keys: frozenset[Key] | list[Key]) -> Plan:
    rows = [row for key in keys if (row := draft.row(key)) is not None and not row.calling]
    sources = {app.spec.name: app.source for app in draft.apps.values()}
    made = plan(
        rows,
        revisions={name: read.revision.id for name, read in sources.items() if read},
        records={app.spec.name: app.inventory_problem for app in draft.apps.values()},
        claims=claims_of(draft.apps.values()),
    )
    return decided(draft, made)


def _prepare(draft: Draft, request: int, keys: frozenset[Key]) -> None:
    made = _plan(draft, keys)
    if made.steps:
        served = dict(draft.cluster(made.cluster).resources or {})
        for app in draft.apps_of(made.cluster):
            served.update(app.promised)
        kinds = {step.kind for step in made.steps}
        resources = {kind: served[kind] for kind in kinds if kind in served}
        draft.effects.append(CheckAccess(request, made, resources))
    else:
        draft.answer(request, made)


def _explain(draft: Draft, key: Key) -> None:
    row = draft.row(key)
    app = draft.app(key.app)
    if row is None or row.explained or row.confirming or app.source is None:
        return
    if row.verdict is Verdict.UNKNOWN:
        return  # one side was not read, so nothing about it can be said
    found = app.desired.get(key.ref)
    _, current = live_of(draft.cluster(app.spec.cluster), key.ref) or (None, None)
    if row.stamp != _stamp(found, current):
        return
    cluster, revision = app.spec.cluster, app.source.revision.id
    entry = app.applied(key.ref)
    digest = found.digest if found is not None else None
    applied = entry is not None and entry.uid is not None and digest in {None, entry.digest}
    look_up = LookUp(
        cluster, key, row.kind, found, current, row.changes, revision, applied, row.actor
    )
    draft.effects.append(look_up)


def _explained(draft: Draft, done: happenings.Explained) -> None:
    row = draft.row(done.key)
    if row is None or row.stamp != _stamp(done.desired, done.live):
        return  # the object moved on meanwhile
    by_path = {change.path: change for change in done.changes}
    merged = tuple(
        replace(change, actor=found.actor, origin=found.origin, detail=found.detail)
        if (found := by_path.get(change.path)) is not None
        else change
        for change in row.changes
    )
    row = replace(row, changes=merged, origin=done.origin, actor=done.actor or row.actor)
    draft.put_row(done.key, replace(row, explained=True))


def _stamp(desired: Desired | None, live: Live | None) -> Stamp:
    """Say what a row was made from, as the row itself does."""
    digest = desired.digest if desired is not None else None
    return Stamp(digest) if live is None else Stamp(digest, live.resource_version, live.uid)
