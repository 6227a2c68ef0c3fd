"""The nouns: what a Kubernetes object, a revision, a drift and a plan are to this product.

Everything here is immutable, holds plain values and knows nothing about where it came from.
Objects travel as JSON bytes and are parsed where they are needed: 10,000 parsed objects cost
120 MB and a slow garbage collection, their bytes a tenth of that, and nobody can change a shared
one by mistake.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias, Union

from typing_extensions import override

Json: TypeAlias = Union[  # a quoted alias cannot be combined by "|" at run time
    bool, int, float, str, "list[Json]", "dict[str, Json]", None
]
JsonObject: TypeAlias = dict[str, Json]


class Absent:
    """The type of ABSENT: the field is not there.  Different from a null that is there."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()


# Identity ---------------------------------------------------------------------------------------
# Named tuples, for they are the keys of every table: hashing a dataclass takes ten times as long.


class ObjectRef(NamedTuple):
    """What identifies one object in a cluster, whatever version it is written in."""

    group: str  # "" for the core group
    kind: str
    namespace: str  # "" for cluster-scoped kinds
    name: str

    @override
    def __str__(self) -> str:
        return "/".join(part for part in (self.kind, self.namespace, self.name) if part)


class Key(NamedTuple):
    """One row: an object as one app sees it."""

    app: str
    ref: ObjectRef


class KindRef(NamedTuple):
    """A kind at the version Git writes: `KindRef("apps/v1", "Deployment")`."""

    api_version: str
    kind: str

    @property
    def group(self) -> str:
        """The API group, "" for the core group."""
        return self.api_version.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Resource:
    """How a cluster serves one kind, from discovery."""

    kind: KindRef
    plural: str
    namespaced: bool
    has_status: bool  # the kind has a status subresource
    verbs: frozenset[str] = frozenset()


# The two sides ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Document:
    """One object as a file in Git states it, before the cluster's discovery gave it a scope."""

    kind: KindRef
    namespace: str | None  # None: the document names none
    name: str
    body: bytes  # the object as JSON, exactly as loaded
    file: str  # path inside the repository, with "/"
    line: int  # of the document's first key, from 1
    index: int  # which object of the file, from 0, counted after lists were expanded
    warnings: tuple[str, ...] = ()  # each "file:line: reason"


@dataclass(frozen=True, slots=True)
class Desired:
    """One object in canonical form (the payload of an apply), and where Git states it."""

    ref: ObjectRef
    kind: KindRef
    body: bytes  # canonical JSON, secrets included; never printed
    digest: str  # of `body`, 16 hex digits; keyed for Secrets
    document: Document
    warnings: tuple["FieldChange", ...] = ()  # WARN entries found while canonicalising


@dataclass(frozen=True, slots=True)
class Live:
    """One object as the API server returned it."""

    uid: str
    resource_version: str
    body: bytes  # JSON, as received


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit of the history."""

    id: str  # 40 hex digits
    author: str  # "Name <mail>"
    date: str  # RFC 3339, UTC
    subject: str
    parents: tuple[str, ...] = ()


# Judgement --------------------------------------------------------------------------------------


class Verdict(StrEnum):
    """How one object compares with Git (verdicts of `driftdeck diff -o json`)."""

    IN_SYNC = "in_sync"
    DRIFTED = "drifted"
    MISSING = "missing"  # in Git, not in the cluster
    EXTRA = "extra"  # in the cluster, no longer in Git
    CONTESTED = "contested"  # a controller owns what Git sets
    UNKNOWN = "unknown"  # cannot be judged; the reason says why


DRIFT_VERDICTS: Final = frozenset({Verdict.DRIFTED, Verdict.MISSING, Verdict.EXTRA})


class FieldVerdict(StrEnum):
    """What one differing field means."""

    DRIFT = "drift"
    INFO = "info"
    CONTESTED = "contested"
    WARN = "warn"


class Cause(StrEnum):
    """Which side moved."""

    LIVE_CHANGED = "live_changed"
    GIT_AHEAD = "git_ahead"
    BOTH = "both"


class ConfirmedBy(StrEnum):
    """Who says so: the API server's own dry-run, or our comparison alone."""

    SERVER = "server"
    LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who set a live field, as far as the evidence goes."""

    manager: str | None
    operation: str | None  # "Apply" or "Update"
    subresource: str | None
    time: str | None  # RFC 3339, of the managedFields entry: at or before
    observed_at: str | None  # when our own watch saw the step
    user: str | None
    confidence: str  # audit, observed, owned or unknown


@dataclass(frozen=True, slots=True)
class Origin:
    """What in Git states a field."""

    file: str
    line: int
    commit: str  # that last changed it; "" while not looked up
    author: str
    date: str
    subject: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs.  Values are plain JSON, ABSENT, or a mask for secrets."""

    path: str  # spec.template.spec.containers[name=web].image
    verdict: FieldVerdict
    live: Json | Absent
    git: Json | Absent
    actor: Actor | None = None
    origin: Origin | None = None
    note: str = ""  # the class of an INFO, the reason of a WARN, why it cannot be healed
    healable: bool = True
    detail: tuple[str, ...] = ()  # what differs inside a value shown as one, for people


@dataclass(frozen=True, slots=True)
class Drift:
    """One row: the verdict of one object, with the stamp it was made from."""

    key: Key
    cluster: str
    kind: KindRef
    verdict: Verdict
    cause: Cause | None = None
    confirmed_by: ConfirmedBy = ConfirmedBy.LOCAL
    uid: str = ""
    resource_version: str = ""  # "" when not live
    digest: str = ""  # of the desired object; "" when not in Git
    reason: str = ""  # why it is UNKNOWN, or why it could not be confirmed
    changes: tuple[FieldChange, ...] = ()
    explained: bool = False  # actors and origins of `changes` were looked up
    confirming: bool = False  # the dry-run is on its way; the verdict is local until then
    calling: bool = False  # an apply is in flight
    problem: str = ""  # the last refusal for this object, in the server's words with file:line
    since: float = 0.0  # when it left in_sync, seconds since the epoch; 0.0 while in sync
    file: str = ""  # where Git states the object
    line: int = 0


