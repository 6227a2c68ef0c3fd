"""The real program at a pseudo-terminal: bytes, signals and exit codes."""

import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import monotonic

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-m", "tests.tui.play"]
_COLOUR = re.compile(rb"\x1b\[[0-9;]*\b[34]8;")
_DEADLINE_S = 60
# readline, which pytest loads, puts 24 and 80 there, and a worker of xdist inherits them: the
# program believes them rather than the terminal, and at 80 columns it shows one pane.
_NOT_INHERITED = frozenset({"NO_COLOR", "LINES", "COLUMNS"})


def _environment(tmp_path: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
    return {
        **kept,
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "XDG_STATE_HOME": str(tmp_path),
        **more,
    }


class Terminal:
    """The program behind a pseudo-terminal of 100x30."""

    def __init__(
        self, tmp_path: Path, *arguments: str, program: Sequence[str] = PROGRAM, **more: str
    ) -> None:
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        self.before = termios.tcgetattr(theirs)
        self.theirs = theirs
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            [*program, *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=ROOT,
            env=_environment(tmp_path, **more),
            start_new_session=True,
        )
        self.bytes = b""

    def read_until(self, wanted: Callable[[bytes], bool]) -> None:
        """Read until *wanted* holds for all bytes."""
        end = monotonic() + _DEADLINE_S
        while not wanted(self.bytes):
            assert monotonic() < end, self.bytes[-400:]
            ready, _, _ = select.select([self.ours], [], [], 0.1)
            if ready:
                self.bytes += os.read(self.ours, 65536)

    def ended(self) -> int:
        """Read what is left; the exit code."""
        end = monotonic() + _DEADLINE_S
        while self.process.poll() is None or select.select([self.ours], [], [], 0)[0]:
            assert monotonic() < end
            if select.select([self.ours], [], [], 0.1)[0]:
                self.bytes += os.read(self.ours, 65536)
        code = self.process.returncode
        assert termios.tcgetattr(self.theirs) == self.before
        os.close(self.ours)
        os.close(self.theirs)
        return code

    def restored(self) -> bool:
        """Alternate screen, mouse and bracketed paste are off, the cursor is back."""
        tail = self.bytes
        pairs = ((b"\x1b[?1049h", b"\x1b[?1049l"), (b"\x1b[?1000h", b"\x1b[?1000l"))
        off = all(tail.rfind(end) > tail.rfind(begin) for begin, end in pairs)
        return off and tail.rfind(b"\x1b[?25h") > tail.rfind(b"\x1b[?25l")


def _painted(seen: bytes) -> bool:
    return b"payments" in seen and b"help" in seen


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGQUIT])
def test_a_signal_in_the_first_milliseconds_restores_the_terminal(
    tmp_path: Path, number: int
) -> None:
    terminal = Terminal(tmp_path)
    terminal.read_until(lambda seen: b"\x1b[?1049h" in seen)  # the screen was just taken
    terminal.process.send_signal(number)
    assert terminal.ended() == 128 + number
    assert terminal.restored()


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130), (signal.SIGQUIT, 131)],
)
def test_a_signal_restores_the_terminal(tmp_path: Path, number: int, code: int) -> None:
    terminal = Terminal(tmp_path)
    terminal.read_until(_painted)
    terminal.process.send_signal(number)
    assert terminal.ended() == code
    assert terminal.restored()


