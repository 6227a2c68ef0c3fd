"""The preview of a sync: a `Plan` for exactly these objects."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Final

from core.model import Coming, Drift, Key, Plan, Run, Snapshot, Step, Verb
from core.reconcile.memory.commands import Execute, PreparePlan
from core.telling import plans
from core.telling.spans import Line, Role, say
from tui.dialogs.naming import Typed
from tui.dialogs.proposals.proposal import Naming, Page
from tui.model.session import Session
from tui.model.view import View
from tui.text.plans import plan_lines
from tui.text.rows import Looks
from tui.text.spans import wrap

PRUNE_KEY: Final = "p"
CONFIRM_KEY: Final = "c"
_WORD: Final = "prune"
_WHOLE: Final = "for all of the object: s on it in pane 2"


@dataclass(frozen=True, slots=True)
class Sync:
    """Make the cluster match Git for these objects, which are of one cluster.

    Of one in *fields* these alone; what else differs there is shown as left alone.
    """

    keys: frozenset[Key]
    fields: Mapping[Key, frozenset[str]] = field(default_factory=dict)
    dropped: frozenset[Key] = frozenset()  # what Git has no more
    prune: bool = False  # and is to go, too
    confirmed: frozenset[Key] = frozenset()  # what is protected of it, named by the person
    missing: ClassVar[str] = "the plan is not there yet"
    followed: ClassVar[bool] = True
    repeats: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """What was chosen."""
        return f"Sync {self._chosen(len(self._wanted))}"

    def ask(self, request: int) -> PreparePlan:
        """Ask for the plan."""
        return PreparePlan(request, self._wanted, self.fields, self.prune, self.confirmed)

    def answer(self, snapshot: Snapshot, request: int) -> Plan | None:
        """Find the plan."""
        return snapshot.plan_for(request)

    def moved(self, answer: Plan, shown: Snapshot, now: Snapshot) -> bool:
        """A plan names its objects so exactly that it does not matter when it was shown."""
        del shown
        return outdated(answer.steps, now.rows)

    def waiting(self, *, again: bool) -> Page:
        """Say what is worked out."""
        words = (
            "the world changed: working out the plan again"
            if again
            else "working out the plan and what may be done"
        )
        return Page(lambda _: [((words, Role.MUTED),)])

    def page(self, answer: Plan, view: View, looks: Callable[[], Looks], *, again: bool) -> Page:
        """Every object in full, and what would happen to it."""
        if not answer.steps and self.dropped:
            nothing: Line = (("nothing is to be put right", Role.MUTED),)
            return Page(lambda width: [*self._offer(width), nothing])
        return Page(
            lambda width: [
                *self._offer(width),
                *plan_lines(answer, view.snapshot.rows, width, looks(), left=bool(self.fields)),
                *(((_WHOLE, Role.MUTED),) for _ in self.fields),
            ],
            plans.heading(answer, self._chosen(len(answer.runnable)))
            + (" (made again)" if again else ""),
            f"Sync {self._chosen(len(answer.runnable))}",
        )

    @property
    def _nothing(self) -> str:
        return "nothing can be done" if self.keys or self.prune else "nothing else is to be done"

    def _chosen(self, count: int) -> str:
        chosen = sum(map(len, self.fields.values()))
        return plans.fields(chosen) if chosen and count else plans.objects(count)

    def touched(self, answer: Plan) -> tuple[Key, ...]:
        """Name the objects of its steps."""
        return tuple(step.key for step in answer.steps)

    def why_not(self, answer: Plan, forbidden: str) -> str:
        """Writing must be allowed, and a step must be left."""
        return forbidden or ("" if answer.runnable else self._nothing)

    def cluster(self, answer: Plan, snapshot: Snapshot) -> str:
        """Name the one cluster of the plan."""
        del snapshot
        return answer.cluster

    def order(self, run: int, answer: Plan) -> Execute:
        """Carry out what was shown."""
        return Execute(run, answer, confirmed=bool(answer.guards))

    def toggled(self, key: str) -> "Sync | None":
        """Have what Git dropped pruned, too, or not after all."""
        if key != PRUNE_KEY or not self.dropped:
            return None
        return replace(self, prune=not self.prune, confirmed=frozenset())

    def naming(self, key: str, answer: Plan) -> Naming[Plan] | None:
        """Let one protected object go, too, whose name is typed."""
        kept = [step for step in answer.steps if step.protected and step.problem]
        if key != CONFIRM_KEY or not kept:
            return None
        return Naming(
            "Prune a protected object, too",
            tuple(say(f"{named(step)}: {step.protected}")[0] for step in kept),
            {named(step): replace(self, confirmed=self.confirmed | {step.key}) for step in kept},
        )

    def typed(self, answer: Plan) -> tuple[Typed, ...]:
        """A delete wants its word."""
        prunes = any(step.verb is Verb.PRUNE for step in answer.runnable)
        return (Typed(_WORD, "What is pruned cannot be put back", Role.ERROR),) if prunes else ()

    def ordered(self, session: Session, now: float) -> None:
        """Nothing of it ends by itself."""

    @property
    def _wanted(self) -> frozenset[Key]:
        return self.keys | self.dropped if self.prune else self.keys

    def _offer(self, width: int) -> list[Line]:
        """Say what `p` does, where it does something."""
        if not self.dropped:
            return []
        gone = f"{plans.objects(len(self.dropped))} that Git dropped"
        words = f"p leaves alone {gone}" if self.prune else f"p prunes {gone}, too"
        return [((part, Role.WARNING),) for part in wrap(words, width)]

    def done(self, run: Run) -> str:
        """Count what was synced."""
        return plans.synced(run)


def named(step: Step) -> str:
    """Name an object as it is typed: `Namespace/old-team`."""
    ref = step.key.ref
    return "/".join(filter(None, (ref.kind, ref.namespace, ref.name)))


def outdated(steps: Iterable[Step], rows: Mapping[Key, Drift]) -> bool:
    """Whether an object of *steps* is no longer the one that its step was made from."""
    for step in steps:
        row = rows.get(step.key)
        if row is None or (row.stamp or Coming()) != step.stamp:
            return True
    return False
