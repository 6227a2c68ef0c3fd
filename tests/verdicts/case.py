"""One row of the case table, and the vocabulary that rows are written in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from tests.verdicts.stage import Stage

Act: TypeAlias = Callable[[Stage], None]
Shown: TypeAlias = Mapping[str, str]
"""Field verdicts by path: "drift", "drift, cannot heal", "info order", "contested", "warn"."""

BOTH: Final = frozenset({"sandbox", "real"})
REAL: Final = frozenset({"real"})
CLEAN: Final[Shown] = {}
DRIFT: Final = "drift"
STUCK: Final = "drift, cannot heal"
COUNTED: Final = frozenset({"drifted", "missing", "extra"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """What Git states, what happens, and what must be said of it.

    In every text `NAME` is the name of the row's objects and `SPACE` their namespace.
    """

    id: str  # of verdicts.md: "FP-01"
    about: str
    git: str  # the last commit; "" means the file is deleted
    before: str | None = None  # the first commit, which driftdeck applies; None: as `git`
    earlier: str | None = None  # a commit between the two, which nobody applies
    made: str = ""  # created by another client instead, who is the manager `by`
    by: str = "kubectl-create"
    acts: tuple[Act, ...] = ()  # what happens between the two commits
    verdict: str = "in_sync"  # "" : the object is not mentioned at all
    shown: Shown = field(default_factory=dict)
    local: tuple[str, Shown] | None = None  # where the server knows better than we can
    confirmed_by: str = ""  # "" : the server, if anything counts
    says: str = ""  # part of a note or of the reason
    name: str = "NAME"  # of the object that is judged
    app: str = "rows"  # or one of its own: "jobs", "owned"
    on: frozenset[str] = BOTH

    @property
    def twin(self) -> bool:
        """Whether real drift must be seen here, not harmless noise passed over."""
        return self.verdict in COUNTED

    @property
    def title(self) -> str:
        """The row for people."""
        return f"{self.id} {'twin' if self.twin else 'case'}: {self.about}"

    @property
    def stated_first(self) -> str:
        """What the first commit has."""
        if self.made:
            return ""
        return self.git if self.before is None else self.before
