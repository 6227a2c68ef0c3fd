"""Pipes that nobody reads."""

import os


def fill(fd: int) -> int:
    """Write until the pipe is full; return how much that was."""
    os.set_blocking(fd, False)
    filled = 0
    while True:
        try:
            filled += os.write(fd, b"x" * 4096)
        except BlockingIOError:
            os.set_blocking(fd, True)
            return filled
