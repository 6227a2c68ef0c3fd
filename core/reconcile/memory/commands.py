"""What a person can ask, each a plain value: a session can be recorded and replayed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from core.model import Key, ObjectRef, Pause, Plan, RevertPlan
from core.model.answers.adoptions import AdoptPlan


@dataclass(frozen=True, slots=True)
class PreparePlan:
    """Work out the plan for exactly these objects; it appears in `Snapshot.answers`.

    Of an object that is in *fields* only these of its drifted fields are put right.
    """

    request: int
    keys: frozenset[Key]
    fields: Mapping[Key, frozenset[str]] = field(default_factory=dict)  # paths as they are shown
    prune: bool = False  # what of them Git dropped is to go
    confirmed: frozenset[Key] = frozenset()  # protected objects that a person confirmed by name


@dataclass(frozen=True, slots=True)
class Execute:
    """Carry out a plan that was accepted."""

    run: int
    plan: Plan
    confirmed: bool = False  # by a person who read what guards say, not in advance


@dataclass(frozen=True, slots=True)
class PrepareUndo:
    """Work out how to put back what one entry of the journal changed, in `Snapshot.answers`.

    Without a number it is about the newest sync or heal that was not undone yet, or where it is to
    be done *again* about the newest undo.
    """

    request: int
    number: int | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class PrepareRevert:
    """Work out the revert of one commit for one app; it appears in `Snapshot.answers`."""

    request: int
    app: str
    commit: str
    back: bool = False  # it is not undone but gone back to
    begins: str = ""  # a branch that begins with it, for a pull request


@dataclass(frozen=True, slots=True)
class ExecuteRevert:
    """Make the revert commit that was previewed; a sync of what it changes follows on its branch.

    The run ends when that sync ended.
    """

    run: int
    plan: RevertPlan


@dataclass(frozen=True, slots=True)
class PrepareAdoption:
    """Work out the commit that states live values; it appears in `Snapshot.answers`."""

    request: int
    app: str
    keys: frozenset[Key]
    fields: frozenset[str] = frozenset()  # paths; without any, all that drifted
    begins: str = ""  # a branch that begins with it, for a pull request


@dataclass(frozen=True, slots=True)
class ExecuteAdoption:
    """Make the commit that was previewed; nothing is written to the cluster."""

    run: int
    plan: AdoptPlan


@dataclass(frozen=True, slots=True)
class PrepareHeal:
    """Work out what standing repair would do to an app now; the plan appears as that of a sync."""

    request: int
    app: str


@dataclass(frozen=True, slots=True)
class SetHeal:
    """Turn standing repair on or off for these apps."""

    apps: frozenset[str]
    enabled: bool


@dataclass(frozen=True, slots=True)
class SetPause:
    """Set an app or an object of it aside for a time, for every process of ours."""

    run: int
    app: str
    pause: Pause


@dataclass(frozen=True, slots=True)
class EndPause:
    """End the pause of an app, or of an object of it."""

    run: int
    app: str
    ref: ObjectRef | None


@dataclass(frozen=True, slots=True)
class SetWriting:
    """Allow or forbid that a person writes, in this session."""

    enabled: bool


@dataclass(frozen=True, slots=True)
class Explain:
    """Look up actors and origins of one row now (the row a person looks at)."""

    key: Key


@dataclass(frozen=True, slots=True)
class ShowSides:
    """Show these objects whole, as they are and as Git wants them, in `Snapshot.answers`."""

    request: int
    keys: frozenset[Key]


@dataclass(frozen=True, slots=True)
class LookBackAt:
    """Find the commit at which Git stated this object as it is, in `Snapshot.answers`."""

    request: int
    key: Key


@dataclass(frozen=True, slots=True)
class Examine:
    """Say whether these objects work, in `Snapshot.answers`.

    *closely*: of a workload that does not, its pods are read, too.
    """

    request: int
    keys: frozenset[Key]
    closely: bool = False


@dataclass(frozen=True, slots=True)
class ShowCommit:
    """Show what one commit says and changes, in `Snapshot.answers`."""

    request: int
    app: str
    commit: str


@dataclass(frozen=True, slots=True)
class StateOfGit:
    """What one app states at a commit; "" is the commit that is followed now."""

    app: str
    commit: str = ""


@dataclass(frozen=True, slots=True)
class Compare:
    """Compare what Git states at two commits of an app, or for two apps, in `Snapshot.answers`."""

    request: int
    before: StateOfGit
    after: StateOfGit


@dataclass(frozen=True, slots=True)
class CompareLive:
    """Compare what is live of two apps, as whole objects or by fields, in `Snapshot.answers`."""

    request: int
    before: str
    after: str
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Refresh:
    """Read Git again and ask for pending confirmations again."""


Asking: TypeAlias = (  # what is answered in `Snapshot.answers`, under the number of its request
    PreparePlan
    | PrepareUndo
    | PrepareRevert
    | PrepareAdoption
    | PrepareHeal
    | ShowSides
    | LookBackAt
    | Examine
    | ShowCommit
    | Compare
    | CompareLive
)
Command: TypeAlias = (
    Asking
    | Execute
    | ExecuteRevert
    | ExecuteAdoption
    | SetHeal
    | SetPause
    | EndPause
    | SetWriting
    | Explain
    | Refresh
)
