"""Waiting for another process, which is all the waiting these tests do."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
_PAUSE_S = 0.02  # small beside the two seconds of a start, and no load


def eventually(probe: Callable[[], T], *, within_s: float) -> T:
    """Ask *probe* until its answer is true, or the time is up; the last answer either way."""
    end_s = time.monotonic() + within_s
    while not (answer := probe()) and time.monotonic() < end_s:
        time.sleep(_PAUSE_S)
    return answer
