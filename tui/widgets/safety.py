"""Line filters: the last check before bytes reach the terminal."""

import re
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter
from typing_extensions import override

from core.clean import clean

_SUSPECT: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
    "\ud800-\udfff]"
)
_OURS: Final = str.maketrans("…·→›●─│╭╮╰╯▁▂▃▄▅▆▇█↻", "~->>*-|++++########H")  # noqa: RUF001 - what they stand for


class Backstop(LineFilter):
    """Cleans what should have been cleaned where it entered."""

    @override
    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            Segment(clean(text), style) if control is None and _SUSPECT.search(text) else segment
            for segment in segments
            for text, style, control in (segment,)
        ]


class AsciiOnly(LineFilter):
    """Replaces what an ASCII terminal cannot show, cell for cell."""

    @override
    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment if segment.control or segment.text.isascii() else _ascii(segment)
            for segment in segments
        ]


def _ascii(segment: Segment) -> Segment:
    text = segment.text.translate(_OURS)
    letters = (letter if letter.isascii() else "?" * cell_len(letter) for letter in text)
    return Segment("".join(letters), segment.style)
