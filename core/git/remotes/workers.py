"""The processes that speak to servers: started when one is wanted, kept for the next poll.

A start costs a quarter of a second of processor time, a poll in a running one a hundredth of that.
One that failed, hung or was told to end is ended with all it started, and never used again.
"""

import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Mapping
from contextlib import suppress
from threading import Lock
from typing import IO, Final

from core.clean import clean

IDLE_KEPT: Final = 2
ANSWER_BYTES: Final = 2**20
_PROGRAM: Final = (
    "import sys; sys.path[:] = sys.argv[1].split(':');from {module} import main; main()"
)
_GIT: Final = "core.git.remotes.child"
_PASSED: Final = (  # of the environment; nothing in it may name a program to run
    *("HOME", "PATH", "USER", "LOGNAME", "LANG", "LC_ALL", "TMPDIR", "TZ", "XDG_CONFIG_HOME"),
    *("SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *("https_proxy", "HTTPS_PROXY", "http_proxy", "no_proxy", "NO_PROXY", "all_proxy"),
)
_WORDS_CELLS: Final = 200


class BrokenOffError(Exception):
    """A process did not answer; the message says how it ended."""


class Worker:
    """One process."""

    def __init__(self, environment: Mapping[str, str], module: str = _GIT) -> None:
        """Start it; it runs the `main` of *module*."""
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process
        theirs, self._lifeline = os.pipe()  # it ends when nobody holds our end any more
        program = _PROGRAM.format(module=module)
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-I", "-c", program, ":".join(sys.path), str(theirs)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                env={name: value for name, value in environment.items() if name in _PASSED},
                cwd="/",
                bufsize=0,
                pass_fds=(theirs,),
                start_new_session=True,  # no terminal to ask in, and one group to end
            )
        finally:
            os.close(theirs)
        # Ends it and leaves nothing behind, at the latest when nobody holds it any more.
        self.close = weakref.finalize(self, _close, self._process, self._errors, self._lifeline)

    def ask(self, line: bytes, *, deadline_s: float) -> bytes:
        """Send a line and return the line that answers.  Blocks.

        Raises:
            BrokenOffError: None came in time, or none can come any more.
        """
        until = time.monotonic() + deadline_s
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        answer = bytearray()
        with suppress(BrokenPipeError):
            stdin.write(line + b"\n")
        with selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ)
            while not answer.endswith(b"\n"):
                left_s = until - time.monotonic()
                if left_s <= 0 or not selector.select(left_s):
                    raise BrokenOffError(f"it took longer than {deadline_s:.0f} s and was ended")
                some = os.read(stdout.fileno(), 65_536)
                answer += some
                if not some or len(answer) > ANSWER_BYTES:
                    raise BrokenOffError(f"it broke off: {self._last_words()}")
        return bytes(answer)

    def kill(self) -> None:
        """End it and whatever it started; safe to call from any thread, and again."""
        _kill(self._process)

    def _last_words(self) -> str:
        code = self._process.wait()
        self._errors.seek(0)
        last = self._errors.read().decode(errors="replace").strip().rpartition("\n")[2]
        return clean(last, max_cells=_WORDS_CELLS) or f"ended with {code}"


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.returncode is None:  # its number may be another's later on
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def _close(process: subprocess.Popen[bytes], errors: IO[bytes], lifeline: int) -> None:
    _kill(process)
    process.wait()
    for pipe in (process.stdin, process.stdout, errors):
        if pipe is not None:
            pipe.close()
    os.close(lifeline)


class Workers:
    """Those that wait for something to do.  Threads may share it."""

    def __init__(self, environment: Mapping[str, str], module: str = _GIT) -> None:
        """Start none yet."""
        self._environment, self._module = environment, module
        self._idle: list[Worker] = []
        self._lock = Lock()

    def take(self) -> Worker:
        """Return one that is free, or a new one."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return Worker(self._environment, self._module)

    def give(self, worker: Worker) -> None:
        """Take back one that did what it was asked to."""
        with self._lock:
            if len(self._idle) < IDLE_KEPT:
                self._idle.append(worker)
                return
        worker.close()

    def close(self) -> None:
        """End those that wait."""
        with self._lock:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.close()
