"""Files that can be had again, in a folder of our own: each is looked at again when it is read.

A file holds the hash of what follows it.  What is torn, was changed, or could have been put there
by somebody else does not count.  The cache may be lost at any time, so no failure to write it is an
error; the least recently used files go first.
"""

import hashlib
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

_FLAGS: Final = os.O_NOFOLLOW | os.O_CLOEXEC
_DIGEST_CHARS: Final = 64
_OTHERS: Final = 0o077


class Store:
    """One folder.  Threads and processes may share it."""

    def __init__(self, folder: Path, *, files_max: int, bytes_max: int) -> None:
        """Use *folder*, which is made when there is something to keep."""
        self._folder, self._files_max, self._bytes_max = folder, files_max, bytes_max

    def get(self, name: str) -> bytes | None:
        """Return what is kept under a name; None where there is nothing that can be trusted."""
        if not self._is_ours():
            return None
        place = self._folder / name
        try:
            with os.fdopen(os.open(place, os.O_RDONLY | _FLAGS), "rb") as file:
                found = os.fstat(file.fileno())
                if not stat.S_ISREG(found.st_mode) or found.st_size > self._bytes_max:
                    return None
                digest, content = file.read(_DIGEST_CHARS), file.read()
            os.utime(place)  # it was wanted
        except OSError:
            return None
        return content if digest == _digest(content) else None

    def put(self, name: str, content: bytes) -> None:
        """Keep something under a name, if that is possible."""
        place = self._folder / name
        unfinished = self._folder / f".{secrets.token_hex(8)}"
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self._is_ours():
                return
            try:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS
                with os.fdopen(os.open(unfinished, flags, 0o600), "wb") as file:
                    file.write(_digest(content) + content)
                unfinished.replace(place)
            finally:
                unfinished.unlink(missing_ok=True)
            self._shrink()

    def _is_ours(self) -> bool:
        try:
            found = self._folder.lstat()
        except OSError:
            return False
        alone = found.st_uid == os.geteuid() and not found.st_mode & _OTHERS
        return stat.S_ISDIR(found.st_mode) and alone

    def _shrink(self) -> None:
        """Remove what was not wanted for longest; another process may be doing the same."""
        found: list[tuple[float, int, str]] = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                with suppress(OSError):
                    seen = entry.stat(follow_symlinks=False)
                    found.append((seen.st_mtime, seen.st_size, entry.path))
        files, size = len(found), sum(each[1] for each in found)
        for _, bytes_, path in sorted(found):
            if files <= self._files_max and size <= self._bytes_max:
                return
            Path(path).unlink(missing_ok=True)
            files, size = files - 1, size - bytes_


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()
