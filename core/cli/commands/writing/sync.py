"""`driftdeck sync`: make the cluster equal to Git, once; what was shown is what runs."""

import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, TextIO

from core.cli.choosing import fields_named, objects_named
from core.cli.commands.looking.diff import fields_to_explain, picture, tell_problems
from core.cli.consent import agreed, is_person_here
from core.cli.exit_codes import DRIFT, plan_exit, problem_exit, run_exit
from core.cli.options import Options
from core.cli.output.forms import page_of
from core.cli.output.ink import Ink, ink_for
from core.cli.output.plans.forms import sync_form
from core.cli.output.plans.text import plan_lines, run_lines
from core.cli.output.report import Page
from core.cli.output.streams import put, write
from core.cli.session import (
    READ_DEADLINE_S,
    EngineLike,
    beside,
    connected,
    needed,
    pending,
    settings_of,
    until,
)
from core.cli.waiting import until_all_work
from core.errors import UnavailableError, UsageError
from core.model import Key, Plan, Run, Snapshot, Verb
from core.reconcile.acting.order.gates import depths_of
from core.reconcile.memory.commands import Execute, PreparePlan
from core.settings.readers import seconds_in
from core.telling.plans import (
    SECOND_LOOK,
    counts,
    guarded,
    left_alone,
    losses,
    objects,
    why_kept,
)

RUN_DEADLINE_S: Final = 600.0  # past this somebody should look


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """Where a writing command talks, and how it asks."""

    out: TextIO
    err: TextIO
    ink: Ink
    ask: Callable[..., Awaitable[bool]] = agreed
    is_person: Callable[[], bool] = is_person_here
    clock: Callable[[], float] = time.time

    def page(self) -> Page:
        """Begin a page."""
        return Page(self.ink, self.clock())


def console_for(options: Options) -> Console:
    """Talk on the process's own streams."""
    return Console(
        out=sys.stdout, err=sys.stderr, ink=ink_for(sys.stdout, no_color=options.no_color)
    )


async def run(options: Options) -> int:
    """Plan, show, ask, execute; return the exit code."""
    wait_s = _wait_s(options.wait)
    settings = settings_of(options)
    protected = frozenset(cluster.name for cluster in settings.clusters if cluster.protected)
    console = console_for(options)

    async def reader(engine: EngineLike) -> int:
        code = await sync(engine, options, console, protected=protected)
        return await _awaited(engine, console, code, wait_s) if wait_s else code

    return await beside(connected(settings, writing=not options.dry_run, once=True), reader)


async def sync(
    engine: EngineLike, options: Options, console: Console, *, protected: frozenset[str]
) -> int:
    """Bring every drifted or missing object of the chosen apps back to Git; take the rest over."""
    snapshot = await picture(engine, fields_to_explain)
    tell_problems(snapshot, console.err)
    overdue = pending(snapshot)
    if overdue:
        raise UnavailableError(f"gave up waiting: {'; '.join(overdue)}")
    plans = await prepared(
        engine,
        snapshot,
        options.objects,
        options.fields,
        prune=options.prune,
        confirm=options.confirm,
    )
    if options.output == "json":
        return await _as_json(engine, options, console, snapshot, plans)
    for plan in plans:
        put(console.out, plan_lines(plan, console.page(), left=bool(options.fields)))
    put(console.out, guarded(snapshot) if options.prune else left_alone(snapshot))
    if not any(plan.runnable for plan in plans):
        await stored(engine, deadline_s=READ_DEADLINE_S)
        code = max(problem_exit(snapshot), plan_exit(plans))
        nothing = not plans and not code  # of what cannot be seen, who knows
        put(console.out, ["nothing to do"] if nothing else [])
        return code
    if options.dry_run:
        return max(problem_exit(snapshot), plan_exit(plans))
    confirmed = console.is_person()
    if not options.yes and not await _consent(plans, console, protected):
        put(console.err, ["nothing was done"])
        drifted = any(step.verb is not Verb.TAKE_OVER for plan in plans for step in plan.steps)
        return max(problem_exit(snapshot), DRIFT if drifted else 0)
    codes = [
        await executed(engine, plan, number, console, confirmed=confirmed)
        for number, plan in enumerate(plans, 1)
    ]
    return max([problem_exit(snapshot), *codes])


async def _as_json(
    engine: EngineLike,
    options: Options,
    console: Console,
    snapshot: Snapshot,
    plans: Sequence[Plan],
) -> int:
    """Do the same for a program, which agreed beforehand: one object on stdout, at the end."""
    runs: list[Run] = []
    if not options.dry_run:
        for number, plan in enumerate(plans, 1):
            if plan.runnable:
                engine.submit(Execute(number, plan))
                runs.append(await finished(engine, number))
    left = guarded(snapshot) if options.prune else left_alone(snapshot)
    write(console.out, page_of(sync_form(plans, runs, left)))
    return max(problem_exit(snapshot), plan_exit(plans), *map(run_exit, runs))


