"""Whether an object works, which its verdict says nothing about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.model.values import Key


class HealthState(StrEnum):
    """What kstatus calls the status of an object."""

    CURRENT = "current"  # it works, as far as anything tells
    IN_PROGRESS = "in_progress"  # not yet
    FAILED = "failed"  # and it does not get there by itself, as far as anything tells
    TERMINATING = "terminating"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Health:
    """Whether one object works, and what its status says about that."""

    state: HealthState
    words: str = ""


@dataclass(frozen=True, slots=True)
class Healths:
    """Whether objects work; what is not there, or was never read, is not among them."""

    of: Mapping[Key, Health] = field(default_factory=dict)
