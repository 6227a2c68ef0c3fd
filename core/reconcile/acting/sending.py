"""The writes of a run: which of its steps may go out now, and what became of those that did."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from core.compare import MANAGER
from core.model import (
    Cause,
    Coming,
    EventName,
    FieldChange,
    FieldVerdict,
    Key,
    Live,
    Problem,
    Remedy,
    Step,
    Verb,
    Verdict,
)
from core.model.journal import Deed, Intent
from core.model.requests import Request
from core.reconcile.acting.healing import POLICY, hold_back, hold_unchanged
from core.reconcile.acting.order.gates import Gate, gate_of
from core.reconcile.acting.order.stopping import Failures
from core.reconcile.acting.remedies import requests_of
from core.reconcile.acting.returning import remember_returned, returned
from core.reconcile.acting.standing import already, is_coming, step_stands, taken_back
from core.reconcile.judging.causes import cause_of
from core.reconcile.judging.evidence.fights import forget_heals, remember_heal
from core.reconcile.judging.evidence.refusals import PUT_BACK
from core.reconcile.judging.judging import live_at
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import Perform, WakeAt
from core.reconcile.memory.inventory import judge_trackers, with_row
from core.reconcile.memory.phases import Applying, RunState
from core.reconcile.memory.results import Applied, InventoryRow
from core.reconcile.memory.subjects import Call, OwnWrite, Subject

MOVED: Final = "changed meanwhile; left as it is"
_UNDONE: Final = "put back as it was before an earlier write"
UNANSWERED: Final = "failed calling webhook"  # the server's words for one that does not answer
_AGAIN_S: Final = 1.0
_DEEDS: Final = {Verb.TAKE_OVER: Deed.TAKE_OVER, Verb.UNDO: Deed.UNDO}


def send_steps(
    draft: Draft, number: int, run: RunState, phase: Applying
) -> tuple[RunState, Applying]:
    """Send the steps whose objects are free; the others go out when their call settles."""
    patient = draft.now < phase.patience_until
    failures, gates = Failures(draft, run.failed), _gates(draft, run, phase.todo)
    busy: list[Step] = []
    failed: list[Step] = []
    sent = phase.sent
    for step in phase.todo:
        lost = (
            _taken_back(draft, run, step)
            or failures.stopped(step)
            or _shut_out(step, gates.get(step.key.app), patient=patient)
        )
        coming = patient and (step.key.app in gates or is_coming(draft, run.plan, step))
        waits = coming or draft.subject(step.key).call is not None
        stands = lost is None and not waits and step_stands(draft, step)
        said = None if lost is not None or waits or stands else already(draft, step)
        unsure = said == "" and patient
        if lost is None and (coming or unsure):
            draft.effects.append(WakeAt(phase.patience_until))
        if stands and (at := phase.again.get(step.key, 0.0)) > draft.now:
            draft.effects.append(WakeAt(at))
            busy.append(step)
        elif lost is None and (waits or unsure):
            busy.append(step)
        elif stands:
            _apply(draft, number, step)
            sent = sent.set(step.key, step)
        elif said:
            run = with_done(run, step, said)
            release(draft, step.key, number)
        else:
            moved = replace(step, problem=_hindrance(draft, step), remedy=Remedy.LOOK_AGAIN)
            failed.append(lost or moved)
            failures.add(failed[-1])
            release(draft, step.key, number)
    return with_failed(run, failed), replace(phase, todo=tuple(busy), sent=sent)


def _taken_back(draft: Draft, run: RunState, step: Step) -> Step | None:
    words = taken_back(draft, step.key, auto=run.auto)
    return replace(step, problem=words, remedy=Remedy.GRANT, stopped=True) if words else None


def _gates(draft: Draft, run: RunState, todo: Sequence[Step]) -> dict[str, Gate]:
    """Return what keeps apps of a person's run from having their turn; healing began with it."""
    names = () if run.auto else dict.fromkeys(step.key.app for step in todo)
    found = ((name, gate_of(draft, name)) for name in names)
    return {name: gate for name, gate in found if gate is not None}


def _shut_out(step: Step, gate: Gate | None, *, patient: bool) -> Step | None:
    if gate is None or (gate.passing and patient):
        return None
    return replace(step, problem=gate.words, remedy=Remedy.WAIT, stopped=True)


def with_done(run: RunState, step: Step, said: str) -> RunState:
    """Count a step that somebody else did."""
    already = (*run.shown.already, f"{step.key.ref}: {said}")
    return replace(run, shown=replace(run.shown, done=run.shown.done + 1, already=already))


def with_failed(run: RunState, failed: Sequence[Step]) -> RunState:
    """Count steps that were not done, each of which says why."""
    if not failed:
        return run
    shown = replace(run.shown, problems=(*run.shown.problems, *map(problem_of_step, failed)))
    return replace(run, shown=shown, failed=(*run.failed, *failed))


