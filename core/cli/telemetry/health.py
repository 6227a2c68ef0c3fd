"""Is it alive, is it ready: two questions that a kubelet asks.

Alive is a loop that turns.  Ready is who has heard of every cluster and every source once: what is
lost later is named, and makes nobody unready, for another replica would know no more.
"""

import faulthandler
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from core.clean import clean
from core.clock import Clock
from core.model import AppView, ClusterView, Problem, Remedy, Snapshot

LATE_S: Final = 30.0  # a step over 100,000 objects takes seconds
BEAT_S: Final = 5.0


class Pulse:
    """Whether a loop turns: it beats while it does (F62)."""

    def __init__(self, clock: Clock, err: int, late_s: float = LATE_S) -> None:
        """Beat by *clock*; stacks go to the file descriptor *err*."""
        self._clock, self._err, self._late_s = clock, err, late_s
        self._beat_at = clock.monotonic()

    async def beat(self) -> None:
        """Beat in the loop that runs this, until cancelled.

        A thread of C waits for the next beat: where none comes it writes down, once, what every
        thread is doing, and needs neither the loop nor the interpreter for that.
        """
        try:
            while True:
                self._beat_at = self._clock.monotonic()
                faulthandler.dump_traceback_later(self._late_s, file=self._err)
                await self._clock.sleep(min(BEAT_S, self._late_s / 2))
        finally:
            faulthandler.cancel_dump_traceback_later()

    @property
    def stopped(self) -> str:
        """Say for how long it has not beaten, "" where it beats."""
        silent_s = self._clock.monotonic() - self._beat_at
        return f"the engine's loop has stood still for {silent_s:.0f} s" * (silent_s > self._late_s)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that has to have been heard of."""

    name: str
    heard: bool  # at least once
    trouble: str = ""  # what is amiss now


class Readiness:
    """Remembers who was heard of; asked from any thread, told on one."""

    def __init__(self) -> None:
        """Nobody was."""
        self._heard: set[str] = set()
        self._newest = Snapshot()
        self.ready = False  # and stays so

    def see(self, snapshot: Snapshot) -> None:
        """Take the newest picture in."""
        self._newest = snapshot
        if self.ready or not snapshot.apps:
            return
        self._heard |= {part.name for part in _parts(snapshot) if part.heard}
        self.ready = all(part.name in self._heard for part in _parts(snapshot))

    def page(self, *, verbose: bool) -> tuple[bool, str]:
        """Say whether it is ready, in the form of Kubernetes' own servers."""
        ready = self.ready
        if not verbose:
            return ready, "ok" if ready else "not ready"
        lines = [self._line(part) for part in _parts(self._newest)]
        for share, lead in enumerate(self._newest.leads.shares):  # who only follows is ready, too
            lines.append(clean(f"[+]lease {share} {lead.words or 'ours'}"))
        return ready, "\n".join([*lines, f"readyz check {'passed' if ready else 'failed'}"])

    def _line(self, part: Part) -> str:
        heard = self.ready or part.name in self._heard
        mark = "-" if not heard else "!" if part.trouble else "+"
        words = part.trouble or ("ok" if heard else "not heard of yet")
        return clean(f"[{mark}]{part.name} {words}")


def _parts(snapshot: Snapshot) -> Iterator[Part]:
    yield from map(_cluster, snapshot.clusters)
    yield from map(_source, snapshot.apps)


def _cluster(view: ClusterView) -> Part:
    trouble = view.problem.words if view.problem is not None else ""
    heard = view.connected or _answered(view.problem)
    return Part(f"cluster {view.spec.name}", heard, trouble or "; ".join(view.notices))


def _source(view: AppView) -> Part:
    lost = view.problem if view.git_lost else None
    heard = view.revision is not None or _answered(lost)
    return Part(f"source {view.spec.name}", heard, lost.words if lost is not None else "")


def _answered(problem: Problem | None) -> bool:
    """Tell whether somebody answered, be it with no: then waiting changes nothing."""
    return problem is not None and problem.remedy is not Remedy.WAIT
