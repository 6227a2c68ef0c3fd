"""Carrying a plan out: record what will be applied, apply it stage by stage, record the answers.

A person's sync and the engine's own healing go the same way.  The record comes first, as a
superset, so that a crash can only leave too much in it, never too little.
"""

from dataclasses import replace
from itertools import chain

from core.model import FieldVerdict, Key, Plan, Run, Step, Verdict
from core.reconcile.acting.healing import hold, hold_unchanged, remember_heal
from core.reconcile.acting.plans import keys_of, stages
from core.reconcile.acting.remedies import requests_of
from core.reconcile.acting.standing import stands
from core.reconcile.judging.extras import mark_all
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import Apply, WakeAt
from core.reconcile.memory.inputs import Applied, InventoryRead, InventoryRow, InventoryWritten
from core.reconcile.memory.inventory import flush
from core.reconcile.memory.state import Call, RunState

OUTDATED = 6
RUNS_KEPT = 20
SERVED_WITHIN_S = 30.0  # a new definition: established, in discovery and listed (R14 asks for 25 s)


def execute(draft: Draft, number: int, wanted: Plan, *, auto: bool) -> None:
    """Begin a plan, if the world is still the one it was made for."""
    shown = Run(number, "sync", total=len(wanted.runnable))
    problems = () if auto else _objections(draft, wanted)
    if problems:
        code = 4 if problems == (READ_ONLY,) else OUTDATED
        finish(draft, replace(shown, problems=problems, finished=True, exit_code=code))
        return
    skipped = tuple(f"{step.key.ref}: {step.problem}" for step in wanted.steps if step.problem)
    if skipped:
        shown = replace(shown, problems=skipped, exit_code=4)
    start(draft, number, wanted, shown, auto=auto)


def start(draft: Draft, number: int, wanted: Plan, shown: Run, *, auto: bool) -> None:
    """Carry a plan out that nobody objects to."""
    draft.write("runs")[number] = RunState(
        shown, wanted, auto, stages=stages(wanted), apps=_apps(wanted)
    )
    _mark(draft, keys_of(wanted))
    _record_superset(draft, wanted)
    advance(draft, number)


READ_ONLY = "read-only: writing is not allowed in this session"


def _objections(draft: Draft, wanted: Plan) -> tuple[str, ...]:
    if not draft.value("writing"):
        return (READ_ONLY,)
    stale = [
        step
        for step in wanted.runnable
        if not (_is_coming(draft, wanted, step) or stands(draft, step))
    ]
    return tuple(f"{step.key.ref}: changed since the plan was made; look again" for step in stale)


def _is_coming(draft: Draft, plan: Plan, step: Step) -> bool:
    """Tell whether a step waits for its kind, which an earlier step of the plan defines.

    For the schema too, which the server publishes later than the kind: without it a null that Git
    states would not be sent.
    """
    app = draft.app(step.key.app)
    if (
        step.digest
        or app.source is None
        or plan.revisions.get(step.key.app) != app.source.revision.id
    ):
        return False
    kind = draft.cluster(app.spec.cluster).kinds.get(step.kind)
    if step.key.ref in app.unserved or kind is None:
        return True
    return kind.objects is None or kind.schema is None


def _apps(wanted: Plan) -> tuple[str, ...]:
    return tuple(sorted({step.key.app for step in wanted.runnable}))


def _mark(draft: Draft, keys: frozenset[Key]) -> None:
    for key in keys:
        row = draft.row(key)
        if row is not None:
            draft.set_row(key, replace(row, calling=True))


# The record -------------------------------------------------------------------------------------


def _record_superset(draft: Draft, wanted: Plan) -> None:
    new: dict[str, list[InventoryRow]] = {}
    for step in wanted.runnable:
        held = (draft.app(step.key.app).inventory or {}).get(step.key.ref)
        if held is None:
            new.setdefault(step.key.app, []).append(InventoryRow(step.key.ref, "", ""))
    for name, rows in new.items():
        app = draft.app(name)
        merged = {**(app.inventory or {}), **{row.ref: row for row in rows}}
        draft.set_app(name, inventory=merged)
        flush(draft, name)


