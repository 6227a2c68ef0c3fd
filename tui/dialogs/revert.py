"""The preview of a revert: the commit that would be made, as a diff."""

from core.model import Commit, RevertPlan, Snapshot
from core.reconcile.memory.inputs import ExecuteRevert, PrepareRevert
from tui.dialogs.plan import Means
from tui.dialogs.preview import Preview
from tui.palette import Role
from tui.text.plans import commit_head, revert_lines
from tui.text.spans import say


class RevertDialog(Preview):
    """Asks for the revert of one commit, shows it, asks again when the branch moved."""

    def __init__(self, means: Means, app: str, commit: Commit, *, opened_by: str = "") -> None:
        """Preview the revert of *commit* for *app*."""
        title = f"Revert {say(commit.id[:7])[0]} for {say(app)[0]}"
        super().__init__(title, "", styles=means.role_styles, opened_by=opened_by)
        self._means, self._of, self._commit = means, app, commit
        self._request = 0
        self._head = ""
        self._plan: RevertPlan | None = None

    def opened(self) -> None:
        """Ask for the revert."""
        self._ask("working out the revert")

    def _ask(self, words: str) -> None:
        self._plan, self._head = None, ""
        self._request = next(self._means.numbers)
        self.present(lambda _: [*commit_head(self._commit), (), ((words, Role.MUTED),)])
        self.forbid("the revert is not there yet")
        self._means.submit(PrepareRevert(self._request, self._of, self._commit.id))

    def take(self, snapshot: Snapshot) -> None:
        """Show the revert that was asked for; replace it when the branch moved."""
        head = _head_of(snapshot, self._of)
        if self._plan is None:
            plan = snapshot.revert_for(self._request)
            if plan is None:
                return
            self._plan, self._head = plan, head
            words = f"Commit the revert to {say(plan.branch)[0]}"
            self.present(lambda width: revert_lines(plan, width), words=words)
        elif head != self._head:
            self._ask("the branch moved: working out the revert again")
            return
        cannot = "cannot be reverted" if self._plan.problem else ""
        self.forbid(cannot or self._means.forbidden())

    def confirmed(self) -> None:
        """Make the commit that was shown."""
        if self._plan is not None:
            run = next(self._means.numbers)
            self._means.started(run, frozenset())
            self._means.submit(ExecuteRevert(run, self._plan))


def _head_of(snapshot: Snapshot, app: str) -> str:
    views = (view for view in snapshot.apps if view.spec.name == app)
    revision = next((view.revision for view in views), None)
    return revision.id if revision is not None else ""
