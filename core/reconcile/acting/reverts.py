"""A revert: a new commit in Git, then the ordinary sync of what it changes, as one run."""

from dataclasses import replace

from core.model import Plan, Run
from core.reconcile.acting.plans import plan
from core.reconcile.acting.remedies import decided
from core.reconcile.acting.runs import finish, start
from core.reconcile.judging.claims import claims_of
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import ReadSource
from core.reconcile.memory.inputs import Reverted
from core.reconcile.memory.state import RunState


def begin_revert(draft: Draft, number: int, app: str) -> None:
    """Keep the run open while the revert commit is made."""
    shown = Run(number, "revert", total=0)
    draft.write("runs")[number] = RunState(shown, Plan("", ()), auto=False, awaited=(app, ""))


def reverted(draft: Draft, done: Reverted) -> None:
    """The revert commit exists (or not); the sync of what it changes follows."""
    run: RunState = draft.table("runs")[done.run]
    if done.problem:
        draft.drop("runs", done.run)
        shown = replace(
            run.shown, problems=(done.problem,), exit_code=done.exit_code, finished=True
        )
        finish(draft, shown)
        return
    draft.tell("reverted", app=done.app, revision=done.revision, message="revert commit made")
    shown = replace(run.shown, revision=done.revision)
    draft.set_run(done.run, shown=shown, awaited=(done.app, done.revision))
    draft.effects += [ReadSource(app.spec.name) for app in draft.apps()]


def sync_reverts(draft: Draft, whole: frozenset[str]) -> None:
    """Start the sync of a revert once its app, read at the new commit, is judged as a *whole*."""
    for number, run in tuple(draft.table("runs").items()):
        if run.awaited is None or not run.awaited[1] or run.awaited[0] not in whole:
            continue
        name, revision = run.awaited
        source = draft.app(name).source
        if source is None or source.revision.id != revision:
            continue
        rows = [
            row
            for row in draft.table("rows").values()
            if row.key.app == name
            and row.cause is not None
            and row.cause.value != "live_changed"
            and not row.calling
        ]
        claims = claims_of(draft.apps())
        made = decided(draft, plan(rows, revisions={name: revision}, records={}, claims=claims))
        shown = replace(run.shown, total=run.shown.total + len(made.runnable))
        start(draft, number, made, shown, auto=False)
