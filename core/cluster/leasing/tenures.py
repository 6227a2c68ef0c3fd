"""What this replica holds, and the fence around its writes: time left, or nothing is sent.

Time is what passed here since a renewal was *begun* that succeeded; whoever waits for the Lease to
run out begins to count later, so there is a margin even between two clocks that drift.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final

from core.clock import Clock
from core.cluster.connection.request import Request
from core.cluster.leasing.record import DURATION_S, Record
from core.cluster.waiting import UnderWay
from core.errors import OutdatedError
from core.model.controllers.leads import share_of

MARGIN_S: Final = 2.0  # before the others may take it nothing of ours is under way any more
VALID_S: Final = DURATION_S - MARGIN_S
DEADLINE_S: Final = 8.0  # not renewed for so long, it counts as lost
CALL_S: Final = 0.5  # what a write is expected to take: p99 of an apply is a fifth of it
DELETE_S: Final = 5.0  # of the time that must be left for what cannot be undone (G8)


@dataclass(slots=True, eq=False)
class Tenure:
    """One Lease that this replica holds."""

    share: int
    record: Record
    renewed_at: float  # when the last renewal that succeeded was begun
    renewed_wall: float  # the same moment on the wall clock, to be shown
    confirmed: bool = False  # seen once more after it was taken: nobody divides the apps otherwise
    leaving: bool = False  # nothing new is begun
    ended: bool = False  # nothing is sent any more
    problem: str = ""  # of the last renewal
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)  # of the Lease itself
    flying: UnderWay = field(default_factory=UnderWay)  # writes

    @property
    def valid_until(self) -> float:
        """When the last write must have been answered."""
        return self.renewed_at + VALID_S

    @property
    def until(self) -> float:
        """When that is, on the wall clock."""
        return self.renewed_wall + VALID_S

    @property
    def deadline(self) -> float:
        """When it counts as lost."""
        return self.renewed_at + DEADLINE_S


class AppFence:
    """The fence around the writes for one app."""

    def __init__(self, app: str, shares: int, held: dict[int, Tenure], clock: Clock) -> None:
        """Look into *held* before each write."""
        self._app, self._shares = app, shares
        self._held, self._clock = held, clock

    @contextmanager
    def passing(self, request: Request) -> Iterator[Request]:
        """Let a request pass while the Lease of its app is held for long enough.

        Raises:
            OutdatedError: It is not.
        """
        tenure = self._held.get(share_of(self._app, self._shares))
        if tenure is None or tenure.ended or not tenure.confirmed:
            raise OutdatedError(f"another replica writes for {self._app} from now on")
        left_s = tenure.valid_until - self._clock.since_boot()
        needed_s = DELETE_S if request.method == "DELETE" else CALL_S
        if left_s <= needed_s:
            raise OutdatedError(f"the Lease {tenure.record.name} is about to end; nothing is sent")
        with tenure.flying.one():
            yield replace(request, timeout_s=min(request.timeout_s, left_s))
