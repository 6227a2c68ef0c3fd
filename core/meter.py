"""What is counted and leaves no trace in any state: requests, watches that end, work that waits.

It is told where it happens, and kept by whoever wants it: the core itself counts nothing.
"""

from enum import StrEnum
from typing import Final, Protocol

INPUTS: Final = "inputs"  # the queue of what the engine is still to take into account
DRY_RUNS: Final = "dry_runs"  # the queues of what API servers are still to be asked
NO_ANSWER: Final = "<error>"  # in place of a status, as client-go has it


class Watched(StrEnum):
    """What can happen to the watches of a cluster."""

    RESTARTED = "restarted"  # a stream was opened, to go on where one ended
    RELISTED = "relisted"  # a kind was listed again
    UNDECODABLE = "undecodable"  # an event could not be read (R9)
    DIVERGED = "diverged"  # an object was not as the server had it, as an audit found (R12)


class Meter(Protocol):
    """Takes each number as it arises, from any thread, and returns at once."""

    def requested(self, host: str, method: str, code: str, took_s: float) -> None:
        """Note a request to an API server, up to the headers of its answer where it is a stream."""

    def watched(self, cluster: str, what: Watched, count: int = 1) -> None:
        """Note what happened to the watches of a cluster."""

    def queued(self, queue: str) -> None:
        """Note that something waits in a queue."""

    def taken(self, queue: str, waited_s: float) -> None:
        """Note that something was taken out of it."""

    def worked(self, queue: str, took_s: float) -> None:
        """Note that it was dealt with."""

    def retried(self, queue: str) -> None:
        """Note that it has to be tried again."""

    def unrecorded(self) -> None:
        """Note that the journal did not take an entry."""


class Unmetered:
    """Nobody wants to know."""

    def requested(self, host: str, method: str, code: str, took_s: float) -> None:
        """Forget it."""

    def watched(self, cluster: str, what: Watched, count: int = 1) -> None:
        """Forget it."""

    def queued(self, queue: str) -> None:
        """Forget it."""

    def taken(self, queue: str, waited_s: float) -> None:
        """Forget it."""

    def worked(self, queue: str, took_s: float) -> None:
        """Forget it."""

    def retried(self, queue: str) -> None:
        """Forget it."""

    def unrecorded(self) -> None:
        """Forget it."""


UNMETERED: Final[Meter] = Unmetered()
