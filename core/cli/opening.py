"""What the command line is handed by whoever knows the terminal: how to open it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from core.cli.options import Options

if TYPE_CHECKING:  # loading what an engine is would make `--help` slow
    from core.cli.session import EngineLike


@dataclass(frozen=True, slots=True)
class Shown:
    """What the terminal says beside what the engine tells."""

    title: str = ""
    welcome: str = ""  # said at the start, and on top of the help


# How to build the engine (in the engine's own thread), the flags, words; returns the exit code.
OpenTerminal: TypeAlias = Callable[[Callable[[], "EngineLike"], Options, Shown], int]
