"""Windows: when an app is written to unasked, as those know them who come from Argo CD.

Inside a window that denies nothing is written; where windows that allow are stated, only inside one
of those.  What time it is, is told; nothing here reads a clock.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from core.model import HealWindow, Held, HeldBy

_ROUNDS: Final = 100  # of changes looked at before nobody knows when it opens


def held_outside(windows: Iterable[HealWindow], now: float) -> Held | None:
    """Say that it is not the time to write, and when it is; None: it is the time."""
    return _held_in_second(tuple(windows), int(now))


@lru_cache(maxsize=1024)
def _held_in_second(windows: tuple[HealWindow, ...], now: int) -> Held | None:
    """Say it for a whole second, in which none begins or ends: each snapshot asks of each app."""
    if is_open(windows, now):
        return None
    until = opens_at(windows, now)
    if until is None:
        return Held(HeldBy.WINDOW, "outside of its heal_windows; none begins any more")
    when = datetime.fromtimestamp(until, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return Held(HeldBy.WINDOW, f"outside of its heal_windows: healed from {when} on", until)


def is_open(windows: Iterable[HealWindow], now: float) -> bool:
    """Tell whether it is the time to write."""
    allowing, denying = _told_apart(windows)
    if any(_ends_at(each, now) is not None for each in denying):
        return False
    return not allowing or any(_ends_at(each, now) is not None for each in allowing)


def opens_at(windows: Iterable[HealWindow], now: float) -> float | None:
    """Return when it is the time to write next; None where that cannot be found."""
    windows = tuple(windows)
    allowing, denying = _told_apart(windows)
    at = now
    for _ in range(_ROUNDS):
        if is_open(windows, at):
            return at
        ends = [end for each in denying if (end := _ends_at(each, at)) is not None]
        begins = [begin for each in allowing if (begin := _begins_after(each, at)) is not None]
        later = ends or begins
        if not later:
            return None
        at = min(later)
    return None


def _told_apart(
    windows: Iterable[HealWindow],
) -> tuple[tuple[HealWindow, ...], tuple[HealWindow, ...]]:
    windows = tuple(windows)
    return (
        tuple(each for each in windows if not each.denies),
        tuple(each for each in windows if each.denies),
    )


def _ends_at(window: HealWindow, at: float) -> float | None:
    """Return when a window ends that *at* lies in; None where it lies in none."""
    moment = datetime.fromtimestamp(at, ZoneInfo(window.timezone))
    # What begins this very minute has begun: the one before the next minute is it.
    following = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
    try:
        began = next(CronSim(window.cron, following, reverse=True)).timestamp()
    except (CronSimError, StopIteration):
        return None
    end = began + window.duration_s
    return end if began <= at < end else None


def _begins_after(window: HealWindow, at: float) -> float | None:
    moment = datetime.fromtimestamp(at, ZoneInfo(window.timezone))
    try:
        return next(CronSim(window.cron, moment)).timestamp()
    except (CronSimError, StopIteration):
        return None
