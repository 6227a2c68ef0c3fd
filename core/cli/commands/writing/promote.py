"""`driftdeck promote APP --from ENV --to ENV`: image tags and chosen fields, by one commit.

What differs, and the commit, are shown before anything is asked; what was shown is what is made.
"""

import asyncio
import os
import secrets
from collections.abc import Iterable
from functools import partial

from core.clean import clean
from core.cli.commands.writing.sync import Console, console_for
from core.cli.options import Options
from core.cli.output.comparison import comparison_lines
from core.cli.output.streams import put
from core.cli.session import settings_of
from core.clock import Clock
from core.engine.comparing import Comparing
from core.engine.journalled import Journalled
from core.engine.promoting.promoting import Promoting, Promotion
from core.errors import UsageError
from core.git import EditPlan, Repositories, new_mark
from core.journal import Journal
from core.manifests import Reader, Workers
from core.model import AppSpec
from core.model.journal import Aim, Deed, Intent


async def run(options: Options) -> int:
    """Show, ask, commit; return the exit code."""
    settings = settings_of(options, whole=True)
    source = environment(settings.apps, options.subject, options.source)
    target = environment(settings.apps, options.subject, options.target)
    if source.name == target.name:
        raise UsageError(f"--from and --to are one app, {source.name}")
    repositories, reader = Repositories(settings.remotes), Reader(Workers())
    comparing = Comparing(repositories, reader, secrets.token_bytes(32))
    promoting = Promoting(repositories, comparing.folders, Clock())
    console = console_for(options)
    try:
        found = await asyncio.to_thread(comparing.compared, ((target, source),))
        fields, branch = options.fields, options.branch
        planned = await asyncio.to_thread(
            promoting.planned, options.subject, source, target, fields, branch
        )
        put(console.out, comparison_lines(found, console.page()))
        return await promote(promoting, planned, options, console)
    finally:
        comparing.end()


async def promote(
    promoting: Promoting, planned: Promotion, options: Options, console: Console
) -> int:
    """Show a promotion, ask, and make it."""
    put(console.out, _preview(planned))
    if planned.edit is None or options.dry_run:
        return 0
    branch = clean(planned.edit.branch)
    question = f"Commit this on {branch}"
    if not options.yes and not await console.ask(question):
        put(console.err, ["nothing was done"])
        return 1
    commit = await _made(promoting, planned, planned.edit)
    put(console.out, [f"committed {commit} on {branch}"])
    return 0


async def _made(promoting: Promoting, planned: Promotion, edit: EditPlan) -> str:
    """Make the commit, between two rows of the journal."""
    journal, mark = Journal.of_user(os.environ), new_mark()
    aim = Aim(planned.target.repo, edit.branch, edit.parent, mark)
    intent = Intent(deed=Deed.PROMOTE, app=planned.target.name, auto=False, aim=aim)
    try:
        journalled = Journalled(journal, {}, promoting.marks)
        return await journalled.commit(intent, partial(promoting.made, planned, mark))
    finally:
        journal.close()


def environment(apps: Iterable[AppSpec], subject: str, name: str) -> AppSpec:
    """Find the app that is one environment of what is promoted.

    Raises:
        UsageError: There is none, or more than one.
    """
    known = {app.name: app for app in apps}
    names = (f"{subject}{dash}{name}" for dash in "-.")
    turned = (f"{name}{dash}{subject}" for dash in "-.")
    found = [known[one] for one in (*names, *turned) if one in known]
    if not found and name in known:
        found = [known[name]]
    if len(found) != 1:
        there = ", ".join(app.name for app in found or known.values())
        which = "more than one app is" if found else "no app is"
        raise UsageError(f"{which} {subject} in {name}; apps here: {there}")
    return found[0]


def _preview(planned: Promotion) -> list[str]:
    head = f"Promote {planned.app} from {planned.source.name} to {planned.target.name}"
    notes = [clean(f"- {note}") for note in planned.notes]
    if planned.edit is None:
        return ["", f"{head}: nothing to promote", *(f"  {note}" for note in notes)]
    lines = (*planned.lines, *notes)
    diff = clean(planned.edit.diff, multiline=True).splitlines()
    return ["", head, *(f"  {line}" for line in lines), "", *diff, ""]
