"""The journal against the audit log and the lines: each write once in each of the three.

A write lies within exactly one entry of its object, from the intent to the outcome.  An entry that
says `done` has its writes, each part of an action once, and its line.  Beside a fault that eats
answers an entry may lack its line, or a write be sent a second time.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import Final

from tests.soak.accounting import DONE, EATING, UNRECORDED, Request, Told, Window, is_inventory
from tests.soak.objects import Ref

SOON_S: Final = 5.0  # after its outcome a line is printed
TICK_S: Final = 1e-6  # the audit log leaves out what is less; both read one machine's clock
BESIDE_S: Final = 10.0  # of a fault


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry of the journal: one write of an object, in seconds since the epoch."""

    at: float
    ended: float | None  # None: it was left open
    ref: Ref
    done: bool


def misrecorded(
    ours: Iterable[Request],
    told: Iterable[Told],
    entries: Sequence[Recorded],
    faults: Sequence[Window],
) -> Iterator[str]:
    """Find writes, entries and lines that lack each other, or are there twice."""
    by_ref: defaultdict[Ref, list[Recorded]] = defaultdict(list)
    for entry in entries:
        by_ref[entry.ref].append(entry)
        if entry.ended is None:
            yield f"{entry.at:.3f} left open in the journal: {entry.ref}"
    parts: defaultdict[Recorded, Counter[int]] = defaultdict(Counter)
    for write in ours:
        if not write.changed or is_inventory(write.ref):
            continue
        found = [each for each in by_ref[write.ref] if _holds(each, write.since)]
        if len(found) != 1:
            spans = "".join(f", {each.at:.6f} to {each.ended or inf:.6f}" for each in found)
            yield (
                f"{write.since:.6f} a write in {len(found)} entries of the journal: "
                f"{write.ref}{spans}"
            )
        for each in found:
            parts[each][write.part] += 1
    lines: defaultdict[Ref, list[float]] = defaultdict(list)
    for line in told:
        if line.event in DONE:
            lines[line.ref].append(line.at)
    for ref, some in by_ref.items():
        yield from _of_object(some, lines[ref], parts, faults)


def _holds(entry: Recorded, at: float) -> bool:
    return entry.at - TICK_S <= at and (entry.ended is None or at <= entry.ended)


def _of_object(
    entries: Sequence[Recorded],
    lines: list[float],
    parts: defaultdict[Recorded, Counter[int]],
    faults: Sequence[Window],
) -> Iterator[str]:
    for entry in (each for each in entries if each.done):
        ended = entry.ended or entry.at
        sent = parts[entry]
        if not sent and not _beside(entry, faults, UNRECORDED):
            yield f"{entry.at:.3f} done in the journal and not in the audit log: {entry.ref}"
        eaten = _beside(entry, faults, EATING)
        if any(count > 1 for count in sent.values()) and not eaten:
            yield f"{entry.at:.3f} one entry, and a write sent twice: {entry.ref}"
        mine = [at for at in lines if entry.at <= at <= ended + SOON_S]
        if mine:
            lines.remove(mine[0])
        elif not eaten:
            yield f"{entry.at:.3f} done in the journal, and no line says so: {entry.ref}"
    yield from (f"{at:.3f} a line that is not in the journal: {entries[0].ref}" for at in lines)


def _beside(entry: Recorded, faults: Iterable[Window], kinds: frozenset[str]) -> bool:
    ended = entry.ended or entry.at
    return any(
        fault.kind in kinds and fault.since - BESIDE_S < ended and entry.at < fault.until + BESIDE_S
        for fault in faults
    )
