"""`driftdeck diff`: what differs, once."""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Final, TextIO

from core.clean import clean
from core.cli.exit_codes import CODES, diff_exit
from core.cli.options import Options
from core.cli.output.external import VARIABLE, show_with
from core.cli.output.forms import NO_PAST, Past, diff_form, listed, page_of, problems_of
from core.cli.output.ink import ink_for
from core.cli.output.markdown import markdown_of, sections_of_snapshot
from core.cli.output.report import Page, report_lines
from core.cli.output.streams import put, write
from core.cli.output.unified import pairs_of, unified_lines
from core.cli.session import (
    READ_DEADLINE_S,
    EngineLike,
    answered,
    beside,
    connected,
    judged,
    pending,
    settings_of,
    until,
)
from core.model import DRIFT_VERDICTS, Drift, Key, Remedy, Snapshot, Verdict
from core.model.answers.comparisons import Likeness
from core.reconcile.memory.commands import Examine, Explain, LookBackAt, ShowSides

# Blame walks history: a long one must not keep the answer back.
EXPLAIN_DEADLINE_S: Final = 20.0
_WHOLE: Final = frozenset({Verdict.MISSING, Verdict.EXTRA})
_REQUEST: Final = 1
_DIFFERING: Final = (Verdict.DRIFTED, Verdict.CONTESTED)
_WHOLE_MAX: Final = 200  # rows; before a first sync everything is missing


async def run(options: Options) -> int:
    """Compare, print, and return the exit code."""
    settings = settings_of(options)
    reader = partial(_found, options=options)
    snapshot, past = await beside(connected(settings, once=True), reader)
    if options.output == "diff":
        await _show_files(snapshot, options)
    streams = (sys.stdout, sys.stderr)
    return show(snapshot, options, *streams, now=time.time(), past=past)


async def _found(engine: EngineLike, *, options: Options) -> tuple[Snapshot, Past]:
    newest = await _read(engine, options=options)
    return newest, await looked_back(engine, newest) if options.past else {}


async def looked_back(engine: EngineLike, snapshot: Snapshot) -> Past:
    """Ask of one object after the other when Git stated it as it is."""
    rows = [row for row in listed(snapshot, everything=False) if row.verdict not in _WHOLE]
    found: dict[Key, Likeness] = {}
    for number, row in enumerate(rows[:_WHOLE_MAX], _REQUEST + 1):
        asked = LookBackAt(number, row.key)
        _, told = await answered(
            engine, asked, Snapshot.likeness_for, deadline_s=EXPLAIN_DEADLINE_S
        )
        if told is not None:
            found[row.key] = told
    return found


async def _read(engine: EngineLike, *, options: Options) -> Snapshot:
    match options.output:
        case "diff":
            return await _whole(engine)
        case "json":
            return await _examined(engine, everything=options.everything)
        case _:
            return await picture(engine)


async def _whole(engine: EngineLike) -> Snapshot:
    """Wait until everything was judged, and get the objects that are not in sync as a whole."""
    newest, whole = await judged(engine, deadline_s=READ_DEADLINE_S)
    if not whole:
        return newest
    apart = frozenset(key for key, row in newest.rows.items() if row.verdict in DRIFT_VERDICTS)
    newest, _ = await answered(engine, ShowSides(_REQUEST, apart), Snapshot.sides_for)
    return newest


async def _examined(engine: EngineLike, *, everything: bool) -> Snapshot:
    """Get the picture, and whether the objects that are listed work."""
    newest = await picture(engine)
    rows = listed(newest, everything=everything)
    asked = Examine(_REQUEST, frozenset(row.key for row in rows))
    newest, _ = await answered(engine, asked, Snapshot.healths_for)
    return newest


async def _show_files(snapshot: Snapshot, options: Options) -> None:
    """Show whole objects as files, with the user's own program where there is one."""
    answer = snapshot.sides_for(_REQUEST)
    pairs = pairs_of(snapshot.rows, answer.sides) if answer is not None else ()
    program = os.environ.get(VARIABLE)
    if program and pairs:
        await show_with(program, pairs)
    elif not program:
        ink = ink_for(sys.stdout, no_color=options.no_color)
        put(sys.stdout, map(ink.line, unified_lines(pairs)))


async def picture(
    engine: EngineLike,
    wanted: Callable[[Snapshot], Iterable[Drift]] | None = None,
    *,
    deadline_s: float = READ_DEADLINE_S,
) -> Snapshot:
    """Wait until all was judged, and what is *wanted* explained, or the time for it is over."""
    newest, whole = await judged(engine, deadline_s=deadline_s)
    if not whole:
        return newest
    return await explained(engine, wanted or _to_explain, deadline_s=EXPLAIN_DEADLINE_S)


async def explained(
    engine: EngineLike, wanted: Callable[[Snapshot], Iterable[Drift]], *, deadline_s: float
) -> Snapshot:
    """Have Git's history told of the rows that are *wanted*, until none is or the time is over."""
    asked: dict[Key, Drift] = {}

    def told(snapshot: Snapshot) -> bool:
        rows = [*wanted(snapshot)]
        for row in rows:
            if asked.get(row.key) is not row:  # a row that changed meanwhile is asked for again
                asked[row.key] = row
                engine.submit(Explain(row.key))
        return not rows and snapshot.complete

    newest, _ = await until(engine, told, deadline_s=deadline_s)
    return newest


def _to_explain(snapshot: Snapshot) -> Iterator[Drift]:
    """Yield the rows of which Git's history is still to be told."""
    whole = [row for row in snapshot.rows.values() if row.verdict in _WHOLE]
    yield from fields_to_explain(snapshot)
    yield from (row for row in whole[:_WHOLE_MAX] if not row.explained)


def fields_to_explain(snapshot: Snapshot) -> Iterator[Drift]:
    """Yield the rows of whose fields it is still to be told who set them, and what says otherwise.

    A plan shows no more than that: which commit states an object that it makes is no part of it.
    """
    for row in snapshot.rows.values():
        if row.verdict in _DIFFERING and row.changes and not row.explained:
            yield row


def show(
    snapshot: Snapshot,
    options: Options,
    out: TextIO,
    err: TextIO,
    *,
    now: float,
    past: Past = NO_PAST,
) -> int:
    """Print a snapshot as asked; problems also go to *err*.  Return the exit code."""
    if options.output == "json":
        write(
            out,
            page_of(
                diff_form(
                    snapshot,
                    everything=options.everything,
                    healths=snapshot.healths_for(_REQUEST),
                    past=past,
                )
            ),
        )
    elif options.output == "markdown":
        write(out, markdown_of(sections_of_snapshot(snapshot, now, everything=options.everything)))
    elif options.output == "text":
        page = Page(ink_for(out, no_color=options.no_color), now)
        put(out, report_lines(snapshot, page, everything=options.everything, past=past))
    overdue = pending(snapshot)
    tell_problems(snapshot, err)
    put(err, (clean(f"driftdeck: gave up waiting: {line}") for line in overdue))
    code = diff_exit(snapshot)
    return max(code, CODES[Remedy.WAIT]) if overdue else code


def tell_problems(snapshot: Snapshot, err: TextIO) -> None:
    """Say on *err* what stops apps or parts of them."""
    told = ((app.spec.name, problem) for app in snapshot.apps for problem in problems_of(app))
    put(err, (clean(f"driftdeck: app {name}: {problem}") for name, problem in told))
    noted = ((str(view.called), words) for view in snapshot.clusters for words in view.notices)
    put(err, (clean(f"driftdeck: cluster {name}: {notice}") for name, notice in noted))
