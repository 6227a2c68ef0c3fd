"""Path and both values of one field, laid out in the cells there are: `live -> Git`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from core.model import Absent, FieldChange, FieldVerdict, Value, Verdict
from core.telling.sides.hunks import hunks, pieces, text_hunks
from core.telling.spans import Line, Role, say
from core.telling.values import secret_word, text_of
from tui.text.rows import Looks
from tui.text.signs import SIGNS, Sign
from tui.text.spans import fold, width_of, wrap
from tui.text.unified import hunk_lines, shown_lines, split_path, worded

_FEW_LINES: Final = 6  # of values; more are long
_LONGEST_CELLS: Final = 4000  # of a value on one line
_FIELD_SIGNS: Final[Mapping[FieldVerdict, tuple[Sign, str]]] = {
    FieldVerdict.CONTESTED: (SIGNS[Verdict.CONTESTED], "contested"),
    FieldVerdict.INFO: (SIGNS[Verdict.IN_SYNC], "info"),
    FieldVerdict.WARN: (SIGNS[Verdict.UNKNOWN], "warning"),
}


def pair_lines(change: FieldChange, width: int, looks: Looks) -> list[Line]:
    """Path and both values, in full: a person confirms what stands here."""
    title, values = pair_parts(change, width, looks)
    return [*title, *values]


def pair_parts(change: FieldChange, width: int, looks: Looks) -> tuple[list[Line], list[Line]]:
    """The same in two parts where it is long: what it is about, and then the values.

    Who did it goes between them, for who sees the beginning should see that, too.
    """
    path = _path_spans(change, looks)
    title = _title_lines(path, width)
    hunks_of_text = _text_lines(change, width)
    if hunks_of_text:
        return title, hunks_of_text
    inner = _inner_lines(change, width, looks)
    if inner:
        return (title, inner) if len(inner) > _FEW_LINES else ([], inner)
    beside, values = _value_lines(change, path, width, looks)
    if beside:
        return [], beside
    return (title, values) if len(values) > _FEW_LINES else ([], [*title, *values])


def value_spans(change: FieldChange, looks: Looks) -> Line:
    """The pair on one line, live first."""
    secret = secret_word(change)
    if secret:
        return ((f" {secret} ", Role.LIVE_LINE),)
    live, git = _sides(change)
    return (
        (f" {live} ", Role.LIVE_WORD),
        (f" {looks.arrow} ", Role.MUTED),
        (f" {git} ", Role.GIT_WORD),
    )


def _sides(change: FieldChange) -> tuple[str, str]:
    live, git = (say(_cut(text_of(side)))[0] for side in (change.live, change.git))
    return live, git


def _cut(text: str) -> str:
    if len(text) <= _LONGEST_CELLS:
        return text
    return f"{text[:_LONGEST_CELLS]}… ({len(text):,} characters)"


def _value_lines(
    change: FieldChange, path: Line, width: int, looks: Looks
) -> tuple[list[Line], list[Line]]:
    """`path  live -> Git` on one line where it fits, else the values, which go below the path."""
    if _has_lines(change.live) or _has_lines(change.git):
        return [], _block_lines(change, width)
    values = value_spans(change, looks)
    gap = width - width_of(path) - width_of(values)
    if gap >= 2:  # noqa: PLR2004 - two spaces separate path and values
        return [(*path, (" " * gap, Role.TEXT), *values)], []
    if width_of(values) + 2 <= width:
        return [], [(("  ", Role.TEXT), *values)]
    if isinstance(change.live, dict | list) or isinstance(change.git, dict | list):
        return [], _block_lines(change, width)
    return [], _stacked(change, width)


def _title_lines(path: Line, width: int) -> list[Line]:
    """A path that is too long is broken before its last part, if that helps."""
    if width_of(path) <= width:
        return [path]
    *lead, (text, role) = path
    parent, leaf = split_path(text)
    above = fold((*lead, (f"{parent}.", role)), width) if parent else []
    return [*above, *fold((("  ", role), (leaf, role)), width)]


def _has_lines(side: Value | Absent) -> bool:
    return isinstance(side, str) and "\n" in side


def _block_lines(change: FieldChange, width: int) -> list[Line]:
    """Both values as a manifest writes them, where they differ; what is one-sided is whole."""
    live, git = _block(change.live), _block(change.git)
    found = [*hunks(live, git)]
    whole = not (live and git)
    lines = (line for hunk in found for line in hunk_lines(hunk, placed=not whole))
    return [_indented(part) for line in lines for part in fold(line, width - 2)]


def _block(side: Value | Absent) -> list[str]:
    return [] if isinstance(side, Absent) else shown_lines(side)


def _text_lines(change: FieldChange, width: int) -> list[Line]:
    """For texts of several lines the hunks that differ; empty for anything else."""
    lines = (line for hunk in text_hunks(change) for line in hunk_lines(hunk))
    return [_indented(part) for line in lines for part in fold(line, width - 2)]


def _inner_lines(change: FieldChange, width: int, looks: Looks) -> list[Line]:
    """For lists and maps that are one value a pair for each place inside that differs."""
    inner = [
        replace(change, path=each.path, live=each.live, git=each.git) for each in pieces(change)
    ]
    return [line for each in inner for line in _whole_lines(each, width, looks)]


def _whole_lines(change: FieldChange, width: int, looks: Looks) -> list[Line]:
    path = _path_spans(change, looks)
    beside, below = _value_lines(change, path, width, looks)
    return beside or [*_title_lines(path, width), *below]


def _path_spans(change: FieldChange, looks: Looks) -> Line:
    path = say(change.path, Role.STRONG)
    if change.verdict is FieldVerdict.DRIFT:
        return (path,)
    sign, word = _FIELD_SIGNS[change.verdict]
    mark = f"{sign.mark(ascii_only=looks.ascii_only)} {word}  "
    return ((mark, sign.role), path)


def _stacked(change: FieldChange, width: int) -> list[Line]:
    """Long values, one below the other."""
    live, git = _sides(change)
    if max(width_of(((live, Role.TEXT),)), width_of(((git, Role.TEXT),))) <= width - 5:
        return [_indented(worded("-", live, git)), _indented(worded("+", git, live))]
    lines: list[Line] = []
    for sign, value, role in (("-", live, Role.LIVE_LINE), ("+", git, Role.GIT_LINE)):
        for place, piece in enumerate(wrap(value, max(8, width - 5))):
            text = f"{sign if place == 0 else ' '} {piece} "
            lines.append((("  ", Role.TEXT), (text, role)))
    return lines


def _indented(line: Line) -> Line:
    return (("  ", Role.TEXT), *line)
