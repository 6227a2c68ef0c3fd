"""Lines on paper: spans as wide as the terminal is, with colour where it is wanted.

What goes into a pipe is for programs, too: there a line is never broken.
"""

import os
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TextIO

from core.telling.spans import Line, Role, part, plain

WIDTH: Final = 80  # of a terminal that does not tell
_NARROWEST: Final = 20  # of a text beside its indentation

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
    """Colours by meaning, lines of one width; without colour a line is its text."""

    colour: bool = False
    width: int | None = WIDTH  # None: lines are as long as what they say

    def line(self, line: Line) -> str:
        """Write one line."""
        return "".join(self._painted(text, _CODES.get(role, "")) for text, role in line)

    def wrapped(
        self, line: Line, *, indent: int, label: str = "", label_width: int = 0
    ) -> Iterator[Line]:
        """Yield *line* behind *label*, later lines under its start, none beyond the width."""
        head = f"{'':{indent}}{label:{label_width}}"
        end, lead = 0, head
        for piece in self._pieces(plain(line), len(head)):
            start = plain(line).index(piece, end)
            end = start + len(piece)
            spans = part(line, start, end) or (("", Role.TEXT),)
            yield _trimmed((lead + spans[0][0], spans[0][1]), *spans[1:])
            lead = " " * len(head)

    def fits(self, line: Line) -> bool:
        """Tell whether a line need not be broken."""
        return self.width is None or len(plain(line)) <= self.width

    def _pieces(self, text: str, indent: int) -> list[str]:
        if self.width is None:
            return [text]
        width = max(_NARROWEST, self.width - indent)
        return textwrap.wrap(text, width, break_on_hyphens=False) or [""]

    def _painted(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and code and text else text


def ink_for(stream: TextIO, *, no_color: bool) -> Ink:
    """Choose colour for a terminal that was not asked to be plain (https://no-color.org)."""
    if not stream.isatty():
        return Ink(width=None)
    bare = no_color or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    return Ink(colour=not bare, width=_columns(stream))


def _columns(stream: TextIO) -> int:
    """How wide a terminal is; `COLUMNS` says it first, as everywhere."""
    stated = os.environ.get("COLUMNS", "")
    if stated.isdecimal() and int(stated):
        return int(stated)
    try:
        return os.get_terminal_size(stream.fileno()).columns or WIDTH
    except (OSError, ValueError):  # a terminal that does not tell
        return WIDTH


def _trimmed(*spans: tuple[str, Role]) -> Line:
    (text, role) = spans[-1]
    return (*spans[:-1], (text.rstrip(" "), role))
