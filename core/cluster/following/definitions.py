"""Notice that something changed whose content does not matter here.

That the cluster is about to serve other kinds (R14) is seen by its definitions: they are watched,
their metadata only, for a definition can be a megabyte.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from core.clock import Clock
from core.cluster.connection.link import Link
from core.cluster.following.reflector import Reflector
from core.cluster.following.store import Change
from core.errors import ProductError
from core.model import KindRef, Resource

DEFINITIONS: Final = (
    KindRef("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    KindRef("apiregistration.k8s.io/v1", "APIService"),
)


class Lookout:
    """Watches some kinds; `changed` is set whenever one of their objects did."""

    def __init__(
        self, link: Link, clock: Clock, kinds: Sequence[KindRef], *, late: bool = False
    ) -> None:
        """Watch nothing yet.

        Args:
            link: What is called through.
            clock: Time and dice.
            kinds: What to watch.
            late: Something may have changed before the first listing, too.
        """
        self._link, self._clock, self._kinds, self._late = link, clock, kinds, late
        self._tasks: dict[KindRef, asyncio.Task[None]] = {}
        self.changed = asyncio.Event()

    def watch(self, resources: Mapping[KindRef, Resource], group: asyncio.TaskGroup) -> None:
        """Watch those of the kinds that the cluster serves; once is enough."""
        for kind in self._kinds:
            resource = resources.get(kind)
            if resource is None or "watch" not in resource.verbs or kind in self._tasks:
                continue
            sink = _Sink(self.changed, listed=self._late)
            reflector = Reflector(self._link, self._clock, resource, "", sink, metadata_only=True)
            self._tasks[kind] = group.create_task(reflector.run())


class _Sink:
    """Wakes whoever waits; the first of all listings tells of no change."""

    def __init__(self, changed: asyncio.Event, *, listed: bool) -> None:
        self._changed, self._listed = changed, listed

    def replaced(self, scope: str) -> None:
        del scope
        if self._listed:
            self._changed.set()
        self._listed = True

    def changed(self, scope: str, changes: list[Change]) -> None:
        del scope, changes
        self._changed.set()

    def heard(self) -> None:
        pass

    def lost(self, scope: str, problem: ProductError) -> None:
        """Nobody has to see them: whoever waits looks again from time to time anyway."""
