"""`driftdeck journal`: what was written here, and how it was before; no cluster is asked."""

import asyncio
import os
import sys
import time
from pathlib import Path

from core.cli.exit_codes import IN_SYNC
from core.cli.options import Options
from core.cli.output.forms import page_of
from core.cli.output.ink import ink_for
from core.cli.output.journal_text import journal_form, journal_lines
from core.cli.output.report import Page
from core.cli.output.streams import put, write
from core.errors import UsageError
from core.journal import Entry, Store, journal_file
from core.settings.readers import seconds_in


async def run(options: Options) -> int:
    """Print what is asked for, and return the exit code."""
    now = time.time()
    since = now - seconds_of(options.since) if options.since else 0.0
    entries = await asyncio.to_thread(entries_since, since)
    shown = [each for each in entries if options.app in {None, each.intent["app"]}]
    if options.output == "json":
        write(sys.stdout, page_of(journal_form(shown)))
    else:
        page = Page(ink_for(sys.stdout, no_color=options.no_color), now)
        put(sys.stdout, journal_lines(shown, page))
        if not shown:
            put(sys.stderr, ["nothing was written"])
    return IN_SYNC


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
