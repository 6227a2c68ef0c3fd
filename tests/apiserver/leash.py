"""Child processes that never outlive us, and a folder that goes with them.

A test run ends in many ways: normally, by Ctrl-C, by `os._exit` in a timeout, by SIGKILL.  Only
a third process sees them all.  It holds the reading end of a pipe that closes with us, however
we go, then kills what is still on the list and removes the folder.  The kernel's own parent-death
signal is no substitute: it fires when the *thread* that started the child ends.

This file is both the class and, run as a script, that third process.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path


class Leash:
    """Starts processes, and ends exactly these."""

    def __init__(self, folder: Path) -> None:
        """Guard *folder*, which is removed in the end with all it holds."""
        self._held: list[subprocess.Popen[bytes]] = []
        self._guard = subprocess.Popen(  # noqa: S603 - this file
            [sys.executable, "-I", "-S", __file__, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def run(self, command: Sequence[str | Path], log: Path) -> subprocess.Popen[bytes]:
        """Start *command*; its words go to the end of *log*.

        It gets a session of its own: Ctrl-C in a terminal is meant for us, not for it.
        """
        with log.open("ab") as words:
            process = subprocess.Popen(  # noqa: S603 - the caller's own programs
                command,
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                start_new_session=True,
            )
        self._held.append(process)
        self._tell(f"+{process.pid}")
        return process

    def end(self, process: subprocess.Popen[bytes]) -> None:
        """SIGKILL, then reap.  The guard forgets it first, while the id cannot be used again."""
        if process not in self._held:
            return
        process.kill()
        self._tell(f"-{process.pid}")
        process.wait()
        self._held.remove(process)

    def close(self) -> None:
        """End everything and remove the folder."""
        for process in reversed(tuple(self._held)):
            self.end(process)
        assert self._guard.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._guard.stdin.close()
        self._guard.wait()

    def _tell(self, line: str) -> None:
        assert self._guard.stdin is not None
        self._guard.stdin.write(f"{line}\n".encode())
        self._guard.stdin.flush()


def _guard(lines: Iterable[str], folder: Path) -> None:
    held: set[int] = set()
    for line in lines:
        pid = int(line[1:])
        if line[0] == "+":
            held.add(pid)
        else:
            held.discard(pid)
    for pid in held:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    _guard(sys.stdin, Path(sys.argv[1]))
