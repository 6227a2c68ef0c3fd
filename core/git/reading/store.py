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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import Final, NamedTuple, TypeVar

from dulwich.errors import (
    ApplyDeltaError,
    ChecksumMismatch,
    FileFormatException,
    NotGitRepository,
)
from dulwich.file import FileLocked
from dulwich.objects import Blob, Commit, ObjectID, ShaFile, Tag, Tree, parse_tree
from dulwich.refs import SymrefLoop
from dulwich.repo import (
    InvalidWorktreeConfiguration,
    Repo,
    UnsupportedExtension,
    UnsupportedVersion,
)

from core.clean import clean
from core.errors import NotHereError, RejectedError, UnavailableError, UsageError

BLOB_MAX_BYTES: Final = 16 * 2**20  # the loader refuses more than 4 MiB anyway, and says so
ENTRIES_KEPT: Final = 100_000  # of trees, about 20 MB
COMMITS_KEPT: Final = 5_000
SHA1_HEX: Final = 40
_HEADER: Final = re.compile(
    rb"tree (?P<tree>[0-9a-f]+)\n(?P<parents>(?:parent [0-9a-f]+\n)*)author [^\n]*\n"
    rb"committer [^\n]*?(?:> (?P<when>-?[0-9]{1,20}) [^\n]*)?\n"
)
_MISPLACED: Final = re.compile(rb"^(?:tree|parent|author|committer) ", re.MULTILINE)
_DAMAGE: Final = (
    FileFormatException,
    ChecksumMismatch,
    ApplyDeltaError,
    zlib.error,
    EOFError,
    ValueError,
    AssertionError,  # what dulwich says of a pack whose header and index disagree
)

Object = TypeVar("Object", bound=ShaFile)


class Entry(NamedTuple):
    """What a tree holds under one name."""

    mode: int
    id: str


