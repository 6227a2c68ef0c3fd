"""Carrying a plan out, phase by phase: enlist, apply stage by stage, settle.

A person's sync, a revert and the engine's own healing go the same way.  The inventory comes first,
as a superset, so that a crash can only leave too much in it, never too little.  `advance` takes a
run as far as it can go now; each phase has one function, which returns the run in its next phase,
or the same run where it must wait.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, assert_never

from core.model import Key, Plan, Problem, Remedy, Run, Step, Verb
from core.reconcile.acting.order.stages import stages
from core.reconcile.acting.plans import keys_of, stated_twice
from core.reconcile.acting.prune import pruning
from core.reconcile.acting.prune.standing import is_gone
from core.reconcile.acting.prune.steps import prunes_of
from core.reconcile.acting.sending import problem_of_step, send_steps
from core.reconcile.acting.standing import already, is_coming, step_stands, why_not
from core.reconcile.judging.extras import judge_all_owned
from core.reconcile.judging.freezing import thaw
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import ReadSource
from core.reconcile.memory.inventory import (
    is_held,
    is_stored,
    judge_trackers,
    rows_of,
    store_inventory,
    with_row,
)
from core.reconcile.memory.phases import (
    Applying,
    Committing,
    Enlisting,
    Pruning,
    RunState,
    Settling,
    Waiting,
)
from core.reconcile.memory.results import InventoryRead, InventoryRow, InventoryWritten
from core.reconcile.memory.state import NOTHING_APPLIED, AppState, Inventory
from core.reconcile.memory.tables import Map

SYNC: Final = "sync"
UNDO: Final = "undo"
SERVED_WITHIN_S = 30.0  # a new definition: established, in discovery and listed (R14 asks for 25 s)


def execute(
    draft: Draft, number: int, wanted: Plan, *, auto: bool, confirmed: bool = False
) -> None:
    """Begin a plan, if the world is still the one it was made for."""
    undoing = any(step.verb is Verb.UNDO for step in wanted.steps)
    shown = Run(number, UNDO if undoing else SYNC, total=len(wanted.steps))
    problems = () if auto else _objections(draft, wanted)
    if problems:
        finish(draft, replace(shown, problems=problems, finished=True))
        return
    if not auto and not undoing:  # which is no word for what Git states
        thaw(draft, wanted.cluster)
    skipped = tuple(problem_of_step(step) for step in wanted.steps if step.problem)
    start(draft, number, wanted, replace(shown, problems=skipped), auto=auto, confirmed=confirmed)


def start(
    draft: Draft, number: int, wanted: Plan, shown: Run, *, auto: bool, confirmed: bool = False
) -> None:
    """Carry a plan out that nobody objects to."""
    failed = tuple(step for step in wanted.steps if step.problem)
    draft.runs[number] = RunState(shown, wanted, auto, Enlisting(), failed, confirmed)
    for key in keys_of(wanted):
        subject = draft.subject(key)
        draft.put(replace(subject, planned=number))
        if subject.row is not None:
            draft.put_row(key, replace(subject.row, calling=True))
    _enlist(draft, wanted.runnable)
    advance(draft, number)


def _objections(draft: Draft, wanted: Plan) -> tuple[Problem, ...]:
    if not draft.may_write(wanted.cluster):
        return (why_not(draft, wanted.cluster),)
    words = ((step, _objection(draft, wanted, step)) for step in wanted.runnable)
    return tuple(
        Problem(Remedy.LOOK_AGAIN, f"{step.key.ref}: {said}") for step, said in words if said
    )


def _objection(draft: Draft, wanted: Plan, step: Step) -> str:
    other = draft.app(step.key.app).claimed.get(step.key.ref)
    if other is not None:  # it was read after the plan was made
        return stated_twice(other)
    stands = is_coming(draft, wanted, step) or step_stands(draft, step)
    stands = stands or is_gone(draft, step) or already(draft, step) is not None
    return "" if stands else "changed since the plan was made; look again"


def _enlist(draft: Draft, steps: Sequence[Step]) -> None:
    """Put every object that is to be written into the inventory of its app."""
    for step in (each for each in steps if each.verb is not Verb.PRUNE):
        app = draft.app(step.key.app)
        if app.applied(step.key.ref) is None:
            draft.put_app(with_row(app, InventoryRow(step.key.ref, None, None)))
    for name in dict.fromkeys(step.key.app for step in steps):
        _store(draft, name)


# The inventory ----------------------------------------------------------------------------------


def read_inventory(draft: Draft, read: InventoryRead) -> None:
    """Learn what was applied, by us or by another process; causes and EXTRA objects follow."""
    before = draft.app(read.app)
    stored = Map({row.ref: row for row in read.rows})
    rows = _merged(before, stored)
    futile = bool(read.instead) and stored == before.stored  # nobody wrote, so why again
    app = draft.put_app(
        replace(
            before,
            inventory=rows,
            inventory_places=frozenset({ref.namespace for ref in rows}),
            stored=stored,
            storing=None if read.instead else before.storing,
            asked=before.asked or read.asked,
            inventory_problem=read.instead if futile else read.problem,
        )
    )
    anew = before.inventory is None or before.inventory_problem != read.problem
    known = before.inventory or NOTHING_APPLIED
    refs = dict.fromkeys((*app.desired, *sorted(rows), *sorted(known)))
    changed = [ref for ref in refs if anew or known.get(ref) != rows.get(ref)]
    for ref in changed:
        draft.judge_again(Key(read.app, ref))
    judge_trackers(draft, read.app, changed)
    theirs = [ref for ref, row in stored.items() if before.stored.get(ref) != row]
    if before.inventory is not None and any(_is_unread(app, stored.get(ref)) for ref in theirs):
        draft.effects.append(ReadSource(read.app))
    if changed or anew:
        judge_all_owned(draft, app.spec.cluster)
    if draft.may_write(app.spec.cluster) and not app.inventory_problem:
        _store(draft, read.app, again=bool(read.instead))
    advance_all(draft)


def _is_unread(app: AppState, row: InventoryRow | None) -> bool:
    """Tell whether another process applied what Git does not state, as far as it was read here.

    From a commit that is still to be read, then: until it is, the cluster would be put back.
    """
    stated = app.desired.get(row.ref) if row is not None and row.digest is not None else None
    return row is not None and stated is not None and stated.digest != row.digest


def _merged(app: AppState, stored: Inventory) -> Inventory:
    """Put into what the cluster holds the rows of ours that it does not hold yet.

    A row for what is still to be applied says nothing that another one would not say.
    """
    merged = stored
    for ref, row in sorted((app.inventory or NOTHING_APPLIED).items()):
        if app.stored.get(ref) != row and (row.uid is not None or ref not in stored):
            merged = merged.set(ref, row)
    return merged


def wrote_inventory(draft: Draft, written: InventoryWritten) -> None:
    """A write of the inventory ended; what waits for it goes on.

    One that the server's going back made forgotten says nothing of the one that followed it.
    """
    app = draft.app(written.app)
    if app.storing is None or written.rows != rows_of(app.storing):
        return
    stored = app.stored if written.problem else app.storing
    draft.put_app(replace(app, stored=stored, storing=None, inventory_problem=written.problem))
    if not written.problem:
        _store(draft, written.app)
    advance_all(draft)


def _store(draft: Draft, name: str, *, again: bool = False) -> None:
    """Write the inventory of an app: at once where a person or an apply waits for it."""
    if is_held(draft.app(name)):
        return  # as those of most apps are, each time a run ends
    runs = [run for run in draft.runs.values() if name in run.apps]
    waited_for = any(not run.auto or not _is_listed(draft, run) for run in runs)
    store_inventory(draft, name, at_once=waited_for or again)


def _are_stored(draft: Draft, names: Iterable[str]) -> bool:
    return all(is_stored(draft.app(name)) for name in names)


def _is_listed(draft: Draft, run: RunState) -> bool:
    """Tell whether the cluster holds a row of every object that a run is to write."""
    steps = (step for step in run.plan.runnable if step.verb is not Verb.PRUNE)
    return all(step.key.ref in draft.app(step.key.app).stored for step in steps)


def _is_unrecorded(draft: Draft, run: RunState) -> bool:
    """Tell whether the inventory of an app that a run writes for cannot be written."""
    return any(draft.app(name).inventory_problem for name in run.apps)


# Phases -----------------------------------------------------------------------------------------


def advance_all(draft: Draft) -> None:
    """Do whatever any run can do now."""
    for number in tuple(draft.runs):
        advance(draft, number)


def resume(draft: Draft) -> None:
    """Go on with steps that waited for what was judged just now."""
    for number, run in tuple(draft.runs.items()):
        if isinstance(run.phase, Applying) and run.phase.todo:
            advance(draft, number)


def advance(draft: Draft, number: int) -> None:
    """Do whatever one run can do now."""
    while (run := draft.runs.get(number)) is not None:
        following = _advanced(draft, number, run)
        if following is None:
            del draft.runs[number]
            finish(draft, replace(run.shown, finished=True), quiet=run.auto)
            return
        draft.runs[number] = following
        if type(following.phase) is type(run.phase):
            return  # it waits


def _advanced(draft: Draft, number: int, run: RunState) -> RunState | None:
    """Return a run as far as its phase lets it go now; None: it is over."""
    match run.phase:
        case Waiting() | Committing():
            return run  # `reverts` goes on when the app is judged at the new commit
        case Enlisting():
            return _begun(draft, run)
        case Applying() as phase:
            return _applying(draft, number, run, phase)
        case Pruning() as phase:
            run, over = pruning.advanced(draft, number, run, phase)
            return _applied(draft, run) if over else run
        case Settling():
            return None if run.auto or _are_stored(draft, run.apps) else run
        case _:
            assert_never(run.phase)


def _begun(draft: Draft, run: RunState) -> RunState:
    """Enlisting: nothing is written before the inventory holds all that will be."""
    storing = any(draft.app(name).storing is not None for name in run.apps)
    if not _are_stored(draft, run.apps) and (storing or not _is_listed(draft, run)):
        return run
    if not _is_listed(draft, run) and not _is_unrecorded(draft, run):
        _enlist(draft, run.plan.runnable)  # it was forgotten: the server went back meanwhile
        return run
    return replace(run, phase=Applying(stages=stages(run.plan)))


def _applying(draft: Draft, number: int, run: RunState, phase: Applying) -> RunState:
    """Applying: send what can be sent; the next stage begins when all of this one is answered.

    Each stage is recorded: who is interrupted has lost little.  The namespace of the inventory may
    be there only now, and then it still comes before the objects.
    """
    while True:
        run, phase = send_steps(draft, number, run, phase)
        if phase.todo or phase.sent:
            return replace(run, phase=phase)
        if not phase.recorded and (run.shown.done or not phase.stages):
            phase = replace(phase, recorded=True)
            for name in run.apps:
                _store(draft, name)
        if not phase.stages:
            last = pruning.first_phase(run)
            return replace(run, phase=last) if last.todo else _applied(draft, run)
        if any(_is_tried_again(draft.app(name)) for name in run.apps):
            return replace(run, phase=phase)
        first, *others = phase.stages
        phase = Applying(first, phase.sent, tuple(others), draft.now + SERVED_WITHIN_S)


def _applied(draft: Draft, run: RunState) -> RunState:
    """All is done; what became of it is stored, and that a person wanted it."""
    if not run.auto and run.shown.what == SYNC:
        if not (prunes_of(run.plan) and run.shown.problems):  # one guard may be about the commit
            for name in run.apps:
                app, commit = draft.app(name), run.plan.revisions.get(name, "")
                draft.put_app(replace(app, rewritten=False, noting=commit))
        _note_wish(draft, run.apps)
    return replace(run, phase=Settling())


def _note_wish(draft: Draft, names: Iterable[str]) -> None:
    """Have the inventories say that a person wanted this, for other processes of ours.

    Not before all is done: what they heal because of it would meet what is being applied.
    """
    asked = datetime.fromtimestamp(draft.now, UTC).isoformat(timespec="milliseconds")
    for name in names:
        draft.put_app(replace(draft.app(name), asked=asked))
        _store(draft, name)


def _is_tried_again(app: AppState) -> bool:
    """Tell whether an inventory that could not be written is being written once more."""
    return app.storing is not None and bool(app.inventory_problem)


def finish(draft: Draft, run: Run, *, quiet: bool = False) -> None:
    """Keep a run that ended for those who asked for it, and store what it did."""
    for name in tuple(draft.apps):
        _store(draft, name)
    if not quiet:
        draft.keep(run)
