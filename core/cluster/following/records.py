"""The inventories that other processes write: told as soon as one of them is another version.

So is that a person had an app synced there, which stands in an annotation.

Only the versions of our own ConfigMaps are watched.  What is in one is read when its version is
not the one that we wrote or read last, so a cluster where nobody writes is asked nothing.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from core.clock import Clock
from core.cluster.connection.link import Link
from core.cluster.following.reflector import Reflector
from core.cluster.following.store import Change
from core.cluster.writing.inventories import ASKED, LABEL, MAPS, Inventories, Part, Place
from core.cluster.writing.inventory import shard_name
from core.errors import ProductError
from core.model import Live, ObjectRef
from core.reconcile.memory.inputs import Input, SyncAsked
from core.reconcile.memory.results import InventoryRead

_SELECTOR: Final = "=".join(LABEL)


class _Metadata(msgspec.Struct):
    annotations: dict[str, str] | None = None


class _Map(msgspec.Struct):
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)


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
        self._asked: dict[ObjectRef, str] = {}  # when a person had an app synced

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
        """Look at everything that is there; what a person wanted before is no news."""
        found = self._reflectors[scope].store.objects
        self._asked.update((ref, _asked_in(live)) for ref, live in found.items())
        self._look(scope, found.items())

    def changed(self, scope: str, changes: list[Change]) -> None:
        """Look at what changed, but for what we wrote over meanwhile."""
        self._hear_persons(scope, changes)
        new = [each for each in changes if not self._inventories.is_overwritten(_part(*each)[1])]
        self._look(scope, new)

    def heard(self) -> None:
        """Nothing follows from that."""

    def lost(self, scope: str, problem: ProductError) -> None:
        """Nothing is concluded: it is as it was until it can be seen again."""

    def _hear_persons(self, scope: str, changes: list[Change]) -> None:
        places = {shard_name(place.app, 0): place for place in self._inventories.places(scope)}
        for ref, live in changes:
            asked = _asked_in(live) if live is not None else ""
            if not asked or asked == self._asked.get(ref):
                continue
            self._asked[ref] = asked
            place = places.get(ref.name)
            if place is not None and not self._inventories.is_asked_here(place, asked):
                self._emit(SyncAsked(place.app))

    def _look(self, scope: str, changes: Iterable[Change]) -> None:
        """Read those inventories of which a part is not as we know it."""
        assert self._group is not None
        parts = [_part(*each) for each in changes]
        for place in self._inventories.places(scope):
            if not self._inventories.is_known(place, parts):
                self._group.create_task(self._read(place, parts))

    async def _read(self, place: Place, parts: Sequence[Part]) -> None:
        try:
            rows = await self._inventories.news(place, parts)
        except ProductError:
            return  # the next write says what is wrong
        if rows is not None:
            self._emit(InventoryRead(place.app, rows))


def _asked_in(live: Live) -> str:
    try:
        found = msgspec.json.decode(live.body, type=_Map)
    except msgspec.MsgspecError:
        return ""
    return (found.metadata.annotations or {}).get(ASKED, "")


def _part(ref: ObjectRef, live: Live | None) -> Part:
    return ref.name, live.resource_version if live is not None else ""