class Store:
    """The objects of one repository."""

    def __init__(self, path: Path) -> None:
        """Open the repository at *path*, bare or not, or a linked work tree.

        Raises:
            UsageError: There is no repository that can be read.
        """
        self.path = path
        self.repo = _opened(path)
        with translated(path):
            self._cut_at_opening = frozenset(self.repo.get_shallow())
        self.lock = RLock()
        self._trees: OrderedDict[str, dict[bytes, Entry]] = OrderedDict()
        self._entries_kept = 0
        self._commits: OrderedDict[str, Commit] = OrderedDict()
        self.close = weakref.finalize(self, self.repo.close)

    def commit(self, commit_id: str) -> Commit:
        """Return one commit.

        Git reads the first `tree` and the `parent` lines right after it, dulwich the last of each
        wherever they stand: a commit on which they would disagree is refused.
        """
        with self.lock:
            known = self._commits.get(commit_id)
        if known is not None:
            return known
        found = self._object(commit_id, Commit)
        self.header(commit_id, found.as_raw_string())
        with self.lock:
            self._commits[commit_id] = found
            if len(self._commits) > COMMITS_KEPT:
                self._commits.popitem(last=False)
        return found

    def header(self, commit_id: str, raw: bytes) -> re.Match[bytes]:
        """Match the header of a raw commit: its `tree`, `parents` and `when`."""
        header = raw.partition(b"\n\n")[0] + b"\n"
        match = _HEADER.match(header)
        if match is None or _MISPLACED.search(header, match.end()):
            raise _damaged(self.path, f"commit {commit_id} has an odd header")
        return match

    def raw(self, object_id: str, kind: int) -> bytes:
        """Return the bytes of a commit or tree without making an object of them.

        A walk over a long history reads tens of thousands; an object costs ten times its bytes.
        """
        try:
            with self.lock:
                found, data = self.repo.object_store.get_raw(ObjectID(object_id.encode()))
        except KeyError as error:
            raise self.missing(object_id) from error
        except _DAMAGE as error:
            reason = f"object {object_id} cannot be read ({_words(error)})"
            raise _damaged(self.path, reason) from error
        if found != kind:
            raise _damaged(self.path, f"{object_id} is of another type than is expected")
        return data

    def cuts(self) -> Mapping[str, tuple[str, ...]]:
        """Return the commits whose parents are others than they say: grafts, a shallow clone."""
        with self.lock, translated(self.path):
            provider = self.repo.parents_provider()
        cut: dict[str, tuple[str, ...]] = {one.decode(): () for one in provider.shallows}
        for commit, parents in provider.grafts.items():
            if commit in self._cut_at_opening and not parents:
                continue  # dulwich keeps as a graft what was cut then; it may be deeper now
            cut[commit.decode()] = tuple(parent.decode() for parent in parents)
        return cut

    def tree_of(self, commit_id: str) -> str:
        """Return the id of a commit's root tree."""
        tree: ObjectID = self.commit(commit_id).tree
        return tree.decode()

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
        entries: dict[bytes, Entry] = {}
        count = 0
        found = self._object(tree_id, Tree)
        with translated(self.path):
            # Not `items()`: it is a dict already, and hides that a name stands there twice.
            for name, mode, sha in parse_tree(found.as_raw_string(), len(tree_id) // 2):
                count += 1
                entries[name] = Entry(mode, sha.decode())
        if count != len(entries):
            raise RejectedError(f"tree {tree_id} is damaged: it holds one name twice")
        with self.lock:
            if tree_id not in self._trees:
                self._trees[tree_id] = entries
                self._entries_kept += len(entries)
            while self._entries_kept > ENTRIES_KEPT and self._trees:
                self._entries_kept -= len(self._trees.popitem(last=False)[1])
        return entries

    def entry(self, commit_id: str, parts: Sequence[bytes]) -> Entry | None:
        """Return what stands at a path; for an empty path the root tree itself."""
        found = Entry(0o040000, self.tree_of(commit_id))
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
        data = self._object(blob_id, Blob).as_raw_string()
        if len(data) > BLOB_MAX_BYTES:
            raise RejectedError(f"[SIZE] the file is larger than {BLOB_MAX_BYTES // 2**20} MiB")
        if len(blob_id) == SHA1_HEX:
            digest = hashlib.sha1(b"blob %d\0" % len(data), usedforsecurity=False)
            digest.update(data)
            if digest.hexdigest() != blob_id:
                raise _damaged(self.path, f"blob {blob_id} holds other bytes than its name says")
        return data

    def peeled(self, object_id: str) -> ShaFile:
        """Return what an id names once annotated tags are followed."""
        for _ in range(10):
            found = self._object(object_id, ShaFile)
            if not isinstance(found, Tag):
                return found
            object_id = found.object[1].decode()
        raise UsageError("this tag points to a tag, and so on more than ten deep")

    def has(self, object_id: str) -> bool:
        """Tell whether the repository holds an object."""
        with self.lock, translated(self.path):
            return ObjectID(object_id.encode()) in self.repo.object_store

    @cached_property
    def is_partial(self) -> bool:
        """Tell whether this is a partial clone, whose remote promised what is not here."""
        with self.lock, translated(self.path):
            config = self.repo.get_config()
            return any(
                config.get_boolean(section, b"promisor", False)
                for section in config.sections()
                if section[0].lower() == b"remote"
            )

    def missing(self, object_id: str) -> UnavailableError:
        """Return the error for an object that is not here: promised, or a damage."""
        if self.is_partial:
            return not_here(self.path, f"object {object_id} is", bare=self.repo.bare)
        return _damaged(self.path, f"object {object_id} is missing")

    def with_prefix(self, prefix: str) -> tuple[str, ...]:
        """Return the ids that begin with *prefix*."""
        with self.lock, translated(self.path):
            return tuple(
                sha.decode() for sha in self.repo.object_store.iter_prefix(prefix.encode())
            )

    def _object(self, object_id: str, kind: type[Object]) -> Object:
        with self.lock, translated(self.path, object_id):
            try:
                found = self.repo.object_store[ObjectID(object_id.encode())]
            except KeyError as error:
                raise self.missing(object_id) from error
        if not isinstance(found, kind):
            name = kind.type_name.decode()
            raise _damaged(self.path, f"{object_id} is no {name}, but one is expected")
        return found


def is_tree(mode: int) -> bool:
    """Tell whether a tree entry is a folder."""
    return stat.S_ISDIR(mode)


@contextmanager
def translated(path: Path, object_id: str = "") -> Iterator[None]:
    """Turn what dulwich raises about a repository into words; used around its calls only."""
    try:
        yield
    except KeyError as error:
        reason = f"object {object_id or error} is missing"
        raise _damaged(path, reason) from error
    except FileLocked as error:
        raise locked(path, error) from error
    except SymrefLoop as error:
        raise UnavailableError(f"repository {path}: a ref points to itself") from error
    except _DAMAGE as error:
        what = f"object {object_id}" if object_id else "an object"
        raise _damaged(path, f"{what} cannot be read ({_words(error)})") from error
    except OSError as error:
        raise UnavailableError(f"repository {path}: {_words(error)}") from error


def locked(path: Path, error: FileLocked) -> UnavailableError:
    """Explain a lock file; a full disk or a crash leaves one behind."""
    lock = error.lockfilename
    name = lock.decode(errors="replace") if isinstance(lock, bytes) else str(lock)
    reason = f"locked by another git process; if none is running, remove {clean(name)}"
    return UnavailableError(f"repository {path} is {reason}", retry_after_s=1)


def not_here(path: Path, what: str, *, bare: bool) -> NotHereError:
    """Say what brings the objects that a partial clone lacks."""
    git = f"git -C {clean(str(path))}"
    checkout = "" if bare else f"`{git} checkout` or "
    reason = f"{what} not here yet; {checkout}`{git} fetch --refetch --no-filter` brings them"
    return NotHereError(f"repository {path} is a partial clone: {reason}")


def _damaged(path: Path, reason: str) -> UnavailableError:
    return UnavailableError(f"repository {path} is damaged: {reason}; `git fsck` says more")


def _words(error: BaseException) -> str:
    return clean(str(error) or type(error).__name__, max_cells=200)


def _opened(path: Path) -> Repo:
    if not path.exists():
        raise UsageError(f"repository {path} does not exist")
    if not path.is_dir():
        raise UsageError(f"repository {path} is a file; name its folder")
    try:
        return Repo(str(path))
    except NotGitRepository as error:
        raise UsageError(f"{path} is not a Git repository; make one with `git init`") from error
    except (UnsupportedVersion, UnsupportedExtension, InvalidWorktreeConfiguration) as error:
        raise UsageError(f"repository {path} cannot be read: {_words(error)}") from error
    except PermissionError as error:
        raise UsageError(f"repository {path} may not be read: {_words(error)}") from error
    except (OSError, *_DAMAGE) as error:
        raise UnavailableError(f"repository {path} cannot be opened: {_words(error)}") from error
