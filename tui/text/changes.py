"""Pane 0 for one object: its verdict in words, then a row per field, `live -> Git`.

Every row says who: the manager beside the live value, the commit beside Git's.
"""

from collections.abc import Iterable

from core.model import Drift, FieldChange, Health
from core.model.answers.comparisons import Likeness
from core.telling import changes, objects, origins
from core.telling.spans import Line, Role, Span, plain, say
from tui.text.pairs import pair_parts, value_spans
from tui.text.rows import Looks, last_seen
from tui.text.signs import IGNORED, SIGNS, sign_of
from tui.text.spans import flow, fold, width_of, wrap
from tui.text.unified import unified_lines


def object_lines(
    drift: Drift, width: int, looks: Looks, *, noise: bool, text: bool = False
) -> list[Line]:
    """Everything pane 0 says about *drift*, at *width* cells."""
    return object_page(drift, width, looks, noise=noise, text=text)[0]


def object_page(
    drift: Drift,
    width: int,
    looks: Looks,
    *,
    noise: bool,
    text: bool = False,
    beside: Iterable[Line] = (),
) -> tuple[list[Line], list[tuple[int, FieldChange]]]:
    """The same, and on which line each field begins; as text they have no such line."""
    lines = [*header_lines(drift, width, looks), *beside, ()]
    shown = [change for change in drift.changes if noise or not changes.is_noise(change)]
    fields: list[tuple[int, FieldChange]] = []
    if text:
        lines += [*unified_lines(shown, width, looks), ()]
    else:
        for change in shown:
            fields.append((len(lines), change))
            lines += [*field_lines(change, width, looks, explained=drift.explained), ()]
    for change in drift.ignored if noise else ():
        lines += [*_ignored_lines(change, width, looks), ()]
    return [*lines, *_hidden_lines(drift, width, noise=noise)], fields


def header_lines(drift: Drift, width: int, looks: Looks) -> list[Line]:
    """Verdict, name, cause, who confirmed it, and what went wrong."""
    lines = _title_lines(drift, width, looks)
    if drift.cluster in looks.lost:
        seen = last_seen(drift, looks.lost[drift.cluster], looks.now)
        lines += [((p, Role.WARNING),) for p in wrap(f"{seen}; its cluster is not heard", width)]
    dot = " - " if looks.ascii_only else " · "
    for said in (objects.sentence(drift), dot.join(objects.facts(drift, looks.now))):
        lines += [((part, Role.TEXT),) for part in wrap(said, width)]
    lines += origin_lines(drift, width, looks)
    lines += _paragraph(say(drift.reason, Role.WARNING), width)
    if drift.held is not None and drift.held.pause is not None:
        lines += _paragraph(say(drift.held.words, Role.WARNING), width)
    elif drift.held is not None:
        lines += _paragraph(say(f"not healed: {drift.held.words}", Role.WARNING), width)
    if drift.problem:
        lines += _paragraph(say(f"refused: {drift.problem}", Role.ERROR), width)
    return lines


def beside_lines(
    health: Health | None, likeness: Likeness | None, width: int, looks: Looks
) -> list[Line]:
    """Whether it works, which the verdict does not say, and when Git stated it as it is."""
    lines: list[Line] = []
    if health is not None:
        lines += flow((("health  ", Role.MUTED), objects.works(health)), width, indent=8)
    if likeness is not None:
        told = origins.likeness(likeness, looks.now)
        lines += flow((("past  ", Role.MUTED), *told), width, indent=6)
    return lines


def origin_lines(drift: Drift, width: int, looks: Looks) -> list[Line]:
    """Who made or deleted the object as a whole, where Git states it, and which commit says so."""
    lines = flow(objects.maker(drift, looks.now), width, indent=2)
    if drift.file:
        place: Line = (("Git  ", Role.MUTED), say(f"{drift.file}:{drift.line}", Role.GIT))
        lines += flow(place, width, indent=5)
    if drift.origin is not None:
        lines += side_lines("+", Role.GIT, origins.brief(drift.origin, looks.now), width)
        lines += _paragraph(say(drift.origin.note, Role.MUTED), width - 2)
    return lines


def _title_lines(drift: Drift, width: int, looks: Looks) -> list[Line]:
    sign, ref = sign_of(drift, looks.now), drift.key.ref
    name = f"{ref.namespace}/{ref.name}" if ref.namespace else ref.name
    title: Line = (
        (f"{sign.mark(ascii_only=looks.ascii_only)} {sign.word}  ", sign.role),
        say(f"{ref.kind} ", Role.MUTED),
        say(name, Role.STRONG),
    )
    lines = fold(title, width)
    if drift.held is not None and drift.held.pause is not None:
        lines.append(((f"it is {SIGNS[drift.verdict].word}", Role.TEXT),))
    if drift.calling:
        verdict = SIGNS[drift.verdict]
        lines.append(((f"an apply is in flight; it was {verdict.word}", Role.HEALING),))
    return lines


def field_lines(change: FieldChange, width: int, looks: Looks, *, explained: bool) -> list[Line]:
    """One field: path and values, then the two sides' provenance; before values that are long."""
    live, git = changes.provenance(change, looks.now, explained=explained)
    told = side_lines("-", Role.LIVE, live, width) if live else []
    told += side_lines("+", Role.GIT, git, width) if git else []
    title, values = pair_parts(change, width, looks)
    lines = [*title, *told, *values] if title else values
    for span in changes.differences(change):
        lines += _paragraph(span, width - 2)
    lines += [] if title else told
    for span in changes.remarks(change):
        lines += _paragraph(span, width - 2)
    return lines


def side_lines(sign: str, role: Role, told: Line, width: int) -> list[Line]:
    """Who, when and why on as many rows as that takes; a place that does not fit has its own."""
    lead: Line = ((f"  {sign} ", role),)
    if width_of((*lead, *told)) <= width:
        return [(*lead, *told)]
    at = next((at for at, (_, each) in enumerate(told) if each is Role.PLACE), len(told))
    parts = (told[:at], told[at : at + 1], told[at + 1 :])
    lines = [line for part in parts for line in flow(part, width - 4) if plain(line).strip()]
    return [
        ((" " * 4, Role.TEXT) if number else lead[0], *line) for number, line in enumerate(lines)
    ]


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
