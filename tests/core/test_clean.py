"""The one door through which text from outside reaches a person (terminal.md T1)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clean import cells, clean

INVISIBLE = [
    *map(chr, (0x061C, 0xFEFF)),
    *map(chr, range(0x200B, 0x2010)),
    *map(chr, range(0x2028, 0x202F)),
    *map(chr, range(0x2060, 0x2065)),
    *map(chr, range(0x2066, 0x206A)),
    *map(chr, range(0xE0000, 0xE0080)),
]
ANYTHING = st.text(st.characters(exclude_categories=()))
NASTY = st.text(
    st.sampled_from(
        ["\x1b", "\n", "\r", "\x9b", "\u202e", "\u0301", "\udc80", "\ud800", "a", "…", "宽"]
    )
)


def test_plain_text_is_returned_as_it_is() -> None:
    text = "registry.example/web:1.2.3 [/foo] [@click=app.quit()] {} ~"
    assert clean(text) is text


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b]52;c;aGk=\x07", "␛]52;c;aGk=␇"),
        ("a\nb\tc\rd", "a␊b␉c␍d"),
        ("\x00\x7f", "␀␡"),
        ("\x9b2J\x85", r"\x9b2J\x85"),
        ("evil\u202etxt.exe", "evil<U+202E>txt.exe"),
        ("\udcff\udc80", r"\xff\x80"),
        ("\ud800", r"\ud800"),
        ("grüße 世界 🙂", "grüße 世界 🙂"),
        ("e" + "\u0301" * 8, "e" + "\u0301" * 8),
        ("e" + "\u0301" * 500 + "x", "e" + "\u0301" * 8 + "…x"),
    ],
)
def test_what_could_deceive_is_shown_and_not_dropped(raw: str, shown: str) -> None:
    assert clean(raw) == shown


@pytest.mark.parametrize("character", INVISIBLE)
def test_an_invisible_character_is_shown_by_its_number(character: str) -> None:
    assert clean(f"a{character}b") == f"a<U+{ord(character):04X}>b"


def test_line_feeds_stay_where_lines_are_wanted() -> None:
    assert clean("a\r\nb\n", multiline=True) == "a␍\nb\n"


def test_ascii_shows_everything_as_escapes() -> None:
    assert clean("\x1b ü 世 🙂 \u202e", ascii_only=True) == r"\x1b \xfc \u4e16 \U0001f642 <U+202E>"


@pytest.mark.parametrize(
    ("text", "room", "shown"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abcde…"),
        ("宽宽宽", 6, "宽宽宽"),
        ("宽宽宽宽", 6, "宽宽…"),
        ("e\u0301e\u0301", 2, "e\u0301e\u0301"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
        ("x" * 1_000_000, 3, "xx…"),
    ],
)
def test_what_is_too_wide_is_cut(text: str, room: int, shown: str) -> None:
    assert clean(text, max_cells=room) == shown


def test_each_line_is_cut_by_itself() -> None:
    assert clean("abcd\nab", multiline=True, max_cells=3) == "ab…\nab"


def test_ascii_is_cut_with_dots() -> None:
    assert clean("abcdef", max_cells=5, ascii_only=True) == "ab..."


@given(text=ANYTHING | NASTY, multiline=st.booleans(), ascii_only=st.booleans())
def test_cleaning_twice_changes_nothing(text: str, *, multiline: bool, ascii_only: bool) -> None:
    once = clean(text, multiline=multiline, ascii_only=ascii_only)
    assert clean(once, multiline=multiline, ascii_only=ascii_only) == once


@given(text=ANYTHING | NASTY, room=st.integers(0, 40), ascii_only=st.booleans())
def test_cut_text_fits_and_stays(text: str, room: int, *, ascii_only: bool) -> None:
    once = clean(text, max_cells=room, ascii_only=ascii_only)
    assert cells(once) <= room
    assert clean(once, max_cells=room, ascii_only=ascii_only) == once


@given(text=ANYTHING | NASTY)
def test_nothing_that_steers_a_terminal_is_left(text: str) -> None:
    shown = clean(text)
    assert shown.encode().decode() == shown  # no lone surrogate
    assert not any(unicodedata.category(character) in {"Cc", "Cs"} for character in shown)
    assert not any(character in shown for character in INVISIBLE)


@given(text=ANYTHING | NASTY)
def test_ascii_is_ascii(text: str) -> None:
    assert clean(text, ascii_only=True, multiline=True).isascii()
