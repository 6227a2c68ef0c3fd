"""The stages of a plan: all of one is answered before the next begins.

What decides is, in this order: which apps an app depends on, the wave that Git gives the object,
and the rank of its kind.  Whatever Git says, no object comes before its namespace or the definition
of its kind, if the same plan brings them.  Deletes go the other way round, after all writes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from core.model import Key, Plan, Step, Verb
from core.reconcile.acting.order.ranks import Rank, rank_of

_Place: TypeAlias = tuple[int, int, int]  # depth of the app, wave, rank
NO_DEPTHS: Final[Mapping[str, int]] = {}


@dataclass(frozen=True, slots=True)
class Order:
    """What is said about the order of objects, beside their kinds."""

    waves: Mapping[Key, int] = field(default_factory=dict)  # of Argo CD; 0 for those left out
    depths: Mapping[str, int] = field(default_factory=dict)  # by app: how many come before it


NO_ORDER: Final = Order()


def staged(steps: Iterable[Step], depths: Mapping[str, int] = NO_DEPTHS) -> tuple[Step, ...]:
    """Put the steps that write into order, each with the number of its stage.

    Args:
        steps: In any order.
        depths: How many apps are to be in sync before an app; 0 for those that are left out.
    """
    steps = tuple(steps)
    places = _places(steps, depths)
    return _numbered(sorted(steps, key=lambda step: (places[step.key], step.key)), places, 0)


def staged_back(
    steps: Iterable[Step], depths: Mapping[str, int] = NO_DEPTHS, *, after: Sequence[Step] = ()
) -> tuple[Step, ...]:
    """Put the steps that take objects away into order: what came last goes first.

    Args:
        steps: In any order.
        depths: As for `staged`.
        after: The steps that are done before; the stages go on behind theirs.
    """
    steps = tuple(steps)
    places = _places(steps, depths)
    found = sorted(steps, key=lambda step: (places[step.key], step.key), reverse=True)
    return _numbered(found, places, max((step.stage for step in after), default=-1) + 1)


def stages(plan: Plan) -> tuple[tuple[Step, ...], ...]:
    """Cut the runnable steps of a plan into stages; each waits for the one before.

    What is pruned is in none: that comes last, one by one.
    """
    found: dict[int, list[Step]] = {}
    for step in plan.runnable:
        if step.verb is Verb.PRUNE:
            continue
        found.setdefault(step.stage, []).append(step)
    return tuple(tuple(found[number]) for number in sorted(found))


def _numbered(steps: Sequence[Step], places: Mapping[Key, _Place], first: int) -> tuple[Step, ...]:
    numbers: dict[_Place, int] = {}
    for step in steps:
        numbers.setdefault(places[step.key], first + len(numbers))
    return tuple(replace(step, stage=numbers[places[step.key]]) for step in steps)


def _places(steps: Sequence[Step], depths: Mapping[str, int]) -> Mapping[Key, _Place]:
    """Say of each step when it is due, behind what it is inside of."""
    own = {
        step.key: (depths.get(step.key.app, 0), step.wave, int(rank_of(step.kind)))
        for step in steps
    }
    namespaces: dict[str, _Place] = {}
    groups: dict[str, _Place] = {}  # of kinds that are defined
    for step in steps:
        name, place = step.key.ref.name, own[step.key]
        if place[-1] == Rank.NAMESPACE:
            namespaces[name] = max(place, namespaces.get(name, place))
        elif place[-1] == Rank.DEFINITION and "." in name:
            group = name.partition(".")[2]
            groups[group] = max(place, groups.get(group, place))
    return {
        step.key: _behind(
            own[step.key],
            namespaces.get(step.key.ref.namespace),
            groups.get(step.kind.group),
        )
        for step in steps
    }


def _behind(own: _Place, *containers: _Place | None) -> _Place:
    if own[-1] <= Rank.DEFINITION:
        return own
    depth, wave = max([own[:2], *(place[:2] for place in containers if place is not None)])
    return (depth, wave, own[2])
