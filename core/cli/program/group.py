"""The program itself, and what flags mean together."""

import os
import sys
from functools import partial
from typing import Any, Final

import click

from core.cli import jobs
from core.cli.jobs import Job
from core.cli.options import Options
from core.cli.program.flags import CONTROLLING, SAFETY, SOURCE, TERMINAL, flags, print_version
from core.errors import UsageError

_SETTINGS: Final = {"help_option_names": ["-h", "--help"], "max_content_width": 80}


@click.group(invoke_without_command=True, context_settings=_SETTINGS)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=print_version,
    help="Show the version and exit.",
)
@flags(SOURCE, SAFETY, TERMINAL, CONTROLLING)
@click.pass_context
def program(context: click.Context, /, **given: Any) -> Job:  # noqa: ANN401 - click's own values
    """See, explain and heal the drift between Git and Kubernetes.

    Without a command: the terminal, or with --headless the controller.
    """
    context.obj = given
    if context.invoked_subcommand is not None:
        return jobs.nothing
    options = options_of(context, {})
    if options.headless:
        refuse_terminal_flags(options)
        return partial(jobs.headless, options)
    refuse_controller_flags(options)
    need_terminal()
    return partial(jobs.terminal, options)


def options_of(context: click.Context, given: dict[str, Any]) -> Options:
    """Merge the flags before the command with those after it; the later ones win."""
    said = {
        name: value for name, value in given.items() if value is not None and value is not False
    }
    merged = {**context.find_root().obj, **said}
    argument = merged.pop("app_name", None)
    if argument is not None:
        if merged.get("app") not in (None, argument):
            raise UsageError(f'APP is "{argument}", but --app says "{merged["app"]}"')
        merged["app"] = argument
    command = context.info_name if context.parent else None
    if command not in (None, "demo"):
        for flag in ("headless", "listen", "autoheal", "write", "ascii", "no_mouse"):
            if merged[flag]:
                raise UsageError(f"--{flag.replace('_', '-')} does not go with {command}")
    if command is not None and merged["shards"] is not None:
        raise UsageError(f"--shards does not go with {command}")
    if merged.get("listen") and not merged["headless"]:
        raise UsageError("--listen goes with --headless")
    if merged["read_only"] and (merged["autoheal"] or merged["write"]):
        raise UsageError("--read-only excludes --autoheal and --write")
    return Options(**merged)


def refuse_writing(options: Options, command: str) -> None:
    """Refuse a command that writes where nothing may be written."""
    if options.read_only and not options.dry_run:
        raise UsageError(f"{command} writes, and --read-only forbids it; --dry-run shows the plan")


def refuse_terminal_flags(options: Options) -> None:
    """Refuse the flags of the terminal where none is opened."""
    said = {"--write": options.write, "--ascii": options.ascii, "--no-mouse": options.no_mouse}
    for flag, given in said.items():
        if given:
            raise UsageError(f"{flag} is for the terminal and does not go with --headless")


def refuse_controller_flags(options: Options) -> None:
    """Refuse the flags of the controller where there is none."""
    if options.shards is not None:
        raise UsageError("--shards is for the controller and goes with --headless")


def need_terminal() -> None:
    """Refuse to open the terminal where there is none."""
    if os.environ.get("TERM") == "dumb" or not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("there is no terminal here; try --headless, or driftdeck diff")
