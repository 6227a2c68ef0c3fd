"""What was allowed and ordered here since the terminal was opened."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count

from core.model import Run, Snapshot
from tui.model.bookmarks import Mark

WRITE_FOR_S = 1800.0  # what W allows
HEAL_FOR_S = 1800.0  # what H switches on
TOLD_MAX = 100  # errors that are kept


@dataclass(frozen=True, slots=True)
class Order:
    """A run that a person confirmed here: how its end is told, and how it is tried again."""

    done: Callable[[Run], str]  # the words for a run that went well
    again: Callable[[], None] | None  # previews it anew where the world overtook it


@dataclass(slots=True)
class Session:
    """How long writing is allowed, and which runs are not finished."""

    numbers: Iterator[int] = field(default_factory=lambda: count(1))  # of requests and of runs
    write_until: float | None = None  # None: no end was set
    heal_until: dict[str, float] = field(default_factory=dict)  # of apps switched on here
    orders: dict[int, Order] = field(default_factory=dict)  # by the number of the run
    errors: deque[tuple[float, str]] = field(default_factory=lambda: deque(maxlen=TOLD_MAX))
    bookmarks: tuple[Mark, ...] = ()  # as they were read last
    waiting: list[Callable[[Snapshot], bool]] = field(default_factory=list)  # true: it is over

    @property
    def writing_now(self) -> bool:
        """Whether a sync or a revert that was asked for here is not finished."""
        return bool(self.orders)

    def look(self, snapshot: Snapshot) -> None:
        """Let what waits for news look at it."""
        self.waiting = [waits for waits in self.waiting if not waits(snapshot)]

    def healed_out(self, now: float) -> list[str]:
        """Take out the apps whose time for healing is over."""
        over = [app for app, until in self.heal_until.items() if now >= until]
        for app in over:
            del self.heal_until[app]
        return over

    def lapsed(self, now: float) -> bool:
        """Whether the time for writing is over."""
        return self.write_until is not None and now >= self.write_until
