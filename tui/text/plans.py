"""What a preview shows: every object in full, and what would happen to it."""

from core.model import AppView, Commit, Plan, RevertPlan, Step
from core.telling import plans
from core.telling.origins import author_name
from core.telling.spans import Line, Role, Span, say
from tui.text.pairs import pair_lines
from tui.text.rows import Looks
from tui.text.spans import clip, wrap


def plan_lines(plan: Plan, width: int, looks: Looks, *, left: bool = False) -> list[Line]:
    """Counts, notes, then each step with its fields; with *left* what of them is left alone."""
    counted: Span = (f"   {plans.outcome(plan)}", Role.TEXT)
    lines: list[Line] = [(("cluster ", Role.MUTED), say(str(plan.called), Role.STRONG), counted)]
    lines += [plans.revision(app, commit) for app, commit in sorted(plan.revisions.items())]
    for note in plan.notes:
        lines += [((part, Role.WARNING),) for part in wrap(say(note)[0], width)]
    for step in plan.steps:
        lines += [(), *_step_lines(step, plan.called.short, width, looks)]
        for words in plans.left_in(step) if left else ():
            lines += [((f"  {part}", Role.MUTED),) for part in wrap(say(words)[0], width - 2)]
    return lines


def _step_lines(step: Step, cluster: str, width: int, looks: Looks) -> list[Line]:
    """One object: verb, cluster, namespace, kind, name; its fields `live -> Git`."""
    lines = [clip(plans.step_in(cluster, step), width)]
    if step.problem:
        lines += [((f"  {p}", Role.ERROR),) for p in wrap(say(step.problem)[0], width - 2)]
    for change in step.changes:
        for line in pair_lines(change, width - 2, looks):
            lines.append((("  ", Role.TEXT), *line))
    return lines


def revert_lines(plan: RevertPlan, width: int, looks: Looks) -> list[Line]:
    """The commit to undo, the branch, the files, the diff, and what follows in the cluster."""
    lines = [*commit_head(plan.target), (("branch   ", Role.MUTED), say(plan.branch, Role.STRONG))]
    lines += [
        (("files    " if place == 0 else "         ", Role.MUTED), say(file))
        for place, file in enumerate(plan.files)
    ]
    for note in plan.notes:
        lines += [((part, Role.WARNING),) for part in wrap(say(note)[0], width)]
    if plan.problem:
        lines += [(), *(((part, Role.ERROR),) for part in wrap(say(plan.problem.words)[0], width))]
    lines.append(())
    lines += [_diff_line(text) for text in plan.diff.splitlines()]
    if plan.sync is not None:
        lines += [(), *plan_lines(plan.sync, width, looks, left=True)]
    return lines


def commit_head(commit: Commit) -> list[Line]:
    """Which commit it is."""
    return [
        (
            ("reverts  ", Role.MUTED),
            say(commit.id[:7], Role.GIT),
            say(f" {author_name(commit.author)}  ", Role.MUTED),
            say(commit.subject, Role.STRONG),
        )
    ]


def _diff_line(text: str) -> Line:
    """One line of a unified text: `-` is what Git says now, `+` what it would say."""
    if text.startswith(("---", "+++", "diff ", "index ")):
        return (say(text, Role.STRONG),)
    if text.startswith("@@"):
        return (say(text, Role.MUTED),)
    role = {"-": Role.LIVE_LINE, "+": Role.GIT_LINE}.get(text[:1], Role.TEXT)
    return (say(text, role),)


def heal_lines(app: AppView, cluster: str, drifted: int, width: int) -> list[Line]:
    """What standing repair will do, at once and later."""
    name = say(app.spec.name)[0]
    texts = [
        f"driftdeck will keep {name} on {say(cluster)[0]} equal to Git without asking again.",
        "This lasts until H switches it off or the terminal ends.",
        f"Now: {plans.objects(drifted)} would be put back."
        if drifted
        else "Now: nothing has drifted.",
        "Later: whatever somebody changes by hand in a field that Git states is put back.",
    ]
    lines: list[Line] = []
    for text in texts:
        lines += [((part, Role.TEXT),) for part in wrap(text, width)]
        lines.append(())
    return lines
