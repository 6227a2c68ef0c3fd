"""The accounts of a soak: what the audit log and driftdeck's own lines say, held against the rules.

Every rule is a function from values to sentences, one for each breach; no sentence, no breach.

A *write* is a request of ours that changes an object, no dry-run.  Some faults eat answers: what we
sent arrives, and nobody tells us.  Writes beside such a fault may lack their line, and lines beside
a killed API server their entry; how many did is part of the report.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import inf
from statistics import median
from typing import Final, TypeVar

from tests.soak.objects import Ref

GRACE_S: Final = 10.0  # a write may be under way while Git drops its object
TOLD_WITHIN_S: Final = 15.0
PACE_S: Final = 1.0  # from an action to the next one about the same object that needs no reason
SPARE_S: Final = 10.0  # so often one more needs none either
NEW_FOR_S: Final = 10.0  # the longest a fault keeps news from us, and we are connected again
GROWTH_MAX: Final = 1.15
QUARTER_S: Final = 30  # of memory at least, at one sample a second: shorter lives prove nothing

EATING: Final = frozenset(
    {
        "API server killed",
        "connections cut",
        "connections stalled",
        "open connections deaf",
        "engine killed",
        "engine ended by TERM",
        "settings changed",  # which is another engine
    }
)
UNRECORDED: Final = frozenset({"API server killed"})  # it dies between a write and its entry
DONE: Final = frozenset({"healed", "synced", "taken_over"})
TRIED: Final = frozenset({"heal_failed", "sync_failed"})


@dataclass(frozen=True, slots=True)
class Request:
    """An entry of the audit log: one request for one object; times in seconds since the epoch."""

    since: float
    until: float
    user: str
    verb: str
    ref: Ref
    status: int
    dry_run: bool = False
    applied: bool = False  # a server-side apply, no patch

    @property
    def part(self) -> int:
        """Which part of an action it is: read, ask about the apply and the whole, apply, patch."""
        if self.verb == "get":
            return 0
        return 1 + 2 * (not self.dry_run) + (not self.applied)

    @property
    def changes(self) -> bool:
        """Whether it asked for a change."""
        return not self.dry_run and self.verb != "get"

    @property
    def changed(self) -> bool:
        """Whether it was granted, too."""
        return self.changes and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Told:
    """A line of driftdeck that names an object."""

    at: float
    event: str
    ref: Ref


@dataclass(frozen=True, slots=True)
class News:
    """Something to act upon, in seconds since the epoch; None is every object."""

    at: float
    ref: Ref | None


T = TypeVar("T", Request, Told)


@dataclass(frozen=True, slots=True)
class Window:
    """A fault, from its beginning to its end, in seconds since the epoch."""

    kind: str
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Naming:
    """Git names an object so long, in seconds since the epoch."""

    ref: Ref
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Matched:
    """Lines and entries that lack each other, and how many are excused by a fault."""

    breaches: tuple[str, ...]
    excused: int


def foreign_writes(ours: Iterable[Request], named: Iterable[Naming]) -> Iterator[str]:
    """Find writes, refused ones too, to what Git did not name then; our inventories are ours."""
    spans: defaultdict[Ref, list[Naming]] = defaultdict(list)
    for naming in named:
        spans[naming.ref].append(naming)
    for request in ours:
        if not request.changes or is_inventory(request.ref):
            continue
        at = request.since
        if not any(n.since <= at < n.until + GRACE_S for n in spans[request.ref]):
            yield f"{_clock(at)} {request.verb} of {request.ref}, which Git does not name"


def is_inventory(ref: Ref) -> bool:
    """Tell whether it is where an app keeps what it applied."""
    _, _, app = ref.namespace.partition("-")
    return ref.resource == "configmaps" and ref.name.startswith(f"driftdeck-{app}-")


def matched(ours: Iterable[Request], told: Iterable[Told], faults: Sequence[Window]) -> Matched:
    """Hold each write that was done against a line that says so, and each line against a write.

    A line needs a write of its object since the line before it.  A write needs a line, or one that
    says what of it failed, within `TOLD_WITHIN_S`.
    """
    writes = _by_ref(each for each in ours if each.changed and not is_inventory(each.ref))
    lines = _by_ref(told)
    breaches: list[str] = []
    excused = 0
    for ref in sorted({*writes, *lines}):
        for at, lack in _unmatched(writes.get(ref, ()), lines.get(ref, ())):
            eaten = EATING if lack == "line" else UNRECORDED
            if any(w.kind in eaten and w.since - 2 < at < w.until + 5 for w in faults):
                excused += 1
            else:
                what = "write without a line" if lack == "line" else "line without a write"
                breaches.append(f"{_clock(at)} {what}: {ref}")
    return Matched(tuple(breaches), excused)


def _unmatched(writes: Sequence[Request], lines: Sequence[Told]) -> Iterator[tuple[float, str]]:
    before = 0.0
    for line in lines:
        if line.event in DONE:
            if not any(before < w.until and w.since <= line.at for w in writes):
                yield line.at, "entry"
            before = line.at
    for write in writes:
        ends = (line.at for line in lines if line.event in DONE | TRIED)
        if not any(write.since <= at <= write.until + TOLD_WITHIN_S for at in ends):
            yield write.until, "line"


def storms(requests: Sequence[Request], ours: str, news: Iterable[News]) -> Iterator[str]:
    """Find objects that we asked about more than once a second, though there was nothing new.

    An *action* is what one version of an object is asked and sent: a read, a dry-run of the apply,
    one of the whole as a patch, the apply, the patch; each at most once, in this order.  A request
    out of this order begins another action.

    One action a second needs no reason.  Each other one needs a change by somebody else, a commit
    or a start of the engine of its own, not older than `NEW_FOR_S`: as long as a fault may keep it
    from us.  Now and then one more is no storm: a second's timer that is some milliseconds early, a
    question about what our own write left.  For an inventory each commit to what it names is a
    reason, and each write of it by us: it is written before and after (safety.md section 3); and
    its parts are read together.
    """
    news = [*news]
    objects = _by_ref(requests)
    for ref, all_of_it in sorted(objects.items()):
        actions = list(_actions(each for each in all_of_it if each.user == ours))
        known = [each.at for each in news if each.ref in {None, ref} or _names(ref, each.ref)]
        changes = [each for each in all_of_it if each.user != ours]
        if is_inventory(ref):
            changes = [each for each in requests if _is_reason(each, ref, ours)]
        reasons = sorted([*known, *(each.until for each in changes if each.changed)])
        unfounded = list(_unfounded(actions, reasons))
        if unfounded:
            seconds = [len(tuple(group)) for _, group in groupby(actions, int)]
            yield (
                f"{_clock(unfounded[0])} {ref}: {len(unfounded)} actions too many of "
                f"{len(actions)}, up to {max(seconds)} in one second"
            )


def _is_reason(request: Request, inventory: Ref, ours: str) -> bool:
    """Tell whether others touched any part of an inventory, or we what it names."""
    if request.user == ours:
        return _names(inventory, request.ref)
    return is_inventory(request.ref) and request.ref.namespace == inventory.namespace


def _names(inventory: Ref, ref: Ref | None) -> bool:
    """Tell whether an object may stand in an inventory: each namespace has one app."""
    if ref is None or is_inventory(ref):
        return False
    return is_inventory(inventory) and ref.namespace == inventory.namespace


def _actions(requests: Iterable[Request]) -> Iterator[float]:
    last = inf
    for request in requests:
        if request.part <= last:
            yield request.since
        last = request.part


def _unfounded(actions: Iterable[float], reasons: Sequence[float]) -> Iterator[float]:
    """Yield the actions that no reason is left for; the oldest that still counts goes first."""
    coming, left = deque(reasons), deque[float]()
    paced = spared = -inf
    for at in actions:
        while coming and coming[0] <= at:
            left.append(coming.popleft())
        while left and left[0] < at - NEW_FOR_S:
            left.popleft()
        if at - paced >= PACE_S:
            paced = at
        elif left:
            left.popleft()
        elif at - spared >= SPARE_S:
            spared = at
        else:
            yield at


def growths(lives: Iterable[Sequence[float]]) -> Iterator[str]:
    """Find lives whose memory in the last quarter is above that of the first by more than 15 %."""
    for number, samples in enumerate(lives, 1):
        quarters = first_and_last(samples)
        if quarters and quarters[1] > quarters[0] * GROWTH_MAX:
            yield f"memory of life {number} grew from {quarters[0]:.0f} to {quarters[1]:.0f} MB"


def first_and_last(samples: Sequence[float]) -> tuple[float, float] | None:
    """Return the medians of the first and the last quarter; None of a life that is too short."""
    quarter = len(samples) // 4
    if quarter < QUARTER_S:
        return None
    return median(samples[:quarter]), median(samples[-quarter:])


def deaths(lives: Iterable[tuple[int | None, int | None]], words: Iterable[str]) -> Iterator[str]:
    """Find lives, (code, meant code), that ended otherwise than asked, and tracebacks."""
    for number, (code, meant) in enumerate(lives, 1):
        if code != meant:
            yield f"life {number} ended with {code}, and {meant} was asked for"
    for number, line in enumerate(words, 1):
        if "Traceback" in line or "exception was never retrieved" in line:
            yield f"line {number} on stderr: {line.strip()}"


def latencies(edits: Iterable[Request], ours: Iterable[Request]) -> Iterator[tuple[float, float]]:
    """Yield for each edit when it was done, and how long it took until our next write."""
    writes = _by_ref(each for each in ours if each.changed)
    for edit in edits:
        after = (w.until for w in writes.get(edit.ref, ()) if w.since > edit.since)
        healed = next(after, None)
        if healed is not None:
            yield edit.until, max(0.0, healed - edit.until)


def _by_ref(values: Iterable[T]) -> Mapping[Ref, list[T]]:
    found: defaultdict[Ref, list[T]] = defaultdict(list)
    for value in values:
        found[value.ref].append(value)
    return found


def _clock(at: float) -> str:
    return f"{at:.3f}"
