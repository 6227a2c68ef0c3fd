"""An adoption: worked out, shown, and made in Git; nothing is written to a cluster."""

from collections.abc import Iterator
from dataclasses import replace

from core.model import Plan, Problem, Remedy, Run
from core.model.answers.adoptions import Adopted, AdoptPlan
from core.reconcile.acting.adopting.choosing import chosen, pending
from core.reconcile.acting.runs import finish
from core.reconcile.acting.standing import why_not
from core.reconcile.memory.commands import ExecuteAdoption, PrepareAdoption
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import ComputeAdoption, MakeAdoption, ReadSource
from core.reconcile.memory.phases import Committing, RunState
from core.reconcile.memory.results import AdoptionMade

ADOPT = "adopt"


def obey(draft: Draft, asked: PrepareAdoption | ExecuteAdoption) -> None:
    """Show what an adoption would be, or make it as it was shown."""
    if isinstance(asked, PrepareAdoption):
        _prepare(draft, asked)
    else:
        _begin(draft, asked)


def _prepare(draft: Draft, asked: PrepareAdoption) -> None:
    made = _plan(draft, asked)
    if made.problem is not None:
        draft.answer(asked.request, made)
    else:
        draft.effects.append(ComputeAdoption(asked.request, made))


def _plan(draft: Draft, asked: PrepareAdoption) -> AdoptPlan:
    app = draft.app(asked.app)
    revision = app.source.revision.id if app.source is not None else ""
    made = AdoptPlan(asked.app, revision, branch=asked.begins, begins=bool(asked.begins))
    adopted, notes = [], []
    for key in sorted(asked.keys):
        found = chosen(draft, key, asked.fields)
        if isinstance(found, str):
            notes.append(f"{key.ref}: {found}")
        else:
            adopted.append(found)
            left = ", ".join(pending(draft, found))
            notes += [f"{key.ref}: left alone, for Git moved on: {left}"] if left else []
            notes += _also_read(draft, found) if found.gone else []
    if not adopted:
        words = "; ".join(notes) or "nothing has drifted"
        return replace(made, problem=Problem(Remedy.CHANGE_GIT, words))
    return replace(made, adopted=tuple(adopted), notes=tuple(notes))


def _also_read(draft: Draft, gone: Adopted) -> Iterator[str]:
    """Say which other apps drop an object, too, for they read the same file."""
    mine = draft.app(gone.key.app).spec
    for name, app in sorted(draft.apps.items()):
        alike = (app.spec.repo, app.spec.revision) == (mine.repo, mine.revision)
        files = (each.document.file for each in app.desired.values())
        if alike and name != mine.name and gone.document.file in files:
            yield f"{gone.key.ref}: app {name} reads {gone.document.file}, too, and drops it then"


def _begin(draft: Draft, ordered: ExecuteAdoption) -> None:
    """Make the commit, if the live values are still those that were shown."""
    plan = ordered.plan
    cluster = draft.app(plan.app).spec.cluster
    shown = Run(ordered.run, ADOPT, total=0)
    problems = [] if draft.may_write(cluster) else [why_not(draft, cluster)]
    problems += [
        Problem(Remedy.LOOK_AGAIN, f"{each.key.ref}: changed since this was shown; look again")
        for each in plan.adopted
        if not problems and not _stands(draft, each)
    ]
    if problems:
        finish(draft, replace(shown, problems=tuple(problems), finished=True))
        return
    draft.runs[ordered.run] = RunState(shown, Plan("", ()), auto=False, phase=Committing())
    draft.effects.append(MakeAdoption(ordered.run, plan))


def _stands(draft: Draft, shown: Adopted) -> bool:
    now = chosen(draft, shown.key, frozenset(change.path for change in shown.changes))
    return isinstance(now, Adopted) and (now.document, now.body) == (shown.document, shown.body)


def made(draft: Draft, done: AdoptionMade) -> None:
    """The commit exists, or not; Git is read again."""
    run = draft.runs.pop(done.run)
    problems = () if done.problem is None else (done.problem,)
    shown = replace(run.shown, revision=done.revision, problems=problems, finished=True)
    finish(draft, shown)
    draft.effects += [ReadSource(name) for name in draft.apps]
