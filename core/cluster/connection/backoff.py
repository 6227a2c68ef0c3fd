"""How long to wait before asking again: client-go's reflector, number for number."""

from core.clock import Clock

FIRST_S = 0.8
FACTOR = 2.0
CAP_S = 30.0
JITTER = 1.0  # so the steady state is 30 to 60 s, and many clients spread out
RESET_AFTER_S = 120.0  # without use


class Backoff:
    """Delays that double up to a cap; one of these per reflector.

    Source:
        The defaults of client-go's reflector (kubernetes/client-go, tools/cache/reflector.go).
    """

    def __init__(self, clock: Clock, *, cap_s: float = CAP_S) -> None:
        """Take time and dice from *clock*; doubling stops at *cap_s*."""
        self._clock, self._cap_s = clock, cap_s
        self._delay_s = FIRST_S
        self._used_at = clock.monotonic()

    def reset(self) -> None:
        """Start over: what was waited for has worked, and for long enough."""
        self._delay_s = FIRST_S

    def next_s(self) -> float:
        """Return the delay before the next attempt, in seconds."""
        now = self._clock.monotonic()
        if now - self._used_at > RESET_AFTER_S:
            self._delay_s = FIRST_S
        self._used_at = now
        delay_s = self._delay_s
        self._delay_s = min(self._cap_s, delay_s * FACTOR)
        return delay_s * (1 + JITTER * self._clock.random())
