"""Events of Kubernetes for whoever looks there: `kubectl get events`, `kubectl describe`.

They lie in the controller's own namespace, where it may write them, and regard its Deployment; the
object is `related`, for the API server wants an Event in the namespace of what it regards.  What
happens again is counted up in one Event, at most once a minute, so a fight is no thousand of them.
"""

import asyncio
import logging
import platform
import uuid
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol, TypeAlias

from prometheus_client import Counter

from core.clean import clean
from core.cli.telemetry.messages.letters import Bucket
from core.clock import Clock
from core.errors import DeniedError, ProductError, RejectedError
from core.model import Event, EventName, Json, JsonObject, ObjectRef
from core.telling import events
from core.telling.spans import plain

NAME: Final = "driftdeck"  # of the Deployment, and how our Events begin
CONTROLLER: Final = "driftdeck.dev/controller"
BURST: Final = 25  # as client-go's own limit for Events
EVERY_S: Final = 5.0
AGAIN_S: Final = 60.0
ANEW_S: Final = 1_800.0  # a server keeps an Event for an hour
WAITING_MAX: Final = 200
KEPT_MAX: Final = 1_000
DENIED_S: Final = 300.0
_NOTE_BYTES: Final = 1_000  # the server takes 1,024
_LOG: Final = logging.getLogger("driftdeck.events")
_REASONS: Final[Mapping[EventName, tuple[str, str, str]]] = {  # reason, type, action
    EventName.DRIFT_DETECTED: ("Drifted", "Warning", "Compare"),
    EventName.HEALED: ("Healed", "Normal", "Heal"),
    EventName.HEAL_FAILED: ("HealFailed", "Warning", "Heal"),
    EventName.FIGHTING: ("Fighting", "Warning", "Heal"),
    EventName.SYNCED: ("Synced", "Normal", "Sync"),
    EventName.SYNC_FAILED: ("SyncFailed", "Warning", "Sync"),
    EventName.PRUNED: ("Pruned", "Normal", "Prune"),
    EventName.PRUNE_BLOCKED: ("PruneBlocked", "Warning", "Prune"),
    EventName.REVERTED: ("Reverted", "Normal", "Revert"),
}

Subject: TypeAlias = tuple[EventName, str, str, ObjectRef | None]  # what happens again


class AnnouncerLike(Protocol):
    """Where Events are written, as `core.cluster.Announcer` does."""

    namespace: str

    async def create(self, event: JsonObject) -> None:
        """Make one, or raise a `ProductError`."""

    async def repeat(self, name: str, series: JsonObject) -> None:
        """Count one up, or raise a `ProductError`."""

    async def close(self) -> None:
        """Let go."""


@dataclass(slots=True)
class _Written:
    """An Event that is there."""

    name: str
    count: int
    made_at: float
    told_at: float


@dataclass(slots=True)
class _Waiting:
    """What is to be told of one subject."""

    event: Event  # the newest
    count: int = 0
    due_at: float = 0.0


