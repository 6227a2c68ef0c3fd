"""The preview of standing repair: what it would do now, and that it goes on doing so."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from typing_extensions import override

from core.model import AppSpec, Key, Plan, Run, Snapshot
from core.reconcile.memory.commands import PrepareHeal, SetHeal
from core.telling import controllers, plans
from core.telling.spans import Line, Role, say
from tui.dialogs.proposals.proposal import Page, Plain
from tui.dialogs.proposals.sync import outdated
from tui.model.session import HEAL_FOR_S, Session
from tui.model.view import View
from tui.surface import Surface
from tui.text.plans import heal_lines, heal_promise
from tui.text.rows import Looks
from tui.text.spans import wrap


@dataclass(frozen=True, slots=True)
class Heal(Plain):
    """Put drift of one app back from now on, without asking."""

    app: AppSpec
    for_s: float = HEAL_FOR_S  # then it ends by itself
    missing: ClassVar[str] = "what it would do now is not known yet"
    followed: ClassVar[bool] = False
    repeats: ClassVar[bool] = False

    @property
    def title(self) -> str:
        """Which app."""
        return f"Heal {say(self.app.name)[0]}"

    def ask(self, request: int) -> PrepareHeal:
        """Ask what would be put back now."""
        return PrepareHeal(request, self.app.name)

    def answer(self, snapshot: Snapshot, request: int) -> Plan | None:
        """Find what would be put back now."""
        return snapshot.plan_for(request)

    def moved(self, answer: Plan, shown: Snapshot, now: Snapshot) -> bool:
        """Whether an object is no longer the one that it was decided on."""
        del shown
        return outdated(answer.steps, now.rows)

    def waiting(self, *, again: bool) -> Page:
        """Say what is worked out."""
        del again
        words = ("working out what would be put back now", Role.MUTED)
        return Page(lambda width: [*heal_promise(self.app.name, self.for_s, width), (words,)])

    def page(self, answer: Plan, view: View, looks: Callable[[], Looks], *, again: bool) -> Page:
        """What it means, and every object that it would act on now or leave, and why."""
        del again
        called = view.snapshot.called(self.app.cluster)
        return Page(
            lambda width: [
                *self._warning(view, width, looks().now),
                *heal_lines(
                    (self.app.name, self.for_s), called, answer, view.snapshot.rows, width, looks()
                ),
            ],
            words="Heal on",
        )

    def _warning(self, view: View, width: int, now: float) -> list[Line]:
        """Say that a controller in the cluster heals the app already."""
        app = view.snapshot.app(self.app.name)
        words = controllers.warning(app.told, now) if app is not None else ""
        lines: list[Line] = [((part, Role.WARNING),) for part in wrap(say(words)[0], width)]
        return [*lines, ()] if words else []

    def touched(self, answer: Plan) -> tuple[Key, ...]:
        """Name the objects of its steps."""
        return tuple(step.key for step in answer.steps)

    def why_not(self, answer: Plan, forbidden: str) -> str:
        """Writing must be allowed; that there is nothing to do now is no obstacle."""
        del answer
        return forbidden

    def cluster(self, answer: Plan, snapshot: Snapshot) -> str:
        """Name the cluster of the app."""
        del answer, snapshot
        return self.app.cluster

    def order(self, run: int, answer: Plan) -> SetHeal:
        """Switch it on."""
        del run, answer
        return SetHeal(frozenset({self.app.name}), enabled=True)

    @override
    def ordered(self, session: Session, now: float) -> None:
        """It ends by itself."""
        session.heal_until[self.app.name] = now + self.for_s

    def done(self, run: Run) -> str:
        """Count what was put back at once."""
        return plans.synced(run)


def end_heal(on: Surface, app: str, words: str) -> None:
    """Nothing of *app* is put back unasked from now on; *words* say why."""
    on.session.heal_until.pop(app, None)
    on.submit(SetHeal(frozenset({app}), enabled=False))
    on.note(words, Role.TEXT)
