"""One program run once, fenced (safety.md section 10).

It gets no terminal, no kubeconfig, no credentials and no home but an empty one; limits that the
system keeps; and where Linux lets us, no network and a process space that ends with it, so that
not even a child in a session of its own outlives it.
"""

import json
import os
import re
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import IO, Final, NamedTuple

from core.clean import clean
from core.errors import RejectedError

WORDS_MAX: Final = 400
_WORDS_BYTES: Final = (
    65_536  # of a program in Go that crashed the reason is first, its stack 13 KiB
)
_CRASHED: Final = re.compile(r"^fatal error: .+$", re.MULTILINE)
_LOGGED: Final = re.compile(r'^E[0-9]{4} .{0,60}\] "command failed" err=')  # as kubectl says it
_CHUNK: Final = 65_536
_ISOLATION: Final = ("--map-root-user", "--net", "--pid", "--fork", "--kill-child")
_PROBE_S: Final = 5.0
_LIMITED: Final = """
import json, os, resource, sys
for name, value in json.loads(sys.argv[1]).items():
    hard = resource.getrlimit(getattr(resource, name))[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(getattr(resource, name), (value, value))
os.execv(sys.argv[2], sys.argv[2:])
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one run may take."""

    seconds: float = 30.0
    output_bytes: int = 32 * 2**20  # the loader takes no more either
    memory_bytes: int = 3 * 2**30  # of addresses: Go reserves more than it uses
    processes: int = 512  # threads count; kept only where the process space is its own
    files: int = 512  # open ones
    file_bytes: int = 64 * 2**20  # of one that it writes


class Ended(NamedTuple):
    """How a run ended."""

    code: int
    printed: bytes
    words: str  # what it said beside that, for people; "" where nothing


def run(program: str, arguments: Sequence[str], home: Path, limits: Limits, path: str) -> bytes:
    """Return what a program prints.  Blocks.

    Args:
        program: Its full path.
        arguments: What it is told.
        home: An empty folder of its own, where it may write.
        limits: How much it may take.
        path: The PATH that it sees.

    Raises:
        RejectedError: It failed, printed nothing or too much, or did not end in time.
    """
    done = ended(program, arguments, home, limits, path)
    name = Path(program).name
    if done.code:
        raise RejectedError(f"{name} ended with {done.code}: {done.words or 'no message'}")
    if not done.printed.strip():
        also = f"; it said: {done.words}" if done.words else ""
        raise RejectedError(f"{name} printed nothing{also}")
    return done.printed


def ended(
    program: str,
    arguments: Sequence[str],
    home: Path,
    limits: Limits,
    path: str,
    given: Path = Path(os.devnull),
) -> Ended:
    """Run a program as `run` does, which reads the file *given* as its input, to whatever end.

    Raises:
        RejectedError: It printed too much, or did not end in time.
    """
    with given.open("rb") as stdin:
        seen = _environment(home, path)
        done = carried_out((program, *arguments), home, limits, seen, given=stdin)
    return Ended(done.code, done.printed, _words(done.said, home))


@dataclass(frozen=True, slots=True)
class Done:
    """How a program ended: what it printed may be secret, and so may be what it said."""

    code: int
    printed: bytes = field(repr=False)
    said: bytes = field(repr=False)


def carried_out(
    command: Sequence[str],
    home: Path,
    limits: Limits,
    environment: Mapping[str, str],
    *,
    given: IO[bytes] | None = None,
    network: bool = False,
) -> Done:
    """Run a program to its end, whatever that is.  Blocks.

    Args:
        command: Its full path, and what it is told.
        home: The folder that it runs in.
        limits: How much it may take.
        environment: All that it sees.
        given: What it reads.
        network: Whether it may use one.

    Raises:
        RejectedError: It printed too much, or did not end in time.
    """
    isolation = () if network else isolating()
    process = subprocess.Popen(  # noqa: S603 - the program was found by us, its arguments are ours
        [*isolation, *_limited(limits, own=bool(isolation)), *command],
        stdin=subprocess.DEVNULL if given is None else given,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        cwd=home,
        start_new_session=True,
    )
    try:
        printed, said = _listen(process, Path(command[0]).name, limits)
    finally:
        _end(process)
    return Done(process.returncode, printed, said)


@lru_cache(maxsize=1)
def isolating() -> tuple[str, ...]:
    """Return how a program is kept from the network; () where the system cannot do that."""
    unshare = shutil.which("unshare", path=os.defpath)
    if unshare is None or not sys.platform.startswith("linux"):
        return ()
    prefix = (unshare, *_ISOLATION, "--")
    with suppress(OSError, subprocess.TimeoutExpired):
        trial = subprocess.run(  # noqa: S603 - the system's own program
            [*prefix, sys.executable, "-I", "-S", "-c", ""],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PROBE_S,
            check=False,
        )
        if trial.returncode == 0:
            return prefix
    return ()


def _limited(limits: Limits, *, own: bool) -> list[str]:
    """Return the program that takes the limits upon itself and becomes the next one."""
    kept = {
        "RLIMIT_AS": limits.memory_bytes,
        "RLIMIT_CPU": int(limits.seconds) + 1,
        "RLIMIT_NOFILE": limits.files,
        "RLIMIT_FSIZE": limits.file_bytes,
        "RLIMIT_CORE": 0,
    }
    if own:  # elsewhere it would count every process of the user
        kept["RLIMIT_NPROC"] = limits.processes
    return [sys.executable, "-I", "-S", "-c", _LIMITED, json.dumps(kept)]


def _environment(home: Path, path: str) -> Mapping[str, str]:
    return {
        "PATH": path,
        "HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        "KUBECONFIG": os.devnull,
    }


def _listen(process: subprocess.Popen[bytes], name: str, limits: Limits) -> tuple[bytes, bytes]:
    """Read both pipes to their end, and wait for the program's."""
    until = time.monotonic() + limits.seconds
    stdout, stderr = process.stdout, process.stderr
    assert stdout is not None
    assert stderr is not None
    printed, said = bytearray(), b""
    late = RejectedError(f"{name} took longer than {limits.seconds:.0f} s and was ended")
    with selectors.DefaultSelector() as selector:
        for pipe in (stdout, stderr):
            selector.register(pipe, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(max(0.0, until - time.monotonic()))
            if not ready or time.monotonic() > until:
                raise late
            for key, _ in ready:
                some = os.read(key.fd, _CHUNK)
                if not some:
                    selector.unregister(key.fileobj)
                elif key.fileobj is stdout:
                    printed += some
                else:
                    said = (said + some)[-_WORDS_BYTES:]
            if len(printed) > limits.output_bytes:
                size = limits.output_bytes // 2**20
                raise RejectedError(f"{name} printed more than {size} MiB and was ended")
    try:
        process.wait(max(0.0, until - time.monotonic()))
    except subprocess.TimeoutExpired as error:
        raise late from error
    return bytes(printed), said


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it with all it started, and leave no pipe behind."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdout, process.stderr):
        assert pipe is not None
        pipe.close()


def _words(said: bytes, home: Path) -> str:
    """Return what it said for people; our own folders are of no use to them."""
    whole = said.decode(errors="replace")
    crashed = _CRASHED.search(whole)
    text = " ".join((crashed[0] if crashed else whole).split())
    text = text.replace(f"{home.parent / 'tree'}/", "").replace(f"{home.parent}/", "")
    text = _LOGGED.sub("", text).replace('\\"', '"')
    text = clean(text)
    return text if len(text) <= WORDS_MAX else f"…{text[-WORDS_MAX:]}"  # what went wrong is last
