"""`driftdeck revert COMMIT` and `rollback COMMIT`: one new commit, and what follows from it.

The one undoes a commit, the other makes an app's folder what it was at one.

Both halves are shown before anything is asked: the commit, and what the cluster would be made to
follow of it.  What was shown is what runs.
"""

from collections.abc import Iterator
from typing import Final

from core.clean import clean
from core.cli.commands.looking.diff import tell_problems
from core.cli.commands.writing.sync import Console, console_for, finished
from core.cli.exit_codes import run_exit
from core.cli.options import Options
from core.cli.output.plans.text import plan_lines, run_lines
from core.cli.output.report import Page
from core.cli.output.streams import put
from core.cli.session import (
    READ_DEADLINE_S,
    EngineLike,
    beside,
    connected,
    judged,
    needed,
    settings_of,
)
from core.errors import UnavailableError, UsageError
from core.model import AppSpec, Remedy, RevertPlan, Snapshot, error_of
from core.reconcile.memory.commands import ExecuteRevert, PrepareRevert
from core.settings.reading import Settings
from core.telling import origins
from core.telling.plans import AFTER_MERGE, counts
from core.telling.spans import Role, say

_REQUEST: Final = 1


async def run(options: Options, *, back: bool = False) -> int:
    """Preview, ask, commit, and wait for the sync; return the exit code."""
    settings = settings_of(options, whole=True)
    app = _only_app(settings, "rollback" if back else "revert")
    cluster = next(c for c in settings.clusters if c.name == app.cluster)
    console = console_for(options)

    async def reader(engine: EngineLike) -> int:
        word = cluster.name if cluster.protected else "yes"
        return await revert(engine, app, options, console, word=word, back=back)

    return await beside(connected(settings, writing=not options.dry_run), reader)


def _only_app(settings: Settings, what: str) -> AppSpec:
    if len(settings.apps) > 1:
        names = ", ".join(app.name for app in settings.apps)
        raise UsageError(f"a {what} is of one app; say which with --app: {names}")
    return settings.apps[0]


async def revert(
    engine: EngineLike,
    app: AppSpec,
    options: Options,
    console: Console,
    *,
    word: str,
    back: bool = False,
) -> int:
    """Undo a commit of *app*'s repository by a new one; the engine then does what was shown."""
    await _readable(engine, app, console)
    asked = PrepareRevert(_REQUEST, app.name, options.commit, back, options.branch)
    plan = await needed(engine, asked, Snapshot.revert_for, "preview")
    if plan.problem is not None and plan.problem.remedy is Remedy.FIX_SETTINGS:
        raise UsageError(plan.problem.words)  # there is no such commit, so there is nothing to show
    put(console.out, _preview_lines(plan, console.page()))
    if plan.problem is not None:
        raise error_of(plan.problem)
    if options.dry_run:
        return 0
    question = f"Commit this on {plan.branch}"
    if plan.sync is not None and plan.sync.runnable and not plan.begins:
        question += f"; then in cluster {plan.sync.called}: {counts(plan.sync)}"
    if not options.yes and not await console.ask(question, word=word):
        put(console.err, ["nothing was done"])
        return 1
    engine.submit(ExecuteRevert(_REQUEST, plan))
    done = await finished(engine, _REQUEST)
    if done.revision:
        put(console.out, [f"committed {done.revision} on {clean(plan.branch)}"])
    if not plan.begins or done.problems:
        put(console.out, run_lines(done, console.ink))
    return run_exit(done)


async def _readable(engine: EngineLike, app: AppSpec, console: Console) -> None:
    """Make sure that both sides can be read: half a revert is worse than none."""
    snapshot, whole = await judged(engine, deadline_s=READ_DEADLINE_S)
    tell_problems(snapshot, console.err)
    view = snapshot.app(app.name)
    if view is None or not whole or view.blocked:
        raise UnavailableError(f"app {app.name} cannot be read now; nothing was reverted")


def _preview_lines(plan: RevertPlan, page: Page) -> list[str]:
    wrapped = page.ink.wrapped
    label = "Revert " if plan.restores is None else "Roll back to "
    head = [
        *wrapped(origins.commit_story(plan.target, page.now), indent=0, label=label),
        *wrapped((say(f"by a new commit on {plan.branch}"),), indent=2),
    ]
    for note in plan.notes:
        head += wrapped((say(note),), indent=2, label="- ")
    return [
        *page.lines(head),
        "",
        *clean(plan.diff, multiline=True).splitlines(),
        *_followed(plan, page),
    ]


def _followed(plan: RevertPlan, page: Page) -> Iterator[str]:
    """Yield what follows in the cluster, now or when the branch was merged."""
    if plan.sync is not None:
        yield ""
        if plan.begins:
            yield from page.lines([(say(AFTER_MERGE, Role.TITLE),)])
        yield from plan_lines(plan.sync, page, left=True)
