"""The commits that changed one path, as `git log -- PATH` finds them.

A commit counts if the path differs from what it was in every parent.  Where one parent has the
same content the history goes on through that one alone: the others did not make what is there.
Only the tree entries along the path are compared, so no file is read.
"""

import heapq
from collections.abc import Iterator
from typing import Final

from core.git.commits import commit_of
from core.git.store import Entry, Store
from core.model import Commit

WALK_MAX: Final = 50_000  # commits looked at; beyond that a history is not worth its wait


def changes_of(
    store: Store, commit_id: str, parts: tuple[bytes, ...]
) -> Iterator[tuple[Commit, Entry | None]]:
    """Yield the commits that changed a path, newest first, with what stood there after each."""
    walk = _Walk(store, parts)
    walk.add(commit_id)
    for _ in range(WALK_MAX):
        current = walk.next()
        if current is None:
            return
        here = walk.entry(current)
        parents = store.parents(current)
        same = next((parent for parent in parents if walk.entry(parent) == here), None)
        if same is not None:
            walk.add(same)
            continue
        for parent in parents:
            walk.add(parent)
        if parents or here is not None:
            yield commit_of(store.commit(current)), here


class _Walk:
    """Commits still to look at, newest first by date, each once."""

    def __init__(self, store: Store, parts: tuple[bytes, ...]) -> None:
        self._store, self._parts = store, parts
        self._heap: list[tuple[int, int, str]] = []
        self._seen: set[str] = set()
        self._entries: dict[str, Entry | None] = {}

    def add(self, commit_id: str) -> None:
        if commit_id not in self._seen:
            self._seen.add(commit_id)
            date = self._store.commit(commit_id).commit_time
            heapq.heappush(self._heap, (-date, len(self._seen), commit_id))

    def next(self) -> str | None:
        return heapq.heappop(self._heap)[2] if self._heap else None

    def entry(self, commit_id: str) -> Entry | None:
        if commit_id not in self._entries:
            self._entries[commit_id] = self._store.entry(commit_id, self._parts)
        return self._entries[commit_id]
