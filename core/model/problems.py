"""What is wrong, as a value: its words, and what somebody can do about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

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
