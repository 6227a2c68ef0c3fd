"""Three versions to one: only what one side changed is changed, else nothing is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.git.writing.merging import merged

BASE = b"a\nb\nc\nd\ne\nf\ng\n"
LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"- x\r\n", b"\n", b"c"]), max_size=12).map(
    b"".join
)


@pytest.mark.parametrize(
    ("ours", "theirs", "result"),
    [
        (b"A\nb\nc\nd\ne\nf\ng\n", b"a\nb\nc\nd\ne\nf\nG\n", b"A\nb\nc\nd\ne\nf\nG\n"),
        (b"a\nb\nx\nc\nd\ne\nf\ng\n", b"a\nb\nc\nd\ne\ng\n", b"a\nb\nx\nc\nd\ne\ng\n"),
        (b"a\nB\nc\nd\ne\nf\ng\n", b"a\nB\nc\nd\ne\nf\ng\n", b"a\nB\nc\nd\ne\nf\ng\n"),
        (b"a\nB\nc\nd\ne\nf\ng\n", b"a\nX\nc\nd\ne\nf\ng\n", None),
        (b"a\nB\nc\nd\ne\nf\ng\n", b"a\nb\nX\nd\ne\nf\ng\n", None),  # neighbours
        (b"", b"a\nB\nc\nd\ne\nf\ng\n", None),
        (b"a\0\n", b"A\n", None),
    ],
)
def test_changes_in_different_places_are_joined(
    ours: bytes, theirs: bytes, result: bytes | None
) -> None:
    assert merged(BASE, ours, theirs) == result


def test_line_ends_and_their_absence_are_kept() -> None:
    base = b"a\r\nb\r\nc\r\nd\r\ne"
    assert (
        merged(base, b"A\r\nb\r\nc\r\nd\r\ne", b"a\r\nb\r\nc\r\nd\r\nE") == b"A\r\nb\r\nc\r\nd\r\nE"
    )


@given(base=LINES, ours=LINES)
def test_what_only_one_side_changed_is_that_side(base: bytes, ours: bytes) -> None:
    assert merged(base, ours, base) == ours
    assert merged(base, base, ours) == ours
    assert merged(base, ours, ours) == ours


@given(base=LINES, ours=LINES, theirs=LINES)
def test_sides_may_be_swapped(base: bytes, ours: bytes, theirs: bytes) -> None:
    assert merged(base, ours, theirs) == merged(base, theirs, ours)


def test_a_file_of_a_hundred_thousand_lines_is_merged_at_once() -> None:
    lines = [b"- item\n"] * 100_000
    ours, theirs = [b"first\n", *lines], [*lines, b"last\n"]
    assert merged(b"".join(lines), b"".join(ours), b"".join(theirs)) == b"".join([*ours, b"last\n"])
