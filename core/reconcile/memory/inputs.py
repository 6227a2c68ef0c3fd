"""What can happen: news of both sides, results of what was asked for, and what people ask.

Each is a plain value, so a session can be recorded and replayed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from core.compare import Schema
from core.model import (
    NOWHERE,
    AppSpec,
    Commit,
    Document,
    Guard,
    Home,
    KindRef,
    Live,
    ObjectRef,
    Pause,
    Problem,
    Resource,
)
from core.model.controllers.leads import Leads
from core.model.controllers.status import Status
from core.reconcile.memory.commands import Command
from core.reconcile.memory.results import Result

# Git --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SourceRead:
    """One app's folder was read at one commit; files in `problems` are missing from it."""

    app: str
    revision: Commit
    documents: tuple[Document, ...]
    problems: tuple[str, ...]  # "file:line: reason"
    refused: tuple[
        tuple[str, str], ...
    ] = ()  # path of a file, or of a folder with "/"; the problem
    broken: tuple[
        tuple[Document, str], ...
    ] = ()  # of those, the objects that are known by name, without a body; the problem
    others: tuple[str, ...] = ()  # files, and documents as "file:line", that are no manifests
    home: Home = NOWHERE  # which folder this is, whichever clone was read
    tree: str = ""  # tells its files from those at other commits; "": the commit itself does
    lacks: str = ""  # the commit that was read before, if this one does not descend from it


@dataclass(frozen=True, slots=True)
class HistoryRead:
    """The commits that touch one app's folder, newest first."""

    app: str
    commits: tuple[Commit, ...]


@dataclass(frozen=True, slots=True)
class SourceLost:
    """One app's folder cannot be read; what was read before stays, marked."""

    app: str
    problem: Problem
    guard: Guard = Guard.SOURCE_KNOWN  # which one of a prune it is the matter of


@dataclass(frozen=True, slots=True)
class LayoutRead:
    """A layout was read: it stands for exactly these apps now, or nobody knows (None).

    An app that it stood for, and does not any more, is none of those that go away by themselves.
    """

    layout: str
    apps: tuple[AppSpec, ...] | None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class SourceSeen:
    """Git was asked, and has nothing new for one app."""

    app: str


# The cluster ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ClusterFound:
    """The API server answers.  `resources` is its discovery, for every kind it serves."""

    cluster: str
    context: str
    server: str
    version: str
    namespace: str  # of the context; "" means default
    resources: Mapping[KindRef, Resource]
    user: str = ""  # as the kubeconfig calls it
    uid: str = ""  # of kube-system, which tells it from others; "" if we may not see it


@dataclass(frozen=True, slots=True)
class ClusterNamed:
    """The kubeconfig was read: which context it is, and as whom."""

    cluster: str
    context: str
    user: str


@dataclass(frozen=True, slots=True)
class ClusterAsks:
    """A credential plugin wants something of a person; "" when it wants nothing any more."""

    cluster: str
    words: str


@dataclass(frozen=True, slots=True)
class ClusterLost:
    """The API server cannot be used; rows stay, marked stale."""

    cluster: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class ClusterWentBack:
    """The API server has an older state than it told before; a new listing of all kinds follows."""

    cluster: str


@dataclass(frozen=True, slots=True)
class ClusterSeen:
    """The API server said something that changed no object (a bookmark)."""

    cluster: str


@dataclass(frozen=True, slots=True)
class AdmissionSeen:
    """What admits objects was looked at, as it is every few minutes.

    After a change a dry-run may be answered otherwise; not every change can be seen.
    """

    cluster: str
    changed: bool  # a webhook or a policy came, changed or went


@dataclass(frozen=True, slots=True)
class WatchRepaired:
    """A watch had lost events, as an audit found; a new listing of the kind follows (R12)."""

    cluster: str
    kind: KindRef
    count: int  # objects that were not as the server had them


