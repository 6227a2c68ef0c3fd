"""Trying a step out: what the server says to it, before anybody accepts it.

What a sync writes was confirmed when it was judged.  What a revert will write is stated nowhere
yet, so it is asked about here, in the same way: the apply, then the whole where that tells more.
"""

from http import HTTPStatus

from core.engine.seams import ClusterLike
from core.model import Drift, Step, Verdict
from core.model.requests import Delete
from core.reconcile.judging.confirming import Questions
from core.reconcile.judging.evidence.refusals import is_final, outcome_of
from core.reconcile.memory.effects import Trial
from core.reconcile.memory.results import Confirmed
from core.reconcile.memory.subjects import Further


async def tried(
    cluster: ClusterLike, step: Step, trial: Trial
) -> tuple[str, tuple[str, ...] | None]:
    """Return why the server refuses a step, "" if it does not, and what has to go with it.

    None: the apply was not refused by itself.  What the server cannot say now is no refusal: the
    write itself will tell.
    """
    first = step.requests[0]
    if isinstance(first, Delete):
        return "", None
    row = Drift(step.key, "", step.kind, Verdict.DRIFTED, changes=step.changes)
    questions = Questions(trial.desired, trial.live, trial.schema, trial.policy)
    answer = await cluster.dry_run(step.key, trial.desired, trial.live, first)
    further: Further | None = None
    while (asked := questions.after(row, answer, further)) is not None:
        further = asked
        answer = await cluster.dry_run(step.key, trial.desired, trial.live, further.patch)
    outcome = outcome_of(answer, further)
    if outcome.stuck:
        path, words = outcome.stuck[0]
        return f"cannot be applied: {path}: {words}", None
    if outcome.answer is not None and _is_refused(outcome.answer):
        return outcome.answer.problem, None
    return "", outcome.blocking


def _is_refused(answer: Confirmed) -> bool:
    denied = answer.predicted is None and answer.status == HTTPStatus.FORBIDDEN
    return is_final(answer) or (denied and not answer.retry)
