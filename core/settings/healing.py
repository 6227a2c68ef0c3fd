"""What is put right unasked, and how much of it: settings of an app, and how they are read."""

from typing import TYPE_CHECKING, Final

from core.settings.checks import FieldError
from core.settings.fields import Field, Place
from core.settings.readers import as_stated

if TYPE_CHECKING:
    from core.model import Json

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
