"""What the terminal is given: an engine to show, and how to show it."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.journal import Entry
from core.model import Snapshot
from core.reconcile.memory.commands import Command


class EngineLike(Protocol):
    """All the terminal may ask of an engine."""

    def submit(self, command: Command) -> None:
        """Ask for something; returns at once, from any thread."""

    def snapshots(self) -> AsyncIterator[Snapshot]:
        """Follow the newest whole snapshot; a slow reader skips."""
        ...

    async def run(self) -> None:
        """Reconcile until cancelled."""


def _none(_: float) -> Sequence[Entry]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalOptions:
    """What flags and environment say about the terminal."""

    write: bool = False  # writing is allowed from the start, without an end
    read_only: bool = False  # writing cannot be allowed inside
    healing: bool = False  # --autoheal: heal was switched on by the flag
    ascii: bool = False
    mouse: bool = True
    color: bool = True
    title: str = ""  # "demo"
    welcome: str = ""  # said until another message comes, and on top of the help
    records: Callable[[float], Sequence[Entry]] = _none  # the journal from a moment on; blocks
    theme: str = "dark"  # a name in tui.theme.palette.PALETTES
