"""`driftdeck pause` and `resume`: an app, or objects of it, set aside for a time, and taken up.

The pause is kept in the cluster, so a controller and every terminal obey it; it ends by itself.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, TypeAlias

from core.clean import clean
from core.cli.choosing import objects_named
from core.cli.commands.looking.diff import tell_problems
from core.cli.commands.writing.sync import Console, console_for, finished
from core.cli.exit_codes import run_exit
from core.cli.options import Options
from core.cli.output.plans.text import run_lines
from core.cli.output.streams import put
from core.cli.session import (
    READ_DEADLINE_S,
    EngineLike,
    beside,
    connected,
    judged,
    pending,
    settings_of,
    until,
)
from core.errors import UnavailableError, UsageError
from core.model import ObjectRef, Pause, Snapshot
from core.reconcile.memory.commands import Command, EndPause, SetPause
from core.settings.readers import seconds_in
from core.telling.moments import age

FOR: Final = "2h"

Target: TypeAlias = tuple[str, ObjectRef | None]  # an app, and an object of it; None: all of it


async def run(options: Options, *, ends: bool) -> int:
    """Set aside what is named, or take it up again; return the exit code."""
    length_s = _length_s(options.lasting or FOR)
    settings = settings_of(options, whole=True)
    if len(settings.apps) > 1 and not options.everything:
        names = ", ".join(app.name for app in settings.apps)
        raise UsageError(f"say which app, or --all: {names}")
    console = console_for(options)
    act = partial(resume, options=options, console=console)
    if not ends:
        act = partial(pause, options=options, console=console, length_s=length_s)
    return await beside(connected(settings, writing=True, once=True), act)


def _length_s(text: str) -> float:
    seconds = seconds_in(text, "smhd")
    if not seconds:
        raise UsageError(f"--for {text}: write it like 30m, 2h or 1d")
    return seconds


async def pause(engine: EngineLike, *, options: Options, console: Console, length_s: float) -> int:
    """Set apps or objects aside."""
    snapshot = await _read(engine, options, console)
    now = console.clock()

    def begun(number: int, app: str, ref: ObjectRef | None) -> SetPause:
        return SetPause(number, app, Pause(ref, now + length_s, options.reason, "", now))

    said = f"paused for {age(length_s)}; driftdeck resume ends it"
    return await _each(engine, console, _targets(snapshot, options), begun, said)


async def resume(engine: EngineLike, *, options: Options, console: Console) -> int:
    """Take apps or objects up again; of an app that is named, its objects too."""
    aside = _aside(await _read(engine, options, console), options)
    if not aside:
        put(console.out, ["nothing of it is paused"])
    return await _each(engine, console, aside, EndPause, "not paused any more")


async def _each(
    engine: EngineLike,
    console: Console,
    targets: Sequence[Target],
    command: Callable[[int, str, ObjectRef | None], Command],
    said: str,
) -> int:
    """Give a command for one target after the other, and say of each what came of it."""
    code = 0
    for number, (app, ref) in enumerate(targets, 1):
        engine.submit(command(number, app, ref))
        ended = await finished(engine, number)
        words = clean(f"{_name(app, ref)}: {said}")
        put(console.out, run_lines(ended, console.ink) if ended.problems else [words])
        code = max(code, run_exit(ended))
    return code


async def _read(engine: EngineLike, options: Options, console: Console) -> Snapshot:
    """Wait for what has to be known: objects where they are named, else the cluster alone."""
    if options.objects:
        snapshot, whole = await judged(engine, deadline_s=READ_DEADLINE_S)
    else:
        snapshot, whole = await until(engine, _is_read, deadline_s=READ_DEADLINE_S)
    tell_problems(snapshot, console.err)
    if not whole:
        raise UnavailableError(f"gave up waiting: {'; '.join(pending(snapshot))}")
    return snapshot


def _is_read(snapshot: Snapshot) -> bool:
    """Tell whether it is known of each app what is set aside, or never will be."""
    return all(app.recorded or app.blocked for app in snapshot.apps)


def _targets(snapshot: Snapshot, options: Options) -> Sequence[Target]:
    if options.objects:
        return [(row.key.app, row.key.ref) for row in objects_named(options.objects, snapshot)]
    return [(app.spec.name, None) for app in snapshot.apps]


def _aside(snapshot: Snapshot, options: Options) -> Sequence[Target]:
    """Return what is set aside of what is meant."""
    wanted = set(_targets(snapshot, options))
    paused = ((app.spec.name, each.ref) for app in snapshot.apps for each in app.pauses)
    return [(app, ref) for app, ref in paused if {(app, ref), (app, None)} & wanted]


def _name(app: str, ref: ObjectRef | None) -> str:
    return app if ref is None else f"{app} {ref}"
