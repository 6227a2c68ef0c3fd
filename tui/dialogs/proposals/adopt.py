"""The preview of an adoption: the commit that would be made, as a diff."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from core.model import Key, Run, Snapshot
from core.model.answers.adoptions import AdoptPlan
from core.reconcile.memory.commands import ExecuteAdoption, PrepareAdoption
from core.telling import plans
from core.telling.spans import Role, say
from tui.dialogs.proposals.proposal import Page, Plain
from tui.model.view import View
from tui.text.plans import adopt_lines
from tui.text.rows import Looks


@dataclass(frozen=True, slots=True)
class Adopt(Plain):
    """Write live values of these objects, which are of one app, back to Git."""

    app: str
    keys: frozenset[Key]
    fields: frozenset[str] = frozenset()  # paths; without any, all that drifted
    missing: ClassVar[str] = "the commit is not there yet"
    followed: ClassVar[bool] = True
    repeats: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """What was chosen."""
        if self.fields:
            return say(f"Adopt {', '.join(sorted(self.fields))}")[0]
        return f"Adopt what is live of {plans.objects(len(self.keys))}"

    def ask(self, request: int) -> PrepareAdoption:
        """Ask for the commit."""
        return PrepareAdoption(request, self.app, self.keys, self.fields)

    def answer(self, snapshot: Snapshot, request: int) -> AdoptPlan | None:
        """Find the commit."""
        return snapshot.adoption_for(request)

    def moved(self, answer: AdoptPlan, shown: Snapshot, now: Snapshot) -> bool:
        """Whether Git has another head, or an object another version."""
        if now.head_of(answer.app) != answer.revision:
            return True
        keys = (each.key for each in answer.adopted)
        return any(_stamp(shown, key) != _stamp(now, key) for key in keys)

    def waiting(self, *, again: bool) -> Page:
        """Say what is worked out."""
        words = "working out the commit"
        words = f"the world changed: {words} again" if again else words
        return Page(lambda _: [((words, Role.MUTED),)])

    def page(
        self, answer: AdoptPlan, view: View, looks: Callable[[], Looks], *, again: bool
    ) -> Page:
        """The branch, the files, the diff, and who set what."""
        del again
        words = f"Commit it to {say(answer.branch)[0]}"
        return Page(
            lambda width: adopt_lines(answer, view.snapshot.rows, width, looks()), words=words
        )

    def touched(self, answer: AdoptPlan) -> tuple[Key, ...]:
        """Name the objects."""
        return tuple(each.key for each in answer.adopted)

    def why_not(self, answer: AdoptPlan, forbidden: str) -> str:
        """What cannot be adopted stays so, even where writing is allowed."""
        return "cannot be adopted" if answer.problem else forbidden

    def cluster(self, answer: AdoptPlan, snapshot: Snapshot) -> str:
        """No cluster is written to."""
        del answer, snapshot
        return ""

    def order(self, run: int, answer: AdoptPlan) -> ExecuteAdoption:
        """Make the commit that was shown."""
        return ExecuteAdoption(run, answer)

    def done(self, run: Run) -> str:
        """Name the new commit."""
        return say(f"adopted as {run.revision[:7]}")[0]


def _stamp(snapshot: Snapshot, key: Key) -> object:
    row = snapshot.rows.get(key)
    return row.stamp if row is not None else None
