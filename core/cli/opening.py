"""What the command line is handed by whoever knows the terminal: how to open it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from core.cli.options import Options

if TYPE_CHECKING:  # loading what an engine is would make `--help` slow
    from core.cli.session import EngineLike

# How to build the engine (in the engine's own thread), the flags, a title; returns the exit code.
OpenTerminal: TypeAlias = Callable[[Callable[[], "EngineLike"], Options, str], int]
