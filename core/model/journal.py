"""What is written down about each write: the intent before it is sent, the outcome after."""

from dataclasses import dataclass
from enum import StrEnum

from core.model.judgement import FieldChange
from core.model.values import KindRef, ObjectRef


class Deed(StrEnum):
    """Why something is written."""

    HEAL = "heal"  # drift goes by standing permission
    SYNC = "sync"  # a person asked, or a new commit is followed
    TAKE_OVER = "take over"
    PRUNE = "prune"  # an object that Git dropped is deleted
    UNDO = "undo"  # of one of these
    REVERT = "revert"  # a commit in Git, and so are these
    ROLLBACK = "rollback"
    PROMOTE = "promote"
    ADOPT = "adopt"


class Ending(StrEnum):
    """How a write ended."""

    DONE = "done"
    REFUSED = "refused"  # nothing was changed
    UNKNOWN = "unknown"  # sent, or about to be, and no answer came


@dataclass(frozen=True, slots=True)
class Aim:
    """Where a commit is to be made, and by what it is found there."""

    repo: str
    branch: str
    parent: str  # what it is made on, or on what comes after that
    mark: str  # its trailer `Journal-Id`


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A write that is about to be sent, and what it will undo."""

    deed: Deed
    app: str
    auto: bool  # by standing permission; else a person ordered it
    cluster: str = ""  # as settings call it; "" for a commit
    cluster_uid: str = ""  # of kube-system there; "" while it is not known
    revision: str = ""  # the commit that Git's side is of, or that is undone
    kind: KindRef | None = None  # None for a commit
    ref: ObjectRef | None = None
    uid: str | None = None  # None: the object is not there
    version: str | None = None  # the resourceVersion it was decided on
    sends: tuple[str, ...] = ()  # apply, edit, delete, in this order
    aim: Aim | None = None  # of a commit
    changes: tuple[FieldChange, ...] = ()  # live value, Git's value, and who set the live one
    run: int | None = None  # which of the process's; with one number are the writes of one run
    undoes: int | None = None  # the entry whose change it puts back
    confirmed: bool = False  # the person named this very object, which is protected


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an intent."""

    ending: Ending
    version: str | None = None  # after it; of a revert the commit it made
    words: str = ""  # what was said, or found out later


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A write that is on record, as far as an undo needs it; a secret is its hash in it."""

    number: int  # of its entry
    deed: str  # a `Deed`, or one of a later version
    app: str
    cluster: str
    cluster_uid: str
    kind: KindRef | None  # None for a commit
    ref: ObjectRef | None
    uid: str | None  # None: the object was not there
    sends: tuple[str, ...]
    changes: tuple[FieldChange, ...]  # from `live` to `git`
    refused: bool  # nothing was changed
    made: str = ""  # resourceVersion after it; of a commit its id
