"""The headless front end: commands, text and JSON output, exit codes.

Reads the same snapshots as the terminal, and starts it.  Nothing here decides what drift is.
"""

import sys

from core.cli.ending import exit_code_of


def main() -> None:
    """Run the program that the command line asks for, and end the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A locale that cannot spell a name must not end the program.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    sys.exit(exit_code_of(_program))


def _program() -> int:
    from core.cli.program import chosen_job  # noqa: PLC0415 - a bug while importing exits with 70

    return chosen_job()()
