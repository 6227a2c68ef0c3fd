"""The bare repositories that hold what was fetched, one for each remote.

A cache is an ordinary bare repository whose refs have the names that they have on the server.  Refs
are only ever moved to commits that are there whole; what the server no longer has stays, so that
the last good commit of an app outlives its branch.
"""

import fcntl
import hashlib
import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from dulwich.objects import ObjectID
from dulwich.refs import HEADREF, Ref
from dulwich.repo import Repo

from core.errors import UnavailableError
from core.git.local.faults import translated, words
from core.git.remotes.choosing import Choice
from core.model.sources.remotes import Address

STAMP: Final = "driftdeck-fetched"  # its time of change: when the server last answered whole
SMALL_PACK_BYTES: Final = 4 * 2**20
SMALL_PACKS_MOST: Final = 40
UNUSED_S: Final = 30 * 86_400.0
_LOCK: Final = "driftdeck.lock"  # its time of change: when a driftdeck last used the cache
_GONE: Final = ".gone"
_NAME_CHARS: Final = 24


def name_of(address: Address) -> str:
    """Return the name of a remote's cache: readable, and another for any other address."""
    digest = hashlib.sha256(f"{address.user}@{address.port} {address}".encode()).hexdigest()
    readable = "".join(c if c.isalnum() else "-" for c in address.path.strip("/"))[-40:].strip("-")
    return f"{readable}-{digest[:_NAME_CHARS]}"


def answered_at(folder: Path) -> float | None:
    """Return when the server last told all that was asked, in seconds since the epoch."""
    try:
        return (folder / STAMP).stat().st_mtime
    except OSError:
        return None


@contextmanager
def opened(folder: Path, address: Address, *, patience_s: float) -> Iterator[Repo]:
    """Hold the cache at *folder* alone, made where it is not there yet.

    Raises:
        UnavailableError: It cannot be made, is another user's, or another process holds it.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise UnavailableError(f"the cache {folder} is no folder of this user; remove it")
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise UnavailableError(f"the cache {folder} cannot be used: {words(error)}") from error
    try:
        _locked(lock, folder, patience_s)
        os.utime(lock)
        with translated(folder):
            repo = Repo(str(folder)) if (folder / "HEAD").exists() else _made(folder, address)
        try:
            yield repo
        finally:
            repo.close()
    finally:
        os.close(lock)


def _made(folder: Path, address: Address) -> Repo:
    """Make an empty cache that says where it is from, as a clone does."""
    repo = Repo.init_bare(str(folder))
    config = repo.get_config()
    config.set((b"remote", b"origin"), b"url", str(address).encode())
    config.write_to_path()
    return repo


def _locked(lock: int, folder: Path, patience_s: float) -> None:
    until = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > until:
                reason = "another driftdeck is fetching into it"
                raise UnavailableError(f"the cache {folder}: {reason}") from error
            time.sleep(0.05)
        else:
            return


def holds(repo: Repo, commit_id: str) -> bool:
    """Tell whether an object is here."""
    return ObjectID(commit_id.encode()) in repo.object_store


def has_ref(repo: Repo, name: str) -> bool:
    """Tell whether a ref is here, by its full name."""
    return Ref(name.encode()) in repo.refs


def enter(repo: Repo, choice: Choice, tags: frozenset[str]) -> None:
    """Move the refs of a cache to what was fetched.

    Args:
        repo: The cache; every id of *choice* is in it.
        choice: What was fetched.
        tags: Full names of all tags of the server; others are forgotten, for a range chooses among
            those that are there.  A tag that somebody follows by name stays, told as missing.
    """
    refs = repo.refs
    for name, target in choice.refs.items():
        old = refs.read_loose_ref(Ref(name.encode())) or refs.get_packed_refs().get(
            Ref(name.encode())
        )
        if old != target.encode():
            refs[Ref(name.encode())] = target.encode()  # type: ignore[assignment]
    kept = {f"refs/tags/{name}" for name in choice.missing} | tags
    for tag in refs.subkeys(Ref(b"refs/tags/")):
        if f"refs/tags/{tag.decode(errors='surrogateescape')}" not in kept:
            refs.remove_if_equals(Ref(b"refs/tags/" + tag), None)
    if choice.head.startswith("refs/"):
        refs.set_symbolic_ref(HEADREF, Ref(choice.head.encode()))
    elif choice.head:
        refs.set_if_equals(HEADREF, None, choice.head.encode())  # type: ignore[arg-type]


def tidy(repo: Repo, *, most: int = SMALL_PACKS_MOST) -> None:
    """Make one pack of many small ones: each fetch brings one, and every reading looks into all.

    What somebody has open stays readable; dulwich's own `repack` would take a whole history into
    memory.
    """
    store = repo.object_store
    small = {
        pack.name(): pack
        for pack in store.packs
        if os.stat(f"{pack._basename}.pack").st_size < SMALL_PACK_BYTES  # noqa: SLF001, PTH116
    }
    if len(small) <= most:
        return
    found = {each.id: (each, None) for pack in small.values() for each in pack.iterobjects()}
    made = store.add_objects(list(found.values()))
    for name, pack in small.items():
        if made is None or name != made.name():
            store._remove_pack(pack)  # noqa: SLF001 - as `repack` does


def forget_unused(base: Path) -> None:
    """Remove the caches below a folder that no driftdeck has used for a month.

    One that is followed is used at every poll, whether its server answers or not.
    """
    for folder in base.iterdir():
        if folder.suffix == _GONE:
            shutil.rmtree(folder, ignore_errors=True)  # somebody was stopped in the middle of this
            continue
        with suppress(OSError):  # it is no cache, in use, or another driftdeck removes it
            lock = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if time.time() - os.fstat(lock).st_mtime > UNUSED_S and not folder.is_symlink():
                    gone = folder.rename(folder.with_name(folder.name + _GONE))
                    shutil.rmtree(gone, ignore_errors=True)
            finally:
                os.close(lock)


def stamp(folder: Path) -> None:
    """Note that the server answered whole just now."""
    (folder / STAMP).touch(mode=0o600)
    os.utime(folder / STAMP)
