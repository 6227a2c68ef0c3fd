"""The way of everything that is written: asked for, shown, confirmed as shown, and followed.

A preview asks the engine by the number of its request and waits for the answer with that number.
What came is shown, and only that very value can be confirmed.  Where the world moves on meanwhile,
the preview asks again and confirming begins anew.  What differs from one kind of change to the
next is a `Proposal`; the way is the same for each.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeAlias, TypeVar

from core.model import Answer, Key, Run, Snapshot
from core.reconcile.memory.commands import Command
from core.telling.spans import Line
from tui.dialogs.naming import Typed
from tui.model.session import Session
from tui.model.view import View
from tui.text.rows import Looks

A = TypeVar("A", bound=Answer)


@dataclass(frozen=True, slots=True)
class Page:
    """What the dialog shows."""

    lines: Callable[[int], list[Line]]  # for a width in cells
    title: str = ""  # "" keeps the one before
    words: str = ""  # of the button that confirms; "" keeps those before


@dataclass(frozen=True, slots=True)
class Naming(Generic[A]):
    """One of several names is to be typed, and what is proposed then."""

    title: str
    words: tuple[str, ...]  # what each name means, harmless already
    proposals: Mapping[str, "Proposal[A]"]  # by the name


class Proposal(Protocol[A]):
    """One kind of change: how it is asked for, shown and ordered."""

    @property
    def title(self) -> str:
        """What the dialog is called before anything is known."""
        ...

    @property
    def missing(self) -> str:
        """Why it cannot be confirmed while there is no answer."""
        ...

    @property
    def followed(self) -> bool:
        """Whether confirming begins a run that is followed to its end."""
        ...

    @property
    def repeats(self) -> bool:
        """Whether a run that the world overtook is previewed anew."""
        ...

    def ask(self, request: int) -> Command:
        """Ask the engine to work it out."""
        ...

    def answer(self, snapshot: Snapshot, request: int) -> A | None:
        """Find the answer to *request*."""
        ...

    def moved(self, answer: A, shown: Snapshot, now: Snapshot) -> bool:
        """Whether the world is no longer the one of *answer*, which came with *shown*."""
        ...

    def waiting(self, *, again: bool) -> Page:
        """What stands there until the answer comes."""
        ...

    def page(self, answer: A, view: View, looks: Callable[[], Looks], *, again: bool) -> Page:
        """Show what would be done, and of whom *view* tells by now that they changed it."""
        ...

    def touched(self, answer: A) -> tuple[Key, ...]:
        """Name the objects it is about."""
        ...

    def why_not(self, answer: A, forbidden: str) -> str:
        """Why *answer* cannot be confirmed; *forbidden* says why nothing can."""
        ...

    def cluster(self, answer: A, snapshot: Snapshot) -> str:
        """Name the cluster that *answer* is for, as the settings do."""
        ...

    def order(self, run: int, answer: A) -> Command:
        """Order exactly *answer*."""
        ...

    def ordered(self, session: Session, now: float) -> None:
        """It was ordered: note what ends by itself."""

    def done(self, run: Run) -> str:
        """Tell that a run went well."""
        ...

    def toggled(self, key: str) -> "Proposal[A] | None":
        """Return what is proposed after a key that changes it; None: it means nothing here."""
        ...

    def naming(self, key: str, answer: A) -> "Naming[A] | None":
        """Return which names can be typed after a key; None: it means nothing here."""
        ...

    def typed(self, answer: A) -> tuple[Typed, ...]:
        """Name what is to be typed before *answer* is ordered, beside the cluster's name."""
        ...


class Plain:
    """What most proposals are like: nothing about them is switched, and nothing typed."""

    __slots__ = ()

    def toggled(self, key: str) -> None:
        """No key changes it."""

    def naming(self, key: str, answer: Answer) -> None:
        """No key asks for a name."""

    def ordered(self, session: Session, now: float) -> None:
        """Nothing of it ends by itself."""

    def typed(self, answer: Answer) -> tuple[Typed, ...]:
        """Nothing but the name of a protected cluster."""
        del answer
        return ()


@dataclass(frozen=True, slots=True)
class Asked:
    """The engine works it out."""

    request: int
    again: bool = False  # the world moved on before


@dataclass(frozen=True, slots=True)
class Shown(Generic[A]):
    """This is what confirming orders."""

    answer: A
    world: Snapshot  # in which it came
    again: bool = False


Stage: TypeAlias = Asked | Shown[A]


def advanced(
    proposal: Proposal[A], stage: Stage[A], now: Snapshot, numbers: Iterator[int]
) -> Stage[A]:
    """Go on to the stage that *now* leads to; the same one while there is no news.

    Args:
        proposal: What is previewed.
        stage: Where the preview is.
        now: The newest snapshot.
        numbers: Of requests; one is taken where it must be asked again.
    """
    if isinstance(stage, Asked):
        answer = proposal.answer(now, stage.request)
        return stage if answer is None else Shown(answer, now, stage.again)
    if proposal.moved(stage.answer, stage.world, now):
        return Asked(next(numbers), again=True)
    return stage
