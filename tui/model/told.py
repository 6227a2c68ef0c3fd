"""What controllers in the clusters did to our apps, as events of the timeline."""

from collections import deque
from collections.abc import Iterator, Sequence
from zlib import crc32

from core.model import ClusterView, Event, EventName, KindRef, Snapshot, epoch_of
from core.model.controllers.status import Wrote

_NAMES = frozenset(EventName)


class ToldEvents:
    """Keeps the events of controllers while what they tell is the same."""

    def __init__(self) -> None:
        """Know nothing."""
        self._from: tuple[object, ...] = ()
        self._events: Sequence[Event] = ()

    def of(self, snapshot: Snapshot) -> Sequence[Event]:
        """Return what they wrote to apps that are shown here, newest first."""
        heard = tuple(cluster.controllers for cluster in snapshot.clusters)
        ours = {(app.told.holder, app.spec.name) for app in snapshot.apps if app.told is not None}
        if self._from != (heard, ours):
            self._from = heard, ours
            every = (event for cluster in snapshot.clusters for event in _events_of(cluster))
            found = (event for holder, event in every if (holder, event.app) in ours)
            self._events = sorted(found, key=lambda event: event.time, reverse=True)
        return self._events


def merged(own: Sequence[Event], told: Sequence[Event]) -> Sequence[Event]:
    """Put both into one list, newest first; ours keep the order in which they happened."""
    if not told:
        return own
    rest, both = deque(told), list[Event]()
    for event in own:
        while rest and rest[0].time > event.time:
            both.append(rest.popleft())
        both.append(event)
    return [*both, *rest]


def _events_of(cluster: ClusterView) -> Iterator[tuple[str, Event]]:
    for heard in cluster.controllers:
        for wrote in heard.status.journal:
            if wrote.verb in _NAMES:
                yield heard.status.holder, _event(wrote, cluster.spec.name)


def _event(wrote: Wrote, cluster: str) -> Event:
    named = wrote.object
    over = f", over {', '.join(wrote.overruled)}" if wrote.overruled else ""
    said = f"{', '.join(wrote.fields)}{over}" or wrote.words or ""
    return Event(
        -1 - crc32(repr((wrote.ts, wrote.verb, wrote.app, named)).encode(errors="replace")),
        epoch_of(wrote.ts) or 0.0,
        EventName(wrote.verb),
        wrote.app,
        cluster,
        KindRef(named.api_version, named.kind) if named is not None else None,
        named.ref if named is not None else None,
        revision=wrote.revision or "",
        message=f"by the controller{f': {said}' if said else ''}",
    )
