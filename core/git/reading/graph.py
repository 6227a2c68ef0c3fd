"""Commits and the entries of their trees, as a walk over a long history needs them.

Only ids are read, straight from the raw objects, and each only once: which commits changed a file
is asked for one file after the other of the same history.
"""

import re
import sys
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from core.git.reading.commit_file import CommitFile
from core.git.reading.store import FOLDER_MODE, TREE, Entry, Store, is_tree

KEPT: Final = 200_000  # commits, and entries likewise; about 50 MB in all
RAWS_KEPT: Final = 16
POSSESSIVE_SINCE: Final = (3, 11, 5)  # `(?:a+b)*+` matched too little before (gh-106052)
_ENTRY: Final = rb"(?s)([0-7]++) ([^\0]++)\0(.{%d})"
_ENTRIES: Final = rb"(?s)(?:[0-7]++ [^\0]++\0.{%d})*+"

Pair: TypeAlias = tuple[Entry | None, Entry | None]


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
        self._listed = CommitFile.of(store.objects)
        self._links: dict[str, Links] = {}
        self._entries: dict[tuple[str, bytes], Entry | None] = {}
        self._changes: dict[tuple[str, str], Mapping[bytes, Pair]] = {}
        self._raws: dict[str, bytes] = {}
        self._older: dict[str, bytes] = {}

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
        listed = None if self._cuts or self._listed is None else self._listed.commit(commit_id)
        found = Links(*listed) if listed is not None else self._linked(commit_id)
        if len(self._links) >= KEPT:
            self._links.clear()
        self._links[commit_id] = found
        return found

    def _linked(self, commit_id: str) -> Links:
        tree, stated, when = self._store.linked(commit_id)
        parents = self._cuts.get(commit_id, stated)
        return Links(tree, parents, when, cut=bool(stated) and not parents)

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

    def differs(self, one: str, other: str, parts: tuple[bytes, ...]) -> bool:
        """Tell whether what stands at a path is not the same at two commits."""
        one, other = self.links(one).tree, self.links(other).tree
        for part in parts:
            pair = self.changes(one, other).get(part)
            if pair is None:
                return False
            one, other = map(folder_id, pair)
        return bool(parts) or one != other

    def changes(self, one: str, other: str) -> Mapping[bytes, Pair]:
        """Return the names under which two trees do not hold the same, with what each holds.

        One is the other's past most often, so few names are remembered for all who ask.
        """
        if one == other:
            return {}
        key = one, other
        known = self._changes.get(key)
        if known is None:
            known = self._compared(*key)
            if len(self._changes) >= KEPT:
                self._changes.clear()
            self._changes[key] = known
        return known

    def _compared(self, one: str, other: str) -> Mapping[bytes, Pair]:
        raws = self._raw(one), self._raw(other)
        found = compared(*raws, len(one or other) // 2)
        if found is None:
            here, there = map(self._all_under, (one, other))
            names = {name for name, _ in here.items() ^ there.items()}
            found = {name: (here.get(name), there.get(name)) for name in names}
        return found

    def _all_under(self, tree_id: str) -> dict[bytes, Entry]:
        listed = self._store.listed(tree_id) if tree_id else ()
        return {name: Entry(mode, sha.decode()) for name, mode, sha in listed}

    def _raw(self, tree_id: str) -> bytes:
        """Read a tree; a walk wants each twice, as a child's and as a parent's."""
        known = self._raws.get(tree_id) or self._older.get(tree_id)
        if known is None:
            known = self._store.raw(tree_id, TREE) if tree_id else b""
            if len(self._raws) >= RAWS_KEPT:
                self._raws, self._older = {}, self._raws
            self._raws[tree_id] = known
        return known

    def _read(self, key: tuple[str, bytes]) -> Entry | None:
        found = self._below(*key)
        if len(self._entries) >= KEPT:
            self._entries.clear()
        self._entries[key] = found
        return found

    def _below(self, tree_id: str, name: bytes) -> Entry | None:
        raw = self._raw(tree_id)
        if b" %s\0" % name not in raw:
            return None
        # From the first entry on: the bytes of an id may look like a name.
        match = _entry_named(name, len(tree_id) // 2).match(raw)
        return None if match is None else Entry(int(match[1], 8), match[2].hex())


@lru_cache(maxsize=256)
def _entry_named(name: bytes, id_bytes: int) -> re.Pattern[bytes]:
    """Return what skips entries of other names and never looks back, which takes a third."""
    any_id, name = rb".{%d}" % id_bytes, re.escape(name)
    pattern = possessive(rb"(?s)(?:[0-7]++ (?!%s\0)[^\0]++\0%s)*+([0-7]++) %s\0(%s)")
    return re.compile(pattern % (name, any_id, name, any_id))


def folder_id(entry: Entry | None) -> str:
    """Return the id of a folder; "" for what is none."""
    return entry.id if entry is not None and is_tree(entry.mode) else ""


def compared(one: bytes, other: bytes, id_bytes: int) -> dict[bytes, Pair] | None:
    """Find the names that two trees hold otherwise; None where they do not have the same names.

    Their bytes are compared first, and read where they differ: a tenth of reading both.
    """
    if len(one) != len(other):
        return None
    before, entry = _pattern(_ENTRIES, id_bytes), _pattern(_ENTRY, id_bytes)
    found: dict[bytes, Pair] = {}
    at = 0
    while one[at:] != other[at:]:
        skipped = before.match(one, at, _first_apart(one, other, at))
        assert skipped is not None  # it takes nothing, too
        here, there = (entry.match(each, skipped.end()) for each in (one, other))
        if here is None or there is None or here[2] != there[2]:
            return None
        found[here[2]] = _entry(here), _entry(there)
        at = here.end()
        if at != there.end():
            return None
    return found


def _first_apart(one: bytes, other: bytes, low: int) -> int:
    """Return where two texts of one length that differ from *low* on do so first."""
    high = len(one)
    while high - low > 1:
        middle = (low + high) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle
    return low


def _entry(match: re.Match[bytes]) -> Entry:
    return Entry(int(match[1], 8), match[3].hex())


@lru_cache(maxsize=8)
def _pattern(pattern: bytes, id_bytes: int) -> re.Pattern[bytes]:
    return re.compile(possessive(pattern) % id_bytes)


def possessive(pattern: bytes, python: tuple[int, ...] = sys.version_info[:3]) -> bytes:
    """Return a pattern whose repeats never look back; where *python* cannot, one that may."""
    holds = python >= POSSESSIVE_SINCE
    return pattern if holds else pattern.replace(b"++", b"+").replace(b"*+", b"*")
