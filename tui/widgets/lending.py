"""While another program has the terminal: whose the interrupts are, and how a person comes back."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def interrupts_for_others() -> Iterator[None]:
    """Let an interrupt end the other program alone: it is started with the system's handler."""
    before = signal.signal(signal.SIGINT, lambda _, __: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def confirmed_end(work: Callable[[], str]) -> str:
    """Do *work*, then wait for Enter, so that what it printed can be read."""
    problem = work()
    sys.stdout.write("\n-- Enter goes back to driftdeck --")
    sys.stdout.flush()
    sys.stdin.readline()
    return problem
