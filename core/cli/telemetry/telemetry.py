"""What the controller shows of itself, put together.

Counting an event takes microseconds and is done in the engine's loop, where the event is; whatever
waits for others is done at the station.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from http import HTTPStatus
from typing import Final, Protocol

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from core.cli.telemetry.health import Pulse, Readiness
from core.cli.telemetry.metrics.counters import Counters
from core.cli.telemetry.metrics.families import Families
from core.cli.telemetry.metrics.gauges import Gauges
from core.cli.telemetry.metrics.metering import Counting
from core.cli.telemetry.serving import Door, Page
from core.cli.telemetry.station import Running, Station
from core.clock import Clock
from core.meter import Meter
from core.model import Event, Snapshot

PAGE_S: Final = 1.0  # so long a page of metrics is good for others who ask, too


class Teller(Running, Protocol):
    """Tells somebody of events, at the station."""

    def take(self, events: Sequence[Event]) -> None:
        """Note what is to be told; returns at once."""


class Telemetry:
    """Reads snapshots as anybody does; `meter` hears the rest."""

    def __init__(self, clock: Clock, err: int, where: tuple[str, int] | None = None) -> None:
        """Show nothing yet.

        Args:
            clock: Time.
            err: The file descriptor for stacks of a loop that stands still.
            where: To listen; None: nowhere.
        """
        self._clock, self.where = clock, where
        self.families = Families()
        self._counters, self._counting = Counters(self.families), Counting(self.families)
        self.meter: Meter = self._counting
        self.sent = self.families.counter(
            "driftdeck_notifications_sent", "Events that a webhook took."
        )
        self.dropped = self.families.counter(
            "driftdeck_notifications_dropped", "Events that a webhook did not take.", "reason"
        )
        self.refused = self.families.counter(
            "driftdeck_kubernetes_events_dropped", "Events that no API server took.", "reason"
        )
        self._newest = Snapshot()
        self.families.registry.register(Gauges(lambda: self._newest, clock.wall))
        self._pulse, self._readiness = Pulse(clock, err), Readiness()
        self.tellers: list[Teller] = []  # who is told, too, from the start on
        self._door = Door(where, self.page_of) if where is not None else None
        self._station: Station | None = None
        self._page, self._page_at = b"", float("-inf")

    @property
    def port(self) -> int:
        """Where it listens; 0 where it does not."""
        return self._door.port if self._door is not None else 0

    # In the engine's loop -------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to answer and to tell.

        Raises:
            UsageError: It cannot listen where it should.
        """
        if self._door is not None or self.tellers:
            self._station = Station(self._door, self.tellers)
            self._station.start()

    async def follow(self, snapshots: AsyncIterator[Snapshot]) -> None:
        """Take in what the engine shows; raises what ends the station, if anything does."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._pulse.beat(), name="pulse")
            if self._station is not None:
                tasks.create_task(self._station.ended())
            async for snapshot in snapshots:
                self.see(snapshot)

    def see(self, snapshot: Snapshot) -> None:
        """Count what is new, and have it told, by the replica that writes for the app alone."""
        self._newest = snapshot
        self._readiness.see(snapshot)
        self._counting.expect(snapshot.clusters)
        new = self._counters.count(snapshot, self._clock.wall())
        told = tuple(event for event in new if snapshot.leads.may_record(event.app))
        if told and self._station is not None:
            for teller in self.tellers:
                self._station.call(teller.take, told)

    async def stop(self) -> None:
        """Answer and tell no more."""
        if self._station is not None:
            await self._station.stop()

    # At the station -------------------------------------------------------------------------------

    def page_of(self, path: str, verbose: bool) -> Page | None:
        """Return what is at a path now; None: nothing ever is."""
        match path:
            case "/metrics":
                return Page(self._metrics(), content_type=CONTENT_TYPE_PLAIN_0_0_4)
            case "/livez" | "/healthz":
                stopped = self._pulse.stopped
                return _said(not stopped, stopped or "ok")
            case "/readyz":
                return _said(*self._readiness.page(verbose=verbose))
            case _:
                return None

    def _metrics(self) -> bytes:
        now = self._clock.monotonic()
        if now - self._page_at >= PAGE_S:
            self._page, self._page_at = self.families.page(), now
        return self._page


def _said(good: bool, words: str) -> Page:
    status = HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE
    return Page(f"{words}\n".encode(), status)
