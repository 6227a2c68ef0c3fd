"""Pane 0 for one object: its verdict in words, then a row per field, `live -> Git`.

Every row says who: the manager beside the live value, the commit beside Git's.
"""

from collections.abc import Iterable
from typing import Final

from core.model import Drift, FieldChange
from core.telling import changes, objects, origins
from core.telling.spans import Line, Role, Span, plain, say
from tui.text.pairs import pair_lines, value_spans
from tui.text.rows import Looks
from tui.text.signs import IGNORED, SIGNS, sign_of
from tui.text.spans import clip, cut_left, fold, wrap
from tui.text.unified import unified_lines

_PLACE_CELLS: Final = 28  # of file:line beside a commit


def object_lines(
    drift: Drift, width: int, looks: Looks, *, noise: bool, text: bool = False
) -> list[Line]:
    """Everything pane 0 says about *drift*, at *width* cells."""
    lines = [*header_lines(drift, width, looks), ()]
    shown = [change for change in drift.changes if noise or not changes.is_noise(change)]
    if text:
        lines += [*unified_lines(shown, width, looks), ()]
    else:
        for change in shown:
            lines += [*field_lines(change, width, looks, explained=drift.explained), ()]
    for change in drift.ignored if noise else ():
        lines += [*_ignored_lines(change, width, looks), ()]
    return [*lines, *_hidden_lines(drift, width, noise=noise)]


def header_lines(drift: Drift, width: int, looks: Looks) -> list[Line]:
    """Verdict, name, cause, who confirmed it, and what went wrong."""
    lines = _title_lines(drift, width, looks)
    dot = " - " if looks.ascii_only else " · "
    for said in (objects.sentence(drift), dot.join(objects.facts(drift, looks.now))):
        lines += [((part, Role.TEXT),) for part in wrap(said, width)]
    maker = objects.maker(drift, looks.now)
    lines += [clip(maker, width)] if maker else []
    if drift.file:
        place = cut_left(say(f"{drift.file}:{drift.line}")[0], width - 5)
        lines.append((("Git  ", Role.MUTED), (place, Role.GIT)))
    if drift.origin is not None:
        lines.append(_side("+", Role.GIT, origins.brief(drift.origin, looks.now), width))
        lines += _paragraph(say(drift.origin.note, Role.MUTED), width - 2)
    lines += _paragraph(say(drift.reason, Role.WARNING), width)
    if drift.problem:
        lines += _paragraph(say(f"refused: {drift.problem}", Role.ERROR), width)
    return lines


def _title_lines(drift: Drift, width: int, looks: Looks) -> list[Line]:
    sign, ref = sign_of(drift), drift.key.ref
    name = f"{ref.namespace}/{ref.name}" if ref.namespace else ref.name
    title: Line = (
        (f"{sign.mark(ascii_only=looks.ascii_only)} {sign.word}  ", sign.role),
        say(f"{ref.kind} ", Role.MUTED),
        say(name, Role.STRONG),
    )
    lines = fold(title, width)
    if drift.calling:
        verdict = SIGNS[drift.verdict]
        lines.append(((f"an apply is in flight; it was {verdict.word}", Role.HEALING),))
    return lines


def field_lines(change: FieldChange, width: int, looks: Looks, *, explained: bool) -> list[Line]:
    """One field: path and values, then the two sides' provenance."""
    lines = pair_lines(change, width, looks)
    for span in changes.differences(change):
        lines += _paragraph(span, width - 2)
    live, git = changes.provenance(change, looks.now, explained=explained)
    lines += [_side("-", Role.LIVE, live, width)] if live else []
    lines += [_side("+", Role.GIT, git, width)] if git else []
    for span in changes.remarks(change):
        lines += _paragraph(span, width - 2)
    return lines


def _side(sign: str, role: Role, told: Line, width: int) -> Line:
    """One row of provenance; of a long place its end is kept."""
    short = (
        (cut_left(text, _PLACE_CELLS) if each is Role.PLACE else text, each) for text, each in told
    )
    return clip(((f"  {sign} ", role), *short), width)


def _ignored_lines(change: FieldChange, width: int, looks: Looks) -> list[Line]:
    """One field that a rule hides, and the rule."""
    mark = f"{IGNORED.mark(ascii_only=looks.ascii_only)} {IGNORED.word}  "
    path = say(change.path or "the whole object", Role.MUTED)
    values = value_spans(change, looks) if change.path else ()
    return [
        *fold(((mark, IGNORED.role), path, ("  ", Role.TEXT), *values), width),
        *_paragraph(say(change.note, Role.MUTED), width - 2),
    ]


def _paragraph(span: Span, width: int) -> list[Line]:
    text, role = span
    return [((f"  {part}", role),) for part in wrap(text, max(8, width - 2))]


def _hidden_lines(drift: Drift, width: int, *, noise: bool) -> list[Line]:
    """Say what `w` hides and shows."""
    counted = objects.hidden(drift)
    words = f"{counted} {'shown, w hides' if noise else 'hidden, w shows'}" if counted else ""
    return [((part, Role.MUTED),) for part in wrap(words, width)]


def as_text(lines: Iterable[Line]) -> str:
    """The lines as a reader sees them, for tests and for reading aloud."""
    return "\n".join(plain(line).rstrip() for line in lines)
