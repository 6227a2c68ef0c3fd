"""How long a watch may say nothing (R8)."""

from core.cluster.following.silence import Silence
from tests.core.cluster.manual import ManualClock


def a_silence() -> tuple[Silence, ManualClock]:
    time = ManualClock()
    silence = Silence(time.clock)
    silence.begin(listing=False)
    return silence, time


def test_before_any_bookmark_it_is_two_minutes() -> None:
    silence, _ = a_silence()
    assert silence.limit_s == 120


def test_then_it_is_twice_the_period_of_the_bookmarks() -> None:
    silence, time = a_silence()
    for _ in range(3):
        silence.bookmark()
        time.now += 70
    assert silence.limit_s == 140


def test_it_is_never_shorter_than_90_s_nor_longer_than_5_min() -> None:
    for period, expected in ((1, 90), (1_000, 300)):
        silence, time = a_silence()
        silence.bookmark()
        time.now += period
        silence.bookmark()
        assert silence.limit_s == expected


def test_the_pause_between_two_streams_is_no_period() -> None:
    silence, time = a_silence()
    silence.bookmark()
    time.now += 4
    silence.begin(listing=False)
    silence.bookmark()
    assert silence.limit_s == 120


def test_an_unfinished_event_stretches_it() -> None:
    silence, _ = a_silence()
    silence.heard(unfinished=True)
    assert silence.limit_s == 300
    silence.heard(unfinished=False)
    assert silence.limit_s == 120


def test_a_listing_that_stalls_is_given_up_sooner() -> None:
    silence, _ = a_silence()
    silence.begin(listing=True)
    assert silence.limit_s == 30
