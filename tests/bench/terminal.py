"""The terminal on a real API server: `python -m tests.bench.terminal [--objects 10000]`.

A pseudo-terminal and a screen emulator: what counts is the picture, not the bytes.
"""

import argparse
import fcntl
import os
import pty
import select
import statistics
import struct
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyte

from tests.bench.world import MERGE_PATCH, World, world

COLUMNS, ROWS = 120, 40
KEYS = 100
IDLE_S = 15.0
WRITES_A_SECOND = 50
CURSOR = "\u203a"  # what the list draws before the row of the cursor
PATIENCE_S = 60.0


class Terminal:
    """`driftdeck` on a pseudo-terminal, and the screen it draws."""

    def __init__(self, made: World) -> None:
        """Start it."""
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self.screen)
        self.began = time.perf_counter()
        self.pid, self._keyboard = pty.fork()
        if self.pid == 0:
            environment = {**made.environment(), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
            os.execve(sys.executable, made.command(), environment)  # noqa: S606 - our own program
        size = struct.pack("HHHH", ROWS, COLUMNS, 0, 0)
        fcntl.ioctl(self._keyboard, termios.TIOCSWINSZ, size)

    def wait(self, true: Callable[[], bool]) -> float:
        """Draw what comes until the picture is as wanted; when that was."""
        until = time.perf_counter() + PATIENCE_S
        while not true():
            assert time.perf_counter() < until, "\n".join(self.screen.display)
            if select.select([self._keyboard], [], [], 0.1)[0]:
                self._stream.feed(os.read(self._keyboard, 65536))
        return time.perf_counter()

    def press(self, key: str) -> None:
        """Type."""
        os.write(self._keyboard, key.encode())

    def shows(self, text: str) -> bool:
        """Tell whether the screen has a text."""
        return any(text in line for line in self.screen.display)

    def cursor_row(self) -> int:
        """The row of the list's cursor, -1 without one."""
        marked = (y for y, line in enumerate(self.screen.display) if CURSOR in line[:4])
        return next(marked, -1)

    def cpu_s(self) -> float:
        """Processor time used so far, in seconds."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def quit(self) -> None:
        """Leave, and wait for the end."""
        self.press("Q")
        while True:
            try:
                if not os.read(self._keyboard, 65536):
                    break
            except OSError:  # Linux says so when the other side closed
                break
        os.waitpid(self.pid, 0)
        os.close(self._keyboard)


@contextmanager
def _busy(made: World) -> Iterator[None]:
    """Somebody changes objects all the time."""
    client = made.server.client("alice")
    stop = threading.Event()

    def work() -> None:
        number = 0
        while not stop.wait(1 / WRITES_A_SECOND):
            path = f"/api/v1/namespaces/bench-{number % 10}/configmaps/object-{number}"
            body = {"data": {"key-0": f"changed {number}"}}
            client.call(
                "PATCH", f"{path}?fieldManager=kubectl-edit", body, content_type=MERGE_PATCH
            )
            number = (number + 10) % (made.count - 10)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _key(terminal: Terminal, key: str) -> float:
    """Move the cursor; how long it took to be seen, in milliseconds."""
    before, began = terminal.cursor_row(), time.perf_counter()
    terminal.press(key)
    return (terminal.wait(lambda: terminal.cursor_row() not in {before, -1}) - began) * 1000


def _keys(terminal: Terminal) -> str:
    took_ms = [_key(terminal, "j" if number % 20 < 10 else "k") for number in range(KEYS)]
    took_ms.sort()
    p95, p99 = (took_ms[int(KEYS * share) - 1] for share in (0.95, 0.99))
    return f"p50 {statistics.median(took_ms):.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms"


def _measure(made: World) -> list[tuple[str, str]]:
    made.timed(made.command("sync", "--yes"))
    terminal = Terminal(made)
    painted_s = terminal.wait(lambda: terminal.shows("Apps")) - terminal.began
    ready_s = terminal.wait(lambda: terminal.shows("in sync")) - terminal.began
    time.sleep(5)
    cpu_s = terminal.cpu_s()
    time.sleep(IDLE_S)
    idle = (terminal.cpu_s() - cpu_s) / IDLE_S * 100
    terminal.press("2")
    terminal.wait(lambda: terminal.shows("object-"))
    terminal.wait(lambda: terminal.cursor_row() >= 0)
    for _ in range(5):
        _key(terminal, "j")
    quiet = _keys(terminal)
    with _busy(made):
        busy = _keys(terminal)
    terminal.quit()
    return [
        ("first paint", f"{painted_s * 1000:.0f} ms"),
        ("every verdict on the screen", f"{ready_s:.1f} s"),
        ("idle CPU, terminal open", f"{idle:.1f} %"),
        ("cursor key to paint, quiet", quiet),
        (f"cursor key to paint, {WRITES_A_SECOND} objects drift a second", busy),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=10_000)
    count = parser.parse_args().objects
    with world(count) as made:
        rows = _measure(made)
    print(f"{count} objects, {COLUMNS}x{ROWS}, {os.cpu_count()} cores, real kube-apiserver\n")
    width = max(len(name) for name, _ in rows)
    for name, figure in rows:
        print(f"{name:<{width}}  {figure}")


if __name__ == "__main__":
    main()
