"""The objects of one kind in one scope, as the server last told them."""

from collections.abc import Iterable
from operator import itemgetter
from typing import Final, NamedTuple, Protocol, TypeAlias

from core.errors import ProductError
from core.model import KindRef, Live, ObjectRef

BURIED_MAX: Final = 10_000

Change: TypeAlias = tuple[ObjectRef, Live | None]
Known: TypeAlias = tuple[ObjectRef, Live]


class Sink(Protocol):
    """Who wants to know."""

    def replaced(self, scope: str) -> None:
        """The store holds a new complete listing."""
        ...

    def changed(self, scope: str, changes: list[Change]) -> None:
        """The store changed, in this order."""
        ...

    def heard(self) -> None:
        """The server said something."""
        ...

    def lost(self, scope: str, problem: ProductError) -> None:
        """The store can no longer be believed; a complete listing will follow."""
        ...


class _Grave(NamedTuple):
    """An object whose delete was seen."""

    ref: ObjectRef
    version: str  # of the deletion; what left a selection comes back with a later one


class Store:
    """What a listing and the events after it add up to."""

    def __init__(self) -> None:
        """Begin empty; the first `replace` makes it mean something."""
        self.objects: dict[ObjectRef, Live] = {}
        self._within: dict[str, set[ObjectRef]] | None = None  # by namespace, once that is asked
        self._buried: dict[str, _Grave] = {}  # by uid, those whose delete was seen, oldest first

    def replace(self, objects: dict[ObjectRef, Live]) -> bool:
        """Take a complete listing; an object that did not change stays the same value.

        Returns:
            Whether one of them is as it was before the state that was known.
        """
        before, went_back = self.objects, False
        for ref, live in objects.items():
            old = before.get(ref)
            if old is not None and is_same(old, live):
                objects[ref] = old
            elif (old is not None and is_back(old, live)) or self._rose(live):
                went_back = True
        self.objects, self._within = objects, None
        self._buried.clear()
        return went_back

    def within(self, namespaces: Iterable[str]) -> dict[ObjectRef, Live]:
        """Return the objects in some namespaces, without a look at all others."""
        if self._within is None:
            self._within = {}
            for ref in self.objects:
                self._within.setdefault(ref.namespace, set()).add(ref)
        places = self._within
        return {ref: self.objects[ref] for one in namespaces for ref in places.get(one, ())}

    def newest(self) -> Known | None:
        """Return the object whose change was the last, as far as versions can be ordered."""
        known = (
            (int(live.resource_version), ref)
            for ref, live in self.objects.items()
            if live.resource_version.isdecimal()
        )
        found = max(known, default=None, key=itemgetter(0))
        return (found[1], self.objects[found[1]]) if found is not None else None

    def last_gone(self) -> tuple[ObjectRef, str] | None:
        """Return name and uid of the object whose deletion was the last thing that happened."""
        if not self._buried:
            return None
        uid, grave = next(reversed(self._buried.items()))
        newest = self.newest()
        is_last = newest is None or is_older(newest[1].resource_version, grave.version)
        return (grave.ref, uid) if is_last else None

    def put(self, ref: ObjectRef, live: Live) -> list[Change]:
        """Take an object that was added or changed; return what that means."""
        old = self.objects.get(ref)
        if old is not None and is_same(old, live):
            return []  # R5
        self._put(ref, live)
        if old is None or old.uid == live.uid:
            return [(ref, live)]
        self._bury(old.uid, _Grave(ref, live.resource_version))
        return [(ref, None), (ref, live)]  # R4: deleted and made again

    def drop(self, ref: ObjectRef, live: Live) -> list[Change]:
        """Take a deletion; one of an earlier object of that name changes nothing."""
        self._bury(live.uid, _Grave(ref, live.resource_version))
        old = self.objects.get(ref)
        if old is None or old.uid != live.uid:
            return []
        self._pop(ref)
        return [(ref, None)]

    def correct(self, ref: ObjectRef, live: Live | None) -> Change:
        """Take what the server itself says of one object."""
        if live is None:
            self._pop(ref)
        else:
            self._put(ref, live)
            self._buried.pop(live.uid, None)
        return ref, live

    def is_buried(self, live: Live | None) -> bool:
        """Whether this very object was seen deleted before: a cache that went back (R5)."""
        return live is not None and live.uid in self._buried

    def _put(self, ref: ObjectRef, live: Live) -> None:
        self.objects[ref] = live
        if self._within is not None:
            self._within.setdefault(ref.namespace, set()).add(ref)

    def _pop(self, ref: ObjectRef) -> None:
        self.objects.pop(ref, None)
        if self._within is not None:
            self._within.get(ref.namespace, set()).discard(ref)

    def _rose(self, live: Live) -> bool:
        """Whether an object is there as it was before its delete was seen."""
        grave = self._buried.get(live.uid)
        return grave is not None and is_older(live.resource_version, grave.version)

    def _bury(self, uid: str, grave: _Grave) -> None:
        self._buried[uid] = grave
        if len(self._buried) > BURIED_MAX:
            del self._buried[next(iter(self._buried))]


def is_same(one: Live, other: Live) -> bool:
    """Whether two readings are of one object in one state; versions are only ever equal (R2)."""
    return one.uid == other.uid and one.resource_version == other.resource_version


def has_one_history(kind: KindRef) -> bool:
    """Tell whether the versions of a kind are etcd's: an aggregated server may begin anew."""
    built_in = "." not in kind.group or kind.group.endswith(".k8s.io")
    return built_in and not kind.group.endswith("metrics.k8s.io")


def is_back(known: Live, now: Live) -> bool:
    """Tell whether an object is as it was before the state that was known."""
    return known.uid == now.uid and is_older(now.resource_version, known.resource_version)


def is_older(version: str, than: str) -> bool:
    """Tell whether a history was at *version* before it was at *than*; unknown is no.

    Versions are not to be ordered, but for one thing: a server whose newest one is older than what
    it told before has another history now (R2).
    """
    return version.isdecimal() and than.isdecimal() and int(version) < int(than)
