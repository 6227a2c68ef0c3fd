"""Pane 0 for one object: its verdict in words, then a row per field, `live -> Git`.

Every row says who: the manager beside the live value, the commit beside Git's.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from core.model import (
    Actor,
    Cause,
    Confidence,
    ConfirmedBy,
    Drift,
    FieldChange,
    FieldVerdict,
    Origin,
    Seen,
    Verdict,
)
from tui.palette import Role
from tui.text.ages import age, age_of_stamp
from tui.text.rows import Looks, author_name
from tui.text.signs import CAUSES, IGNORED, SIGNS, sign_of
from tui.text.spans import Line, clip, cut_left, fold, plain, say, width_of, wrap
from tui.text.unified import difference, unified_lines, worded
from tui.text.values import look_alike, masks, secret_word, shown

_NOISE = frozenset({FieldVerdict.INFO, FieldVerdict.WARN})
_LONGEST_CELLS = 4000  # of a value on one line
_WAS_CELLS = 24  # of the value before a step
_PLACE_CELLS = 28  # of file:line, whose end tells most
_TEXT_LINES_MAX = 12  # of a text in Changes; Text mode shows all
_FIELD_SIGNS = {
    FieldVerdict.CONTESTED: (SIGNS[Verdict.CONTESTED], "contested"),
    FieldVerdict.INFO: (SIGNS[Verdict.IN_SYNC], "info"),
    FieldVerdict.WARN: (SIGNS[Verdict.UNKNOWN], "warning"),
}


@dataclass(frozen=True, slots=True)
class Sides:
    """How the two sides are called in words."""

    live: str  # cluster
    git: str  # revision@commit


def is_noise(change: FieldChange) -> bool:
    """Whether *change* is bookkeeping that `w` shows and hides."""
    return change.verdict in _NOISE


def object_lines(
    drift: Drift, width: int, looks: Looks, *, noise: bool, text: bool = False
) -> list[Line]:
    """Everything pane 0 says about *drift*, at *width* cells."""
    lines = [*header_lines(drift, width, looks), ()]
    shown_changes = [change for change in drift.changes if noise or not is_noise(change)]
    if text:
        lines += [*unified_lines(shown_changes, width, looks), ()]
    else:
        for change in shown_changes:
            lines += [*field_lines(change, width, looks, explained=drift.explained), ()]
    for change in drift.ignored if noise else ():
        lines += [*_ignored_lines(change, width, looks), ()]
    return [*lines, *hidden_lines(drift, width, noise=noise)]


def header_lines(drift: Drift, width: int, looks: Looks) -> list[Line]:
    """Verdict, name, cause, who confirmed it, and what went wrong."""
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
    lines += [
        ((text, Role.TEXT),) for text in _sentences(drift, looks) for text in wrap(text, width)
    ]
    if drift.actor is not None:
        maker = _actor_spans(drift.actor, looks)
        did = "deleted by  " if drift.verdict is Verdict.MISSING else "made by  "
        lines.append(clip(((did, Role.MUTED), *maker), width))
    if drift.file:
        place = cut_left(say(f"{drift.file}:{drift.line}")[0], width - 5)
        lines.append((("Git  ", Role.MUTED), (place, Role.GIT)))
    if drift.origin is not None:
        lines.append(clip((("  + ", Role.GIT), *_origin_spans(drift.origin, looks)), width))
        lines += origin_note(drift.origin, width)
    if drift.reason:
        lines += _paragraph(drift.reason, width, Role.AMBER)
    if drift.problem:
        lines += _paragraph(f"refused: {drift.problem}", width, Role.ERROR)
    return lines


def _sentences(drift: Drift, looks: Looks) -> Iterable[str]:
    """The verdict in words."""
    if drift.verdict is Verdict.MISSING:
        yield "Git states this object; the cluster does not have it. A sync creates it."
    elif drift.verdict is Verdict.EXTRA:
        lacks = "no longer states" if drift.cause is Cause.GIT_AHEAD else "does not state"
        yield f"The cluster has this object; Git {lacks} it. A sync leaves it alone."
    elif drift.verdict is Verdict.UNKNOWN:
        yield "This object cannot be judged."
    elif drift.verdict is Verdict.CONTESTED:
        yield "Git states fields that a controller owns; a sync would start a fight."
    elif drift.verdict is Verdict.IN_SYNC and drift.ignored:
        yield "The cluster differs from Git only where a rule says to leave it alone."
    elif drift.verdict is Verdict.IN_SYNC:
        yield "The cluster has what Git states."
    facts = [
        f"for {age(looks.now - drift.since)}" if drift.since else "",
        _cause(drift.cause),
        _confirmation(drift),
    ]
    line = " · ".join(fact for fact in facts if fact)
    if line:
        yield line if not looks.ascii_only else line.replace("·", "-")


def _cause(cause: Cause | None) -> str:
    return "" if cause is None else CAUSES[cause]


def _confirmation(drift: Drift) -> str:
    if drift.verdict in {Verdict.UNKNOWN, Verdict.MISSING, Verdict.EXTRA}:
        return ""
    if drift.confirming:
        return "asking the API server"
    if drift.verdict is Verdict.IN_SYNC and drift.confirmed_by is ConfirmedBy.LOCAL:
        return ""  # equal here: there was nothing to ask
    if drift.confirmed_by is ConfirmedBy.SERVER:
        return "confirmed by the server"
    return "compared here, not confirmed by the server"


def field_lines(change: FieldChange, width: int, looks: Looks, *, explained: bool) -> list[Line]:
    """One field: path and values, then the two sides' provenance."""
    lines = pair_lines(change, width, looks)
    for text in (look_alike(change.live, change.git), *change.detail):
        lines += _paragraph(text, width - 2, Role.AMBER if text not in change.detail else Role.TEXT)
    hashes = [f"{mask.digest} {side}" for side, mask in masks(change)]
    if hashes:
        lines += _paragraph(f"sha256 {', '.join(hashes)}", width - 2, Role.MUTED)
    live, git = provenance(change, looks, explained=explained)
    lines += [clip((("  - ", Role.LIVE), *live), width)] if live else []
    lines += [clip((("  + ", Role.GIT), *git), width)] if git else []
    lines += origin_note(change.origin, width)
    said = ": ".join(filter(None, (change.info, change.note)))
    if said:
        lines += _paragraph(said, width - 2, Role.MUTED)
    if not change.healable and change.verdict is FieldVerdict.DRIFT:
        lines.append((("  a sync cannot put this back", Role.AMBER),))
    return lines


