"""The preview of a sync: a `Plan`, and confirming submits that very value."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from rich.style import Style

from core.model import Coming, Drift, Key, Plan, Snapshot
from core.reconcile.memory.inputs import Command, Execute, PreparePlan
from tui.dialogs.preview import Preview
from tui.palette import Role
from tui.text.plans import objects, plan_lines, plan_title
from tui.text.rows import Looks


@dataclass(frozen=True, slots=True)
class Means:
    """What a dialog needs of the screen below it."""

    submit: Callable[[Command], None]
    numbers: Iterator[int]  # of requests and runs
    looks: Callable[[], Looks]
    role_styles: Mapping[Role, Style]
    forbidden: Callable[[], str]  # why nothing may be written; "" when it may
    started: Callable[[int, frozenset[Key]], None]  # a run, and what it is about


def outdated(plan: Plan, rows: Mapping[Key, Drift]) -> bool:
    """Whether an object of *plan* is no longer the one that the plan was made from."""
    for step in plan.steps:
        row = rows.get(step.key)
        if row is None or (row.stamp or Coming()) != step.stamp:
            return True
    return False


class PlanDialog(Preview):
    """Asks for a plan, shows it, asks again when the world changed."""

    def __init__(self, means: Means, keys: frozenset[Key], *, opened_by: str = "") -> None:
        """Preview the sync of exactly *keys*."""
        super().__init__(
            f"Sync {objects(len(keys))}", "", styles=means.role_styles, opened_by=opened_by
        )
        self._means, self._keys = means, keys
        self._request = 0
        self._plan: Plan | None = None
        self._asked_again = 0

    def opened(self) -> None:
        """Ask for the plan."""
        self._ask("working out the plan and what may be done")

    def _ask(self, words: str) -> None:
        self._plan = None
        self._request = next(self._means.numbers)
        self.present(lambda _: [((words, Role.MUTED),)])
        self.forbid("the plan is not there yet")
        self._means.submit(PreparePlan(self._request, self._keys))

    def take(self, snapshot: Snapshot) -> None:
        """Show the plan that was asked for; replace it when it is outdated."""
        answer = snapshot.plan_for(self._request)
        if self._plan is None:
            if answer is not None:
                self._show(answer)
        elif outdated(self._plan, snapshot.rows):
            self._asked_again += 1
            self._ask("the world changed: working out the plan again")
            return
        self._judge()

    def _show(self, plan: Plan) -> None:
        self._plan = plan
        self.present(
            lambda width: plan_lines(plan, width, self._means.looks()),
            title=plan_title(plan) + (" (made again)" if self._asked_again else ""),
            words=f"Sync {objects(len(plan.runnable))}",
        )

    def _judge(self) -> None:
        if self._plan is None:
            return
        nothing = "" if self._plan.runnable else "nothing can be done"
        self.forbid(self._means.forbidden() or nothing)

    def confirmed(self) -> None:
        """Carry out what was shown."""
        if self._plan is not None:
            run = next(self._means.numbers)
            self._means.started(run, self._keys)
            self._means.submit(Execute(run, self._plan))
