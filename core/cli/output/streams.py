"""The streams of the process: closed ones are opened, and what cannot be written is said."""

import os
import sys
from collections.abc import Iterable
from typing import TextIO

from core.errors import UnavailableError


def open_streams() -> None:
    """Put something where the parent closed a stream: a file opened later would take its number.

    What is written to a closed stdout fails, as with any program; what is told to a closed stderr
    is lost.
    """
    reading, writing = os.O_RDONLY, os.O_WRONLY
    wanted = (("stdin", reading, "r"), ("stdout", reading, "w"), ("stderr", writing, "w"))
    for number, (name, flags, mode) in enumerate(wanted):
        if getattr(sys, name) is None and os.open(os.devnull, flags) == number:
            setattr(sys, name, os.fdopen(number, mode, closefd=False))


def put(stream: TextIO, lines: Iterable[str]) -> None:
    """Write lines and hand them over at once; colours and cleaning were done before.

    Raises:
        UnavailableError, BrokenPipeError: As `write`.
    """
    write(stream, "".join(f"{line}\n" for line in lines))


def write(stream: TextIO, text: str) -> None:
    """Write *text* and hand it over at once; a message to stderr may be lost.

    Raises:
        UnavailableError: The stream takes nothing, as on a full disk.
        BrokenPipeError: Nobody reads the pipe any more.
    """
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        refused = unwritable(stream, error)
        if stream is not sys.stderr:
            raise refused from None


def unwritable(stream: TextIO, error: OSError) -> UnavailableError:
    """Give a stream up that takes nothing, and return the error that says so."""
    silence(stream)
    # One that was closed and opened again has a number for a name.
    name = "stdout" if stream is sys.stdout else getattr(stream, "name", "output")
    return UnavailableError(f"{name} cannot be written: {error.strerror}")


def silence(stream: TextIO) -> None:
    """Let what is still to come go into nothing; the interpreter would complain at its end."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except (OSError, ValueError):
        return
