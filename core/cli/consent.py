"""Asking before a write: on a terminal, with "no" as the answer to everything but a clear yes."""

import asyncio
import sys

from core.clean import clean
from core.errors import UsageError


def is_person_here() -> bool:
    """Tell whether somebody can read what is said and answer it: nobody else confirms a guard."""
    return sys.stdin.isatty() and sys.stderr.isatty()


async def agreed(question: str, *, word: str = "yes") -> bool:
    """Ask and wait for a line, while the engine goes on reading.

    Args:
        question: What is about to happen, ending without a question mark.
        word: What must be typed; a protected cluster asks for its own name.

    Raises:
        UsageError: Nobody can be asked here.
    """
    if not is_person_here():
        raise UsageError("there is nobody to ask here; --yes agrees in advance")
    sys.stderr.write(clean(f'{question}? Type "{word}" to go on: ', multiline=True))
    sys.stderr.flush()
    answer = (await _next_line()).strip()
    return answer == word or (word == "yes" and answer.lower() == "y")


async def _next_line() -> str:
    """Wait for a line without a thread: one stuck in a read would hold up the end after Ctrl-C."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(sys.stdin.fileno())
    return sys.stdin.readline()