def _recorded(draft: Draft, name: str) -> bool:
    app = draft.app(name)
    return app.recording is None and (app.inventory is app.recorded or bool(app.inventory_problem))


def read_inventory(draft: Draft, read: InventoryRead) -> None:
    """Learn what was applied earlier; causes and EXTRA objects follow from it."""
    rows = {row.ref: row for row in read.rows}
    draft.set_app(read.app, inventory=rows, recorded=rows, inventory_problem=read.problem)
    app = draft.app(read.app)
    for ref in {*app.desired, *rows}:
        draft.dirty(Key(read.app, ref))
    mark_all(draft, app.spec.cluster)


def wrote_inventory(draft: Draft, written: InventoryWritten) -> None:
    """A write of the record ended; what waits for it goes on."""
    app = draft.app(written.app)
    stored = app.recorded if written.problem else app.recording
    draft.set_app(written.app, recorded=stored, recording=None, inventory_problem=written.problem)
    if not written.problem:
        flush(draft, written.app)
    advance_all(draft)


# The calls --------------------------------------------------------------------------------------


def planned(draft: Draft) -> frozenset[Key]:
    """The objects that runs are still to act on."""
    return frozenset(
        step.key for run in draft.table("runs").values() for step in chain(run.todo, *run.stages)
    )


def advance_all(draft: Draft) -> None:
    """Do whatever any run can do now."""
    for number in tuple(draft.table("runs")):
        advance(draft, number)


def advance(draft: Draft, number: int) -> None:
    """Do whatever a run can do now."""
    run: RunState = draft.table("runs")[number]
    if run.awaited is not None:
        return
    if not run.began:
        if not all(_recorded(draft, name) for name in run.apps):
            return
        run = draft.set_run(number, began=True)
    while True:
        run = _send(draft, number)
        if run.todo or run.waiting:
            return
        if not run.stages:
            break
        draft.set_run(
            number,
            todo=run.stages[0],
            stages=run.stages[1:],
            patience_until=draft.now + SERVED_WITHIN_S,
        )
    for name in run.apps:
        flush(draft, name)
    if run.auto or all(_recorded(draft, name) for name in run.apps):
        draft.drop("runs", number)
        finish(draft, replace(run.shown, finished=True), quiet=run.auto)


def _send(draft: Draft, number: int) -> RunState:
    """Send the steps whose objects are free; the others go out when their call settles."""
    run: RunState = draft.table("runs")[number]
    patient = draft.now < run.patience_until
    coming = {step.key for step in run.todo if patient and _is_coming(draft, run.plan, step)}
    if coming:
        draft.effects.append(WakeAt(run.patience_until))
    calls = draft.table("calls")
    busy = [step for step in run.todo if step.key in calls or step.key in coming]
    free = [step for step in run.todo if step.key not in calls and step.key not in coming]
    sent: set[Key] = set()
    problems: list[str] = []
    for step in free:
        if not stands(draft, step):
            problems.append(f"{step.key.ref}: {_hindrance(draft, step)}; left as it is")
            _unmark(draft, step.key)
            continue
        _apply(draft, number, step)
        sent.add(step.key)
    shown = run.shown
    if problems:
        shown = replace(
            shown,
            done=shown.done + len(problems),
            problems=(*shown.problems, *problems),
            exit_code=shown.exit_code or OUTDATED,
        )
    return draft.set_run(number, todo=tuple(busy), waiting=run.waiting | sent, shown=shown)


def _hindrance(draft: Draft, step: Step) -> str:
    served = draft.cluster(draft.app(step.key.app).spec.cluster).resources or {}
    if not step.digest and step.kind not in served:
        return f"the cluster does not serve {step.kind.kind} yet"
    return "changed meanwhile"


