"""`driftdeck undo`: put back what a sync or a heal changed, as far as the journal tells."""

from typing import Final

from core.cli.commands.looking.diff import tell_problems
from core.cli.commands.writing.sync import Console, console_for, executed
from core.cli.exit_codes import CODES, DRIFT
from core.cli.options import Options
from core.cli.output.plans.text import plan_lines
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
from core.errors import UnavailableError
from core.model import Plan, Remedy, Snapshot, error_of
from core.reconcile.memory.commands import PrepareUndo
from core.telling.plans import counts
from core.telling.spans import say

_REQUEST: Final = 1


async def run(options: Options) -> int:
    """Plan, show, ask, put back; return the exit code."""
    settings = settings_of(options)
    protected = frozenset(cluster.name for cluster in settings.clusters if cluster.protected)
    console = console_for(options)

    async def reader(engine: EngineLike) -> int:
        return await undo(engine, options, console, protected=protected)

    return await beside(connected(settings, writing=not options.dry_run, once=True), reader)


async def undo(
    engine: EngineLike, options: Options, console: Console, *, protected: frozenset[str]
) -> int:
    """Put back one entry of the journal, or the newest sync or heal."""
    snapshot, whole = await judged(engine, deadline_s=READ_DEADLINE_S)
    tell_problems(snapshot, console.err)
    if not whole:
        raise UnavailableError("both sides could not be read; nothing was undone")
    asked = PrepareUndo(_REQUEST, options.number)
    plan = await needed(engine, asked, Snapshot.plan_for, "plan")
    if plan.problem is not None:
        raise error_of(plan.problem)
    if not plan.steps:
        put(console.out, (say(note)[0] for note in plan.notes))
        return 0 if options.number is None else CODES[Remedy.GRANT]
    put(console.out, plan_lines(plan, console.page(), left=True))
    if not plan.runnable:
        return CODES[Remedy.GRANT]
    if options.dry_run:
        return 0
    if not options.yes and not await _consent(plan, console, protected):
        put(console.err, ["nothing was done"])
        return DRIFT
    return await executed(engine, plan, _REQUEST, console)


async def _consent(plan: Plan, console: Console, protected: frozenset[str]) -> bool:
    word = plan.cluster if plan.cluster in protected else "yes"
    return await console.ask(f"Undo in cluster {plan.called}: {counts(plan)}", word=word)
