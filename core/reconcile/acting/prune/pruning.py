"""Carrying out the last phase of a run: deletes, one after the other, each past every guard.

Before each of them all guards are asked again, and the object itself is read from the server
(`last_word`).  What a guard stops for good is left out with its words; what is only pending, as the
second look is, is waited for.
"""

import hashlib
from dataclasses import replace
from typing import Final

from core.model import Blocked, EventName, Guard, Key, Live, Problem, Remedy, Step, Verb, stopping
from core.model.journal import Deed, Intent
from core.model.requests import Delete, Version
from core.reconcile.acting.prune.cycles import want
from core.reconcile.acting.prune.facts import guards_of
from core.reconcile.acting.prune.standing import (
    holding,
    is_as_planned,
    is_gone,
    still_stands,
    unclaimed,
)
from core.reconcile.acting.prune.steps import prunes_of
from core.reconcile.acting.sending import release, with_done, with_failed
from core.reconcile.acting.standing import taken_back
from core.reconcile.judging.extras import live_of
from core.reconcile.judging.protections import clearance
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import Prune, WakeAt
from core.reconcile.memory.inventory import is_stored, store_inventory
from core.reconcile.memory.phases import Pruning, RunState
from core.reconcile.memory.results import Pruned
from core.reconcile.memory.state import inventory_namespace
from core.reconcile.memory.subjects import Call
from core.remedy import deletion

ERRORS_MAX: Final = 3  # that nobody expected: then somebody should look
GONE_WITHIN_S: Final = 5.0  # so long it is waited for that the watch shows it
_UNAPPLIED: Final = "not pruned: what Git adds or changes could not all be applied"
_MOVED: Final = "changed since the plan was made; left as it is"
_ANOTHER_COMMIT: Final = "another commit was read since the plan was made; look again"
_ERRORS: Final = f"not tried: {ERRORS_MAX} deletes before it failed"


def first_phase(run: RunState) -> Pruning:
    """Begin the phase: nothing goes where something could not be applied."""
    return Pruning(prunes_of(run.plan))


def advanced(draft: Draft, number: int, run: RunState, phase: Pruning) -> tuple[RunState, bool]:
    """Take the phase as far as it can go now.

    Returns:
        The run, and whether the phase is over.
    """
    if phase.sent is not None:
        return replace(run, phase=phase), False
    run, phase = _screened(draft, number, run, phase)
    while phase.todo:
        step, *others = phase.todo
        name = step.key.app
        guards = guards_of(draft, name, run.plan.confirmed)
        block = stopping(guards, confirmed=run.confirmed)
        said = block if block is not None and not block.pending else _objection(draft, run, step)
        if said is not None:
            run = _left(draft, number, run, step, Remedy.GRANT, str(said))
            phase = replace(phase, todo=tuple(others))
        elif not draft.queue(name) and is_gone(draft, step):
            run = with_done(run, step, "gone already")
            release(draft, step.key, number)
            phase = replace(phase, todo=tuple(others))
        elif not draft.queue(name) and not still_stands(draft, step):
            run = _left(draft, number, run, step, Remedy.LOOK_AGAIN, _MOVED)
            phase = replace(phase, todo=tuple(others))
        elif block is not None:
            want(draft, name, run.plan.confirmed)  # the next cycle is on its way
            return replace(run, phase=phase, shown=replace(run.shown, waits=str(block))), False
        elif not _is_free(draft, step, phase):
            return replace(run, phase=_entering(draft, run, phase)), False
        else:
            run = replace(run, shown=replace(run.shown, waits=""))
            phase = replace(phase, todo=tuple(others), sent=step)
            _send(draft, number, run, phase.id, step)
            return replace(run, phase=phase), False
    return _gone(draft, run, phase)


