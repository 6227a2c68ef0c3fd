"""What happened, counted from the events that every reader of snapshots gets."""

from collections.abc import Mapping
from typing import Final

from core.cli.telemetry.metrics.families import Families
from core.cli.telemetry.metrics.labels import Label
from core.model import Event, EventName, Guard, Snapshot, newer

_TOLD: Final[Mapping[EventName, tuple[str, str]]] = {
    EventName.DRIFT_DETECTED: ("drift_detected", "Objects found to differ from Git."),
    EventName.DRIFT_GONE: ("drift_gone", "Objects that became as Git says without our doing."),
    EventName.HEALED: ("heals", "Objects put back as Git says, unasked."),
    EventName.HEAL_FAILED: ("heal_failures", "Heals that failed."),
    EventName.HEAL_SKIPPED: ("heals_skipped", "Drift left alone because something says so."),
    EventName.FIGHTING: ("fights", "Fights with another writer that were given up."),
    EventName.TAKEN_OVER: ("taken_over", "Objects in sync of which possession was taken."),
    EventName.SYNCED: ("syncs", "Objects written for a person or a new commit."),
    EventName.SYNC_FAILED: ("sync_failures", "Such writes that failed."),
    EventName.PRUNED: ("pruned", "Objects deleted because Git no longer has them."),
    EventName.REVERTED: ("reverts", "Commits of ours that undo others."),
    EventName.SOURCE_UPDATED: ("source_updates", "New commits that were read."),
    EventName.SOURCE_UNAVAILABLE: ("source_outages", "Times that Git could not be read."),
    EventName.CLUSTER_UNAVAILABLE: ("cluster_outages", "Times that a cluster was lost."),
}
_EXPECTED: Final = (
    EventName.DRIFT_DETECTED,
    EventName.HEALED,
    EventName.HEAL_FAILED,
    EventName.FIGHTING,
)
_GUARDS: Final = frozenset(guard.value for guard in Guard)


class Counters:
    """Counts each event once, however many snapshots show it."""

    def __init__(self, families: Families) -> None:
        """Count nothing yet."""
        self._app, self._cluster = Label(), Label()
        self._seen = 0
        self._expected = 0
        self._told = {
            name: families.counter(f"driftdeck_{short}", words, "app", "cluster")
            for name, (short, words) in _TOLD.items()
        }
        self._blocked = families.counter(
            "driftdeck_prune_blocked", "Times that a guard stopped a prune.", "app", "guard"
        )
        self._missed = families.counter(
            "driftdeck_events_missed", "Events that came too fast to be counted."
        )
        self._detect = families.times(
            "driftdeck_time_to_detect_seconds",
            "From when the bytes of a watch event came until the drift, confirmed, was in a"
            " snapshot. Drift that a listing shows has no such time.",
            "cluster",
        )
        self._heal = families.times(
            "driftdeck_time_to_heal_seconds",
            "From when the bytes of the watch event came that brought drift until its heal was"
            " answered and in a snapshot; back-off and pauses count.",
            "cluster",
        )

    def count(self, snapshot: Snapshot, now: float) -> tuple[Event, ...]:
        """Count the events that are new in *snapshot*, which was seen at *now*; return them."""
        self._expect(snapshot)
        new, missed = newer(snapshot.events, self._seen)
        if missed:
            self._missed.inc(missed)
        for event in new:
            self._seen = event.sequence
            self._count(event, now)
        return new

    def _expect(self, snapshot: Snapshot) -> None:
        """Begin to count at 0 where apps came, so that the first one of an app is an increase."""
        if len(snapshot.apps) == self._expected:
            return
        self._expected = len(snapshot.apps)
        for view in snapshot.apps:
            place = self._app.of(view.spec.name), self._cluster.of(view.spec.cluster)
            for name in _EXPECTED:
                self._told[name].labels(*place)

    def _count(self, event: Event, now: float) -> None:
        app, cluster = self._app.of(event.app), self._cluster.of(event.cluster)
        if event.name is EventName.PRUNE_BLOCKED:
            self._blocked.labels(app, guard_of(event)).inc()
        elif event.name in self._told:
            self._told[event.name].labels(app, cluster).inc()
        if not event.began or now < event.began:  # or a clock was set back meanwhile
            return
        if event.name is EventName.DRIFT_DETECTED:
            self._detect.labels(cluster).observe(now - event.began)
        elif event.name is EventName.HEALED:
            self._heal.labels(cluster).observe(now - event.began)


def guard_of(event: Event) -> str:
    """Name the guard that stopped a prune; what the server refused is of none."""
    first = event.message.partition(" ")[0]
    return first if first in _GUARDS else "none"
