"""Writing to pipes without ever making the engine wait for their reader.

A full pipe blocks its writer.  Lines go through a thread of their own, straight to the file
descriptor: a daemon thread that is stuck in a buffered stream would crash the interpreter's exit.
"""

import asyncio
import os
import queue
import threading
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Write:
    fd: int
    content: bytes
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[None]


class LineWriter:
    """Writes whole lines in order; a closed pipe is a BrokenPipeError for who waits."""

    def __init__(self) -> None:
        """Start the thread; it ends with the process."""
        self._writes: queue.SimpleQueue[_Write] = queue.SimpleQueue()
        threading.Thread(target=self._write_all, name="lines", daemon=True).start()

    async def write(self, fd: int, content: bytes) -> None:
        """Write all of *content* to *fd*, or raise what the system says."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._writes.put(_Write(fd, content, loop, done))
        await done

    def _write_all(self) -> None:
        while True:
            write = self._writes.get()
            problem: OSError | None = None
            try:
                _write_whole(write.fd, write.content)
            except OSError as error:
                problem = error
            if not write.loop.is_closed():
                write.loop.call_soon_threadsafe(_settle, write.done, problem)


def _write_whole(fd: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(fd, rest) :]


def _settle(done: asyncio.Future[None], problem: OSError | None) -> None:
    if done.done():
        return  # who waited was cancelled
    if problem is None:
        done.set_result(None)
    else:
        done.set_exception(problem)
