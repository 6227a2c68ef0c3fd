"""Git's own table of commits, `objects/info/commit-graph`, where `git gc` left one.

It says of each commit what a walk asks: its tree, its parents, its date.  To read that takes a
tenth of reading the commit.  Whoever can write the file can write any commit and branch, too, so it
is believed like those; one that is damaged, or of another version, is as good as none.
"""

import hashlib
import mmap
import struct
from pathlib import Path
from typing import Final, NamedTuple

from core.git.reading.fanout import ID_BYTES, mapped, place_of, starts_of

FILE_BYTES_MAX: Final = 64 * 2**20  # about a million commits
_SHA1: Final = b"CGPH\1\1"
_ROW: Final = struct.Struct(">20sIIII")
_CHUNK: Final = struct.Struct(">4sQ")
_NO_PARENT: Final = 0x7000_0000
_MORE: Final = 0x8000_0000  # parents from the second on stand in a list of their own


class Listed(NamedTuple):
    """What the table says of a commit."""

    tree: str
    parents: tuple[str, ...]
    when: int


class CommitFile:
    """The table of one repository."""

    def __init__(self, content: bytes | mmap.mmap) -> None:
        """Read where its parts are.

        Raises:
            ValueError: It is no such table, or damaged.
        """
        chunks, layers = content[6], content[7]
        if content[: len(_SHA1)] != _SHA1 or layers:
            raise ValueError("another version, or only a part of a table")
        found = [_CHUNK.unpack_from(content, 8 + n * _CHUNK.size) for n in range(chunks + 1)]
        digest = hashlib.sha1(memoryview(content)[:-ID_BYTES], usedforsecurity=False).digest()
        if digest != content[-ID_BYTES:]:
            raise ValueError("damaged")
        ends = {name: (at, found[n + 1][1]) for n, (name, at) in enumerate(found[:-1])}
        self._content = content
        (fanout, _), (self._names, _), (self._rows, _) = (
            ends.get(name, (0, 0)) for name in (b"OIDF", b"OIDL", b"CDAT")
        )
        self._more = ends.get(b"EDGE", (0, 0))[0]
        if not (fanout and self._names and self._rows):
            raise ValueError("incomplete")
        self._starts = starts_of(content, fanout)
        self._places: dict[str, int] = {}  # of parents that were met

    @classmethod
    def of(cls, objects: Path) -> "CommitFile | None":
        """Return the table of a store of objects; None where there is none that can be read."""
        try:
            content = mapped(objects / "info" / "commit-graph")
            return cls(content) if len(content) <= FILE_BYTES_MAX else None
        except (OSError, ValueError, IndexError, struct.error):
            return None

    def commit(self, commit_id: str) -> Listed | None:
        """Return what it says of a commit; None where that came later."""
        place = self._places.pop(commit_id, None)
        place = self._place(commit_id) if place is None else place
        if place is None:
            return None
        tree, first, second, high, low = _ROW.unpack_from(
            self._content, self._rows + place * _ROW.size
        )
        parents = tuple(self._id(each) for each in self._parents(first, second))
        return Listed(tree.hex(), parents, (high & 3) << 32 | low)

    def _parents(self, first: int, second: int) -> list[int]:
        if not second & _MORE or second == _NO_PARENT:
            return [each for each in (first, second) if each != _NO_PARENT]
        found, at = [first], second & ~_MORE
        while True:
            each: int = struct.unpack_from(">I", self._content, self._more + 4 * at)[0]
            found.append(each & ~_MORE)
            at += 1
            if each & _MORE:
                return found

    def _id(self, place: int) -> str:
        at = self._names + place * ID_BYTES
        found = self._content[at : at + ID_BYTES].hex()
        self._places[found] = place
        return found

    def _place(self, commit_id: str) -> int | None:
        return place_of(self._content, self._names, self._starts, bytes.fromhex(commit_id))
