"""Time and dice, handed in so that tests own both."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What an adapter knows of time; nothing else in it may ask."""

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time  # seconds since the epoch, for dates in answers
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    random: Callable[[], float] = random.SystemRandom().random  # in [0, 1)
