"""What is known of one object, in one record: forgetting an object is one removal."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from core.compare import Earlier
from core.model import (
    Absent,
    Actor,
    Cause,
    Desired,
    Drift,
    EventName,
    Key,
    Live,
    Seen,
    Value,
    Verdict,
)
from core.model.requests import Edit
from core.reconcile.memory.results import Confirmed
from core.reconcile.memory.tables import Map

NO_OBSERVATIONS: Final[Map[str, "Observation"]] = Map()
NO_HEALS: Final[Map[str, "Heals"]] = Map()


@dataclass(frozen=True, slots=True)
class Further:
    """A whole heal that is asked about, as an apply does not do all of it, or was refused."""

    first: Confirmed  # the answer to the apply
    patch: Edit
    blocking: tuple[str, ...] = ()  # live fields that go for Git's sake
    stuck: tuple[tuple[str, str], ...] = ()  # paths that have to stay, and the server's words
    added: tuple[str, ...] = ()  # what the patch takes away or replaces
    rounds: int = 1


@dataclass(frozen=True, slots=True)
class Call:
    """A request in flight for one object, and what it was based on."""

    desired: Desired | None  # None: of a delete
    live: Live | None
    run: int | None = None  # the run it belongs to; None for a dry-run
    seen: tuple[str | None, ...] = ()  # versions that the watch brought meanwhile; None: deleted
    further: Further | None = None  # of a dry-run that is not the first for this version
    listed: tuple[str | None, ...] = ()  # other versions that listings showed meanwhile


@dataclass(frozen=True, slots=True)
class OwnWrite:
    """A write of ours that the cluster has not shown yet (R6)."""

    version: str
    at: float  # when its answer came: a listing that began later shows it
    between: tuple[str, ...] = ()  # versions on the way to it


@dataclass(frozen=True, slots=True)
class Ending:
    """How a Job was seen to end, or to be deleted before it had."""

    digest: str  # of what Git stated then
    end: str  # "Complete" or "Failed"; "" when it was deleted before


@dataclass(frozen=True, slots=True)
class Refusal:
    """A dry-run that predicted nothing, and how long there is no point in asking again."""

    answer: Confirmed
    until: float
    attempts: int
    elsewhere: bool  # what Git states is refused, whatever the live object is


@dataclass(frozen=True, slots=True)
class Sighting:
    """Two versions of one object, one after the other, as the watch or a listing brought them."""

    before: Live
    after: Live
    at: float  # when the second was received
    since: float  # the watch was broken from then on; 0.0: it saw this very step


@dataclass(frozen=True, slots=True)
class Observation:
    """How one field came to its present value, as far as our own watch saw it."""

    seen: Seen
    writer: Actor | None  # as in `Move`
    live: Value | Absent  # the present value, masked; with another one this says nothing any more


@dataclass(frozen=True, slots=True)
class Recollection:
    """What earlier commits stated of an object, as far as it was asked for."""

    revision: str  # where the looking back began
    earlier: tuple[Earlier, ...] | None = None  # newest first; None: the answer is on its way


@dataclass(frozen=True, slots=True)
class Heals:
    """The heals of one field that are not forgotten, oldest first."""

    times: tuple[float, ...] = ()
    writers: tuple[str | None, ...] = ()  # whose change each of them undid
    digest: str | None = None  # of what Git stated
    calm_since: float | None = None  # in sync since then; None: it is not
    told: bool = False  # that somebody fights for it


@dataclass(frozen=True, slots=True)
class Returned:
    """Fields that our last write did not move."""

    digest: str  # of what Git stated
    values: Map[str, Value | Absent]  # by path, masked: with another one this says nothing any more


@dataclass(frozen=True, slots=True)
class Hold:
    """An object that is left alone for a while after a refusal."""

    until: float
    attempts: int
    digest: str  # a new commit lifts it
    version: str | None = None  # so does a new live version, where one is named
    about: tuple[object, ...] | None = None  # so does other drift, where it is for this one alone


@dataclass(frozen=True, slots=True)
class Subject:
    """One object as one app sees it: its row, and everything that is remembered about it."""

    key: Key
    row: Drift | None = None
    rejudge: bool = False  # the row was made with a schema, range or answer that no longer holds
    call: Call | None = None
    planned: int | None = None  # the run that is still to write it
    awaited: OwnWrite | None = None  # while the watch has not brought it
    sightings: tuple[Sighting, ...] = ()  # versions that came since it was judged, oldest first
    observed: Map[str, Observation] = NO_OBSERVATIONS  # by path, of fields that differ now
    heals: Map[str, Heals] = NO_HEALS  # by path, "" for the object itself
    hold: Hold | None = None
    returned: Returned | None = None
    conflicts: int = 0  # heals in a row that met another version than they were decided on
    refusal: Refusal | None = None
    answered_at: float | None = None  # when a dry-run was answered last
    doubtful: bool = False  # and may be answered otherwise now
    ending: Ending | None = None  # of a Job with a time to live
    arrived_at: float = 0.0  # when the watch brought the first change that is not judged yet
    drifted_at: float = 0.0  # the same of the drift that it shows now; 0.0: nobody knows
    past: Recollection | None = None  # kept for as long as something about it differs

    def began(self, name: EventName) -> float:
        """When the watch brought what an event of that name tells; 0.0: nobody knows."""
        if name is EventName.DRIFT_DETECTED:
            return self.arrived_at
        return self.drifted_at if name is EventName.HEALED else 0.0


@lru_cache(maxsize=16)  # one judgement asks for it a dozen times
def unseen(key: Key) -> Subject:
    """Return what is known of an object that was never seen."""
    return Subject(key)


def is_moved(row: Drift) -> bool:
    """Tell whether an object surely drifted by a change in the cluster, and is still there."""
    live = row.cause in {Cause.LIVE_CHANGED, Cause.BOTH}
    return row.verdict is Verdict.DRIFTED and live and not row.confirming
