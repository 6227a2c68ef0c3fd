"""The preview of a revert: the commit that would be made, as a diff."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from core.model import Commit, RevertPlan, Run, Snapshot
from core.reconcile.memory.commands import ExecuteRevert, PrepareRevert
from core.telling import plans
from core.telling.spans import Role, say
from tui.dialogs.proposal import Page
from tui.text.plans import commit_head, revert_lines
from tui.text.rows import Looks


@dataclass(frozen=True, slots=True)
class Revert:
    """Undo one commit for one app by a new one; a sync follows."""

    app: str
    commit: Commit
    missing: ClassVar[str] = "the revert is not there yet"
    repeats: ClassVar[bool] = False  # a person chooses the commit again: the history is another one

    @property
    def title(self) -> str:
        """Which commit, and for which app."""
        return f"Revert {say(self.commit.id[:7])[0]} for {say(self.app)[0]}"

    def ask(self, request: int) -> PrepareRevert:
        """Ask for the revert."""
        return PrepareRevert(request, self.app, self.commit.id)

    def answer(self, snapshot: Snapshot, request: int) -> RevertPlan | None:
        """Find the revert."""
        return snapshot.revert_for(request)

    def moved(self, answer: RevertPlan, shown: Snapshot, now: Snapshot) -> bool:
        """Whether the branch has another head than when the revert was shown."""
        return _head_of(shown, answer.app) != _head_of(now, answer.app)

    def waiting(self, *, again: bool) -> Page:
        """Say which commit it is about."""
        words = (
            "the branch moved: working out the revert again" if again else "working out the revert"
        )
        return Page(lambda _: [*commit_head(self.commit), (), ((words, Role.MUTED),)])

    def page(self, answer: RevertPlan, looks: Callable[[], Looks], *, again: bool) -> Page:
        """The commit, the branch, the files and the diff."""
        del looks, again
        words = f"Commit the revert to {say(answer.branch)[0]}"
        return Page(lambda width: revert_lines(answer, width), words=words)

    def why_not(self, answer: RevertPlan, forbidden: str) -> str:
        """What cannot be reverted stays so, even where writing is allowed."""
        return "cannot be reverted" if answer.problem else forbidden

    def order(self, run: int, answer: RevertPlan) -> ExecuteRevert:
        """Make the commit that was shown."""
        return ExecuteRevert(run, answer)

    def done(self, run: Run) -> str:
        """Name the new commit, and count what its sync did."""
        return plans.reverted(run)


def _head_of(snapshot: Snapshot, app: str) -> str:
    views = (view for view in snapshot.apps if view.spec.name == app)
    revision = next((view.revision for view in views), None)
    return revision.id if revision is not None else ""
