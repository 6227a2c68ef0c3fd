"""The engine as a child process that is killed and started again; what each life said and took."""

import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.controller import resident_mb

_SAMPLE_S: Final = 1.0


@dataclass
class Life:
    """One process, from its start to its end."""

    began: float
    code: int | None = None  # None: it runs
    meant: int | None = None  # the code that it was to end with; None: it was to run on
    memory_mb: list[float] = field(default_factory=list)  # one a second


def started(
    command: Sequence[str], environment: Mapping[str, str], lines: Path, words: Path
) -> "subprocess.Popen[bytes]":
    """Start a process whose lines for programs and words for people are added to two files."""
    with lines.open("ab") as out, words.open("ab") as err:
        return subprocess.Popen(  # noqa: S603 - our own command line
            command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err
        )


class Engine:
    """Keeps one engine running; when it ends unasked, that is noted and it is started again."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], folder: Path
    ) -> None:
        """Write what the lives say into *folder*: `lines.jsonl` and `words.txt`."""
        self._command, self._environment = [*command], dict(environment)
        self.lines, self.words = folder / "lines.jsonl", folder / "words.txt"
        self.lives: list[Life] = []
        self._lock = threading.Lock()  # the sampler must not see half a restart
        self._over = threading.Event()
        self._sampler = threading.Thread(target=self._sample)

    def __enter__(self) -> Self:
        self._start()
        self._sampler.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._sampler.join()
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def restart(self, by: signal.Signals) -> None:
        """End it by a signal, and start it again."""
        with self._lock:
            self._end(by)
            self._start()

    def finish(self) -> None:
        """End it politely, for good."""
        with self._lock:
            self._over.set()
            self._end(signal.SIGTERM)

    def _start(self) -> None:
        self._process = started(self._command, self._environment, self.lines, self.words)
        self.lives.append(Life(time.time()))

    def _end(self, by: signal.Signals) -> None:
        life = self.lives[-1]
        if self._process.poll() is None:
            life.meant = -by if by is signal.SIGKILL else 128 + by
            self._process.send_signal(by)
        try:
            life.code = self._process.wait(20)
        except subprocess.TimeoutExpired:  # the accounts will miss the code that was meant
            self._process.kill()
            life.code = self._process.wait()

    def _sample(self) -> None:
        while not self._over.wait(_SAMPLE_S):
            with self._lock:
                if self._over.is_set():
                    return
                life = self.lives[-1]
                if (code := self._process.poll()) is not None:
                    life.code = code
                    self._start()
                    continue
                life.memory_mb.append(resident_mb(self._process.pid))
