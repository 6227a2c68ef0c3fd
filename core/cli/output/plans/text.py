"""A plan on paper: every object in full, so that what a person accepts is what will run."""

from collections.abc import Iterator

from core.cli.output.ink import Ink
from core.cli.output.report import Page, change_lines
from core.model import Plan, Run, Step, Verb
from core.remedy.refusals import refusal
from core.telling import plans
from core.telling.spans import Line, Role, say


def plan_lines(plan: Plan, page: Page, *, left: bool = False) -> Iterator[str]:
    """Yield a plan: where it runs, its steps in their order, and what to know about it.

    With *left* also what stays as it is in the objects of its steps.
    """
    yield from page.lines(_plan_lines(plan, page, left=left))


def run_lines(run: Run, ink: Ink) -> Iterator[str]:
    """Yield how a run ended."""
    for line in plans.faster(run):
        yield from map(ink.line, ink.wrapped(line, indent=2, label="= "))
    for problem in run.problems:
        said = ink.wrapped((say(problem.words, Role.ERROR),), indent=2, label="! ")
        yield from map(ink.line, said)
        yield from map(ink.line, _hint(problem.words, ink, indent=4))
    yield ink.line(plans.run(run))


def _hint(words: str, ink: Ink, *, indent: int) -> Iterator[Line]:
    """Say what can be done about a refusal."""
    found = refusal(words)
    if found is not None:
        yield from ink.wrapped((say(found.hint, Role.MUTED),), indent=indent)


def _plan_lines(plan: Plan, page: Page, *, left: bool) -> Iterator[Line]:
    yield plans.title(plan)
    for app, commit in plan.revisions.items():
        yield from page.ink.wrapped(plans.revision(app, commit), indent=2)
    for step in plan.steps:
        yield ()
        yield from _step_lines(step, page, left=left)
    yield ()
    for line in plans.guards(plan):
        yield from page.ink.wrapped(line, indent=2)
    for note in plan.notes:
        yield from page.ink.wrapped((say(note),), indent=2, label="- ")
    yield (say(f"  {plans.totals(plan)}"),)


def _step_lines(step: Step, page: Page, *, left: bool) -> Iterator[Line]:
    yield from page.ink.wrapped(plans.step(step), indent=2)
    if step.problem:
        yield from page.ink.wrapped((say(step.problem, Role.ERROR),), indent=4, label="! ")
        yield from _hint(step.problem, page.ink, indent=6)
    confirmation = plans.confirmation(step)
    if confirmation:
        role = Role.MUTED if step.problem else Role.WARNING
        yield from page.ink.wrapped((say(confirmation, role),), indent=6 if step.problem else 4)
    for change in step.changes:
        names = ("live", "back") if step.verb is Verb.UNDO else ("live", "Git")
        yield from change_lines(change, page, indent=4, names=names)
    for words in plans.left_in(step) if left else ():
        yield from page.ink.wrapped((say(words, Role.MUTED),), indent=4)
