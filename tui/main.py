"""The console script `driftdeck`: the command line, handed the terminal to open when it is asked.

Nothing of Textual is loaded before that: `--help` answers at once, and the controller never
needs it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.cli import main as command_line

if TYPE_CHECKING:
    from core.cli.opening import Shown
    from core.cli.options import Options
    from tui.options import EngineLike


def main() -> None:
    """Run what the command line asks for, and end the process with its exit code."""
    command_line(open_terminal)


def open_terminal(
    engine_factory: "Callable[[], EngineLike]", options: "Options", shown: "Shown"
) -> int:
    """Open the terminal on the engine that *engine_factory* builds; return the exit code."""
    from tui.options import TerminalOptions  # noqa: PLC0415 - lazily, see above
    from tui.run import run  # noqa: PLC0415 - lazily, see above

    wanted = TerminalOptions(
        write=options.write,
        read_only=options.read_only,
        healing=options.autoheal,
        ascii=options.ascii,
        mouse=not options.no_mouse,
        color=not options.no_color,
        title=shown.title,
        welcome=shown.welcome,
        records=shown.records,
    )
    return run(engine_factory, wanted)
