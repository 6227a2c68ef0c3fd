"""What front ends draw: whole and immutable."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from operator import attrgetter
from types import MappingProxyType
from typing import TypeVar

from core.model.answers.adoptions import AdoptPlan
from core.model.answers.comparisons import Answer, Comparison, Likeness
from core.model.apps import AppSpec, ClusterName, ClusterSpec
from core.model.controllers.leads import UNDIVIDED, Leads
from core.model.controllers.status import Heard, Told
from core.model.health import Healths
from core.model.judgement import Drift, FieldChange, Held, Pause, Verdict
from core.model.plans import CommitShown, Plan, RevertPlan, Run, SidesShown
from core.model.problems import Problem
from core.model.sides import Commit
from core.model.values import Key, KindRef, ObjectRef

_Answer = TypeVar("_Answer", bound=Answer)


class EventName(StrEnum):
    """What can happen to apps, clusters and objects; a line of `--headless` says which it is."""

    SOURCE_UPDATED = "source_updated"
    SOURCE_UNAVAILABLE = "source_unavailable"
    CLUSTER_SYNCED = "cluster_synced"
    CLUSTER_UNAVAILABLE = "cluster_unavailable"
    DRIFT_DETECTED = "drift_detected"
    DRIFT_GONE = "drift_gone"
    HEALED = "healed"
    HEAL_FAILED = "heal_failed"
    HEAL_SKIPPED = "heal_skipped"
    TAKEN_OVER = "taken_over"
    PRUNED = "pruned"
    PRUNE_BLOCKED = "prune_blocked"
    FIGHTING = "fighting"
    PAUSED = "paused"
    RESUMED = "resumed"
    SYNCED = "synced"
    SYNC_FAILED = "sync_failed"
    REVERTED = "reverted"
    LEADING = "leading"
    FOLLOWING = "following"
    STARTED = "started"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; a line of `--headless`, an entry of the activity list."""

    sequence: int  # strictly rising
    time: float  # seconds since the epoch
    name: EventName
    app: str = ""
    cluster: str = ""
    kind: KindRef | None = None
    ref: ObjectRef | None = None
    changes: tuple[FieldChange, ...] = ()
    revision: str = ""
    message: str = ""
    place: ClusterName | None = None  # how the cluster was called then
    began: float = 0.0  # when the watch brought what this is about; 0.0: nobody knows

    @property
    def called(self) -> ClusterName:
        """How its cluster is called."""
        return self.place or ClusterName(self.cluster)


def newer(events: Sequence[Event], seen: int) -> tuple[tuple[Event, ...], int]:
    """Return the events after the one numbered *seen*, and how many of them were let go before."""
    new = tuple(events[bisect_right(events, seen, key=attrgetter("sequence")) :])
    return new, new[0].sequence - seen - 1 if new else 0


@dataclass(frozen=True, slots=True)
class AppView:
    """One app as a front end shows it."""

    spec: AppSpec
    revision: Commit | None = None  # None: not read yet
    read_at: float = 0.0  # when Git was read or asked last, seconds since the epoch
    problem: Problem | None = None  # what stops the app, in the user's words
    git_lost: bool = False  # Git cannot be read now; what it stated when it last could stands
    file_problems: tuple[str, ...] = ()  # "file:line: reason" of files left out
    others: tuple[str, ...] = ()  # files, and documents as "file:line", that are no manifests
    counts: Mapping[Verdict, int] = field(default_factory=lambda: MappingProxyType({}))
    ignored: int = 0  # differences that rules hide; they count in none of `counts`
    complete: bool = False  # both sides were read and every object has its final verdict
    blocked: bool = False  # it cannot become complete now; `problem` says why
    healing: bool = False
    held: Held | None = None  # why nothing of it is healed now
    told: Told | None = None  # what a controller in a cluster tells of it
    pauses: tuple[Pause, ...] = ()  # that are not over, of the app or of objects
    history: tuple[Commit, ...] = ()  # newest first, of the app's folder
    inventory: str = ""  # why the inventory cannot be written; "" when it can
    recorded: bool = False  # it is known what was applied, and what is set aside
    storing: bool = False  # the inventory is on its way to the cluster
    guarded: str = ""  # which guard keeps what Git dropped from being pruned, and why
    unseen: tuple[str, ...] = ()  # kinds of owned namespaces that cannot be listed, each with why


