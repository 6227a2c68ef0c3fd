"""Live values taken over into Git, as they would be."""

from dataclasses import dataclass, field

from core.model.judgement import Actor, FieldChange
from core.model.problems import Problem
from core.model.sources.documents import Document
from core.model.values import Key


@dataclass(frozen=True, slots=True)
class Adopted:
    """One object, and what Git is to state of it: its secrets are not among that."""

    key: Key
    document: Document = field(repr=False)  # its `file` is "" where Git does not state it yet
    body: bytes = field(repr=False)  # JSON; b"" where the object is gone
    changes: tuple[FieldChange, ...] = ()  # `live` is what comes, `git` what it replaces
    actor: Actor | None = None  # who made an object that comes as a whole, or deleted one

    @property
    def gone(self) -> bool:
        """Whether it was deleted in the cluster, so that Git is to state it no more."""
        return not self.body


@dataclass(frozen=True, slots=True)
class AdoptPlan:
    """A commit that states live values: previewed, then made as shown."""

    app: str
    revision: str  # the commit that is followed, on which it is made
    adopted: tuple[Adopted, ...] = ()
    branch: str = ""
    begins: bool = False  # the branch is new
    files: tuple[str, ...] = ()
    diff: str = ""  # unified text, for people
    notes: tuple[str, ...] = ()
    problem: Problem | None = None  # why it cannot be made
    patch: str = ""  # what could be added by hand instead
    mark: str = ""  # by which the journal knows its commit
