"""The registry of one controller's metrics, and how families of them are made."""

from platform import python_version
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.process_collector import ProcessCollector

from core.release import version_of

SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800)


class Families:
    """One registry, none of the process: it holds what is made here and no more."""

    def __init__(self) -> None:
        """Hold what is known of the process itself."""
        disable_created_metrics()  # type: ignore[no-untyped-call]  # twice the samples, read by nobody
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        build = self.gauge("driftdeck_build_info", "What runs.", "version", "python")
        build.labels(version_of() or "unknown", python_version()).set(1)

    def counter(self, name: str, words: str, *labels: str) -> Counter:
        """Make a counter; in the text its name ends in `_total`."""
        return Counter(name, words, labels, registry=self.registry)

    def gauge(self, name: str, words: str, *labels: str) -> Gauge:
        """Make a gauge."""
        return Gauge(name, words, labels, registry=self.registry)

    def times(
        self, name: str, words: str, *labels: str, buckets: tuple[float, ...] = SECONDS
    ) -> Histogram:
        """Make a histogram of seconds."""
        return Histogram(name, words, labels, buckets=buckets, registry=self.registry)

    def page(self) -> bytes:
        """Write all of it as Prometheus reads it."""
        return generate_latest(self.registry)