def test_a_closed_terminal_ends_the_program(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.read_until(_painted)
    os.close(terminal.ours)
    os.close(terminal.theirs)
    terminal.process.send_signal(signal.SIGHUP)  # a shell passes it on
    assert terminal.process.wait(_DEADLINE_S) == 129


def test_a_terminal_that_is_gone_ends_the_program_though_nobody_says_so(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.read_until(_painted)
    os.close(terminal.ours)
    os.close(terminal.theirs)
    assert terminal.process.wait(_DEADLINE_S) == 129


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_is_obeyed_while_nobody_reads_the_terminal(
    tmp_path: Path, number: int, code: int
) -> None:
    terminal = Terminal(tmp_path)
    terminal.read_until(_painted)
    for _ in range(200):  # each paints more than a row, and all together more than is waited for
        os.write(terminal.ours, b"?\x1b\x1b")
    wait_for_full(terminal)
    terminal.process.send_signal(number)
    assert terminal.process.wait(_DEADLINE_S) == code
    assert termios.tcgetattr(terminal.theirs) == terminal.before


def wait_for_full(terminal: Terminal) -> None:
    """Wait until the terminal takes nothing more, for nobody reads it."""
    end = monotonic() + _DEADLINE_S
    while select.select([], [terminal.theirs], [], 0)[1]:
        assert monotonic() < end
        select.select([], [], [], 0.05)


def test_a_cursor_key_sends_only_what_it_changed(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.read_until(_painted)
    os.write(terminal.ours, b"2")
    terminal.read_until(lambda seen: b"settings-" in seen)  # there are rows to go through
    os.write(terminal.ours, b"G")
    ends: list[int] = []
    for number in (9, 8, 7, 6, 5, 4, 3, 29, 28, 27):
        name = b"payments/settings-%d" % number
        terminal.read_until(lambda seen, name=name: name in seen)  # type: ignore[misc]
        ends.append(len(terminal.bytes))
        os.write(terminal.ours, b"k")
    os.write(terminal.ours, b"Q")
    assert terminal.ended() == 0
    assert median(end - start for start, end in pairwise(ends)) < 3000  # pane 0 takes 12,000


@pytest.mark.parametrize("state", ["/proc/nowhere", "/dev/null"])
def test_a_state_folder_that_cannot_be_made_costs_a_log_and_nothing_else(
    tmp_path: Path, state: str
) -> None:
    terminal = Terminal(tmp_path, XDG_STATE_HOME=state)
    terminal.read_until(_painted)
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.ended() == 128 + signal.SIGTERM
    assert terminal.restored()


def test_no_color_sends_no_colour(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, NO_COLOR="1")
    terminal.read_until(_painted)
    os.write(terminal.ours, b"2jQ")
    assert terminal.ended() == 0
    assert not _COLOUR.search(terminal.bytes)


def test_an_empty_no_color_means_nothing(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, NO_COLOR="")
    terminal.read_until(_painted)
    os.write(terminal.ours, b"Q")
    assert terminal.ended() == 0
    assert _COLOUR.search(terminal.bytes)
    assert terminal.restored()


def test_a_bug_ends_with_70_and_a_clean_traceback_without_locals(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "fail")
    assert terminal.ended() == 70
    after = terminal.bytes[terminal.bytes.rfind(b"\x1b[?1049l") :]
    assert b"this is a bug in driftdeck" in after
    assert "token ␛[2J leaked?".encode() in after
    assert b"\x1b[2J" not in after
    assert b"self = " not in after


@pytest.mark.parametrize("term", ["dumb", "xterm"])
def test_no_terminal_is_one_line_and_exit_2(tmp_path: Path, term: str) -> None:
    done = subprocess.run(  # noqa: S603 - our own program
        PROGRAM,
        cwd=ROOT,
        env=_environment(tmp_path, TERM=term),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=_DEADLINE_S,
    )
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.count(b"\n") == 1


_PAINTS_SO_OFTEN = """
from tui.main import main
try:
    main()
finally:
    from textual import constants
    print(constants.MAX_FPS, "times a second")
"""


def test_the_program_opens_the_terminal_with_the_flags_it_was_given(tmp_path: Path) -> None:
    program = (sys.executable, "-c", _PAINTS_SO_OFTEN)
    terminal = Terminal(tmp_path, "demo", "--no-color", "--no-mouse", program=program)
    terminal.read_until(lambda seen: b"monitoring" in seen and b"help" in seen)
    os.write(terminal.ours, b"Q")
    assert terminal.ended() == 0
    assert b"demo" in terminal.bytes
    assert b"250 times a second" in terminal.bytes  # at 60 a key waits up to 17 ms for its picture
    assert not _COLOUR.search(terminal.bytes)
    assert b"\x1b[?1000h" not in terminal.bytes


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="NOT PROVEN: no kubectl")
def test_kubectl_works_on_the_demo_while_it_runs(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "demo", program=(sys.executable, "-m", "tui"))
    said = re.compile(rb"kubectl works here: KUBECONFIG=(/\S+?/kubeconfig)")
    terminal.read_until(lambda seen: bool(said.search(seen)) and b"monitoring" in seen)
    found = said.search(terminal.bytes)
    assert found is not None
    path = found[1].decode()
    words = ["kubectl", "--kubeconfig", path, "-n", "shop", "get", "deployments"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=_DEADLINE_S)  # noqa: S603
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["NAME", "cart", "web"]
    os.write(terminal.ours, b"Q")
    assert terminal.ended() == 0
    assert not Path(path).exists()
