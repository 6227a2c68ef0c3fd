"""What an effect that failed has to say: a `ProductError` is data, and everything else goes on.

`answer` is the one place where such an error ends; what is no `ProductError` is a bug, and ends
the engine.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TypeAlias, TypeVar, assert_never

from core.errors import ProductError, UnavailableError
from core.model import Blocked, Commit, CommitShown, Guard, Plan, RevertPlan, problem_of
from core.model.answers.comparisons import Comparison, End
from core.reconcile.memory.effects import (
    CheckAccess,
    CompareStates,
    ComputeAdoption,
    ComputeRevert,
    Confirm,
    FindDone,
    FindRevert,
    LookBack,
    LookUp,
    MakeAdoption,
    MakeRevert,
    Perform,
    Prove,
    Prune,
    ReadCommit,
    ReadInventory,
    ReadPods,
    Recall,
    WriteInventory,
    WritePause,
)
from core.reconcile.memory.inputs import Input
from core.reconcile.memory.results import (
    AdoptionMade,
    AdoptionPrepared,
    Applied,
    CommitRead,
    Compared,
    Confirmed,
    DoneFound,
    Examined,
    Explained,
    InventoryRead,
    InventoryWritten,
    LookedBack,
    PauseWritten,
    PlanPrepared,
    Proved,
    Pruned,
    Recalled,
    Reverted,
    RevertFound,
    RevertPrepared,
)

T = TypeVar("T")
Asking: TypeAlias = (  # the effects that end with exactly one input, whatever becomes of them
    Confirm
    | Perform
    | Prove
    | Prune
    | LookUp
    | Recall
    | ReadInventory
    | WriteInventory
    | WritePause
    | CheckAccess
    | ReadPods
    | FindDone
    | LookBack
    | ComputeRevert
    | ReadCommit
    | CompareStates
    | MakeRevert
    | FindRevert
    | ComputeAdoption
    | MakeAdoption
)


async def answer(work: Awaitable[T], otherwise: Callable[[ProductError], T]) -> T:
    """Return what *work* finds, or what *otherwise* makes of the error it ends with."""
    try:
        return await work
    except ProductError as error:
        return otherwise(error)


def failed(  # noqa: C901, PLR0911, PLR0912 - one case each
    effect: Asking, error: ProductError, branches: Mapping[str, str]
) -> Input:
    """Say that *effect* ended with *error*.

    Args:
        effect: What was asked.
        error: Why there is no better answer.
        branches: The revision that each app follows: a revert is made there, if anywhere.
    """
    problem = problem_of(error)
    match effect:
        case Confirm(_, key, desired, live):
            again, asked = isinstance(error, UnavailableError), effect.patch
            words = problem.words
            return Confirmed(key, desired, live, None, words, status=0, retry=again, patch=asked)
        case Perform(_, key, desired):
            return Applied(key, desired, None, problem)
        case Prove(_, app):
            return Proved(app, "", Blocked(Guard.SOURCE_KNOWN, problem.words))
        case Prune(_, key, uid):
            return Pruned(key, uid, problem)
        case LookUp():
            return Explained(effect.key, effect.desired, effect.live, effect.changes)
        case Recall(key, _, revision):
            return Recalled(key, revision, ())
        case ReadInventory(app=app):
            return InventoryRead(app, (), problem.words)
        case WriteInventory(app=app, rows=rows):
            return InventoryWritten(app, rows, problem.words)
        case WritePause(run=run, app=app):
            return PauseWritten(run, app, problem=problem)
        case CheckAccess(request, plan):
            return PlanPrepared(request, _refused(plan, problem.words))
        case ComputeRevert(request, app, commit, _, begins):
            target = Commit(commit, "", "", "")
            shown = RevertPlan(app, target, begins or branches[app], "", problem=problem)
            return RevertPrepared(request, shown)
        case ReadCommit(request, _, commit):
            return CommitRead(request, CommitShown(commit, problem=problem))
        case LookBack(request, key):
            return LookedBack(request, key, (), problem.words)
        case FindDone(request):
            return DoneFound(request, (), problem)
        case ReadPods(request, known):
            return Examined(request, known)
        case CompareStates(request, before, after):
            return Compared(request, Comparison(End(before), End(after), problems=(problem,)))
        case MakeRevert(run, revert):
            return Reverted(run, revert.app, "", problem)
        case ComputeAdoption(request, adoption):
            return AdoptionPrepared(request, replace(adoption, problem=problem))
        case MakeAdoption(run):
            return AdoptionMade(run, "", problem)
        case FindRevert(run, _, _, head):
            return RevertFound(run, head, there=False)
        case _:
            assert_never(effect)


def _refused(plan: Plan, problem: str) -> Plan:
    """Say of each step of *plan* that could be done why it cannot."""
    steps = (step if step.problem else replace(step, problem=problem) for step in plan.steps)
    return replace(plan, steps=tuple(steps))
