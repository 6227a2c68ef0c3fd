"""Moments as people read them: written out in UTC, or as one number and one letter."""

from typing import Final

from core.model import epoch_of

_UNITS: Final = ((86400, "d"), (3600, "h"), (60, "m"))


def moment(rfc3339: str) -> str:
    """Shorten a time in UTC to what people read: 2026-07-01 12:00:03 UTC."""
    day, _, clock = rfc3339.partition("T")
    return f"{day} {clock[:8]} UTC" if clock else day


def age(seconds: float) -> str:
    """`12s`, `4m`, `3h` or `2d`; a moment in the future is now."""
    whole = max(0, int(seconds))
    for size, letter in _UNITS:
        if whole >= size:
            return f"{whole // size}{letter}"
    return f"{whole}s"


def lasting(seconds: float) -> str:
    """How long something is to last, whole: `1h 30m`, where an age would say `1h`."""
    parts, left = [], max(0, int(seconds))
    for size, letter in _UNITS:
        if left >= size:
            parts.append(f"{left // size}{letter}")
            left %= size
    return " ".join([*parts, *([f"{left}s"] if left or not parts else [])])


def aged(stamp: str | None, now: float) -> str:
    """The age of an RFC 3339 stamp; `time unknown` where there is none."""
    epoch = epoch_of(stamp) if stamp else None
    return "time unknown" if epoch is None else age(now - epoch)


def ago(stamp: str | None, now: float) -> str:
    """The same as a moment of the past: `12s ago`."""
    words = aged(stamp, now)
    return f"{words} ago" if words != "time unknown" else words


def written(stamp: str, now: float) -> str:
    """The age of a stamp and the time written out: `12s ago (2026-07-01 12:00:03 UTC)`."""
    if epoch_of(stamp) is None:
        return stamp or "time unknown"
    return f"{ago(stamp, now)} ({moment(stamp)})"
