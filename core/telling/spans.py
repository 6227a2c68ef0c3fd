"""A line is a row of spans: text and its role."""

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeAlias

from core.clean import clean


class Role(StrEnum):
    """What a piece of text is; each front end says how that looks."""

    TEXT = "text"
    STRONG = "strong"  # a name, a path: what the line is about
    MUTED = "muted"  # what can be skipped
    TITLE = "title"  # what a block is about
    KEY = "key"  # to press
    PLACE = "place"  # a file and a line; the end tells most
    IN_SYNC = "in_sync"
    DRIFTED = "drifted"
    MISSING = "missing"
    EXTRA = "extra"
    CONTESTED = "contested"
    UNKNOWN = "unknown"
    HEALING = "healing"
    GIT = "git"  # what Git says
    LIVE = "live"  # what the cluster says
    WARNING = "warning"  # worth a second look
    ERROR = "error"
    DONE = "done"
    LIVE_LINE = "live_line"  # a line of text that only live has
    GIT_LINE = "git_line"
    LIVE_WORD = "live_word"  # a word of such a line
    GIT_WORD = "git_word"
    BADGE = "badge"
    PROTECTED = "protected"
    CURSOR = "cursor"
    SELECTED = "selected"


Span: TypeAlias = tuple[str, Role]
Line: TypeAlias = tuple[Span, ...]


def say(text: str, role: Role = Role.TEXT) -> Span:
    """Text from outside, made harmless; the only way data enters a line."""
    return (clean(text), role)


def part(line: Iterable[Span], start: int, end: int) -> Line:
    """The letters from *start* to *end*, each with its role."""
    kept: list[Span] = []
    at = 0
    for text, role in line:
        piece = text[max(0, start - at) : max(0, end - at)]
        if piece:
            kept.append((piece, role))
        at += len(text)
    return tuple(kept)


def plain(line: Iterable[Span]) -> str:
    """The text alone."""
    return "".join(text for text, _ in line)
