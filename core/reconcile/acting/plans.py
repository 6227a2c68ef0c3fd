"""What to do about drift, decided before anything is done, so that it can be shown first."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from core.compare import MANAGER
from core.model import (
    Absent,
    Coming,
    Drift,
    FieldChange,
    FieldVerdict,
    InfoClass,
    Key,
    Plan,
    Step,
    Verb,
    Verdict,
)
from core.reconcile.acting.order.stages import NO_ORDER, Order, staged

_NAMED_MAX = 5  # apps in one note
_NOTHING_HELD: Mapping[Key, frozenset[str]] = {}


def plan_of(
    rows: Iterable[Drift],
    *,
    revisions: Mapping[str, str],
    inventories: Mapping[str, str],
    claims: Mapping[Key, str],
    held: Mapping[Key, frozenset[str]] = _NOTHING_HELD,
    order: Order = NO_ORDER,
) -> Plan:
    """Order the calls that bring *rows* back to Git.

    Args:
        rows: The objects to act on; those in sync and ours, contested, extra or unknown are left
            out.  All must be of one cluster: those of any other than the first are left out too.
        revisions: App to commit, for those apps.
        inventories: App to the reason why its inventory cannot be written; "" when it can.
        claims: Objects that another app states, too, and that app.
        held: Paths of fields that are to stay as they are, although they drifted.
        order: What says more about it than the kinds.

    Returns:
        A plan whose steps name each object with the uid and version they were decided on.
    """
    chosen = sorted(rows, key=lambda row: row.key)
    cluster = chosen[0].cluster if chosen else ""
    made = (
        replace(
            _step(row, claims.get(row.key, ""), held.get(row.key, frozenset())),
            wave=order.waves.get(row.key, 0),
        )
        for row in chosen
        if row.cluster == cluster and row.apart
    )
    steps = staged(made, order.depths)
    apps = sorted({step.key.app for step in steps})
    return Plan(
        cluster,
        steps,
        {app: revisions.get(app, "") for app in apps},
        notes_of(apps, steps, inventories),
    )


def _step(row: Drift, other: str, held: frozenset[str]) -> Step:
    drifts = _apart(row, held)
    stuck = [change for change in drifts if not change.healable]
    hindering = stuck if len(stuck) == len(drifts) else _stated(stuck)
    problem = f"cannot be applied: {hindering[0].path}: {hindering[0].note}" if hindering else ""
    if other:
        problem = stated_twice(other)
    if row.untaken:
        stands = tuple(change for change in row.changes if change.verdict is FieldVerdict.INFO)
        return Step(row.key, row.kind, Verb.TAKE_OVER, row.stamp or Coming(), (), problem, stands)
    return Step(
        row.key,
        row.kind,
        Verb.CREATE if row.verdict is Verdict.MISSING else Verb.APPLY,
        row.stamp or Coming(),
        drifts if problem else workable(drifts),
        problem,
        tuple(change for change in row.changes if change.path in held or _is_left(change)),
    )


def stated_twice(other: str) -> str:
    """Say why an object is left out that another app states, too."""
    return f"app {other} states it, too; one of the two must give it up"


def _apart(row: Drift, held: frozenset[str]) -> tuple[FieldChange, ...]:
    """Return the drift of a row without what is held; a container that holds such a field stays."""
    kept = {change.place for change in row.drifts if change.path in held}
    return opened((change for change in row.drifts if change.path not in held), kept)


def workable(drifts: Iterable[FieldChange]) -> tuple[FieldChange, ...]:
    """Return what can be put right of an object's drift; nothing, if what Git states cannot.

    An apply states all or nothing, but what others added goes field by field: one that has to stay
    keeps none of the others, only the container around it.
    """
    drifts = tuple(drifts)
    stuck = [change for change in drifts if not change.healable]
    if _stated(stuck):
        return ()
    kept = {change.place for change in stuck}
    return opened((change for change in drifts if change.healable), kept)


def opened(changes: Iterable[FieldChange], kept: Collection[str]) -> tuple[FieldChange, ...]:
    """Let *changes* go field by field where the container around them is *kept*."""
    return tuple(
        replace(change, place="") if change.place in kept else change for change in changes
    )


def _stated(changes: Iterable[FieldChange]) -> list[FieldChange]:
    return [change for change in changes if not isinstance(change.git, Absent)]


def _is_left(change: FieldChange) -> bool:
    """Tell whether a field is for others to decide, or cannot go: an apply must not take it.

    Also one that Git no longer states: left out of an apply, what only we own would be deleted, and
    the server would put its default there (one replica, under an autoscaler).
    """
    bookkeeping = change.verdict is FieldVerdict.INFO and change.info is InfoClass.BOOKKEEPING
    stays = change.verdict is FieldVerdict.DRIFT and not change.healable
    return change.verdict is FieldVerdict.CONTESTED or bookkeeping or stays


def notes_of(
    apps: Iterable[str], steps: Iterable[Step], inventories: Mapping[str, str]
) -> tuple[str, ...]:
    """Say what the reader of a plan should know beside its steps."""
    alike: dict[str, list[str]] = {}
    for app in apps:
        alike.setdefault(inventories.get(app, ""), []).append(app)
    notes = [
        f"{_named(names)}: the inventory cannot be written ({problem}); the sync works without"
        if problem
        else f"{_named(names)}: what is applied is entered in the inventory"
        for problem, names in alike.items()
    ]
    steps = tuple(steps)
    if any(step.verb is Verb.TAKE_OVER for step in steps):
        notes.append("taking over changes no field: what is there is applied as driftdeck's own")
    overruled = _counted(change for step in steps for change in step.changes)
    notes += [f"overrules {manager} in {n} field(s)" for manager, n in overruled]
    respected = _counted(
        change
        for step in steps
        for change in step.left
        if step.verb is not Verb.TAKE_OVER and change.verdict is not FieldVerdict.DRIFT
    )
    notes += [f"leaves {n} field(s) to {manager}" for manager, n in respected]
    notes += [
        f"{step.key.ref}: {change.path} stays: {change.note}"
        for step in steps
        for change in step.left
        if change.verdict is FieldVerdict.DRIFT and not change.healable and not step.problem
    ]
    return tuple(notes)


def _named(apps: Sequence[str]) -> str:
    """Name a few apps; count many."""
    if len(apps) > _NAMED_MAX:
        return f"{len(apps)} apps"
    return f"app{'' if len(apps) == 1 else 's'} {', '.join(apps)}"


def _counted(changes: Iterable[FieldChange]) -> list[tuple[str, int]]:
    """Count fields by the manager that set them live."""
    found = (change.actor.manager for change in changes if change.actor is not None)
    return sorted(Counter(name for name in found if name and name != MANAGER).items())


def keys_of(plan: Plan) -> frozenset[Key]:
    """The objects a plan touches."""
    return frozenset(step.key for step in plan.runnable)
