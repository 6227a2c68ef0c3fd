"""What runs in a process of its own: questions come in, answers go out, one after the other.

A thread reads what comes in: so whoever asks never waits for this side to read, and the process
ends at once when its parent does, in the middle of a file if need be.
"""

import os
import resource
import struct
import time
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final

from core.manifests.apart.questions import answered, question_in, written

IDLE_S: Final = 60.0  # without a question: then the memory is given back
_IN, _OUT = 0, 1
HEAD: Final = struct.Struct(">I")  # before each message: its length


def run(memory_bytes: int, cpu_s: int) -> None:
    """Answer questions until there are no more for a while.

    Args:
        memory_bytes: Of address space; the parser is told when there is no more.
        cpu_s: Of processor time for one question; the system ends a process that takes longer.
    """
    _limit(resource.RLIMIT_CORE, 0)  # a core would hold the Secrets of a file
    _limit(resource.RLIMIT_AS, memory_bytes)
    asked: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_listen, args=(asked,), daemon=True).start()
    _send(b"")  # ready
    while True:
        try:
            question = asked.get(timeout=IDLE_S)
        except Empty:
            return
        _limit(resource.RLIMIT_CPU, int(time.process_time()) + cpu_s + 1)
        _send(written(answered(question_in(question))))


def _send(answer: bytes) -> None:
    left = memoryview(HEAD.pack(len(answer)) + answer)
    while left:
        left = left[os.write(_OUT, left) :]


def _listen(asked: "SimpleQueue[bytes]") -> None:
    while True:
        asked.put(_received(*HEAD.unpack(_received(HEAD.size))))


def _received(count: int) -> bytes:
    """Read so many bytes; without a file object, which would be locked when the process ends."""
    found = bytearray()
    while len(found) < count:
        more = os.read(_IN, count - len(found))
        if not more:
            os._exit(0)  # the parent is gone
        found += more
    return bytes(found)


def _limit(what: int, most: int) -> None:
    """Lower a limit; one that this system does not have, or has lower already, is left alone."""
    _, hard = resource.getrlimit(what)
    with suppress(ValueError, OSError):
        resource.setrlimit(what, (most, hard))