def fields_of(drift: Drift) -> int:
    """Count the fields that count as drift or are contested."""
    counted = (FieldVerdict.DRIFT, FieldVerdict.CONTESTED)
    return sum(change.verdict in counted for change in drift.changes)


# Apps and clusters ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSpec:
    """One folder of one revision of one repository, meant for one cluster."""

    name: str
    repo: str  # path of a local repository
    revision: str  # branch, tag or commit; "HEAD" for the checked-out branch
    path: str  # folder inside the repository; "" for its root
    cluster: str  # key of `ClusterSpec`
    namespace: str = ""  # for objects that name none; "" means the context's, else default
    heal: bool = True  # whether --autoheal corrects its drift
    follow: bool = True  # whether --autoheal applies its new commits
    namespaces: tuple[str, ...] = ()  # the only ones it may touch; () means its own and named ones
    inventory_namespace: str = ""  # "" means `namespace`, else default


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSpec:
    """How one API server is reached."""

    name: str
    context: str = ""  # kubeconfig context; "" means the current one
    in_cluster: bool = False
    protected: bool = False
    kubeconfig: str = ""  # path; "" means $KUBECONFIG, else the user's own


# Plans ------------------------------------------------------------------------------------------


class Verb(StrEnum):
    """What one step of a plan does."""

    CREATE = "create"
    APPLY = "apply"


@dataclass(frozen=True, slots=True)
class Step:
    """One object of a plan, named so exactly that a changed world makes it outdated."""

    key: Key
    kind: KindRef
    verb: Verb
    uid: str  # "" for a create
    resource_version: str  # "" for a create
    digest: str  # of the desired object
    changes: tuple[FieldChange, ...] = ()
    problem: str = ""  # why it cannot be done ("may not patch deployments"); it is then left out


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sync will do to one cluster.  The plan a person saw is the plan that runs."""

    cluster: str
    steps: tuple[Step, ...]
    revisions: Mapping[str, str] = field(default_factory=dict)  # app -> commit
    notes: tuple[str, ...] = ()  # what the reader should know: inventory, permissions

    @property
    def runnable(self) -> tuple[Step, ...]:
        """The steps that can be done."""
        return tuple(step for step in self.steps if not step.problem)


# Snapshots --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; a line of `--headless`, an entry of the activity list."""

    sequence: int  # strictly rising
    time: float  # seconds since the epoch
    name: str  # one of the events of design.md: drift_detected, healed, ...
    app: str = ""
    cluster: str = ""
    kind: KindRef | None = None
    ref: ObjectRef | None = None
    changes: tuple[FieldChange, ...] = ()
    revision: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class AppView:
    """One app as a front end shows it."""

    spec: AppSpec
    revision: Commit | None = None  # None: not read yet
    read_at: float = 0.0  # when Git was last read, seconds since the epoch
    problem: str = ""  # what stops the app, in the user's words; "" when nothing does
    problem_exit: int = 0  # exit code of that problem (design.md section 4)
    file_problems: tuple[str, ...] = ()  # "file:line: reason" of files left out
    counts: Mapping[Verdict, int] = field(default_factory=lambda: MappingProxyType({}))
    complete: bool = False  # both sides were read and every object has its final verdict
    blocked: bool = False  # it cannot become complete now; `problem` says why
    healing: bool = False
    history: tuple[Commit, ...] = ()  # newest first, of the app's folder
    inventory: str = ""  # why the inventory cannot be written; "" when it can


@dataclass(frozen=True, slots=True)
class ClusterView:
    """One cluster as a front end shows it."""

    spec: ClusterSpec
    context: str = ""  # the kubeconfig context that was resolved
    server: str = ""  # URL
    version: str = ""
    connected: bool = False
    seen_at: float = 0.0  # when it last said anything, bookmarks included
    problem: str = ""
    problem_exit: int = 0


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
    plan: Plan | None = None  # what `PreparePlan` asked for, once permissions are known
    plan_request: int = 0  # the number of that request
    revert: "RevertPlan | None" = None
    revert_request: int = 0  # the number of the request that `revert` answers
    writing: bool = False  # a person may write (the terminal's W, or --write)
    runs: tuple["Run", ...] = ()  # syncs and reverts, newest last, at most 20

    @property
    def complete(self) -> bool:
        """Every app has a final verdict for every object, or a problem that says why not."""
        return all(app.complete or app.blocked for app in self.apps)


@dataclass(frozen=True, slots=True)
class Run:
    """One sync or revert that was asked for, and how far it is."""

    id: int  # the number given to the command
    what: str  # "sync" or "revert"
    total: int
    done: int = 0
    problems: tuple[str, ...] = ()
    finished: bool = False
    exit_code: int = 0  # 0, or that of the worst problem
    revision: str = ""  # of the commit a revert made


@dataclass(frozen=True, slots=True)
class RevertPlan:
    """A revert as it would be made: previewed, then executed as shown."""

    app: str
    target: Commit  # the commit to undo
    branch: str
    parent: str  # the head it is made on; moved on means outdated
    files: tuple[str, ...] = ()  # paths it changes
    diff: str = ""  # unified text, for people
    problem: str = ""  # why it cannot be made
    exit_code: int = 5  # of that problem
