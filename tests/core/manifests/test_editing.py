"""core.manifests.editing: a value replaced where it stands, and no other byte."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ManifestError, RejectedError
from core.manifests.editing import DEPTH_MAX, Leaf, Page, pages, replaced
from core.manifests.text.scalars import Scalar, resolve

FILE = """\
# the shop
a: 1.9  # plain
b: '1.9'
c: "1.9"
list:
  - {name: web, tag: v1, end: [x, y]}
"""


def page_of(text: str) -> Page:
    (found,) = pages("a.yaml", text.encode())
    return found


def edited(text: str, new: Scalar, *steps: str | int) -> str:
    leaf = page_of(text).leaves[steps]
    return replaced(text.encode(), [(leaf, new)]).decode()


@pytest.mark.parametrize(
    ("steps", "new", "line"),
    [
        (("a",), "1.10", 'a: "1.10"  # plain'),  # plain it would be a number
        (("a",), "v2", "a: v2  # plain"),
        (("a",), 3, "a: 3  # plain"),
        (("a",), True, "a: true  # plain"),
        (("a",), "x: y", 'a: "x: y"  # plain'),
        (("b",), "1.10", "b: '1.10'"),
        (("b",), "it's", "b: 'it''s'"),
        (("c",), "1.10", 'c: "1.10"'),
        (("c",), 'a"b', 'c: "a\\"b"'),
        (("list", 0, "tag"), "v2", "  - {name: web, tag: v2, end: [x, y]}"),
        (("list", 0, "end", 1), "z,", '  - {name: web, tag: v1, end: [x, "z,"]}'),
    ],
)
def test_a_value_is_written_in_the_style_of_what_it_replaces(
    steps: tuple[str | int, ...], new: Scalar, line: str
) -> None:
    after = edited(FILE, new, *steps).splitlines()
    apart = [now for was, now in zip(FILE.splitlines(), after, strict=True) if was != now]
    assert apart == [line]


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_line_ends_marks_and_letters_beyond_ascii_stay(end: str) -> None:
    text = f"\ufeff# ü{end}ä: 'ö'{end}---{end}a: b # 漢{end}{end}"
    first, second = pages("a.yaml", text.encode())
    news = [(first.leaves["ä",], "x"), (second.leaves["a",], "c")]
    meant = text.replace("'ö'", "'x'").replace("b #", "c #")
    assert replaced(text.encode(), news).decode() == meant


@pytest.mark.parametrize(
    "text", ["a: |\n  x\n", "a: >\n  x\n", "a: &b x\n", "a: !!str x\n", "a: x\n  y\n"]
)
def test_what_more_than_one_place_or_line_says_is_refused(text: str) -> None:
    with pytest.raises(RejectedError, match="several lines"):
        edited(text, "y", "a")


def test_an_alias_is_no_place_of_its_own() -> None:
    assert set(page_of("a: &x {b: c}\nd: *x\n").leaves) == {("a", "b")}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a: [", "expected"),
        (b"\xff", "UTF-8"),
        (b"a: \x00", "not YAML"),
        (b"[" * (DEPTH_MAX + 1) + b"]" * (DEPTH_MAX + 1), "nested too deeply"),
        (b"#" * (2 << 20), "edit it by hand"),
    ],
)
def test_a_file_that_nobody_edits_by_hand_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(ManifestError, match=reason):
        pages("a.yaml", content)


def test_bombs_of_aliases_are_listed_once() -> None:
    nine = ("a{0}: &a{0} [" + "*a{1}, " * 9 + "]" for _ in range(30))
    lines = (line.format(n, n - 1) for n, line in enumerate(nine, 1))
    assert len(page_of("\n".join(("a0: &a0 [x]", *lines))).leaves) == 1


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x7f"), max_size=12))
def test_any_text_reads_back_as_itself(new: str) -> None:
    for steps in (("a",), ("b",), ("c",), ("list", 0, "tag")):
        clean = "".join(letter for letter in new if letter.isprintable())
        leaf: Leaf = page_of(edited(FILE, clean, *steps)).leaves[steps]
        said = leaf.text if leaf.style else resolve(leaf.text)
        assert said == clean, json.dumps(clean)
