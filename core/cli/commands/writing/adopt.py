"""`driftdeck adopt APP [OBJECT]`: live values written back to Git, by a commit shown first.

Nothing is written to the cluster: what it has is what Git then says.
"""

from collections.abc import Iterator
from typing import Final

from core.clean import clean
from core.cli.choosing import objects_named
from core.cli.commands.looking.diff import explained
from core.cli.commands.writing.sync import Console, console_for, finished
from core.cli.exit_codes import run_exit
from core.cli.options import Options
from core.cli.output.plans.text import run_lines
from core.cli.output.report import Page, change_lines
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
from core.model import DRIFT_VERDICTS, AppSpec, Drift, Key, Snapshot, Verdict, error_of
from core.model.answers.adoptions import AdoptPlan
from core.reconcile.memory.commands import ExecuteAdoption, PrepareAdoption
from core.telling import plans
from core.telling.spans import Line, Role, say

_REQUEST: Final = 1


async def run(options: Options) -> int:
    """Preview, ask, commit; return the exit code."""
    settings = settings_of(options)
    if len(settings.apps) != 1:
        raise UsageError("an adoption is of one app; say which")
    (app,) = settings.apps
    console = console_for(options)

    async def reader(engine: EngineLike) -> int:
        return await adopt(engine, app, options, console)

    return await beside(connected(settings, writing=not options.dry_run, once=True), reader)


async def adopt(engine: EngineLike, app: AppSpec, options: Options, console: Console) -> int:
    """Write live values of *app* back to its repository."""
    snapshot, whole = await judged(engine, deadline_s=READ_DEADLINE_S)
    if not whole:
        raise UnavailableError(f"app {app.name} cannot be read now; nothing was adopted")
    keys = chosen(snapshot, app, options.object_name)
    if not keys:
        put(console.out, [_nothing(snapshot, app)])
        return 0
    await _explained(engine, keys)
    asked = PrepareAdoption(_REQUEST, app.name, keys, frozenset(options.fields), options.branch)
    plan = await needed(engine, asked, Snapshot.adoption_for, "preview")
    put(console.out, _preview(plan, console.page()))
    if plan.problem is not None:
        raise error_of(plan.problem)
    if options.dry_run:
        return 0
    if not options.yes and not await console.ask(f"Commit this on {plan.branch}"):
        put(console.err, ["nothing was done"])
        return 1
    engine.submit(ExecuteAdoption(_REQUEST, plan))
    done = await finished(engine, _REQUEST)
    if done.problems:
        put(console.out, run_lines(done, console.ink))
    if done.revision:
        put(console.out, [f"committed {done.revision} on {clean(plan.branch)}"])
    return run_exit(done)


def chosen(snapshot: Snapshot, app: AppSpec, named: str) -> frozenset[Key]:
    """Return the objects that are meant: the one that is named, or all that drifted.

    Raises:
        UsageError: There is no such object, or more than one.
    """
    if named:
        return frozenset(row.key for row in objects_named([named], snapshot, app.name))
    rows = snapshot.rows.items()
    drifted = (key for key, row in rows if row.verdict is Verdict.DRIFTED)
    return frozenset(key for key in drifted if key.app == app.name)


def _nothing(snapshot: Snapshot, app: AppSpec) -> str:
    """Say that no field drifted, and which objects are adopted by their names alone."""
    whole = {Verdict.MISSING, Verdict.EXTRA}
    rows = sorted(snapshot.rows.items())
    names = [str(key.ref) for key, row in rows if key.app == app.name and row.verdict in whole]
    if not names:
        return "nothing has drifted"
    return f"no field has drifted; what is missing or extra is named: {clean(plans.listed(names))}"


async def _explained(engine: EngineLike, keys: frozenset[Key]) -> None:
    """Find out who set what, for the message says it."""

    def untold(snapshot: Snapshot) -> Iterator[Drift]:
        rows = (snapshot.rows[key] for key in sorted(keys) if key in snapshot.rows)
        return (row for row in rows if row.verdict in DRIFT_VERDICTS and not row.explained)

    await explained(engine, untold, deadline_s=READ_DEADLINE_S)


def _preview(plan: AdoptPlan, page: Page) -> list[str]:
    diff = clean(plan.diff, multiline=True).splitlines()
    patch = clean(plan.patch, multiline=True).splitlines()
    return [*page.lines(_lines(plan, page)), "", *diff, *patch]


def _lines(plan: AdoptPlan, page: Page) -> Iterator[Line]:
    yield (say(f"Adopt live values for {plan.app}", Role.TITLE),)
    if plan.branch:
        yield from page.ink.wrapped((say(f"by a new commit on {plan.branch}"),), indent=2)
    for note in plan.notes:
        yield from page.ink.wrapped((say(note),), indent=2, label="- ")
    for each in plan.adopted:
        yield ()
        yield from page.ink.wrapped((say(str(each.key.ref), Role.STRONG),), indent=2)
        if words := plans.whole(each):
            yield from page.ink.wrapped((say(words, Role.WARNING),), indent=4)
        for change in each.changes:
            yield from change_lines(change, page, indent=4)
