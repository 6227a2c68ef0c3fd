"""Start the terminal, and give it back as it was."""

import errno
import os
import signal
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from core.state_folder import state_folder
from tui.options import EngineLike, TerminalOptions

if TYPE_CHECKING:
    from tui.app import DriftApp

SWITCH_S: Final = 0.0005  # keys stay fast beside a busy engine: p95 20 ms instead of 38
FRAMES: Final = "250"  # a second; with Textual's 60 a key often waits 17 ms for its picture
USAGE: Final = 2
HUNG_UP: Final = 129
LEAVING: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
GIVE_UP_S: Final = 3.0  # where nobody reads the terminal, what would restore it cannot be written


def run(engine_factory: Callable[[], EngineLike], options: TerminalOptions) -> int:
    """Run the terminal until it ends; the exit code."""
    reason = why_no_terminal()
    if reason:
        sys.stderr.write(f"driftdeck: {reason}; `driftdeck diff` needs none\n")
        return USAGE
    os.environ.setdefault("TEXTUAL_FPS", FRAMES)  # read when it is imported
    from tui.app import DriftApp  # noqa: PLC0415 - 300 ms, not before it is needed

    sys.setswitchinterval(SWITCH_S)
    # Textual takes an empty NO_COLOR as set; the convention says that it is not.
    mono = not options.color or bool(os.environ.pop("NO_COLOR", ""))
    app = DriftApp(
        engine_factory, options=replace(options, color=not mono), shown=_let_through_signals
    )
    try:
        with messages_to_log(), _signals_held_back(), _left_on_signals(app):
            app.run(mouse=options.mouse)
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        return HUNG_UP  # the terminal was closed: there is nothing left to restore or to tell
    if app.farewell:
        sys.stderr.write(f"driftdeck: {app.farewell}\n")
    return app.return_code or 0


@contextmanager
def _signals_held_back() -> Iterator[None]:
    """Let signals wait from before the screen is taken until the app can give it back."""
    signal.pthread_sigmask(signal.SIG_BLOCK, LEAVING)
    try:
        yield
    finally:
        _let_through_signals()


def _let_through_signals() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, LEAVING)


@contextmanager
def _left_on_signals(app: "DriftApp") -> Iterator[None]:
    """Leave in order, or without it where a terminal that nobody reads holds the app up.

    The event loop's own handlers would not do: they wait for a loop that waits for the terminal.
    """
    attributes = termios.tcgetattr(0)

    def end(code: int) -> None:
        termios.tcsetattr(0, termios.TCSANOW, attributes)
        os._exit(code)

    def leave(number: int, _frame: object) -> None:
        last = threading.Timer(GIVE_UP_S, end, [128 + number])
        last.daemon = True
        last.start()
        app.leave_soon(128 + number)

    before = {number: signal.signal(number, leave) for number in LEAVING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Picture(TextIOWrapper):
    """Where Textual's thread paints.  Were that thread to end, the app would wait for it for ever.

    So a terminal that is gone is no error there: it hangs up, and takes what else is written.
    """

    _gone = False

    @override
    def write(self, text: str) -> int:
        if not self._gone:
            try:
                super().write(text)
            except OSError:
                self._hang_up()
        return len(text)

    @override
    def flush(self) -> None:
        if not self._gone:
            try:
                super().flush()
            except OSError:
                self._hang_up()

    def _hang_up(self) -> None:
        self._gone = True
        os.kill(os.getpid(), signal.SIGHUP)


def why_no_terminal() -> str:
    """Why there is nothing to paint on; "" when there is."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return "this is not a terminal"
    if os.environ.get("TERM", "dumb") == "dumb":
        return "the terminal can do nothing (TERM=dumb)"
    return ""


def log_path() -> Path:
    """Where messages of libraries and credential plugins go while the screen is ours.

    Nowhere, if there is no home.
    """
    folder = state_folder(os.environ)
    return Path(os.devnull) if folder is None else folder / "terminal.log"


@contextmanager
def messages_to_log() -> Iterator[None]:
    """Only Textual writes to the terminal: it gets a copy of it, and fd 2 becomes the log.

    Textual paints through `sys.__stderr__`.  Where a person sent fd 2 to a file of their own,
    messages stay there and the picture goes to fd 1.
    """
    to_log = os.isatty(2)
    screen = os.dup(2 if to_log else 1)
    messages = os.dup(2)
    saved = sys.__stderr__
    with Picture(os.fdopen(screen, "wb")) as copy:
        sys.__stderr__ = copy  # type: ignore[misc] # Textual paints through this name
        if to_log:
            _send_messages_to(log_path())
        try:
            yield
        finally:
            os.dup2(messages, 2)
            os.close(messages)
            sys.__stderr__ = saved  # type: ignore[misc] # as above


def _send_messages_to(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError:  # only messages of libraries are lost
        log = os.open(os.devnull, os.O_WRONLY)
    os.dup2(log, 2)
    os.close(log)
