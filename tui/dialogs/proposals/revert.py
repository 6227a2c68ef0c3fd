"""The preview of a revert or a rollback: the commit that would be made, as a diff."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from core.model import Coming, Commit, Drift, Key, Plan, RevertPlan, Run, Snapshot
from core.reconcile.memory.commands import ExecuteRevert, PrepareRevert
from core.telling import plans
from core.telling.spans import Role, say
from tui.dialogs.proposals.proposal import Page, Plain
from tui.model.view import View
from tui.text.plans import revert_lines
from tui.text.rows import Looks
from tui.text.spans import flow


@dataclass(frozen=True, slots=True)
class Revert(Plain):
    """Undo one commit for one app by a new one, or go back to it; a sync follows."""

    app: str
    commit: Commit
    back: bool = False
    missing: ClassVar[str] = "the revert is not there yet"
    followed: ClassVar[bool] = True
    repeats: ClassVar[bool] = False  # a person chooses the commit again: the history is another one

    @property
    def title(self) -> str:
        """Which commit, and for which app."""
        if self.back:
            return f"Roll {say(self.app)[0]} back to {say(self.commit.id[:7])[0]}"
        return f"Revert {say(self.commit.id[:7])[0]} for {say(self.app)[0]}"

    def ask(self, request: int) -> PrepareRevert:
        """Ask for the revert."""
        return PrepareRevert(request, self.app, self.commit.id, self.back)

    def answer(self, snapshot: Snapshot, request: int) -> RevertPlan | None:
        """Find the revert."""
        return snapshot.revert_for(request)

    def moved(self, answer: RevertPlan, shown: Snapshot, now: Snapshot) -> bool:
        """Whether the branch has another head, or an object of the plan another version."""
        head = shown.head_of(answer.app) != now.head_of(answer.app)
        return head or (answer.sync is not None and _moved(answer.sync, now.rows))

    def waiting(self, *, again: bool) -> Page:
        """Say which commit it is about."""
        what = "rollback" if self.back else "revert"
        words = (
            f"the world changed: working out the {what} again"
            if again
            else f"working out the {what}"
        )
        head = ((plans.undoing(back=self.back), Role.MUTED), say(self.commit.id[:7], Role.GIT))
        subject = say(f" {self.commit.subject}", Role.STRONG)
        return Page(lambda width: [*flow((*head, subject), width), (), ((words, Role.MUTED),)])

    def page(
        self, answer: RevertPlan, view: View, looks: Callable[[], Looks], *, again: bool
    ) -> Page:
        """The commit, the branch, the files, the diff, and what follows in the cluster."""
        del again
        what = "rollback" if self.back else "revert"
        words = f"Commit the {what} to {say(answer.branch)[0]}"
        if answer.sync is not None and answer.sync.runnable:
            words += f", then change {plans.objects(len(answer.sync.runnable))}"
        return Page(
            lambda width: revert_lines(answer, view.snapshot.rows, width, looks()), words=words
        )

    def touched(self, answer: RevertPlan) -> tuple[Key, ...]:
        """Name the objects that follow."""
        return tuple(step.key for step in answer.sync.steps) if answer.sync is not None else ()

    def why_not(self, answer: RevertPlan, forbidden: str) -> str:
        """What cannot be reverted stays so, even where writing is allowed."""
        words = "cannot be rolled back" if self.back else "cannot be reverted"
        return words if answer.problem else forbidden

    def cluster(self, answer: RevertPlan, snapshot: Snapshot) -> str:
        """Name the cluster of its app, of which Git says other things even without a sync."""
        view = snapshot.app(answer.app)
        return view.spec.cluster if view is not None else ""

    def order(self, run: int, answer: RevertPlan) -> ExecuteRevert:
        """Make the commit that was shown."""
        return ExecuteRevert(run, answer)

    def done(self, run: Run) -> str:
        """Name the new commit, and count what its sync did."""
        return plans.reverted(run)


def _moved(sync: Plan, rows: Mapping[Key, Drift]) -> bool:
    """Whether an object is no longer the one that a step was made from."""
    for step in sync.steps:
        row = rows.get(step.key)
        if row is None or row.stamp is None or isinstance(step.stamp, Coming):
            continue  # Git does not state it yet
        if (row.stamp.uid, row.stamp.version) != (step.stamp.uid, step.stamp.version):
            return True
    return False
