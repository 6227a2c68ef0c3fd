"""Three versions of a text to one, line by line; for reverts of files that changed since."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Final

LINES_MAX: Final = 20_000  # of what differs; more would take minutes


@dataclass(frozen=True, slots=True)
class _Edit:
    """Lines *start* to *end* of the common ancestor become *lines*."""

    start: int
    end: int
    lines: tuple[bytes, ...]


def merged(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """Apply the changes from *base* to *theirs* to *ours*; None where both touch the same lines.

    Changes that merely touch each other count as the same lines too: in YAML, neighbours often
    belong together.  Bytes outside the changes are kept exactly, whatever their line ends.
    """
    if b"\0" in base + ours + theirs:
        return None
    lines = base.splitlines(keepends=True)
    mine, other = _edits(lines, ours), _edits(lines, theirs)
    if mine is None or other is None:
        return None
    result: list[bytes] = []
    at = 0
    edits = sorted({*mine, *other}, key=lambda edit: (edit.start, edit.end))
    for before, after in pairwise(edits):
        if after.start <= before.end:
            return None
    for edit in edits:
        result += lines[at : edit.start]
        result += edit.lines
        at = edit.end
    return b"".join([*result, *lines[at:]])


def _edits(base: Sequence[bytes], changed: bytes) -> list[_Edit] | None:
    lines = changed.splitlines(keepends=True)
    head = _common(base, lines)
    tail = _common(base[head:][::-1], lines[head:][::-1])
    old, new = base[head : len(base) - tail], lines[head : len(lines) - tail]
    if len(old) + len(new) > LINES_MAX:
        return None
    return list(_edits_between(old, new, head))


def _edits_between(old: Sequence[bytes], new: Sequence[bytes], offset: int) -> Iterator[_Edit]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for what, start, end, new_start, new_end in matcher.get_opcodes():
        if what != "equal":
            yield _Edit(start + offset, end + offset, tuple(new[new_start:new_end]))


def _common(left: Sequence[bytes], right: Sequence[bytes]) -> int:
    """Count equal lines at the start; a diff of the rest is a thousand times faster."""
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count
