"""What two states have apart, object by object: `first -> second`, of Git or of what is live."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from core.model import Absent, FieldChange, Masked, Origin, Verdict
from core.model.answers.comparisons import Comparison, End, Restatement, Turn
from core.telling import changes, origins
from core.telling.moments import age
from core.telling.objects import name_of
from core.telling.sides import comparisons
from core.telling.spans import Line, Role, say
from tui.text.changes import side_lines
from tui.text.pairs import pair_parts
from tui.text.rows import Looks
from tui.text.signs import SIGNS
from tui.text.spans import flow, fold, wrap

_AS_ONE_SIDED: Final[Mapping[Turn, Verdict]] = {
    Turn.CHANGED: Verdict.DRIFTED,
    Turn.REMOVED: Verdict.EXTRA,  # only the first has it
    Turn.ADDED: Verdict.MISSING,
}


def report_lines(
    told: Sequence[Comparison], notes: Sequence[str], width: int, looks: Looks
) -> list[Line]:
    """Every comparison after the other; *notes* say what is not among them."""
    lines: list[Line] = []
    for found in told:
        lines += [*([()] if lines else []), *comparison_lines(found, width, looks)]
    for note in notes:
        lines += [((part, Role.WARNING),) for part in wrap(say(note)[0], width)]
    return lines


def comparison_lines(found: Comparison, width: int, looks: Looks) -> list[Line]:
    """Both ends, what is wrong, then each object with its fields and the commit that says so."""
    lines: list[Line] = []
    for sign, role, end in (("-", Role.LIVE, found.before), ("+", Role.GIT, found.after)):
        lines += flow(((f"{sign} ", role), *_end(end, looks)), width, indent=2)
    told = [(str(problem), Role.ERROR) for problem in found.problems]
    told += [(note, Role.WARNING) for note in found.notes]
    for words, role in (*told, (comparisons.totals(found), Role.TEXT)):
        lines += [((part, role),) for part in wrap(say(words)[0], width)]
    for row in found.objects:
        lines += [(), *_object_lines(row, width, looks)]
    return lines


def _end(end: End, looks: Looks) -> Line:
    if end.live:
        heard_at = looks.lost.get(end.spec.cluster)
        lost = f"  not heard for {age(looks.now - heard_at)}" if heard_at is not None else ""
        place = say(comparisons.place_of(end))
        return (say(f"{end.spec.name}  ", Role.STRONG), place, (lost, Role.ERROR))
    if end.commit is None:
        return (say(f"{end.spec.name}@{end.spec.revision[:7]}", Role.STRONG),)
    told = origins.commit_brief(end.commit, looks.now)
    return (say(f"{end.spec.name}  ", Role.STRONG), *told)


def _object_lines(row: Restatement, width: int, looks: Looks) -> Iterator[Line]:
    mark = SIGNS[_AS_ONE_SIDED[row.turn]].mark(ascii_only=looks.ascii_only)
    turn = (f"{mark} {row.turn}  ", comparisons.ROLES[row.turn])
    yield from flow((turn, say(name_of(row.key.ref), Role.STRONG)), width, indent=2)
    if row.origin is not None:
        told = origins.brief(row.origin, looks.now)
        yield from flow((("  ", Role.TEXT), *told), width, indent=2)
        yield from _doubt_lines(row.origin, width)
    for change in row.changes:
        yield from (_within(line) for line in _field_lines(change, width - 2, looks))


def _field_lines(change: FieldChange, width: int, looks: Looks) -> Iterator[Line]:
    """Path, who states it, and both values; the place is of the second, or of who has it alone."""
    title, values = _pair(change, width, looks)
    said = origins.brief(change.origin, looks.now)
    sign, role = ("-", Role.LIVE) if isinstance(change.git, Absent) else ("+", Role.GIT)
    told = side_lines(sign, role, said, width) if said else []
    told += _doubt_lines(change.origin, width)
    yield from (*title, *told, *values) if title else (*values, *told)
    if not _is_secret(change):
        for text, ink in changes.differences(change):
            yield from (((f"  {part}", ink),) for part in wrap(text, max(8, width - 2)))


def _doubt_lines(origin: Origin | None, width: int) -> list[Line]:
    """Say how far a commit can be trusted; without a commit that is said in its place."""
    if origin is None or not origin.commit or not origin.note:
        return []
    words, role = say(origin.note, Role.MUTED)
    return [((f"  {part}", role),) for part in wrap(words, max(8, width - 2))]


def _pair(change: FieldChange, width: int, looks: Looks) -> tuple[list[Line], list[Line]]:
    """Path and both values; of a secret only what becomes of it from one to the other."""
    if not _is_secret(change):
        return pair_parts(change, width, looks)
    gone, new = isinstance(change.git, Absent), isinstance(change.live, Absent)
    word = f" secret value {'removed' if gone else 'added' if new else 'changed'} "
    line = (say(change.path, Role.STRONG), ("  ", Role.TEXT), (word, Role.LIVE_LINE))
    return [], fold(line, width)


def _is_secret(change: FieldChange) -> bool:
    return isinstance(change.live, Masked) or isinstance(change.git, Masked)


def _within(line: Line) -> Line:
    return (("  ", Role.TEXT), *line)
