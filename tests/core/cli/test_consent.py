"""Asking before a write: only a clear yes is one, and the loop turns while a person thinks."""

import asyncio
import os
import pty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.cli.consent import agreed


@contextmanager
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Put a terminal in place of stdin and stderr; what is written here is typed there.

    No fixture: pytest sets both streams again between a fixture and its test.
    """
    ours, theirs = pty.openpty()
    name = Path(os.ttyname(theirs))
    with name.open(encoding="utf-8") as stdin, name.open("w", encoding="utf-8") as stderr:
        monkeypatch.setattr("sys.stdin", stdin)
        monkeypatch.setattr("sys.stderr", stderr)
        yield ours
        monkeypatch.undo()
    os.close(theirs)
    os.close(ours)


@pytest.mark.parametrize(
    ("typed", "word", "answer"),
    [
        ("yes\n", "yes", True),
        ("y\n", "yes", True),
        ("Y\n", "yes", True),
        ("\n", "yes", False),
        ("n\n", "yes", False),
        ("yess\n", "yes", False),
        ("\x04", "yes", False),  # end of input
        ("prod-eu\n", "prod-eu", True),
        ("yes\n", "prod-eu", False),
        ("y\n", "prod-eu", False),
    ],
)
async def test_only_the_word_that_was_asked_for_agrees(
    monkeypatch: pytest.MonkeyPatch, typed: str, word: str, answer: bool
) -> None:
    with keyboard(monkeypatch) as keys:
        os.write(keys, typed.encode())
        assert await agreed("Sync", word=word) is answer


async def test_the_question_says_what_to_type_and_cannot_steer_the_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with keyboard(monkeypatch) as keys:
        os.write(keys, b"\n")
        await agreed("Sync \x1b[2J", word="prod")
        shown = ""
        while 'Type "prod" to go on: ' not in shown:  # the echo of the key may come first
            shown += os.read(keys, 4096).decode()
    assert "\x1b" not in shown


async def test_the_loop_turns_while_a_person_thinks_and_a_signal_ends_the_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with keyboard(monkeypatch):
        asking = asyncio.ensure_future(agreed("Sync"))
        for _ in range(10):
            await asyncio.sleep(0)
        assert not asking.done()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking


async def test_what_is_to_be_known_before_the_answer_stands_in_lines_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with keyboard(monkeypatch) as keys:
        os.write(keys, b"\n")
        await agreed("Delete 2 objects\nall in it goes, too")
        shown = os.read(keys, 1000).decode()
    assert "Delete 2 objects\r\nall in it goes, too? Type" in shown
