"""Lines on paper: spans wrapped at 80 columns, with colour where it is wanted."""

import os
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TextIO

from core.telling.spans import Line, Role, plain

WIDTH: Final = 80

_BOLD, _DIM, _RED, _GREEN, _YELLOW, _CYAN = "1", "2", "31", "32", "33", "36"
_CODES: Final[Mapping[Role, str]] = {
    Role.TITLE: _BOLD,
    Role.STRONG: _BOLD,
    Role.MUTED: _DIM,
    Role.IN_SYNC: _GREEN,
    Role.DONE: _GREEN,
    Role.DRIFTED: _RED,
    Role.MISSING: _RED,
    Role.EXTRA: _RED,
    Role.CONTESTED: _RED,
    Role.LIVE: _RED,
    Role.ERROR: _RED,
    Role.UNKNOWN: _YELLOW,
    Role.WARNING: _YELLOW,
    Role.GIT: _CYAN,
}


@dataclass(frozen=True, slots=True)
class Ink:
    """Colours by meaning; without colour a line is its text."""

    colour: bool = False

    def line(self, line: Line) -> str:
        """Write one line."""
        return "".join(self._painted(text, _CODES.get(role, "")) for text, role in line)

    def _painted(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and code and text else text


def ink_for(stream: TextIO, *, no_color: bool) -> Ink:
    """Choose colour for a terminal that was not asked to be plain (https://no-color.org)."""
    bare = no_color or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    return Ink(colour=not bare and stream.isatty())


def wrapped(line: Line, *, indent: int, label: str = "", label_width: int = 0) -> Iterator[Line]:
    """Yield *line* behind *label*, later lines under its start, none beyond the width."""
    head = f"{'':{indent}}{label:{label_width}}"
    text = plain(line)
    pieces = textwrap.wrap(text, max(20, WIDTH - len(head)), break_on_hyphens=False) or [""]
    end, lead = 0, head
    for piece in pieces:
        start = text.index(piece, end)
        end = start + len(piece)
        spans = _part(line, start, end) or (("", Role.TEXT),)
        yield _trimmed((lead + spans[0][0], spans[0][1]), *spans[1:])
        lead = " " * len(head)


def _part(line: Line, start: int, end: int) -> Line:
    """The letters from *start* to *end*, each with its role."""
    kept = []
    at = 0
    for text, role in line:
        piece = text[max(0, start - at) : max(0, end - at)]
        if piece:
            kept.append((piece, role))
        at += len(text)
    return tuple(kept)


def _trimmed(*spans: tuple[str, Role]) -> Line:
    (text, role) = spans[-1]
    return (*spans[:-1], (text.rstrip(" "), role))
