"""A plan in words: every object in full, so that what a person accepts is what will run."""

from collections.abc import Iterator, Sequence
from typing import Final

from core.clean import clean
from core.cli.ink import Ink, wrapped
from core.cli.report import change_lines
from core.model import Plan, Run, Snapshot, Step, Verb, Verdict

_VERB_WORDS: Final = {Verb.CREATE: "create", Verb.APPLY: "apply"}


def plan_lines(plan: Plan, ink: Ink) -> Iterator[str]:
    """Yield a plan: where it runs, its steps in their order, and what to know about it."""
    yield ink.title(clean(f"Plan for cluster {plan.cluster}"))
    for app, revision in plan.revisions.items():
        yield from wrapped("", f"app {app} at {revision[:7]}", indent=2)
    for step in plan.steps:
        yield ""
        yield from _step_lines(step, ink)
    yield ""
    for note in plan.notes:
        yield from wrapped("- ", note, indent=2)
    left_out = len(plan.steps) - len(plan.runnable)
    yield f"  {count_text(plan)}" + (f"; {left_out} cannot be done" if left_out else "")


def count_text(plan: Plan) -> str:
    """Count what a plan does: 2 to create, 1 to apply."""
    verbs = [step.verb for step in plan.runnable]
    parts = [f"{verbs.count(verb)} to {word}" for verb, word in _VERB_WORDS.items()]
    return ", ".join(part for part in parts if not part.startswith("0 ")) or "nothing to do"


def left_alone(snapshot: Snapshot) -> tuple[str, ...]:
    """Say what a sync does not touch although it is drift."""
    extra = sum(row.verdict is Verdict.EXTRA for row in snapshot.rows.values())
    objects = "object that Git lacks is" if extra == 1 else "objects that Git lacks are"
    return (f"{extra} {objects} left alone: a sync deletes nothing",) if extra else ()


def run_lines(run: Run, ink: Ink) -> Iterator[str]:
    """Yield how a run ended."""
    for problem in run.problems:
        yield from (ink.bad(line) for line in wrapped("! ", problem, indent=2))
    done = f"{run.done} of {run.total} done"
    yield ink.bad(done) if run.problems else ink.good(done)


def _step_lines(step: Step, ink: Ink) -> Iterator[str]:
    paint = ink.bad if step.problem else ink.good
    name = str(step.key.ref).replace("/", " ", 1)
    head, *more = wrapped("", f"{_VERB_WORDS[step.verb]} {name}  ({step.key.app})", indent=2)
    yield paint(head)
    yield from more
    if step.problem:
        yield from (ink.bad(line) for line in wrapped("! ", step.problem, indent=4))
    for change in step.changes:
        yield from change_lines(change, ink, indent=4)


def protected_names(plans: Sequence[Plan], protected: frozenset[str]) -> tuple[str, ...]:
    """Return the protected clusters among those that *plans* write to."""
    return tuple(sorted({plan.cluster for plan in plans} & protected))
