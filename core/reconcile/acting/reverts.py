"""A revert: worked out, made in Git, and followed by just what it changes in the cluster.

Git says what the commit would be; what follows in the cluster is worked out here, from what Git
states before and after it, so that both are shown before anything is done.  The run waits until the
app was read at the new commit and then carries out what was shown, and nothing else.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from core.model import (
    EventName,
    FieldChange,
    Key,
    Plan,
    Problem,
    Remedy,
    RevertPlan,
    Run,
    Step,
)
from core.reconcile.acting.order.trials import tried_out, with_untried
from core.reconcile.acting.reversals import after_of, resources_of, reversal
from core.reconcile.acting.runs import finish, start
from core.reconcile.acting.sending import MOVED, problem_of_step, with_done
from core.reconcile.acting.standing import already, why_not
from core.reconcile.judging.judging import live_at, policy_of
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import (
    CheckAccess,
    FindRevert,
    MakeRevert,
    ReadSource,
    Trial,
    WakeAt,
)
from core.reconcile.memory.phases import RunState, Waiting
from core.reconcile.memory.results import PlanPrepared, Reverted, RevertFound, RevertPrepared
from core.reconcile.memory.state import is_settled
from core.reconcile.sides.fences import is_refused
from core.reconcile.sides.watched import follow_kinds

READ_WITHIN_S: Final = 60.0  # a cold start on 10,000 objects takes 15 s

_FORGOTTEN: Final = Problem(Remedy.LOOK_AGAIN, "this revert was not shown lately; look again")

# Working it out ----------------------------------------------------------------------------------


def preview(draft: Draft, made: RevertPrepared) -> None:
    """Git knows what the commit would be; what follows in the cluster is to be seen."""
    if made.plan.problem is not None:
        draft.answer(made.request, made.plan)
        return
    draft.previews[made.request] = made.plan
    follow_kinds(draft, draft.app(made.plan.app).spec.cluster)


def finish_previews(draft: Draft) -> None:
    """Work out what follows where all is known that it depends on."""
    for request, revert in tuple(draft.previews.items()):
        if revert.sync is not None:
            continue  # it is being asked what of it may be done
        app = draft.app(revert.app)
        view = draft.cluster(app.spec.cluster).view
        if view.problem is not None and not view.connected:
            del draft.previews[request]
            words = f"what follows in cluster {view.called} cannot be seen: {view.problem}"
            draft.answer(request, replace(revert, problem=replace(view.problem, words=words)))
        elif _is_seen(draft, revert):
            sync = with_untried(draft, replace(reversal(draft, revert), place=view.called))
            draft.previews[request] = replace(revert, sync=sync)
            _ask(draft, request, sync)


def _is_seen(draft: Draft, revert: RevertPlan) -> bool:
    app = draft.app(revert.app)
    cluster = draft.cluster(app.spec.cluster)
    served = cluster.resources or {}
    stated = (each for pair in revert.restated for each in pair if each is not None)
    kinds = {each.kind for each in stated if not is_refused(app, cluster, each, served)}
    followed = kinds & served.keys()
    return (
        draft.is_whole(revert.app)
        and all(is_settled(cluster, kind) for kind in followed)
        and all(cluster.kinds[k].schema_read or cluster.kinds[k].problem for k in followed)
    )


def _ask(draft: Draft, request: int, sync: Plan) -> None:
    if not sync.steps:
        take_access(draft, PlanPrepared(request, sync))
        return
    served = resources_of(draft, draft.previews[request])
    kinds = {step.kind for step in sync.steps} & served.keys()
    resources = {kind: served[kind] for kind in kinds}
    draft.effects.append(CheckAccess(request, sync, resources, dict(_trials(draft, request))))


def _trials(draft: Draft, request: int) -> Iterator[tuple[Key, Trial]]:
    """Yield what is to be tried out: nobody asked yet what the server says to these values."""
    revert = draft.previews[request]
    cluster = draft.cluster(draft.app(revert.app).spec.cluster)
    stated = after_of(draft, revert)
    for step in revert.sync.runnable if revert.sync is not None else ():
        live = live_at(cluster, step.kind, step.key.ref)
        if live is not None:
            policy = policy_of(draft.app(revert.app).spec)
            schema = cluster.kinds[step.kind].schema
            yield step.key, Trial(stated[step.key.ref], live, schema, policy)


def take_access(draft: Draft, done: PlanPrepared) -> None:
    """It is known what of a plan may be done: it can be shown, by itself or with its revert."""
    revert = draft.previews.get(done.request)
    if revert is None:
        draft.answer(done.request, tried_out(draft, done.plan))
        return
    del draft.previews[done.request]
    known = {step.key: step for step in done.plan.steps}
    revert = replace(revert, blocking=done.blocking)
    made = reversal(draft, revert) if done.blocking else done.plan
    steps = tuple(_as_tried(step, known.get(step.key)) for step in made.steps)
    sync = tried_out(draft, replace(made, steps=steps))
    draft.answer(done.request, replace(revert, sync=sync))


def _as_tried(step: Step, tried: Step | None) -> Step:
    if tried is None or step.problem:
        return step
    return replace(step, problem=tried.problem, remedy=tried.remedy, untried=tried.untried)


# Carrying it out ---------------------------------------------------------------------------------


def begin_revert(draft: Draft, number: int, asked: RevertPlan) -> None:
    """Make the commit, if the cluster is still the one in which it was shown what follows."""
    what = "revert" if asked.restores is None else "rollback"
    shown = Run(number, what, total=0)
    revert = draft.restored(asked)
    problems = (_FORGOTTEN,) if revert is None else _objections(draft, revert)
    if revert is None or problems:
        finish(draft, replace(shown, problems=problems, finished=True))
        return
    draft.runs[number] = RunState(shown, Plan("", ()), auto=False, phase=Waiting(revert))
    draft.effects.append(MakeRevert(number, revert))


def _objections(draft: Draft, revert: RevertPlan) -> tuple[Problem, ...]:
    cluster = draft.app(revert.app).spec.cluster
    if not draft.may_write(cluster):
        return (why_not(draft, cluster),)
    if revert.sync is None:
        return ()  # there is a problem, and Git says which
    return tuple(
        Problem(Remedy.LOOK_AGAIN, f"{step.key.ref}: changed since the plan was made; look again")
        for step, now in _steps_now(draft, revert)
        if now is None
    )


def _steps_now(draft: Draft, revert: RevertPlan) -> Iterator[tuple[Step, Step | None]]:
    """Yield each step that was shown, and as it is now; None where it would do something else.

    An object moves on without a change that matters here: its status does so all the time.
    """
    assert revert.sync is not None
    now = {step.key: step for step in reversal(draft, revert).steps}
    for step in revert.sync.runnable:
        found = now.get(step.key)
        same = found is not None and not found.problem and _does(found) == _does(step)
        yield step, found if same else None


def _does(step: Step) -> tuple[object, ...]:
    return step.kind, step.verb, tuple(map(_says, step.changes))


def _says(change: FieldChange) -> tuple[object, ...]:
    return change.path, change.live, change.git, change.place


def reverted(draft: Draft, done: Reverted) -> None:
    """The revert commit exists (or not); what follows waits until the app was read there."""
    run = draft.runs[done.run]
    assert isinstance(run.phase, Waiting)
    if done.problem is not None:
        _end(draft, run, done.problem)
        return
    revert = run.phase.revert
    message = "revert commit made" if revert.restores is None else "rollback commit made"
    if revert.begins:
        message += f" on {revert.branch}"
    draft.tell(EventName.REVERTED, app=done.app, revision=done.revision, message=message)
    if revert.begins:  # what follows is shown, and waits until somebody merges it
        del draft.runs[done.run]
        finish(draft, replace(run.shown, revision=done.revision, finished=True))
        return
    until, source = draft.now + READ_WITHIN_S, draft.app(done.app).source
    before = source.revision.id if source is not None else ""
    phase = replace(run.phase, revision=done.revision, until=until, before=before)
    shown = replace(run.shown, revision=done.revision)
    draft.runs[done.run] = replace(run, shown=shown, phase=phase)
    draft.effects += [WakeAt(until), *(ReadSource(name) for name in draft.apps)]


def resume_reverts(draft: Draft, whole: frozenset[str]) -> None:
    """Go on with the reverts whose app was read at their commit, or past it, and is *whole*."""
    for run in tuple(draft.runs.values()):
        phase = run.phase
        if isinstance(phase, Waiting) and phase.revision is not None:
            _resume(draft, run, phase, phase.revision, whole)


def _resume(
    draft: Draft, run: RunState, phase: Waiting, revision: str, whole: frozenset[str]
) -> None:
    name = phase.revert.app
    app, number = draft.app(name), run.shown.id
    head = app.source.revision.id if app.source is not None else ""
    if head in {revision, phase.passed} and name in whole:
        _sync(draft, run, phase.revert, head)
    elif app.problem is not None:
        words = f"{_made(phase)}, for app {name} cannot be read: {app.problem}"
        _end(draft, run, replace(app.problem, words=words))
    elif draft.now >= phase.until:
        words = f"{_made(phase)}, for app {name} was not read there in time"
        _end(draft, run, Problem(Remedy.WAIT, words))
    elif head not in {revision, phase.before, phase.asked}:
        draft.runs[number] = replace(run, phase=replace(phase, asked=head))
        draft.effects.append(FindRevert(number, name, revision, head))


def found_revert(draft: Draft, found: RevertFound) -> None:
    """Git moved on meanwhile: with the revert in it, or without."""
    run = draft.runs.get(found.run)
    if run is None or not isinstance(run.phase, Waiting) or run.phase.asked != found.head:
        return
    if found.there:
        draft.runs[found.run] = replace(run, phase=replace(run.phase, passed=found.head))
        return
    words = f"{_made(run.phase)}, for the branch is at {found.head[:7]} now, which lacks it"
    _end(draft, run, Problem(Remedy.LOOK_AGAIN, words))


def _made(phase: Waiting) -> str:
    return f"commit {(phase.revision or '')[:7]} was made and nothing done in the cluster"


def _end(draft: Draft, run: RunState, problem: Problem) -> None:
    del draft.runs[run.shown.id]
    problems = (*run.shown.problems, problem)
    finish(draft, replace(run.shown, problems=problems, finished=True))


def _sync(draft: Draft, run: RunState, revert: RevertPlan, head: str) -> None:
    """Carry out what was shown, on the objects as they are now."""
    assert revert.sync is not None
    found = tuple(_steps_now(draft, revert))
    moved: list[Step] = []
    for step in (step for step, now in found if now is None):
        if said := already(draft, step):
            run = with_done(run, step, said)
        else:
            moved.append(step)
    problems = [
        *(problem_of_step(step) for step in revert.sync.steps if step.problem),
        *(Problem(Remedy.LOOK_AGAIN, f"{s.key.ref}: {MOVED}") for s in moved),
    ]
    steps = tuple(now for _, now in found if now is not None)
    wanted = replace(revert.sync, steps=steps, revisions={revert.app: head})
    shown = replace(run.shown, total=len(revert.sync.steps), problems=tuple(problems))
    start(draft, run.shown.id, wanted, shown, auto=False)
