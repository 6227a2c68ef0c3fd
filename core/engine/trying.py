"""Trying a step out: what the server says to it, before anybody accepts it.

What a sync writes was confirmed when it was judged.  What a revert will write is stated nowhere
yet, so it is asked about here, in the same way: the apply, then the whole where that tells more.
"""

from dataclasses import replace
from http import HTTPStatus
from typing import Final

from core.engine.failing import answer
from core.engine.seams import ClusterLike
from core.model import Drift, Remedy, Step, Verb, Verdict, problem_of
from core.model.requests import Apply, Delete
from core.reconcile.judging.confirming import Questions
from core.reconcile.judging.evidence.refusals import is_final, outcome_of
from core.reconcile.memory.effects import Trial
from core.reconcile.memory.results import Confirmed
from core.reconcile.memory.subjects import Further

_NO_DRY_RUNS: Final = "does not support dry run"  # a webhook's side effects are its own


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
    said = await cluster.dry_run(step.key, trial.desired, trial.live, first)
    further: Further | None = None
    while (asked := questions.after(row, said, further)) is not None:
        further = asked
        said = await cluster.dry_run(step.key, trial.desired, trial.live, further.patch)
    outcome = outcome_of(said, further)
    if outcome.stuck:
        path, words = outcome.stuck[0]
        return f"cannot be applied: {path}: {words}", None
    if outcome.answer is not None and _is_refused(outcome.answer):
        return outcome.answer.problem, None
    return "", outcome.blocking


async def tried_new(cluster: ClusterLike, step: Step) -> Step:
    """Return a step that makes an object with what the server says to it by a dry-run."""
    first = step.requests[0] if step.requests else None
    if step.verb is not Verb.CREATE or step.untried or not isinstance(first, Apply):
        return step
    problem = await answer(cluster.try_out(first), problem_of)
    if problem is None:
        return step
    unsure = problem.remedy in {Remedy.WAIT, Remedy.LOOK_AGAIN} or _NO_DRY_RUNS in problem.words
    if unsure:  # the write itself will tell
        return replace(step, untried=problem.words)
    return replace(step, problem=problem.words, remedy=problem.remedy)


def _is_refused(answer: Confirmed) -> bool:
    denied = answer.predicted is None and answer.status == HTTPStatus.FORBIDDEN
    return is_final(answer) or (denied and not answer.retry)