def _screened(draft: Draft, number: int, run: RunState, phase: Pruning) -> tuple[RunState, Pruning]:
    """Leave out, before the first delete and after each, what is not to be tried any more."""
    applies = sum(step.verb is not Verb.PRUNE for step in run.plan.runnable)
    pruned = len(prunes_of(run.plan)) - len(phase.todo)
    unapplied = not pruned and run.shown.done < applies
    todo: list[Step] = []
    for step in phase.todo:
        source = draft.app(step.key.app).source
        moved = source is None or source.revision.id != run.plan.revisions.get(step.key.app)
        if unapplied:
            run = _left(draft, number, run, step, Remedy.GRANT, _UNAPPLIED)
        elif words := taken_back(draft, step.key, auto=run.auto):
            run = _left(draft, number, run, step, Remedy.GRANT, words)
        elif moved:
            run = _left(draft, number, run, step, Remedy.LOOK_AGAIN, _ANOTHER_COMMIT)
        elif phase.errors >= ERRORS_MAX:
            run = _left(draft, number, run, step, Remedy.GRANT, _ERRORS)
        else:
            todo.append(step)
    return run, replace(phase, todo=tuple(todo))


def _objection(draft: Draft, run: RunState, step: Step) -> Blocked | None:
    """Say what keeps this object, although its app may be pruned."""
    if step.protected and not run.confirmed:
        words = f"{step.protected} (`--yes` with nobody at a terminal is nobody's word)"
        return Blocked(Guard.NOT_PROTECTED, words)
    claimed = unclaimed(draft, step.key)
    if claimed is not None or not step.protected:
        return claimed
    found = live_of(draft.cluster(draft.app(step.key.app).spec.cluster), step.key.ref)
    return holding(draft, step.key, found[1], run.plan.confirmed) if found is not None else None


def _left(
    draft: Draft, number: int, run: RunState, step: Step, remedy: Remedy, words: str
) -> RunState:
    """Leave an object as it is, and say why."""
    release(draft, step.key, number)
    return with_failed(run, [replace(step, problem=words, remedy=remedy)])


# The run's id in the inventories (G8) -------------------------------------------------------------


def _apps(phase: Pruning) -> tuple[str, ...]:
    return tuple(sorted({step.key.app for step in phase.todo}))


def _is_free(draft: Draft, step: Step, phase: Pruning) -> bool:
    """Tell whether all is judged, nothing else is asked of the object, and the run is entered."""
    entered = bool(phase.id) and all(is_stored(draft.app(name)) for name in _apps(phase))
    return entered and not draft.queue(step.key.app) and draft.subject(step.key).call is None


def _entering(draft: Draft, run: RunState, phase: Pruning) -> Pruning:
    if phase.id:
        return phase
    seed = draft.mask_key + f"run {run.shown.id} at {draft.now}".encode()
    made = hashlib.sha256(seed).hexdigest()[:16]
    for name in _apps(phase):
        commit = run.plan.revisions.get(
            name, ""
        )  # the guards let it pass, so it counts from now on
        draft.put_app(replace(draft.app(name), run=made, noting=commit))
        store_inventory(draft, name, at_once=True)
    return replace(phase, id=made)


# Sending ------------------------------------------------------------------------------------------


def _send(draft: Draft, number: int, run: RunState, entered: str, step: Step) -> None:
    app = draft.app(step.key.app)
    cluster = draft.cluster(app.spec.cluster)
    found, row = live_of(cluster, step.key.ref), app.applied(step.key.ref)
    assert found is not None, "it stands"
    assert row is not None, "what was dropped was applied"
    assert row.uid is not None, "one without uid is not told from another"
    kind, live = found
    request = deletion(step.key.ref, kind, live)
    draft.put(replace(draft.subject(step.key), call=Call(None, live, number)))
    draft.effects.append(
        Prune(
            app.spec.cluster,
            step.key,
            row.uid,
            request,
            _intent(draft, run, step, live),
            inventory_namespace(app, cluster),
            entered,
        )
    )


