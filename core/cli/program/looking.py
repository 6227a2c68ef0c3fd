"""Commands that only look, and the demo."""

from functools import partial
from typing import Any

import click

from core.cli import jobs
from core.cli.jobs import Job
from core.cli.program.flags import HOME, NO_COLOR, SAFETY, SOURCE, TERMINAL, flags, output, setting
from core.cli.program.group import need_terminal, options_of, program, refuse_terminal_flags
from core.errors import UsageError
from core.settings.clusters import CLUSTER


@program.command()
@click.argument("words", metavar="[A..B] [APP [APP2]]", nargs=-1)
@output("text", "json", "diff", "markdown")
@click.option("--all", "everything", is_flag=True, help="Objects in sync too.")
@click.option("--past", is_flag=True, help="Say when Git stated an object as it is.")
@click.option("--live", is_flag=True, help="Two apps by what is live of them, not by Git.")
@flags(SOURCE, SAFETY)
@click.pass_context
def diff(context: click.Context, /, **given: Any) -> Job:  # noqa: ANN401
    """Print what differs, once.  Exit 0: in sync, 1: drift.

    With A..B, two revisions are compared with each other, with APP2 two apps; no cluster is asked.
    Where A or B is left out, it is the app's own revision.  With --live, two apps are compared by
    their objects in their clusters.
    """
    words: tuple[str, ...] = given.pop("words")
    spans = [word for word in words if ".." in word]  # in no app's name, and in no ref's
    names = [word for word in words if ".." not in word]
    if len(spans) > 1 or len(names) > (1 if spans else 2):
        raise UsageError("diff takes APP, A..B, A..B APP, or two apps")
    given |= {"span": "".join(spans), "app_name": names[0] if len(names) == 1 else None}
    options = options_of(context, given | {"apps": tuple(names[:2]) if len(names) > 1 else ()})
    if options.apps and options.app is not None:
        raise UsageError("--app chooses one app, and two are named")
    if options.live and not options.apps:
        raise UsageError("--live compares two apps: diff --live APP APP2")
    if options.past and (options.span or options.apps):
        raise UsageError("--past is about objects in a cluster, and none is asked")
    if options.everything and (options.span or options.apps):
        raise UsageError("--all lists what is in sync with Git, and that is not compared here")
    return partial(jobs.diff, options)


@program.command("import")
@click.argument("engine", type=click.Choice(["argocd", "flux"]))
@click.argument("files", nargs=-1)
@setting("--context", metavar="CTX", table=CLUSTER)
@click.pass_context
def carry_over(context: click.Context, /, **given: Any) -> Job:  # noqa: ANN401
    """Print the objects of Argo CD or Flux as a driftdeck.yaml.

    FILES hold them as YAML or JSON, "-" is the standard input; without any, the cluster is asked.
    What cannot be carried over is said on stderr, and in comments.
    """
    return partial(jobs.carry_over, options_of(context, given))


@program.command()
@click.argument("app_name", metavar="[APP]", required=False)
@click.option("--since", metavar="TIME", help="Not older than this: 30m, 2h, 7d.")
@click.option("--controller", is_flag=True, help="What the controller in the cluster wrote, too.")
@flags(HOME)
@output("text", "json")
@NO_COLOR
@click.pass_context
def journal(context: click.Context, /, **given: Any) -> Job:  # noqa: ANN401
    """Print what was written to clusters and repositories from here, and how it was before."""
    options = options_of(context, given)
    if (
        not options.controller
        and (options.config, options.context, options.namespace) != (None,) * 3
    ):
        raise UsageError("--config, --context and -n say where the --controller is")
    return partial(jobs.journal, options)


@program.command()
@click.argument("app_name", metavar="[APP]", required=False)
@flags(HOME)
@output("text", "json")
@NO_COLOR
@click.pass_context
def status(context: click.Context, /, **given: Any) -> Job:  # noqa: ANN401
    """Print what the controller in a cluster says of its apps.  Exit as diff; 3: none is there.

    It takes the right to read ConfigMaps and Leases in its namespace, and nothing else.
    """
    return partial(jobs.status, options_of(context, given))


@program.command()
@click.argument("app_name", metavar="[APP]", required=False)
@click.option("--since", metavar="TIME", help="What was done since: 30m, 2h, 7d (default: 24h).")
@output("markdown", "json")
@flags(SOURCE, SAFETY)
@click.pass_context
def report(context: click.Context, /, **given: Any) -> Job:  # noqa: ANN401
    """Write an incident down: what differs now, by whom, and what was done about it from here."""
    return partial(jobs.report, options_of(context, given))


@program.command()
@flags(SAFETY, TERMINAL)
@click.pass_context
def demo(context: click.Context, /, **given: Any) -> Job:  # noqa: ANN401
    """Try it: an embedded cluster, and a colleague who causes drift."""
    options = options_of(context, given)
    if options.headless:
        refuse_terminal_flags(options)
    else:
        need_terminal()
    return partial(jobs.demo, options)
