"""What is wrong, as a value: its words, and what somebody can do about it."""

from collections.abc import Iterable
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
_REMEDIES: Final[tuple[tuple[type[ProductError], Remedy], ...]] = (
    (UnavailableError, Remedy.WAIT),
    (DeniedError, Remedy.GRANT),
    (RejectedError, Remedy.CHANGE_GIT),
    (OutdatedError, Remedy.LOOK_AGAIN),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong."""

    remedy: Remedy
    words: str
    retry_after_s: float | None = None  # when there is hope of another answer

    @override
    def __str__(self) -> str:
        return self.words


def problem_of(error: ProductError) -> Problem:
    """Return an error as a value."""
    found = (remedy for kind, remedy in _REMEDIES if isinstance(error, kind))
    return Problem(next(found, Remedy.FIX_SETTINGS), str(error), error.retry_after_s)


def error_of(problem: Problem) -> ProductError:
    """Return a problem as an error, for those who raise them."""
    kinds = {remedy: kind for kind, remedy in _REMEDIES}
    return kinds.get(problem.remedy, UsageError)(problem.words)


def worst_of(problems: Iterable[Problem]) -> Problem | None:
    """Return the worst problem, the first one of several as bad; None where there is none."""
    return max(problems, key=lambda problem: _WORSE.index(problem.remedy), default=None)
