"""How often Python looks for garbage: seldom, for hardly anything here is in a cycle."""

import gc
from typing import Final

YOUNG: Final = 50_000  # new objects before a look; 700, as Python has it, doubles the cold start
MIDDLE: Final = 20
OLD: Final = 100


def collect_rarely() -> None:
    """Look for garbage less often: what an engine makes is kept, or freed by its last reference.

    Nearly everything here is immutable and in no cycle, so that a full collection walks through
    every object that is known and finds nothing.  Imports are of that kind too: a tenth of their
    time was spent on looking.
    """
    gc.set_threshold(YOUNG, MIDDLE, OLD)


def keep_what_is_there() -> None:
    """Leave what was imported out of every later look: one at the end of a command took 0.1 s."""
    gc.freeze()


def collect_no_more() -> None:
    """Look no more, as the process ends: the interpreter's last looks cost 0.1 s for nothing."""
    gc.freeze()
