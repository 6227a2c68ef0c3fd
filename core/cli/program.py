"""The command line: names, flags and help; what they do lies one module per command beside.

Nothing but click is imported here: `--help` and `--version` answer at once.
"""

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, TypeVar

import click

from core.cli import jobs
from core.cli.jobs import Job
from core.cli.opening import OpenTerminal
from core.cli.options import Options
from core.cli.output.streams import unwritable
from core.errors import UsageError
from core.settings.fields import Field
from core.settings.table import APP, CLUSTER

Callback = TypeVar("Callback", bound=Callable[..., Any])

_SETTINGS: Final = {"help_option_names": ["-h", "--help"], "max_content_width": 80}


def _setting(*names: str, metavar: str, table: Sequence[Field]) -> Callable[[Callback], Callback]:
    """Return the flag of one setting of the file, with the same words."""
    (field,) = (field for field in table if f"--{field.name}" in names)
    default = f" (default: {field.default})." if field.default else "."
    return click.option(*names, metavar=metavar, help=field.help.removesuffix(".") + default)


_SOURCE_FLAGS: Final = (
    click.option("--config", metavar="FILE", help="Settings file (default: ./driftdeck.yaml)."),
    _setting("--repo", metavar="PATH|URL", table=APP),
    _setting("--revision", metavar="REV", table=APP),
    _setting("--path", metavar="DIR", table=APP),
    _setting("--context", metavar="CTX", table=CLUSTER),
    _setting("-n", "--namespace", metavar="NS", table=APP),
    click.option("--app", metavar="NAME", help="Only this app; with --repo, what to call it."),
)
_SAFETY_FLAGS: Final = (
    click.option("--read-only", is_flag=True, help="Refuse to write, whatever else is asked."),
    click.option("--no-color", is_flag=True, help="No colours; NO_COLOR says the same."),
)
_TERMINAL_FLAGS: Final = (
    click.option("--autoheal", is_flag=True, help="Keep the cluster equal to Git."),
    click.option("--headless", is_flag=True, help="No terminal: JSON lines on stdout."),
    click.option("--write", is_flag=True, help="Terminal: allow writing from the start."),
    click.option("--ascii", is_flag=True, help="Terminal: ASCII only."),
    click.option("--no-mouse", is_flag=True, help="Terminal: leave the mouse alone."),
)
_BRANCH_FLAG: Final = click.option(
    "--branch", metavar="NAME", help="Commit on a new branch of this name."
)
_CONSENT_FLAGS: Final = (
    click.option("--dry-run", is_flag=True, help="Print the plan and stop."),
    click.option("--yes", is_flag=True, help="Do not ask."),
)


def _flags(*groups: tuple[Callable[[Callback], Callback], ...]) -> Callable[[Callback], Callback]:
    def decorate(command: Callback) -> Callback:
        for option in reversed([option for group in groups for option in group]):
            command = option(command)
        return command

    return decorate


def _print_version(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked and not context.resilient_parsing:
        from importlib import metadata  # noqa: PLC0415 - lazily: 20 ms, for this alone

        try:
            version = metadata.version("driftdeck")
        except ModuleNotFoundError:  # a source folder on PYTHONPATH
            version = "(not installed)"
        click.echo(f"driftdeck {version}")
        context.exit()


@click.group(invoke_without_command=True, context_settings=_SETTINGS)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Show the version and exit.",
)
@_flags(_SOURCE_FLAGS, _SAFETY_FLAGS, _TERMINAL_FLAGS)
@click.pass_context
def program(context: click.Context, /, **given: Any) -> Job:  # noqa: ANN401 - click's own values
    """See, explain and heal the drift between Git and Kubernetes.

    Without a command: the terminal, or with --headless the controller.
    """
    context.obj = given
    if context.invoked_subcommand is not None:
        return jobs.nothing
    options = _options(context, {})
    if options.headless:
        _refuse_terminal_flags(options)
        return partial(jobs.headless, options)
    _need_terminal()
    return partial(jobs.terminal, options)


@program.command()
@click.argument("words", metavar="[A..B] [APP [APP2]]", nargs=-1)
@click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "json", "diff", "markdown"]),
    default="text",
    help="How to print.",
)
@click.option("--all", "everything", is_flag=True, help="Objects in sync too.")
@_flags(_SOURCE_FLAGS, _SAFETY_FLAGS)
@click.pass_context
def diff(context: click.Context, /, **given: Any) -> Job:  # noqa: ANN401
    """Print what differs, once.  Exit 0: in sync, 1: drift.

    With A..B, two revisions are compared with each other, with APP2 two apps; no cluster is asked.
    Where A or B is left out, it is the app's own revision.
    """
    words: tuple[str, ...] = given.pop("words")
    spans = [word for word in words if ".." in word]  # in no app's name, and in no ref's
    names = [word for word in words if ".." not in word]
    if len(spans) > 1 or len(names) > (1 if spans else 2):
        raise UsageError("diff takes APP, A..B, A..B APP, or two apps")
    given |= {"span": "".join(spans), "app_name": names[0] if len(names) == 1 else None}
    options = _options(context, given | {"apps": tuple(names[:2]) if len(names) > 1 else ()})
    if options.apps and options.app is not None:
        raise UsageError("--app chooses one app, and two are named")
    if options.everything and (options.span or options.apps):
        raise UsageError("--all lists what is in sync with a cluster, and none is asked")
    return partial(jobs.diff, options)


@program.command()
@click.argument("app_name", metavar="[APP]", required=False)
@_flags(_CONSENT_FLAGS, _SOURCE_FLAGS, _SAFETY_FLAGS)
@click.pass_context
def sync(context: click.Context, /, **given: Any) -> Job:  # noqa: ANN401
    """Make the cluster equal to Git, once."""
    options = _options(context, given)
    _refuse_writing(options, "sync")
    return partial(jobs.sync, options)


