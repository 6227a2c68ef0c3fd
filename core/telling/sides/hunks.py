"""Where inside one value the two sides differ, for a reader: hunks of texts, parts of lists."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from core.model import ABSENT, Absent, FieldChange, Masked, Value, as_json
from core.model.paths import format_path, parse_path

CONTEXT: Final = 3  # equal lines around those that differ
PARTS_MAX: Final = 200  # of one value; more is another value, not an edit


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines that differ, with equal ones around them."""

    where: str  # "@@ -3,7 +3,8 @@": first line and count, of live and of Git
    lines: tuple[tuple[str, str], ...]  # (" ", "-" or "+"; text); "-" is live, "+" is Git


@dataclass(frozen=True, slots=True)
class Piece:
    """A place inside a list or a map where the two sides differ."""

    path: str  # from the root of the object; indexes are Git's, of what only live has live's
    live: Value | Absent
    git: Value | Absent


def text_hunks(change: FieldChange) -> tuple[Hunk, ...]:
    """Return the hunks of a text of several lines; none for anything else."""
    live, git = change.live, change.git
    if not (isinstance(live, str) and isinstance(git, str) and "\n" in live + git):
        return ()
    return tuple(hunks(live.split("\n"), git.split("\n")))


def hunks(live: Sequence[str], git: Sequence[str]) -> Iterator[Hunk]:
    """Yield what differs between two texts, line by line."""
    matcher = SequenceMatcher(None, live, git, autojunk=False)
    for group in matcher.get_grouped_opcodes(CONTEXT):
        lines: list[tuple[str, str]] = []
        for tag, a, b, c, d in group:
            if tag == "equal":
                lines += [(" ", line) for line in live[a:b]]
                continue
            lines += [("-", line) for line in live[a:b]]
            lines += [("+", line) for line in git[c:d]]
        (_, a, _, c, _), (_, _, b, _, d) = group[0], group[-1]
        yield Hunk(f"@@ -{_span(a, b)} +{_span(c, d)} @@", tuple(lines))


def _span(start: int, end: int) -> str:
    """Write a range as `diff -u` does: an empty one names the line before it."""
    count = end - start
    first = start + 1 if count else start
    return f"{first}" if count == 1 else f"{first},{count}"


def pieces(change: FieldChange) -> tuple[Piece, ...]:
    """Return where two lists, or two maps, differ; nothing for anything else.

    Nothing either where so much differs that the whole values say more.
    """
    live, git = change.live, change.git
    if not (isinstance(live, dict | list) and type(live) is type(git)):
        return ()
    found: list[Piece] = []
    for path, mine, other in _apart(live, git):
        if len(found) == PARTS_MAX:
            return ()
        parts = (*parse_path(change.path), *path) if change.path else path
        found.append(Piece(format_path(parts), mine, other))
    return () if any(piece.path == change.path for piece in found) else tuple(found)


_Steps = tuple[str | int, ...]
_Apart = tuple[_Steps, Value | Absent, Value | Absent]


def _apart(live: Value | Absent, git: Value | Absent, at: _Steps = ()) -> Iterator[_Apart]:
    if isinstance(live, dict) and isinstance(git, dict):
        for key in (*live, *(key for key in git if key not in live)):
            yield from _apart(live.get(key, ABSENT), git.get(key, ABSENT), (*at, key))
    elif isinstance(live, list) and isinstance(git, list):
        yield from _entries_apart(live, git, at)
    elif _sign(live) != _sign(git):
        yield at, live, git


def _entries_apart(live: list[Value], git: list[Value], at: _Steps) -> Iterator[_Apart]:
    matcher = SequenceMatcher(None, [*map(_sign, live)], [*map(_sign, git)], autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            continue
        both = min(b - a, d - c)  # those that stand in one another's place
        for offset in range(both):
            yield from _apart(live[a + offset], git[c + offset], (*at, c + offset))
        yield from ((((*at, place)), live[place], ABSENT) for place in range(a + both, b))
        yield from ((((*at, place)), ABSENT, git[place]) for place in range(c + both, d))


def _sign(value: Value | Absent) -> str:
    """Write a value so that equal ones read alike; of a secret its hash."""
    if isinstance(value, Absent | Masked):
        return repr(value)
    return json.dumps(as_json(value), sort_keys=True)
