"""A controller's summary of what it sees, in the form in which it is kept in the cluster.

Times are RFC 3339 and the writer's own words.  Words that stand for a choice (a verdict, a remedy)
are plain text: a later version may have others, and its summary can be read all the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from core.model.values import KindRef, ObjectRef, epoch_of

SCHEMA: Final = "driftdeck.dev/status/v1"
SILENT_S: Final = 180.0  # it is written every minute; one that is older than so tells of the past


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One object, named as everywhere in our JSON."""

    api_version: str
    kind: str
    namespace: str | None = None
    name: str

    @property
    def ref(self) -> ObjectRef:
        """What identifies it."""
        group = KindRef(self.api_version, self.kind).group
        return ObjectRef(group, self.kind, self.namespace or "", self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldTold:
    """Why something is left as it is for now."""

    by: str
    words: str
    until: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseTold:
    """What a person set aside."""

    object: Named | None = None  # None: the whole app
    until: str
    reason: str = ""
    author: str = ""
    since: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FightTold:
    """A field that is written again after each heal."""

    path: str  # "" is the object itself
    manager: str | None = None
    left: bool = False  # as in `Fight`


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectTold:
    """An object that is not in sync."""

    object: Named
    verdict: str
    cause: str | None = None
    since: str | None = None  # when it left in_sync
    reason: str | None = None
    held: HeldTold | None = None  # if not the whole app is
    fights: tuple[FightTold, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrote:
    """A write, and what came of it."""

    ts: str
    verb: str  # an event's name: healed, synced, pruned, heal_failed
    app: str
    outcome: str  # an `Ending`
    by: str  # "standing permission", or "a person"
    object: Named | None = None
    fields: tuple[str, ...] = ()  # paths
    overruled: tuple[str, ...] = ()  # who had set them
    revision: str | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemTold:
    """What stops an app, and a `Remedy`."""

    remedy: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OldestTold:
    """The object that has drifted for longest."""

    object: Named
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppTold:
    """One app as a controller sees it."""

    name: str
    cluster: str
    cluster_uid: str = ""  # of kube-system there; "" while it is not known
    repo: str = ""
    path: str = ""
    revision: str | None = None
    state: str = ""  # in_sync, drifted or unknown
    complete: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)  # by verdict
    ignored: int = 0
    problem: ProblemTold | None = None
    healing: bool = False
    held: HeldTold | None = None
    pauses: tuple[PauseTold, ...] = ()
    last_heal: Wrote | None = None
    last_sync: Wrote | None = None
    oldest: OldestTold | None = None
    objects: tuple[ObjectTold, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """All of it; one for each shard."""

    schema: str = SCHEMA
    holder: str = ""  # as its Lease names it
    version: str = ""
    started: str = ""
    written: str = ""
    shard: int | None = None  # None: there is but one
    shards: int = 1  # into how many the apps were divided
    healing: bool = False
    apps: tuple[AppTold, ...] = ()
    journal: tuple[Wrote, ...] = ()  # oldest first
    trimmed: tuple[str, ...] = ()  # what was left out, for it has to fit


def current(statuses: Sequence[Status]) -> tuple[Status, ...]:
    """Leave out what was told when the apps were divided into another number of shards."""
    newest = max(statuses, key=lambda each: epoch_of(each.written) or 0.0, default=None)
    return tuple(each for each in statuses if newest and each.shards == newest.shards)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leader:
    """A Lease by which one of several replicas writes."""

    lease: str
    holder: str  # "": nobody
    renewed: str | None = None  # its holder's own word
    duration_s: float = 0.0
    moving: bool = False  # it was renewed while we looked

    def is_over(self, now: float) -> bool:
        """Tell whether it has run out, by what its holder says."""
        renewed = epoch_of(self.renewed) if self.renewed else None
        return bool(self.holder) and (renewed is None or now - renewed > self.duration_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was found of controllers in one namespace of a cluster, at one look."""

    context: str
    user: str
    namespace: str
    at: float  # seconds since the epoch
    statuses: tuple[Status, ...] = ()
    leaders: tuple[Leader, ...] = ()
    unreadable: tuple[str, ...] = ()  # summaries that are none, or of a later version
    problems: tuple[str, ...] = ()  # what else could not be read, and why


@dataclass(frozen=True, slots=True)
class Heard:
    """A summary that is followed, and when it was last new."""

    status: Status
    at: float  # seconds since the epoch: seen here, or else as it says itself


AtIssue: TypeAlias = Mapping[ObjectRef, tuple[str | None, ObjectTold]]
"""Objects that are fought for or held, each with the revision at which that was told."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a controller tells of an app that is ours, too."""

    holder: str
    at: float  # as in `Heard`
    app: AppTold
    at_issue: AtIssue = field(default_factory=dict)

    def about(self, ref: ObjectRef, revision: str) -> ObjectTold | None:
        """Return what it tells of an object at issue, if it looks at that very revision."""
        told, found = self.at_issue.get(ref, (None, None))
        return found if told == revision else None


def told_of(heard: Heard, app: AppTold, now: float) -> Told:
    """Make what one of a summary's apps tells ready to be looked up; one that is old is silent."""
    silent = now - heard.at >= SILENT_S
    known = () if silent else app.objects
    at_issue = {each.object.ref: (app.revision, each) for each in known if each.fights or each.held}
    return Told(heard.status.holder, heard.at, app, at_issue)
