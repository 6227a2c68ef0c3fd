"""core.cli.output.ink: spans on paper."""

import fcntl
import os
import pty
import struct
import termios
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cli.output.ink import WIDTH, Ink, ink_for
from core.telling.spans import Line, Role, plain, say

TEXTS = st.text(st.sampled_from("ab -./\u00a0\u3042\t"), max_size=120)


class Terminal(StringIO):
    """A terminal that does not tell how wide it is."""

    def isatty(self) -> bool:
        return True


def test_without_colour_a_line_is_its_text() -> None:
    line = (say("drifted", Role.DRIFTED), say(" by hand"))
    assert Ink().line(line) == "drifted by hand"
    assert Ink(colour=True).line(line) == "\x1b[31mdrifted\x1b[0m by hand"


def test_nothing_is_painted_where_nothing_stands() -> None:
    assert Ink(colour=True).line((say("", Role.ERROR),)) == ""
    assert Ink(colour=True).line(()) == ""


@pytest.mark.parametrize("name", ["NO_COLOR", "TERM"])
def test_a_terminal_that_wants_none_gets_no_colour(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert ink_for(Terminal(), no_color=False).colour
    assert not ink_for(Terminal(), no_color=True).colour
    assert not ink_for(StringIO(), no_color=False).colour
    monkeypatch.setenv(name, "dumb")
    assert not ink_for(Terminal(), no_color=False).colour


def test_lines_are_as_wide_as_the_terminal_and_whole_in_a_pipe(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    primary, secondary = pty.openpty()
    fcntl.ioctl(secondary, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 133, 0, 0))
    with os.fdopen(primary, "rb"), os.fdopen(secondary, "w") as terminal:
        assert ink_for(terminal, no_color=True).width == 133
        monkeypatch.setenv("COLUMNS", "100")
        assert ink_for(terminal, no_color=True).width == 100
    assert ink_for(StringIO(), no_color=True).width is None
    for said in ("", "wide", "0", "-5"):
        monkeypatch.setenv("COLUMNS", said)
        assert ink_for(Terminal(), no_color=True).width == WIDTH


def test_in_a_pipe_no_line_is_broken() -> None:
    (line,) = Ink(width=None).wrapped((say("word " * 99),), indent=2, label="live", label_width=6)
    assert plain(line) == f"  live  {'word ' * 99}".rstrip()


def test_a_wrapped_line_stands_under_its_start_and_keeps_its_roles() -> None:
    line = (say("one " * 15, Role.LIVE), say("two " * 15, Role.GIT))
    first, second = Ink().wrapped(line, indent=2, label="live", label_width=6)
    assert plain(first).startswith("  live  one one")
    assert plain(second).startswith("        two two")
    assert {role for _, role in first} == {Role.LIVE, Role.GIT}
    assert {role for _, role in second} == {Role.GIT}


def test_nothing_is_a_line_too() -> None:
    assert [*Ink().wrapped((), indent=2, label="!")] == [(("  !", Role.TEXT),)]


@given(st.lists(st.tuples(TEXTS, st.sampled_from(Role)), max_size=4), st.integers(0, 12))
def test_wrapping_loses_no_letter_and_no_role(spans: list[tuple[str, Role]], indent: int) -> None:
    line: Line = tuple(say(text, role) for text, role in spans)
    lines = [*Ink().wrapped(line, indent=indent)]
    assert all(len(plain(one)) <= WIDTH for one in lines)
    assert _letters(*lines) == _letters(line)


def _letters(*lines: Line) -> list[tuple[str, Role]]:
    letters = ((one, role) for line in lines for text, role in line for one in text)
    return [each for each in letters if not each[0].isspace()]  # lines may break there