def problem_of_step(step: Step) -> Problem:
    """Say why a step is not done."""
    return Problem(step.remedy, f"{step.key.ref}: {step.problem}", stopped=step.stopped)


def _hindrance(draft: Draft, step: Step) -> str:
    served = draft.cluster(draft.app(step.key.app).spec.cluster).resources or {}
    if isinstance(step.stamp, Coming) and step.kind not in served:
        return f"the cluster does not serve {step.kind.kind} yet; left as it is"
    return MOVED


def _apply(draft: Draft, number: int, step: Step) -> None:
    app = draft.app(step.key.app)
    desired = app.desired[step.key.ref]
    live = live_at(draft.cluster(app.spec.cluster), step.kind, step.key.ref)
    subject = draft.subject(step.key)
    planned = _planned_by_others(subject, number)
    draft.put(replace(subject, call=Call(desired, live, number), planned=planned))
    sent = step.requests or requests_of(draft, step)
    intent = _intent(draft, number, step, live, sent)
    draft.effects.append(Perform(app.spec.cluster, step.key, desired, live, sent, intent))


def _intent(
    draft: Draft, number: int, step: Step, live: Live | None, sent: tuple[Request, ...]
) -> Intent:
    """Say what is about to be written, for the journal."""
    app, run, row = draft.app(step.key.app), draft.runs[number], draft.row(step.key)
    cause = cause_of(step.changes) or (row.cause if row is not None else None)
    deed = Deed.HEAL if run.auto and cause is not Cause.GIT_AHEAD else Deed.SYNC
    return Intent(
        deed=_DEEDS.get(step.verb, deed),
        app=app.spec.name,
        auto=run.auto,
        cluster=app.spec.cluster,
        cluster_uid=draft.cluster(app.spec.cluster).view.uid,
        revision=app.source.revision.id if app.source is not None else "",
        kind=step.kind,
        ref=step.key.ref,
        uid=live.uid if live is not None else None,
        version=live.resource_version if live is not None else None,
        sends=tuple(type(request).__name__.lower() for request in sent),
        changes=step.changes,
        run=number,
        undoes=step.undoes,
    )


def _planned_by_others(subject: Subject, number: int | None) -> int | None:
    return subject.planned if subject.planned != number else None


def release(draft: Draft, key: Key, number: int | None) -> None:
    """A run will not write to this object any more, nor delete it."""
    subject = draft.subject(key)
    draft.put(replace(subject, planned=_planned_by_others(subject, number)))
    if subject.row is not None:
        draft.put_row(key, replace(subject.row, calling=False))
    draft.judge_again(key)


# Answers ----------------------------------------------------------------------------------------


def take_applied(draft: Draft, done: Applied) -> None:
    """A write ended: enter it into the inventory, say so, and count it in its run."""
    subject = draft.subject(done.key)
    call = subject.call
    assert call is not None  # nothing forgets an object while a write of it is in flight
    draft.put(replace(subject, call=None))
    run = draft.runs.get(call.run) if call.run is not None else None
    auto = run is not None and run.auto
    phase = run.phase if run is not None else None
    step = phase.sent.get(done.key) if isinstance(phase, Applying) else None
    if run is not None and step is not None and _sends_again(draft, run, step, done):
        return
    changes = step.changes if step is not None else ()
    stayed = returned(call.live, done.live, changes) if done.live is not None else ()
    early = auto and _is_young_conflict(draft, done)
    if done.live is not None:
        _succeeded(draft, done, call, () if step is None else step.left)
        remember_returned(draft, done.key, done.desired.digest, stayed)
    elif subject.row is not None:
        if not early:
            draft.put_row(done.key, replace(subject.row, problem=_with_place(done)))
        if auto:
            hold_back(draft, done)
    if subject.row is not None and not early:
        undone = step is not None and step.verb is Verb.UNDO
        _tell_outcome(draft, done, changes, stayed, auto=auto, undone=undone)
    if done.problem:
        release(draft, done.key, call.run)
    draft.judge_again(done.key)  # until it is judged by what the watch brings it is under way
    if run is not None:
        draft.runs[run.shown.id] = _answered(run, done, stayed)


def _sends_again(draft: Draft, run: RunState, step: Step, done: Applied) -> bool:
    """Have a person's run wait, and tell whether it does.

    For a webhook that nobody answers for yet: where a whole cluster comes up, what answers may be a
    workload of this very plan.  And where somebody was faster, for the watch to say what he made.
    """
    phase, problem = run.phase, done.problem
    assert isinstance(phase, Applying)
    late = problem is not None and problem.remedy is Remedy.LOOK_AGAIN
    waits = problem is not None and (late or UNANSWERED in problem.words)
    if run.auto or not waits or draft.now >= phase.patience_until:
        return False
    at = draft.now + _AGAIN_S
    draft.put(replace(draft.subject(step.key), planned=run.shown.id))
    phase = replace(
        phase,
        todo=(*phase.todo, step),
        sent=phase.sent.delete(step.key),
        again=phase.again.set(step.key, at),
    )
    draft.runs[run.shown.id] = replace(run, phase=phase)
    draft.judge_again(step.key)
    return True


