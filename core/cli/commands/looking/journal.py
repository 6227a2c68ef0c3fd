"""`driftdeck journal`: what was written here, and how it was before.

No cluster is asked, unless what its controller wrote is wanted too.
"""

import asyncio
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from core.cli.commands.looking.status import tell_lacking
from core.cli.exit_codes import IN_SYNC
from core.cli.options import Options
from core.cli.output.forms import page_of
from core.cli.output.ink import ink_for
from core.cli.output.journal_text import journal_form, journal_lines
from core.cli.output.report import Page
from core.cli.output.status.writes import Written, write_lines, writes_form, writes_of
from core.cli.output.streams import put, write
from core.cli.session import home_for
from core.cluster import controllers_seen
from core.errors import UsageError
from core.journal import Entry, Store, journal_file
from core.model import JsonObject
from core.settings.readers import seconds_in


async def run(options: Options) -> int:
    """Print what is asked for, and return the exit code."""
    now = time.time()
    since = now - seconds_of(options.since) if options.since else 0.0
    entries = await asyncio.to_thread(entries_since, since)
    shown = [each for each in entries if options.app in {None, each.intent["app"]}]
    told = await _told(options, since) if options.controller else []
    if options.output == "json":
        more: JsonObject = {"controller": [*writes_form(told)]} if options.controller else {}
        write(sys.stdout, page_of({**journal_form(shown), **more}))
    else:
        page = Page(ink_for(sys.stdout, no_color=options.no_color), now)
        put(sys.stdout, _merged(shown, told, page))
        if not shown and not told:
            put(sys.stderr, ["nothing was written"])
    return IN_SYNC


async def _told(options: Options, since: float) -> list[Written]:
    """Read what the controller says that it wrote."""
    seen = await controllers_seen(*home_for(options))
    tell_lacking(seen)
    return writes_of(seen, since, options.app)


def _merged(entries: list[Entry], told: list[Written], page: Page) -> Iterator[str]:
    """Yield both, oldest first."""
    ours = [(each.at, journal_lines([each], page)) for each in entries]
    theirs = [(each.at, write_lines(each, page)) for each in told]
    for _, lines in sorted((*ours, *theirs), key=lambda each: each[0]):
        yield from lines


def seconds_of(text: str) -> float:
    """Return what `--since` means.

    Raises:
        UsageError: It means nothing.
    """
    seconds = seconds_in(text, "smhd")
    if seconds is None:
        raise UsageError(f"--since {text}: write it like 30m, 2h or 7d")
    return seconds


def entries_since(since: float, path: Path | None = None) -> list[Entry]:
    """Read what this user's processes wrote from a moment on, in seconds since the epoch.

    *path* is another journal than the user's.
    """
    path = path or journal_file(os.environ)
    if path is None or not path.exists():
        return []
    store = Store(path)
    try:
        if store.damage:
            put(sys.stderr, [f"driftdeck: {store.damage}"])
        return store.since(since)
    finally:
        store.close()
