"""The inventories that other processes write: told as soon as one of them is another version.

So is that a person had an app synced there, which stands in an annotation.

Only the versions of our own ConfigMaps are watched.  What is in one is read when its version is
not the one that we wrote or read last, so a cluster where nobody writes is asked nothing.  One that
could not be read is tried again, ever later: without it nobody knows what Git dropped.

Up to `SCOPES_MAX` namespaces are watched one by one; more of them all at once, where that is
allowed, for each watch is a connection.  A watch may have begun before an inventory is read for the
first time: it then tells of versions that are older than what was read.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final, TypeAlias

import msgspec

from core.clock import Clock
from core.cluster.connection.backoff import Backoff
from core.cluster.connection.link import Link
from core.cluster.following.follower import SCOPES_MAX
from core.cluster.following.reflector import Reflector
from core.cluster.following.store import Change, is_older
from core.cluster.writing.access import Access
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
from core.errors import DeniedError, ProductError, UnavailableError
from core.model import Live, ObjectRef
from core.reconcile.memory.inputs import Input, PausesRead, SyncAsked
from core.reconcile.memory.results import InventoryRead, InventoryRow

AFTER_A_PERSON_S: Final = 300.0  # at most, where a person has to grant or to change something
_ALL: Final = ""
_VERBS: Final = ("list", "watch")
_SELECTOR: Final = "=".join(LABEL)

Reading: TypeAlias = Callable[[], Awaitable[tuple[InventoryRow, ...]]]


class Records:
    """Follows the inventories that were read once."""

    def __init__(
        self,
        link: Link,
        clock: Clock,
        inventories: Inventories,
        access: Access,
        emit: Callable[[Input], None],
    ) -> None:
        """Follow nothing yet."""
        self._link, self._clock, self._access = link, clock, access
        self._inventories, self._emit = inventories, emit
        self._group: asyncio.TaskGroup | None = None
        self._followed: dict[str, float] = {}  # namespaces, and since when
        self._reflectors: dict[str, Reflector] = {}  # by namespace; "": all of them
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._widening: asyncio.Task[None] | None = None
        self._listed = False  # all of them were, at once
        self._one_by_one = False  # all at once was forbidden
        self._trying: set[Place] = set()
        self._asked: dict[ObjectRef, str] = {}  # when a person had an app synced
        self._paused: dict[Place, str] = {}  # what was told to be set aside

    def start(self, group: asyncio.TaskGroup) -> None:
        """Work in *group*."""
        self._group = group

    def follow(self, namespace: str) -> None:
        """Follow the inventories in a namespace, from now on."""
        if self._group is None or namespace in self._followed:
            return
        self._followed[namespace] = self._clock.wall()
        if _ALL in self._reflectors:
            if self._listed:
                self._meet(namespace, self._reflectors[_ALL])
        elif self._one_by_one or len(self._followed) <= SCOPES_MAX:
            self._start(namespace)
        elif self._widening is None:
            self._widening = self._group.create_task(self._widen())

    async def _widen(self) -> None:
        """Follow all namespaces at once, if that is allowed."""
        try:
            wide = all([await self._access.may(verb, MAPS, _ALL, "") for verb in _VERBS])
            self._one_by_one = not wide
        except ProductError:
            wide = False
        for namespace in (_ALL,) if wide else self._followed:
            self._start(namespace)
        self._widening = None

    def _start(self, scope: str) -> None:
        if scope in self._reflectors:
            return
        assert self._group is not None
        reflector = Reflector(
            self._link, self._clock, MAPS, scope, self, metadata_only=True, labels=_SELECTOR
        )
        self._reflectors[scope] = reflector
        name = f"inventories in {scope or 'all namespaces'}"
        self._tasks[scope] = self._group.create_task(reflector.run(), name=name)

    def _stop(self, scope: str) -> None:
        del self._reflectors[scope]
        self._tasks.pop(scope).cancel()

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
        reflector = self._reflectors.get(scope)
        if reflector is None:
            return  # it was stopped, and says a last word
        if scope == _ALL:
            self._listed = True
            for narrow in self._reflectors.keys() - {_ALL}:
                self._stop(narrow)
        for namespace in self._followed if scope == _ALL else (scope,):
            self._meet(namespace, reflector)

    def _meet(self, namespace: str, reflector: Reflector) -> None:
        """Look at all that is there in a namespace, be it older than what was read of it."""
        found = reflector.store.within([namespace])
        noted = {ref: _noted(live) for ref, live in found.items()}
        self._asked.update((ref, notes.asked) for ref, notes in noted.items())
        listed_later = self._followed[namespace] <= reflector.began_at
        for place in self._inventories.places(namespace):
            head = ObjectRef(MAPS.kind.group, MAPS.kind.kind, namespace, shard_name(place.app, 0))
            if not self._is_old(place, found[head]) if head in found else listed_later:
                self._tell_pauses(place, noted.get(head, NOTHING_NOTED).paused)
        self._look(namespace, found.items())

    def changed(self, scope: str, changes: list[Change]) -> None:
        """Look at what changed."""
        del scope
        by_namespace: defaultdict[str, list[Change]] = defaultdict(list)
        for change in changes:
            by_namespace[change[0].namespace].append(change)
        for namespace in by_namespace.keys() & self._followed.keys():
            self._hear_persons(namespace, by_namespace[namespace])
            self._look(namespace, by_namespace[namespace])

    def heard(self) -> None:
        """Nothing follows from that."""

    def lost(self, scope: str, problem: ProductError) -> None:
        """Nothing is concluded: it is as it was until it can be seen again."""
        if scope == _ALL and scope in self._reflectors and isinstance(problem, DeniedError):
            self._one_by_one, self._listed = True, False
            self._stop(_ALL)
            for namespace in self._followed:
                self._start(namespace)

    def _is_old(self, place: Place, live: Live | None) -> bool:
        known = self._inventories.version(place)
        return live is not None and is_older(live.resource_version, known)

    def _hear_persons(self, namespace: str, changes: list[Change]) -> None:
        places = {shard_name(place.app, 0): place for place in self._inventories.places(namespace)}
        for ref, live in changes:
            place, notes = places.get(ref.name), _noted(live)
            if place is not None:
                if self._is_old(place, live):
                    continue
                self._tell_pauses(place, notes.paused)
            if not notes.asked or notes.asked == self._asked.get(ref):
                continue
            self._asked[ref] = notes.asked
            if place is not None and not self._inventories.is_asked_here(place, notes.asked):
                self._emit(SyncAsked(place.app))

    def _look(self, namespace: str, changes: Iterable[Change]) -> None:
        """Read those inventories of which a part is not as we know it."""
        assert self._group is not None
        parts = [(ref.name, live.resource_version if live else "") for ref, live in changes]
        for place in self._inventories.places(namespace):
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
