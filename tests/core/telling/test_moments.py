"""core.telling.moments: moments as people read them."""

import pytest

from core.model import epoch_of
from core.telling.moments import age, ago, lasting, moment

NOW = epoch_of("2026-09-21T14:00:00Z") or 0.0


@pytest.mark.parametrize(
    ("seconds", "words"), [(-5, "0s"), (59, "59s"), (60, "1m"), (7200, "2h"), (200_000, "2d")]
)
def test_ages_are_one_number_and_one_letter(seconds: float, words: str) -> None:
    assert age(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0s"), (90, "1m 30s"), (5400, "1h 30m"), (90_000, "1d 1h")]
)
def test_what_is_to_last_is_said_whole(seconds: float, words: str) -> None:
    assert lasting(seconds) == words


def test_a_missing_time_is_said_to_be_unknown() -> None:
    assert ago(None, NOW) == "time unknown"
    assert ago("yesterday", NOW) == "time unknown"
    assert ago("2026-09-21T13:58:00Z", NOW) == "2m ago"
    assert epoch_of("2026-01-01T00:00:00") is None


@pytest.mark.parametrize(
    ("stamp", "words"),
    [
        ("2026-07-01T12:00:03Z", "2026-07-01 12:00:03 UTC"),
        ("2026-07-01T12:00:03.123456Z", "2026-07-01 12:00:03 UTC"),
        ("2026-07-01", "2026-07-01"),
        ("", ""),
    ],
)
def test_a_moment_is_written_out_to_the_second(stamp: str, words: str) -> None:
    assert moment(stamp) == words
