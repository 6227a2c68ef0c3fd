"""When a key may confirm: the rules against accidents, without a screen."""

from dataclasses import dataclass

ARM_S = 0.4  # after what is confirmed was painted
REPEAT_S = 0.1  # faster than this a held key repeats, not a person


@dataclass(slots=True)
class Guard:
    """Knows what was painted when, and which key came before.  Times are monotonic seconds."""

    opened_by: str = ""  # this key is dead until another one was pressed
    armed_at: float = float("inf")
    last_key: str = ""
    last_at: float = float("-inf")

    def changed(self) -> None:
        """Something else is to be shown; it was not seen yet."""
        self.armed_at = float("inf")

    def painted(self, now: float) -> None:
        """What is to be confirmed is on the screen."""
        self.armed_at = now + ARM_S

    def armed(self, now: float) -> bool:
        """Whether a person had the time to read."""
        return now >= self.armed_at

    def allows(self, key: str, now: float) -> bool:
        """Take note of *key*; whether it may confirm."""
        held = key == self.last_key and now - self.last_at < REPEAT_S
        self.last_key, self.last_at = key, now
        if key != self.opened_by:
            self.opened_by = ""
        return self.armed(now) and not held and key != self.opened_by
