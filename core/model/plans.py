"""What will be done: steps named so exactly that a changed world makes them outdated."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from core.model.apps import ClusterName
from core.model.judgement import FieldChange, Stamp
from core.model.problems import Blocked, Clearance, Problem, Remedy
from core.model.requests import Request
from core.model.sides import Commit
from core.model.sources.documents import Document
from core.model.values import JsonObject, Key, KindRef, Value


class Verb(StrEnum):
    """What one step of a plan does."""

    CREATE = "create"
    APPLY = "apply"
    TAKE_OVER = "take over"  # an apply that changes no field, and makes them ours
    PRUNE = "prune"  # a delete of what Git dropped
    UNDO = "put back"  # what an earlier write changed is as it was before


@dataclass(frozen=True, slots=True)
class Coming:
    """The cluster does not serve the kind yet: an earlier step of the same plan defines it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One object of a plan, named so exactly that a changed world makes it outdated."""

    key: Key
    kind: KindRef
    verb: Verb
    stamp: Stamp | Coming  # what it was decided on; a create has no live side
    changes: tuple[FieldChange, ...] = ()
    problem: str = ""  # why it cannot be done ("may not patch deployments"); it is then left out
    left: tuple[FieldChange, ...] = ()  # what it leaves as it is, for others decide it
    requests: tuple[Request, ...] = ()  # what is sent; decided when it runs where () before
    creates: Value = None  # the object that a create makes, its secrets hidden, to be shown
    wave: int = 0  # Argo CD's, as Git gives it to the object
    stage: int = 0  # each stage waits for the one before
    undoes: int | None = None  # entry of the journal that an UNDO is about
    remedy: Remedy = Remedy.GRANT  # what ends `problem`
    stopped: bool = False  # `problem` is another step's, which this one needs
    restarts: bool = False  # running pods are replaced
    untried: str = ""  # why no dry-run could say beforehand what the server says to it
    protected: str = ""  # why a PRUNE waits for a person who confirms the object by its name


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sync will do to one cluster.  The plan a person saw is the plan that runs."""

    cluster: str
    steps: tuple[Step, ...]
    revisions: Mapping[str, str] = field(default_factory=dict)  # app -> commit
    notes: tuple[str, ...] = ()  # what the reader should know: inventory, permissions
    place: ClusterName | None = None  # how the cluster was called when it was made
    guards: Mapping[str, tuple[Clearance, ...]] = field(
        default_factory=dict
    )  # by app of which something is pruned: what each guard says

    problem: Problem | None = None  # why it could not be made, which its notes say, too

    @property
    def doubts(self) -> tuple[Blocked, ...]:
        """What a person has to confirm before what is pruned goes."""
        found = (each for said in self.guards.values() for each in said)
        return tuple(each for each in found if isinstance(each, Blocked) and each.person)

    @property
    def confirmed(self) -> frozenset[Key]:
        """Protected objects that go, for a person confirmed each by its name: in this plan."""
        return frozenset(step.key for step in self.runnable if step.protected)

    @property
    def called(self) -> ClusterName:
        """How its cluster is called."""
        return self.place or ClusterName(self.cluster)

    @property
    def runnable(self) -> tuple[Step, ...]:
        """The steps that can be done."""
        return tuple(step for step in self.steps if not step.problem)


@dataclass(frozen=True, slots=True)
class Run:
    """One sync or revert that was asked for, and how far it is."""

    id: int  # the number given to the command
    what: str  # "sync", "revert", "rollback" or "adopt"
    total: int
    done: int = 0
    problems: tuple[Problem, ...] = ()
    finished: bool = False
    revision: str = ""  # of the commit a revert made
    waits: str = ""  # for which guard, before anything is pruned
    already: tuple[str, ...] = ()  # done as planned before it was tried, and by whom


Restated: TypeAlias = tuple[tuple[Document | None, Document | None], ...]
"""What an app states before and after a revert, of each object of which that is not the same."""


@dataclass(frozen=True, slots=True)
class RevertPlan:
    """A revert as it would be made: previewed, then executed as shown."""

    app: str
    target: Commit  # the commit to undo, or to go back to
    branch: str
    parent: str  # the head it is made on; moved on means outdated
    files: tuple[str, ...] = ()  # paths it changes
    diff: str = ""  # unified text, for people
    problem: Problem | None = None  # why it cannot be made
    restated: Restated = ()  # left out of what front ends are shown: it holds Secrets
    notes: tuple[str, ...] = ()  # what the reader should know about the commit
    sync: Plan | None = None  # what follows in the cluster; None while it is not worked out
    blocking: Mapping[Key, tuple[str, ...]] = field(
        default_factory=dict
    )  # by object that the server refuses otherwise: live fields that go first
    restores: str | None = None  # a folder that becomes what it was at the target, which stays
    mark: str = ""  # by which the journal knows its commit; "" until it is made
    begins: bool = False  # the branch is new: the cluster follows once it was merged


@dataclass(frozen=True, slots=True)
class Sides:
    """One object as it is and as it would be; None where that side does not have it.

    Text stands where a secret is.
    """

    live: JsonObject | None
    git: JsonObject | None


@dataclass(frozen=True, slots=True)
class SidesShown:
    """Both sides of objects, whole, for people and for programs that compare files."""

    sides: Mapping[Key, Sides]


@dataclass(frozen=True, slots=True)
class CommitShown:
    """One commit for people: what it says and what it changes."""

    commit: str  # its id
    body: str = ""  # of the message, below its subject
    files: tuple[str, ...] = ()  # paths it changes
    diff: str = ""  # unified text, without the values of Secrets
    problem: Problem | None = None  # why no more of it can be shown
