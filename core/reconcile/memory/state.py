"""All the engine knows: one frozen value, replaced by every step and never mutated."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from core.compare import ScaleRange, Schema, is_compared
from core.model import (
    Absent,
    Actor,
    Answer,
    AppSpec,
    ClusterSpec,
    ClusterView,
    Commit,
    Desired,
    Document,
    Drift,
    Event,
    Key,
    KindRef,
    Live,
    ObjectRef,
    Plan,
    Resource,
    Run,
    Seen,
    Step,
    Value,
    Verdict,
)
from core.reconcile.memory.effects import Follow
from core.reconcile.memory.inputs import Confirmed, InventoryRow, SourceRead

UNREAD: Final = "not-read-yet"


@dataclass(frozen=True, slots=True)
class KindState:
    """One followed kind of one cluster."""

    schema: Schema | None = None
    schema_read: bool = False
    objects: Mapping[ObjectRef, Live] | None = None  # None: not listed yet, so judge nothing
    problem: str = ""  # why it cannot be read; its objects are UNKNOWN
    exit_code: int = 0


@dataclass(frozen=True, slots=True)
class Survey:
    """One kind in one owned namespace, as far as EXTRA needs it."""

    objects: Mapping[ObjectRef, Live] | None = None  # None: not listed yet; metadata alone
    problem: str = ""  # why it cannot be listed


@dataclass(frozen=True, slots=True)
class ClusterState:
    """One API server."""

    view: ClusterView
    namespace: str = "default"  # of the context
    resources: Mapping[KindRef, Resource] | None = None  # None: not discovered yet
    kinds: Mapping[KindRef, KindState] = field(default_factory=dict)
    surveys: Mapping[tuple[KindRef, str], Survey] = field(
        default_factory=dict
    )  # kind and owned namespace; kept apart from `kinds`, for metadata is never compared
    following: Follow | None = None
    synced: bool = False  # every followed kind was listed; said once per connection
    scaler: KindRef | None = None  # the kind of autoscalers, followed for the sake of its targets
    scales: Mapping[ObjectRef, ScaleRange] = field(
        default_factory=dict
    )  # by the object that an autoscaler drives


@dataclass(frozen=True, slots=True)
class AppState:
    """One app: what Git states, what was applied, and how it stands."""

    spec: AppSpec
    shown: bool = True  # False: read only to know what is its own; never judged
    source: SourceRead | None = None  # None: not read yet, so nothing is missing or extra
    read_at: float = 0.0
    problem: str = ""
    problem_exit: int = 0
    history: tuple[Commit, ...] = ()
    refused: tuple[str, ...] = ()  # documents outside the allowed namespaces
    documents: Mapping[KindRef, tuple[Document, ...]] = field(default_factory=dict)
    stated: frozenset[ObjectRef] = frozenset()  # of every document, whatever became of it
    canonical: Mapping[Document, Desired] = field(
        default_factory=dict
    )  # kept while schema and scope stay the same
    desired: Mapping[ObjectRef, Desired] = field(default_factory=dict)
    claimed: Mapping[ObjectRef, str] = field(
        default_factory=dict
    )  # stated by another app of the cluster, too: which
    lost: Mapping[ObjectRef, tuple[Document, str]] = field(
        default_factory=dict
    )  # last read from a file that is refused now, and why it is
    unserved: Mapping[ObjectRef, Document] = field(
        default_factory=dict
    )  # kinds that the cluster does not know
    promised: Mapping[KindRef, Resource] = field(
        default_factory=dict
    )  # of those, the kinds that definitions in this very folder will make known
    inventory: Mapping[ObjectRef, InventoryRow] | None = None  # None: not read yet
    inventory_asked: bool = False
    inventory_problem: str = ""
    recorded: Mapping[ObjectRef, InventoryRow] = field(
        default_factory=dict
    )  # the inventory as the cluster has it
    recording: Mapping[ObjectRef, InventoryRow] | None = None  # a write of it in flight
    healing: bool = False
    counts: Mapping[Verdict, int] = field(default_factory=dict)
    ignored: int = 0  # differences that rules hide
    confirming: int = 0  # rows whose dry-run is on its way


@dataclass(frozen=True, slots=True)
class Call:
    """A request in flight for one object, and what it was based on."""

    desired: Desired
    live: Live | None
    run: int | None = None  # the run it belongs to; None for a dry-run
    seen: tuple[str, ...] = ()  # resource versions that the watch brought meanwhile


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
    live: Value | Absent  # the present value, masked; with another, this says nothing any more
    appeared: bool  # it was not there when the object was created


@dataclass(frozen=True, slots=True)
class Hold:
    """An object that is left alone for a while after a refusal."""

    until: float
    attempts: int
    digest: str  # a new commit lifts it
    resource_version: str = ""  # so does a new live version, where one is named


@dataclass(frozen=True, slots=True)
class RunState:
    """A plan being carried out: record, apply stage by stage, record again."""

    shown: Run
    plan: Plan
    auto: bool  # the engine's own, by standing permission
    todo: tuple[Step, ...] = ()  # of the stage that is under way, not sent yet
    waiting: frozenset[Key] = frozenset()  # sent, not answered yet
    stages: tuple[tuple[Step, ...], ...] = ()
    apps: tuple[str, ...] = ()  # whose objects the plan applies
    began: bool = False  # the inventory holds every object of the plan
    awaited: tuple[str, str] | None = None  # a revert: the app and commit its sync waits for
    patience_until: float = 0.0  # how long steps wait for their kinds to be served


@dataclass(frozen=True, slots=True)
class State:
    """Everything.  Front ends see the part that `snapshot` makes of it."""

    apps: Mapping[str, AppState] = field(default_factory=dict)
    clusters: Mapping[str, ClusterState] = field(default_factory=dict)
    rows: Mapping[Key, Drift] = field(default_factory=dict)
    calls: Mapping[Key, Call] = field(default_factory=dict)
    stale: Mapping[Key, str] = field(
        default_factory=dict
    )  # our write is not seen by the watch yet: its version
    sightings: Mapping[Key, tuple[Sighting, ...]] = field(
        default_factory=dict
    )  # versions that came since an object was judged, oldest first
    observed: Mapping[Key, Mapping[str, Observation]] = field(
        default_factory=dict
    )  # by path: how fields that differ now came to their value
    heals: Mapping[tuple[Key, str], tuple[float, ...]] = field(
        default_factory=dict
    )  # per field: when it was healed
    holds: Mapping[Key, Hold] = field(default_factory=dict)
    refusals: Mapping[Key, Refusal] = field(default_factory=dict)
    endings: Mapping[Key, Ending] = field(default_factory=dict)  # of Jobs with a time to live
    runs: Mapping[int, RunState] = field(default_factory=dict)
    finished: tuple[Run, ...] = ()
    dirty: Mapping[Key, None] = field(default_factory=dict)  # to be judged, in order
    candidates: Mapping[Key, None] = field(
        default_factory=dict
    )  # to be healed once their app is known as a whole
    events: tuple[Event, ...] = ()
    event_count: int = 0
    answers: Mapping[int, Answer] = field(default_factory=dict)  # by request, the newest ones
    writing: bool = False
    digest_key: bytes = b""  # of Secret digests; the same in every run
    mask_key: bytes = b""  # of the hashes shown in place of secret values; new in every run
    auto_runs: int = 0


def initial(  # noqa: PLR0913 - each is a choice of the caller
    apps: tuple[AppSpec, ...],
    clusters: tuple[ClusterSpec, ...],
    *,
    neighbours: tuple[AppSpec, ...] = (),
    healing: bool,
    writing: bool,
    digest_key: bytes,
    mask_key: bytes,
) -> State:
    """Know nothing yet but what was asked for.  Healing implies writing."""
    return State(
        apps={
            **{spec.name: AppState(spec, healing=healing) for spec in apps},
            **{spec.name: AppState(spec, shown=False) for spec in neighbours},
        },
        clusters={spec.name: ClusterState(ClusterView(spec)) for spec in clusters},
        writing=writing or healing,
        digest_key=digest_key,
        mask_key=mask_key,
    )


def known(state_app: AppState, cluster: ClusterState) -> bool:
    """Tell whether both sides of an app were read, so that absence means something."""
    return (
        state_app.source is not None
        and state_app.inventory is not None
        and cluster.resources is not None
        and cluster.view.connected
        and all(settled(cluster, kind) for kind in state_app.documents if is_compared(kind))
        and (cluster.scaler is None or settled(cluster, cluster.scaler))
    )


def surveyed(cluster: ClusterState, namespaces: Iterable[str]) -> bool:
    """Tell whether these owned namespaces were looked through, as far as that is allowed."""
    wanted = cluster.following
    return wanted is not None and all(
        (found := cluster.surveys.get((kind, namespace))) is not None
        and (found.objects is not None or bool(found.problem))
        for namespace in namespaces
        for kind in wanted.surveyed
    )


def settled(cluster: ClusterState, kind: KindRef) -> bool:
    """Tell whether a kind was listed, or cannot be."""
    if cluster.resources is not None and kind not in cluster.resources:
        return True
    state = cluster.kinds.get(kind)
    return state is not None and (state.objects is not None or bool(state.problem))


def namespace_of(app: AppState, cluster: ClusterState) -> str:
    """The namespace of objects that name none."""
    return app.spec.namespace or cluster.namespace


def inventory_namespace(app: AppState, cluster: ClusterState) -> str:
    """Where the record of an app is kept."""
    return app.spec.inventory_namespace or namespace_of(app, cluster)


__all__ = [
    "UNREAD",
    "AppState",
    "Call",
    "ClusterState",
    "Ending",
    "Hold",
    "KindState",
    "Observation",
    "Refusal",
    "RunState",
    "Sighting",
    "State",
    "Survey",
    "initial",
    "inventory_namespace",
    "known",
    "namespace_of",
    "settled",
    "surveyed",
]
