"""While another program has the terminal: whose the interrupts are, and how a person comes back."""

import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Final

from textual.app import App, SuspendNotSupported

LOOK_EVERY_S: Final = 1.0


def lent(app: App[object], work: Callable[[], str], look: Callable[[], None]) -> str:
    """Let *work* have the terminal until it ends; return what it says went wrong.

    The loop of the screen stands still meanwhile, so *look* sees to what ends by itself.
    """
    try:
        with app.suspend(), interrupts_for_others(), ThreadPoolExecutor(1) as thread:
            ended = thread.submit(confirmed_end, work)
            while wait([ended], LOOK_EVERY_S).not_done:
                look()
            return ended.result()
    except SuspendNotSupported:
        return "this terminal cannot be given away"


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
