"""The command line: flags work on both sides of the command, and every way out has its code."""

import asyncio
import errno
import os
import pty
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import pytest

from core.cli.ending import exit_code_of
from core.cli.exit_codes import BUG
from core.cli.output.streams import put
from core.cli.signals import run_coroutine
from core.errors import (
    DeniedError,
    ManifestError,
    OutdatedError,
    ProductError,
    RejectedError,
    UnavailableError,
    UsageError,
)
from tests import commands

ROOT = Path(__file__).parents[3]
MAIN = "from tui.main import main; main()"


def driftdeck(
    *arguments: str, folder: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    return commands.run(*arguments, environment={**os.environ, **environment}, folder=folder)


# Options ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["diff", "a", "--app", "b"], 'APP is "a", but --app says "b"'),
        (["--headless", "diff"], "--headless does not go with diff"),
        (["--autoheal", "sync"], "--autoheal does not go with sync"),
        (["--no-mouse", "revert", "x"], "--no-mouse does not go with revert"),
        (["promote", "x", "--from", "a", "--to", "b", "--read-only"], "promote writes, and"),
        (["promote", "x", "--from", "a"], "Missing option '--to'"),
        (["--read-only", "sync"], "sync writes, and --read-only forbids it"),
        (["revert", "x", "--read-only", "--yes"], "revert writes, and --read-only forbids it"),
        (["--read-only", "--headless", "--autoheal"], "--read-only excludes --autoheal"),
        (["journal", "-n", "ops"], "-n say where the --controller is"),
        (["--headless", "--ascii"], "--ascii is for the terminal"),
        (["--shards", "3"], "--shards is for the controller and goes with --headless"),
        (["--shards", "3", "diff"], "--shards does not go with diff"),
        (["--headless", "--shards", "0"], "0 is not in the range 1<=x<=100"),
        (["demo", "--headless", "--write"], "--write is for the terminal"),
        (["--repo", "x", "demo", "--headless"], "the demo brings its own"),
        (["diff"], "there is no driftdeck.yaml here"),
        (["diff", "-o", "xml"], "'xml' is not one of 'text', 'json'"),
        (["--prune", "diff"], "No such option"),
        (["install"], "there is no driftdeck.yaml here; name one with --config"),
        (["install", "--replicas", "0"], "0 is not in the range"),
        (["install", "--autoheal"], "No such option"),
        (["sync", "--confirm", "ns/old"], "--confirm is about what --prune deletes"),
        (["doctor", "--write"], "No such option"),
        (["revert"], "Missing argument"),
        ([], "there is no terminal here"),
    ],
)
def test_what_makes_no_sense_is_refused_with_2(
    tmp_path: Path, arguments: Sequence[str], message: str
) -> None:
    done = driftdeck(*arguments, folder=tmp_path)
    assert message in done.stderr
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--config", "none.yaml", "diff", "-o", "json"],
        ["diff", "--config", "none.yaml", "-o", "json"],
        ["--config", "other.yaml", "diff", "--config", "none.yaml"],
        ["--config", "none.yaml", "--headless"],
        ["sync", "--dry-run", "--read-only", "--config", "none.yaml"],
    ],
)
def test_flags_count_before_and_after_the_command(tmp_path: Path, arguments: Sequence[str]) -> None:
    done = driftdeck(*arguments, folder=tmp_path)
    assert "none.yaml cannot be read: No such file or directory" in done.stderr
    assert done.returncode == 2


def test_a_name_that_the_locale_cannot_spell_is_escaped(tmp_path: Path) -> None:
    words = (*commands.PROGRAM, "--config", "nön.yaml", "diff")
    ascii_only = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(  # noqa: S603 - our own program
        words, cwd=tmp_path, env=ascii_only, capture_output=True, text=True, check=False
    )
    assert r"n\xf6n.yaml" in done.stderr
    assert done.returncode == 2