@dataclass(frozen=True, slots=True)
class SyncAsked:
    """A person had an app synced by another process of ours, as its inventory tells."""

    app: str


@dataclass(frozen=True, slots=True)
class PausesRead:
    """What is set aside of an app, as its inventory tells; those that are over may be among it."""

    app: str
    pauses: tuple[Pause, ...]


@dataclass(frozen=True, slots=True)
class ControllersRead:
    """What controllers tell of themselves in a cluster now; the problem says why nobody knows."""

    cluster: str
    statuses: tuple[Status, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class AuditLogRead:
    """The audit log can be read again (`problem` is ""), or cannot, which stops nothing."""

    cluster: str
    problem: str


@dataclass(frozen=True, slots=True)
class SchemaRead:
    """The OpenAPI of one kind; `schema` is None where the cluster publishes none."""

    cluster: str
    kind: KindRef
    schema: Schema | None


@dataclass(frozen=True, slots=True)
class KindListed:
    """A complete listing of one kind in the *namespaces*; what is not in it is gone.

    But for those that are *unread*: of them it says nothing.  A picture of other namespaces that
    there is already stays, where this one is *beside* it, and goes where it is not.
    """

    cluster: str
    kind: KindRef
    objects: Mapping[ObjectRef, Live]
    unread: Mapping[str, Problem] = field(default_factory=dict)  # by namespace: why
    namespaces: frozenset[str] | None = None  # None: all, or the kind has none
    beside: bool = False
    at: float = field(default=0.0, compare=False)  # when it was received; 0.0 means just now
    since: float = field(default=0.0, compare=False)  # until when the picture before was current
    began: Mapping[str, float] = field(
        default_factory=dict, compare=False
    )  # by namespace, "" for the others: when it was asked for; left out: nobody knows


@dataclass(frozen=True, slots=True)
class KindLost:
    """One kind cannot be read (forbidden, no longer served); says nothing about its objects."""

    cluster: str
    kind: KindRef
    problem: Problem


@dataclass(frozen=True, slots=True)
class LiveChanged:
    """Objects changed, in order; None means deleted."""

    cluster: str
    kind: KindRef
    changes: tuple[tuple[ObjectRef, Live | None], ...]
    at: float = field(default=0.0, compare=False)  # when they were received; 0.0 means just now


@dataclass(frozen=True, slots=True)
class SurveyListed:
    """A complete listing of one kind in one owned namespace; bodies hold metadata alone."""

    cluster: str
    kind: KindRef
    namespace: str
    objects: Mapping[ObjectRef, Live]


@dataclass(frozen=True, slots=True)
class SurveyLost:
    """One kind cannot be listed in one owned namespace: what is extra there is not seen."""

    cluster: str
    kind: KindRef
    namespace: str
    problem: str


@dataclass(frozen=True, slots=True)
class SurveyChanged:
    """Objects of a survey changed, in order; None means deleted."""

    cluster: str
    kind: KindRef
    namespace: str
    changes: tuple[tuple[ObjectRef, Live | None], ...]


@dataclass(frozen=True, slots=True)
class LeadsSeen:
    """Who of the replicas writes for which apps, as far as this one knows."""

    leads: Leads


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed; wakes what waits for it."""


FromGit: TypeAlias = SourceRead | HistoryRead | SourceLost | SourceSeen | LayoutRead
FromCluster: TypeAlias = (
    ClusterFound
    | ClusterNamed
    | ClusterAsks
    | ClusterLost
    | ClusterWentBack
    | ClusterSeen
    | AdmissionSeen
    | AuditLogRead
    | ControllersRead
    | SyncAsked
    | PausesRead
    | WatchRepaired
    | SchemaRead
    | KindListed
    | KindLost
    | LiveChanged
    | SurveyListed
    | SurveyLost
    | SurveyChanged
)
Input: TypeAlias = FromGit | FromCluster | Result | LeadsSeen | Tick | Command
