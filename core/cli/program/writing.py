"""Commands that write, to a cluster or to Git: each shows its plan and asks."""

from functools import partial
from typing import Any

import click

from core.cli import jobs
from core.cli.jobs import Job
from core.cli.options import Options
from core.cli.program.flags import BRANCH, CONFIG, CONSENT, SAFETY, SOURCE, flags, output
from core.cli.program.group import options_of, program, refuse_writing
from core.errors import UsageError


@program.command()
@click.argument("words", metavar="[APP] [KIND/NAME...]", nargs=-1)
@click.option("--field", "fields", metavar="PATH", multiple=True, help="Only this drifted field.")
@click.option("--prune", is_flag=True, help="Delete what was applied and Git dropped, too.")
@click.option(
    "--confirm",
    metavar="KIND/NAME",
    multiple=True,
    help="With --prune: this object goes, though it is protected (a Namespace, a volume).",
)
@click.option("--wait", metavar="TIME", help="Then wait so long, like 5m, until all works.")
@output(
    "text", "json", words="How to print; JSON is not asked about, so it takes --dry-run or --yes."
)
@flags(CONSENT, SOURCE, SAFETY)
@click.pass_context
def sync(context: click.Context, /, **given: Any) -> Job:  # noqa: ANN401
    """Make the cluster equal to Git, once; of objects that are named, these alone.

    With --wait, exit 3 if not every object works in that time.
    """
    options = options_of(context, _with_objects(given, "sync"))
    if options.confirm and not options.prune:
        raise UsageError("--confirm is about what --prune deletes, and --prune is not there")
    if options.wait and options.dry_run:
        raise UsageError("--wait waits for what a sync does, and --dry-run does nothing")
    if options.output == "json" and not (options.dry_run or options.yes):
        raise UsageError("-o json asks nothing: say --dry-run, or --yes")
    if options.output == "json" and options.wait:
        raise UsageError("--wait prints how it goes on, and -o json prints one object")
    refuse_writing(options, "sync")
    return partial(jobs.sync, options)


@program.command()
@click.argument("number", metavar="[ID]", type=int, required=False)
@flags(CONSENT, SOURCE, SAFETY)
@click.pass_context
def undo(context: click.Context, /, **given: Any) -> Job:  # noqa: ANN401
    """Put back what a sync or a heal from here changed: entry ID of the journal, or the newest.

    Secrets, and objects that were made or deleted, cannot be put back; what was changed since
    stays.
    """
    options = options_of(context, given)
    refuse_writing(options, "undo")
    return partial(jobs.undo, options)


@program.command()
@click.argument("commit")
@flags(BRANCH, CONSENT, SOURCE, SAFETY)
@click.pass_context
def revert(context: click.Context, /, **given: Any) -> Job:  # noqa: ANN401
    """Undo COMMIT by a new commit, then do in the cluster what that changes."""
    options = options_of(context, given)
    refuse_writing(options, "revert")
    return partial(jobs.revert, options)


@program.command()
@click.argument("commit")
@flags(BRANCH, CONSENT, SOURCE, SAFETY)
@click.pass_context
def rollback(context: click.Context, /, **given: Any) -> Job:  # noqa: ANN401
    """Make the app's folder what it was at COMMIT, by one new commit, and do what that changes."""
    options = options_of(context, given)
    refuse_writing(options, "rollback")
    return partial(jobs.rollback, options)


@program.command()
@click.argument("app_name", metavar="APP")
@click.argument("object_name", metavar="[OBJECT]", default="")
@click.option(
    "--field", "fields", metavar="PATH", multiple=True, help="Only this field, not all drift."
)
@flags(BRANCH, CONSENT, SOURCE, SAFETY)
@click.pass_context
def adopt(context: click.Context, /, **given: Any) -> Job:  # noqa: ANN401
    """Write live values of APP back to Git, by a commit: the hot-fix was right.

    OBJECT is Kind/name or Kind/namespace/name; left out, all that drifted.
    """
    options = options_of(context, given)
    refuse_writing(options, "adopt")
    return partial(jobs.adopt, options)


@program.command()
@click.argument("subject", metavar="APP")
@click.option("--from", "source", metavar="ENV", required=True, help="What is carried over.")
@click.option("--to", "target", metavar="ENV", required=True, help="Where it is carried to.")
@click.option(
    "--field", "fields", metavar="PATH", multiple=True, help="A field to carry over, too."
)
@flags(BRANCH)
@CONFIG
@flags(CONSENT, SAFETY)
@click.pass_context
def promote(context: click.Context, /, **given: Any) -> Job:  # noqa: ANN401
    """Carry APP's image tags over from one environment to another, by a commit.

    The apps are those called APP-ENV or ENV-APP; ENV may also be the name of an app.
    """
    options = options_of(context, given)
    refuse_writing(options, "promote")
    return partial(jobs.promote, options)


@program.command()
@click.argument("words", metavar="[APP] [KIND/NAME...]", nargs=-1)
@click.option("--for", "lasting", metavar="TIME", help="So long: 30m, 2h, 1d (default: 2h).")
@click.option("--reason", metavar="WHY", required=True, help="Why; whoever looks is told.")
@click.option("--all", "everything", is_flag=True, help="Every app of the settings.")
@flags(SOURCE, SAFETY)
@click.pass_context
def pause(context: click.Context, /, **given: Any) -> Job:  # noqa: ANN401
    """Write nothing of APP unasked for a time, or of objects of it, whoever runs driftdeck.

    It ends by itself.  A person's sync goes on.
    """
    return partial(jobs.pause, _set_aside(context, given, "pause"))


@program.command()
@click.argument("words", metavar="[APP] [KIND/NAME...]", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every app of the settings.")
@flags(SOURCE, SAFETY)
@click.pass_context
def resume(context: click.Context, /, **given: Any) -> Job:  # noqa: ANN401
    """End the pauses of APP, or of objects of it."""
    return partial(jobs.resume, _set_aside(context, given, "resume"))


def _set_aside(context: click.Context, given: dict[str, Any], command: str) -> Options:
    options = options_of(context, _with_objects(given, command))
    if options.everything and (options.app is not None or options.objects):
        raise UsageError("--all is every app, and one is named")
    refuse_writing(options, command)
    return options


def _with_objects(given: dict[str, Any], command: str) -> dict[str, Any]:
    """Tell the app from its objects, whose names have a slash."""
    words: tuple[str, ...] = given.pop("words")
    names = [word for word in words if "/" not in word]
    if len(names) > 1 or names != list(words[: len(names)]):
        raise UsageError(f"{command} takes APP, and objects of it like Deployment/web")
    return given | {"app_name": names[0] if names else None, "objects": words[len(names) :]}