def _ignored_lines(change: FieldChange, width: int, looks: Looks) -> list[Line]:
    """One field that a rule hides, and the rule."""
    mark = f"{IGNORED.mark(ascii_only=looks.ascii_only)} {IGNORED.word}  "
    path = say(change.path or "the whole object", Role.MUTED)
    values = value_spans(change, looks) if change.path else ()
    return [
        *fold(((mark, IGNORED.role), path, ("  ", Role.TEXT), *values), width),
        *_paragraph(change.note, width - 2, Role.MUTED),
    ]


def pair_lines(change: FieldChange, width: int, looks: Looks) -> list[Line]:
    """Path and both values, in full: a person confirms what stands here."""
    return _text_lines(change, width) or _value_lines(change, width, looks)


def _value_lines(change: FieldChange, width: int, looks: Looks) -> list[Line]:
    """`path  live -> Git` on one line where it fits, else the values below."""
    path = _path_spans(change, looks)
    values = value_spans(change, looks)
    gap = width - width_of(path) - width_of(values)
    if gap >= 2:  # noqa: PLR2004 - two spaces separate path and values
        return [(*path, (" " * gap, Role.TEXT), *values)]
    room = width - width_of(path[:-1])
    title: Line = (*path[:-1], (cut_left(path[-1][0], room), path[-1][1]))
    if width_of(values) + 2 <= width:
        return [title, (("  ", Role.TEXT), *values)]
    return [title, *_stacked(change, width)]


def _text_lines(change: FieldChange, width: int) -> list[Line]:
    """For texts of several lines only the lines that differ; empty for anything else."""
    live, git = change.live, change.git
    if not (isinstance(live, str) and isinstance(git, str) and "\n" in live + git):
        return []
    lines = difference(live.split("\n"), git.split("\n"))
    changed = [line for line in lines if line[0][1] is not Role.MUTED]
    more = len(changed) - _TEXT_LINES_MAX
    lines = [clip((("  ", Role.TEXT), *line), width) for line in changed[:_TEXT_LINES_MAX]]
    if more > 0:
        lines.append(((f"  {more} more lines, r shows the text", Role.MUTED),))
    return [(say(change.path, Role.STRONG),), *lines]


def _path_spans(change: FieldChange, looks: Looks) -> Line:
    path = say(change.path, Role.STRONG)
    if change.verdict is FieldVerdict.DRIFT:
        return (path,)
    sign, word = _FIELD_SIGNS[change.verdict]
    mark = f"{sign.mark(ascii_only=looks.ascii_only)} {word}  "
    return ((mark, sign.role), path)


def value_spans(change: FieldChange, looks: Looks) -> Line:
    """The pair on one line, live first."""
    secret = secret_word(change)
    if secret:
        return ((f" {secret} ", Role.LIVE_LINE),)
    return (
        (f" {_short(shown(change.live))} ", Role.LIVE_WORD),
        (f" {looks.arrow} ", Role.MUTED),
        (f" {_short(shown(change.git))} ", Role.GIT_WORD),
    )


def _short(text: str) -> str:
    return say(text[:_LONGEST_CELLS])[0]


