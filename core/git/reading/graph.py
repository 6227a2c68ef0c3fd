"""Commits and the entries of their trees, as a walk over a long history needs them.

Only ids are read, straight from the raw objects, and each only once: which commits changed a file
is asked for one file after the other of the same history.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from core.git.reading.store import FOLDER_MODE, TREE, Entry, Store, is_tree

KEPT: Final = 200_000  # commits, and entries likewise; about 50 MB in all


class Links(NamedTuple):
    """What a commit leads to."""

    tree: str
    parents: tuple[str, ...]  # those that are here: a shallow clone ends where it was cut
    when: int  # of the committer, seconds since the epoch; a claim
    cut: bool = False  # it has parents that are not here


class Graph:
    """The commits of one repository.  Threads may share it: both tables only remember."""

    def __init__(self, store: Store) -> None:
        """Read from *store* when asked."""
        self._store = store
        self._cuts = store.cuts()
        self._links: dict[str, Links] = {}
        self._entries: dict[tuple[str, bytes], Entry | None] = {}

    def refresh(self) -> None:
        """Look again where the history is cut: a shallow clone can be deepened."""
        cuts = self._store.cuts()
        if cuts != self._cuts:
            self._cuts = cuts
            self._links.clear()

    def links(self, commit_id: str) -> Links:
        """Return what one commit leads to.

        Raises:
            UnavailableError: The repository is damaged.
        """
        known = self._links.get(commit_id)
        if known is not None:
            return known
        raw = self._store.parsed(commit_id)
        parents = self._cuts.get(commit_id, raw.parents)
        found = Links(raw.tree, parents, raw.when, cut=bool(raw.parents) and not parents)
        if len(self._links) >= KEPT:
            self._links.clear()
        self._links[commit_id] = found
        return found

    def entry(self, commit_id: str, parts: tuple[bytes, ...]) -> Entry | None:
        """Return what stands at a path; for an empty path the root tree itself."""
        found: Entry | None = Entry(FOLDER_MODE, self.links(commit_id).tree)
        for part in parts:
            if found is None or not is_tree(found.mode):
                return None
            found = self.under(found.id, part)
        return found

    def under(self, tree_id: str, name: bytes) -> Entry | None:
        """Return what a tree holds under a name; "" is a tree without anything."""
        key = tree_id, name
        known = self._entries.get(key, self)  # None is an answer
        return self._read(key) if isinstance(known, Graph) else known

    def all_under(self, tree_id: str) -> dict[bytes, tuple[int, bytes]]:
        """Return all modes and ids in a tree, without keeping it; "" is one without anything."""
        listed = self._store.listed(tree_id) if tree_id else ()
        return {name: (mode, sha) for name, mode, sha in listed}

    def _read(self, key: tuple[str, bytes]) -> Entry | None:
        found = self._below(*key)
        if len(self._entries) >= KEPT:
            self._entries.clear()
        self._entries[key] = found
        return found

    def _below(self, tree_id: str, name: bytes) -> Entry | None:
        raw = self._store.raw(tree_id, TREE) if tree_id else b""
        if b" %s\0" % name not in raw:
            return None
        # From the first entry on: the bytes of an id may look like a name.
        match = _entry_named(name, len(tree_id) // 2).match(raw)
        return None if match is None else Entry(int(match[1], 8), match[2].hex())


@lru_cache(maxsize=256)
def _entry_named(name: bytes, id_bytes: int) -> re.Pattern[bytes]:
    """Return what skips entries of other names and never looks back, which takes a third."""
    any_id, name = rb".{%d}" % id_bytes, re.escape(name)
    pattern = rb"(?s)(?:[0-7]++ (?!%s\0)[^\0]++\0%s)*+([0-7]++) %s\0(%s)"
    return re.compile(pattern % (name, any_id, name, any_id))