def _wait_s(text: str) -> float:
    seconds = seconds_in(text, "smh") if text else 0.0
    if seconds is None or (text and not seconds):
        raise UsageError(f"--wait {text}: write it like 90s, 5m or 1h")
    return seconds


async def _awaited(engine: EngineLike, console: Console, code: int, wait_s: float) -> int:
    """Wait until all works, where the sync came to what it wanted."""
    if code:
        put(console.err, ["driftdeck: the sync did not do all, so nothing is waited for"])
        return code
    return await until_all_work(engine, console, wait_s=wait_s)


async def stored(engine: EngineLike, *, deadline_s: float) -> None:
    """Wait until what was seen is kept: the end of a Job may be gone the next time."""
    await until(engine, lambda s: not any(app.storing for app in s.apps), deadline_s=deadline_s)


async def prepared(
    engine: EngineLike,
    snapshot: Snapshot,
    objects: Sequence[str] = (),
    paths: Sequence[str] = (),
    *,
    prune: bool = False,
    confirm: Sequence[str] = (),
) -> list[Plan]:
    """Ask the engine for the plan of each cluster that has something to sync, or to *prune*.

    A cluster whose apps depend on those of another comes after it.
    Where *objects* are named these alone, and where *paths* are these fields alone.
    Of what is protected only what a person named goes, to *confirm* it.
    """
    named = objects_named(objects, snapshot) if objects else tuple(snapshot.rows.values())
    rows = [row for row in named if row.apart or (prune and row.dropped)]
    fields = fields_named(paths, rows) if paths else {}
    chosen: dict[str, set[Key]] = {}
    for row in rows:
        if not paths or row.key in fields:
            chosen.setdefault(row.cluster, set()).add(row.key)
    confirmed = _confirmed(confirm, snapshot, frozenset().union(*chosen.values()))
    depths = depths_of(app.spec for app in snapshot.apps)
    deepest = {name: max(depths.get(key.app, 0) for key in keys) for name, keys in chosen.items()}
    plans = []
    for request, cluster in enumerate(sorted(chosen, key=lambda name: (deepest[name], name)), 1):
        keys = frozenset(chosen[cluster])
        asked = PreparePlan(request, keys, fields, prune, keys & confirmed)
        plan = await needed(engine, asked, Snapshot.plan_for, "plan")
        if plan.steps:
            plans.append(plan)
    return plans


def _confirmed(words: Sequence[str], snapshot: Snapshot, chosen: frozenset[Key]) -> frozenset[Key]:
    """Return the protected objects that a person named, so that they go.

    Raises:
        UsageError: One of them is not there, or would not be pruned anyway.
    """
    found = objects_named(words, snapshot)
    for word, row in zip(words, found, strict=True):
        if not row.dropped:
            raise UsageError(f"--confirm {word}: nothing prunes it: {why_kept(row)}")
        if row.key not in chosen:
            raise UsageError(f"--confirm {word}: it is not among the objects that are named")
    return frozenset(row.key for row in found)


async def executed(
    engine: EngineLike, plan: Plan, number: int, console: Console, *, confirmed: bool = False
) -> int:
    """Run one plan to its end and print how it ended; return its exit code."""
    engine.submit(Execute(number, plan, confirmed))
    if any(step.verb is Verb.PRUNE for step in plan.runnable):
        put(console.err, [SECOND_LOOK])
    run = await finished(engine, number)
    put(console.out, run_lines(run, console.ink))
    return run_exit(run)


async def finished(engine: EngineLike, number: int) -> Run:
    """Wait for the end of a run."""

    def ended(snapshot: Snapshot) -> bool:
        return any(run.id == number and run.finished for run in snapshot.runs)

    snapshot, done = await until(engine, ended, deadline_s=RUN_DEADLINE_S)
    if not done:
        raise UnavailableError(f"the sync has not ended within {RUN_DEADLINE_S:.0f} s")
    return next(run for run in snapshot.runs if run.id == number)


async def _consent(plans: Sequence[Plan], console: Console, protected: frozenset[str]) -> bool:
    for plan in plans:
        question = f"Sync cluster {plan.called}: {counts(plan)}"
        word = plan.cluster if plan.cluster in protected else "yes"
        if not await console.ask(question, word=word):
            return False
        prunes = sum(step.verb is Verb.PRUNE for step in plan.runnable)
        doubts = "".join(f"\n{doubt}" for doubt in (*plan.doubts, *losses(plan)))
        if prunes and not await console.ask(f"Delete {objects(prunes)}{doubts}", word="prune"):
            return False
    return True
