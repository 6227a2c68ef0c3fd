"""core.git.reading.graph: what two trees hold otherwise, found without reading all of both."""

import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.git.reading.graph import _ENTRIES, compared, possessive
from core.git.reading.store import Entry

MODES = st.sampled_from([0o100644, 0o100755, 0o40000, 0o120000])
NAMES = st.sampled_from([b"a", b"b 40000 a", b"a.yaml", b"\xff", b"7 x", b"1", b"web", b"zz"])
IDS = st.sampled_from([b"\0" * 20, b"40000 a\0" + b"x" * 12, b"\xff" * 20, bytes(range(20))])
TREES = st.dictionaries(NAMES, st.tuples(MODES, IDS))


def written(tree: dict[bytes, tuple[int, bytes]]) -> bytes:
    lines = (b"%o %s\0%s" % (mode, name, sha) for name, (mode, sha) in sorted(tree.items()))
    return b"".join(lines)


def entry(found: tuple[int, bytes] | None) -> Entry | None:
    return None if found is None else Entry(found[0], found[1].hex())


@given(TREES, TREES, st.booleans())
def test_what_is_compared_is_what_reading_both_shows(
    one: dict[bytes, tuple[int, bytes]], other: dict[bytes, tuple[int, bytes]], past: bool
) -> None:
    if past:  # one is the other's past: they have the same names
        other = {name: other.get(name, found) for name, found in one.items()}
    found = compared(written(one), written(other), 20)
    names = {name for name, _ in one.items() ^ other.items()}
    expected = {name: (entry(one.get(name)), entry(other.get(name))) for name in names}
    assert found in (None, expected)
    same_lengths = all(len(f"{one[n][0]:o}") == len(f"{other[n][0]:o}") for n in one if n in other)
    if one.keys() == other.keys() and same_lengths:
        assert found == expected


@pytest.mark.parametrize("python", [(3, 11, 2), sys.version_info[:3]])
def test_entries_are_skipped_whole_by_each_spelling(python: tuple[int, ...]) -> None:
    first, second = ((name, (0o40000, b"\xff" * 20)) for name in (b"a", b"web"))
    tree, cut = written(dict([first, second])), len(written(dict([second]))) - 1
    entries = re.compile(possessive(_ENTRIES, python) % 20)
    assert [entries.match(tree, 0, end).end() for end in (len(tree), len(tree) - 1)] == [  # type: ignore[union-attr]
        len(tree),
        len(tree) - 1 - cut,
    ]


def test_no_repeat_is_possessive_where_those_match_too_little() -> None:
    assert possessive(_ENTRIES, (3, 11, 5)) == _ENTRIES
    assert possessive(_ENTRIES, (3, 11, 4)) == rb"(?s)(?:[0-7]+ [^\0]+\0.{%d})*"


def test_what_is_no_tree_is_not_compared() -> None:
    assert compared(b"40000 a\0short", b"40000 b\0short", 20) is None