@dataclass(frozen=True, slots=True)
class ClusterView:
    """One cluster as a front end shows it."""

    spec: ClusterSpec
    context: str = ""  # the kubeconfig context that was resolved
    server: str = ""  # URL
    version: str = ""
    connected: bool = False
    seen_at: float = 0.0  # when it last said anything, bookmarks included
    problem: Problem | None = None
    notice: str = ""  # what is amiss and stops nothing: an audit log that cannot be read
    frozen: str = ""  # why nothing is healed there; a person's sync ends it
    user: str = ""  # who we are there, as the kubeconfig calls it
    uid: str = ""  # of kube-system there; "" while it is not known
    asks: str = ""  # what its credential plugin wants of a person before it can be reached
    short_kinds: Mapping[str, frozenset[str]] = field(
        default_factory=lambda: MappingProxyType({})
    )  # by each short name the kinds that it means there, in lower case; empty before it is found
    controllers: tuple[Heard, ...] = ()  # what they tell of themselves there
    unheard: str = ""  # why nobody knows of any

    @property
    def notices(self) -> tuple[str, ...]:
        """What is amiss there and worth a line."""
        return tuple(filter(None, (self.frozen, self.notice)))

    @property
    def called(self) -> ClusterName:
        """How it is called wherever it is named."""
        return ClusterName(self.spec.name, self.context, self.user)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything a front end needs to draw one frame; complete, never a delta.

    Unchanged rows are the same objects as in the snapshot before, so redraw is by `is`.
    """

    sequence: int = 0
    apps: tuple[AppView, ...] = ()
    clusters: tuple[ClusterView, ...] = ()
    rows: Mapping[Key, Drift] = field(default_factory=lambda: MappingProxyType({}))
    events: tuple[Event, ...] = ()  # the newest 1,000, oldest first
    answers: Mapping[int, Answer] = field(
        default_factory=lambda: MappingProxyType({})
    )  # by the number of the request; the newest 20
    leads: Leads = UNDIVIDED  # which replica writes for which apps
    writing: bool = False  # a person may write (the terminal's W, or --write)
    runs: tuple[Run, ...] = ()  # syncs and reverts, newest last, at most 20

    def plan_for(self, request: int) -> Plan | None:
        """Return the plan that `PreparePlan` asked for by this number; None until it is made."""
        return self._answer(request, Plan)

    def revert_for(self, request: int) -> RevertPlan | None:
        """Return the revert that `PrepareRevert` asked for by this number; None until then."""
        return self._answer(request, RevertPlan)

    def adoption_for(self, request: int) -> AdoptPlan | None:
        """Return the adoption that `PrepareAdoption` asked for by this number; None until then."""
        return self._answer(request, AdoptPlan)

    def sides_for(self, request: int) -> SidesShown | None:
        """Return the objects that `ShowSides` asked for by this number; None until then."""
        return self._answer(request, SidesShown)

    def commit_for(self, request: int) -> CommitShown | None:
        """Return the commit that `ShowCommit` asked for by this number; None until then."""
        return self._answer(request, CommitShown)

    def comparison_for(self, request: int) -> Comparison | None:
        """Return the comparison that `Compare` asked for by this number; None until then."""
        return self._answer(request, Comparison)

    def healths_for(self, request: int) -> Healths | None:
        """Return what `Examine` asked for by this number; None until then."""
        return self._answer(request, Healths)

    def likeness_for(self, request: int) -> Likeness | None:
        """Return what `LookBackAt` asked for by this number; None until then."""
        return self._answer(request, Likeness)

    def _answer(self, request: int, form: type[_Answer]) -> _Answer | None:
        found = self.answers.get(request)
        return found if isinstance(found, form) else None

    def app(self, name: str) -> AppView | None:
        """Return the app of that name; None where there is none."""
        return next((view for view in self.apps if view.spec.name == name), None)

    def head_of(self, app: str) -> str:
        """Return the commit that an app is at; "" where there is none, or it was not read yet."""
        view = self.app(app)
        return view.revision.id if view is not None and view.revision is not None else ""

    def called(self, cluster: str) -> ClusterName:
        """Return how the cluster of that name in the settings is called."""
        found = (view.called for view in self.clusters if view.spec.name == cluster)
        return next(found, ClusterName(cluster))

    @property
    def complete(self) -> bool:
        """Every app has a final verdict for every object, or a problem that says why not."""
        return all(app.complete or app.blocked for app in self.apps)
