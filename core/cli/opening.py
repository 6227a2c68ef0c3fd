"""What the command line is handed by whoever knows the terminal: how to open it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from core.cli.options import Options

if TYPE_CHECKING:  # loading what an engine is would make `--help` slow
    from core.cli.session import EngineLike
    from core.journal import Entry


def _none(_: float) -> "Sequence[Entry]":
    return ()


@dataclass(frozen=True, slots=True)
class Shown:
    """What the terminal says beside what the engine tells."""

    title: str = ""
    welcome: str = ""  # said at the start, and on top of the help
    records: Callable[[float], "Sequence[Entry]"] = _none  # the journal from a moment on; blocks


# How to build the engine (in the engine's own thread), the flags, words; returns the exit code.
OpenTerminal: TypeAlias = Callable[[Callable[[], "EngineLike"], Options, Shown], int]
