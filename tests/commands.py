"""Our commands as processes that need not start: one that has imported everything forks for each.

Starting Python and importing our modules is half of what a short command costs, and the tests run
hundreds of them.  So each process of pytest keeps one process of its own, which has imported
everything once and has no thread, loop or state; for every command it forks a child that takes the
words, environment, folder and streams, and runs `tui.main` as the console script does.

What happens before `main` is not seen this way: who tests Python's own start, what it reads of the
environment (locale, `PYTHON...`), closed streams or a terminal starts `PROGRAM` itself.
"""

import atexit
import functools
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Final, Self, TextIO

PROGRAM: Final = (sys.executable, "-m", "tui")
ROOT: Final = Path(__file__).parents[1]
_MESSAGE_BYTES: Final = 2**17
_NUMBER: Final = struct.Struct("i")  # what is told of a command: its process, then its exit code
_STREAMS: Final = 3
_SERVER: Final = "from tests.commands import serve; serve()"


class Running:
    """A command that runs: what tests need of `subprocess.Popen`."""

    def __init__(
        self,
        words: Sequence[str],
        environment: Mapping[str, str],
        streams: Sequence[int | IO[bytes] | IO[str]],
        folder: Path | None = None,
    ) -> None:
        """Start it, with stdin, stdout and stderr; the folder is ours if none is said."""
        self.returncode: int | None = None
        self._words = [*words]
        said = {"words": [*words], "environment": dict(environment), "folder": str(folder or ROOT)}
        self._told, telling = os.pipe()
        numbers = [each if isinstance(each, int) else each.fileno() for each in streams]
        try:
            socket.send_fds(_server(), [json.dumps(said).encode()], [*numbers, telling])
        finally:
            os.close(telling)
        self.pid = self._number()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()
        self.wait()

    def poll(self) -> int | None:
        """Return the exit code; None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout_s: float | None = None) -> int:
        """Return the exit code, once there is one.

        Raises:
            subprocess.TimeoutExpired: It runs on.
        """
        if self.returncode is None:
            if timeout_s is not None and not select.select([self._told], [], [], timeout_s)[0]:
                raise subprocess.TimeoutExpired(self._words, timeout_s)
            self.returncode = self._number()
            os.close(self._told)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def _number(self) -> int:
        said = os.read(self._told, _NUMBER.size)
        assert said, "the process that forks for commands is gone; stderr says why"
        number: int
        (number,) = _NUMBER.unpack(said)
        return number


class Piped(Running):
    """A command whose output is read while it runs."""

    def __init__(self, words: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start it, with nothing on stdin."""
        (out, to_out), (err, to_err) = os.pipe(), os.pipe()
        self.stdout, self.stderr = os.fdopen(out, "rb"), os.fdopen(err, "rb")
        with Path(os.devnull).open() as nothing:
            super().__init__(words, environment, (nothing, to_out, to_err))
        os.close(to_out)
        os.close(to_err)


def run(
    *words: str,
    environment: Mapping[str, str],
    folder: Path | None = None,
    timeout_s: float = 60,
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with nothing on stdin, as `subprocess.run` would."""
    with (
        TemporaryFile("w+") as out,
        TemporaryFile("w+") as err,
        Path(os.devnull).open() as nothing,
        Running(words, environment, (nothing, out, err), folder) as running,
    ):
        code = running.wait(timeout_s)
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess([*words], code, out.read(), err.read())


# The process that forks ---------------------------------------------------------------------------


@functools.cache
def _server() -> socket.socket:
    """Start it; it ends when this process does, with the commands that still run."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-c", _SERVER, str(theirs.fileno())],
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT)},  # all else is what each command is told
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl+C is for pytest
        )

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


def _command(control: socket.socket) -> Sequence[str]:
    """Fork for each command that is asked for; returns in the child, its words."""
    running: dict[int, tuple[int, int]] = {}  # by what is readable at its end: it, whom to tell
    while True:
        ready: list[int]
        ready, _, _ = select.select([control.fileno(), *running], [], [])
        for ended in {*ready} & {*running}:
            pid, telling = running.pop(ended)
            _, status = os.waitpid(pid, 0)
            _tell(telling, os.waitstatus_to_exitcode(status))
            os.close(ended)
            os.close(telling)
        if control.fileno() in ready:
            message, numbers, _, _ = socket.recv_fds(control, _MESSAGE_BYTES, _STREAMS + 1)
            if not message:
                for pid, _ in running.values():
                    os.kill(pid, signal.SIGKILL)
                sys.exit()
            pid = os.fork()
            if not pid:
                control.detach()
                return _taken(json.loads(message), numbers[:_STREAMS])
            *streams, telling = numbers
            for number in streams:
                os.close(number)
            _tell(telling, pid)
            running[os.pidfd_open(pid)] = pid, telling


def _tell(telling: int, number: int) -> None:
    with suppress(BrokenPipeError):  # nobody waits for it any more
        os.write(telling, _NUMBER.pack(number))


def _taken(said: dict[str, object], streams: Sequence[int]) -> Sequence[str]:
    """Be the process that was asked for, which knows nothing of the others."""
    opened = (("stdin", "r", -1), ("stdout", "w", -1), ("stderr", "w", 1))
    for number, (name, mode, buffering) in enumerate(opened):
        os.dup2(streams[number], number)
        before: TextIO = getattr(sys, name)  # the interpreter's, which knows the stream as it was
        now = os.fdopen(
            number, mode, buffering, before.encoding, errors=before.errors, closefd=False
        )
        setattr(sys, name, now)
    os.closerange(_STREAMS, os.sysconf("SC_OPEN_MAX"))
    words, environment, folder = said["words"], said["environment"], said["folder"]
    assert isinstance(words, list)
    assert isinstance(environment, dict)
    assert isinstance(folder, str)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(folder)
    return words


def serve() -> None:
    """Import everything that a command may need, then be each command in a child."""
    endings: list[SystemExit] = []
    atexit.register(_leave, endings)  # before what modules register: it is called after them
    for module in pkgutil.walk_packages(importlib.import_module("core").__path__, "core."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    importlib.import_module("deepdiff")  # which is imported when it is wanted
    main = importlib.import_module("tui.main").main
    gc.collect()
    gc.freeze()  # a child looks at what it made itself
    with socket.socket(fileno=int(sys.argv[1])) as control:
        sys.argv = ["driftdeck", *_command(control)]
    try:
        main()
    except SystemExit as ending:
        endings.append(ending)
        raise


def _leave(endings: Sequence[SystemExit]) -> None:
    """Leave all that was imported as it is: to tidy it takes 40 ms, for it has to be copied."""
    for ending in endings:
        assert isinstance(ending.code, int)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(ending.code)
