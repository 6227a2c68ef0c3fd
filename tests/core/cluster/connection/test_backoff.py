"""Delays before asking again."""

import pytest

from core.cluster.connection.backoff import Backoff
from tests.core.cluster.manual import ManualClock


def test_delays_double_until_the_cap() -> None:
    backoff = Backoff(ManualClock().clock)
    delays = [backoff.next_s() for _ in range(8)]
    assert delays == pytest.approx([0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30.0, 30.0])


def test_the_dice_can_double_a_delay_so_the_steady_state_is_30_to_60_s() -> None:
    backoff = Backoff(ManualClock(draw=0.5).clock)
    delays = [backoff.next_s() for _ in range(8)]
    assert delays[0] == pytest.approx(1.2)
    assert delays[-1] == pytest.approx(45.0)


def test_two_minutes_without_use_start_over() -> None:
    time = ManualClock()
    backoff = Backoff(time.clock)
    first = backoff.next_s()
    time.now += 119
    assert backoff.next_s() > first
    time.now += 121
    assert backoff.next_s() == first


def test_a_success_starts_over() -> None:
    backoff = Backoff(ManualClock().clock)
    first, *_ = (backoff.next_s() for _ in range(4))
    backoff.reset()
    assert backoff.next_s() == first


def test_the_cap_can_be_lower() -> None:
    backoff = Backoff(ManualClock().clock, cap_s=5.0)
    assert max(backoff.next_s() for _ in range(9)) == 5.0
