"""What tools printed, on disk: the last good render outlives the program and the tool.

A file's name is the hash of all that went into the render but the tool, which stands inside, with
that hash once more.  A render that holds a Secret is not put on disk: only that it was made is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec

from core.render.keeping.store import Store
from core.state_folder import cache_folder

FILES_MAX: Final = 1_000
BYTES_MAX: Final = 512 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One render."""

    inputs: str  # the hash of what it was made from
    tool: str  # the hash of what made it
    made_at: str  # RFC 3339, UTC
    secret: bool = False  # it holds a Secret, so what was printed is not here
    printed: bytes = field(default=b"", repr=False)


class Shelf:
    """Renders of this user.  Threads and processes may share it."""

    def __init__(self, store: Store) -> None:
        """Keep them in *store*."""
        self._store = store

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Shelf | None":
        """Return that of the user of *environment*; None where there is no home for it."""
        folder = cache_folder(environment)
        if folder is None:
            return None
        return cls(Store(folder / "renders", files_max=FILES_MAX, bytes_max=BYTES_MAX))

    def get(self, inputs: str) -> Kept | None:
        """Return the render of these inputs, whatever the tool was."""
        content = self._store.get(inputs)
        try:
            found = None if content is None else msgspec.msgpack.decode(content, type=Kept)
        except msgspec.MsgspecError:
            return None
        return found if found is not None and found.inputs == inputs else None

    def put(self, kept: Kept) -> None:
        """Keep a render."""
        bare = replace(kept, printed=b"") if kept.secret else kept
        self._store.put(bare.inputs, msgspec.msgpack.encode(bare))