def _stacked(change: FieldChange, width: int) -> list[Line]:
    """Long values, one below the other, cut where the pane ends after three lines."""
    live, git = _short(shown(change.live)), _short(shown(change.git))
    if max(width_of(((live, Role.TEXT),)), width_of(((git, Role.TEXT),))) <= width - 5:
        return [_indented(worded("-", live, git)), _indented(worded("+", git, live))]
    lines: list[Line] = []
    for sign, value, role in (("-", live, Role.LIVE_LINE), ("+", git, Role.GIT_LINE)):
        pieces = wrap(value, max(8, width - 5))
        kept = pieces[:3]
        if len(pieces) > len(kept):
            kept[-1] = f"{kept[-1][:-1]}…"
        for place, piece in enumerate(kept):
            text = f"{sign if place == 0 else ' '} {piece} "
            lines.append((("  ", Role.TEXT), (text, role)))
    return lines


def _indented(line: Line) -> Line:
    return (("  ", Role.TEXT), *line)


def provenance(change: FieldChange, looks: Looks, *, explained: bool) -> tuple[Line, Line]:
    """Who set the live value, and what in Git states the other."""
    who: Line = () if explained else (("looking up who", Role.MUTED),)
    if change.actor is not None:
        who = _actor_spans(change.actor, looks, change)
    return who, _origin_spans(change.origin, looks)


def _actor_spans(actor: Actor, looks: Looks, change: FieldChange | None = None) -> Line:
    """Who it was, and, of a *change*, what our watch saw of it."""
    seen = change.seen if change is not None else None
    words = [actor.manager or "manager unknown"]
    if actor.operation:
        detail = f"/{actor.subresource}" if actor.subresource else ""
        words.append(f"{actor.operation}{detail}")
    words.append(_when(actor, seen, looks))
    if change is not None and seen is not None and not secret_word(change):
        words.append(f"(was {shown(seen.before)[:_WAS_CELLS]})")
    if actor.suspects:
        words.append(f"user perhaps {' or '.join(actor.suspects)}")
    else:
        words.append(f"user {actor.user}" if actor.user else "user unknown")
    words.append(f"({actor.confidence})")
    return (say(words[0], Role.LIVE), say(f" {' '.join(words[1:])}", Role.MUTED))


def _when(actor: Actor, seen: Seen | None, looks: Looks) -> str:
    """When it was set, no surer than the evidence is."""
    if actor.confidence is Confidence.AUDIT and actor.time:
        return age_of_stamp(actor.time, looks.now)
    if seen is not None and seen.since:
        oldest, newest = (age_of_stamp(at, looks.now) for at in (seen.since, seen.at))
        return f"between {oldest} and {newest}"
    if actor.observed_at:
        return f"seen {age_of_stamp(actor.observed_at, looks.now)}"
    told = age_of_stamp(actor.time, looks.now)
    return f"{told} or before" if actor.time else told


def _origin_spans(origin: Origin | None, looks: Looks) -> Line:
    if origin is None:
        return ()
    place = cut_left(say(f"{origin.file}:{origin.line}")[0], _PLACE_CELLS)
    if not origin.commit:
        return ((place, Role.TEXT),)
    return (
        say(origin.commit[:7], Role.GIT),
        (f" {author_name(origin.author)} {age_of_stamp(origin.date, looks.now)}  ", Role.MUTED),
        (place, Role.TEXT),
        say(f"  {origin.subject}", Role.MUTED),
    )


def origin_note(origin: Origin | None, width: int) -> list[Line]:
    """How far the commit can be trusted, where it is not that of the very field."""
    return _paragraph(origin.note, width - 2, Role.MUTED) if origin and origin.note else []


def _paragraph(text: str, width: int, role: Role) -> list[Line]:
    return [((f"  {part}", role),) for part in wrap(say(text)[0], max(8, width - 2))]


def hidden_lines(drift: Drift, width: int, *, noise: bool) -> list[Line]:
    """Count what is hidden; hidden must not read as absent."""
    remarks = sum(is_noise(change) for change in drift.changes)
    counted = [f"{_fields(remarks)} of bookkeeping and remarks"] if remarks else []
    if drift.ignored:
        rules = len({change.note for change in drift.ignored})
        by = f"{rules} rule{'s' if rules > 1 else ''}"
        counted.append(f"{_fields(len(drift.ignored))} ignored by {by}")
    if not counted:
        return []
    words = f"{' and '.join(counted)} {'shown, w hides' if noise else 'hidden, w shows'}"
    return [((part, Role.MUTED),) for part in wrap(words, width)]


def _fields(count: int) -> str:
    return f"{count} field{'s' if count > 1 else ''}"


def as_text(lines: Iterable[Line]) -> str:
    """The lines as a reader sees them, for tests and for reading aloud."""
    return "\n".join(plain(line).rstrip() for line in lines)
