"""The terminal itself, typed into at a pseudo-terminal, on an embedded and on a real server."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyte
import pytest

from tests.loop.clusters import Place, run
from tests.loop.writing.test_reverting import Cluster, commit, flags, name, place, web

__all__ = ["name", "place"]  # fixtures

COLUMNS, ROWS, PATIENCE_S = 140, 70, 60.0
ROOT = Path(__file__).parents[2]


class Terminal:
    """What a person sees and types."""

    def __init__(self, keyboard: int) -> None:
        self._keyboard = keyboard
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)

    def type(self, keys: str) -> None:
        os.write(self._keyboard, keys.encode())

    def shows(self, text: str) -> bool:
        """Tell whether the screen has a text, wherever its lines are broken."""
        words = " ".join(" ".join(self._screen.display).replace("│", " ").split())
        return text in words

    def until(self, true: Callable[[], bool], *, typing: str = "") -> None:
        """Draw what comes until the picture is as wanted, and type now and then meanwhile."""
        end = time.monotonic() + PATIENCE_S
        while not true():
            assert time.monotonic() < end, "\n".join(self._screen.display)
            if select.select([self._keyboard], [], [], 0.6)[0]:
                self._stream.feed(os.read(self._keyboard, 65536))
            elif typing:
                self.type(typing)

    def reads(self, text: str, *, typing: str = "") -> None:
        self.until(lambda: self.shows(text), typing=typing)


@contextmanager
def terminal(place: Place) -> Iterator[Terminal]:
    """`driftdeck --write`, at a terminal of its own."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    environment = {**place.environment(), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    process = subprocess.Popen(  # noqa: S603 - our own program
        place.command("--write"),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=ROOT,
        env=environment,
        start_new_session=True,
    )
    try:
        yield Terminal(ours)
    finally:
        process.kill()  # what is left on the screen nobody reads any more
        process.wait(20)
        os.close(ours)
        os.close(theirs)


@pytest.mark.timeout(200)
def test_a_revert_that_is_typed_shows_both_halves_and_does_just_that(
    place: Place, name: str
) -> None:
    cluster = Cluster(place, name)
    assert run(place, "sync", "--yes").returncode == 0
    bad = commit(place.repo, "Web 2", **{"web.yaml": web(image="example/web:2")})
    assert run(place, "sync", "--yes").returncode == 0
    pending = web(image="example/web:2", replicas=9)
    commit(place.repo, "Pending", **{"web.yaml": pending, "flags.yaml": flags(sale="on")})
    cluster.set_env(JAVA_OPTS="-Xmx4g")
    with terminal(place) as seen:
        seen.reads("Pending")
        seen.type("3")
        seen.reads("Web 2")
        seen.type("j")
        seen.reads(f"commit {bad}")
        seen.type("t")
        container = "spec.template.spec.containers[name=web]"
        seen.reads(f"left alone: {container}.env[name=JAVA_OPTS].value by kubectl-set")
        for part in (
            "+ image: example/web:1",
            "left alone: spec.replicas",
            f"left alone, though not as Git says: ConfigMap/{name}/flags",
            "Commit the revert to main, then change 1 object",
        ):
            seen.reads(part)
        assert cluster.image == "example/web:2"
        seen.reads("1 object synced", typing="y")
    assert cluster.image == "example/web:1"
    assert cluster.env == {"JAVA_OPTS": "-Xmx4g", "LEVEL": "info"}
    assert (cluster.web["replicas"], cluster.sale) == (3, "off")
