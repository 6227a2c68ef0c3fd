"""`driftdeck diff A..B` and `driftdeck diff APP1 APP2`: two states of Git; no cluster is asked.

With `--live`, two apps by what is live of them: the engine reads both clusters and compares.
"""

import asyncio
import os
import secrets
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Final, TextIO

from core.clean import clean
from core.cli.exit_codes import CODES, DRIFT, IN_SYNC, code_of
from core.cli.options import Options
from core.cli.output.comparison import comparison_form, comparison_lines
from core.cli.output.external import VARIABLE, show_with
from core.cli.output.forms import page_of
from core.cli.output.ink import ink_for
from core.cli.output.markdown import markdown_of, section_of_comparison
from core.cli.output.report import Page
from core.cli.output.streams import put, write
from core.cli.output.unified import pairs_of, unified_lines
from core.cli.session import (
    READ_DEADLINE_S,
    EngineLike,
    answered,
    beside,
    connected,
    judged,
    settings_of,
)
from core.engine.comparing import Comparing
from core.errors import UsageError
from core.git import Repositories
from core.manifests import Reader, Workers
from core.model import AppSpec, Remedy, Snapshot
from core.model.answers.comparisons import Comparison
from core.reconcile.memory.commands import CompareLive
from core.settings.reading import Settings

SIDES: Final = ("OLD", "NEW")  # names of the two folders
_REQUEST: Final = 1


async def run(options: Options) -> int:
    """Compare, print, and return the exit code."""
    settings = settings_of(options, whole=True)
    pairs = pairs_to_compare(settings.apps, options)
    whole = options.output == "diff"
    if options.live:
        chosen = settings.of_apps(frozenset(options.apps))
        reader = partial(_compared_live, options=options)
        found = await beside(connected(chosen, once=True), reader)
    else:
        found = await _compared(settings, pairs, whole=whole)
    if whole:
        await _show_files(found, options)
    else:
        show(found, options, out=sys.stdout, now=time.time())
    _tell(found, sys.stderr)
    put(sys.stderr, (clean(f"driftdeck: {words}") for words in settings.problems))
    problems = (problem for one in found for problem in one.problems)
    left_out = CODES[Remedy.CHANGE_GIT] if settings.problems else IN_SYNC
    worst = max((left_out, *map(code_of, problems)))
    return worst or (DRIFT if any(one.objects for one in found) else IN_SYNC)


async def _compared(
    settings: Settings, pairs: tuple[tuple[AppSpec, AppSpec], ...], *, whole: bool
) -> tuple[Comparison, ...]:
    repositories, reader = Repositories(settings.remotes), Reader(Workers())
    comparing = Comparing(repositories, reader, secrets.token_bytes(32), whole=whole)
    try:
        return await asyncio.to_thread(comparing.compared, pairs)
    finally:
        comparing.end()


async def _compared_live(engine: EngineLike, *, options: Options) -> tuple[Comparison, ...]:
    """Wait until both apps were read, and have them compared."""
    before, after = options.apps
    await judged(engine, deadline_s=READ_DEADLINE_S)
    asked = CompareLive(_REQUEST, before, after, whole=options.output == "diff")
    _, found = await answered(engine, asked, Snapshot.comparison_for)
    return (found,) if found is not None else ()


def pairs_to_compare(
    apps: Iterable[AppSpec], options: Options
) -> tuple[tuple[AppSpec, AppSpec], ...]:
    """Say what is compared with what.

    Raises:
        UsageError: There is no such app, or the words name nothing to compare.
    """
    if options.apps:
        known = {app.name: app for app in apps}
        for name in options.apps:
            if name not in known:
                raise UsageError(f'there is no app "{name}"; apps here: {", ".join(known)}')
        one, other = options.apps
        return ((known[one], known[other]),)
    before, _, after = options.span.partition("..")
    if ".." in after or after.startswith("."):
        raise UsageError(f"{options.span}: write A..B; the two are compared as they are")
    if not before and not after:
        raise UsageError("..: name a revision, A.. or ..B or A..B")
    return tuple(
        (
            replace(app, revision=before or app.revision),
            replace(app, revision=after or app.revision),
        )
        for app in apps
    )


def show(comparisons: tuple[Comparison, ...], options: Options, *, out: TextIO, now: float) -> None:
    """Print comparisons as asked."""
    if options.output == "json":
        write(out, page_of(comparison_form(comparisons)))
    elif options.output == "markdown":
        write(out, markdown_of(section_of_comparison(one, now) for one in comparisons))
    else:
        page = Page(ink_for(out, no_color=options.no_color), now)
        put(out, comparison_lines(comparisons, page))


async def _show_files(comparisons: tuple[Comparison, ...], options: Options) -> None:
    rows = {row.key: row for one in comparisons for row in one.objects}
    pairs = pairs_of(rows, {key: row.sides for key, row in rows.items() if row.sides is not None})
    program = os.environ.get(VARIABLE)
    if program and pairs:
        await show_with(program, pairs, SIDES)
    elif not program:
        ink = ink_for(sys.stdout, no_color=options.no_color)
        put(sys.stdout, map(ink.line, unified_lines(pairs, SIDES)))


def _tell(comparisons: tuple[Comparison, ...], err: TextIO) -> None:
    """Say on *err* what stops comparisons or parts of them."""
    told = (
        f"driftdeck: {_concerned(one)}: {problem}"
        for one in comparisons
        for problem in one.problems
    )
    put(err, map(clean, told))


def _concerned(one: Comparison) -> str:
    """Name what a problem is of: the app, or both where it may be of either."""
    name = one.after.spec.name
    return f"app {name}" if one.before.spec.name == name else one.title
