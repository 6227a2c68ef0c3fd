"""How far a run is: one value for each phase, holding just what that phase needs."""

from dataclasses import dataclass
from typing import Final, TypeAlias

from core.model import Key, Plan, RevertPlan, Run, Step
from core.reconcile.memory.results import Proved
from core.reconcile.memory.tables import Map

_NOTHING_SENT: Final[Map[Key, Step]] = Map()
_NEVER: Final[Map[Key, float]] = Map()


@dataclass(frozen=True, slots=True)
class Look:
    """What was to go when Git and the cluster were looked at."""

    uids: frozenset[str]
    at: float


@dataclass(frozen=True, slots=True)
class Cycle:
    """How far it is known whether what Git dropped of an app may go (safety.md, G1 to G9)."""

    wanted_until: float = 0.0  # a person asked for a plan that prunes
    confirmed: frozenset[Key] = frozenset()  # and confirmed protected objects of it by name
    asking: bool = False  # Git is being asked
    fresh: bool = False  # its answer has just come
    proof: Proved | None = None  # what it said last
    proved_at: float = 0.0
    first: Look | None = None  # the earliest of the looks that agree with the last one
    due: float = 0.0  # when to look again
    told: str = ""  # which guard stopped it, as it was said last
    kept: frozenset[tuple[Key, str]] = frozenset()  # objects that are kept, as it was said last


NO_CYCLE: Final = Cycle()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A revert: its commit is being made, or its app was not read at that commit yet."""

    revert: RevertPlan
    revision: str | None = None  # None: the commit does not exist yet
    until: float = 0.0  # then it is over, whatever was read
    before: str = ""  # the commit that was read before; there is no news while it is that one
    asked: str = ""  # a later commit of which it was asked whether it has this one in it
    passed: str = ""  # a later commit that has


@dataclass(frozen=True, slots=True)
class Committing:
    """A commit is being made, and nothing follows."""


@dataclass(frozen=True, slots=True)
class Enlisting:
    """The inventory is to hold every object of the plan before any of them is written."""


@dataclass(frozen=True, slots=True)
class Applying:
    """Stage by stage; the steps of one stage at the same time."""

    todo: tuple[Step, ...] = ()  # of the stage that is under way, not sent yet
    sent: Map[Key, Step] = _NOTHING_SENT  # not answered yet
    stages: tuple[tuple[Step, ...], ...] = ()  # still to come
    patience_until: float = 0.0  # how long steps wait for their kinds to be served
    recorded: bool = False  # this stage was: its objects are on their way to the inventory
    again: Map[Key, float] = _NEVER  # when to send once more what is in `todo`


@dataclass(frozen=True, slots=True)
class Pruning:
    """Last, what Git dropped goes: one object after the other, each past every guard."""

    todo: tuple[Step, ...]
    sent: Step | None = None  # not answered yet
    id: str = ""  # of the run, as it stands in the inventories; "": it is not there yet
    errors: int = 0  # that nobody expected
    leaving: frozenset[Key] = frozenset()  # deleted, and not seen gone yet
    until: float = 0.0  # how long that is waited for


@dataclass(frozen=True, slots=True)
class Settling:
    """Everything was answered; what became of it is still to be stored in the inventory."""


Phase: TypeAlias = Waiting | Committing | Enlisting | Applying | Pruning | Settling


@dataclass(frozen=True, slots=True)
class RunState:
    """A plan that is carried out."""

    shown: Run
    plan: Plan
    auto: bool  # the engine's own, by standing permission
    phase: Phase
    failed: tuple[Step, ...] = ()  # what was not done so far, each with its problem
    confirmed: bool = False  # by a person, whose word some guards ask for

    @property
    def apps(self) -> tuple[str, ...]:
        """The apps whose objects the plan writes."""
        return tuple(sorted({step.key.app for step in self.plan.runnable}))
