"""The report of `driftdeck diff`: an app after the other, worst objects first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from core.cli.output.forms import NO_PAST, Past, problems_of
from core.cli.output.ink import Ink
from core.model import Absent, AppView, ClusterName, Drift, FieldChange, Snapshot, Verdict
from core.telling import actors, changes, objects, origins, values, verdicts
from core.telling.sides.hunks import Hunk, Piece, pieces, text_hunks
from core.telling.spans import Line, Role, plain, say

_HUNK_LINES_MAX: Final = 200  # of one text
_SIGNS: Final = {" ": Role.MUTED, "-": Role.LIVE, "+": Role.GIT}


@dataclass(frozen=True, slots=True)
class Page:
    """What a report or a plan is written on, and when: ages are of that moment."""

    ink: Ink
    now: float  # seconds since the epoch

    def lines(self, lines: Iterable[Line]) -> Iterator[str]:
        """Write lines."""
        return map(self.ink.line, lines)


def report_lines(
    snapshot: Snapshot, page: Page, *, everything: bool, past: Past = NO_PAST
) -> Iterator[str]:
    """Yield the report line by line, an app after the other, worst rows first."""
    for i, app in enumerate(snapshot.apps):
        if i:
            yield ""
        rows = [row for key, row in snapshot.rows.items() if key.app == app.spec.name]
        called = snapshot.called(app.spec.cluster)
        wanted = _Wanted(page, everything=everything, past=past)
        yield from page.lines(_app_lines(app, rows, called, wanted))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is wanted of rows, and where."""

    page: Page
    everything: bool
    past: Past


def _app_lines(
    app: AppView, rows: list[Drift], called: ClusterName, wanted: _Wanted
) -> Iterator[Line]:
    page, everything = wanted.page, wanted.everything
    where = f" path {app.spec.path}" if app.spec.path else ""
    wrapped = page.ink.wrapped
    yield from wrapped((say(f"{app.spec.name} on {called}", Role.TITLE),), indent=0)
    revision = say(f"{app.spec.revision}{where}")
    yield from wrapped((revision,), indent=2, label="Git", label_width=5)
    yield from wrapped(origins.commit_story(app.revision, page.now), indent=7)
    for problem in problems_of(app):
        yield from wrapped((say(problem, Role.ERROR),), indent=2, label="! ")
    for gap in app.unseen:
        yield from wrapped((say(gap, Role.UNKNOWN),), indent=2, label="? ")
    if app.held is not None:
        yield from wrapped((say(app.held.words, Role.UNKNOWN),), indent=2, label="! ")
    if app.inventory:
        said = (say(f"inventory: {app.inventory}", Role.UNKNOWN),)
        yield from wrapped(said, indent=2, label="? ")
    if app.others:
        counted = verdicts.no_manifests(app.others)
        named = f"{counted}: {', '.join(app.others)}" if everything else counted
        yield from wrapped((say(named, Role.MUTED),), indent=2, label="- ")
    rows = [row for row in rows if everything or row.verdict is not Verdict.IN_SYNC]
    for row in sorted(rows, key=lambda row: (verdicts.RANKS[row.verdict], row.key)):
        yield ()
        yield from _row_lines(row, wanted)
    yield ()
    counted = verdicts.totals(app.counts.items(), app.ignored)
    yield (say(f"  {counted}" + ("" if app.complete else " (not complete)")),)


def _row_lines(row: Drift, wanted: _Wanted) -> Iterator[Line]:
    page, everything = wanted.page, wanted.everything
    yield from page.ink.wrapped(objects.title(row), indent=2)
    for sentence in objects.story(row, page.now):
        yield from _told(sentence, page, indent=4)
    if row.key in wanted.past:
        yield from page.ink.wrapped(
            origins.likeness(wanted.past[row.key], page.now, told=origins.commit_story), indent=4
        )
    for change in sorted(row.changes, key=lambda one: verdicts.FIELD_RANKS[one.verdict]):
        yield from change_lines(change, page, indent=4)
    for change in row.ignored if everything else ():
        yield from _ignored_lines(change, page, indent=4)


