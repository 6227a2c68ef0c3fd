"""The seams of the engine: all that it asks of an API server, of Git, and of who did what.

`core.cluster`, `core.sources`, `core.attribution` and `core.engine.commits` are on the other
side, and in tests a script.  Whatever is learnt without being asked goes into the inbox.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.health import Behind
from core.journal import Entry
from core.meter import UNMETERED, Meter
from core.model import (
    AppSpec,
    AuditEvent,
    Claim,
    Desired,
    Home,
    Key,
    KindRef,
    Live,
    ObjectRef,
    Pause,
    Resource,
    RevertPlan,
)
from core.model.answers.adoptions import AdoptPlan
from core.model.answers.comparisons import Comparison
from core.model.journal import Aim, Done, Intent, Outcome
from core.model.requests import Apply, Edit, Request
from core.reconcile.memory.effects import NOT_NARROWED, LookBack, LookUp, ReadCommit, Recall, Within
from core.reconcile.memory.results import (
    CommitRead,
    Confirmed,
    Explained,
    InventoryRow,
    LookedBack,
    Proved,
    Recalled,
)


class ClusterLike(Protocol):
    """One API server; each method may raise a `ProductError`, which then is the answer."""

    async def run(self) -> None:
        """Follow until cancelled."""

    def follow(
        self,
        kinds: frozenset[KindRef],
        namespaces: frozenset[str] | None,
        *,
        surveyed: frozenset[KindRef] = frozenset(),
        owned: frozenset[str] = frozenset(),
        within: Within = NOT_NARROWED,
    ) -> None:
        """List and watch exactly these kinds; returns at once."""

    async def dry_run(
        self, key: Key, desired: Desired, live: Live, request: Apply | Edit
    ) -> Confirmed:
        """Ask what *request*, which brings *desired*, would make of *live*."""

    async def try_out(self, request: Apply) -> None:
        """Have the server say whether it would take an object that is new, by a dry-run."""

    async def perform(
        self, app: str, requests: Sequence[Request], live: Live | None
    ) -> tuple[Live | None, ...]:
        """Carry out *requests* for *app* on *live*, one after the other; what each left."""

    async def read(self, api_version: str, ref: ObjectRef) -> Live | None:
        """Read one object from the server itself; None means it is not there."""

    async def pods(self, behind: Behind) -> tuple[Live, ...]:
        """Read the pods that stand behind a workload."""
        ...

    async def may(self, verb: str, resource: Resource, namespace: str, name: str) -> bool:
        """Return whether this identity may do *verb* to an object."""

    async def read_inventory(
        self, app: str, namespace: str, home: Home, claim: Claim | None = None
    ) -> tuple[InventoryRow, ...]:
        """Return what was applied for *app*, whose folder *home* is.

        It may have had another name or namespace before, as *claim* tells; None: not any more.
        """

    async def write_inventory(  # noqa: PLR0913, PLR0917 - what a record says
        self,
        app: str,
        namespace: str,
        home: Home,
        rows: Sequence[InventoryRow],
        asked: str = "",
        run: str = "",
        commit: str = "",
    ) -> None:
        """Replace what the inventory says was applied for *app*.

        With when a person *asked* for it, the *run* that is about to delete, and the *commit* that
        counts as applied.
        """

    async def applied_commit(self, app: str, namespace: str) -> str:
        """Return the commit that counts as applied, as the inventory has it now; "": none does."""
        ...

    async def check_record(
        self, app: str, namespace: str, run: str, row: tuple[ObjectRef, str]
    ) -> str:
        """See that the inventory of *app* still has *run* and *row*; an error says that not.

        Return which one of an app that is not in these settings has the object, too; "": none.
        """
        ...

    async def write_pause(
        self, app: str, namespace: str, home: Home, ref: ObjectRef | None, pause: Pause | None
    ) -> tuple[Pause, ...]:
        """Set *ref* of *app* aside, None for all of it; None for *pause* takes it up again."""
        ...

    async def writes_of(self, kind: KindRef, ref: ObjectRef) -> Sequence[AuditEvent]:
        """Return the writes of one object that the audit log tells of."""


class SourcesLike(Protocol):
    """The Git side that is followed."""

    async def run(self) -> None:
        """Follow until cancelled."""

    def look_again(self, app: str) -> None:
        """Read one app's folder soon; returns at once."""

    async def proved(self, app: str, since: str) -> Proved:
        """Ask Git afresh for one app, and read its files twice without what was kept."""
        ...


