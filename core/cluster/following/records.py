"""The inventories that other processes write: told as soon as one of them is another version.

So is that a person had an app synced there, which stands in an annotation.

Only the versions of our own ConfigMaps are watched.  What is in one is read when its version is
not the one that we wrote or read last, so a cluster where nobody writes is asked nothing.  One that
could not be read is tried again, ever later: without it nobody knows what Git dropped.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final, TypeAlias

import msgspec

from core.clock import Clock
from core.cluster.connection.backoff import Backoff
from core.cluster.connection.link import Link
from core.cluster.following.reflector import Reflector
from core.cluster.following.store import Change
from core.cluster.writing.inventories import PACE_S, Inventories
from core.cluster.writing.inventory import shard_name
from core.cluster.writing.pausing import pauses_of
from core.cluster.writing.shards import (
    LABEL,
    MAPS,
    NOTHING_NOTED,
    ConfigMap,
    Notes,
    Part,
    Place,
    notes_of,
)
from core.errors import ProductError, UnavailableError
from core.model import Live, ObjectRef
from core.reconcile.memory.inputs import Input, PausesRead, SyncAsked
from core.reconcile.memory.results import InventoryRead, InventoryRow

AFTER_A_PERSON_S: Final = 300.0  # at most, where a person has to grant or to change something
_SELECTOR: Final = "=".join(LABEL)

Reading: TypeAlias = Callable[[], Awaitable[tuple[InventoryRow, ...]]]


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
        self._trying: set[Place] = set()
        self._asked: dict[ObjectRef, str] = {}  # when a person had an app synced
        self._paused: dict[Place, str] = {}  # what was told to be set aside

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

    def try_again(self, place: Place, read: Reading, error: ProductError) -> None:
        """Go on until *read*, which ended with *error*, can be done; then tell what it found."""
        if self._group is not None and place not in self._trying:
            self._trying.add(place)
            self._group.create_task(self._try(place, read, error))

    async def _try(self, place: Place, read: Reading, error: ProductError) -> None:
        soon = Backoff(self._clock)
        late = Backoff(self._clock, cap_s=AFTER_A_PERSON_S)
        rows: tuple[InventoryRow, ...] | None = None
        while rows is None:
            backoff = soon if isinstance(error, UnavailableError) else late
            await self._clock.sleep(max(PACE_S, error.retry_after_s or 0.0, backoff.next_s()))
            if self._inventories.is_read(place):
                break  # by a write, which told what there was
            try:
                rows = await read()
            except ProductError as again:
                error = again
        self._trying.discard(place)
        self.follow(place.namespace)
        if rows is not None:
            self.tell_pauses(place)
            self._emit(InventoryRead(place.app, rows))

    def tell_pauses(self, place: Place) -> None:
        """Tell what is set aside, as the inventory that was just read says."""
        self._tell_pauses(place, self._inventories.paused(place))

    def _tell_pauses(self, place: Place, text: str) -> None:
        if text != self._paused.get(place, ""):
            self._paused[place] = text
            self._emit(PausesRead(place.app, pauses_of(text)))

    # What a reflector tells (Sink) ----------------------------------------------------------------

    def replaced(self, scope: str) -> None:
        """Look at everything that is there; what a person wanted before is no news."""
        found = self._reflectors[scope].store.objects
        noted = {ref: _noted(live) for ref, live in found.items()}
        self._asked.update((ref, notes.asked) for ref, notes in noted.items())
        for place in self._inventories.places(scope):
            head = ObjectRef(MAPS.kind.group, MAPS.kind.kind, scope, shard_name(place.app, 0))
            self._tell_pauses(place, noted.get(head, NOTHING_NOTED).paused)
        self._look(scope, found.items())

    def changed(self, scope: str, changes: list[Change]) -> None:
        """Look at what changed."""
        self._hear_persons(scope, changes)
        self._look(scope, changes)

    def heard(self) -> None:
        """Nothing follows from that."""

    def lost(self, scope: str, problem: ProductError) -> None:
        """Nothing is concluded: it is as it was until it can be seen again."""

    def _hear_persons(self, scope: str, changes: list[Change]) -> None:
        places = {shard_name(place.app, 0): place for place in self._inventories.places(scope)}
        for ref, live in changes:
            place, notes = places.get(ref.name), _noted(live)
            if place is not None:
                self._tell_pauses(place, notes.paused)
            if not notes.asked or notes.asked == self._asked.get(ref):
                continue
            self._asked[ref] = notes.asked
            if place is not None and not self._inventories.is_asked_here(place, notes.asked):
                self._emit(SyncAsked(place.app))

    def _look(self, scope: str, changes: Iterable[Change]) -> None:
        """Read those inventories of which a part is not as we know it."""
        assert self._group is not None
        parts = [(ref.name, live.resource_version if live else "") for ref, live in changes]
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


def _noted(live: Live | None) -> Notes:
    if live is None:
        return NOTHING_NOTED
    try:
        return notes_of(msgspec.json.decode(live.body, type=ConfigMap))
    except msgspec.MsgspecError:
        return NOTHING_NOTED
