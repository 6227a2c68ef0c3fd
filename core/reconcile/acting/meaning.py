"""Which differences of an object a revert means, and what becomes of the others."""

from collections.abc import Iterable

from core.compare.equality.walk import How
from core.model import Absent, FieldChange, FieldVerdict, InfoClass, ObjectRef
from core.model.paths import Parts, parse_path
from core.reconcile.acting.plans import opened


def nothing_to_do(ref: ObjectRef, kept: Iterable[FieldChange]) -> str:
    """Say why an object needs nothing: it is so already, or it is for others to decide."""
    named = [
        f"{change.path} ({change.note or change.manager or change.verdict})" for change in kept
    ]
    if named:
        return f"{ref}: left alone: {', '.join(named)}"
    return f"{ref} is already as it will be in Git: nothing to do"


def is_meant(change: FieldChange, meant: Iterable[tuple[Parts, How]]) -> bool:
    """Tell whether a difference is at, or inside, a place that the revert restates."""
    places = (parse_path(change.path), parse_path(change.place))
    for parts, how in meant:
        if how is How.ORDER:
            if parts == places[0]:
                return True
        elif any(place[: len(parts)] == parts for place in places):
            return bool(parts) or not isinstance(change.git, Absent)
    return False


def apart(changes: Iterable[FieldChange], left: Iterable[FieldChange]) -> list[FieldChange]:
    """Let no container be removed whole that holds something which is left."""
    kept = [parse_path(change.path) for change in left]

    def holds(change: FieldChange) -> bool:
        place = parse_path(change.place)
        return any(parts[: len(place)] == place for parts in kept)

    changes = tuple(changes)
    added = (each for each in changes if isinstance(each.git, Absent))
    return [*opened(changes, {each.place for each in added if holds(each)})]


def is_left(change: FieldChange) -> bool:
    """Tell whether an apply must be kept from it; another order of entries it cannot change."""
    return change.verdict is not FieldVerdict.WARN and change.info is not InfoClass.ORDER


def stuck(changes: Iterable[FieldChange], left: Iterable[FieldChange]) -> str:
    """Say why the one cannot be done without the other; "" where it can."""
    for change in changes:
        if not change.healable:
            return f"cannot be applied: {change.path}: {change.note}"
    for other in left:
        holder = parse_path(other.path)
        for change in changes:
            if parse_path(change.path)[: len(holder)] == holder:
                return f"cannot be undone alone: {other.path} differs as a whole"
    return ""
