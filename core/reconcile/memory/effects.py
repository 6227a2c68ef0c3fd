"""What the engine is to do next; only `core.engine` performs it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, TypeAlias

from core.compare import Policy, Schema
from core.health import Behind
from core.model import (
    NOWHERE,
    Actor,
    AppSpec,
    Claim,
    Desired,
    Document,
    FieldChange,
    Healths,
    Home,
    Key,
    KindRef,
    Live,
    ObjectRef,
    Pause,
    Plan,
    Resource,
    RevertPlan,
)
from core.model.answers.adoptions import AdoptPlan
from core.model.journal import Intent
from core.model.requests import Apply, Delete, Edit, Request
from core.reconcile.memory.results import InventoryRow

Within: TypeAlias = Mapping[KindRef, frozenset[str]]  # namespaces by kind
NOT_NARROWED: Final[Within] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Follow:
    """List, then watch, exactly these kinds of one cluster; `None` means every namespace.

    `within` has the kinds that are wanted in fewer of the namespaces: what an account may read is
    often no more than what the apps use.
    Of the *surveyed* kinds only metadata is wanted, and only in the *owned* namespaces: what is
    there and not in Git is EXTRA, and nothing else is asked of it.
    """

    cluster: str
    kinds: frozenset[KindRef]
    namespaces: frozenset[str] | None
    surveyed: frozenset[KindRef] = frozenset()
    owned: frozenset[str] = frozenset()
    within: Within = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Confirm:
    """Ask the server, by a dry-run, what bringing `desired` to `live` would change."""

    cluster: str
    key: Key
    desired: Desired
    live: Live
    request: Apply | Edit  # as it goes out: what rules leave alone is not overwritten

    @property
    def patch(self) -> Edit | None:
        """What is asked about where it is more than the apply."""
        return self.request if isinstance(self.request, Edit) else None


@dataclass(frozen=True, slots=True)
class Perform:
    """Carry out what brings one object back to Git: in this order, up to the first failure."""

    cluster: str
    key: Key
    desired: Desired
    live: Live | None  # what it was decided on
    requests: tuple[Request, ...]
    intent: Intent  # what is written down before anything is sent


@dataclass(frozen=True, slots=True)
class Prove:
    """Ask Git afresh what an app states: nothing is pruned on what was kept."""

    cluster: str
    app: str
    namespace: str  # of the inventory, which says what was applied last: that comes before


@dataclass(frozen=True, slots=True)
class Prune:
    """Delete one object that Git dropped, if the server says that it still is what it was."""

    cluster: str
    key: Key
    uid: str  # as the inventory has it
    request: Delete
    intent: Intent  # what is written down before anything is sent
    namespace: str  # of the inventory
    run: str  # the id that is to stand in the inventory still


@dataclass(frozen=True, slots=True)
class LookUp:
    """Find who changed the fields of one drifted object, and what in Git says otherwise.

    Where Git or the cluster has no such object, the object as a whole is what is looked up.
    """

    cluster: str
    key: Key
    kind: KindRef
    desired: Desired | None  # None: Git has it no more
    live: Live | None  # None: the cluster does not have it
    changes: tuple[FieldChange, ...]
    revision: str
    applied: bool  # we applied what Git states; of what Git lacks: we applied it once
    actor: Actor | None = None  # who made an object that Git lacks, as far as its fields tell


@dataclass(frozen=True, slots=True)
class Recall:
    """Find what earlier commits of the app stated of one object."""

    key: Key
    document: Document  # as Git states it now
    revision: str


@dataclass(frozen=True, slots=True)
class ReadInventory:
    """Read what driftdeck applied for one app."""

    cluster: str
    app: str
    namespace: str
    home: Home  # whose inventory alone it may be
    claim: Claim  # what makes it its own under another name, or elsewhere
    writes: bool = False  # this session may write: first, what became of what earlier ones began


@dataclass(frozen=True, slots=True)
class WriteInventory:
    """Store what driftdeck applied, or is about to apply, for one app."""

    cluster: str
    app: str
    namespace: str
    rows: tuple[InventoryRow, ...]
    home: Home = NOWHERE
    asked: str = ""  # when a person asked for the sync that it is written for; "": none did
    run: str = ""  # the run that will prune, to be known by others; "": none will
    commit: str = ""  # that counts as applied from now on; "": the one before


@dataclass(frozen=True, slots=True)
class WritePause:
    """Store in the cluster that an app or an object is set aside, or that it is not any more."""

    run: int
    cluster: str
    app: str
    namespace: str
    ref: ObjectRef | None
    pause: Pause | None  # None: it ended
    home: Home = NOWHERE


@dataclass(frozen=True, slots=True)
class Trial:
    """What a step is to be tried out on, by dry-runs, and what else there is to know for it."""

    desired: Desired
    live: Live
    schema: Schema | None
    policy: Policy


@dataclass(frozen=True, slots=True)
class CheckAccess:
    """Ask the server which steps of a plan this identity may do, and what it says to some."""

    request: int
    plan: Plan
    resources: Mapping[KindRef, Resource]  # of the kinds in the plan
    trials: Mapping[Key, Trial] = field(default_factory=dict)  # of steps that nobody confirmed yet


@dataclass(frozen=True, slots=True)
class ComputeRevert:
    """Work out the revert of one commit."""

    request: int
    app: str
    commit: str
    back: bool = False  # it is not undone but gone back to
    begins: str = ""  # a branch that begins with it, for a pull request


@dataclass(frozen=True, slots=True)
class LookBack:
    """Find what Git stated of one object, commit by commit."""

    request: int
    key: Key
    document: Document  # as Git states it now
    revision: str
    spec: AppSpec


@dataclass(frozen=True, slots=True)
class FindDone:
    """Read from the journal what is to be undone, or done *again*, of these apps."""

    request: int
    number: int | None
    apps: frozenset[str]
    again: bool = False


@dataclass(frozen=True, slots=True)
class Pods:
    """Where the pods of one workload are found."""

    cluster: str
    key: Key
    behind: Behind


@dataclass(frozen=True, slots=True)
class ReadPods:
    """Read the pods of workloads, for what they say beside what is known of their health."""

    request: int
    known: Healths
    wanted: tuple[Pods, ...]


@dataclass(frozen=True, slots=True)
class ReadCommit:
    """Read what one commit says and changes."""

    request: int
    app: str
    commit: str


@dataclass(frozen=True, slots=True)
class CompareStates:
    """Compare what two apps state; the revision of each is a commit."""

    request: int
    before: AppSpec
    after: AppSpec


@dataclass(frozen=True, slots=True)
class MakeRevert:
    """Write the revert commit."""

    run: int
    plan: RevertPlan


@dataclass(frozen=True, slots=True)
class ComputeAdoption:
    """Work out how files come to state what a plan says; their diff completes it."""

    request: int
    plan: AdoptPlan


@dataclass(frozen=True, slots=True)
class MakeAdoption:
    """Write the commit of an adoption."""

    run: int
    plan: AdoptPlan


@dataclass(frozen=True, slots=True)
class FindRevert:
    """Tell whether a commit that Git moved on to still has the revert of a run in it."""

    run: int
    app: str
    revert: str
    head: str


@dataclass(frozen=True, slots=True)
class ReadSource:
    """Read one app's folder again."""

    app: str


@dataclass(frozen=True, slots=True)
class Meet:
    """Know an app that was not asked for by name, and its cluster."""

    spec: AppSpec


@dataclass(frozen=True, slots=True)
class HandOver:
    """Let another replica write for a share of the apps."""

    share: int


@dataclass(frozen=True, slots=True)
class WakeAt:
    """Send a Tick at this time (seconds since the epoch)."""

    at: float


Effect: TypeAlias = (
    Follow
    | Confirm
    | Perform
    | Prove
    | Prune
    | LookUp
    | Recall
    | ReadInventory
    | WriteInventory
    | WritePause
    | CheckAccess
    | ReadPods
    | FindDone
    | LookBack
    | ComputeRevert
    | ReadCommit
    | CompareStates
    | MakeRevert
    | ComputeAdoption
    | MakeAdoption
    | FindRevert
    | ReadSource
    | Meet
    | HandOver
    | WakeAt
)
