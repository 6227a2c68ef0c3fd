"""Flags that several commands have; those of settings say what the settings say."""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import click

from core.settings.clusters import CLUSTER
from core.settings.fields import Field
from core.settings.running.controller import CONTROLLER, SHARDS_MOST
from core.settings.table import APP

Callback = TypeVar("Callback", bound=Callable[..., Any])


def setting(
    *names: str, metavar: str, table: Sequence[Field], kind: click.IntRange | None = None
) -> Callable[[Callback], Callback]:
    """Return the flag of one setting of the file, with the same words."""
    (field,) = (field for field in table if f"--{field.name}" in names)
    default = f" (default: {field.default})." if field.default else "."
    words = field.help.removesuffix(".") + default
    return click.option(*names, metavar=metavar, type=kind, help=words)


def output(*forms: str, words: str = "How to print.") -> Callable[[Callback], Callback]:
    """Return the flag that says how to print: one of *forms*, the first if it is not said."""
    return click.option("-o", "--output", type=click.Choice(forms), default=forms[0], help=words)


CONFIG: Final = click.option(
    "--config", metavar="FILE", help="Settings file (default: ./driftdeck.yaml)."
)
NO_COLOR: Final = click.option(
    "--no-color", is_flag=True, help="No colours; NO_COLOR says the same."
)
SOURCE: Final = (
    CONFIG,
    setting("--repo", metavar="PATH|URL", table=APP),
    setting("--revision", metavar="REV", table=APP),
    setting("--path", metavar="DIR", table=APP),
    setting("--context", metavar="CTX", table=CLUSTER),
    setting("-n", "--namespace", metavar="NS", table=APP),
    click.option("--app", metavar="NAME", help="Only this app; with --repo, what to call it."),
)
SAFETY: Final = (
    click.option("--read-only", is_flag=True, help="Refuse to write, whatever else is asked."),
    NO_COLOR,
)
TERMINAL: Final = (
    click.option("--autoheal", is_flag=True, help="Keep the cluster equal to Git."),
    click.option("--headless", is_flag=True, help="No terminal: JSON lines on stdout."),
    click.option("--listen", metavar="ADDR", help="Headless: where metrics and health are."),
    click.option("--write", is_flag=True, help="Terminal: allow writing from the start."),
    click.option("--ascii", is_flag=True, help="Terminal: ASCII only."),
    click.option("--no-mouse", is_flag=True, help="Terminal: leave the mouse alone."),
)
HOME: Final = (  # of a controller
    click.option(
        "--config", metavar="FILE", help="Settings file (default: ./driftdeck.yaml, if any)."
    ),
    setting("--context", metavar="CTX", table=CLUSTER),
    click.option(
        "-n", "--namespace", metavar="NS", help="Where the controller lives (default: driftdeck)."
    ),
)
CONTROLLING: Final = (
    setting("--shards", metavar="N", table=CONTROLLER, kind=click.IntRange(1, SHARDS_MOST)),
)
BRANCH: Final = (
    click.option("--branch", metavar="NAME", help="Commit on a new branch of this name."),
)
CONSENT: Final = (
    click.option("--dry-run", is_flag=True, help="Print the plan and stop."),
    click.option("--yes", is_flag=True, help="Do not ask."),
)


def flags(*groups: tuple[Callable[[Callback], Callback], ...]) -> Callable[[Callback], Callback]:
    """Give a command the flags of some groups, in that order."""

    def decorate(command: Callback) -> Callback:
        for option in reversed([option for group in groups for option in group]):
            command = option(command)
        return command

    return decorate


def print_version(context: click.Context, _: click.Parameter, asked: bool) -> None:
    """Answer --version."""
    if asked and not context.resilient_parsing:
        from core.release import version_of  # noqa: PLC0415 - lazily: 20 ms, for this alone

        click.echo(f"driftdeck {version_of() or '(not installed)'}")
        context.exit()