class Recorder:
    """Writes Events, seldom, and drops what cannot be written."""

    def __init__(self, announcer: AnnouncerLike, clock: Clock, dropped: Counter) -> None:
        """Write through *announcer*; *dropped* counts by reason."""
        self._announcer, self._clock, self._dropped = announcer, clock, dropped
        self._instance = f"{platform.node()[:80]}-{uuid.uuid4()}"
        self._bucket = Bucket(BURST, EVERY_S)
        self._waiting: OrderedDict[Subject, _Waiting] = OrderedDict()
        self._written: OrderedDict[Subject, _Written] = OrderedDict()
        self._filled = asyncio.Event()
        self._told = ""  # the last problem that was logged

    def take(self, events: Sequence[Event]) -> None:
        """Note what is to be told."""
        for event in events:
            if event.name not in _REASONS:
                continue
            subject = (event.name, event.app, event.cluster, event.ref)
            waiting = self._waiting.get(subject)
            if waiting is None and len(self._waiting) >= WAITING_MAX:
                self._dropped.labels("too many").inc()
                continue
            if waiting is None:
                waiting = self._waiting[subject] = _Waiting(event)
                known = self._written.get(subject)
                waiting.due_at = known.told_at + AGAIN_S if known is not None else 0.0
            waiting.event, waiting.count = event, waiting.count + 1
            self._filled.set()

    async def run(self) -> None:
        """Write, until cancelled."""
        try:
            while True:
                subject = await self._next()
                waiting = self._waiting.pop(subject)
                await self._clock.sleep(self._bucket.wait_s(self._clock.monotonic()))
                try:
                    await self._tell(subject, waiting)
                except ProductError as error:
                    await self._drop(error, waiting.count)
        finally:
            await self._announcer.close()

    async def _next(self) -> Subject:
        """Return what is due first; what comes meanwhile may be due sooner."""
        while True:
            await self._filled.wait()
            self._filled.clear()
            while self._waiting:
                subject = min(self._waiting, key=lambda each: self._waiting[each].due_at)
                left_s = self._waiting[subject].due_at - self._clock.monotonic()
                if left_s <= 0:
                    self._filled.set()
                    return subject
                await self._clock.sleep(min(left_s, 1.0))

    async def _tell(self, subject: Subject, waiting: _Waiting) -> None:
        now, wall = self._clock.monotonic(), self._clock.wall()
        known = self._written.get(subject)
        if known is not None and now - known.made_at < ANEW_S:
            count = known.count + waiting.count
            del self._written[subject]  # if it is refused, the next one is made anew
            series: JsonObject = {"count": count, "lastObservedTime": micro_time(wall)}
            await self._announcer.repeat(known.name, series)
            made = _Written(known.name, count, known.made_at, now)
        else:
            name = f"{NAME}.{uuid.uuid4().hex[:16]}"
            body = event_of(waiting, name, self._announcer.namespace, self._instance, wall)
            await self._announcer.create(body)
            made = _Written(name, waiting.count, now, now)
        self._written[subject] = made
        if len(self._written) > KEPT_MAX:
            self._written.popitem(last=False)

    async def _drop(self, error: ProductError, count: int) -> None:
        denied = isinstance(error, DeniedError)
        rejected = isinstance(error, RejectedError)
        reason = "denied" if denied else "rejected" if rejected else "unavailable"
        self._dropped.labels(reason).inc(count)
        if str(error) != self._told:
            self._told = str(error)
            _LOG.warning("Events are not written: %s", error)
        if denied:
            await self._clock.sleep(DENIED_S)


def event_of(
    waiting: _Waiting, name: str, namespace: str, instance: str, wall: float
) -> JsonObject:
    """Put what happened into the form of an Event."""
    event = waiting.event
    reason, kind, action = _REASONS[event.name]
    body: JsonObject = {
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": namespace},
        "eventTime": micro_time(event.time),
        "reportingController": CONTROLLER,
        "reportingInstance": instance,
        "reason": reason,
        "type": kind,
        "action": action,
        "note": _note(event),
        "regarding": {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "namespace": namespace,
            "name": NAME,
        },
    }
    if event.kind is not None and event.ref is not None:
        body["related"] = _related(event)
    if waiting.count > 1:
        body["series"] = {"count": waiting.count, "lastObservedTime": micro_time(wall)}
    return body


def _related(event: Event) -> Json:
    assert event.kind is not None
    assert event.ref is not None
    named: JsonObject = {
        "apiVersion": event.kind.api_version,
        "kind": event.kind.kind,
        "name": event.ref.name,
    }
    return named | ({"namespace": event.ref.namespace} if event.ref.namespace else {})


def _note(event: Event) -> str:
    words = clean(plain(events.story(event, "")))
    return words.encode()[:_NOTE_BYTES].decode(errors="ignore")


def micro_time(seconds: float) -> str:
    """Write a time as Kubernetes writes a MicroTime."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
