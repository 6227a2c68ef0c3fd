"""Symbolic links, followed inside the tree of one commit and never on a disk."""

import stat
from collections import deque
from collections.abc import Sequence
from typing import Final, NamedTuple

from core.clean import clean
from core.errors import RejectedError
from core.git.reading.store import FOLDER_MODE, Entry, Store

HOPS_MAX: Final = 40  # as Linux
SUBMODULE: Final = 0o160000


class Followed(NamedTuple):
    """Where a path leads: the real one, and what stands there."""

    parts: tuple[bytes, ...]
    entry: Entry

    @property
    def path(self) -> str:
        """The real path, with "/"."""
        return shown_path(self.parts)


def follow(store: Store, commit_id: str, parts: Sequence[bytes]) -> Followed | None:
    """Return where a path leads, through links; None where nothing stands.

    Raises:
        RejectedError: It leads out of the repository, or round in a circle.
        UnavailableError: The repository cannot be read.
    """
    left, real, hops = deque(parts), list[bytes](), 0
    found = Entry(FOLDER_MODE, store.tree_of(commit_id))
    while left:
        part = left.popleft()
        if part == b"..":
            if not real:
                raise RejectedError("it leads out of the repository")
            real.pop()
        elif part not in {b"", b"."}:
            real.append(part)
        below = store.entry(commit_id, real)
        if below is None:
            return None
        found = below
        if stat.S_ISLNK(found.mode):
            hops += 1
            target = store.blob(found.id)
            if target.startswith(b"/"):
                raise RejectedError("it leads out of the repository")
            if hops > HOPS_MAX:
                raise RejectedError("it leads round in a circle")
            real.pop()
            left.extendleft(reversed(target.split(b"/")))
    return Followed(tuple(real), found)


def shown_path(parts: Sequence[bytes]) -> str:
    """Write the parts of a path as a text, odd bytes kept."""
    return b"/".join(parts).decode(errors="surrogateescape")


def target_of(store: Store, entry: Entry) -> str:
    """Return what a link says, for people."""
    return clean(store.blob(entry.id).decode(errors="surrogateescape"), max_cells=80)
