"""All the engine knows: one frozen value, replaced by every step and never mutated."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from core.compare import ScaleRange, Schema
from core.model import (
    SEALED,
    Answer,
    AppSpec,
    ClusterSpec,
    ClusterView,
    Commit,
    Desired,
    Document,
    Drift,
    Event,
    Guard,
    Home,
    Key,
    KindRef,
    Live,
    ObjectRef,
    Pause,
    Problem,
    Resource,
    Restated,
    RevertPlan,
    Run,
    Verdict,
)
from core.model.controllers.leads import UNDIVIDED, Leads
from core.model.controllers.status import ObjectTold, Told
from core.model.sources.layouts import Layout
from core.reconcile.memory.effects import Follow
from core.reconcile.memory.inputs import SourceRead
from core.reconcile.memory.phases import NO_CYCLE, Cycle, RunState
from core.reconcile.memory.results import InventoryRow
from core.reconcile.memory.subjects import Subject
from core.reconcile.memory.tables import NO_KEYS, Map
from core.reconcile.memory.uses import NO_USES, Uses

UNREAD: Final = "not-read-yet"
NO_SUBJECTS: Final[Map[Key, Subject]] = Map()
NO_ROWS: Final[Map[Key, Drift]] = Map()
NO_ALARMS: Final[Map[Key, float]] = Map()


Inventory: TypeAlias = Map[ObjectRef, InventoryRow]
NOTHING_APPLIED: Final[Inventory] = Map()


@dataclass(frozen=True, slots=True)
class Breaker:
    """Whether healing stopped because of too much drift; it says so until that is over."""

    words: str = ""  # why nothing is healed; "": nothing stops it
    waived: bool = False  # a person said that it is meant


CLOSED: Final = Breaker()


@dataclass(frozen=True, slots=True)
class KindState:
    """One followed kind of one cluster."""

    schema: Schema | None = None
    schema_read: bool = False
    objects: Map[ObjectRef, Live] | None = None  # None: not listed yet, so judge nothing
    problem: Problem | None = None  # why it cannot be read; its objects are UNKNOWN
    unread: Mapping[str, Problem] = field(default_factory=dict)  # the same of one namespace
    namespaces: frozenset[str] | None = None  # the ones that were listed; None: wherever it is

    def objects_in(self, namespace: str) -> Map[ObjectRef, Live] | None:
        """The picture that tells of a namespace, or of what has none; None: nothing does."""
        listed = self.namespaces is None or namespace in self.namespaces
        return self.objects if listed and namespace not in self.unread else None

    def problem_in(self, namespace: str) -> Problem | None:
        """Why the kind cannot be read there."""
        return self.unread.get(namespace, self.problem)


@dataclass(frozen=True, slots=True)
class Survey:
    """One kind in one owned namespace, as far as EXTRA needs it."""

    objects: Map[ObjectRef, Live] | None = None  # None: not listed yet; metadata alone
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
    healed_at: tuple[float, ...] = ()  # of the last minute, oldest first
    breaker: Breaker = CLOSED
    scaler: KindRef | None = None  # the kind of autoscalers, followed for the sake of its targets
    scales: Mapping[ObjectRef, ScaleRange] = field(
        default_factory=dict
    )  # by the object that an autoscaler drives
    listens: bool = False  # what controllers tell there is still to be heard


@dataclass(frozen=True, slots=True)
class AppState:
    """One app: what Git states, what was applied, and how it stands."""

    spec: AppSpec
    shown: bool = True  # False: read only to know what is its own; never judged
    source: SourceRead | None = None  # None: not read yet, so nothing is missing or extra
    read_at: float = 0.0
    problem: Problem | None = None
    lost_by: Guard = Guard.SOURCE_KNOWN  # of a prune, whose matter that is
    history: tuple[Commit, ...] = ()
    refused: Mapping[ObjectRef, tuple[Document, str]] = field(
        default_factory=dict
    )  # what the app may not touch, and why
    documents: Mapping[KindRef, tuple[Document, ...]] = field(
        default_factory=dict
    )  # without those that are refused
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
    waves: Mapping[ObjectRef, int] = field(
        default_factory=dict
    )  # of Argo CD, where Git gives an object one other than 0
    promised: Mapping[KindRef, Resource] = field(
        default_factory=dict
    )  # of those, the kinds that definitions in this very folder will make known
    inventory: Inventory | None = None  # what driftdeck applied; None: not read yet
    inventory_places: frozenset[str] = frozenset()  # all namespaces of its rows; may be some more
    uses: Uses = NO_USES  # as of the last time that what to follow was decided
    tracked: frozenset[KindRef] = frozenset()  # kinds that are followed for its sake alone
    inventory_asked: bool = False
    inventory_problem: str = ""
    stored: Inventory = NOTHING_APPLIED  # the inventory as the cluster has it
    storing: Inventory | None = None  # a write of it in flight
    wrote_at: float = 0.0  # when the last one that nobody waited for began
    store_at: float | None = None  # when to write what nobody waits for
    asked: str = ""  # when a person asked for a sync; "" once the inventory is written with it
    run: str = ""  # a run that will prune; "" once the inventory is written with it
    noting: str = ""  # the commit that counts as applied; "" once the inventory is written with it
    cycle: Cycle = NO_CYCLE  # of looking whether what Git dropped may go
    rewritten: bool = False  # its history is another one since it was applied last
    healing: bool = False
    breaker: Breaker = CLOSED
    told: Told | None = None  # what a controller in a cluster tells of it
    pauses: tuple[Pause, ...] = ()  # that were not over when they were read
    layout: str = ""  # the one that it is a match of
    left_at: float | None = None  # when its folder was found gone from there; nothing is healed
    standing: frozenset[str] = frozenset()  # it stands for a layout, whose apps may be of these

    def is_of(self, cluster: str) -> bool:
        """Tell whether it is meant for a cluster, or may turn out to be."""
        return cluster == self.spec.cluster or cluster in self.standing

    def is_sealed(self, ref: ObjectRef) -> bool:
        """Tell whether the object's file is encrypted, or was when it was applied."""
        desired, row = self.desired.get(ref), self.applied(ref)
        known = (
            None if desired is None else desired.document,
            self.unserved.get(ref),
            *(found[ref][0] for found in (self.lost, self.refused) if ref in found),
        )
        was = row is not None and row.digest is not None and row.digest.startswith(SEALED)
        return was or any(document is not None and document.sealed for document in known)

    def told_about(self, ref: ObjectRef) -> ObjectTold | None:
        """What a controller tells of an object at issue, looking at the same revision."""
        if self.told is None or self.source is None:
            return None
        return self.told.about(ref, self.source.revision.id)

    def applied(self, ref: ObjectRef) -> InventoryRow | None:
        """What the inventory says of one object; None: driftdeck never wrote it."""
        return self.inventory.get(ref) if self.inventory is not None else None