def _apply(draft: Draft, number: int, step: Step) -> None:
    app = draft.app(step.key.app)
    desired = app.desired[step.key.ref]
    kind = draft.cluster(app.spec.cluster).kinds[step.kind]
    live = (kind.objects or {}).get(step.key.ref)
    draft.write("calls")[step.key] = Call(desired, live, number)
    sent = step.requests or requests_of(draft, step)
    draft.effects.append(Apply(app.spec.cluster, step.key, desired, live, sent))


def _unmark(draft: Draft, key: Key) -> None:
    row = draft.row(key)
    if row is not None:
        draft.set_row(key, replace(row, calling=False))
    draft.dirty(key)


def applied(draft: Draft, done: Applied) -> None:
    """An apply ended: record it, say so, and let its run go on."""
    call: Call = draft.table("calls")[done.key]
    draft.drop("calls", done.key)
    row = draft.row(done.key)
    run: RunState | None = draft.table("runs").get(call.run)
    if done.live is not None:
        _succeeded(draft, done, call)
    elif row is not None:
        draft.set_row(done.key, replace(row, problem=_with_place(done)))
        if run is not None and run.auto:
            hold(draft, done)
    if row is not None:
        _tell_outcome(draft, done, auto=run is not None and run.auto)
    if done.problem:
        _unmark(draft, done.key)
    draft.dirty(done.key)  # until it is judged by what the watch brings it counts as under way
    if run is not None and call.run is not None:
        shown = replace(run.shown, done=run.shown.done + 1)
        if done.problem:
            shown = replace(
                shown,
                problems=(*shown.problems, f"{done.key.ref}: {_with_place(done)}"),
                exit_code=max(shown.exit_code, done.exit_code),
            )
        draft.set_run(call.run, shown=shown, waiting=run.waiting - {done.key})
        advance(draft, call.run)


def _with_place(done: Applied) -> str:
    document = done.desired.document
    return f"{document.file}:{document.line}: {done.problem}"


def _succeeded(draft: Draft, done: Applied, call: Call) -> None:
    assert done.live is not None
    app = draft.app(done.key.app)
    inventory = app.inventory or {}
    entry = InventoryRow(done.key.ref, done.live.uid, done.desired.digest)
    held = inventory.get(done.key.ref)
    if held is not None and (held.uid, held.digest) == (entry.uid, entry.digest):
        entry = held  # it may know more
    if held != entry:
        draft.set_app(done.key.app, inventory={**inventory, done.key.ref: entry})
    draft.drop("holds", done.key)
    unchanged = call.live is not None and call.live.resource_version == done.live.resource_version
    if unchanged:
        hold_unchanged(draft, done, done.live.resource_version)
    elif done.live.resource_version not in call.seen:
        draft.write("stale")[done.key] = done.live.resource_version  # R6
    row = draft.row(done.key)
    if row is not None:
        draft.set_row(done.key, replace(row, problem=""))


def _tell_outcome(draft: Draft, done: Applied, *, auto: bool) -> None:
    row = draft.row(done.key)
    assert row is not None
    drifts = tuple(c for c in row.changes if c.verdict is FieldVerdict.DRIFT)
    follows_git = row.cause is not None and row.cause.value == "git_ahead"
    if done.problem:
        name = "heal_failed" if auto and not follows_git else "sync_failed"
        draft.tell_of(name, row, changes=drifts, message=_with_place(done))
        return
    if auto and not follows_git:
        remember_heal(draft, done.key, drifts)
        what = "created again" if row.verdict is Verdict.MISSING else "as Git says again"
        draft.tell_of("healed", row, changes=drifts, message=what)
    else:
        draft.tell_of("synced", row, changes=drifts)


def finish(draft: Draft, run: Run, *, quiet: bool = False) -> None:
    """Keep a run that ended for those who asked for it, and record what it did."""
    for app in draft.apps():
        flush(draft, app.spec.name)
    if not quiet:
        draft.put(finished=(*draft.value("finished"), run)[-RUNS_KEPT:])
