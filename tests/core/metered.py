"""A meter that remembers what it was told, in order."""

from dataclasses import dataclass, field

from core.meter import Watched


@dataclass
class Remembering:
    """What was counted."""

    requests: list[tuple[str, str, str]] = field(default_factory=list)  # host, method, code
    took: list[float] = field(default_factory=list)  # of requests, and of work
    watches: list[tuple[str, str, int]] = field(default_factory=list)
    queues: list[tuple[str, str]] = field(default_factory=list)  # queue, what happened
    waited: list[float] = field(default_factory=list)
    lost: int = 0  # entries of the journal

    def requested(self, host: str, method: str, code: str, took_s: float) -> None:
        self.requests.append((host, method, code))
        self.took.append(took_s)

    def watched(self, cluster: str, what: Watched, count: int = 1) -> None:
        self.watches.append((cluster, what.value, count))

    def queued(self, queue: str) -> None:
        self.queues.append((queue, "queued"))

    def taken(self, queue: str, waited_s: float) -> None:
        self.queues.append((queue, "taken"))
        self.waited.append(waited_s)

    def worked(self, queue: str, took_s: float) -> None:
        self.queues.append((queue, "worked"))
        self.took.append(took_s)

    def retried(self, queue: str) -> None:
        self.queues.append((queue, "retried"))

    def unrecorded(self) -> None:
        self.lost += 1

    def of(self, queue: str) -> list[str]:
        return [what for name, what in self.queues if name == queue]
