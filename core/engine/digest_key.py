"""The key of the digests of Secrets, which the inventory in the cluster holds.

A plain digest of a short password can be guessed; a keyed one tells nothing to who lacks the key.
"""

import contextlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path


def digest_key(environment: Mapping[str, str]) -> bytes:
    """Return this user's key, made on first use and readable by its owner alone.

    Args:
        environment: Of the process; it says where a user's state is kept.
    """
    home = environment.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    path = Path(home) / "driftdeck" / "digest.key"
    try:
        return path.read_bytes()
    except OSError:  # not made yet, or out of reach
        key = secrets.token_bytes(32)
    with contextlib.suppress(OSError):  # a read-only home: digests then differ from run to run
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key)
    return key
