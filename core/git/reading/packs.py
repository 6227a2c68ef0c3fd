"""Objects straight out of packs: the short way for the many small ones that a walk reads.

A walk over a long history reads thousands of trees and commits, and dulwich's way to each is long.
This one knows what git writes nearly always, index version 2 and deltas within one pack.  Whatever
else it meets, and whatever looks odd, is nothing to it: then dulwich is asked, whose limits and
words count.  What comes of it is hashed by whoever asks, so it can be wrong and never believed.
"""

import mmap
import struct
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from dulwich.errors import ApplyDeltaError
from dulwich.pack import apply_delta

from core.git.reading.fanout import FANOUT_BYTES, ID_BYTES, mapped, place_of, starts_of

OBJECT_BYTES: Final = 2**20  # larger ones take long anyway
BASES_BYTES: Final = 4 * 2**20  # kept of what deltas stand on, and as much of what is older
CHAIN_MAX: Final = 1_000
PACKS_MAX: Final = 16  # the largest ones; each holds two files open
_MAGIC: Final = b"\377tOc\0\0\0\2"
_FANOUT: Final = 8
_NAMES: Final = _FANOUT + FANOUT_BYTES
_HEADER: Final = b"PACK\0\0\0\2"
_FAR: Final = 0x8000_0000  # beyond, an offset stands in another table
_SMALL_BYTES: Final = 8_192  # whatever it inflates to is bearable, a thousand times that at most
_OFS_DELTA, _REF_DELTA = 6, 7
_WHOLE: Final = frozenset({1, 2, 3, 4})
_WORD: Final = struct.Struct(">I")
_ODD: Final = (ApplyDeltaError, IndexError, ValueError, struct.error, zlib.error)


class Packed(NamedTuple):
    """An object: its kind as packs count them, and its bytes."""

    kind: int
    data: bytes


class Packs:
    """The packs of one repository as they were when they were looked for."""

    def __init__(self, folder: Path) -> None:
        """Look into *folder*, which need not be there."""
        self._folder = folder
        self._packs: dict[str, _Pack] = {}
        self._changed = 0
        self.look_again()

    def look_again(self) -> None:
        """See which packs there are now; what is open stays readable while it is there."""
        with suppress(OSError):
            changed = self._folder.stat().st_mtime_ns
            if changed == self._changed:
                return
            self._changed = changed
            paths = sorted(self._folder.glob("*.idx"), key=lambda path: path.stat().st_size)
            names = [path.stem for path in paths[-PACKS_MAX:]]
            packs = {name: self._packs.get(name) or self._opened(name) for name in names}
            self._packs = {name: pack for name, pack in packs.items() if pack is not None}

    def get(self, raw_id: bytes) -> Packed | None:
        """Return an object; None where it is not here, or not as it is nearly always."""
        for pack in self._packs.values():
            try:
                found = pack.get(raw_id)
            except _ODD:
                return None
            if found is not None:
                return found
        return None

    def _opened(self, name: str) -> "_Pack | None":
        try:
            index, pack = (mapped(self._folder / f"{name}{end}") for end in (".idx", ".pack"))
        except (OSError, ValueError):
            return None
        known = index[: len(_MAGIC)] == _MAGIC and pack[: len(_HEADER)] == _HEADER
        whole = len(index) >= _NAMES
        return _Pack(index, pack) if known and whole else None


class _Pack:
    """One pack and its index."""

    def __init__(self, index: mmap.mmap, pack: mmap.mmap) -> None:
        self._index, self._pack = index, pack
        self._starts = starts_of(index, _FANOUT)
        count = self._starts[-1]
        self._offsets = _NAMES + count * (ID_BYTES + 4)  # behind the names and their checksums
        self._bases: dict[int, Packed] = {}
        self._older: dict[int, Packed] = {}
        self._bases_bytes = 0

    def get(self, raw_id: bytes) -> Packed | None:
        """Return an object; None where it is not here or takes another way."""
        offset = self._place(raw_id)
        return None if offset is None else self._at(offset)

    def _place(self, raw_id: bytes) -> int | None:
        place = place_of(self._index, _NAMES, self._starts, raw_id)
        if place is None:
            return None
        offset: int = _WORD.unpack_from(self._index, self._offsets + place * 4)[0]
        return None if offset >= _FAR else offset

    def _at(self, offset: int) -> Packed | None:
        """Read the object at a place: what its delta stands on first, and that one's before."""
        deltas: list[tuple[int, bytes]] = []
        while True:
            base = self._bases.get(offset) or self._older.get(offset)
            if base is not None:
                break
            read = self._read(offset)
            if read is None or len(deltas) > CHAIN_MAX:
                return None
            kind, below, content = read
            if kind in _WHOLE:
                base = Packed(kind, content)
                self._keep(offset, base)
                break
            deltas.append((offset, content))
            offset = below
        for place, delta in reversed(deltas):
            if _made_bytes(delta) > OBJECT_BYTES:
                return None
            base = Packed(base.kind, b"".join(apply_delta(base.data, delta)))
            self._keep(place, base)
        return base

    def _read(self, offset: int) -> tuple[int, int, bytes] | None:
        """Return a kind, where the base of a delta is, and what stands here."""
        pack = self._pack
        byte = pack[offset]
        at, kind, size, shift = offset + 1, byte >> 4 & 7, byte & 15, 4
        while byte & 0x80:
            byte = pack[at]
            size |= (byte & 0x7F) << shift
            at, shift = at + 1, shift + 7
        below: int | None = 0
        if kind == _OFS_DELTA:
            byte = pack[at]
            at, away = at + 1, byte & 0x7F
            while byte & 0x80:
                byte = pack[at]
                at, away = at + 1, (away + 1 << 7) | byte & 0x7F
            below = offset - away
        elif kind == _REF_DELTA:
            below = self._place(pack[at : at + ID_BYTES])
            at += ID_BYTES
        if size > OBJECT_BYTES or below is None or below < 0:
            return None
        content = _inflated(pack, at, size)
        return None if content is None else (kind, below, content)

    def _keep(self, offset: int, base: Packed) -> None:
        if self._bases_bytes > BASES_BYTES:
            self._bases, self._older, self._bases_bytes = {}, self._bases, 0
        self._bases[offset] = base
        self._bases_bytes += len(base.data)


def _inflated(pack: mmap.mmap, at: int, size: int) -> bytes | None:
    """Inflate what must be so long: what is packed is seldom longer than what it holds."""
    packed = pack[at : at + size + 64]
    if size <= _SMALL_BYTES:
        content = zlib.decompress(packed, bufsize=size + 1)
    else:
        content = zlib.decompressobj().decompress(packed, size + 1)
    return content if len(content) == size else None


def _made_bytes(delta: bytes) -> int:
    """Return how long a delta says its result is; the length of its base stands before."""
    at = 0
    while delta[at] & 0x80:
        at += 1
    at, made, shift = at + 1, 0, 0
    while True:
        byte = delta[at]
        made |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return made
