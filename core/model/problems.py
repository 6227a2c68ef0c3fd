"""What is wrong, as a value: its words, and what somebody can do about it.

So are guards: what stands between an object that Git dropped and its deletion.  Their ids are those
of the rule page `core/reconcile/safety.md`, section 3.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from typing_extensions import override

from core.errors import (
    DeniedError,
    OutdatedError,
    ProductError,
    RejectedError,
    UnavailableError,
    UsageError,
)


class Remedy(StrEnum):
    """What ends a problem; the worst one last."""

    FIX_SETTINGS = "fix_settings"  # the command line, driftdeck.yaml or the kubeconfig
    WAIT = "wait"  # nothing: it is tried again
    GRANT = "grant"  # a permission
    CHANGE_GIT = "change_git"  # what Git states is refused
    LOOK_AGAIN = "look_again"  # the world moved on


_WORSE: Final = tuple(Remedy)
_ERRORS: Final[Mapping[Remedy, type[ProductError]]] = {
    Remedy.FIX_SETTINGS: UsageError,
    Remedy.WAIT: UnavailableError,
    Remedy.GRANT: DeniedError,
    Remedy.CHANGE_GIT: RejectedError,
    Remedy.LOOK_AGAIN: OutdatedError,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong."""

    remedy: Remedy
    words: str
    retry_after_s: float | None = None  # when there is hope of another answer
    stopped: bool = False  # not tried, for what it needs is not there

    @override
    def __str__(self) -> str:
        return self.words


def problem_of(error: ProductError) -> Problem:
    """Return an error as a value."""
    found = (remedy for remedy, kind in _ERRORS.items() if isinstance(error, kind))
    return Problem(next(found, Remedy.FIX_SETTINGS), str(error), error.retry_after_s)


def error_of(problem: Problem) -> ProductError:
    """Return a problem as the error that it was."""
    return _ERRORS[problem.remedy](problem.words)


def worst_of(problems: Iterable[Problem]) -> Problem | None:
    """Return the worst problem, the first one of several as bad; None where there is none."""
    return max(problems, key=lambda problem: _WORSE.index(problem.remedy), default=None)


def one_server_words(first: str, second: str, told_by: str) -> str:
    """Say that two clusters of the settings are one server, and what to do."""
    return (
        f"the clusters {first} and {second} are one API server ({told_by});"
        f" name {first} in the apps of {second}, and take {second} out of the settings"
    )


# Guards ---------------------------------------------------------------------------------------


class Guard(StrEnum):
    """The reason code of a guard: nine are of an app as a whole, the others of one object."""

    SOURCE_KNOWN = "G1"
    PATH_PRESENT = "G2"
    RENDERING_COMPLETE = "G3"
    NOT_EMPTY = "G4"
    NOT_SHRINKING_FAST = "G5"
    CLUSTER_KNOWN = "G6"
    SAME_CLUSTER = "G7"
    LEADER = "G8"
    TWO_LOOKS = "G9"
    SAME_OBJECT = "P1"
    OURS = "P2"
    NOT_PROTECTED = "P3"
    UNCLAIMED = "P4"
    AS_PLANNED = "P5"
    RECORDED = "P6"

    @property
    def called(self) -> str:
        """The id with what it asks for: `G5 not shrinking fast`."""
        return f"{self.value} {self.name.lower().replace('_', ' ')}"


@dataclass(frozen=True, slots=True)
class Allowed:
    """The guard lets it pass."""

    guard: Guard
    words: str

    @override
    def __str__(self) -> str:
        return f"{self.guard.called}: {self.words}"


@dataclass(frozen=True, slots=True)
class Blocked:
    """The guard stops it."""

    guard: Guard
    words: str
    person: bool = False  # a person who confirms this very plan may let it pass
    pending: bool = False  # nothing is wrong: an answer or time lets it pass

    @override
    def __str__(self) -> str:
        return f"{self.guard.called}: {self.words}"


Clearance: TypeAlias = Allowed | Blocked


def stopping(found: Iterable[Clearance], *, confirmed: bool = False) -> Blocked | None:
    """Return the first guard that stops; what is pending stops, too, if nothing else does."""
    blocks = [
        each for each in found if isinstance(each, Blocked) and not (confirmed and each.person)
    ]
    return next((each for each in blocks if not each.pending), next(iter(blocks), None))