def test_the_file_that_builds_the_image_is_printed(tmp_path: Path) -> None:
    done = driftdeck("install", "--containerfile", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "USER 65532:65532" in done.stdout


def test_version_and_help_answer(tmp_path: Path) -> None:
    assert driftdeck("--help", folder=tmp_path).returncode == 0
    assert "COMMIT" in driftdeck("revert", "--help", folder=tmp_path).stdout
    version = driftdeck("--version", folder=tmp_path)
    assert version.stdout.startswith("driftdeck ")


def test_help_fits_eighty_columns(tmp_path: Path) -> None:
    for command in ("diff", "sync", "revert", "demo", "install", "doctor", "--headless"):
        text = driftdeck(command, "--help", folder=tmp_path, COLUMNS="200").stdout
        assert max(map(len, text.splitlines())) <= 80


_LOOKED_THROUGH = """
import gc
from core.cli import jobs
from core.cli.options import Options
from core.errors import UsageError
try:
    jobs.diff(Options(), None)
except UsageError:
    print(len(gc.get_objects()))
"""


def test_a_look_for_garbage_does_not_walk_through_what_was_imported(tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", _LOOKED_THROUGH],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) < 10_000  # of 30,000


LIMITED = """
from resource import RLIMIT_NOFILE, getrlimit, setrlimit
setrlimit(RLIMIT_NOFILE, (%d, %d))
import sys
from core.cli import ending, main
ending.OPEN_FILES, sys.argv = 512, ["driftdeck", "--version"]
try:
    main()
finally:
    print(*getrlimit(RLIMIT_NOFILE))
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((64, 128), "128 128"),  # as many as one may
        ((64, 1_000), "512 1000"),  # and no more than are needed
        ((600, 1_000), "600 1000"),  # never less
        ((64, 64), "64 64"),
    ],
)
def test_as_many_files_are_opened_as_the_machine_allows(
    before: tuple[int, int], after: str
) -> None:
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", LIMITED % before],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == after


# Ways out ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("x"), 2),
        (UnavailableError("x"), 3),
        (DeniedError("x"), 4),
        (RejectedError("x"), 5),
        (ManifestError("a.yaml", 3, "x"), 5),
        (OutdatedError("x"), 6),
        (ProductError("x"), 70),
        (click.UsageError("x"), 2),
        (click.Abort(), 130),
        (KeyboardInterrupt(), 130),
        (BrokenPipeError(), 141),
        (ValueError("x"), 70),
        (AssertionError(), 70),
        (SystemExit(1), 70),
        (ExceptionGroup("x", [ValueError("x")]), 70),
    ],
)
def test_every_error_has_its_exit_code(
    error: BaseException, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    def program() -> int:
        raise error

    assert exit_code_of(program) == code
    assert capsys.readouterr().out == ""


def test_a_bug_prints_its_traceback_without_values(capsys: pytest.CaptureFixture[str]) -> None:
    def program() -> int:
        hidden = "a" + "-canary"
        return len(hidden) // 0

    assert exit_code_of(program) == BUG
    printed = capsys.readouterr().err
    assert "ZeroDivisionError" in printed
    assert "please report" in printed
    assert "a-canary" not in printed


@pytest.fixture
def default_signals() -> Iterator[None]:
    """As a shell starts a program, whatever started these tests (`nohup` ignores HUP)."""
    default: dict[int, Any] = {
        signal.SIGHUP: signal.SIG_DFL,
        signal.SIGINT: signal.default_int_handler,
        signal.SIGTERM: signal.SIG_DFL,
    }
    before = {number: signal.signal(number, handler) for number, handler in default.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("default_signals")
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGHUP, 129), (signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_a_signal_cancels_what_runs_and_is_the_exit_code(number: int, code: int) -> None:
    ended: list[str] = []

    async def main() -> int:
        try:
            os.kill(os.getpid(), number)
            await asyncio.Event().wait()
        finally:
            ended.append("cleaned up")
        raise AssertionError

    before = signal.getsignal(number)
    assert run_coroutine(main()) == code
    assert ended == ["cleaned up"]
    assert signal.getsignal(number) == before


@pytest.mark.usefixtures("default_signals")
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT])
def test_a_signal_that_was_ignored_at_the_start_stays_ignored(number: int) -> None:
    signal.signal(number, signal.SIG_IGN)  # what nohup does, and a script to what it puts behind

    async def main() -> int:
        os.kill(os.getpid(), number)
        await asyncio.sleep(0)
        return 7

    assert run_coroutine(main()) == 7
    assert signal.getsignal(number) is signal.SIG_IGN


# Streams ------------------------------------------------------------------------------------------


def through_shell(
    command: str, folder: Path, *, unbuffered: bool = False
) -> subprocess.CompletedProcess[str]:
    program = shlex.join([sys.executable, "-c", MAIN])
    return subprocess.run(  # noqa: S602 - only a shell closes streams
        command.replace("driftdeck", program),
        shell=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1" * unbuffered},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", ["driftdeck --help", "driftdeck --version"])
@pytest.mark.parametrize(
    ("stream", "reason"),
    [(">/dev/full", "No space left on device"), (">&-", "Bad file descriptor")],
)
def test_an_answer_that_cannot_be_written_is_said_and_is_no_bug(
    tmp_path: Path, command: str, stream: str, reason: str
) -> None:
    done = through_shell(f"{command} {stream}", tmp_path)
    assert done.stderr == f"driftdeck: stdout cannot be written: {reason}\n"
    assert done.returncode == 3


@pytest.mark.parametrize("stream", ["2>&-", "2>/dev/full", "2>&- <&- >&-"])
@pytest.mark.parametrize("command", ["diff", "--headless", "sync", "--nonsense"])
@pytest.mark.parametrize("unbuffered", [False, True])
def test_an_error_that_cannot_be_told_keeps_its_exit_code(
    tmp_path: Path, stream: str, command: str, unbuffered: bool
) -> None:
    done = through_shell(f"driftdeck {command} {stream}", tmp_path, unbuffered=unbuffered)
    assert done.returncode == 2


def test_a_message_that_is_lost_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stderr", full)
        put(sys.stderr, ["a note"])
    with Path("/dev/full").open("w") as full, pytest.raises(UnavailableError) as told:
        put(full, ["the answer"])
    assert str(told.value) == "/dev/full cannot be written: No space left on device"


def test_an_answer_to_a_stdout_that_was_closed_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with os.fdopen(os.open(os.devnull, os.O_RDONLY), "w") as closed:
        monkeypatch.setattr(sys, "stdout", closed)  # as it is opened again at the start
        with pytest.raises(UnavailableError) as told:
            put(sys.stdout, ["the answer"])
    assert str(told.value) == "stdout cannot be written: Bad file descriptor"


def test_a_machine_that_allows_no_more_files_is_told_truly(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def program() -> int:
        raise OSError(errno.EMFILE, "Too many open files", "/some/module.py")

    assert exit_code_of(program) == 3
    said = "driftdeck: too many open files; this machine allows no more\n"
    assert capsys.readouterr().err == said


def test_a_program_cancelled_by_itself_is_a_bug() -> None:
    async def main() -> int:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        run_coroutine(main())


def test_a_dumb_terminal_is_none(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", MAIN],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "dumb"},
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(ours)
    os.close(theirs)
    assert done.returncode == 2
    assert b"there is no terminal here" in done.stderr
