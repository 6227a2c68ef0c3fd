"""The inventories that other processes write: told as soon as one of them is another version.

Only the versions of our own ConfigMaps are watched.  What is in one is read when its version is
not the one that we wrote or read last, so a cluster where nobody writes is asked nothing.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from core.clock import Clock
from core.cluster.connection.link import Link
from core.cluster.following.reflector import Reflector
from core.cluster.following.store import Change
from core.cluster.writing.inventories import LABEL, MAPS, Inventories, Place
from core.errors import ProductError
from core.reconcile.memory.inputs import Input
from core.reconcile.memory.results import InventoryRead

_SELECTOR: Final = "=".join(LABEL)


class Records:
    """Follows the inventories that were read once."""

    def __init__(
        self, link: Link, clock: Clock, inventories: Inventories, emit: Callable[[Input], None]
    ) -> None:
        """Follow nothing yet."""
        self._link, self._clock = link, clock
        self._inventories, self._emit = inventories, emit
        self._group: asyncio.TaskGroup | None = None
        self._reflectors: dict[str, Reflector] = {}  # by namespace

    def start(self, group: asyncio.TaskGroup) -> None:
        """Work in *group*."""
        self._group = group

    def follow(self, namespace: str) -> None:
        """Follow the inventories in a namespace, from now on."""
        if self._group is None or namespace in self._reflectors:
            return
        reflector = Reflector(
            self._link, self._clock, MAPS, namespace, self, metadata_only=True, labels=_SELECTOR
        )
        self._reflectors[namespace] = reflector
        self._group.create_task(reflector.run(), name=f"inventories in {namespace}")

    # What a reflector tells (Sink) ----------------------------------------------------------------

    def replaced(self, scope: str) -> None:
        """Look at everything that is there."""
        self.changed(scope, list(self._reflectors[scope].store.objects.items()))

    def changed(self, scope: str, changes: list[Change]) -> None:
        """Read those inventories of which a part is not as we know it."""
        assert self._group is not None
        for place in self._inventories.places(scope):
            parts = ((ref.name, live.resource_version if live else "") for ref, live in changes)
            if not all(self._inventories.is_known(place, *part) for part in parts):
                self._group.create_task(self._read(place))

    def heard(self) -> None:
        """Nothing follows from that."""

    def lost(self, scope: str, problem: ProductError) -> None:
        """Nothing is concluded: it is as it was until it can be seen again."""

    async def _read(self, place: Place) -> None:
        try:
            rows = await self._inventories.news(place)
        except ProductError:
            return  # the next write says what is wrong
        if rows is not None:
            self._emit(InventoryRead(place.app, rows))
