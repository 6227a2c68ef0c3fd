"""`driftdeck report`: an incident as a document, what differs now and what was done about it."""

import asyncio
import sys
import time
from typing import Final

from core.cli.commands.looking.diff import picture, tell_problems
from core.cli.commands.looking.journal import entries_since, seconds_of
from core.cli.exit_codes import CODES, DRIFT, IN_SYNC, diff_exit
from core.cli.options import Options
from core.cli.output.forms import page_of
from core.cli.output.incident import about, incident_form, incident_text
from core.cli.output.streams import write
from core.cli.session import beside, connected, pending, settings_of
from core.model import Remedy

SINCE: Final = "24h"


async def run(options: Options) -> int:
    """Print the document, and return the exit code: that of what could not be seen, else 0."""
    length_s = seconds_of(options.since or SINCE)
    settings = settings_of(options)
    snapshot = await beside(connected(settings, once=True), picture)
    now = time.time()
    since = now - length_s
    entries = about(snapshot, await asyncio.to_thread(entries_since, since))
    if options.output == "json":
        write(sys.stdout, page_of(incident_form(snapshot, entries, since, now)))
    else:
        write(sys.stdout, incident_text(snapshot, entries, since, now))
    tell_problems(snapshot, sys.stderr)
    code = CODES[Remedy.WAIT] if pending(snapshot) else diff_exit(snapshot)
    return IN_SYNC if code == DRIFT else code
