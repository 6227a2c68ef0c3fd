"""The sorted ids that begin git's own tables, of its packs and of its commits.

Before them stands the fanout: for each first byte, how many ids begin with it or a smaller one.
"""

import mmap
import struct
from bisect import bisect_left
from pathlib import Path
from typing import Final, TypeAlias

ID_BYTES: Final = 20
FANOUT_BYTES: Final = 256 * 4

Starts: TypeAlias = tuple[int, ...]
"""Where the ids begin that have each first byte, and where the last ones end."""


def mapped(path: Path) -> mmap.mmap:
    """Return a file as bytes that are read when they are asked for.

    Raises:
        OSError: It cannot be opened.
        ValueError: It is empty.
    """
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def starts_of(content: bytes | mmap.mmap, fanout: int) -> Starts:
    """Read the fanout that stands at a byte.

    Raises:
        struct.error: The file ends before it does.
    """
    return (0, *struct.unpack_from(">256I", content, fanout))


def place_of(content: bytes | mmap.mmap, ids: int, starts: Starts, raw_id: bytes) -> int | None:
    """Return the place, from 0, of an id among those from byte *ids* on; None where it is none."""
    low, high = starts[raw_id[0]], starts[raw_id[0] + 1]
    begins = range(ids, ids + high * ID_BYTES, ID_BYTES)
    place = bisect_left(begins, raw_id, low, high, key=lambda at: content[at : at + ID_BYTES])
    if place >= high:
        return None
    at = begins[place]
    return place if content[at : at + ID_BYTES] == raw_id else None
