"""How everything stands, read from the newest snapshot when somebody asks.

Between two scrapes it costs nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from prometheus_client.core import GaugeMetricFamily

from core.cli.telemetry.metrics.labels import OTHER, VALUES_MAX, Label
from core.model import AppView, ClusterView, HeldBy, Snapshot, Verdict
from core.model.controllers.leads import UNDIVIDED, Leads


class Gauges:
    """A collector of the client library."""

    def __init__(
        self, newest: Callable[[], Snapshot], now: Callable[[], float], most: int = VALUES_MAX
    ) -> None:
        """Ask *newest* for the picture, and *now* for the time that ages are reckoned from."""
        self._newest, self._now = newest, now
        self._app, self._cluster = Label(most), Label(most)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield every family; what is beyond the limit of labels is added up as `other`."""
        snapshot, now = self._newest(), self._now()
        yield from self._of_apps(snapshot.apps, now)
        yield from self._of_clusters(snapshot.clusters, now)
        yield _of_leads(snapshot.leads)

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Name the families without a picture of anything."""
        yield from self._of_apps((), 0.0)
        yield from self._of_clusters((), 0.0)
        yield _of_leads(UNDIVIDED)

    def _of_apps(self, views: Iterable[AppView], now: float) -> Iterator[GaugeMetricFamily]:
        objects = _family("objects", "Objects by verdict.", *_PLACE, "verdict")
        info = _family("app_info", "The commit that an app is at.", *_PLACE, "revision")
        plain = {name: _family(name, words, *_PLACE) for name, (_, words) in _PLAIN.items()}
        age = _family("source_age_seconds", "Since Git was read or asked.", *_PLACE)
        beyond: Counter[tuple[str, str, str]] = Counter()
        for view in views:
            place = self._app.of(view.spec.name), self._cluster.of(view.spec.cluster)
            if OTHER in place:
                beyond.update({(*place, each.value): n for each, n in view.counts.items()})
                continue
            for verdict in Verdict:
                objects.add_metric((*place, verdict.value), view.counts.get(verdict, 0))
            if view.revision is not None:
                info.add_metric((*place, view.revision.id), 1)
            for name, (of, _) in _PLAIN.items():
                plain[name].add_metric(place, of(view))
            if view.read_at:
                age.add_metric(place, max(0.0, now - view.read_at))
        for labels, count in beyond.items():
            objects.add_metric(labels, count)
        yield from (objects, info, *plain.values(), age)

    def _of_clusters(self, views: Iterable[ClusterView], now: float) -> Iterator[GaugeMetricFamily]:
        up = _family("cluster_up", "Whether an API server is reached.", "cluster")
        frozen = _family("cluster_frozen", "Whether it went back and nothing is healed.", "cluster")
        age = _family("cluster_age_seconds", "Since it said anything.", "cluster")
        for view in views:
            name = (self._cluster.of(view.spec.name),)
            up.add_metric(name, view.connected)
            frozen.add_metric(name, bool(view.frozen))
            if view.seen_at:
                age.add_metric(name, max(0.0, now - view.seen_at))
        yield from (up, frozen, age)


def _of_leads(leads: Leads) -> GaugeMetricFamily:
    family = _family("leader", "Whether this replica holds the Lease of a share.", "shard")
    for shard, lead in enumerate(leads.shares):
        family.add_metric((str(shard),), lead.ours)
    return family


def _family(name: str, words: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"driftdeck_{name}", words, labels=labels)


def _complete(view: AppView) -> float:
    return view.complete


def _healing(view: AppView) -> float:
    return view.healing


def _paused(view: AppView) -> float:
    return any(pause.ref is None for pause in view.pauses)


def _paused_objects(view: AppView) -> float:
    return sum(pause.ref is not None for pause in view.pauses)


def _broken(view: AppView) -> float:
    return view.held is not None and view.held.by is HeldBy.BREAKER


def _source_up(view: AppView) -> float:
    return view.revision is not None and not view.git_lost


_PLACE: Final = ("app", "cluster")
_PLAIN: Final[Mapping[str, tuple[Callable[[AppView], float], str]]] = {
    "app_complete": (_complete, "Whether every object has its final verdict."),
    "app_healing": (_healing, "Whether drift is put right unasked."),
    "app_paused": (_paused, "Whether a person set the app aside for a time."),
    "paused_objects": (_paused_objects, "Objects that a person set aside for a time."),
    "breaker_open": (_broken, "Whether healing stopped for too much drift at once."),
    "source_up": (_source_up, "Whether Git could be read last."),
}
