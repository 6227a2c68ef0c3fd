"""Lines out of a stream that the network cut anywhere."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cluster.following import lines
from core.cluster.following.lines import Lines, LineTooLongError

TEXT = '{"a":"ä€"}\n\n{"b":"𝄞"}\r\n{"c":1}\n'.encode()


def fed(chunks: list[bytes]) -> tuple[list[bytes], bool]:
    reader = Lines()
    found = [line for chunk in chunks for line in reader.feed(chunk)]
    return found, reader.unfinished


@pytest.mark.parametrize("cut", range(len(TEXT) + 1))
def test_a_cut_at_any_offset_changes_nothing(cut: int) -> None:
    whole, _ = fed([TEXT])
    assert fed([TEXT[:cut], TEXT[cut:]]) == (whole, False)


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=12))
def test_any_cuts_of_any_bytes_change_nothing(text: bytes, cuts: list[int]) -> None:
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    chunks = [text[a:b] for a, b in pairwise(edges)]
    found, unfinished = fed(chunks)
    assert found == [line for line in text.split(b"\n")[:-1] if line]
    assert unfinished == (not text.endswith(b"\n") and text != b"")


def test_a_byte_at_a_time_is_the_same() -> None:
    assert fed([TEXT[i : i + 1] for i in range(len(TEXT))]) == fed([TEXT])


def test_what_has_no_line_break_yet_is_kept_back() -> None:
    assert fed([b"one\ntw"]) == ([b"one"], True)


def test_a_line_without_end_is_refused_before_it_fills_the_memory() -> None:
    reader = Lines()
    chunk = b"x" * (lines.LINE_BYTES_MAX // 2)
    reader.feed(chunk)
    reader.feed(chunk)
    with pytest.raises(LineTooLongError):
        reader.feed(b"x")


def test_the_bytes_of_finished_lines_do_not_count() -> None:
    reader = Lines()
    half = b"x" * (lines.LINE_BYTES_MAX // 2 + 1)
    reader.feed(half + b"\n")
    assert len(reader.feed(half + b"\n")) == 1
