"""The commits that changed one path, as `git log -- PATH` finds them.

A commit counts if the path differs from what it was in every parent.  Where one parent has the
same content the history goes on through that one alone: the others did not make what is there.
Only the tree entries along the path are compared, so no file is read.
"""

import heapq
from collections.abc import Iterator
from typing import Final, NamedTuple

from core.git.reading.graph import Graph
from core.git.reading.store import Entry

WALK_MAX: Final = 50_000  # commits looked at; beyond that a history is not worth its wait


class Change(NamedTuple):
    """One commit that changed a path."""

    commit: str
    entry: Entry | None  # what stands there since
    parents: tuple[str, ...]


def changes_of(graph: Graph, commit_id: str, parts: tuple[bytes, ...]) -> Iterator[Change]:
    """Yield the commits that changed a path, newest first."""
    heap: list[tuple[int, int, str]] = []
    seen: set[str] = set()

    def add(commit: str) -> None:
        if commit not in seen:
            seen.add(commit)
            heapq.heappush(heap, (-graph.links(commit).when, len(seen), commit))

    add(commit_id)
    for _ in range(WALK_MAX):
        if not heap:
            return
        current = heapq.heappop(heap)[2]
        here = graph.entry(current, parts)
        parents = graph.links(current).parents
        same = next((parent for parent in parents if graph.entry(parent, parts) == here), None)
        if same is not None:
            add(same)
            continue
        for parent in parents:
            add(parent)
        if parents or here is not None:
            yield Change(current, here, parents)


def last_change(graph: Graph, commit_id: str, parts: tuple[bytes, ...]) -> Change | None:
    """Return the commit that made a path what it is at *commit_id*; None beyond the limit."""
    here = graph.entry(commit_id, parts)
    for _ in range(WALK_MAX):
        parents = graph.links(commit_id).parents
        same = next((parent for parent in parents if graph.entry(parent, parts) == here), None)
        if same is None:
            return Change(commit_id, here, parents)
        commit_id = same
    return None


def comes_before(graph: Graph, commit: str, head: str) -> bool:
    """Tell whether *commit* is *head* or one of those it descends from; dates decide nothing."""
    heap = [(0, head)]
    seen = {head}
    while heap:
        _, current = heapq.heappop(heap)
        if current == commit:
            return True
        for parent in graph.links(current).parents:
            if parent not in seen:
                seen.add(parent)
                heapq.heappush(heap, (-graph.links(parent).when, parent))
    return False
