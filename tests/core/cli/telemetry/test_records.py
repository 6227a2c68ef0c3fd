"""One JSON object per record, whoever logs; nothing waits for it, and nothing secret is in it."""

import asyncio
import json
import logging
import os
import pty
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core.cli.telemetry import records
from core.cli.telemetry.records import Log, event_words, record_of, taking_over, without_secrets
from core.model import EventName
from tests.core.cli.pipes import fill
from tests.core.cli.telemetry.told import event

DRIFT = event(1, EventName.DRIFT_DETECTED)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    made = os.pipe()
    yield made
    for fd in made:
        os.close(fd)


async def told(fd: int, log: Log, say: Callable[[], None]) -> list[dict[str, Any]]:
    say()
    await log.drained(60)
    return [json.loads(line) for line in os.read(fd, 1 << 16).decode().splitlines()]


async def test_whatever_is_logged_is_one_line_with_the_same_keys(pipe: tuple[int, int]) -> None:
    log = Log(pipe[1])

    def say() -> None:
        log.tell(DRIFT)
        log.say("two\nlines\x1b[2J", "error", app="shop")

    first, second = await told(pipe[0], log, say)
    assert list(first) == list(second)
    assert (second["level"], second["app"], second["object"]) == ("error", "shop", None)
    assert second["message"] == "two\nlines␛[2J"


@pytest.mark.parametrize(
    ("name", "level"),
    [
        (EventName.HEALED, "info"),
        (EventName.DRIFT_DETECTED, "warning"),
        (EventName.FIGHTING, "warning"),
        (EventName.HEAL_FAILED, "error"),
    ],
)
def test_how_loud_a_record_is_follows_from_what_happened(name: EventName, level: str) -> None:
    assert record_of(event(1, name))["level"] == level


def address_of(text: str) -> None:
    raise ValueError(text)


async def test_what_libraries_log_is_a_record_without_secrets(pipe: tuple[int, int]) -> None:
    log = Log(pipe[1])

    def say() -> None:
        with taking_over(log):
            try:
                address_of("https://u:canary@git.example/a.git?token=canary")
            except ValueError:
                logging.getLogger("some.library").exception("no luck")
            logging.getLogger("some.library").info("not of interest")

    (record,) = await told(pipe[0], log, say)
    assert (record["logger"], record["level"]) == ("some.library", "error")
    assert "Traceback" in record["message"]
    assert "https://git.example/a.git" in record["message"]
    assert "canary" not in json.dumps(record)


async def test_a_log_that_nobody_reads_drops_records_and_says_how_many(
    pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "QUEUED_MAX", 5)
    filled = fill(pipe[1])
    log = Log(pipe[1])
    for _ in range(50):
        log.say("a record")
    while filled:
        filled -= len(os.read(pipe[0], filled))
    lines = ""
    while "were dropped" not in lines:
        lines += (await asyncio.to_thread(os.read, pipe[0], 1 << 16)).decode()
        log.say("another")
    await log.drained(60)  # its thread must not write into what has the number next
    assert "records were dropped: stderr was not read in time" in lines


async def test_a_person_at_a_terminal_reads_words() -> None:
    master, slave = pty.openpty()
    log = Log(slave)
    log.tell(DRIFT)
    await log.drained(60)
    words = os.read(master, 1 << 12).decode()
    os.close(master)
    os.close(slave)
    assert words.startswith("2026-07-01T12:00:03.062Z drift_detected shop Deployment/shop/web:")


def test_words_of_an_event_cannot_steer_the_terminal() -> None:
    words = event_words(event(1, EventName.SYNCED, message="\x1b[2J\n{}"))
    assert "\x1b" not in words
    assert "\n" not in words


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("GET https://a:b@h.example/p?q=s#f failed", "GET https://h.example/p failed"),
        ("ssh://git@h.example/p", "ssh://h.example/p"),
        ("nothing to hide @ all?", "nothing to hide @ all?"),
    ],
)
def test_addresses_are_shown_without_user_and_query(text: str, shown: str) -> None:
    assert without_secrets(text) == shown
