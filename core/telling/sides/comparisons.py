"""Two states of Git against each other: what becomes of each object, and how they add up."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from core.model.answers.comparisons import Comparison, End, Turn
from core.telling.spans import Role

ROLES: Final[Mapping[Turn, Role]] = {
    Turn.CHANGED: Role.DRIFTED,
    Turn.REMOVED: Role.EXTRA,
    Turn.ADDED: Role.MISSING,
}


def counted(comparison: Comparison) -> Counter[Turn]:
    """Count the objects that are not stated alike."""
    return Counter(row.turn for row in comparison.objects)


def totals(comparison: Comparison) -> str:
    """Count the objects in words: `1 changed, 2 added, 7 the same`."""
    found = counted(comparison)
    parts = [f"{found[turn]} {turn}" for turn in Turn if found[turn]]
    unfinished = " (not complete)" if comparison.problems else ""
    return ", ".join([*parts, f"{comparison.same} the same"]) + unfinished


def place_of(end: End) -> str:
    """Say where one of the two is: a revision and a folder of it, or a cluster."""
    if end.live:
        return f"live in {end.live}"
    where = f" path {end.spec.path}" if end.spec.path else ""
    return f"{end.spec.revision}{where}"
