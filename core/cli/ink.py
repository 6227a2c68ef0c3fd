"""Plain text on 80 columns: colour where it is wanted, wrapped lines, values as people say them."""

import json
import os
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TextIO

from core.clean import clean
from core.model import Absent, Masked, Value, as_json

WIDTH: Final = 80
_VALUE_CHARACTERS_MAX: Final = 300  # four lines; `-o json` has the whole value

_BOLD, _DIM, _RED, _GREEN, _YELLOW, _CYAN = "1", "2", "31", "32", "33", "36"


@dataclass(frozen=True, slots=True)
class Ink:
    """Colours by meaning; without colour every method gives back its text."""

    colour: bool = False

    def title(self, text: str) -> str:
        """What a block is about."""
        return self._painted(_BOLD, text)

    def bad(self, text: str) -> str:
        """What is wrong."""
        return self._painted(_RED, text)

    def good(self, text: str) -> str:
        """What is right."""
        return self._painted(_GREEN, text)

    def doubtful(self, text: str) -> str:
        """What nobody can judge yet."""
        return self._painted(_YELLOW, text)

    def git(self, text: str) -> str:
        """What Git says."""
        return self._painted(_CYAN, text)

    def faint(self, text: str) -> str:
        """What can be skipped."""
        return self._painted(_DIM, text)

    def _painted(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text


def ink_for(stream: TextIO, *, no_color: bool) -> Ink:
    """Choose colour for a terminal that was not asked to be plain (https://no-color.org)."""
    plain = no_color or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    return Ink(colour=not plain and stream.isatty())


def wrapped(label: str, text: str, *, indent: int, label_width: int = 0) -> Iterator[str]:
    """Yield *text* behind *label*, later lines under its start, none beyond the width.

    Foreign text is cleaned here: what is shown has passed `clean`.
    """
    head = f"{'':{indent}}{label:{label_width}}"
    room = max(20, WIDTH - len(head))
    lines = textwrap.wrap(clean(text), room, break_on_hyphens=False) or [""]
    yield (head + lines[0]).rstrip()
    for line in lines[1:]:
        yield " " * len(head) + line


def value_text(value: Value | Absent) -> str:
    """Write a field's value as a person would say it.

    Text keeps its quotes where it could be taken for something else: "3" is not 3.
    """
    match value:
        case Absent():
            return "(not there)"
        case Masked(digest):
            return f"(secret, sha256 {digest})"
        case str() if _needs_no_quotes(value):
            text = value
        case _:
            text = json.dumps(as_json(value), ensure_ascii=False)
    if len(text) <= _VALUE_CHARACTERS_MAX:
        return text
    return f"{text[:_VALUE_CHARACTERS_MAX]}… ({len(text):,} characters)"


def _needs_no_quotes(text: str) -> bool:
    if not text or text != text.strip() or text[0] in '"[{(' or not text.isprintable():
        return False
    try:
        json.loads(text)
    except ValueError:
        return True
    return False


def put(stream: TextIO, lines: Iterable[str]) -> None:
    """Write lines and hand them over at once; colours and cleaning were done before."""
    stream.writelines(f"{line}\n" for line in lines)
    stream.flush()
