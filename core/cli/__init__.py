"""The headless front end: commands, text and JSON output, exit codes.

Reads the same snapshots as the terminal, and opens it where it was handed one.  Nothing here
decides what drift is.
"""

import sys
from functools import partial
from typing import TYPE_CHECKING

from core.cli.ending import allow_open_files, exit_code_of
from core.cli.output.streams import open_streams
from core.garbage import collect_no_more, collect_rarely

if TYPE_CHECKING:
    from core.cli.opening import OpenTerminal

__all__ = ["main"]


def main(open_terminal: "OpenTerminal | None" = None) -> None:
    """Run the program that the command line asks for, and end the process with its exit code.

    Args:
        open_terminal: Opens the terminal, where there is one; see `core.cli.jobs`.
    """
    collect_rarely()
    allow_open_files()
    open_streams()
    for stream in (sys.stdout, sys.stderr):
        # A locale that cannot spell a name must not end the program.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    code = exit_code_of(partial(_program, open_terminal))
    collect_no_more()
    sys.exit(code)


def _program(open_terminal: "OpenTerminal | None") -> int:
    from core.cli.program import chosen_job  # noqa: PLC0415 - a bug while importing exits with 70

    return chosen_job()(open_terminal)
