"""When an app is written to unasked, by windows that come again."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.model import EventName, HealWindow, HeldBy, Snapshot
from core.reconcile.judging.holds.windows import is_open, opens_at
from core.reconcile.snapshots import snapshot
from tests.core.reconcile.world import CONFIG_MAP, alarms, applied, document, key, written

BERLIN = "Europe/Berlin"
NIGHT = HealWindow(cron="0 22 * * 1-5", duration_s=7200.0, timezone=BERLIN)
FREEZE = HealWindow(cron="0 12 * * 5", duration_s=3600.0, denies=True)
BAD: dict[str, Any] = {"data": {"a": "2"}}
A = key(CONFIG_MAP, "a")


def at(text: str, zone: str = BERLIN) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


@pytest.mark.parametrize(
    ("windows", "when", "open_", "opens"),
    [
        ((), "2026-11-27T12:00", True, "2026-11-27T12:00"),
        ((NIGHT,), "2026-11-26T22:00", True, "2026-11-26T22:00"),
        ((NIGHT,), "2026-11-26T23:59:59", True, "2026-11-26T23:59:59"),
        ((NIGHT,), "2026-11-27T00:00", False, "2026-11-27T22:00"),
        ((NIGHT,), "2026-11-26T21:59:59", False, "2026-11-26T22:00"),
        ((NIGHT,), "2026-11-28T12:00", False, "2026-11-30T22:00"),  # no weekends
        ((FREEZE,), "2026-11-27T13:30", False, "2026-11-27T14:00"),  # 12:00 UTC is 13:00 there
        ((FREEZE,), "2026-11-27T14:00", True, "2026-11-27T14:00"),
        ((FREEZE,), "2026-11-26T13:30", True, "2026-11-26T13:30"),
    ],
)
def test_when_it_is_the_time_and_when_it_is_next(
    windows: tuple[HealWindow, ...], when: str, open_: bool, opens: str
) -> None:
    assert is_open(windows, at(when)) is open_
    assert opens_at(windows, at(when)) == at(opens)


def test_one_that_denies_goes_before_one_that_allows() -> None:
    always = HealWindow(cron="0 0 * * *", duration_s=86400.0)
    now = at("2026-11-27T12:30", "UTC")
    assert not is_open((always, FREEZE), now)
    assert opens_at((always, FREEZE), now) == at("2026-11-27T13:00", "UTC")


def test_what_is_denied_all_the_time_opens_never() -> None:
    never = HealWindow(cron="* * * * *", duration_s=86400.0, denies=True)
    assert opens_at((never,), 1000.0) is None


@pytest.mark.parametrize(
    ("when", "hours"), [("2026-03-29T01:30", 1.5), ("2026-10-25T01:30", 2.5)], ids=["short", "long"]
)
def test_a_window_has_its_length_on_the_day_that_clocks_change(when: str, hours: float) -> None:
    window = HealWindow(cron="30 1 * * *", duration_s=hours * 3600.0, timezone=BERLIN)
    began = at(when)
    assert is_open((window,), began + hours * 3600.0 - 1)
    assert not is_open((window,), began + hours * 3600.0)


def test_outside_of_a_window_drift_and_commits_wait_and_rows_say_until_when() -> None:
    soon = HealWindow(cron="0 1 * * *", duration_s=3600.0)
    made = applied("a", healing=True, heal_windows=(soon,))
    assert written(made.drift("a", 6, **BAD)) == []
    held = made.row("a").held
    assert held is not None
    assert (held.by, held.until) == (HeldBy.WINDOW, 3600.0)
    assert held.words == "outside of its heal_windows: healed from 1970-01-01 01:00 UTC on"
    assert 3600.0 in alarms(made.effects)
    (view,) = snapshot(made.state, Snapshot()).apps
    assert view.held == held
    assert written(made.read_through(document(CONFIG_MAP, "a", data={"a": "3"}), number=2)) == []
    assert written(made.execute(made.plan("a"))) == [A]


def test_when_the_window_begins_what_waited_is_healed() -> None:
    soon = HealWindow(cron="0 1 * * *", duration_s=3600.0)
    made = applied("a", healing=True, heal_windows=(soon,))
    made.drift("a", 6, **BAD)
    made.now = 3599.0
    assert written(made.wait(0.0)) == []
    assert written(made.wait(1.0)) == [A]
    assert made.row("a").held is None
    assert made.told(EventName.HEAL_SKIPPED) == []


def test_a_time_of_another_zone_is_reckoned_by_its_clock() -> None:
    assert at("2026-11-27T22:00") == datetime(2026, 11, 27, 21, tzinfo=UTC).timestamp()
