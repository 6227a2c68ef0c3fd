"""The pure tier is held to what it claims."""

import socket
import subprocess
import sys

import pytest

from tests.purity import guarded


def test_a_pure_test_that_opens_a_connection_fails_by_name() -> None:
    with (
        socket.socket() as end,
        guarded("tests/a.py::test_it"),
        pytest.raises(AssertionError, match=r"mark tests/a\.py::test_it as outside"),
    ):
        end.connect(("127.0.0.1", 9))


def test_a_pure_test_that_starts_a_process_fails_and_the_next_one_may() -> None:
    command = [sys.executable, "-c", ""]
    with guarded("tests/a.py::test_it"), pytest.raises(AssertionError, match=r"subprocess\.Popen"):
        subprocess.run(command, check=True)  # noqa: S603 - our own interpreter
    subprocess.run(command, check=True)  # noqa: S603 - our own interpreter


def test_event_loops_and_files_are_allowed(request: pytest.FixtureRequest) -> None:
    with guarded(request.node.nodeid):
        first, second = socket.socketpair()
    first.close()
    second.close()