@dataclass(frozen=True, slots=True)
class Tally:
    """How the rows of one app add up; kept with every row, for counting 100,000 takes long."""

    counts: Mapping[Verdict, int] = field(default_factory=dict)
    ignored: int = 0  # differences that rules hide
    confirming: int = 0  # rows whose dry-run is on its way
    moved: int = 0  # rows that the server says drifted because of a change in the cluster
    dropped: Map[Key, None] = NO_KEYS  # applied once, and not in Git any more
    undesired: Map[Key, None] = NO_KEYS  # in the cluster and not in Git, whoever made them


@dataclass(frozen=True, slots=True)
class LayoutState:
    """One layout; while it is unknown, or something is to be said of it, an app stands for it."""

    stands: AppState  # that app, as it begins
    healing: bool  # whether new apps are healed


@dataclass(frozen=True, slots=True)
class State:
    """Everything.  Front ends see the part that `snapshot` makes of it."""

    at: float = 0.0  # when the last step was taken
    apps: Mapping[str, AppState] = field(default_factory=dict)
    layouts: Mapping[str, LayoutState] = field(default_factory=dict)
    clusters: Mapping[str, ClusterState] = field(default_factory=dict)
    runs: Mapping[int, RunState] = field(default_factory=dict)
    subjects: Map[Key, Subject] = NO_SUBJECTS
    rows: Map[Key, Drift] = NO_ROWS  # those of the subjects that have one, as front ends get them
    tallies: Mapping[str, Tally] = field(default_factory=dict)  # by app
    queues: Mapping[str, tuple[tuple[Key, ...], ...]] = field(
        default_factory=dict
    )  # by app: what is to be judged, in order
    queued: Map[Key, None] = NO_KEYS  # what stands in a queue
    candidates: Mapping[str, Map[Key, None]] = field(
        default_factory=dict
    )  # by app: what is to be healed once the app is known as a whole
    alarms: Map[Key, float] = NO_ALARMS  # when to look at an object again, whatever happens
    finished: tuple[Run, ...] = ()
    events: tuple[Event, ...] = ()
    event_count: int = 0
    answers: Mapping[int, Answer] = field(default_factory=dict)  # by request, the newest ones
    restated: Mapping[int, Restated] = field(default_factory=dict)  # of those that are reverts
    previews: Mapping[int, RevertPlan] = field(
        default_factory=dict
    )  # by request: reverts of which it is not known yet what follows in the cluster
    leads: Leads = UNDIVIDED
    writing: bool = False
    digest_key: bytes = b""  # of Secret digests; the same in every run
    mask_key: bytes = b""  # of the hashes shown in place of secret values; new in every run
    auto_runs: int = 0


