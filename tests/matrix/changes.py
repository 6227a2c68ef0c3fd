"""The live changes of the drift matrix: what is changed, by whom, and what must come of it.

Each change is made to an object of its own, so that one server and one `driftdeck diff` see all.
What must come of it is derived from the rules of verdicts.md (A4 to A7, B4 to B9), not recorded.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from tests.matrix.objects import Json, build

Edit: TypeAlias = Callable[[Json], Any]


class Who(StrEnum):
    """Who makes the change; the value is what the table calls it."""

    KUBECTL = "kubectl"
    CLIENT = "plain client"  # a program with its own manager name, by Update
    CONTROLLER = "known controller"  # by Update, too
    APPLIER = "server-side applier"  # another one, by Apply with force
    SERVER_SIDE = "kubectl apply --server-side"
    CLIENT_SIDE = "kubectl apply"


class Nature(StrEnum):
    """What kind of change it is; the rules ask for no more."""

    ADDED = "added"  # live has it, Git does not
    CHANGED = "changed"
    REMOVED = "removed"  # Git has it, live does not
    DELETED = "deleted"  # the whole object
    CREATED = "created"  # a whole object that Git does not have


@dataclass(frozen=True, slots=True)
class Setting:
    """How far an app's settings go."""

    name: str
    extras: str
    contested: str


DEFAULT = Setting("default", "human", "show")
ANY = Setting("extras: any", "any", "show")
STRICT = Setting("and contested: enforce", "any", "enforce")
SETTINGS = (DEFAULT, ANY, STRICT)  # each heals what the one before it heals, and more


@dataclass(frozen=True, slots=True)
class Change:
    """One kind of live change."""

    what: str
    kind: str
    path: str  # where it must show
    nature: Nature
    edit: Edit = lambda _: None
    kubectl: tuple[str, ...] = ()  # words after `kubectl`; () is `kubectl replace`
    taken: Edit | None = None  # REMOVED, for an applier: what it took over before it dropped it
    by: tuple[Who, ...] = tuple(Who)
    guarded: bool = False  # grants power: counts whoever wrote it (A4)
    marked: bool = False  # an annotation comes with it

    @property
    def title(self) -> str:
        """What was done to what."""
        return f"{self.nature}: {self.what}"


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of change by one of those who make it."""

    number: int
    change: Change
    who: Who

    @property
    def name(self) -> str:
        """The name of its own object."""
        return f"case-{self.number}-{self.change.kind.lower()}"

    @property
    def git(self) -> Json:
        """The object as Git states it."""
        return build(self.change.kind, self.name)

    def edited(self, found: Json, edit: Edit | None = None) -> Json:
        """*found* after the change, or after another *edit*."""
        made = copy.deepcopy(found)
        (edit or self.change.edit)(made)
        return made

    @property
    def manager(self) -> str:
        """The field manager that the change leaves behind."""
        if self.who is Who.KUBECTL:
            verb = self.change.kubectl[0] if self.change.kubectl else "replace"
            return "kubectl" if verb == "scale" else f"kubectl-{verb}"
        return {
            Who.CLIENT: "acme-tool",
            Who.CONTROLLER: "keda-operator",
            Who.APPLIER: "other-applier",
            Who.SERVER_SIDE: "kubectl",
            Who.CLIENT_SIDE: "kubectl-client-side-apply",
        }[self.who]

    def expected(self, setting: Setting) -> str:
        """The verdict of the field, or of the object where the change is a whole one."""
        nature = self.change.nature
        if nature is Nature.CREATED:
            return "extra"
        if nature is Nature.DELETED:
            return "missing"
        if self.who is not Who.CONTROLLER or self.change.guarded or nature is Nature.REMOVED:
            metadata = nature is Nature.ADDED and self.change.path.startswith("metadata.")
            return "info" if metadata and self._may_add(setting) else "drift"  # B9; A7, B4, B6; A4
        if nature is Nature.CHANGED:  # A6
            return "drift" if setting.contested == "enforce" else "contested"
        return "info" if self._may_add(setting) else "drift"  # B9

    def _may_add(self, setting: Setting) -> bool:
        """Whether what they add to `metadata` is let be, and what a controller adds, anywhere."""
        others = {Who.CLIENT, Who.APPLIER, Who.CONTROLLER}
        return self.who in others and setting.extras != "any"

    def to_heal(self, setting: Setting) -> bool:
        """Whether a sync must make the object what it was; deleting one (prune) does not exist."""
        whole = not (self.change.marked and self._may_add(setting))
        return whole and self.expected(setting) in {"drift", "missing"}
