"""What a process and those that it started take, looked at again and again."""

import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.controller import resident_mb

SAMPLE_S: Final = 0.25


@dataclass
class Memory:
    """What a process and the processes it started take, looked at again and again."""

    pid: int
    own_mb: list[float] = field(default_factory=list)
    children_mb: list[float] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def looked_at(self) -> Iterator["Memory"]:
        """Look for as long as the block lasts."""
        thread = threading.Thread(target=self._look)
        thread.start()
        try:
            yield self
        finally:
            self.over.set()
            thread.join()

    def _look(self) -> None:
        while not self.over.wait(SAMPLE_S):
            self.own_mb.append(resident_mb(self.pid))
            self.children_mb.append(sum(map(resident_mb, children_of(self.pid))))


def children_of(pid: int) -> list[int]:
    """The processes that one started and that still run."""
    found: list[int] = []
    for each in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):  # a thread that ended meanwhile
            found += map(int, each.read_text().split())
    return found
