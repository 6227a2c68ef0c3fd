"""What each command does, imported when it is wanted: help and mistakes load nothing heavy.

The terminal is handed in, for it lies above this package: whoever starts the program knows both.
"""

from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

from core.cli.opening import OpenTerminal
from core.cli.options import Options
from core.errors import UsageError
from core.garbage import keep_what_is_there

Job: TypeAlias = Callable[[OpenTerminal | None], int]


def nothing(_: OpenTerminal | None) -> int:
    """Be done: help and version were printed already."""
    return 0


def diff(options: Options, _: OpenTerminal | None) -> int:
    """Print what differs, once: Git from the cluster, or two states of Git from each other."""
    if options.span or options.apps:
        from core.cli.commands.looking.compare import run as compare  # noqa: PLC0415 - lazily, see above

        return _until_done(compare(options))
    from core.cli.commands.looking.diff import run  # noqa: PLC0415 - lazily, see above

    return _until_done(run(options))


def sync(options: Options, _: OpenTerminal | None) -> int:
    """Make the cluster equal to Git, once."""
    from core.cli.commands.writing.sync import run  # noqa: PLC0415 - lazily, see above

    return _until_done(run(options))


def revert(options: Options, _: OpenTerminal | None) -> int:
    """Undo a commit by a new one, and sync what it changes."""
    from core.cli.commands.writing.revert import run  # noqa: PLC0415 - lazily, see above

    return _until_done(run(options))


def rollback(options: Options, _: OpenTerminal | None) -> int:
    """Make an app's folder what it was at a commit, by a new one, and sync what that changes."""
    from core.cli.commands.writing.revert import run  # noqa: PLC0415 - lazily, see above

    return _until_done(run(options, back=True))


def adopt(options: Options, _: OpenTerminal | None) -> int:
    """Write live values back to Git, by a commit."""
    from core.cli.commands.writing.adopt import run  # noqa: PLC0415 - lazily, see above

    return _until_done(run(options))


def pause(options: Options, _: OpenTerminal | None) -> int:
    """Set an app, or objects of it, aside for a time."""
    from core.cli.commands.writing.pause import run  # noqa: PLC0415 - lazily, see above

    return _until_done(run(options, ends=False))


def resume(options: Options, _: OpenTerminal | None) -> int:
    """Take them up again."""
    from core.cli.commands.writing.pause import run  # noqa: PLC0415 - lazily, see above

    return _until_done(run(options, ends=True))


def undo(options: Options, _: OpenTerminal | None) -> int:
    """Put back what a sync or a heal changed."""
    from core.cli.commands.writing.undo import run  # noqa: PLC0415 - lazily, see above

    return _until_done(run(options))


def journal(options: Options, _: OpenTerminal | None) -> int:
    """Print what was written."""
    from core.cli.commands.looking.journal import run  # noqa: PLC0415 - lazily, see above

    return _until_done(run(options))


def status(options: Options, _: OpenTerminal | None) -> int:
    """Print what the controller in a cluster tells of itself."""
    from core.cli.commands.looking.status import run  # noqa: PLC0415 - lazily, see above

    return _until_done(run(options))


def report(options: Options, _: OpenTerminal | None) -> int:
    """Write an incident down."""
    from core.cli.commands.looking.report import run  # noqa: PLC0415 - lazily, see above

    return _until_done(run(options))


def promote(options: Options, _: OpenTerminal | None) -> int:
    """Carry image tags and chosen fields over from one environment to another, by a commit."""
    from core.cli.commands.writing.promote import run  # noqa: PLC0415 - lazily, see above

    return _until_done(run(options))


def carry_over(options: Options, _: OpenTerminal | None) -> int:
    """Print what another engine was told as settings of ours."""
    from core.cli.commands.looking.carry_over import run  # noqa: PLC0415 - lazily, see above

    return _until_done(run(options))


def install(options: Options, _: OpenTerminal | None) -> int:
    """Print the manifests that run it in a cluster."""
    from core.cli.commands.looking.install import run  # noqa: PLC0415 - lazily, see above

    return _until_done(run(options))


def doctor(options: Options, _: OpenTerminal | None) -> int:
    """Look at all that is needed."""
    from core.cli.commands.looking.doctor import run  # noqa: PLC0415 - lazily, see above

    return _until_done(run(options))


def headless(options: Options, _: OpenTerminal | None) -> int:
    """Be the controller."""
    from core.cli.commands.headless import run  # noqa: PLC0415 - lazily, see above

    return _until_done(run(options))


def terminal(options: Options, open_terminal: OpenTerminal | None) -> int:
    """Open the terminal."""
    opened = _needed(open_terminal)
    from core.cli.commands.terminal import run  # noqa: PLC0415 - lazily, see above

    return run(options, opened)


def demo(options: Options, open_terminal: OpenTerminal | None) -> int:
    """Show what this program does, on a world of its own."""
    opened = None if options.headless else _needed(open_terminal)
    from core.cli.commands.demo import run  # noqa: PLC0415 - lazily, see above

    return run(options, opened)


def _until_done(main: Coroutine[Any, Any, int]) -> int:
    from core.cli.signals import run_coroutine  # noqa: PLC0415 - lazily: asyncio

    keep_what_is_there()
    return run_coroutine(main)


def _needed(open_terminal: OpenTerminal | None) -> OpenTerminal:
    if open_terminal is None:
        raise UsageError(
            "this is the command line without the terminal; driftdeck and python -m tui have both"
        )
    return open_terminal
