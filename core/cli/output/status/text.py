"""What controllers tell, as text: tables like kubectl's, and below them what needs a person."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final, TypeAlias

from core.cli.output.report import Page
from core.cli.output.status.form import apps_of, leader_of
from core.model import DRIFT_VERDICTS, epoch_of
from core.model.controllers.status import AppTold, Seen, Status
from core.telling.controllers import aged_word, heal, last, lead_problem, named, story
from core.telling.moments import age
from core.telling.spans import Line, Role, Span, part, plain, say
from core.telling.verdicts import ROLES

_GAP: Final = 2  # cells between two columns
_NARROWEST: Final = 8  # of a column that is cut
_OBJECTS: Final = 10  # of an app that is not asked for
_WRITES: Final = 10  # of an app that is
_CLUSTER: Final = 1  # where that column is; of one cluster alone nobody needs it
_STATES: Final = {verdict.value: role for verdict, role in ROLES.items()}

Cells: TypeAlias = Sequence[Span]


def status_lines(seen: Seen, page: Page, app: str | None = None) -> Iterator[str]:
    """Yield all that was found, or what is about one app."""
    yield from page.lines(_lines(seen, page, app))


def _lines(seen: Seen, page: Page, app: str | None) -> Iterator[Line]:
    width, wrapped = page.ink.width, page.ink.wrapped
    apps = apps_of(seen, app)
    yield from table([_LEADS, *(_lead(seen, each) for each in seen.statuses)], width, cut=(1,))
    for status in seen.statuses:
        problem = lead_problem(status, leader_of(seen, status), seen.at)
        told = [problem, *(f"not told, for room: {each}" for each in status.trimmed)]
        for words in filter(None, told):
            yield from wrapped((say(words, Role.ERROR),), indent=0, label="! ")
    yield ()
    rows = [_APPS, *(_app(each, seen.at) for each in apps)]
    if len({each.cluster for each in apps}) == 1:
        rows = [[*row[:_CLUSTER], *row[_CLUSTER + 1 :]] for row in rows]
    yield from table(rows, width, cut=(0,) if len(rows[0]) < len(_APPS) else (0, _CLUSTER))
    for each in apps:
        yield from _about(each, seen, page, asked=app is not None)


# Tables -----------------------------------------------------------------------------------------


def table(rows: Sequence[Cells], width: int | None, *, cut: Sequence[int]) -> Iterator[Line]:
    """Yield rows in columns; where they are too wide the widest of *cut* lose their middle."""
    sizes = [max(len(text) for text, _ in column) for column in zip(*rows, strict=True)]
    room = None if width is None else width - _GAP * (len(sizes) - 1)
    while room is not None and sum(sizes) > room:
        widest = max(cut, key=lambda column: sizes[column])
        if sizes[widest] <= _NARROWEST:
            break
        sizes[widest] -= 1
    for row in rows:
        cells = [(_cut(text, size), role) for (text, role), size in zip(row, sizes, strict=True)]
        line = tuple(
            (f"{text:<{size + _GAP}}", role)
            for (text, role), size in zip(cells, sizes, strict=True)
        )
        yield part(line, 0, len(plain(line).rstrip()))


def _cut(text: str, size: int) -> str:
    if len(text) <= size:
        return text
    head = (size - 1) // 2
    return f"{text[:head]}…{text[len(text) - size + 1 + head :]}"


def _head(*names: str) -> Cells:
    return [(name, Role.STRONG) for name in names]


_LEADS: Final = _head("SHARD", "LEADER", "RENEWED", "TOLD", "HEALS", "UP", "VERSION")
_APPS: Final = _head(
    "APP", "CLUSTER", "STATE", "DRIFT", "REVISION", "OLDEST", "HEALED", "SYNCED", "HEAL"
)


def _lead(seen: Seen, status: Status) -> Cells:
    leader = leader_of(seen, status)
    renewed = "-" if leader is None else aged_word(leader.renewed, seen.at)
    return [
        ("-" if status.shard is None else str(status.shard), Role.TEXT),
        say((leader.holder if leader is not None else status.holder) or "nobody", Role.TEXT),
        ("now" if leader is not None and leader.moving else renewed, Role.TEXT),
        (aged_word(status.written, seen.at), Role.TEXT),
        ("yes", Role.HEALING) if status.healing else ("no", Role.TEXT),
        (aged_word(status.started, seen.at), Role.TEXT),
        say(status.version),
    ]


def _app(app: AppTold, now: float) -> Cells:
    drifts = sum(app.counts.get(verdict.value, 0) for verdict in DRIFT_VERDICTS)
    state = "problem" if app.problem is not None else app.state
    role = Role.ERROR if app.problem is not None else _STATES.get(app.state, Role.TEXT)
    return [
        say(app.name),
        say(app.cluster),
        say(state.replace("_", " ") or "unknown", role),
        (f"{drifts}/{sum(app.counts.values())}", role),
        say((app.revision or "-")[:7]),
        (aged_word(app.oldest.since if app.oldest is not None else None, now), Role.TEXT),
        (aged_word(app.last_heal.ts if app.last_heal is not None else None, now), Role.TEXT),
        (aged_word(app.last_sync.ts if app.last_sync is not None else None, now), Role.TEXT),
        heal(app, now, why=False),
    ]


# What needs a person ----------------------------------------------------------------------------


def _about(app: AppTold, seen: Seen, page: Page, *, asked: bool) -> Iterator[Line]:
    """Yield what is amiss with an app; of one that is asked for, what was done lately, too."""
    said = [*_troubles(app, seen.at), *(_deeds(app, seen) if asked else ())]
    if not said:
        return
    yield ()
    yield (say(app.name, Role.TITLE),)
    for span in said:
        yield from page.ink.wrapped((span,), indent=2)


def _troubles(app: AppTold, now: float) -> Iterator[Span]:
    if app.problem is not None:
        yield say(app.problem.words, Role.ERROR)
    if app.held is not None:
        yield say(app.held.words, Role.WARNING)
    for pause in app.pauses:
        until = epoch_of(pause.until)
        if pause.object is not None and until is not None and until > now:
            who = f" by {pause.author}" if pause.author else ""
            what = f"{named(pause.object)}: paused for {age(until - now)}{who}: {pause.reason}"
            yield say(what, Role.WARNING)
    for each in app.objects[:_OBJECTS]:
        yield say(story(each), _STATES.get(each.verdict, Role.TEXT))
    more = len(app.objects) - _OBJECTS
    if more > 0:
        yield (f"and {more} more; -o json has them", Role.MUTED)


def _deeds(app: AppTold, seen: Seen) -> Iterable[Span]:
    every = chain.from_iterable(status.journal for status in seen.statuses)
    writes = sorted((each for each in every if each.app == app.name), key=lambda each: each.ts)
    for each in writes[-_WRITES:]:
        failed = f": {each.words}" if each.outcome != "done" and each.words else ""
        yield say(f"{each.verb.replace('_', ' ')} {last(each, seen.at)}{failed}")
