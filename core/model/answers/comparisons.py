"""Two states against each other: two revisions of an app, two apps, or what is live of two."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from core.model.answers.adoptions import AdoptPlan
from core.model.apps import AppSpec
from core.model.health import Healths
from core.model.judgement import FieldChange, Origin
from core.model.plans import CommitShown, Plan, RevertPlan, Sides, SidesShown
from core.model.problems import Problem
from core.model.sides import Commit
from core.model.values import Key, KindRef


class Turn(StrEnum):
    """What becomes of one object between the two."""

    CHANGED = "changed"
    REMOVED = "removed"
    ADDED = "added"

    @classmethod
    def of(cls, was: object, now: object) -> "Turn":
        """Tell it from the object at both; None where it is not."""
        return cls.ADDED if was is None else cls.REMOVED if now is None else cls.CHANGED


@dataclass(frozen=True, slots=True)
class Restatement:
    """One object that is not stated the same; secrets are hidden."""

    key: Key  # its namespace is the one that Git states
    kind: KindRef
    turn: Turn
    sides: Sides | None  # whole: `live` is the first, `git` the second; None: not asked for
    changes: tuple[FieldChange, ...] = ()  # likewise; the origin is the second's, else the first's
    origin: Origin | None = None  # of an object that one of the two lacks: where the other has it


@dataclass(frozen=True, slots=True)
class End:
    """One of the two."""

    spec: AppSpec  # `revision` is the one that is compared
    commit: Commit | None = None  # None: not read
    live: str = ""  # how its cluster is called, where live objects are compared


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two ends state differently, or what is live of them."""

    before: End
    after: End
    objects: tuple[Restatement, ...] = ()
    same: int = 0  # objects that both state alike
    problems: tuple[Problem, ...] = ()  # why it, or a part of it, could not be compared
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, str]:
        """What the two are called: apps by their names, revisions of one app as old and new."""
        one, other = self.before.spec.name, self.after.spec.name
        return ("old", "new") if one == other else (one, other)

    @property
    def title(self) -> str:
        """What is compared."""
        one, other = self.before.spec, self.after.spec
        if one.name == other.name:
            return f"{one.name} {one.revision}..{other.revision}"
        return f"{one.name}..{other.name}"


@dataclass(frozen=True, slots=True)
class Likeness:
    """At which commit Git stated one object as it is in the cluster."""

    key: Key
    since: Commit | None = None  # the one that made Git state it so; None: none that was looked at
    until: Commit | None = None  # the one that changed that; None: Git states it so now
    statements: int = 0  # different ones that it was held against, where none was equal
    problem: str = ""  # why it cannot be told


Answer: TypeAlias = (
    Plan | RevertPlan | AdoptPlan | SidesShown | CommitShown | Comparison | Healths | Likeness
)
"""What a request of a front end is answered with."""