class AttributionLike(Protocol):
    """Who did it."""

    def meet(self, spec: AppSpec) -> None:
        """Answer for one app more."""

    def look_up(self, asked: LookUp, events: Sequence[AuditEvent]) -> Explained:
        """Find who and which commit; blocks."""

    def recall(self, asked: Recall) -> Recalled:
        """Find what earlier commits stated; blocks."""

    def look_back(self, asked: LookBack) -> LookedBack:
        """Find what Git stated of one object, commit by commit; blocks."""
        ...

    def show(self, asked: ReadCommit) -> CommitRead:
        """Read what a commit says and changes; blocks."""


class RevertsLike(Protocol):
    """Undoing commits."""

    def meet(self, spec: AppSpec) -> None:
        """Undo commits of one app more."""

    def planned(self, app: str, commit: str, *, back: bool = False, begins: str = "") -> RevertPlan:
        """Work a revert, or a way *back*, out without making it; blocks."""

    def aim(self, plan: RevertPlan) -> Aim:
        """Say where the commit of a plan is made."""

    def repository(self, app: str) -> str:
        """Return which repository an app is in."""

    def made(self, plan: RevertPlan) -> str:
        """Write the revert commit that was shown, and return its id; blocks."""

    def is_in(self, app: str, revert: str, head: str) -> bool:
        """Tell whether a commit has a revert of an app in it; blocks."""


class AdoptingLike(Protocol):
    """Live values written into Git."""

    def meet(self, spec: AppSpec) -> None:
        """Write for one app more."""

    def planned(self, wanted: AdoptPlan) -> AdoptPlan:
        """Work out how files come to state what is wanted; blocks."""

    def made(self, plan: AdoptPlan) -> str:
        """Write the commit that was shown, and return its id; blocks."""

    def aim(self, plan: AdoptPlan) -> Aim:
        """Say where the commit of a plan is made."""


class MarksLike(Protocol):
    """Commits found again by their marks."""

    def find(self, aim: Aim) -> str | None:
        """Return the commit that was made for an aim, None if there is none; blocks."""


class JournalLike(Protocol):
    """What is written down."""

    async def begin(self, intent: Intent) -> int:
        """Write an intent down before its write; an error means that it must not be sent."""
        ...

    async def end(self, number: int, outcome: Outcome) -> None:
        """Write down what became of it."""

    async def left_open(self, cluster: str) -> Sequence[Entry]:
        """Return intents for a cluster that ended processes left without an outcome."""
        ...

    async def to_undo(
        self, number: int | None, apps: frozenset[str], *, again: bool = False
    ) -> Sequence[Done]:
        """Return one write by its number, or those of the newest run of *apps* that stands.

        *again*: of the newest undo that stands.
        """
        ...

    def close(self) -> None:
        """Write nothing any more."""


class ComparingLike(Protocol):
    """Git against Git."""

    def look_back(self, asked: LookBack) -> LookedBack:
        """Find what Git made of one rendered object, commit by commit; blocks."""
        ...

    def compared_at(self, before: AppSpec, after: AppSpec) -> Comparison:
        """Compare what two apps state, each at a commit that is here; blocks."""


class LeadsLike(Protocol):
    """The Leases that say who writes; what is learnt of them goes into the inbox."""

    async def run(self) -> None:
        """Look after them until cancelled; an error says that this process must end."""

    def be_ready(self) -> None:
        """Note that all is known that a writer has to know."""

    async def hand_over(self, share: int) -> None:
        """Let another replica write for a share of the apps."""

    async def close(self) -> None:
        """Begin nothing more, and return when nothing is held any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapters:
    """Everything outside the engine."""

    clusters: Mapping[str, ClusterLike]
    sources: SourcesLike
    attribution: AttributionLike
    reverts: RevertsLike
    comparing: ComparingLike
    marks: MarksLike
    adopting: AdoptingLike
    journal: JournalLike
    leads: LeadsLike | None = None  # None: nobody else writes
    meter: Meter = UNMETERED
