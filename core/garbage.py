"""How often Python looks for garbage: seldom, for hardly anything here is in a cycle."""

import gc
import time
from collections.abc import Callable
from typing import Final

YOUNG: Final = 50_000  # new objects before a look; 700, as Python has it, doubles the cold start
MIDDLE: Final = 1000  # of those; at 20 each look of the kind took 0.8 s among 100,000 objects
OLD: Final = 100
SHARE: Final = 0.01  # of the time, at most, goes into looks that somebody asks for
PAUSE_S: Final = 0.1  # so long may a look hold everything up


def collect_rarely() -> None:
    """Look for garbage less often: what an engine makes is kept, or freed by its last reference.

    Nearly everything here is immutable and in no cycle, so that a full collection walks through
    every object that is known and finds nothing.  Imports are of that kind too: a tenth of their
    time was spent on looking.
    """
    gc.set_threshold(YOUNG, MIDDLE, OLD)


def keep_what_is_there() -> None:
    """Leave what is there now out of every later look; its last reference frees it as before.

    What was imported: a look at the end of a command took 0.1 s.  And what an engine knows once all
    is judged: one took 1.9 s at 100,000 objects.  Of what is there only cycles that are let go of
    later are never found, and those are few.
    """
    gc.freeze()


def collect_all() -> None:
    """Look through everything, also what was left out of looks: an engine is over."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def collect_no_more() -> None:
    """Look no more, as the process ends: the interpreter's last looks cost 0.1 s for nothing."""
    gc.freeze()


class Looks:
    """Looks that are asked for where cycles are left, with room between them.

    One walks through all that came to be known since `keep_what_is_there`, and nothing else goes on
    meanwhile.  After one that took long the next has less to walk through.  When an API server
    restarts, some hundred watches close within a second.
    """

    def __init__(
        self,
        collect: Callable[[], object] = gc.collect,
        keep: Callable[[], object] = keep_what_is_there,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Look at the first time that it is asked for."""
        self._collect, self._keep, self._monotonic = collect, keep, monotonic
        self._next_at = 0.0

    def look(self) -> None:
        """Look now, unless the last one was too long for that: a later one finds the same."""
        began = self._monotonic()
        if began < self._next_at:
            return
        self._collect()
        ended = self._monotonic()
        if ended - began > PAUSE_S:
            self._keep()
        self._next_at = ended + (ended - began) / SHARE


LOOKS: Final = Looks()
