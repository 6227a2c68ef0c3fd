"""Notice that the cluster is about to serve other kinds (R14).

CustomResourceDefinitions and APIServices are watched, their metadata only: a definition can be a
megabyte, and all that matters here is that one of them changed.
"""

import asyncio
from collections.abc import Mapping
from typing import Final

from core.clock import Clock
from core.cluster.connection.link import Link
from core.cluster.following.reflector import Reflector
from core.cluster.following.store import Change
from core.errors import ProductError
from core.model import KindRef, Resource

KINDS: Final = (
    KindRef("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    KindRef("apiregistration.k8s.io/v1", "APIService"),
)


class Definitions:
    """Watches what defines kinds; `changed` is set whenever it did."""

    def __init__(self, link: Link, clock: Clock) -> None:
        """Watch nothing yet."""
        self._link, self._clock = link, clock
        self._tasks: dict[KindRef, asyncio.Task[None]] = {}
        self.changed = asyncio.Event()

    def watch(self, resources: Mapping[KindRef, Resource], group: asyncio.TaskGroup) -> None:
        """Watch those that the cluster serves; once is enough."""
        for kind in KINDS:
            resource = resources.get(kind)
            if resource is None or "watch" not in resource.verbs or kind in self._tasks:
                continue
            sink = _Sink(self.changed)
            reflector = Reflector(self._link, self._clock, resource, "", sink, metadata_only=True)
            self._tasks[kind] = group.create_task(reflector.run())


class _Sink:
    """Wakes whoever waits; the first listing is what discovery said anyway."""

    def __init__(self, changed: asyncio.Event) -> None:
        self._changed, self._listed = changed, False

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
        """Nobody has to see definitions: discovery is asked again from time to time."""
