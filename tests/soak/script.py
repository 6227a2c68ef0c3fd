"""What everybody does in a soak, and when: drawn from a seed before anything begins.

Nothing here depends on what the servers answer, so the same seed plays the same story again.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import inf
from typing import Final

from tests.soak.edits import Edit, Pen
from tests.soak.objects import APPS, Ref, Stated, first_statement

USERS: Final = ("alice", "bob", "carol")
_EDIT_EVERY_S: Final = 1.7  # each user, on average
_COMMIT_EVERY_S: Final = 8.0
_FAULT_EVERY_S: Final = 13.0
_QUIET_S: Final = 15.0  # without a fault at the start, and after the last one at the end
_KILLS_UNTIL: Final = 0.4  # part of the time; the last life is long enough to see memory grow
_WARM_S: Final = 5.0  # from the start of an engine to the restart of the API server that it knows
_AWAY_S: Final = 1.0
_SETTLED_S: Final = 8.0  # settings that change: they are looked at every second
_EARLY: Final = 5  # the first cards of a deck
_BROKEN: Final = b"apiVersion: v1\nkind: [\n"


class FaultKind(StrEnum):
    """What goes wrong."""

    API_KILLED = "API server killed"
    CUT = "connections cut"
    STALL = "connections stalled"
    STALE = "open connections deaf"
    BURST = "status written 20 times"
    ETCD_STOPPED = "etcd stopped"
    INVENTORY_DELETED = "inventory deleted"
    INVENTORY_EMPTIED = "inventory emptied"
    INVENTORY_BROKEN = "inventory unreadable"
    RIGHTS_TAKEN = "rights taken"
    TOKEN_ROTATED = "token rotated"
    SETTINGS_CHANGED = "settings changed"
    ENGINE_KILLED = "engine killed"
    ENGINE_ENDED = "engine ended by TERM"


_ENGINE: Final = (FaultKind.ENGINE_KILLED, FaultKind.ENGINE_ENDED)
_OTHERS: Final[tuple[FaultKind, ...]] = tuple(kind for kind in FaultKind if kind not in _ENGINE)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, on one app where that matters."""

    at_s: float
    kind: FaultKind
    lasts_s: float
    app: str


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit: file to content, None deletes it."""

    at_s: float
    message: str
    files: Mapping[str, bytes | None]
    refs: tuple[Ref, ...] = ()  # the objects it changes


@dataclass(frozen=True, slots=True)
class Span:
    """Git names an object so long, in seconds of the script."""

    ref: Ref
    since_s: float = -inf
    until_s: float = inf


@dataclass(frozen=True, slots=True)
class Script:
    """A whole story, each part in the order of time."""

    seconds: float
    edits: tuple[Edit, ...]
    commits: tuple[Commit, ...]
    faults: tuple[Fault, ...]
    spans: tuple[Span, ...]  # what Git names, and when
    outcome: tuple[Stated, ...]  # what Git states in the end


def script_of(seed: int, seconds: float) -> Script:
    """Draw a story of *seconds*."""
    history = _History(random.Random(f"{seed} commits"))
    for at_s in _times(history.dice, _COMMIT_EVERY_S, seconds):
        history.go_on(at_s, seconds)
    history.mend_all(seconds)
    spans = tuple(history.spans.values())
    pen = Pen(random.Random(f"{seed} edits"))
    moments = sorted(
        (at_s, user)
        for user in USERS
        for at_s in _times(random.Random(f"{seed} {user}"), _EDIT_EVERY_S, seconds)
    )
    return Script(
        seconds,
        tuple(pen.edit(at_s, user, _choices(spans, at_s)) for at_s, user in moments),
        tuple(sorted(history.commits, key=lambda commit: commit.at_s)),
        tuple(_faults(random.Random(f"{seed} faults"), seconds)),
        spans,
        tuple(sorted(history.stated.values())),
    )


def _times(dice: random.Random, every_s: float, seconds: float) -> Iterator[float]:
    at_s = dice.expovariate(1 / every_s)
    while at_s < seconds:
        yield at_s
        at_s += dice.expovariate(1 / every_s)


def _choices(spans: Sequence[Span], at_s: float) -> list[Ref]:
    """Name what may be edited: what Git dropped, too, but nothing just when it is dropped."""
    return [
        span.ref
        for span in spans
        if at_s > span.since_s + 3 and not span.until_s - 8 < at_s < span.until_s + 5
    ]


def _faults(dice: random.Random, seconds: float) -> Iterator[Fault]:
    yield _warming(_WARM_S)
    deck: list[FaultKind] = []
    at_s = _QUIET_S
    while at_s < seconds - _QUIET_S:
        early = at_s < seconds * _KILLS_UNTIL
        deck = [kind for kind in deck if early or kind not in _ENGINE]
        if not deck:
            deck = _shuffled(dice, engine=early)
        fault = Fault(at_s, deck.pop(), dice.uniform(1.0, 6.0), dice.choice(APPS))
        if fault.kind in _ENGINE:
            yield replace(fault, lasts_s=_WARM_S)
            yield _warming(at_s + _WARM_S)
        elif fault.kind is FaultKind.SETTINGS_CHANGED:
            yield replace(fault, lasts_s=_SETTLED_S)
        else:
            yield fault
        at_s += _FAULT_EVERY_S * dice.uniform(0.8, 1.2)


def _warming(at_s: float) -> Fault:
    """Restart the API server early in each life of the engine.

    The first restart takes room once, for new connections beside the old, and memory is judged from
    the first quarter of a life on: so that belongs into it.
    """
    return Fault(at_s, FaultKind.API_KILLED, _AWAY_S, APPS[0])


def _shuffled(dice: random.Random, *, engine: bool) -> list[FaultKind]:
    """Shuffle all kinds; those of the engine come early, for later it is left alone."""
    deck: list[FaultKind] = dice.sample(_OTHERS, len(_OTHERS))
    for kind in _ENGINE if engine else ():
        deck.insert(len(deck) - dice.randrange(_EARLY), kind)
    return deck


@dataclass
class _History:
    """The commits, as they are drawn one after the other."""

    dice: random.Random
    stated: dict[Ref, Stated] = field(default_factory=dict)
    spans: dict[Ref, Span] = field(default_factory=dict)
    commits: list[Commit] = field(default_factory=list)
    broken: dict[Ref, float] = field(default_factory=dict)  # and when it is mended

    def __post_init__(self) -> None:
        for each in first_statement():
            self.stated[each.ref] = each
            self.spans[each.ref] = Span(each.ref)

    def go_on(self, at_s: float, until_s: float) -> None:
        """Draw the commit at *at_s*."""
        self._mend(at_s)
        guests = [ref for ref in self._whole() if ref.name.startswith("guest")]
        match self.dice.choices(("change", "add", "drop", "break", "notes"), (60, 12, 8, 12, 8))[0]:
            case "add":
                self._add(at_s)
            case "drop" if guests:
                self._drop(at_s, self.dice.choice(guests))
            case "break":
                self._break(at_s, min(at_s + self.dice.uniform(4, 12), until_s))
            case "notes":
                self.commits.append(Commit(at_s, "Take notes", {"NOTES.md": b"%f" % at_s}))
            case _:
                self._change(at_s, self.dice.choice(self._whole()))

    def mend_all(self, at_s: float) -> None:
        """Leave nothing broken behind."""
        self._mend(at_s)

    def _whole(self) -> list[Ref]:
        return sorted(ref for ref in self.stated if ref not in self.broken)

    def _change(self, at_s: float, ref: Ref) -> None:
        changed = replace(self.stated[ref], turn=self.stated[ref].turn + 1)
        self._write(at_s, "Change", changed)

    def _add(self, at_s: float) -> None:
        kind = self.dice.choice(("ConfigMap", "Deployment"))
        guest = Stated(self.dice.choice(APPS), kind, f"guest-{len(self.commits)}")
        self.spans[guest.ref] = Span(guest.ref, since_s=at_s)
        self._write(at_s, "Add", guest)

    def _drop(self, at_s: float, ref: Ref) -> None:
        gone = self.stated.pop(ref)
        self.spans[ref] = replace(self.spans[ref], until_s=at_s)
        self.commits.append(Commit(at_s, f"Drop {ref}", {gone.file: None}, (ref,)))

    def _break(self, at_s: float, mended_s: float) -> None:
        ref = self.dice.choice(self._whole())
        self.broken[ref] = mended_s
        self.commits.append(Commit(at_s, f"Break {ref}", {self.stated[ref].file: _BROKEN}, (ref,)))

    def _mend(self, at_s: float) -> None:
        for ref, mended_s in sorted(self.broken.items()):
            if mended_s <= at_s:
                del self.broken[ref]
                self._write(mended_s, "Mend", self.stated[ref])

    def _write(self, at_s: float, verb: str, stated: Stated) -> None:
        self.stated[stated.ref] = stated
        files = {stated.file: stated.text()}
        self.commits.append(Commit(at_s, f"{verb} {stated.ref}", files, (stated.ref,)))
