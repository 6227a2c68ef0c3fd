"""core.render.fence: what a program may do, and what becomes of one that does not end well."""

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import RejectedError
from core.render.fence import Limits, isolating, run
from tests.core.render.worlds import script

LIMITS = Limits(seconds=60.0)


def ran(tmp_path: Path, text: str, limits: Limits = LIMITS) -> bytes:
    path = script(tmp_path / "bin", "tool", text)["PATH"]
    home = tmp_path / "home"
    home.mkdir()
    return run(str(tmp_path / "bin" / "tool"), (), home, limits, path)


def test_it_gets_no_more_of_the_environment_than_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary")
    said = ran(tmp_path, 'env; echo "input: $(cat)"; pwd').decode()
    assert "canary" not in said
    assert "KUBECONFIG=/dev/null" in said
    assert f"HOME={tmp_path}/home" in said
    assert "input: \n" in said
    assert said.rstrip().endswith("/home")


@pytest.mark.skipif(not isolating(), reason="this system cannot isolate a process")
def test_it_has_no_network(tmp_path: Path) -> None:
    *_, only = ran(tmp_path, "cat /proc/self/net/dev").split(b"\n", 2)
    assert only.count(b":") == 1  # the loopback


def test_a_failure_is_told_in_its_own_words_without_escapes_and_without_our_folders(
    tmp_path: Path,
) -> None:
    text = f"echo part; printf 'bad \\033[31mvalue in {tmp_path}/tree/base/x.yaml' >&2; exit 1"
    with pytest.raises(
        RejectedError, match=r"tool ended with 1: bad .*value in base/x\.yaml"
    ) as told:
        ran(tmp_path, text)
    assert "\033" not in str(told.value)


def test_of_a_crash_the_reason_is_told_and_not_the_stack(tmp_path: Path) -> None:
    stack = "for i in $(seq 900); do echo 'runtime.main() proc.go:283' >&2; done"
    text = f"printf 'runtime: 1 in use\nfatal error: out of memory\n\n' >&2; {stack}; exit 2"
    with pytest.raises(RejectedError) as told:
        ran(tmp_path, text)
    assert str(told.value).endswith("ended with 2: fatal error: out of memory")


def test_no_output_is_a_failure_though_it_ends_well(tmp_path: Path) -> None:
    with pytest.raises(RejectedError, match="printed nothing; it said: odd"):
        ran(tmp_path, "echo odd >&2")


def test_endless_output_is_cut_off(tmp_path: Path) -> None:
    with pytest.raises(RejectedError, match="printed more than 1 MiB"):
        ran(tmp_path, "exec yes", replace(LIMITS, output_bytes=2**20))


def test_one_that_hangs_is_ended_with_all_its_children(tmp_path: Path) -> None:
    began = time.monotonic()
    text = f"echo $$ > {tmp_path}/pid; sleep 77 & exec sleep 77"
    with pytest.raises(RejectedError, match="longer than 0 s"):
        ran(tmp_path, text, replace(LIMITS, seconds=0.4))
    assert time.monotonic() - began < 60


@pytest.mark.skipif(not isolating(), reason="this system cannot isolate a process")
def test_a_child_in_a_session_of_its_own_does_not_outlive_it(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    try:
        text = f"exec 9>{fifo}; setsid sleep 77 >/dev/null 2>&1 & echo made"
        assert ran(tmp_path, text) == b"made\n"
        os.set_blocking(reader, True)
        assert os.read(reader, 1) == b""  # nobody holds the other end any more
    finally:
        os.close(reader)


@pytest.mark.skipif(not isolating(), reason="this system cannot isolate a process")
def test_one_that_forks_without_end_ends(tmp_path: Path) -> None:
    text = "f() { f | f & }; f; sleep 77"
    with pytest.raises(RejectedError):
        ran(tmp_path, text, replace(LIMITS, seconds=1.0, processes=50))


def test_a_file_that_grows_without_end_is_cut_off(tmp_path: Path) -> None:
    text = f"exec yes > {tmp_path}/home/x"
    with pytest.raises(RejectedError, match="ended with"):
        ran(tmp_path, text, replace(LIMITS, file_bytes=2**20))
    assert (tmp_path / "home" / "x").stat().st_size <= 2**20
