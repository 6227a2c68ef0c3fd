"""What the server holds: every object, the newest version, and the last changes of each kind.

An object is never changed in place.  A commit makes the next version, remembers the change for
watchers that resume, and hands it to those that listen now.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from core.sandbox.types.statuses import expired

Object = dict[str, object]
Resource = tuple[str, str]  # group and plural
Key = tuple[str, str]  # namespace and name


@dataclass(frozen=True, slots=True)
class Change:
    """One commit: the object before and after it."""

    version: int
    before: Object | None
    after: Object | None  # None: deleted
    last: Object  # what a DELETED event carries, else `after`


Listener = Callable[[Change], None]


def metadata(thing: Object) -> Object:
    """Return the metadata of an object."""
    return cast("Object", thing.get("metadata") or {})


def key_of(thing: Object) -> Key:
    """Return where an object is stored."""
    meta = metadata(thing)
    return str(meta.get("namespace", "")), str(meta.get("name", ""))


def with_version(thing: Object, version: int) -> Object:
    """Return the object with another resourceVersion."""
    return {**thing, "metadata": {**metadata(thing), "resourceVersion": str(version)}}


class Store:
    """Objects by kind; one version counter for all, as in etcd."""

    def __init__(self, *, history_max: int = 1000) -> None:
        """Remember at most *history_max* changes of each kind."""
        self.version = 1
        self._history_max = history_max
        self._objects: dict[Resource, dict[Key, Object]] = {}
        self._history: dict[Resource, deque[Change]] = {}
        self._forgotten: dict[Resource, int] = {}
        self._forgotten_all = 0
        self._listeners: dict[Resource, dict[Listener, None]] = {}

    def get(self, resource: Resource, key: Key) -> Object | None:
        """Return one object."""
        return self._objects.get(resource, {}).get(key)

    def all(self, resource: Resource, namespace: str = "") -> list[Object]:
        """Return the objects of a kind, ordered by namespace and name."""
        known = self._objects.get(resource, {})
        return [known[key] for key in sorted(known) if not namespace or key[0] == namespace]

    def all_at(self, resource: Resource, namespace: str, version: int) -> list[Object]:
        """Return the objects of a kind as they were at *version*.

        Raises:
            StatusError: That is not remembered (410).
        """
        if version >= self.version:
            return self.all(resource, namespace)
        known = dict(self._objects.get(resource, {}))
        for change in reversed(self.since(resource, version)):
            key = key_of(change.last)
            if change.before is None:
                known.pop(key, None)
            else:
                known[key] = change.before
        return [known[key] for key in sorted(known) if not namespace or key[0] == namespace]

    def put(self, resource: Resource, thing: Object) -> Object:
        """Create or replace an object, and return it with its new version."""
        self.version += 1
        made = with_version(thing, self.version)
        objects = self._objects.setdefault(resource, {})
        key = key_of(thing)
        before = objects.get(key)
        objects[key] = made
        self._publish(resource, Change(self.version, before, made, made))
        return made

    def remove(self, resource: Resource, key: Key, last: Object | None = None) -> Object | None:
        """Delete an object, and return its last state; *last* replaces what was stored."""
        before = self._objects.get(resource, {}).pop(key, None)
        if before is None:
            return None
        self.version += 1
        final = with_version(last or before, self.version)
        self._publish(resource, Change(self.version, before, None, final))
        return final

    def _publish(self, resource: Resource, change: Change) -> None:
        history = self._history.setdefault(resource, deque())
        history.append(change)
        if len(history) > self._history_max:
            self._forgotten[resource] = history.popleft().version
        for listener in list(self._listeners.get(resource, ())):
            listener(change)

    def since(self, resource: Resource, version: int) -> list[Change]:
        """Return the changes after *version*.

        Raises:
            StatusError: They are not all remembered (410).
        """
        oldest = max(self._forgotten.get(resource, 0), self._forgotten_all)
        if version < oldest:
            raise expired(f"too old resource version: {version} ({oldest})")
        return [one for one in self._history.get(resource, ()) if one.version > version]

    def forget(self) -> None:
        """Drop the history, as a compaction does."""
        self._history.clear()
        self._forgotten_all = self.version

    def remember(self) -> Callable[[int], None]:
        """Return what makes everything as it is now, versions too: an etcd that is restored.

        It is told how many versions the server has made since then, of things of its own.
        """
        version = self.version
        objects = {resource: dict(known) for resource, known in self._objects.items()}

        def restore(since: int) -> None:
            self.version = version + since
            self._objects = {resource: dict(known) for resource, known in objects.items()}
            self.forget()

        return restore

    def listen(self, resource: Resource, listener: Listener) -> Callable[[], None]:
        """Hand every later change of a kind to *listener*; the answer ends that."""
        listeners = self._listeners.setdefault(resource, {})
        listeners[listener] = None

        def stop() -> None:
            listeners.pop(listener, None)

        return stop
