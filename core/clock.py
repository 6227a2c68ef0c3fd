"""Time and dice, handed in so that tests own both."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

# Counts the time that a machine sleeps, too, where the system has such a clock.
_BOOTTIME: Final[int] = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def _since_boot() -> float:
    return time.clock_gettime(_BOOTTIME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What an adapter knows of time; nothing else in it may ask."""

    monotonic: Callable[[], float] = time.monotonic
    since_boot: Callable[[], float] = _since_boot  # for what ends while a machine sleeps, too
    wall: Callable[[], float] = time.time  # seconds since the epoch, for dates in answers
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    random: Callable[[], float] = random.SystemRandom().random  # in [0, 1)
