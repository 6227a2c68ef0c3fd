"""The engine's mind: `step(state, input)` gives the next state and the effects to perform.

Nothing here waits, reads a clock or calls a server, so a recorded list of inputs replays exactly.
The engine (`core.engine`) is the body: it performs effects and feeds their results back.
"""

from dataclasses import replace
from itertools import islice
from typing import assert_never

from core.model import Desired, Key, Live, Plan, Verdict
from core.reconcile.acting import reverts, runs
from core.reconcile.acting.healing import permitted, ready
from core.reconcile.acting.plans import plan
from core.reconcile.acting.remedies import decided
from core.reconcile.judging import desired, live, refusals, surveys
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
from core.reconcile.memory.inventory import flush
from core.reconcile.memory.state import State, known

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
    for cluster in draft.table("clusters"):
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
            view = replace(draft.cluster(name).view, notice=problem)
            draft.set_cluster(name, view=view)
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
            runs.applied(draft, happened)
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
            if draft.value("writing"):
                draft.effects.append(MakeRevert(run, revert))
            else:
                refusal = happenings.Reverted(run, revert.app, "", runs.READ_ONLY, 4)
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
    """Judge what is dirty, a slice at a time; an app whose sides are not both known waits."""
    if not draft.table("dirty"):
        return
    judged = 0
    waiting: dict[Key, None] = {}
    able = {app.spec.name: known_enough(draft, app.spec.name) for app in draft.apps()}
    todo = dict(draft.table("dirty"))
    for position, key in enumerate(todo):
        if judged >= JUDGED_AT_ONCE:
            waiting.update(dict.fromkeys(islice(todo, position, None)))
            draft.effects.append(WakeAt(draft.now))
            break
        if not draft.app(key.app).shown:
            continue
        if able[key.app]:
            judge_key(draft, key)
            judged += 1
        else:
            waiting[key] = None
    table = draft.write("dirty")
    newly = dict.fromkeys(key for key in table if key not in todo)
    table.clear()
    table.update(waiting)
    table.update(newly)


def known_enough(draft: Draft, name: str) -> bool:
    """Tell whether objects of an app may be judged: each kind speaks for itself after that."""
    app = draft.app(name)
    cluster = draft.cluster(app.spec.cluster)
    return app.source is not None and cluster.resources is not None and app.inventory is not None


def whole_apps(draft: Draft) -> frozenset[str]:
    """Apps that are judged as a whole: nothing is pending, both sides are known."""
    pending = {key.app for key in draft.table("dirty")}
    return frozenset(
        app.spec.name
        for app in draft.apps()
        if app.spec.name not in pending and known(app, draft.cluster(app.spec.cluster))
    )


def _confirmed(draft: Draft, answer: happenings.Confirmed) -> None:
    call = draft.table("calls").get(answer.key)
    take_answer(draft, answer)
    if call is not None:
        runs.advance_all(draft)  # a step may have waited for this object


# Healing ----------------------------------------------------------------------------------------


def _heal(draft: Draft) -> None:
    """Start one run for each cluster with the drift that may be put right now."""
    whole = whole_apps(draft)
    if any(run.awaited is not None for run in draft.table("runs").values()):
        settled = frozenset(name for name in whole if not draft.app(name).confirming)
        reverts.sync_reverts(draft, settled)
    if not draft.table("candidates"):
        return
    whole = frozenset(name for name in whole if all_read(draft, draft.app(name).spec.cluster))
    chosen: dict[str, list[Key]] = {}
    under_way = runs.planned(draft)
    for key in tuple(draft.table("candidates")):
        if key in under_way:
            continue  # looked at again when its run is over
        row = draft.row(key)
        app = draft.app(key.app)
        if row is None or not permitted(app, row):
            if row is None or not row.confirming:
                draft.drop("candidates", key)
        elif key.app in whole and key not in draft.table("calls") and ready(draft, row):
            chosen.setdefault(row.cluster, []).append(key)
            draft.drop("candidates", key)
    for keys in chosen.values():
        number = draft.value("auto_runs") - 1
        draft.put(auto_runs=number)  # negative: a person's runs count upwards
        runs.execute(draft, number, _plan(draft, keys), auto=True)


def _set_writing(draft: Draft, *, enabled: bool) -> None:
    draft.put(writing=enabled)
    if enabled:
        for app in draft.apps():
            flush(draft, app.spec.name)  # what was learnt while nothing might be written


def _set_heal(draft: Draft, apps: frozenset[str], *, enabled: bool) -> None:
    for name in apps:
        draft.set_app(name, healing=enabled)
    if enabled:
        _set_writing(draft, enabled=True)
        for key, row in draft.table("rows").items():
            if key.app in apps and permitted(draft.app(key.app), row):
                draft.write("candidates")[key] = None
    else:
        for key in tuple(draft.table("candidates")):
            if key.app in apps:
                draft.drop("candidates", key)


def _wake(draft: Draft) -> None:
    """Time passed: look again at what was held."""
    refusals.wake(draft)
    runs.advance_all(draft)
    for key, held in tuple(draft.table("holds").items()):
        if held.until <= draft.now:
            row = draft.row(key)
            draft.dirty(key)
            if row is not None and permitted(draft.app(key.app), row):
                draft.write("candidates")[key] = None


# Plans and explanations -------------------------------------------------------------------------


def _plan(draft: Draft, keys: frozenset[Key] | list[Key]) -> Plan:
    rows = [row for key in keys if (row := draft.row(key)) is not None and not row.calling]
    sources = {app.spec.name: app.source for app in draft.apps()}
    made = plan(
        rows,
        revisions={name: read.revision.id for name, read in sources.items() if read},
        records={app.spec.name: app.inventory_problem for app in draft.apps()},
        claims=claims_of(draft.apps()),
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
    if _stamp(found, current) != (row.digest, row.resource_version):
        return
    cluster, revision = app.spec.cluster, app.source.revision.id
    entry = (app.inventory or {}).get(key.ref)
    applied = entry is not None and bool(entry.uid) and row.digest in {"", entry.digest}
    look_up = LookUp(
        cluster, key, row.kind, found, current, row.changes, revision, applied, row.actor
    )
    draft.effects.append(look_up)


def _explained(draft: Draft, done: happenings.Explained) -> None:
    row = draft.row(done.key)
    stamp = _stamp(done.desired, done.live)
    if row is None or (row.digest, row.resource_version) != stamp:
        return  # the object moved on meanwhile
    by_path = {change.path: change for change in done.changes}
    merged = tuple(
        replace(change, actor=found.actor, origin=found.origin, detail=found.detail)
        if (found := by_path.get(change.path)) is not None
        else change
        for change in row.changes
    )
    row = replace(row, changes=merged, origin=done.origin, actor=done.actor or row.actor)
    draft.set_row(done.key, replace(row, explained=True))


def _stamp(desired: Desired | None, live: Live | None) -> tuple[str, str]:
    """Say what a row was made from, as the row itself does."""
    digest = desired.digest if desired is not None else ""
    return digest, live.resource_version if live is not None else ""
