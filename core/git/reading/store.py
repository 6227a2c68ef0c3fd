"""One opened repository: typed objects out, dulwich's many exceptions translated.

Objects are read straight from the store: no work tree, no index, no hook, no filter.  One handle
serves every thread, one call at a time; packs that a `git gc` replaced are found again by dulwich.
"""

import hashlib
import re
import stat
import weakref
import zlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import Final, NamedTuple

from dulwich.errors import ObjectFormatException
from dulwich.object_store import PackBasedObjectStore
from dulwich.objects import ObjectID, RawObjectID, parse_tree

from core.errors import RejectedError, UnavailableError, UsageError
from core.git.local.faults import damaged, not_here, translated
from core.git.local.opening import opened
from core.git.reading.commits import RawCommit, linked, parsed
from core.git.reading.packs import Packed, Packs

BLOB_MAX_BYTES: Final = 32 * 2**20  # of a manifest: the loader takes no more either
LARGE_BYTES: Final = 2**20
LARGE_KEPT_BYTES: Final = 2 * BLOB_MAX_BYTES  # a version and the one before it
ENTRIES_KEPT: Final = 100_000  # of trees, about 20 MB
COMMITS_KEPT: Final = 5_000
SHA1_HEX: Final = 40
UNPARSED_MAX_BYTES: Final = 2**20  # of a commit or tag
TAGS_MAX: Final = 10
MODE_MAX: Final = 0o177777
FOLDER_MODE: Final = 0o040000
COMMIT, TREE, BLOB, TAG = 1, 2, 3, 4  # the kinds of objects, as packs count them
_KINDS: Final = {COMMIT: "commit", TREE: "tree", BLOB: "blob", TAG: "tag"}
_HEADS: Final = {kind: name.encode() + b" %d\0" for kind, name in _KINDS.items()}
_LOOSE: Final = re.compile(rb"(commit|tag) [0-9]+\0")
_TAGGED: Final = re.compile(rb"object ([0-9a-f]{40}(?:[0-9a-f]{24})?)\n")


class Entry(NamedTuple):
    """What a tree holds under one name."""

    mode: int
    id: str


