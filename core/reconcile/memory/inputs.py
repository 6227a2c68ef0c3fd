"""What can happen: news of both sides, and results of what was asked for.

Each is a plain value, so a session can be recorded and replayed.  Results carry what they were
made from: a late one is recognised by that and dropped.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from core.compare import Schema
from core.model import (
    Actor,
    Commit,
    Desired,
    Document,
    FieldChange,
    Key,
    KindRef,
    Live,
    ObjectRef,
    Origin,
    Plan,
    Problem,
    Resource,
    RevertPlan,
)
from core.model.requests import Edit
from core.reconcile.memory.commands import Command

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
    """A complete listing of one kind, in every followed namespace; what is not in it is gone."""

    cluster: str
    kind: KindRef
    objects: Mapping[ObjectRef, Live]
    at: float = field(default=0.0, compare=False)  # when it was received; 0.0 means just now
    since: float = field(default=0.0, compare=False)  # until when the picture before was current


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
class InventoryRow:
    """One object that driftdeck applied."""

    ref: ObjectRef
    uid: str | None  # None: the answer to the apply was never seen
    digest: str | None  # of what was applied; None: the same
    end: str | None = None  # how a Job that the cluster deletes ended: "Complete", "Failed"


@dataclass(frozen=True, slots=True)
class InventoryRead:
    """What driftdeck applied for one app, as asked for or as another process wrote it.

    `problem` says why it cannot be read.
    """

    app: str
    rows: tuple[InventoryRow, ...]
    problem: str = ""
    instead: str = ""  # of a write of ours that came too late: the words of its refusal


@dataclass(frozen=True, slots=True)
class InventoryWritten:
    """A write of the inventory ended."""

    app: str
    rows: tuple[InventoryRow, ...]
    problem: str = ""


# Results of effects -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The dry-run of `desired` on `live` ended: a predicted object, or why there is none."""

    key: Key
    desired: Desired
    live: Live
    predicted: bytes | None
    problem: str = ""
    cause_paths: tuple[str, ...] = ()  # fields the server refused (422)
    status: int = 200
    retry: bool = False  # worth asking again later
    patch: Edit | None = None  # what was asked; None: the apply of `desired`


@dataclass(frozen=True, slots=True)
class Explained:
    """Actors and origins of one drifted object were looked up."""

    key: Key
    desired: Desired | None
    live: Live | None
    changes: tuple[FieldChange, ...]
    origin: Origin | None = None  # of the object itself, where one side has none of it
    actor: Actor | None = None  # the same: who made or deleted it


@dataclass(frozen=True, slots=True)
class Recalled:
    """What commits stated of one object, newest first; nothing where that cannot be read."""

    key: Key
    revision: str  # where the looking back began
    documents: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class Applied:
    """An apply ended: the object as it is now, or what the server said."""

    key: Key
    desired: Desired
    live: Live | None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class PlanPrepared:
    """Permissions for a plan were looked up; steps that cannot be done say why."""

    request: int
    plan: Plan
    blocking: Mapping[Key, tuple[str, ...]] = field(
        default_factory=dict
    )  # by object: live fields that have to go, for the server refuses what Git states beside them


@dataclass(frozen=True, slots=True)
class RevertPrepared:
    """A revert was computed but not made."""

    request: int
    plan: RevertPlan


@dataclass(frozen=True, slots=True)
class Reverted:
    """A revert commit was made, or could not be."""

    run: int
    app: str
    revision: str
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class RevertFound:
    """The commit that Git moved on to has the revert of a run in it, or has not."""

    run: int
    head: str
    there: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed; wakes what waits for it."""


FromGit: TypeAlias = SourceRead | HistoryRead | SourceLost
FromCluster: TypeAlias = (
    ClusterFound
    | ClusterNamed
    | ClusterAsks
    | ClusterLost
    | ClusterSeen
    | AdmissionSeen
    | AuditLogRead
    | WatchRepaired
    | SchemaRead
    | KindListed
    | KindLost
    | LiveChanged
    | SurveyListed
    | SurveyLost
    | SurveyChanged
)
Result: TypeAlias = (
    InventoryRead
    | InventoryWritten
    | Confirmed
    | Explained
    | Recalled
    | Applied
    | PlanPrepared
    | RevertPrepared
    | Reverted
    | RevertFound
)
Input: TypeAlias = FromGit | FromCluster | Result | Tick | Command
