"""What goes to the process that speaks to chart repositories, and what comes back."""

from dataclasses import dataclass, field
from typing import Final

from core.model import Problem
from core.model.sources.charts import Chart

FILES_MAX: Final = 1_000  # that are kept
STORED_MAX: Final = 512 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """One version of a chart."""

    version: str
    digest: str  # SHA-256 of its archive, in hex
    at: str  # when it came; RFC 3339, UTC
    seen: str = ""  # how the server calls the state of its index


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One look at a chart repository."""

    chart: Chart
    folder: str  # of the store
    username: str = ""
    token: str = field(default="", repr=False)
    known: Pulled | None = None  # what is here already
    timeout_s: float = 30.0  # of a silence


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How it ended."""

    pulled: Pulled | None = None
    problem: Problem | None = None
