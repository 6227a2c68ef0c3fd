"""The preview of an undo: what the newest sync or heal changed, put back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from core.model import Key, Plan, Run, Snapshot
from core.reconcile.memory.commands import Execute, PrepareUndo
from core.telling import plans
from core.telling.spans import Role, say
from tui.dialogs.proposals.proposal import Page, Plain
from tui.dialogs.proposals.sync import outdated
from tui.model.view import View
from tui.text.plans import plan_lines
from tui.text.rows import Looks
from tui.text.spans import wrap


@dataclass(frozen=True, slots=True)
class Undo(Plain):
    """Put back what one entry of the journal changed, or the newest sync or heal on record."""

    number: int | None = None  # None: the newest
    again: bool = False  # what was undone last is done again instead
    missing: ClassVar[str] = "the plan is not there yet"
    followed: ClassVar[bool] = True
    repeats: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """Which."""
        if self.again:
            return "Do again what was undone last"
        return "Undo the last sync or heal" if self.number is None else f"Undo entry {self.number}"

    def ask(self, request: int) -> PrepareUndo:
        """Ask for the plan."""
        return PrepareUndo(request, self.number, self.again)

    def answer(self, snapshot: Snapshot, request: int) -> Plan | None:
        """Find the plan."""
        return snapshot.plan_for(request)

    def moved(self, answer: Plan, shown: Snapshot, now: Snapshot) -> bool:
        """Whether an object that would be put back is no longer the one it was decided on."""
        del shown
        return outdated(answer.runnable, now.rows)

    def waiting(self, *, again: bool) -> Page:
        """Say what is worked out."""
        what = "the world changed: reading the journal again" if again else "reading the journal"
        return Page(lambda _: [((what, Role.MUTED),)])

    def page(self, answer: Plan, view: View, looks: Callable[[], Looks], *, again: bool) -> Page:
        """Every object, the values that come back, and what stays as it is."""
        del again
        count = plans.objects(len(answer.runnable))
        what = "Do again" if self.again else "Undo"
        return Page(
            lambda width: (
                plan_lines(answer, view.snapshot.rows, width, looks(), left=True)
                if answer.steps
                else [((part, Role.TEXT),) for n in answer.notes for part in wrap(say(n)[0], width)]
            ),
            say(f"{what} {count} on {answer.called}")[0] if answer.steps else "",
            f"Put back {count}",
        )

    def touched(self, answer: Plan) -> tuple[Key, ...]:
        """Name no object: who changed them last was us."""
        del answer
        return ()

    def why_not(self, answer: Plan, forbidden: str) -> str:
        """Writing must be allowed, and something must be left to put back."""
        return forbidden or ("" if answer.runnable else "nothing can be put back")

    def cluster(self, answer: Plan, snapshot: Snapshot) -> str:
        """Name the one cluster of the plan."""
        del snapshot
        return answer.cluster

    def order(self, run: int, answer: Plan) -> Execute:
        """Carry out what was shown."""
        return Execute(run, answer)

    def done(self, run: Run) -> str:
        """Count what was put back."""
        return f"put back {plans.objects(run.done)}"
