"""What is put right unasked, and how much of it: settings of an app, and how they are read."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.settings.checks import FieldError, one_of
from core.settings.fields import Field, Place, mapping, read_fields
from core.settings.readers import as_stated, seconds_in

if TYPE_CHECKING:
    from core.model import HealWindow, Json

_ALLOW: Final = "allow"
_DENY: Final = "deny"
_HEALS_MOST: Final = 100_000
_PERCENT_MOST: Final = 100  # of which nothing is more: there is no mass drift then


def read_heals(value: "Json", place: Place) -> int:
    """Read a number of heals a minute."""
    return _between(value, place, _HEALS_MOST)


def read_percent(value: "Json", place: Place) -> int:
    """Read a share in percent."""
    return _between(value, place, _PERCENT_MOST)


def _between(value: "Json", place: Place, most: int) -> int:
    if not isinstance(value, int) or not 1 <= value <= most:
        raise FieldError(place.key, f"{place.key} is a number from 1 to {most:,}")
    return value


def read_heal_after(value: "Json", place: Place) -> tuple[tuple[str, float], ...]:
    """Read how old an edit is before it is healed, by the class of who made it."""
    from core.compare import OwnerClass  # noqa: PLC0415 - lazily: help loads no comparison

    found: dict[str, float] = {}
    for name, text in value.items() if isinstance(value, dict) else ():
        one_of(place.key, name, OwnerClass)
        seconds = seconds_in(str(text), "smhd")
        if seconds is None:
            raise place.inside(name).error(f"{name} is written like 30s, 15m or 2h")
        found[name] = seconds
    return tuple(found.items())


def read_windows(value: "Json", place: Place) -> "tuple[HealWindow, ...]":
    """Read when an app is written to unasked."""
    entries = value if isinstance(value, list) else []
    return tuple(_window(place.inside(i), entry) for i, entry in enumerate(entries))


def _window(place: Place, entry: "Json") -> "HealWindow":
    from core.model import HealWindow  # noqa: PLC0415 - lazily: help loads no model

    found = read_fields(WINDOW, place, mapping(WINDOW, place, entry))
    return HealWindow(
        cron=found["cron"],
        duration_s=found["duration"],
        timezone=found["timezone"],
        denies=found["kind"] == _DENY,
    )


def read_cron(value: "Json", place: Place) -> str:
    """Read when a window begins."""
    from cronsim import CronSim, CronSimError  # noqa: PLC0415 - lazily, as above

    text = str(value)
    try:
        next(CronSim(text, datetime(2024, 1, 1, tzinfo=UTC)))
    except (CronSimError, StopIteration) as error:
        reason = f'{place.key} is five fields of cron, like "0 22 * * 1-5" ({error})'
        raise FieldError(place.key, reason) from error
    return text


def read_length(value: "Json", place: Place) -> float:
    """Read how long a window is."""
    seconds = seconds_in(str(value), "smhd")
    if not seconds:
        raise FieldError(place.key, f"{place.key} is written like 30m, 2h or 1d")
    return seconds


def read_timezone(value: "Json", place: Place) -> str:
    """Read the name of a time zone."""
    try:
        ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        reason = f'"{value}" is no time zone that is known here, like Europe/Berlin'
        raise FieldError(place.key, reason) from error
    return str(value)


def read_kind(value: "Json", place: Place) -> str:
    """Read whether a window allows or denies."""
    if value not in {_ALLOW, _DENY}:
        raise FieldError(place.key, f"{place.key} is {_ALLOW} or {_DENY}")
    return str(value)


WINDOW: Final = (
    Field(
        name="cron",
        type=str,
        read=read_cron,
        needed=True,
        help='When it begins: minute, hour, day, month and weekday, like "0 22 * * 1-5".',
    ),
    Field(
        name="duration", type=str, read=read_length, needed=True, help="How long it is, like 2h."
    ),
    Field(
        name="timezone",
        type=str,
        read=read_timezone,
        default="UTC",
        help="Whose clock it goes by, like Europe/Berlin.",
    ),
    Field(
        name="kind",
        type=str,
        read=read_kind,
        default=_ALLOW,
        help="Whether it allows or denies; within one that denies nothing is written.",
    ),
)

HEALING: Final = (
    Field(
        name="heal",
        type=bool,
        read=as_stated,
        default=True,
        help="Whether --autoheal corrects its drift.",
    ),
    Field(
        name="follow",
        type=bool,
        read=as_stated,
        default=True,
        help="Whether --autoheal applies its new commits.",
    ),
    Field(
        name="prune",
        type=bool,
        read=as_stated,
        default=False,
        help="Whether --autoheal deletes what it applied and Git no longer has.",
    ),
    Field(
        name="allow_empty",
        type=bool,
        read=as_stated,
        default=False,
        help="Whether a person may confirm a prune that leaves nothing.",
    ),
    Field(
        name="heal_after",
        type=dict,
        read=read_heal_after,
        help="How old an edit is before it is healed, by its writer's class, like {human: 15m}.",
    ),
    Field(
        name="heal_windows",
        type=list,
        read=read_windows,
        help="When it is written to unasked, be it a heal or a new commit; left out, always.",
    ),
    Field(
        name="mass_drift",
        type=int,
        read=read_percent,
        default=30,
        help="Percent of its objects; if more (and 5) drift at once, none is healed unasked.",
    ),
    Field(
        name="take_over",
        type=bool,
        read=as_stated,
        default=False,
        help="Whether it takes over what Flux, Argo CD or Helm still track, too.",
    ),
)