def change_lines(
    change: FieldChange,
    page: Page,
    *,
    indent: int,
    role: Role | None = None,
    names: tuple[str, str] = ("live", "Git"),
) -> Iterator[Line]:
    """Yield one field: its path, both values, and what is known about how they came.

    With *role* the path is said less loudly, or louder, than the change deserves by itself.
    *names* are those of the sides.
    """
    title = changes.title(change)
    title = title if role is None else ((plain(title), role),)
    yield from page.ink.wrapped(title, indent=indent)
    stories = (
        actors.story(change.actor, page.now, change.seen),
        origins.story(change.origin, page.now),
    )
    yield from value_lines(change, names, stories, page, indent=indent)


def value_lines(
    change: FieldChange,
    names: tuple[str, str],
    stories: tuple[Line, Line],
    page: Page,
    *,
    indent: int,
) -> Iterator[Line]:
    """Yield both values of a field under the *names* of the sides, each with its story."""
    wrapped = page.ink.wrapped
    apart, inside = text_hunks(change), pieces(change)
    live, git = ("-", "+") if apart else (values.story(side) for side in (change.live, change.git))
    width = max(map(len, names)) + 2
    both = (say(live, Role.LIVE), say(git, Role.GIT))
    for name, value, story in zip(names, both, stories, strict=True):
        if not inside or story:
            label = f"{name:{width}}"
            yield from _side(label, () if inside else (value,), story, page, indent)
    for piece in inside:
        yield from wrapped(_piece(piece), indent=indent + 2)
    yield from _hunks(apart, indent + 2)
    for line in change.detail if changes.needs_detail(change) else ():
        yield from wrapped((say(line, Role.MUTED),), indent=indent + 2)


def _piece(piece: Piece) -> Line:
    live, git = (values.story(side) for side in (piece.live, piece.git))
    return (say(f"{piece.path}  "), say(live, Role.LIVE), (" -> ", Role.MUTED), say(git, Role.GIT))


def _hunks(apart: Sequence[Hunk], indent: int) -> Iterator[Line]:
    """Yield hunks as `diff -u` writes them; their lines are a text's own and are not wrapped."""
    lead = (" " * indent, Role.TEXT)
    more = sum(len(hunk.lines) for hunk in apart) - _HUNK_LINES_MAX
    left = _HUNK_LINES_MAX
    for hunk in apart:
        if left:
            yield (lead, say(hunk.where, Role.MUTED))
        for sign, text in hunk.lines[:left]:
            yield (lead, say(f"{sign} {values.cut(text)}", _SIGNS[sign]))
        left -= min(left, len(hunk.lines))
    if more > 0:
        yield (lead, say(f"{more} more lines; -o json has both texts", Role.MUTED))


def _ignored_lines(change: FieldChange, page: Page, *, indent: int) -> Iterator[Line]:
    """Yield one field that a rule hides, with the rule."""
    if not change.path and isinstance(change.live, Absent) and isinstance(change.git, Absent):
        yield from page.ink.wrapped((say(change.note, Role.MUTED),), indent=indent)
        return
    yield from change_lines(change, page, indent=indent, role=Role.MUTED)


def _side(label: str, value: Line, story: Line, page: Page, indent: int) -> Iterator[Line]:
    """Yield one side of a change: the value in its colour, its story beside it or below."""
    head, *more = page.ink.wrapped(value, indent=indent + 2, label=label)
    beside = (*head, ("  ", Role.TEXT), *story)
    if story and not more and page.ink.fits(beside):
        yield beside
        return
    yield head
    yield from more
    if story:
        yield from _told(story, page, indent=indent + 2 + len(label))


def _told(story: Line, page: Page, *, indent: int) -> Iterator[Line]:
    """Yield a sentence; where it is too long, the line of Git that it names has one of its own."""
    apart = next((at for at, (_, role) in enumerate(story) if at and role is Role.PLACE), None)
    if apart is None or page.ink.fits(((" " * indent, Role.TEXT), *story)):
        yield from page.ink.wrapped(story, indent=indent)
        return
    yield from page.ink.wrapped(story[:apart], indent=indent)
    yield from page.ink.wrapped(story[apart:], indent=indent)
