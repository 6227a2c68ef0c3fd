"""One line for each row of a list: app, object, commit, event."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Final, TypeAlias

from rich.cells import cell_len

from core.model import AppView, Commit, Drift, Event, EventName, Verdict, fields_of
from core.telling import events, objects
from core.telling.moments import age, ago
from core.telling.origins import author_name
from core.telling.spans import Line, Role, Span, say
from core.telling.verdicts import RANKS
from tui.text.kinds import short_kind
from tui.text.signs import SIGNS, Sign, paused, sign_of
from tui.text.spans import clip, cut_middle, padded, right, width_of

_SIGN_CELLS = 11  # "≠ contested"
_COUNT_CELLS = 4  # "!12"
_AGE_CELLS = 5  # "≥12m"
_LOST_CELLS = 29  # "⇄ last seen contested 12m ago"
_NAMESPACE_FROM = 62  # cells of list from which the namespace has its own column
_CLUSTER_FROM = 80  # cells of a list of every app from which the cluster has its own column
_WHOLE_EVENT_FROM = 76  # cells of list from which an event needs no short words
_WORTH_BEGINNING = 12  # cells from which the beginning of a message says something
_VALUE_CHARACTERS = (40, 20, 12)  # of a field's value in an event, by how much room there is


Since: TypeAlias = tuple[float, bool]
"""When something began to differ, and whether just then or then at the latest."""


@dataclass(frozen=True, slots=True)
class AppRow:
    """One app of the list, with what its objects add up to."""

    view: AppView
    verdict: Verdict | None  # None while it is being read
    sign: Sign
    drifted: int  # objects that are not as Git says; contested ones are for others to decide
    since: Since | None  # of the oldest drift
    problem: str

    @property
    def rank(self) -> int:
        """Where it belongs in the list."""
        return len(RANKS) if self.verdict is None else RANKS[self.verdict]


@dataclass(frozen=True, slots=True)
class Looks:
    """What every line needs to know about the moment and the terminal."""

    now: float = 0.0
    ascii_only: bool = False
    lost: Mapping[str, float] = field(
        default_factory=dict
    )  # clusters that are not to be heard now, and when they last were

    @property
    def arrow(self) -> str:
        """From live to Git."""
        return "->" if self.ascii_only else "→"


def since_words(since: Since | None, looks: Looks) -> str:
    """`12m`, and `≥12m` where only the beginning of our own watch is known."""
    if since is None:
        return ""
    epoch, just_then = since
    lead = "" if just_then else ">" if looks.ascii_only else "≥"
    return f"{lead}{age(looks.now - epoch)}"


def sign_spans(sign: Sign, looks: Looks) -> Line:
    """Glyph and word."""
    text = f"{sign.mark(ascii_only=looks.ascii_only)} {sign.word}"
    if len(text) > _SIGN_CELLS:
        text = text.replace(" ", "", 1)  # "◷paused 30m"
    return ((padded(text, _SIGN_CELLS), sign.role),)


def app_line(row: AppRow, width: int, looks: Looks) -> Line:
    """`≠ drifted  payments  4 12m`, or the reason where nothing can be said."""
    name = say(row.view.spec.name)[0]
    lost_at = looks.lost.get(row.view.spec.cluster)
    problem = row.problem if lost_at is None else f"not heard {age(looks.now - lost_at)}"
    if problem:
        tail = say(problem)[0]
        room = max(8, width - _SIGN_CELLS - 2 - min(len(tail), width // 2))
        rest = width - _SIGN_CELLS - 2 - room
        return (
            *sign_spans(row.sign, looks),
            (" " + padded(name, room) + " ", Role.TEXT),
            (padded(tail, rest), Role.ERROR),
        )
    count = str(row.drifted or row.view.counts.get(Verdict.CONTESTED) or "")
    heal = ("H " if looks.ascii_only else "↻ ") if row.view.healing else "  "
    stopped = row.view.held is not None
    since = since_words(row.since, looks)
    room = width - _SIGN_CELLS - 1 - 2 - 5 - 6
    return (
        *sign_spans(paused(row.view.held, looks.now) or row.sign, looks),
        (" " + padded(name, room), Role.TEXT),
        ("! ", Role.WARNING) if stopped else (heal, Role.HEALING),
        (right(count, 5), row.sign.role),
        (right(since, 6), Role.MUTED),
    )


def resource_line(drift: Drift, width: int, looks: Looks) -> Line:
    """`≠ drifted  Deployment api  2 12m`."""
    if drift.cluster in looks.lost:
        return _lost_line(drift, looks.lost[drift.cluster], width, looks)
    sign, ref = sign_of(drift, looks.now), drift.key.ref
    counted = fields_of(drift)
    count = str(counted) if counted else ""
    since = since_words(objects.began(drift), looks)
    tail = _COUNT_CELLS + _AGE_CELLS
    fixed = _SIGN_CELLS + 1 + tail
    kind_cells = min(22, max(10, (width - fixed) * 2 // 5))
    wide = width >= _NAMESPACE_FROM
    space_cells = (width - fixed - kind_cells) // 3 if wide else 0
    room = max(4, width - fixed - kind_cells - 1 - space_cells)
    alone = not (wide or count or since or drift.problem)
    if alone:
        room += tail  # nothing else wants the space
    name = say(ref.name)[0]
    role = Role.MUTED if drift.verdict is Verdict.IN_SYNC else Role.TEXT
    spans = [
        *sign_spans(sign, looks),
        (" " + padded(say(ref.kind)[0], kind_cells) + " ", Role.MUTED),
        (padded(cut_middle(name, room - wide), room), role),
    ]
    if wide:
        spans.append((padded(say(ref.namespace)[0], space_cells), Role.MUTED))
    if alone:
        return tuple(spans)
    if drift.problem:
        spans.append((right("!" + count, _COUNT_CELLS), Role.ERROR))
    else:
        spans.append((right(count, _COUNT_CELLS), sign.role))
    return (*spans, (right(since, _AGE_CELLS), Role.MUTED))


def fleet_lead(drift: Drift, width: int) -> Line:
    """What stands before a row among those of every app: its app, and its cluster in 80 cells."""
    app_cells = min(20, max(10, width // 5))
    cluster_cells = 16 if width >= _CLUSTER_FROM else 0
    lead: list[Span] = [(padded(say(drift.key.app)[0], app_cells) + " ", Role.STRONG)]
    if cluster_cells:
        name = cut_middle(say(drift.cluster)[0], cluster_cells - 1)
        lead.append((padded(name, cluster_cells), Role.MUTED))
    return tuple(lead)


def reviewed_line(line: Line) -> Line:
    """A row that was ticked off: its glyph stays, the rest is said less loudly."""
    (sign, role), *others = line
    glyph = sign.lstrip()[:1]
    told = padded(f"{glyph} reviewed", cell_len(sign)) if cell_len(sign) >= _SIGN_CELLS else sign
    return ((told, role), *((text, Role.MUTED) for text, _ in others))


def _lost_line(drift: Drift, heard_at: float, width: int, looks: Looks) -> Line:
    """`✓ last seen in sync 2m ago  Deployment api`: nobody knows how it is now."""
    sign, ref = sign_of(drift, looks.now), drift.key.ref
    said = f"{sign.mark(ascii_only=looks.ascii_only)} {last_seen(drift, heard_at, looks.now)}"
    kind = ref.kind if width >= _NAMESPACE_FROM else short_kind(ref.kind)
    room = max(4, width - _LOST_CELLS - 1)
    return (
        (padded(said, _LOST_CELLS) + " ", sign.role),
        (padded(cut_middle(say(f"{kind} {ref.name}")[0], room), room), Role.MUTED),
    )


def last_seen(drift: Drift, heard_at: float, now: float) -> str:
    """`last seen in sync 2m ago`."""
    return f"last seen {SIGNS[drift.verdict].word} {age(now - heard_at)} ago"


def commit_line(commit: Commit, width: int, looks: Looks) -> Line:
    """`a1b2c3d Scale the api  bob 3d`."""
    when = ago(commit.date, looks.now).removesuffix(" ago")
    author = say(author_name(commit.author))[0]
    author_cells = min(14, width // 4)
    room = max(8, width - 8 - author_cells - 1 - 5)
    return (
        (padded(say(commit.id[:7])[0], 8), Role.GIT),
        (padded(say(commit.subject)[0], room), Role.TEXT),
        (" " + padded(author, author_cells), Role.MUTED),
        (right("?" if when == "time unknown" else when, 5), Role.MUTED),
    )


def clock_of(epoch: float) -> str:
    """Time of day of *epoch*, local, with seconds."""
    return datetime.fromtimestamp(epoch).astimezone().strftime("%H:%M:%S")


_SHORT_WORDS: Final[Mapping[EventName, str]] = {
    EventName.SOURCE_UPDATED: "commit",
    EventName.SOURCE_UNAVAILABLE: "no Git",
    EventName.CLUSTER_SYNCED: "listed",
    EventName.CLUSTER_UNAVAILABLE: "lost",
    EventName.DRIFT_DETECTED: "drift",
    EventName.DRIFT_GONE: "gone",
    EventName.HEAL_FAILED: "heal fail",
    EventName.HEAL_SKIPPED: "skipped",
    EventName.TAKEN_OVER: "taken",
    EventName.SYNC_FAILED: "sync fail",
}


def event_line(event: Event, width: int, looks: Looks) -> Line:
    """`12:01:07 drift detected   Deployment api  spec.replicas 5 -> 3 jane  changed live`."""
    wide = width >= _WHOLE_EVENT_FROM
    clock, (word, role), ref = clock_of(event.time), events.word(event), event.ref
    about, arrow = events.about(event)[0], f" {looks.arrow} "
    if not wide:
        clock, word, arrow = clock[:5], _SHORT_WORDS.get(event.name, word), looks.arrow
        about = say(f"{short_kind(ref.kind)} {ref.name}")[0] if ref else about
    lead = f"{clock} "
    word = padded(word, 16 if wide else 9) + " "
    about = cut_middle(about, max(16, (width - len(lead + word)) // 2)) + "  "
    named = _fields(event, arrow, width - width_of(((lead + word + about, role),)), whole=wide)
    said = say(event.message)[0]
    line: Line = ((lead, Role.MUTED), (word, role), (about, Role.TEXT), (named, Role.TEXT))
    if said and named and width - width_of(line) < _WORTH_BEGINNING:
        return clip(line, width)
    return clip((*line, ("  " if named else "", Role.TEXT), (said, Role.MUTED)), width)


def _fields(event: Event, arrow: str, room: int, *, whole: bool) -> str:
    """As many fields as fit, shorter if need be; of the others how many, and who: nobody is cut."""
    forms = [
        events.fields(event, arrow, whole=paths, characters=characters)
        for paths in ((True, False) if whole else (False,))
        for characters in _VALUE_CHARACTERS
    ]
    pieces = forms[0]
    for shown in range(len(pieces), 0, -1):
        rest = pieces[shown:]
        tail = ((f"+{len(rest)}", _names(rest)),) if rest else ()
        for form in forms:
            text = say(_by_person((*form[:shown], *tail)))[0]
            if cell_len(text) <= room:
                return text
    names = say(_names(pieces))[0]
    short = ", ".join(name.partition("@")[0] for name in names.split(", "))
    return names if cell_len(names) <= room else cut_middle(short, room)


def _by_person(pieces: Iterable[tuple[str, str]]) -> str:
    """`replicas 5 -> 3, image 1 -> 2 jane; paused true -> false bob`."""
    groups = groupby(pieces, key=itemgetter(1))
    told = (f"{', '.join(what for what, _ in group)} {who}" for who, group in groups)
    return "; ".join(each.rstrip() for each in told)


def _names(pieces: Iterable[tuple[str, str]]) -> str:
    return ", ".join(dict.fromkeys(who for _, who in pieces if who))
