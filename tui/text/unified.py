"""Text mode: the same pairs as unified text, one hunk per parent path."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from core.model import Absent, FieldChange, Value
from core.telling.sides.hunks import Hunk, hunks
from core.telling.spans import Line, Role, Span, say
from core.telling.values import secret_word, yaml_lines
from tui.text.rows import Looks
from tui.text.spans import cut_left, fold

_ROLES = {" ": Role.MUTED, "-": Role.LIVE_LINE, "+": Role.GIT_LINE}
_LINES_MAX = 10_000  # of one value; more is said, not drawn


def unified_lines(changes: Sequence[FieldChange], width: int, looks: Looks) -> list[Line]:
    """A separator with the parent path, then `-` live and `+` Git; long lines go on below."""
    lines: list[Line] = []
    parent_before: str | None = None
    bar = "-- " if looks.ascii_only else "── "
    for change in changes:
        parent, leaf = split_path(change.path)
        if parent != parent_before:
            title = cut_left(say(parent or "(top)")[0], width - len(bar))
            lines.append(((bar, Role.MUTED), (title, Role.STRONG)))
            parent_before = parent
        lines += [part for line in _hunk(change, leaf) for part in fold(line, width)]
    return lines


def split_path(path: str) -> tuple[str, str]:
    """The parent's path and the last part; a dot inside brackets separates nothing."""
    depth = 0
    for place in range(len(path) - 1, -1, -1):
        depth += {"]": 1, "[": -1}.get(path[place], 0)
        if depth == 0 and path[place] == ".":
            return path[:place], path[place + 1 :]
    return "", path


def _hunk(change: FieldChange, leaf: str) -> list[Line]:
    secret = secret_word(change)
    if secret:
        return [((f"  {say(leaf)[0]}: {secret}", Role.LIVE_LINE),)]
    live, git = _side(leaf, change.live), _side(leaf, change.git)
    if len(live) == len(git) == 1:
        return [worded("-", live[0], git[0]), worded("+", git[0], live[0])]
    found = list(hunks(live, git))
    whole = len(found) == 1 and max(len(live), len(git)) <= len(found[0].lines)
    return [line for hunk in found for line in hunk_lines(hunk, placed=not whole)]


def hunk_lines(hunk: Hunk, *, placed: bool = True) -> list[Line]:
    """Lines of both sides, the equal ones muted; where they stand before them, if asked."""
    lines: list[Line] = [(say(hunk.where, Role.MUTED),)] if placed else []
    for sign, text in hunk.lines:
        seen = text if sign == " " else visible(text)
        lines.append((say(f"{sign} {seen}", _ROLES[sign]),))
    return lines


def _side(leaf: str, value: Value | Absent) -> list[str]:
    return [] if isinstance(value, Absent) else shown_lines({leaf: value})


def shown_lines(value: Value) -> list[str]:
    """A value as a manifest writes it; of a very long one the beginning."""
    lines = yaml_lines(value)
    if len(lines) > _LINES_MAX:
        return [*lines[:_LINES_MAX], f"... {len(lines) - _LINES_MAX} more lines"]
    return lines


def visible(line: str) -> str:
    """Spaces at the end of a changed line, shown."""
    bare = line.rstrip(" ")
    return bare + "·" * (len(line) - len(bare))


def worded(sign: str, mine: str, other: str) -> Line:
    """One changed line with the words that differ set apart."""
    line, word = (Role.LIVE_LINE, Role.LIVE_WORD) if sign == "-" else (Role.GIT_LINE, Role.GIT_WORD)
    spans: list[Span] = [(f"{sign} ", line)]
    a, b = tokens(mine), tokens(other)
    for tag, start, end, _, _ in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        text = "".join(a[start:end])
        if text:
            spans.append(
                say(visible(text) if tag != "equal" else text, line if tag == "equal" else word)
            )
    return tuple(spans)


def tokens(text: str) -> list[str]:
    """Split at what separates parts of images, paths and versions, keeping it."""
    parts: list[str] = []
    current = ""
    for letter in text:
        if letter in "/:@. ,=-":
            parts += [current] if current else []
            parts.append(letter)
            current = ""
        else:
            current += letter
    return [*parts, current] if current else parts