@program.command()
@click.argument("commit")
@_BRANCH_FLAG
@_flags(_CONSENT_FLAGS, _SOURCE_FLAGS, _SAFETY_FLAGS)
@click.pass_context
def revert(context: click.Context, /, **given: Any) -> Job:  # noqa: ANN401
    """Undo COMMIT by a new commit, then do in the cluster what that changes."""
    options = _options(context, given)
    _refuse_writing(options, "revert")
    return partial(jobs.revert, options)


@program.command()
@click.argument("commit")
@_BRANCH_FLAG
@_flags(_CONSENT_FLAGS, _SOURCE_FLAGS, _SAFETY_FLAGS)
@click.pass_context
def rollback(context: click.Context, /, **given: Any) -> Job:  # noqa: ANN401
    """Make the app's folder what it was at COMMIT, by one new commit, and do what that changes."""
    options = _options(context, given)
    _refuse_writing(options, "rollback")
    return partial(jobs.rollback, options)


@program.command("import")
@click.argument("engine", type=click.Choice(["argocd", "flux"]))
@click.argument("files", nargs=-1)
@_setting("--context", metavar="CTX", table=CLUSTER)
@click.pass_context
def carry_over(context: click.Context, /, **given: Any) -> Job:  # noqa: ANN401
    """Print the objects of Argo CD or Flux as a driftdeck.yaml.

    FILES hold them as YAML or JSON, "-" is the standard input; without any, the cluster is asked.
    What cannot be carried over is said on stderr, and in comments.
    """
    return partial(jobs.carry_over, _options(context, given))


@program.command()
@click.argument("app_name", metavar="[APP]", required=False)
@click.option("--since", metavar="TIME", help="Not older than this: 30m, 2h, 7d.")
@click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "json"]),
    default="text",
    help="How to print.",
)
@click.option("--no-color", is_flag=True, help="No colours; NO_COLOR says the same.")
@click.pass_context
def journal(context: click.Context, /, **given: Any) -> Job:  # noqa: ANN401
    """Print what was written to clusters and repositories from here, and how it was before."""
    return partial(jobs.journal, _options(context, given))


@program.command()
@click.argument("subject", metavar="APP")
@click.option("--from", "source", metavar="ENV", required=True, help="What is carried over.")
@click.option("--to", "target", metavar="ENV", required=True, help="Where it is carried to.")
@click.option(
    "--field", "fields", metavar="PATH", multiple=True, help="A field to carry over, too."
)
@_BRANCH_FLAG
@click.option("--config", metavar="FILE", help="Settings file (default: ./driftdeck.yaml).")
@_flags(_CONSENT_FLAGS, _SAFETY_FLAGS)
@click.pass_context
def promote(context: click.Context, /, **given: Any) -> Job:  # noqa: ANN401
    """Carry APP's image tags over from one environment to another, by a commit.

    The apps are those called APP-ENV or ENV-APP; ENV may also be the name of an app.
    """
    options = _options(context, given)
    _refuse_writing(options, "promote")
    return partial(jobs.promote, options)


@program.command()
@_flags(_SAFETY_FLAGS, _TERMINAL_FLAGS)
@click.pass_context
def demo(context: click.Context, /, **given: Any) -> Job:  # noqa: ANN401
    """Try it: an embedded cluster, and a colleague who causes drift."""
    options = _options(context, given)
    if options.headless:
        _refuse_terminal_flags(options)
    else:
        _need_terminal()
    return partial(jobs.demo, options)


# What the flags mean together -------------------------------------------------------------------


def _options(context: click.Context, given: dict[str, Any]) -> Options:
    """Merge the flags before the command with those after it; the later ones win."""
    said = {name: value for name, value in given.items() if value not in (None, False)}
    merged = {**context.find_root().obj, **said}
    argument = merged.pop("app_name", None)
    if argument is not None:
        if merged.get("app") not in (None, argument):
            raise UsageError(f'APP is "{argument}", but --app says "{merged["app"]}"')
        merged["app"] = argument
    command = context.info_name if context.parent else None
    if command not in (None, "demo"):
        for flag in ("headless", "autoheal", "write", "ascii", "no_mouse"):
            if merged[flag]:
                raise UsageError(f"--{flag.replace('_', '-')} does not go with {command}")
    if merged["read_only"] and (merged["autoheal"] or merged["write"]):
        raise UsageError("--read-only excludes --autoheal and --write")
    return Options(**merged)


def _refuse_writing(options: Options, command: str) -> None:
    if options.read_only and not options.dry_run:
        raise UsageError(f"{command} writes, and --read-only forbids it; --dry-run shows the plan")


def _refuse_terminal_flags(options: Options) -> None:
    flags = {"--write": options.write, "--ascii": options.ascii, "--no-mouse": options.no_mouse}
    for flag, given in flags.items():
        if given:
            raise UsageError(f"{flag} is for the terminal and does not go with --headless")


def _need_terminal() -> None:
    if os.environ.get("TERM") == "dumb" or not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("there is no terminal here; try --headless, or driftdeck diff")


# What is done, after click ------------------------------------------------------------------------


def chosen_job(arguments: Sequence[str] | None = None) -> Job:
    """Return what the command line asks for, to be called when click is out of the way.

    Click turns a closed pipe into exit code 1, which here means drift.
    """
    try:
        answer = program.main(arguments, standalone_mode=False)
    except SystemExit as ending:
        raise BrokenPipeError from ending
    except OSError as error:  # of --help and --version
        raise unwritable(sys.stdout, error) from None
    return answer if callable(answer) else partial(_ended, answer or 0)  # --help and --version


def _ended(code: int, _: OpenTerminal | None) -> int:
    return code
