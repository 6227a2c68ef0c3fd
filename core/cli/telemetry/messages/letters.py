"""What somebody is told at once, and how seldom: a letter holds all since the last one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from core.clean import clean
from core.cli.output.forms import cluster_form, identity_of, time_text
from core.model import Event, Json, JsonObject
from core.telling import events
from core.telling.spans import plain

SHOWN_MAX: Final = 10  # events that a letter tells; the others are counted
LINE_CELLS_MAX: Final = 300
FIELDS_MAX: Final = 20
_MARKS: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})  # Slack's: `<!channel>`


@dataclass(slots=True)
class Bucket:
    """So many at once, and then one in so many seconds."""

    burst: int
    every_s: float
    left: float | None = None
    at: float = 0.0

    def wait_s(self, now: float) -> float:
        """Return how long to wait for the next one, and count it as taken then."""
        left = float(self.burst) if self.left is None else self.left
        left = min(self.burst, left + max(0.0, now - self.at) / self.every_s)
        self.left, self.at = left - 1.0, now
        return max(0.0, 1.0 - left) * self.every_s


class Letters:
    """Collects events for one receiver."""

    def __init__(self) -> None:
        """Have nothing to tell."""
        self._shown: list[Event] = []
        self._more = 0

    def __len__(self) -> int:
        return len(self._shown) + self._more

    def add(self, event: Event) -> None:
        """Tell this, too."""
        if len(self._shown) < SHOWN_MAX:
            self._shown.append(event)
        else:
            self._more += 1

    def take(self) -> JsonObject:
        """Return all there is to tell, in the form that Slack and its like read."""
        shown, more = self._shown, self._more
        self._shown, self._more = [], 0
        lines = [_line(event) for event in shown] + [f"and {more} more"] * bool(more)
        return {
            "text": "\n".join(lines),
            "events": [_form(event) for event in shown],
            "more": more,
        }


def _line(event: Event) -> str:
    words = clean(plain(events.story(event, "")), max_cells=LINE_CELLS_MAX)
    return f"driftdeck: {words}".translate(_MARKS)


def _form(event: Event) -> JsonObject:
    """Put an event into the form of a `--headless` line, but for values: paths say what differs."""
    return {
        "ts": time_text(event.time),
        "event": event.name,
        "app": event.app or None,
        **cluster_form(event.called),
        "object": identity_of(event.kind, event.ref) if event.kind and event.ref else None,
        "fields": list(_fields(event)),
        "revision": event.revision or None,
        "message": clean(event.message, max_cells=LINE_CELLS_MAX) or None,
    }


def _fields(event: Event) -> Iterator[Json]:
    for change in event.changes[:FIELDS_MAX]:
        yield clean(change.path, max_cells=LINE_CELLS_MAX)
