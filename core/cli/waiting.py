"""Waiting until objects work: how far it is, on stderr, and in the end what does not, and why.

What changed is looked at at once, what is not there yet every second; nothing of that asks the API
server, which tells by its watch.  Only of what does not work in the end are pods read.
"""

import asyncio
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Final, Protocol, TextIO

from core.clean import clean
from core.cli.exit_codes import CODES
from core.cli.output.ink import Ink
from core.cli.output.streams import put, write
from core.cli.session import EngineLike, needed, until
from core.model import Drift, Health, HealthState, Key, Remedy, Snapshot, Verdict
from core.reconcile.memory.commands import Examine
from core.telling import objects
from core.telling.moments import age
from core.telling.spans import Role, say

LOOK_S: Final = 1.0
_FIRST_REQUEST: Final = 1_000_000  # those of plans begin at 1
_ON_THE_WAY: Final = frozenset({HealthState.IN_PROGRESS, HealthState.TERMINATING})
_TOLD_MAX: Final = 20  # of those that do not work; a page that nobody reads helps nobody


class Streams(Protocol):
    """Where it is told."""

    @property
    def out(self) -> TextIO:
        """For what came of it."""
        ...

    @property
    def err(self) -> TextIO:
        """For how far it is."""
        ...

    @property
    def ink(self) -> Ink:
        """How `out` is written on."""
        ...


@dataclass(slots=True)
class Known:
    """What was found out so far, of every object that Git states."""

    rows: dict[Key, Drift] = field(default_factory=dict)
    healths: dict[Key, Health] = field(default_factory=dict)

    def news(self, snapshot: Snapshot) -> frozenset[Key]:
        """Return the objects that changed since they were looked at."""
        wanted = stated(snapshot)
        return frozenset(key for key, row in wanted.items() if self.rows.get(key) is not row)

    def take(self, snapshot: Snapshot, healths: dict[Key, Health]) -> None:
        """Take what was found out of some, as of a snapshot; others are gone or as they were."""
        self.rows = stated(snapshot)
        self.healths = {
            key: healths.get(key) or self.healths.get(key) or _absent(row)
            for key, row in self.rows.items()
        }

    @property
    def moving(self) -> frozenset[Key]:
        """Those that are on the way."""
        return frozenset(key for key, one in self.healths.items() if one.state in _ON_THE_WAY)

    @property
    def amiss(self) -> list[Key]:
        """Those that do not work."""
        return sorted(k for k, one in self.healths.items() if one.state is not HealthState.CURRENT)

    def line(self) -> str:
        """Say how far it is, and name the first that it waits for."""
        total, amiss = len(self.healths), self.amiss
        first = f"; {_words(amiss[0], self.healths[amiss[0]])}" if amiss else ""
        return f"{total - len(amiss)} of {total} objects work{first}"


def stated(snapshot: Snapshot) -> dict[Key, Drift]:
    """Return the rows of objects that Git states: nobody waits for others."""
    return {key: row for key, row in snapshot.rows.items() if row.verdict is not Verdict.EXTRA}


def _absent(row: Drift) -> Health:
    missing = row.verdict is Verdict.MISSING
    words = "it is not in the cluster" if missing else row.reason or "it cannot be read"
    return Health(HealthState.UNKNOWN, words)


def _words(key: Key, health: Health) -> str:
    return f"{objects.name_of(key.ref)}: {objects.works(health)[0]}"


class Progress:
    """One line that is written over on a terminal; elsewhere a line now and then."""

    def __init__(self, err: TextIO) -> None:
        """Write on *err*."""
        self._err, self._said, self._at = err, "", float("-inf")
        self._over = err.isatty() and os.environ.get("TERM") != "dumb"

    def show(self, words: str, *, left_s: float, now: float) -> None:
        """Say how far it is at *now*, in seconds of any clock."""
        if self._over:
            width = shutil.get_terminal_size().columns - 1
            told = clean(f"{age(left_s)} left: {words}", max_cells=width)
            write(self._err, f"\r\x1b[2K{told}")
        elif words != self._said and now - self._at >= LOOK_S:
            put(self._err, [clean(f"driftdeck: waiting: {words}")])
            self._said, self._at = words, now

    def end(self) -> None:
        """Leave the line empty."""
        if self._over:
            write(self._err, "\r\x1b[2K")


async def until_all_work(engine: EngineLike, streams: Streams, *, wait_s: float) -> int:
    """Wait until every object that Git states works, no longer than that; return the exit code.

    It ends before, where those that do not work are not on the way any more.
    """
    progress = Progress(streams.err)
    try:
        known = await _watched(engine, progress, wait_s)
    finally:
        progress.end()
    total, amiss = len(known.healths), known.amiss
    if not amiss:
        put(streams.out, ["the one object works" if total == 1 else f"all {total} objects work"])
        return 0
    closer = await examined(engine, frozenset(amiss), _FIRST_REQUEST - 1, closely=True)
    found = {**known.healths, **closer}
    put(streams.out, _told(amiss, found, streams.ink))
    late = f" after {age(wait_s)}" if known.moving else ""
    verb = "does" if len(amiss) == 1 else "do"
    put(streams.err, [f"driftdeck: {len(amiss)} of {total} objects {verb} not work{late}"])
    return CODES[Remedy.WAIT]


async def _watched(engine: EngineLike, progress: Progress, wait_s: float) -> Known:
    clock, known = asyncio.get_running_loop().time, Known()
    give_up_at = clock() + wait_s
    for number in count(_FIRST_REQUEST):
        left_s = max(0.0, give_up_at - clock())
        known = await _looked(engine, known, number, within_s=min(LOOK_S, left_s))
        left_s = max(0.0, give_up_at - clock())
        progress.show(known.line(), left_s=left_s, now=clock())
        if not known.moving or not left_s:
            break
    return known


async def _looked(engine: EngineLike, known: Known, number: int, *, within_s: float) -> Known:
    """Look at what changed, or if nothing does in that time at what is on the way."""
    snapshot, _ = await until(engine, lambda s: bool(known.news(s)), deadline_s=within_s)
    wanted = known.news(snapshot) | known.moving
    healths = await examined(engine, wanted, number) if wanted else {}
    made = replace(known)
    made.take(snapshot, healths)
    return made


async def examined(
    engine: EngineLike, keys: frozenset[Key], number: int, *, closely: bool = False
) -> dict[Key, Health]:
    """Ask the engine whether objects work; those that are not there are not in the answer.

    Raises:
        UnavailableError: It did not answer.
    """
    asked = Examine(number, keys, closely)
    answer = await needed(engine, asked, Snapshot.healths_for, "answer")
    return dict(answer.of)


def _told(amiss: Iterable[Key], found: dict[Key, Health], ink: Ink) -> Iterator[str]:
    listed = list(amiss)
    for key in listed[:_TOLD_MAX]:
        words, role = objects.works(found[key])
        yield ink.line((say(f"{objects.name_of(key.ref)}: ", Role.STRONG), (words, role)))
    if len(listed) > _TOLD_MAX:
        yield f"and {len(listed) - _TOLD_MAX} more; driftdeck diff --all -o json has all"
