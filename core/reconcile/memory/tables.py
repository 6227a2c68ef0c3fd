"""Tables that one step may write to while the step before still has them as they were.

Few and ordered (apps, clusters, runs): a dict that is copied at the first write.  Many, one entry
for each object: a map with structural sharing.  Measured at 100,000 entries: a write to `Map` takes
0.4 us, the copy of a dict 4 ms; rpds-py's map takes 1.4 us and is read ten times as slowly.  Its
order is nobody's: what is done with all entries of a `Map`, and shows outside, is sorted first.
"""

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Final, Generic, TypeVar, overload

from immutables import Map, MapMutation
from typing_extensions import override

from core.model import Key

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")


NO_KEYS: Final[Map[Key, None]] = Map()


class Table(MutableMapping[K, V]):
    """A mapping under construction; the one that it began with is never changed."""

    def __init__(self, before: Mapping[K, V]) -> None:
        """Begin with *before*."""
        self._read: Mapping[K, V] = before
        self._written: dict[K, V] | None = None

    @override
    def __getitem__(self, key: K) -> V:
        return self._read[key]

    @overload
    def get(self, key: K, /) -> V | None: ...

    @overload
    def get(self, key: K, /, default: V | T) -> V | T: ...

    @override
    def get(self, key: K, /, default: object = None) -> object:
        """What stands there; asked of every object, and a miss is no error then."""
        return self._read.get(key, default)

    @override
    def __iter__(self) -> Iterator[K]:
        return iter(self._read)

    @override
    def __len__(self) -> int:
        return len(self._read)

    @override
    def __setitem__(self, key: K, value: V) -> None:
        self._own()[key] = value

    @override
    def __delitem__(self, key: K) -> None:
        del self._own()[key]

    def _own(self) -> dict[K, V]:
        if self._written is None:
            self._read = self._written = dict(self._read)
        return self._written

    @property
    def frozen(self) -> Mapping[K, V]:
        """The mapping as it is now; the very one it began with where nothing was written."""
        return self._read


class Many(Generic[K, V]):
    """A `Map` under construction, which copies what it shares with the first once, not each time.

    A copy touches the counters of every key and value beside the one that is written, which lie
    anywhere in memory: among 100,000 objects that is what a write costs.
    """

    def __init__(self, before: Map[K, V]) -> None:
        """Begin with *before*."""
        self._map = before
        self._open: MapMutation[K, V] | None = None

    def get(self, key: K) -> V | None:
        """What stands there now."""
        return self._map.get(key) if self._open is None else self._open.get(key)

    def __contains__(self, key: K) -> bool:
        return key in (self._map if self._open is None else self._open)

    def __setitem__(self, key: K, value: V) -> None:
        self._writing()[key] = value

    def __delitem__(self, key: K) -> None:
        del self._writing()[key]

    def _writing(self) -> MapMutation[K, V]:
        if self._open is None:
            self._open = self._map.mutate()
        return self._open

    @property
    def frozen(self) -> Map[K, V]:
        """The map as it is now; the very one it began with where nothing was written."""
        if self._open is not None:
            self._map, self._open = self._open.finish(), None
        return self._map


def with_key(keys: Map[K, None], key: K) -> Map[K, None]:
    """Return a set with one key more."""
    return keys.set(key, None)


def without_key(keys: Map[K, None], key: K) -> Map[K, None]:
    """Return a set without a key, which need not be in it."""
    return keys.delete(key) if key in keys else keys


__all__ = ["NO_KEYS", "Many", "Map", "Table", "with_key", "without_key"]
