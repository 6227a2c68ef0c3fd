"""What a comparison says: verdicts, and for each field who, when and which commit."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.model.values import Absent, Key, KindRef, ObjectRef, Value


class Verdict(StrEnum):
    """How one object compares with Git (verdicts of `driftdeck diff -o json`)."""

    IN_SYNC = "in_sync"
    DRIFTED = "drifted"
    MISSING = "missing"  # in Git, not in the cluster
    EXTRA = "extra"  # in the cluster, no longer in Git
    CONTESTED = "contested"  # a controller owns what Git sets, or another applies what Git dropped
    UNKNOWN = "unknown"  # cannot be judged; the reason says why


DRIFT_VERDICTS: Final = frozenset({Verdict.DRIFTED, Verdict.MISSING, Verdict.EXTRA})


class FieldVerdict(StrEnum):
    """What one differing field means."""

    DRIFT = "drift"
    INFO = "info"
    CONTESTED = "contested"
    WARN = "warn"


class InfoClass(StrEnum):
    """Why a difference is harmless."""

    ORDER = "order"  # the same entries in another order
    INJECTED = "injected"  # put there by admission, a controller or a deployer
    BOOKKEEPING = "bookkeeping"  # a trace of something that is allowed to happen


class Cause(StrEnum):
    """Which side moved."""

    LIVE_CHANGED = "live_changed"
    GIT_AHEAD = "git_ahead"
    BOTH = "both"


def cause_words(verdict: Verdict, cause: Cause) -> str:
    """Say which side moved, in words that follow the verdict: `drifted, changed in the cluster`."""
    match verdict, cause:
        case Verdict.MISSING, Cause.GIT_AHEAD:
            return "not applied yet"
        case Verdict.MISSING, Cause.LIVE_CHANGED:
            return "deleted from the cluster"
        case Verdict.EXTRA, Cause.GIT_AHEAD:
            return "no longer in Git"
        case Verdict.EXTRA, _:
            return "added in the cluster"
        case _, Cause.LIVE_CHANGED:
            return "changed in the cluster"
        case _, Cause.GIT_AHEAD:
            return "Git moved on, not applied yet"
        case _, Cause.BOTH:
            return "Git and the cluster both moved"


class ConfirmedBy(StrEnum):
    """Who says so: the API server's own dry-run, or our comparison alone."""

    SERVER = "server"
    LOCAL = "local"


class Operation(StrEnum):
    """How a field manager wrote, as managedFields says it."""

    APPLY = "Apply"
    UPDATE = "Update"


DELETIONS: Final = frozenset({"delete", "deletecollection"})  # verbs that end an object's life


class Confidence(StrEnum):
    """What a claim about an actor rests on, surest first."""

    AUDIT = "audit"  # the API server's audit log names the user
    OBSERVED = "observed"  # our own watch saw the step
    OWNED = "owned"  # managedFields names the owner of the field
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who set a live field, as far as the evidence goes."""

    manager: str | None
    operation: Operation | None
    subresource: str | None
    time: str | None  # RFC 3339, of the managedFields entry: at or before
    observed_at: str | None  # when our own watch saw the step
    user: str | None
    confidence: Confidence
    verb: str | None = None  # of the request, from the audit log
    user_agent: str | None = None  # the same
    suspects: tuple[str, ...] = ()  # users of several matching requests: none of them is claimed


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One successful write that an audit log tells of; bodies and URIs are never kept."""

    user: str
    verb: str
    user_agent: str
    manager: str  # the field manager that the request named, or that its user agent implies
    subresource: str
    began: float  # seconds since the epoch, by the server's clock
    ended: float


@dataclass(frozen=True, slots=True)
class Seen:
    """One step of a field that our own watch saw; values are masked like any other."""

    before: Value | Absent
    after: Value | Absent
    from_version: str  # resourceVersion of the object before the step
    to_version: str  # and after it
    at: str  # RFC 3339: when the event was received
    since: str = ""  # RFC 3339: the watch was broken, and the step came between `since` and `at`


