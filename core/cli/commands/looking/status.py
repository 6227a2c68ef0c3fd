"""`driftdeck status`: what the controller in a cluster says of itself, read from there.

Neither Git nor an app's cluster is asked: who may read ConfigMaps and Leases in the controller's
namespace may know.
"""

import sys
from typing import Final

from core.clean import clean
from core.cli.exit_codes import CODES
from core.cli.options import Options
from core.cli.output.forms import page_of
from core.cli.output.ink import ink_for
from core.cli.output.report import Page
from core.cli.output.status.form import apps_of, status_exit, status_form
from core.cli.output.status.text import status_lines
from core.cli.output.streams import put, write
from core.cli.session import home_for
from core.cluster import controllers_seen
from core.errors import UsageError
from core.model import Remedy
from core.model.controllers.status import Seen

INSTALL: Final = "driftdeck install | kubectl apply -f - installs one"


async def run(options: Options) -> int:
    """Look, print, and return the exit code."""
    spec, namespace = home_for(options)
    return show(await controllers_seen(spec, namespace), options)


def show(seen: Seen, options: Options) -> int:
    """Print what was found as asked; what could not be read goes to stderr."""
    tell_lacking(seen)
    if options.output == "json":
        write(sys.stdout, page_of(status_form(seen, options.app)))
    if not seen.statuses:
        return CODES[Remedy.WAIT]
    apps = apps_of(seen, options.app)
    if options.app is not None and not apps:
        known = ", ".join(each.name for each in apps_of(seen))
        raise UsageError(f'the controller has no app "{options.app}"; its apps: {known or "none"}')
    if options.output == "text":
        page = Page(ink_for(sys.stdout, no_color=options.no_color), seen.at)
        put(sys.stdout, status_lines(seen, page, options.app))
    return status_exit(seen, apps)


def tell_lacking(seen: Seen) -> None:
    """Say on stderr what could not be read, and that nothing was found, if nothing was."""
    lacking = [*seen.unreadable, *seen.problems, *([] if seen.statuses else [nothing(seen)])]
    put(sys.stderr, (clean(f"driftdeck: {each}") for each in lacking))


def nothing(seen: Seen) -> str:
    """Say that nothing is told there, and what can be done."""
    where = f"in namespace {seen.namespace} of {seen.context or 'the cluster'}"
    if seen.unreadable:
        return f"nothing {where} can be read"
    led = next((each.holder for each in seen.leaders if each.holder), "")
    if led:
        return f"the controller {where} ({led}) has told nothing yet"
    return f"no controller runs {where}; -n says another namespace, {INSTALL}"
