"""The work tree that has a branch checked out: kept in step when we move that branch.

If we moved only the ref, `git status` would show our commit turned around as local changes, and the
next `git commit -a` would undo it.  So the touched files must be as Git has them, checked before
anything is written, and are changed together with the index while its lock is held.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from secrets import token_hex
from typing import Final

from dulwich.file import GitFile
from dulwich.index import (
    ConflictedIndexEntry,
    Index,
    IndexChecksumWriter,
    IndexEntry,
    UnsupportedIndexFormat,
    index_entry_from_stat,
    write_index_dict,
)
from dulwich.object_format import ObjectFormat
from dulwich.objects import Blob
from dulwich.refs import HEADREF

from core.clean import clean
from core.errors import RejectedError
from core.git.local.faults import DAMAGE, translated
from core.git.local.operations import BRANCHES, operations, work_trees
from core.git.local.settings import GitSettings
from core.git.reading.store import Store
from core.git.writing.commit import shared_mode
from core.git.writing.conversion import Conversions
from core.git.writing.reverting import Change

LOCAL: Final = "has local changes; commit or stash them first"
GIT: Final = "do it with git"


class Checkout:
    """The files and the index of one work tree."""

    def __init__(self, store: Store, index: Index, settings: GitSettings) -> None:
        """Use the work tree of the repository, whose index was read just now."""
        self._store, self._index = store, index
        self._root = Path(store.repo.path)
        self._sparse = settings.is_on("core.sparseCheckout")
        self._conversions = Conversions(store, settings)

    def check(self, changes: Sequence[Change]) -> None:
        """Refuse if a file that will change is not exactly as the branch has it.

        Raises:
            RejectedError: It has local changes, staged or not, or something is in its way; or git
                would keep it as we cannot.
        """
        for change in changes:
            reason = self._objection(change)
            if reason:
                raise RejectedError(f"{clean(change.name)} {reason}")

    def update(self, changes: Sequence[Change]) -> None:
        """Give every changed file, and its index entry, its new content."""
        for change in changes:
            place, key = self._place(change), b"/".join(change.path)
            entry = self._entry(key)
            left_out = isinstance(entry, IndexEntry) and entry.skip_worktree
            if change.after is None:
                if not left_out:
                    place.unlink()
                    self._remove_empty(place.parent)
                del self._index[key]
                continue
            blob_id = Blob.from_string(change.after.data).id
            if isinstance(entry, IndexEntry) and left_out:
                self._index[key] = replace(entry, sha=blob_id, mode=change.after.mode)
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            data = self._conversions.checked_out(key, change.after.data)
            _write(place, data, executable=bool(change.after.mode & 0o100))
            self._index[key] = index_entry_from_stat(place.lstat(), blob_id, change.after.mode)

    def _objection(self, change: Change) -> str:
        """Say why a file cannot be changed; "" where it is as the branch has it."""
        place, key = self._place(change), b"/".join(change.path)
        entry = self._entry(key)
        there = os.path.lexists(place)
        if not self._has_real_folders(place):
            return LOCAL
        if change.head is None:
            if entry is not None or there:
                return LOCAL
            return f"comes back, and the work tree is sparse; {GIT}" if self._sparse else ""
        if not isinstance(entry, IndexEntry) or entry.sha != Blob.from_string(change.head.data).id:
            return LOCAL
        if entry.skip_worktree:
            return f"is there, and left out of the sparse work tree; {GIT}" if there else ""
        found = place.lstat() if there else None
        if found is None or not stat.S_ISREG(found.st_mode):
            return LOCAL
        return self._difference(key, place, change.head.data, _is_unchanged(entry, found))

    def _entry(self, key: bytes) -> IndexEntry | ConflictedIndexEntry | None:
        try:
            return self._index[key]
        except KeyError:
            return None

    def _difference(self, key: bytes, place: Path, head: bytes, unchanged: bool) -> str:
        content = place.read_bytes() if place.stat().st_size <= 2 * len(head) else None
        if content in {head, self._conversions.checked_out(key, head)}:
            return ""
        odd = self._conversions.odd(key)
        if odd or unchanged:
            return f"is kept converted in the work tree ({odd or 'line ends'}); {GIT}"
        return LOCAL

    def _has_real_folders(self, place: Path) -> bool:
        """Tell whether nothing but folders, or nothing at all, leads to a file."""
        above = [folder for folder in place.parents if folder.is_relative_to(self._root)]
        return all(
            not folder.is_symlink() and (folder.is_dir() or not folder.exists())
            for folder in above[:-1]
        )

    def _place(self, change: Change) -> Path:
        return self._root.joinpath(*map(os.fsdecode, change.path))

    def _remove_empty(self, folder: Path) -> None:
        while folder != self._root and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent


@contextmanager
def locked_checkout(store: Store, ref: str, settings: GitSettings) -> Iterator[Checkout | None]:
    """Lock the index of the work tree that has *ref* checked out; None when there is none.

    Raises:
        RejectedError: The work tree is in the middle of something, or is not ours to change.
        UnavailableError: Another git process holds the lock.
    """
    check_free(store, ref)
    if store.repo.bare or branch_of_head(store) != ref:
        yield None
        return
    path, kind = store.repo.index_path(), store.repo.object_format
    with translated(store.called):
        lock = GitFile(path, "wb", mask=0o666, shared_perm=shared_mode(store.repo))
    try:
        index = _index(path, kind)
        yield Checkout(store, index, settings)
        with translated(store.called):
            writer = IndexChecksumWriter(lock, kind)
            write_index_dict(writer, dict(index.items()), object_format=kind)
            writer.close()
    finally:
        lock.abort()  # does nothing once it was closed


def check_clean(store: Store, ref: str, settings: GitSettings, changes: Sequence[Change]) -> None:
    """Refuse what the work tree of a branch would refuse; nothing is locked or written.

    Raises:
        RejectedError: A file that will change is not as the branch has it.
    """
    if not store.repo.bare and branch_of_head(store) == ref:
        index = _index(store.repo.index_path(), store.repo.object_format)
        Checkout(store, index, settings).check(changes)


def _is_unchanged(entry: IndexEntry, found: os.stat_result) -> bool:
    """Tell whether a file looks as it did when it was written, as git does before it reads one."""
    seconds, nanoseconds = divmod(found.st_mtime_ns, 10**9)
    return entry.mtime == (seconds, nanoseconds) and entry.size == found.st_size & 0xFFFFFFFF


def _index(path: str, kind: ObjectFormat) -> Index:
    """Read an index; not one whose lower-case extensions change its meaning, split or sparse."""
    try:
        index = Index(path, object_format=kind)
    except (OSError, UnsupportedIndexFormat, *DAMAGE) as error:
        reason = "the index of the work tree is damaged, split or sparse; do it with git"
        raise RejectedError(reason) from error
    if any(
        isinstance(entry, IndexEntry) and stat.S_ISDIR(entry.mode) for _, entry in index.items()
    ):
        raise RejectedError("the index of the work tree is sparse; do it with git")
    return index


def check_free(store: Store, ref: str) -> None:
    """Refuse a branch that another work tree has checked out, or that something holds.

    Raises:
        RejectedError: It is not ours to move now.
    """
    own = Path(store.repo.controldir()).resolve()
    for git_folder, place in work_trees(store.repo):
        checked_out = _head_text(git_folder) == f"ref: {ref}"
        if checked_out and git_folder.resolve() != own:
            reason = f"{clean(ref)} is checked out in {clean(str(place))}; do it there"
            raise RejectedError(reason)
        for each in operations(git_folder, place):
            if checked_out or ref in each.refs:
                name = clean(ref.removeprefix(BRANCHES))
                what = clean(f"{each.what} of {name} is under way in {each.place}")
                raise RejectedError(f"{what}; finish it first")


def _head_text(git_folder: Path) -> str:
    try:
        return (git_folder / "HEAD").read_text(errors="replace").strip()
    except FileNotFoundError:
        return ""  # a work tree that is just being made or removed


def branch_of_head(store: Store) -> str:
    """Return the branch that is checked out; "HEAD" where none is."""
    with store.lock, translated(store.called):
        names, _ = store.repo.refs.follow(HEADREF)
    return names[-1].decode(errors="replace")


def _write(place: Path, data: bytes, *, executable: bool) -> None:
    """Replace a file in one step, never through a link that stands in its place.

    It gets the mode that git would give it: what the user's umask leaves.
    """
    temporary = place.with_name(f".driftdeck-{token_hex(8)}")
    mode = 0o777 if executable else 0o666
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    temporary.replace(place)