def initial(  # noqa: PLR0913 - each is a choice of the caller
    apps: tuple[AppSpec, ...],
    clusters: tuple[ClusterSpec, ...],
    *,
    neighbours: tuple[AppSpec, ...] = (),
    layouts: tuple[Layout, ...] = (),
    healing: bool,
    writing: bool,
    digest_key: bytes,
    mask_key: bytes,
    listening: frozenset[str] = frozenset(),
    leads: Leads = UNDIVIDED,
) -> State:
    """Know nothing yet but what was asked for; an app stands for each layout.

    Healing implies writing.  What controllers tell is heard in the clusters of *listening*.
    """
    standing = [
        AppState(one.spec, layout=one.name, standing=frozenset(one.clusters)) for one in layouts
    ]
    return State(
        apps={
            **{spec.name: AppState(spec, healing=healing) for spec in apps},
            **{spec.name: AppState(spec, shown=False) for spec in neighbours},
            **{app.spec.name: app for app in standing},
        },
        layouts={app.spec.name: LayoutState(app, healing) for app in standing},
        clusters={
            spec.name: ClusterState(ClusterView(spec), listens=spec.name in listening)
            for spec in clusters
        },
        tallies={one.name: Tally() for one in (*apps, *(each.spec for each in layouts))},
        leads=leads,
        writing=writing or healing,
        digest_key=digest_key,
        mask_key=mask_key,
    )


def is_known(state_app: AppState, cluster: ClusterState) -> bool:
    """Tell whether both sides of an app were read, so that absence means something."""
    return (
        state_app.source is not None
        and state_app.inventory is not None
        and cluster.resources is not None
        and cluster.view.connected
        and not cluster.listens
        and all(
            is_settled(cluster, kind, state_app.uses)
            for kind in (*state_app.documents, *state_app.tracked)
        )
        and (cluster.scaler is None or is_settled(cluster, cluster.scaler))
    )


def is_surveyed(cluster: ClusterState, namespaces: Iterable[str]) -> bool:
    """Tell whether these owned namespaces were looked through, as far as that is allowed."""
    wanted = cluster.following
    return wanted is not None and all(
        (found := cluster.surveys.get((kind, namespace))) is not None
        and (found.objects is not None or bool(found.problem))
        for namespace in namespaces
        for kind in wanted.surveyed
    )


def is_settled(cluster: ClusterState, kind: KindRef, uses: Uses = NO_USES) -> bool:
    """Tell whether a kind was listed wherever somebody *uses* it, or cannot be."""
    if cluster.resources is not None and kind not in cluster.resources:
        return True
    state = cluster.kinds.get(kind)
    if state is None or (state.objects is None and not state.problem):
        return False
    return state.namespaces is None or uses.are_within(kind, state.namespaces)


def namespace_of(app: AppState, cluster: ClusterState) -> str:
    """The namespace of objects that name none."""
    return app.spec.namespace or cluster.namespace


def inventory_namespace(app: AppState, cluster: ClusterState) -> str:
    """Where the inventory of an app is kept."""
    return app.spec.inventory_namespace or namespace_of(app, cluster)


def home_of(app: AppState) -> Home:
    """Which folder of which repository an app is."""
    return app.source.home if app.source is not None else Home(path=app.spec.path)
