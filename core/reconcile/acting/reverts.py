"""A revert: a new commit in Git, then the ordinary sync of what it changes, as one run."""

from dataclasses import replace

from core.model import Cause, EventName, Plan, Run
from core.reconcile.acting.plans import plan_of
from core.reconcile.acting.remedies import with_requests
from core.reconcile.acting.runs import finish, start
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import ReadSource
from core.reconcile.memory.inputs import Reverted
from core.reconcile.memory.phases import RunState, Waiting
from core.reconcile.sides.claims import claims_of


def begin_revert(draft: Draft, number: int, app: str) -> None:
    """Keep the run open while the revert commit is made."""
    shown = Run(number, "revert", total=0)
    draft.runs[number] = RunState(shown, Plan("", ()), auto=False, phase=Waiting(app))


def reverted(draft: Draft, done: Reverted) -> None:
    """The revert commit exists (or not); the sync of what it changes follows."""
    run = draft.runs[done.run]
    if done.problem is not None:
        del draft.runs[done.run]
        finish(draft, replace(run.shown, problems=(done.problem,), finished=True))
        return
    message = "revert commit made"
    draft.tell(EventName.REVERTED, app=done.app, revision=done.revision, message=message)
    shown = replace(run.shown, revision=done.revision)
    draft.runs[done.run] = replace(run, shown=shown, phase=Waiting(done.app, done.revision))
    draft.effects += [ReadSource(name) for name in draft.apps]


def sync_reverts(draft: Draft, whole: frozenset[str]) -> None:
    """Start the sync of a revert once its app, read at the new commit, is judged as a *whole*."""
    for number, run in tuple(draft.runs.items()):
        match run.phase:
            case Waiting(app, str(revision)) if app in whole and _is_at(draft, app, revision):
                _sync(draft, number, run, app, revision)


def _is_at(draft: Draft, app: str, revision: str) -> bool:
    source = draft.app(app).source
    return source is not None and source.revision.id == revision


def _sync(draft: Draft, number: int, run: RunState, app: str, revision: str) -> None:
    rows = [
        row
        for row in draft.rows.values()
        if row.key.app == app and row.cause in {Cause.GIT_AHEAD, Cause.BOTH} and not row.calling
    ]
    claims = claims_of(draft.apps.values())
    made = with_requests(
        draft, plan_of(rows, revisions={app: revision}, inventories={}, claims=claims)
    )
    shown = replace(run.shown, total=run.shown.total + len(made.runnable))
    start(draft, number, made, shown, auto=False)
