"""One process that parses, seen from the side that asks."""

import os
import select
import signal
import subprocess
import sys
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

import core
from core.errors import UnavailableError
from core.manifests.apart.process import HEAD
from core.manifests.apart.questions import Answer, Question, answer_in, size_of, written

CHUNK_BYTES: Final = 2**16
_START: Final = (
    "import sys; sys.path[:] = sys.argv[3:]; "
    "from core.garbage import collect_rarely; collect_rarely(); "  # imports make no garbage
    "from core.manifests.apart.process import run; run(*map(int, sys.argv[1:3]))"
)
_KEPT: Final = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # of the environment: to find libpython
AGAIN_S: Final = 5.0  # until another process is tried
START_S: Final = 60.0  # on a very busy machine
LEAVING_S: Final = 5.0  # from the last answer to the end of a process that leaves by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file may cost; 32 MiB that are as dense as they can be cost half of it."""

    memory_bytes: int = 2**30
    cpu_s: int = 60
    silence_s: float = 600.0  # of the clock: a process that waits uses no processor


class Ended(Exception):  # noqa: N818 - what happened, not a fault of ours
    """The process is gone; `reason` tells of the text that it read, "" if that bears no blame."""

    def __init__(self, reason: str) -> None:
        """Remember what is to be said."""
        super().__init__(reason)
        self.reason = reason


class Worker:
    """Sends questions and receives their answers, in their order.  For one thread at a time."""

    def __init__(self, limits: Limits) -> None:
        """Start the process.

        Raises:
            UnavailableError: This machine allows no more processes now.
        """
        self._limits, self._buffer, self._ready, self._silent = limits, bytearray(), False, False
        self.unanswered: deque[Question] = deque()
        self.waiting_bytes = self.largest_bytes = 0  # of Git, in questions
        paths = [str(Path(core.__path__[0]).parent), *filter(None, sys.path)]
        numbers = [str(limits.memory_bytes), str(limits.cpu_s)]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own code, by this very Python
                [sys.executable, "-I", "-S", "-c", _START, *numbers, *paths],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                cwd="/",
                env={name: os.environ[name] for name in _KEPT if name in os.environ},
                process_group=0,  # what the terminal tells us is not for it
            )
        except OSError as error:
            words = f"no process to parse files in: {error.strerror}"
            raise UnavailableError(words, retry_after_s=AGAIN_S) from error

    def send(self, question: Question) -> None:
        """Ask; a process that is gone shows when the answer is received."""
        self.unanswered.append(question)
        self.waiting_bytes += size_of(question)
        self.largest_bytes = max(self.largest_bytes, size_of(question))
        message = written(question)
        left = memoryview(HEAD.pack(len(message)) + message)
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            while left:
                left = left[self._process.stdin.write(left) :]

    def receive(self) -> Answer:
        """Return the answer to the oldest question.

        Raises:
            Ended: There will be none.
            UnavailableError: The process did not even start.
        """
        if not self._ready:
            self._filled(HEAD.size)
            del self._buffer[: HEAD.size]
            self._ready = True
        self._filled(HEAD.size)
        (length,) = HEAD.unpack_from(self._buffer)
        self._filled(HEAD.size + length)
        try:
            answer = answer_in(bytes(self._buffer[HEAD.size : HEAD.size + length]))
        except ValueError as error:
            raise Ended("its parser answers nonsense; look at who wrote this file") from error
        del self._buffer[: HEAD.size + length]
        self.waiting_bytes -= size_of(self.unanswered.popleft())
        return answer

    def end(self) -> None:
        """End the process and all that it may have started; any thread may do that."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """End the process and let go of it."""
        self.end()
        with self._process:  # closes the pipes and waits
            pass

    def _filled(self, count: int) -> None:
        """Have so many bytes of the answers here."""
        assert self._process.stdout is not None
        out = self._process.stdout.fileno()
        waiting = select.poll()
        waiting.register(out, select.POLLIN)
        while len(self._buffer) < count:
            patience_s = self._limits.silence_s if self._ready else START_S
            if not waiting.poll(patience_s * 1000):
                self._silent = True
                self.end()
            chunk = os.read(out, CHUNK_BYTES)
            if not chunk:
                self._tell()
            self._buffer += chunk

    def _tell(self) -> NoReturn:
        """Say how the process ended, which has closed its side."""
        try:
            code = self._process.wait(LEAVING_S)
        except subprocess.TimeoutExpired:
            self.end()
            code = self._process.wait()
        assert self._process.stderr is not None
        said = os.read(self._process.stderr.fileno(), CHUNK_BYTES).decode(errors="replace")
        bug = said.strip().rpartition("\n")[2].partition(":")[0]  # never what follows: a value
        if not self._ready:
            words = f"the process to parse files in does not start (exit code {code}, {bug})"
            raise UnavailableError(words, retry_after_s=AGAIN_S)
        raise Ended(self._reason(code, bug))

    def _reason(self, code: int, bug: str) -> str:
        limits = self._limits
        if self._silent:
            return f"[TIME] its parser was silent for {limits.silence_s:.0f} s; split the file"
        if code in {0, -signal.SIGKILL}:
            return ""
        if code == -signal.SIGXCPU:
            return f"[TIME] parsing it takes more than {limits.cpu_s} s of processor; split it"
        if bug == "MemoryError":
            size = f"{limits.memory_bytes / 2**30:.1f} GiB"
            return f"[SIZE] parsing it takes more than {size} of memory; split the file"
        if code < 0:
            name = signal.Signals(-code).name
            return f"its parser crashed ({name}); look at who wrote this file, and rewrite it"
        return f"its parser ended with {bug}; this is a bug, please report it with the file"
