"""A command that forks is what one that is started would be."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.commands import PROGRAM, ROOT, Piped, Running, run


@pytest.mark.parametrize("words", [("diff", "--config", "none.yaml"), ("--repo", "gone", "diff")])
def test_it_says_and_leaves_what_a_started_one_does(tmp_path: Path, words: tuple[str, ...]) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    started = subprocess.run(  # noqa: S603 - our own program
        [*PROGRAM, *words],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    forked = run(*words, environment=environment, folder=tmp_path)
    assert (forked.returncode, forked.stdout) == (started.returncode, started.stdout)
    assert forked.stderr == started.stderr
    assert started.returncode == 2


def test_it_is_read_while_it_runs_and_ends_when_it_is_told(tmp_path: Path) -> None:
    with Piped(("demo", "--headless"), {"HOME": str(tmp_path)}) as running:
        assert b'"started"' in running.stdout.readline()
        assert running.poll() is None
        with pytest.raises(subprocess.TimeoutExpired):
            running.wait(0.01)
        running.terminate()
        assert running.wait(30) == 128 + signal.SIGTERM
        assert b'"stopped"' in running.stdout.read()
        running.stdout.close()
        running.stderr.close()


def test_one_that_is_killed_says_so(tmp_path: Path) -> None:
    with (
        Path(os.devnull).open("r+") as nothing,
        Running(("demo", "--headless"), {"HOME": str(tmp_path)}, [nothing] * 3) as running,
    ):
        running.kill()
        assert running.wait(30) == -signal.SIGKILL
    assert not Path(f"/proc/{running.pid}").exists()
