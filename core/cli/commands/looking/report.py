"""`driftdeck report`: an incident as a document, what differs now and what was done about it."""

import asyncio
import sys
import time
from collections.abc import Sequence
from typing import Final

from core.cli.commands.looking.diff import picture, tell_problems
from core.cli.commands.looking.journal import entries_since, seconds_of
from core.cli.exit_codes import CODES, DRIFT, IN_SYNC, diff_exit
from core.cli.options import Options
from core.cli.output.forms import page_of
from core.cli.output.incident import incident_form, incident_text
from core.cli.output.streams import write
from core.cli.session import beside, connected, pending, settings_of
from core.journal import Entry
from core.model import Remedy, Snapshot

SINCE: Final = "24h"


async def run(options: Options) -> int:
    """Print the document, and return the exit code: that of what could not be seen, else 0."""
    settings = settings_of(options)
    snapshot = await beside(connected(settings, once=True), picture)
    now = time.time()
    since = now - seconds_of(options.since or SINCE)
    entries = about(snapshot, await asyncio.to_thread(entries_since, since))
    if options.output == "json":
        write(sys.stdout, page_of(incident_form(snapshot, entries, since, now)))
    else:
        write(sys.stdout, incident_text(snapshot, entries, since, now))
    tell_problems(snapshot, sys.stderr)
    code = CODES[Remedy.WAIT] if pending(snapshot) else diff_exit(snapshot)
    return IN_SYNC if code == DRIFT else code


def about(snapshot: Snapshot, entries: Sequence[Entry]) -> list[Entry]:
    """Return what was written for the apps of a snapshot, where it was not another cluster."""
    views = {view.spec.name: view for view in snapshot.clusters}
    uids = {app.spec.name: views[app.spec.cluster].uid for app in snapshot.apps}
    return [entry for entry in entries if _is_about(entry, uids)]


def _is_about(entry: Entry, uids: dict[str, str]) -> bool:
    uid = uids.get(str(entry.intent["app"]))
    there = entry.intent["cluster_uid"]
    return uid is not None and (not uid or not there or uid == there)
