"""How the program ends: signals, errors and bugs, each with its exit code.

A traceback ends Python with 1, which here means drift; so every way out goes through this module.
"""

import errno
import io
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Final, TypeGuard

import click

from core.clean import clean
from core.cli.exit_codes import BUG, CODES, code_of_error
from core.cli.output.streams import silence
from core.errors import ProductError
from core.model import Remedy

_LIMITS: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN})
REPORT: Final = "this is a bug; please report the lines above"
OPEN_FILES: Final = 10_240  # a thousand namespaces of ten kinds; macOS has no more to give
PIPE_CLOSED: Final = 128 + signal.SIGPIPE  # 141, as of any other writer into a closed pipe


def allow_open_files() -> None:
    """Let the process open as many files as the machine allows: each watch is one.

    Many systems allow 256 or 1,024 unasked and far more to whoever asks.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    if soft == resource.RLIM_INFINITY or soft >= most:
        return
    with suppress(OSError, ValueError):  # what is allowed has to do
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def exit_code_of(program: Callable[[], int]) -> int:
    """Run *program* and say with what code the process ends; its errors are printed here."""
    try:
        return program()
    except click.exceptions.Exit as ending:
        return ending.exit_code
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        _say(shown.getvalue().rstrip())
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 128 + signal.SIGINT
    except BrokenPipeError:
        silence(sys.stdout)
        return PIPE_CLOSED
    except ProductError as error:
        _say(f"driftdeck: {error}")
        return code_of_error(error)
    except BaseException as bug:  # noqa: BLE001 - the last door: nothing leaves with 1 but drift
        if is_limit(bug):
            _say(f"driftdeck: {os.strerror(bug.errno or 0).lower()}; this machine allows no more")
            return CODES[Remedy.WAIT]
        _say(f"{trace_of(bug)}\ndriftdeck: {REPORT}")
        return BUG


def is_limit(error: BaseException) -> TypeGuard[OSError]:
    """Whether the machine allows no more of something, which is nobody's bug."""
    return isinstance(error, OSError) and error.errno in _LIMITS


def trace_of(bug: BaseException) -> str:
    """Return where a bug came from; the standard form has no locals, which may hold secrets."""
    return "".join(traceback.format_exception(bug)).rstrip()


def _say(text: str) -> None:
    try:
        sys.stderr.write(clean(text, multiline=True) + "\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        silence(sys.stderr)  # nobody listens, and what is left in its buffer would end us with 120
