"""What a preview shows: every object in full, and what would happen to it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

from core.model import (
    ClusterName,
    Drift,
    FieldChange,
    Key,
    Plan,
    RevertPlan,
    Step,
    Verb,
)
from core.model.answers.adoptions import AdoptPlan
from core.telling import origins, plans
from core.telling.moments import lasting
from core.telling.spans import Line, Role, Span, say
from tui.text.changes import field_lines, origin_lines
from tui.text.rows import Looks
from tui.text.spans import flow, fold, wrap
from tui.text.unified import shown_lines

Rows: TypeAlias = Mapping[Key, Drift]


def plan_lines(
    plan: Plan, rows: Rows, width: int, looks: Looks, *, left: bool = False
) -> list[Line]:
    """Counts, notes, then each step with its fields; with *left* what of them is left alone.

    Who changed a field and why is looked up after the plan is made: *rows* tells by now.
    """
    counted: Span = (f"   {plans.outlook(plan)}", Role.TEXT)
    head: Line = (("cluster ", Role.MUTED), say(str(plan.called), Role.STRONG), counted)
    lines: list[Line] = flow(head, width, indent=2)
    for app, commit in sorted(plan.revisions.items()):
        lines += flow(plans.revision(app, commit), width, indent=2)
    lines += _note_lines(plan.notes, width)
    for line in plans.guards(plan):
        lines += flow(line, width, indent=4)
    for step in plan.steps:
        lines += [(), *_step_lines(step, plan.called.short, rows.get(step.key), width, looks)]
        for words in plans.left_in(step) if left else ():
            lines += [((f"  {part}", Role.MUTED),) for part in wrap(say(words)[0], width - 2)]
    return lines


def _step_lines(
    step: Step, cluster: str, row: Drift | None, width: int, looks: Looks
) -> list[Line]:
    """One object: verb, cluster, namespace, kind, name; its fields `live -> Git`, who and why."""
    lines = flow(plans.step_in(cluster, step), width, indent=2)
    if step.problem:
        lines += [((f"  {p}", Role.ERROR),) for p in wrap(say(step.problem)[0], width - 2)]
    if step.protected:
        words = "c lets it go, too, once its name is typed"
        words = words if step.problem else f"confirmed by its name: {step.protected}"
        lines += [((f"  {p}", Role.WARNING),) for p in wrap(say(words)[0], width - 2)]
    if step.verb is Verb.CREATE and row is not None:
        lines += origin_lines(row, width, looks)
    explained = row is None or row.explained
    for change in _explained(step.changes, row):
        for line in field_lines(change, width - 2, looks, explained=explained):
            lines.append((("  ", Role.TEXT), *line))
    return [*lines, *_created_lines(step, width)]


def _explained(changes: Iterable[FieldChange], row: Drift | None) -> Iterator[FieldChange]:
    """Give the fields of a step what is known of them by now."""
    known = {change.path: change for change in row.changes} if row is not None else {}
    for change in changes:
        found = known.get(change.path, change)
        yield replace(change, actor=found.actor, origin=found.origin, detail=found.detail)


def _created_lines(step: Step, width: int) -> list[Line]:
    """The object that a create makes, whole; an object that is to come has none yet."""
    texts = shown_lines(step.creates) if step.creates is not None else ()
    lines = (((f"  + {text}"), Role.GIT_LINE) for text, _ in map(say, texts))
    return [part for span in lines for part in fold((span,), width, indent=4)]


def revert_lines(plan: RevertPlan, rows: Rows, width: int, looks: Looks) -> list[Line]:
    """The commit to undo, the branch, the files, the diff, and what follows in the cluster."""
    undoing = plans.undoing(back=plan.restores is not None)
    head: Line = ((undoing, Role.MUTED), *origins.commit_brief(plan.target, looks.now))
    lines = flow(head, width, indent=9)
    lines += _commit_lines(plan, plan.diff, width)
    if plan.sync is not None:
        lines += [(), *plan_lines(plan.sync, rows, width, looks, left=True)]
    return lines


def adopt_lines(plan: AdoptPlan, rows: Rows, width: int, looks: Looks) -> list[Line]:
    """The branch, the files, the diff, and each field with who set it live."""
    lines = _commit_lines(plan, plan.diff or plan.patch, width)
    for each in plan.adopted:
        row = rows.get(each.key)
        lines += [(), (say(str(each.key.ref), Role.STRONG),)]
        lines += [((part, Role.WARNING),) for part in wrap(plans.whole(each), width) if part]
        for change in _explained(each.changes, row):
            lines += field_lines(change, width, looks, explained=row is None or row.explained)
    return lines


def _commit_lines(plan: RevertPlan | AdoptPlan, diff: str, width: int) -> list[Line]:
    """What every commit that would be made shows: its branch, its files, notes, and the diff."""
    lines: list[Line] = []
    if plan.branch:
        lines += flow((("branch   ", Role.MUTED), say(plan.branch, Role.STRONG)), width, indent=9)
    for place, file in enumerate(plan.files):
        named: Line = (("files    " if place == 0 else " " * 9, Role.MUTED), say(file))
        lines += fold(named, width, indent=9)
    lines += _note_lines(plan.notes, width)
    if plan.problem:
        lines += [(), *(((part, Role.ERROR),) for part in wrap(say(plan.problem.words)[0], width))]
    return [*lines, (), *diff_lines(diff, width)]


def _note_lines(notes: Iterable[str], width: int) -> list[Line]:
    return [((part, Role.WARNING),) for note in notes for part in wrap(say(note)[0], width)]


def diff_lines(text: str, width: int) -> list[Line]:
    """A unified text, long lines folded."""
    lines = (_diff_line(line) for line in text.splitlines())
    return [part for line in lines for part in fold(line, width)]


def _diff_line(text: str) -> Line:
    """One line of it: `-` is what Git says before the commit, `+` what it says after."""
    if text.startswith(("---", "+++", "diff ", "index ")):
        return (say(text, Role.STRONG),)
    if text.startswith("@@"):
        return (say(text, Role.MUTED),)
    role = {"-": Role.LIVE_LINE, "+": Role.GIT_LINE}.get(text[:1], Role.TEXT)
    return (say(text, role),)


def heal_promise(app: str, for_s: float, width: int) -> list[Line]:
    """What standing repair means, and when it ends."""
    texts = (
        f"driftdeck will keep {say(app)[0]} equal to Git without asking again.",
        f"This ends by itself in {lasting(for_s)}, and with the terminal; H ends it at once.",
        "Later: whatever somebody changes by hand in a field that Git states is put back.",
    )
    parts = (wrap(text, width) for text in texts)
    return [line for text in parts for line in (*(((part, Role.TEXT),) for part in text), ())]


def heal_lines(
    heal: tuple[str, float],
    cluster: ClusterName,
    now: Plan,
    rows: Rows,
    width: int,
    looks: Looks,
) -> list[Line]:
    """What standing repair will do, at once to these objects and later to others."""
    count = len(now.runnable)
    words = f"{plans.objects(count)} would be put back" if count else "nothing would be put back"
    left = len(now.steps) - count
    words += f", {plans.objects(left)} left as they are" if left > 1 else ""
    words += ", 1 object left as it is" if left == 1 else ""
    where = f"Now, on {say(str(cluster))[0]}: {words}."
    lines = [*heal_promise(*heal, width), *(((part, Role.STRONG),) for part in wrap(where, width))]
    lines += _note_lines(now.notes, width)
    for step in now.steps:
        lines += [(), *_step_lines(step, cluster.short, rows.get(step.key), width, looks)]
        for words in plans.left_in(step) if not step.problem else ():
            lines += [((f"  {part}", Role.MUTED),) for part in wrap(say(words)[0], width - 2)]
    return lines
