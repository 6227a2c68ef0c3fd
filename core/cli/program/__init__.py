"""The command line: names, flags and help; what they do lies one module per command beside.

Nothing but click is imported here: `--help` and `--version` answer at once.
"""

import sys
from collections.abc import Sequence
from functools import partial

from core.cli.jobs import Job
from core.cli.opening import OpenTerminal
from core.cli.output.streams import unwritable
from core.cli.program import installing, looking, writing
from core.cli.program.group import program

__all__ = ["chosen_job", "installing", "looking", "program", "writing"]


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