@dataclass(frozen=True, slots=True)
class Origin:
    """What in Git states a field."""

    file: str  # "" where the file is not known either
    line: int
    commit: str  # that last changed it; "" while not looked up, or where `note` says why not
    author: str
    date: str
    subject: str
    note: str = ""  # how far this can be trusted, where the commit is not that of the very field


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs.  Values are JSON with its secrets hidden, or ABSENT."""

    path: str  # spec.template.spec.containers[name=web].image
    verdict: FieldVerdict
    live: Value | Absent
    git: Value | Absent
    actor: Actor | None = None
    origin: Origin | None = None
    info: InfoClass | None = None  # the class of an INFO
    note: str = ""  # the reason of a WARN, the opponent of a CONTESTED, why it cannot be healed
    healable: bool = True
    seen: Seen | None = None
    detail: tuple[str, ...] = ()  # what differs inside a value shown as one, for people
    place: str = ""  # what a heal removes or, where Git states something, replaces; "": `path`
    blocks: bool = False  # while it is there, the server refuses what Git states
    cause: Cause | None = None  # of a DRIFT: which side moved; None while that is not known

    @property
    def manager(self) -> str | None:
        """Who set the live field, by the name that it claims; None where nobody is known."""
        return self.actor.manager if self.actor is not None else None

    @property
    def swaps(self) -> bool:
        """Whether Git's entry of a list is to take the place of another, which is at `place`."""
        return bool(self.place) and not isinstance(self.git, Absent)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a verdict was made from: while both sides stand, so does the verdict."""

    digest: str | None  # of the desired object; None: Git does not state it
    version: str | None = None  # resourceVersion of the live object; None: it is not there
    uid: str | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """What a person set aside for a time: an app, or one object of it."""

    ref: ObjectRef | None  # None: the whole app
    until: float  # seconds since the epoch
    reason: str
    author: str  # "": whoever runs this, which is filled in when it is stored
    since: float


class HeldBy(StrEnum):
    """What keeps the engine from putting drift right unasked."""

    PAUSE = "pause"  # a person set it aside until a time
    WINDOW = "window"  # it is not the time for it
    WRITER = "writer"  # somebody wrote it a moment ago
    RULE = "rule"  # the settings say so
    BREAKER = "breaker"  # too much drifts at once, or was healed
    LEASE = "lease"  # another replica writes for the app


@dataclass(frozen=True, slots=True)
class Held:
    """Why what is apart is left as it is for now, although it would be put right unasked."""

    by: HeldBy
    words: str
    until: float | None = None  # seconds since the epoch; None: nobody knows
    pause: Pause | None = None  # where a person says so


@dataclass(frozen=True, slots=True)
class Fight:
    """A field that was healed, and that somebody writes again and again."""

    path: str  # "" is the object itself
    manager: str | None
    left: bool  # nobody heals it until a person syncs it; else it counts as its writer's own


@dataclass(frozen=True, slots=True)
class Drift:
    """One row: the verdict of one object, with the stamp it was made from."""

    key: Key
    cluster: str
    kind: KindRef
    verdict: Verdict
    cause: Cause | None = None
    confirmed_by: ConfirmedBy = ConfirmedBy.LOCAL
    stamp: Stamp | None = None  # None: one side was not read, so it is made from nothing
    reason: str = ""  # why it is UNKNOWN, or why it could not be confirmed
    changes: tuple[FieldChange, ...] = ()
    ignored: tuple[FieldChange, ...] = ()  # hidden by a rule, which `note` names; never counted
    explained: bool = False  # actors and origins of `changes` were looked up
    confirming: bool = False  # the dry-run is on its way; the verdict is local until then
    calling: bool = False  # an apply is in flight
    problem: str = ""  # the last refusal for this object, in the server's words with file:line
    judged_at: float = 0.0  # when this was found, seconds since the epoch
    since: float = 0.0  # when it left in_sync, seconds since the epoch; 0.0 while in sync
    file: str = ""  # where Git states the object
    line: int = 0
    untaken: bool = False  # in sync and not ours: a sync takes it over
    tracked_by: str = ""  # not ours, and left to this engine, which still tracks it
    held: Held | None = None  # why it is not healed now
    fights: tuple[Fight, ...] = ()
    actor: Actor | None = None  # who made an EXTRA object
    origin: Origin | None = None  # of a MISSING object; of an EXTRA one the commit that removed it

    @property
    def digest(self) -> str | None:
        """The digest of the desired object that the row was made from; None: there was none."""
        return self.stamp.digest if self.stamp is not None else None

    @property
    def drifts(self) -> tuple[FieldChange, ...]:
        """The fields that drifted."""
        return tuple(c for c in self.changes if c.verdict is FieldVerdict.DRIFT)

    @property
    def apart(self) -> bool:
        """Whether there is something to put right, or to take over."""
        return self.untaken or self.verdict in {Verdict.DRIFTED, Verdict.MISSING}

    @property
    def undesired(self) -> bool:
        """Whether it is of an object that the cluster had and Git did not."""
        stamp = self.stamp
        return stamp is not None and stamp.uid is not None and stamp.digest is None

    @property
    def dropped(self) -> bool:
        """Whether it was applied and Git has it no more, so that it can be pruned."""
        return self.verdict is Verdict.EXTRA and self.cause is Cause.GIT_AHEAD


def fields_of(drift: Drift) -> int:
    """Count the fields that count as drift or are contested."""
    counted = (FieldVerdict.DRIFT, FieldVerdict.CONTESTED)
    return sum(change.verdict in counted for change in drift.changes)
