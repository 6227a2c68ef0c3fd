"""The one door through which text from outside reaches a person.

Names, values, messages and file contents come from Git, from clusters and from other programs. Raw,
they can clear the screen, set the clipboard or show text backwards.  `clean` makes every such
character visible and drops none, so what a person reads is what is there.
"""

import re
import unicodedata
from typing import Final

COMBINING_MAX: Final = 8  # marks in a row on one letter; more is no script, it paints other lines
ELLIPSIS: Final = "…"

_INVISIBLE: Final = (
    "\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f"
)
_ESCAPED: Final = re.compile(f"[\x00-\x1f\x7f-\x9f{_INVISIBLE}\ud800-\udfff]")
_C0: Final = frozenset([*map(chr, range(0x20)), "\x7f"])
_C1: Final = frozenset(map(chr, range(0x80, 0xA0)))
_BYTES: Final = "".join(map(chr, range(0xDC80, 0xDD00)))  # no UTF-8, as `surrogateescape` keeps it
_SURROGATES: Final = range(0xD800, 0xE000)
_PLAIN: Final = re.compile(r"[\x20-\x7e]*\Z")
_PLAIN_LINES: Final = re.compile(r"[\n\x20-\x7e]*\Z")


def clean(
    text: str, *, multiline: bool = False, max_cells: int | None = None, ascii_only: bool = False
) -> str:
    """Make *text* safe to show.

    Args:
        text: Anything, lone surrogates included.
        multiline: Keep line feeds, which are otherwise shown as `␊`.
        max_cells: Cut what is wider, in terminal cells and per line, ending in `…`.
        ascii_only: For `--ascii`: show what would need other characters as escapes.

    Returns:
        Text without control, invisible, bidirectional or unencodable characters.  Cleaning it
        again changes nothing.

    Source:
        terminal.md section 7, T1.
    """
    plain = _PLAIN_LINES if multiline else _PLAIN
    if plain.match(text) is None:
        text = _shown(text, multiline=multiline, ascii_only=ascii_only)
    if max_cells is None:
        return text
    return "\n".join(_cut(line, max_cells, ascii_only) for line in text.split("\n"))


def cells(text: str) -> int:
    """Count the terminal cells that cleaned *text* takes in one line."""
    return len(text) if text.isascii() else sum(map(_width, text))


def _shown(text: str, *, multiline: bool, ascii_only: bool) -> str:
    def escape(match: re.Match[str]) -> str:
        character = match[0]
        return character if multiline and character == "\n" else _escape(character, ascii_only)

    text = _ESCAPED.sub(escape, text)
    if ascii_only:
        return text.encode("ascii", "backslashreplace").decode()
    return text if text.isascii() else _without_heaps(text)


def _escape(character: str, ascii_only: bool) -> str:
    code = ord(character)
    if character in _C1:
        return f"\\x{code:02x}"
    if character in _BYTES:
        return f"\\x{code - ord(_BYTES[0]) + 0x80:02x}"
    if code in _SURROGATES:
        return f"\\u{code:04x}"
    if character in _C0:
        picture = "\u2421" if character == "\x7f" else chr(0x2400 + code)
        return f"\\x{code:02x}" if ascii_only else picture
    return f"<U+{code:04X}>"


def _without_heaps(text: str) -> str:
    """Cut runs of combining marks, each run once, and say so."""
    kept: list[str] = []
    run = 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= COMBINING_MAX:
            kept.append(character)
        elif run == COMBINING_MAX + 1:
            kept.append(ELLIPSIS)
    return "".join(kept)


def _width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _cut(line: str, max_cells: int, ascii_only: bool) -> str:
    if cells(line) <= max_cells:
        return line
    mark = "..." if ascii_only else ELLIPSIS
    room = max_cells - len(mark)
    if room < 0:
        return mark[: max(max_cells, 0)]
    kept: list[str] = []
    for character in line:
        room -= _width(character)
        if room < 0:
            break
        kept.append(character)
    return "".join(kept) + mark
