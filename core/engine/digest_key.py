"""The key of the digests of Secrets, which the inventory in the cluster holds.

A plain digest of a short password can be guessed; a keyed one tells nothing to who lacks the key.
"""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from core.state_folder import state_folder

_LENGTH: Final = 32  # bytes


def digest_key(environment: Mapping[str, str]) -> bytes:
    """Return this user's key, made on first use and readable by its owner alone.

    Where it can be neither read nor kept, as in a read-only home, the key is one of this process
    only: digests then differ from run to run.

    Args:
        environment: Of the process; it says where a user's state is kept.
    """
    folder = state_folder(environment)
    fresh = secrets.token_bytes(_LENGTH)
    if folder is None:
        return fresh
    path = folder / "digest.key"
    try:
        return _read(path) or _kept(path, fresh)
    except OSError:
        return fresh


def _read(path: Path) -> bytes | None:
    """Return the key of *path*; None where there is none, or what a full disk left of one."""
    try:
        found = path.read_bytes()
    except FileNotFoundError:
        return None
    return found if len(found) == _LENGTH else None


def _kept(path: Path, key: bytes) -> bytes:
    """Put *key* there, whole or not at all; the key is that of whoever came first."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            if (others := _read(path)) is not None:
                return others
            draft.replace(path)  # what stands there is no key
        return _read(path) or key
    finally:
        draft.unlink(missing_ok=True)
