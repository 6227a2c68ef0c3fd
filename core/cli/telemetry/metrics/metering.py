"""What leaves no trace in a snapshot, counted: requests, watches, queues, the journal.

The names of client-go are kept, so that dashboards which exist fit: `rest_client_*`, `workqueue_*`.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from prometheus_client import Counter, Gauge, Histogram

from core.cli.telemetry.metrics.families import Families
from core.cli.telemetry.metrics.labels import Label
from core.meter import Watched
from core.model import ClusterView

_CALL_S: Final = (0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
_WORK_S: Final = (1e-5, 1e-4, 1e-3, 1e-2, 0.05, 0.1, 0.5, 1.0, 10.0, 60.0)
_WATCHES: Final[Mapping[Watched, tuple[str, str]]] = {
    Watched.RESTARTED: ("watch_restarts", "Watches opened again where one ended."),
    Watched.RELISTED: ("relists", "Kinds listed again."),
    Watched.UNDECODABLE: ("watch_decode_errors", "Answers that could not be read; listed again."),
    Watched.DIVERGED: ("cache_divergence", "Objects that a watch had missed, as an audit found."),
}


class Counting:
    """A `Meter` that keeps what it is told as metrics."""

    def __init__(self, families: Families) -> None:
        """Count nothing yet."""
        self._cluster, self._host = Label(), Label()
        self._expected = 0
        self._queues: dict[str, _Queue] = {}
        self._watches = {
            what: families.counter(f"driftdeck_{short}", words, "cluster")
            for what, (short, words) in _WATCHES.items()
        }
        self._unrecorded = families.counter(
            "driftdeck_journal_write_errors", "Entries that the journal did not take."
        )
        self._requests = families.counter(
            "rest_client_requests", "Requests to API servers.", "code", "method", "host"
        )
        self._requests_s = families.times(
            "rest_client_request_duration_seconds",
            "How long requests took; those of a watch until its headers.",
            *("verb", "host"),
            buckets=_CALL_S,
        )
        self._depth = families.gauge("workqueue_depth", "What waits in a queue.", "name")
        self._adds = families.counter("workqueue_adds", "What was put into a queue.", "name")
        self._retries = families.counter("workqueue_retries", "What had to come again.", "name")
        self._queued_s = families.times(
            "workqueue_queue_duration_seconds", "How long it waited.", "name", buckets=_WORK_S
        )
        self._worked_s = families.times(
            "workqueue_work_duration_seconds", "How long it took.", "name", buckets=_WORK_S
        )

    def expect(self, clusters: Sequence[ClusterView]) -> None:
        """Begin to count at 0, so that the first one is an increase."""
        if len(clusters) != self._expected:
            self._expected = len(clusters)
            for view in clusters:
                for counter in self._watches.values():
                    counter.labels(self._cluster.of(view.spec.name))

    def requested(self, host: str, method: str, code: str, took_s: float) -> None:
        """Count a request."""
        host = self._host.of(host)
        self._requests.labels(code, method, host).inc()
        self._requests_s.labels(method, host).observe(took_s)

    def watched(self, cluster: str, what: Watched, count: int = 1) -> None:
        """Count what happened to a watch."""
        self._watches[what].labels(self._cluster.of(cluster)).inc(count)

    def queued(self, queue: str) -> None:
        """Count what comes into a queue."""
        found = self._queues.get(queue) or self._queue(queue)
        found.adds.inc()
        found.depth.inc()

    def taken(self, queue: str, waited_s: float) -> None:
        """Count what leaves it."""
        found = self._queues.get(queue) or self._queue(queue)
        found.depth.dec()
        found.queued_s.observe(waited_s)

    def worked(self, queue: str, took_s: float) -> None:
        """Count what is done."""
        (self._queues.get(queue) or self._queue(queue)).worked_s.observe(took_s)

    def retried(self, queue: str) -> None:
        """Count what comes again."""
        self._retries.labels(queue).inc()

    def unrecorded(self) -> None:
        """Count what the journal did not take."""
        self._unrecorded.inc()

    def _queue(self, name: str) -> "_Queue":
        made = self._queues[name] = _Queue(
            self._adds.labels(name),
            self._depth.labels(name),
            self._queued_s.labels(name),
            self._worked_s.labels(name),
        )
        return made


class _Queue(NamedTuple):
    """The metrics of one queue: finding them anew took more time than counting."""

    adds: Counter
    depth: Gauge
    queued_s: Histogram
    worked_s: Histogram