def _is_young_conflict(draft: Draft, done: Applied) -> bool:
    """Tell whether a heal came too late, and not too often in a row: it is tried again at once."""
    late = done.problem is not None and done.problem.remedy is Remedy.LOOK_AGAIN
    subject = draft.subject(done.key)
    conflicts = subject.conflicts + 1 if late else 0
    if conflicts != subject.conflicts:
        draft.put(replace(subject, conflicts=conflicts))
    return late and conflicts < POLICY.conflicts_told


def _answered(run: RunState, done: Applied, stayed: tuple[FieldChange, ...]) -> RunState:
    shown = run.shown
    problem = done.problem
    if problem is None and stayed:
        problem = Problem(Remedy.CHANGE_GIT, _put_back(stayed))
    if problem is None:
        shown = replace(shown, done=shown.done + 1)
    else:
        words = f"{done.key.ref}: {_with_place(done, problem)}"
        shown = replace(shown, problems=(*shown.problems, replace(problem, words=words)))
    phase, failed = run.phase, run.failed
    if isinstance(phase, Applying) and done.key in phase.sent:
        if problem is not None:
            step = phase.sent[done.key]
            failed = (*failed, replace(step, problem=problem.words, remedy=problem.remedy))
        phase = replace(phase, sent=phase.sent.delete(done.key))
    return replace(run, shown=shown, phase=phase, failed=failed)


def _with_place(done: Applied, problem: Problem | None = None) -> str:
    document = done.desired.document
    return f"{document.file}:{document.line}: {problem or done.problem}"


def _put_back(stayed: tuple[FieldChange, ...]) -> str:
    return f"{', '.join(change.path for change in stayed)}: {PUT_BACK}"


def _digest(done: Applied, held: InventoryRow | None, left: tuple[FieldChange, ...]) -> str | None:
    """Say what of Git the object is now taken to hold.

    Where drift was left that may be Git's own, which is still to be applied, it is what it was.
    """
    drifts = [change for change in left if change.verdict is FieldVerdict.DRIFT]
    if all(change.cause is Cause.LIVE_CHANGED for change in drifts):
        return done.desired.digest
    if held is None or not held.digest:
        return None
    others = all(c.actor and c.actor.manager not in {None, MANAGER} for c in drifts)
    return done.desired.digest if others else held.digest


def _succeeded(draft: Draft, done: Applied, call: Call, left: tuple[FieldChange, ...]) -> None:
    assert done.live is not None
    app = draft.app(done.key.app)
    held = app.applied(done.key.ref)
    entry = InventoryRow(done.key.ref, done.live.uid, _digest(done, held, left))
    if held is None or (held.uid, held.digest) != (entry.uid, entry.digest):
        draft.put_app(with_row(app, entry))
        judge_trackers(draft, done.key.app, [done.key.ref])
    draft.put(replace(draft.subject(done.key), hold=None))
    version = done.live.resource_version
    if call.live is not None and call.live.resource_version == version:
        hold_unchanged(draft, done, version)
    elif version not in call.seen and all(listed in done.between for listed in call.listed):
        awaited = OwnWrite(version, done.at or draft.now, done.between)
        draft.put(replace(draft.subject(done.key), awaited=awaited))
    row = draft.row(done.key)
    if row is not None:
        draft.put_row(done.key, replace(row, problem=""))


def _tell_outcome(
    draft: Draft,
    done: Applied,
    drifts: tuple[FieldChange, ...],
    stayed: tuple[FieldChange, ...],
    *,
    auto: bool,
    undone: bool,
) -> None:
    row = draft.row(done.key)
    assert row is not None
    cause = cause_of(drifts) or row.cause
    heals = auto and cause is not Cause.GIT_AHEAD and not row.untaken
    failed = EventName.HEAL_FAILED if heals else EventName.SYNC_FAILED
    if stayed:
        draft.tell_of(failed, row, changes=stayed, message=_put_back(stayed))
        drifts = tuple(change for change in drifts if change not in stayed)
        if not drifts:
            return
    if done.problem:
        draft.tell_of(failed, row, changes=drifts, message=_with_place(done))
    elif undone:
        draft.tell_of(EventName.SYNCED, row, changes=drifts, message=_UNDONE)
    elif row.untaken:
        draft.tell_of(EventName.TAKEN_OVER, row, changes=(), message="as it was; ours from now on")
    elif heals:
        remember_heal(draft, done.key, replace(row, changes=drifts))
        what = "created again" if row.verdict is Verdict.MISSING else "as Git says again"
        draft.tell_of(EventName.HEALED, row, changes=drifts, message=what)
    else:
        if not auto:
            forget_heals(draft, done.key, drifts)
        draft.tell_of(EventName.SYNCED, row, changes=drifts)