def _intent(draft: Draft, run: RunState, step: Step, live: Live) -> Intent:
    app = draft.app(step.key.app)
    return Intent(
        deed=Deed.PRUNE,
        app=app.spec.name,
        auto=run.auto,
        cluster=app.spec.cluster,
        cluster_uid=draft.cluster(app.spec.cluster).view.uid,
        revision=app.source.revision.id if app.source is not None else "",
        kind=step.kind,
        ref=step.key.ref,
        uid=live.uid,
        version=live.resource_version,
        sends=("delete",),
        confirmed=step.key in run.plan.confirmed,
    )


def last_word(effect: Prune, live: Live, other: str = "") -> Blocked | Delete:
    """Say whether an object goes, as the server has it now: it, or the delete that is sent.

    By an *other* inventory an app of other settings applied it, too, which may state it still.
    """
    if other:
        words = f"another app applied it, too, by {other}: name both in one driftdeck.yaml"
        return Blocked(Guard.UNCLAIMED, f"{words}, or delete that if its app is no more")
    said = clearance(effect.key.ref, effect.uid, live)
    if isinstance(said, Blocked) and not (said.person and effect.intent.confirmed):
        return said
    if not is_as_planned(effect.request, live):
        return Blocked(Guard.AS_PLANNED, "it changed since that was decided; looked at again later")
    return replace(effect.request, on=Version.of(live))


# Answers ------------------------------------------------------------------------------------------


def take_pruned(draft: Draft, done: Pruned) -> None:
    """A delete ended: say so, and count it in its run."""
    subject = draft.subject(done.key)
    call = subject.call
    assert call is not None  # nothing forgets an object while a delete of it is in flight
    number = call.run
    draft.put(replace(subject, call=None, planned=None))
    row = draft.row(done.key)
    if row is not None:
        _tell(draft, done)
        words = str(done.problem) if done.problem is not None else ""
        draft.put_row(done.key, replace(row, calling=False, problem=words))
    draft.judge_again(done.key)
    run = draft.runs.get(number) if number is not None else None
    if run is not None and isinstance(run.phase, Pruning):
        draft.runs[run.shown.id] = _answered(draft, run, run.phase, done)


def _tell(draft: Draft, done: Pruned) -> None:
    row = draft.row(done.key)
    assert row is not None
    if done.problem is None and done.kept is None:
        draft.tell_of(EventName.PRUNED, row, changes=(), message="Git no longer has it")
    else:
        words = str(done.kept or done.problem)
        draft.tell_of(EventName.PRUNE_BLOCKED, row, changes=(), message=words)


def _answered(draft: Draft, run: RunState, phase: Pruning, done: Pruned) -> RunState:
    shown, problem = run.shown, done.problem
    if done.kept is not None:
        problem = Problem(Remedy.GRANT, str(done.kept))
    if problem is None:
        leaving = phase.leaving | {done.key}
        phase = replace(phase, sent=None, leaving=leaving, until=draft.now + GONE_WITHIN_S)
        return replace(run, shown=replace(shown, done=shown.done + 1), phase=phase)
    unexpected = done.kept is None and problem.remedy is not Remedy.LOOK_AGAIN
    said = replace(problem, words=f"{done.key.ref}: {problem.words}")
    shown = replace(shown, problems=(*shown.problems, said))
    return replace(
        run, shown=shown, phase=replace(phase, sent=None, errors=phase.errors + unexpected)
    )


def _gone(draft: Draft, run: RunState, phase: Pruning) -> tuple[RunState, bool]:
    """Wait a little for the watch: a row leaves the inventory when its object is seen gone."""
    there = frozenset(key for key in phase.leaving if _is_recorded(draft, key))
    if there and draft.now < phase.until:
        draft.effects.append(WakeAt(phase.until))
        return replace(run, phase=replace(phase, leaving=there)), False
    return replace(run, phase=replace(phase, leaving=frozenset())), True


def _is_recorded(draft: Draft, key: Key) -> bool:
    return draft.app(key.app).applied(key.ref) is not None
