"""Setting an app or an object aside for a time, and taking it up again.

It holds once the cluster has it, for then every process of ours obeys it.
"""

from core.model import ObjectRef, Pause, Problem, Run
from core.reconcile.acting.runs import finish
from core.reconcile.acting.standing import why_not
from core.reconcile.judging.holds.pauses import take_pauses
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import WritePause
from core.reconcile.memory.inputs import PausesRead
from core.reconcile.memory.results import PauseWritten
from core.reconcile.memory.state import home_of, inventory_namespace

PAUSE = "pause"


def change_pause(
    draft: Draft, run: int, name: str, ref: ObjectRef | None, pause: Pause | None
) -> None:
    """Have a pause stored, or its end: *pause* is None then."""
    app = draft.app(name)
    cluster = app.spec.cluster
    if not draft.may_write(cluster):
        _finish(draft, run, why_not(draft, cluster))
        return
    namespace = inventory_namespace(app, draft.cluster(cluster))
    effect = WritePause(run, cluster, name, namespace, ref, pause, home_of(app))
    draft.effects.append(effect)


def wrote_pause(draft: Draft, written: PauseWritten) -> None:
    """A pause was stored, or could not be."""
    if written.problem is None:
        take_pauses(draft, PausesRead(written.app, written.pauses))
    _finish(draft, written.run, written.problem)


def _finish(draft: Draft, number: int, problem: Problem | None) -> None:
    problems = () if problem is None else (problem,)
    run = Run(number, PAUSE, total=1, done=int(problem is None), problems=problems, finished=True)
    finish(draft, run)
