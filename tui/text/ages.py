"""How long ago: one number and one letter."""

from datetime import datetime

_UNITS = ((86400, "d"), (3600, "h"), (60, "m"))


def age(seconds: float) -> str:
    """`12s`, `4m`, `3h` or `2d`; a moment in the future is now."""
    whole = max(0, int(seconds))
    for size, letter in _UNITS:
        if whole >= size:
            return f"{whole // size}{letter}"
    return f"{whole}s"


def epoch_of(stamp: str) -> float | None:
    """Seconds since the epoch of an RFC 3339 stamp; None where it is not one."""
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return moment.timestamp() if moment.tzinfo else None


def age_of_stamp(stamp: str | None, now: float) -> str:
    """The age of an RFC 3339 stamp; `time unknown` where there is none."""
    moment = epoch_of(stamp) if stamp else None
    return "time unknown" if moment is None else f"{age(now - moment)} ago"


def clock_of(epoch: float) -> str:
    """Time of day of *epoch*, local, with seconds."""
    return datetime.fromtimestamp(epoch).astimezone().strftime("%H:%M:%S")