class Store:
    """The objects of one repository."""

    def __init__(self, path: Path, called: str = "") -> None:
        """Open the repository at *path*, bare or not, or a linked work tree.

        Args:
            path: Where it is.
            called: What people call it, where that is not its path.

        Raises:
            UsageError: There is no repository that can be read.
        """
        self.path, self.called = path, called or str(path)
        self.repo = opened(path)
        with translated(path):
            self._cut_at_opening = frozenset(self.repo.get_shallow())
        self.lock = RLock()
        self.objects = Path(self.repo.commondir(), "objects")
        self._packs = Packs(self.objects / "pack")
        self._trees: OrderedDict[str, dict[bytes, Entry]] = OrderedDict()
        self._entries_kept = 0
        self._large: OrderedDict[str, bytes] = OrderedDict()
        self._commits: OrderedDict[str, RawCommit] = OrderedDict()
        self.close = weakref.finalize(self, self.repo.close)

    def commit(self, commit_id: str) -> RawCommit:
        """Return what stands in one commit; the same ones are asked for again and again.

        Raises:
            UnavailableError: It is no commit, or the repository is damaged.
        """
        with self.lock:
            known = self._commits.get(commit_id)
        if known is not None:
            return known
        found = self.parsed(commit_id)
        with self.lock:
            self._commits[commit_id] = found
            if len(self._commits) > COMMITS_KEPT:
                self._commits.popitem(last=False)
        return found

    def linked(self, commit_id: str) -> tuple[str, tuple[str, ...], int]:
        """Read of one commit what a walk asks: its tree, its parents and its date.

        Raises:
            UnavailableError: It is no commit, or the repository is damaged.
        """
        found = linked(self.raw(commit_id, COMMIT))
        if found is not None:
            return found
        raw = self.parsed(commit_id)
        return raw.tree, raw.parents, raw.when

    def parsed(self, commit_id: str) -> RawCommit:
        """Read one commit without keeping it, as a walk over a long history does."""
        found = parsed(self.raw(commit_id, COMMIT))
        if found is None:
            raise damaged(self.called, f"commit {commit_id} has an odd header")
        return found

    def raw(self, object_id: str, kind: int) -> bytes:
        """Return the bytes of an object of one kind.

        dulwich's own objects cost ten times the bytes, and read less than git does.

        Raises:
            UnavailableError: It is of another kind, or the repository is damaged.
        """
        found, data = self._found(object_id)
        if found != kind:
            name = _KINDS[kind]
            raise damaged(self.called, f"{object_id} is no {name}, but one is expected")
        return data

    def cuts(self) -> Mapping[str, tuple[str, ...]]:
        """Return the commits whose parents are others than they say: grafts, a shallow clone."""
        with self.lock, translated(self.called):
            provider = self.repo.parents_provider()
        cut: dict[str, tuple[str, ...]] = {one.decode(): () for one in provider.shallows}
        for commit, parents in provider.grafts.items():
            if commit in self._cut_at_opening and not parents:
                continue  # dulwich keeps as a graft what was cut then; it may be deeper now
            cut[commit.decode()] = tuple(parent.decode() for parent in parents)
        return cut

    def tree_of(self, commit_id: str) -> str:
        """Return the id of a commit's root tree."""
        return self.commit(commit_id).tree

    def tree(self, tree_id: str) -> dict[bytes, Entry]:
        """Return what a tree holds, by raw name.

        Raises:
            RejectedError: It holds one name twice, which git refuses too.
        """
        with self.lock:
            known = self._trees.get(tree_id)
            if known is not None:
                self._trees.move_to_end(tree_id)
                return known
        listed = self.listed(tree_id)
        entries = {name: Entry(_mode(mode), sha.decode()) for name, mode, sha in listed}
        if len(listed) != len(entries):
            raise RejectedError(f"tree {tree_id} is damaged: it holds one name twice")
        with self.lock:
            if tree_id not in self._trees:
                self._trees[tree_id] = entries
                self._entries_kept += len(entries)
            while self._entries_kept > ENTRIES_KEPT and self._trees:
                self._entries_kept -= len(self._trees.popitem(last=False)[1])
        return entries

    def listed(self, tree_id: str) -> list[tuple[bytes, int, bytes]]:
        """Read one tree, whatever it holds, without keeping it: names, modes and ids."""
        raw = self.raw(tree_id, TREE)
        with translated(self.called, tree_id):
            return list(parse_tree(raw, len(tree_id) // 2))

    def entry(self, commit_id: str, parts: Sequence[bytes]) -> Entry | None:
        """Return what stands at a path; for an empty path the root tree itself."""
        found = Entry(FOLDER_MODE, self.tree_of(commit_id))
        for part in parts:
            if not is_tree(found.mode):
                return None
            below = self.tree(found.id).get(part)
            if below is None:
                return None
            found = below
        return found

    def blob(self, blob_id: str) -> bytes:
        """Return a file's bytes, checked against their id.

        Raises:
            RejectedError: It is larger than any manifest.
            UnavailableError: The repository is damaged.
        """
        with self.lock:
            known = self._large.get(blob_id)
        if known is not None:
            return known
        data = self.raw(blob_id, BLOB)
        if len(data) > BLOB_MAX_BYTES:
            raise RejectedError(f"[SIZE] the file is larger than {BLOB_MAX_BYTES // 2**20} MiB")
        if len(data) >= LARGE_BYTES:
            self._keep(blob_id, data)
        return data

    def _keep(self, blob_id: str, data: bytes) -> None:
        """Keep a large file, which is asked for again for each of its many objects."""
        with self.lock:
            self._large[blob_id] = data
            while sum(map(len, self._large.values())) > LARGE_KEPT_BYTES:
                self._large.popitem(last=False)

    def peeled(self, object_id: str) -> tuple[str, str]:
        """Return what an id names once annotated tags are followed: its kind, and its id.

        Raises:
            UsageError: It is a tag of a tag, and so on without end.
            UnavailableError: The repository is damaged.
        """
        for _ in range(TAGS_MAX):
            found, data = self._found(object_id)
            if found != TAG:
                return _KINDS.get(found, "damaged object"), object_id
            tagged = _TAGGED.match(data)
            if tagged is None:
                raise damaged(self.called, f"tag {object_id} has an odd header")
            object_id = tagged[1].decode()
        raise UsageError(f"this tag points to a tag, and so on more than {TAGS_MAX} deep")

    def kind(self, object_id: str) -> int:
        """Return which kind of object an id names."""
        return self._found(object_id)[0]

    def has(self, object_id: str) -> bool:
        """Tell whether the repository holds an object."""
        with self.lock, translated(self.called):
            try:
                return _key(object_id) in self.repo.object_store
            except ObjectFormatException:
                return True

    @cached_property
    def is_partial(self) -> bool:
        """Tell whether this is a partial clone, whose remote promised what is not here."""
        with self.lock, translated(self.called):
            config = self.repo.get_config()
            return any(
                config.get_boolean(section, b"promisor", False)
                for section in config.sections()
                if section[0].lower() == b"remote"
            )

    def missing(self, object_id: str) -> UnavailableError:
        """Return the error for an object that is not here: promised, or a damage."""
        if self.is_partial:
            return not_here(self.called, f"object {object_id} is", bare=self.repo.bare)
        return damaged(self.called, f"object {object_id} is missing")

    def with_prefix(self, prefix: str) -> tuple[str, ...]:
        """Return the ids that begin with *prefix*."""
        with self.lock, translated(self.called):
            return tuple(
                sha.decode() for sha in self.repo.object_store.iter_prefix(prefix.encode())
            )

    def _found(self, object_id: str) -> tuple[int, bytes]:
        """Return the kind and the bytes of an object."""
        packed = self._packed(object_id) if len(object_id) == SHA1_HEX else None
        if packed is not None and _is(object_id, *packed):
            return packed
        kind, data = self._by_dulwich(object_id)
        if not _is(object_id, kind, data):
            name = _KINDS.get(kind, "object")
            raise damaged(self.called, f"{name} {object_id} holds other bytes than its name says")
        return kind, data

    def _packed(self, object_id: str) -> Packed | None:
        try:
            raw_id = _raw(object_id)
        except ValueError:
            return None
        with self.lock:
            return self._packs.get(raw_id)

    def _by_dulwich(self, object_id: str) -> tuple[int, bytes]:
        with self.lock, translated(self.called, object_id):
            try:
                # The method of all stores on disks looks for an index of packs each time: a third.
                found = PackBasedObjectStore.get_raw(self.repo.object_store, _raw(object_id))
            except KeyError as error:
                raise self.missing(object_id) from error
            except ObjectFormatException:
                found = self._unparsed(object_id)
            self._packs.look_again()
        return found

    def _unparsed(self, object_id: str) -> tuple[int, bytes]:
        """Read the file of an object that dulwich calls malformed: git is not so strict."""
        place = self.objects / object_id[:2] / object_id[2:]
        data = zlib.decompressobj().decompress(place.read_bytes(), UNPARSED_MAX_BYTES)
        match = _LOOSE.match(data)
        if match is None:
            raise ValueError("malformed object")
        return (COMMIT if match[1] == b"commit" else TAG), data[match.end() :]


def _is(object_id: str, kind: int, data: bytes) -> bool:
    """Tell whether an object is what its id says: whoever signed a commit signed just ids."""
    made = hashlib.sha1 if len(object_id) == SHA1_HEX else hashlib.sha256
    digest = made(_HEADS.get(kind, b"object %d\0") % len(data), usedforsecurity=False)
    digest.update(data)
    return digest.hexdigest() == object_id


def _raw(object_id: str) -> RawObjectID:
    return RawObjectID(bytes.fromhex(object_id))


def _key(object_id: str) -> ObjectID:
    return ObjectID(object_id.encode())


def _mode(mode: int) -> int:
    """Return the mode of an entry; 0, which no entry has, for what is none at all."""
    return mode if 0 <= mode <= MODE_MAX else 0


def is_tree(mode: int) -> bool:
    """Tell whether a tree entry is a folder."""
    return stat.S_ISDIR(mode)
