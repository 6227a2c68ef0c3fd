"""The commits that changed a path, as `git log -- PATH` finds them.

A commit counts if the path differs from what it was in every parent.  Where one parent has the
same content the history goes on through that one alone: the others did not make what is there.
Only the tree entries along the path are compared, so no file is read.
"""

import heapq
from collections.abc import Iterator, Mapping
from typing import Final

from core.git.reading.graph import Graph, folder_id

WALK_MAX: Final = 50_000  # commits looked at; beyond that a history is not worth its wait

Lines = frozenset[int]
NOBODY: Final[Lines] = frozenset()


class Walk:
    """One walk for the histories of many folders, each of which is one `line`, told by its number.

    All of them take the same way for most of it, so a hundred cost little more than one.
    """

    def __init__(self, graph: Graph, starts: Mapping[int, tuple[str, tuple[bytes, ...]]]) -> None:
        """Begin each line at a commit, for a folder."""
        self._graph = graph
        self._folders = {line: parts for line, (_, parts) in starts.items()}
        self._watched = _Watched(graph, self._folders)
        self._heap: list[tuple[int, int, str]] = []
        self._pending: dict[str, Lines] = {}  # commit -> lines that are still to look at it
        self._seen: dict[str, Lines] = {}  # the same, and those that did
        for line, (commit, _) in starts.items():
            self._add(commit, frozenset([line]))

    def changes(self) -> Iterator[tuple[str, Lines]]:
        """Yield each commit that is looked at with the lines that it changed, newest first."""
        for _ in range(WALK_MAX):
            if not self._heap:
                return
            current = heapq.heappop(self._heap)[2]
            yield current, self._changed(current, self._pending.pop(current))

    def end_at(self, commit: str, lines: Lines) -> Lines:
        """End those of some lines that have only this commit left to look at, and return them."""
        elsewhere = (pending for at, pending in self._pending.items() if at != commit)
        here = (self._pending.get(commit, NOBODY) & lines).difference(*elsewhere)
        if here:
            self._pending[commit] -= here
        return here

    @property
    def next(self) -> str | None:
        """The commit that is looked at next."""
        return self._heap[0][2] if self._heap else None

    def _changed(self, current: str, lines: Lines) -> Lines:
        """Send lines on: to the one parent where their folder is the same, else to all of them."""
        parents = self._graph.links(current).parents if lines else ()
        if not parents:
            return frozenset(line for line in lines if self._has(current, line))
        changed = lines
        for parent in parents:
            differing = self._watched.differing(current, parent) & changed
            if len(parents) > 1:
                self._add(parent, changed - differing)
            changed = differing
        for parent in parents:
            self._add(parent, lines if len(parents) == 1 else changed)
        return changed

    def _has(self, commit: str, line: int) -> bool:
        return self._graph.entry(commit, self._folders[line]) is not None

    def _add(self, commit: str, lines: Lines) -> None:
        seen = self._seen.get(commit, NOBODY)
        new = lines - seen if seen else lines
        if not new:
            return
        self._seen[commit] = seen | new if seen else new
        if commit not in self._pending:
            order = (-self._graph.links(commit).when, len(self._seen), commit)
            heapq.heappush(self._heap, order)
        self._pending[commit] = self._pending.get(commit, NOBODY) | new


class _Watched:
    """The folders of all lines as one tree, in which two commits are compared at once."""

    def __init__(self, graph: Graph, folders: Mapping[int, tuple[bytes, ...]]) -> None:
        self._graph = graph
        self._top = _Node()
        for line, parts in folders.items():
            node = self._top
            for part in parts:
                node = node.below.setdefault(part, _Node())
            node.lines.append(line)

    def differing(self, commit: str, other: str) -> Lines:
        """Return the lines whose folder is not the same at two commits."""
        trees = [self._graph.links(each).tree for each in (commit, other)]
        found = list(self._top.lines) if trees[0] != trees[1] else []
        self._compare(self._top, found, *trees)
        return frozenset(found)

    def _compare(self, node: "_Node", found: list[int], one: str, other: str) -> None:
        """Add the lines below a folder, by its ids at both."""
        for name, pair in self._graph.changes(one, other).items() if node.below else ():
            below = node.below.get(name)
            if below is not None:
                found += below.lines
                self._compare(below, found, *map(folder_id, pair))


class _Node:
    """One folder: who asks about it, and the folders in it that somebody asks about."""

    def __init__(self) -> None:
        self.lines: list[int] = []
        self.below: dict[bytes, _Node] = {}


def last_change(graph: Graph, commit_id: str, parts: tuple[bytes, ...]) -> str | None:
    """Return the commit that made a path what it is at *commit_id*; None beyond the limit."""
    for _ in range(WALK_MAX):
        parents = graph.links(commit_id).parents
        same = next((one for one in parents if not graph.differs(commit_id, one, parts)), None)
        if same is None:
            return commit_id
        commit_id = same
    return None


def past(graph: Graph, head: str) -> Iterator[str]:
    """Yield *head* and the commits that it descends from, most often newest first."""
    heap = [(0, head)]
    seen = {head}
    while heap:
        _, current = heapq.heappop(heap)
        yield current
        for parent in graph.links(current).parents:
            if parent not in seen:
                seen.add(parent)
                heapq.heappush(heap, (-graph.links(parent).when, parent))


def comes_before(graph: Graph, commit: str, head: str) -> bool:
    """Tell whether *commit* is *head* or one of those it descends from; dates decide nothing."""
    return commit in past(graph, head)
