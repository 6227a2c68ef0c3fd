"""Reading and writing inventories: each ConfigMap by compare-and-swap, only those that changed."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from math import inf
from typing import Final

from core.clock import Clock
from core.cluster.connection.answers import Answer, NamespaceAbsentError, status_of
from core.cluster.connection.calls import Calls
from core.cluster.connection.fence import Fences
from core.cluster.connection.paths import object_path
from core.cluster.connection.request import Request
from core.cluster.discovery.discovery import server_uid
from core.cluster.writing.access import Access
from core.cluster.writing.inventory import (
    FORMAT,
    check_head,
    data_of,
    home_of,
    shard_name,
    texts_of,
)
from core.cluster.writing.renames import earlier, listing, may_be_earlier, namespaces_of
from core.cluster.writing.shards import (
    NOTHING_NOTED,
    Names,
    Notes,
    Part,
    Place,
    Shard,
    listed,
    maps_error,
    put_request,
    rows_in,
    shard_at,
    shard_of,
)
from core.errors import OutdatedError, ProductError
from core.model import Claim, Home, KindRef, ObjectRef, Resource
from core.reconcile.memory.results import InventoryRow

_NAMESPACES: Final = Resource(
    KindRef("v1", "Namespace"), "namespaces", namespaced=False, has_status=True
)
PACE_S: Final = 1.0
_OVERWRITTEN_MAX: Final = 1000  # of versions whose events may still be on their way


class Inventories:
    """The inventories of one cluster, each written by one call at a time."""

    def __init__(self, calls: Calls, clock: Clock, access: Access, fence: Fences) -> None:
        """Know nothing; *access* tells where maps may be listed, each write passes a *fence*."""
        self._calls, self._clock, self._access, self._fence = calls, clock, access, fence
        self._known: dict[Place, list[Shard]] = {}
        self._told: dict[Place, tuple[InventoryRow, ...]] = {}  # as it was read or written last
        self._homes: dict[Place, Home] = {}
        self._asked: dict[Place, str] = {}  # as we wrote it last
        self._before: dict[Place, Place] = {}  # where it is kept still, under an earlier name
        self._heirs: dict[Place, str] = {}  # the app that one under an earlier name is of now
        self._failed: dict[Place, float] = {}  # when a write of it did, last
        self._outdated: set[Place] = set()  # somebody else wrote over what is known
        self._overwritten: deque[str] = deque(maxlen=_OVERWRITTEN_MAX)  # by ourselves
        self._flights: defaultdict[Place, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._names = Names(calls, clock, access)
        self._cluster_uid: str | None = None
        self._asking = asyncio.Lock()

    async def read(
        self, app: str, namespace: str, home: Home, claim: Claim | None = None
    ) -> tuple[InventoryRow, ...]:
        """Return what was applied for *app*; nothing if there is no inventory yet.

        One of the same folder under another name, or in another namespace, may be its own by its
        *claim*: the app was renamed, or moved.  None looks at its own place alone.

        Raises:
            RejectedError: There is one of that name that is not its own.
            ProductError: It cannot be told.
        """
        place = Place(app, namespace)
        self._homes[place] = home
        async with self._flights[place]:
            self._known.pop(place, None)  # until it is read, nobody knows
            self._told.pop(place, None)
            return await self._read(place, claim)

    async def write(
        self,
        app: str,
        namespace: str,
        home: Home,
        rows: Sequence[InventoryRow],
        notes: Notes = NOTHING_NOTED,
    ) -> None:
        """Replace the inventory of *app*; what the *notes* do not say stays as it was.

        After a failure it is not tried again before `PACE_S` are over.  A shard that is no longer
        needed is emptied: nothing is ever deleted.

        Raises:
            OutdatedError: Somebody else wrote it meanwhile: it is to be read again.
            ProductError: It cannot be written.
        """
        place = Place(app, namespace)
        self._homes[place] = home
        async with self._flights[place]:
            pause_s = self._failed.get(place, -inf) + PACE_S - self._clock.monotonic()
            if pause_s > 0:
                await self._clock.sleep(pause_s)
            try:
                await self._write(place, rows, notes)
            except (OutdatedError, NamespaceAbsentError):
                raise  # there is something to be done about that at once
            except ProductError:
                self._failed[place] = self._clock.monotonic()
                raise

    async def commit(self, place: Place) -> str:
        """Return the commit that counts as applied, as the server has it now; "": none does."""
        async with self._flights[place]:
            head = await self._head(place)
        return "" if head is None else head.notes.commit

    async def check(self, place: Place, run: str, row: tuple[ObjectRef, str]) -> str:
        """See that an inventory has that *run* and *row*, uid included, on the server itself.

        Returns:
            The inventory of another app that has the object, too, and is not read here.

        Raises:
            OutdatedError: It has another run, or another row.
            ProductError: It cannot be told, or it is not the app's own.
        """
        async with self._flights[place]:
            shards = await self._shards(place)
        if not shards or shards[0].notes.run != run:
            raise OutdatedError(f"another run of driftdeck works on app {place.app} now")
        if row not in {(each.ref, each.uid) for each in rows_in(shards)}:
            raise OutdatedError("the inventory does not have it as it was")
        around = (place.namespace, row[0].namespace or place.namespace)
        maps = await listed(self._calls, self._clock, self._access, around)
        return listing(maps, row[1], {place, *self._told, *self._heirs})

    async def _write(self, place: Place, rows: Sequence[InventoryRow], notes: Notes) -> None:
        if place in self._outdated:
            raise _overtaken(place)
        if place not in self._known:
            told = self._told.get(place, ())
            there = await self._read(place)
            if there and there != told:  # whoever wants these rows written never saw those
                raise _overtaken(place)
        texts = texts_of(rows)
        spare = len(self._known[place]) - len(texts)
        texts = (*texts, *[""] * spare)
        wanted = data_of(texts, place.app, await self._uid(), self._home(place))
        self._asked[place] = notes.asked or self._asked.get(place, "")
        for index, data in enumerate(wanted):
            await self._write_shard(place, index, data, NOTHING_NOTED if index else notes)
        self._told[place] = tuple(sorted(rows, key=lambda row: row.ref))
        before = self._before.pop(place, None)
        if before is not None:
            await self._give_up(before)

    def forget(self) -> None:
        """Know nothing any more: it is another cluster, or one that went back."""
        self._known.clear()
        self._names.forget()
        self._overwritten.clear()
        self._cluster_uid = None

    def meet(self, cluster_uid: str) -> None:
        """Take what identifies the cluster from whoever asked; "" is not known."""
        self._cluster_uid = cluster_uid or self._cluster_uid

    def places(self, namespace: str) -> tuple[Place, ...]:
        """Return the inventories of a namespace that were read."""
        return tuple(place for place in self._told if place.namespace == namespace)

    def is_read(self, place: Place) -> bool:
        """Tell whether it is known what an inventory says."""
        return place in self._known

    def is_known(self, place: Place, parts: Iterable[Part]) -> bool:
        """Tell whether nobody but us made these versions of ConfigMaps, or we know of them.

        Those that are no part of the inventory are nobody's, and of what we wrote over only
        somebody who is late can tell.
        """
        shards = self._known.get(place, [])
        known = {shard_name(place.app, n): each.resource_version for n, each in enumerate(shards)}
        following = shard_name(place.app, len(shards))
        return all(
            v in self._overwritten or (known.get(name, v) == v and name != following)
            for name, v in parts
        )

    def version(self, place: Place) -> str:
        """Return the version of the first part of an inventory that is known; "": none is."""
        shards = self._known.get(place)
        return shards[0].resource_version if shards else ""

    def paused(self, place: Place) -> str:
        """Return what people set aside of an app, as it was read last."""
        shards = self._known.get(place)
        return shards[0].notes.paused if shards else ""

    def is_asked_here(self, place: Place, asked: str) -> bool:
        """Tell whether it was by us that a person last asked for a sync."""
        return self._asked.get(place) == asked

    async def news(self, place: Place, parts: Sequence[Part]) -> tuple[InventoryRow, ...] | None:
        """Read an inventory that somebody else wrote; None: it says what it said.

        Events may come before the answer to the write that they tell of, so once no write is under
        way the *parts* that are not known are looked at again.  The next write of ours may be older
        than these news: it is refused without asking, and made again from what is there then.

        Raises:
            ProductError: It cannot be told.
        """
        async with self._flights[place]:
            if self.is_known(place, parts):
                return None
            rows = rows_in(await self._shards(place))
            if rows == self._told.get(place):
                return None
            self._told[place] = rows
            self._outdated.add(place)
            return rows

    async def _read(self, place: Place, claim: Claim | None = None) -> tuple[InventoryRow, ...]:
        shards = await self._shards(place)
        if not shards:
            await self._expect(place.namespace)
        self._known[place], self._told[place] = shards, rows_in(shards)
        self._outdated.discard(place)
        old = None if shards or claim is None else await self._elsewhere(place, claim)
        if old is not None:
            self._before[place] = old
            self._told[place] = rows_in(self._known[old])
        return self._told[place]

    async def _elsewhere(self, place: Place, claim: Claim) -> Place | None:
        """Find the inventory of an app that was renamed, or is kept in another namespace now."""
        around = namespaces_of(place, claim)
        # Names first: all that 200 apps of 100,000 objects applied, read for each, was 657 MB.
        if not may_be_earlier(await self._names.listed(around), place, claim):
            return None
        maps = await listed(self._calls, self._clock, self._access, around)
        old = earlier(maps, place, self._homes[place], await self._uid(), claim)
        if old is not None:
            self._homes[old], self._heirs[old] = self._homes[place], place.app
            self._known[old] = await self._shards(old)
        return old

    async def _give_up(self, before: Place) -> None:
        """Empty what was kept under an earlier name: it would be believed after another rename."""
        nobody = {"format": FORMAT, "app": before.app, "cluster": await self._uid(), "rows": ""}
        try:
            for index in range(len(self._known[before])):
                await self._write_shard(before, index, nobody if index == 0 else {"rows": ""})
        except ProductError:
            return  # all that counts was written under the new name

    async def _shards(self, place: Place) -> list[Shard]:
        shards: list[Shard] = []
        shard = await self._head(place)
        while shard is not None:
            shards.append(shard)
            shard = await self._get(place, len(shards))
        return shards

    async def _head(self, place: Place) -> Shard | None:
        """Return the shard that says whose an inventory is, once that is seen to be its own app."""
        head = await self._get(place, 0)
        if head is not None:
            check_head(head.data, place.app, await self._uid(), self._homes[place])
        return head

    def _home(self, place: Place) -> Home:
        """Return whose an inventory is, with what another clone wrote of that."""
        shards, home = self._known[place], self._homes[place]
        written = home_of(shards[0].data) if shards else None
        return home if written is None else written.with_what(home)

    async def _get(self, place: Place, index: int) -> Shard | None:
        try:
            return await shard_at(self._calls, self._clock, place, index)
        except NamespaceAbsentError:
            return None

    async def _expect(self, namespace: str) -> None:
        """See that a namespace without an inventory is there; who may not look, believes it."""
        path = object_path(_NAMESPACES, "", namespace)
        answer = await self._calls.send(Request(path=path))
        if answer.status == HTTPStatus.NOT_FOUND and status_of(answer).kind == "Status":
            raise NamespaceAbsentError(f"the namespace {namespace} does not exist")

    async def _write_shard(
        self, place: Place, index: int, data: Mapping[str, str], notes: Notes = NOTHING_NOTED
    ) -> None:
        """Write one ConfigMap unless it says that already."""
        known = self._known[place]
        before = known[index] if index < len(known) else None
        wanted = notes.over(before.notes) if before is not None else notes
        if before is not None and (before.data, before.notes) == (data, wanted):
            return
        answer = await self._put(place, index, data, before, wanted)
        if answer.status == HTTPStatus.CONFLICT:
            now = await self._get(place, index)
            known_as = before.data if before is not None else {**data, "rows": ""}
            if now is None or now.data != known_as:
                del self._known[place]  # another writer's rows must not be lost: look again
                raise _overtaken(place)
            before = now
            answer = await self._put(place, index, data, before, notes.over(before.notes))
        if not answer.ok:
            del self._known[place]
            raise maps_error(answer, "write", place.namespace, self._clock)
        if before is not None:
            self._overwritten.append(before.resource_version)
        self._known[place] = [*known[:index], shard_of(answer), *known[index + 1 :]]

    async def _put(
        self, place: Place, index: int, data: Mapping[str, str], before: Shard | None, notes: Notes
    ) -> Answer:
        version = before.resource_version if before is not None else ""
        shard = Shard(version, data, notes)
        request = put_request(place.namespace, shard_name(place.app, index), shard)
        return await self._calls.send(request, self._fence(self._heirs.get(place, place.app)))

    async def _uid(self) -> str:
        """Return what identifies this cluster, "" if we may not see it; asked once for all apps."""
        async with self._asking:
            if self._cluster_uid is None:
                self._cluster_uid = await server_uid(self._calls)
            return self._cluster_uid


def _overtaken(place: Place) -> OutdatedError:
    return OutdatedError(f"the inventory of {place.app} was written by somebody else")
