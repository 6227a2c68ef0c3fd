"""What became of what was asked for.

Results carry what they were made from: a late one is recognised by that and dropped.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from core.model import (
    Actor,
    Blocked,
    Commit,
    CommitShown,
    Desired,
    Document,
    FieldChange,
    Healths,
    Key,
    Live,
    ObjectRef,
    Origin,
    Pause,
    Plan,
    Problem,
    RevertPlan,
)
from core.model.answers.adoptions import AdoptPlan
from core.model.answers.comparisons import Comparison
from core.model.journal import Done
from core.model.requests import Edit


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
    asked: str = ""  # of the same: when a person asked for it


@dataclass(frozen=True, slots=True)
class InventoryWritten:
    """A write of the inventory ended."""

    app: str
    rows: tuple[InventoryRow, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class PauseWritten:
    """A pause was stored, or that it ended; what is set aside of the app now."""

    run: int
    app: str
    pauses: tuple[Pause, ...] = ()
    problem: Problem | None = None


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
    between: tuple[str, ...] = ()  # versions that it had on the way, where it took several writes
    at: float = field(default=0.0, compare=False)  # when it ended; 0.0 means just now


@dataclass(frozen=True, slots=True)
class Proved:
    """Git was asked afresh for one app, and its files were read twice, without what was kept."""

    app: str
    revision: str  # "" where it is not known
    problem: Blocked | None = None  # one of the first three guards
    descends: bool = True  # from the commit that was applied last


@dataclass(frozen=True, slots=True)
class Pruned:
    """A delete ended: the object is gone, or going; or it is still there, and why."""

    key: Key
    uid: str
    problem: Problem | None = None
    kept: Blocked | None = None  # what the object said right before the delete; nothing was sent


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
class CommitRead:
    """A commit was read, to be shown."""

    request: int
    shown: CommitShown


@dataclass(frozen=True, slots=True)
class Compared:
    """Two states of Git were compared, to be shown."""

    request: int
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Examined:
    """Objects were looked at, to be shown."""

    request: int
    healths: Healths


@dataclass(frozen=True, slots=True)
class Statement:
    """What Git stated of one object for a while."""

    document: Document
    since: Commit  # the one that made it so
    until: Commit | None  # the one that changed it; None: Git states it so now


@dataclass(frozen=True, slots=True)
class LookedBack:
    """Git was looked through for one object; newest first.  `problem` says why it was not."""

    request: int
    key: Key
    statements: tuple[Statement, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class DoneFound:
    """What is to be undone was read from the journal; `problem` says why it cannot be."""

    request: int
    done: tuple[Done, ...]
    problem: Problem | None = None
    again: bool = False  # what was undone is done again


@dataclass(frozen=True, slots=True)
class Reverted:
    """A revert commit was made, or could not be."""

    run: int
    app: str
    revision: str
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class AdoptionPrepared:
    """An adoption was worked out but not made."""

    request: int
    plan: AdoptPlan


@dataclass(frozen=True, slots=True)
class AdoptionMade:
    """The commit of an adoption was made, or could not be."""

    run: int
    revision: str
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class RevertFound:
    """The commit that Git moved on to has the revert of a run in it, or has not."""

    run: int
    head: str
    there: bool


Result: TypeAlias = (
    InventoryRead
    | InventoryWritten
    | PauseWritten
    | Confirmed
    | Explained
    | Recalled
    | Applied
    | Proved
    | Pruned
    | PlanPrepared
    | RevertPrepared
    | CommitRead
    | Compared
    | Examined
    | DoneFound
    | LookedBack
    | Reverted
    | AdoptionPrepared
    | AdoptionMade
    | RevertFound
)
