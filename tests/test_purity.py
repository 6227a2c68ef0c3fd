"""The pure tier is held to what it claims."""

import socket
import subprocess
import sys

import pytest

from tests.purity import ROOMS, guarded, holds_none


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


def test_what_holds_no_pure_test_is_passed_over_and_no_way_to_one_is(
    pytestconfig: pytest.Config,
) -> None:
    root = pytestconfig.rootpath
    for module in (root / "tests").rglob("test_*.py"):
        ways = (module, *(each for each in module.parents if each.is_relative_to(root / "tests")))
        pure = module.relative_to(root).as_posix().startswith(ROOMS)
        assert any(holds_none(way, root) for way in ways) is not pure
    assert holds_none(root / "tests/core/git", root)
    assert not holds_none(root / "tests/core/cli/commands", root)
