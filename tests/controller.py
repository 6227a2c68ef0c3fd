"""A headless driftdeck as a child process: its event lines with the time each was read."""

import json
import os
import queue
import re
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias

from tests.apiserver.waiting import eventually
from tests.commands import Piped

PATIENCE_S = 120.0
_PORT = re.compile(r"metrics and health: port (\d+)")
Process: TypeAlias = "subprocess.Popen[bytes] | Piped"
Start: TypeAlias = Callable[[Sequence[str], Mapping[str, str]], Process]


def _start(command: Sequence[str], environment: Mapping[str, str]) -> Process:
    return subprocess.Popen(  # noqa: S603 - our own command line
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
    )


def resident_mb(pid: int) -> float:
    """What a process takes now; nothing, if it ended."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


class Controller:
    """`driftdeck --headless` as a child process."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], start: Start = _start
    ) -> None:
        """Remember what to start, and how: `Piped` wants the words alone."""
        self._command = [*command]
        self._environment = dict(environment)
        self._start = start
        self.errors: list[str] = []
        self.seen: list[dict[str, Any]] = []
        self._lines: queue.SimpleQueue[tuple[float, dict[str, Any]]] = queue.SimpleQueue()

    def __enter__(self) -> Self:
        self.began = time.perf_counter()
        self._process = self._start(self._command, self._environment)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._errors = threading.Thread(target=self._read_errors, daemon=True)
        self._errors.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE_S)
        for thread, stream in (
            (self._reader, self._process.stdout),
            (self._errors, self._process.stderr),
        ):
            thread.join(60)
            assert stream is not None
            stream.close()

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        self.errors.extend(line.decode() for line in self._process.stderr)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put((time.perf_counter(), json.loads(line)))

    def wait(self, wanted: Callable[[dict[str, Any]], bool]) -> float:
        """Skip to the first line that is *wanted*; when it was read (perf_counter)."""
        return self.take(wanted)[0]

    def take(
        self, wanted: Callable[[dict[str, Any]], bool], *, within_s: float = PATIENCE_S
    ) -> tuple[float, dict[str, Any]]:
        """Skip to the first line that is *wanted*; when it was read, and the line itself.

        Raises:
            AssertionError: No such line came in time; names what did come.
        """
        until = time.perf_counter() + within_s
        while True:
            try:
                at, line = self._lines.get(timeout=max(0.01, until - time.perf_counter()))
            except queue.Empty:
                raise AssertionError(self.seen[-20:], self.errors[-20:]) from None
            self.seen.append(line)
            if wanted(line):
                return at, line

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def code(self, within_s: float = 60) -> int:
        """Wait until it ends; the exit code."""
        return self._process.wait(within_s)

    def port(self) -> int:
        """Wait until the log names the port of metrics and health."""

        def named() -> re.Match[str] | None:
            return _PORT.search("".join(self.errors))

        found = eventually(named, within_s=60)
        assert found is not None, self.errors
        return int(found[1])

    def memory_mb(self) -> tuple[float, float]:
        """Resident memory now and at its peak, in MB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
        return tuple(int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))  # type: ignore[return-value]

    def cpu_s(self) -> float:
        """Processor time used so far, in seconds."""
        ticks = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(ticks[11]) + int(ticks[12])) / 100
