"""What will be done, and how it ended: every object in full, for a person accepts these words."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, assert_never

from core.model import (
    Allowed,
    Clearance,
    Drift,
    FieldVerdict,
    Plan,
    Remedy,
    Run,
    Snapshot,
    Step,
    Verb,
    Verdict,
)
from core.model.answers.adoptions import Adopted
from core.model.values import few
from core.telling.objects import name_of
from core.telling.spans import Line, Role, say

_OURS: Final = "driftdeck"  # what we wrote ourselves needs no name
_MADE: Final = {"revert": "reverted", "rollback": "rolled back"}
_REST: Final[Mapping[Remedy, str]] = {  # what became of a step that was not done
    Remedy.GRANT: "refused",
    Remedy.CHANGE_GIT: "refused",
    Remedy.FIX_SETTINGS: "refused",
    Remedy.LOOK_AGAIN: "changed meanwhile",
    Remedy.WAIT: "not answered",
}
AFTER_MERGE: Final = "Not done now; once the branch is merged, this follows:"
_NAMED_MAX: Final = 10  # of names in one sentence


def title(plan: Plan) -> Line:
    """Where it runs."""
    return (say(f"Plan for cluster {plan.called}", Role.TITLE),)


def heading(plan: Plan, what: str = "") -> str:
    """`Sync 3 objects on prod-eu-1`: what a person is asked about."""
    return say(f"Sync {what or objects(len(plan.runnable))} on {plan.called}")[0]


def objects(count: int) -> str:
    """`1 object`, `3 objects`."""
    return f"{count} object{'' if count == 1 else 's'}"


def listed(names: Sequence[str]) -> str:
    """Name the first of several, and count the rest."""
    return few(names, _NAMED_MAX)


def fields(count: int) -> str:
    """`1 field`, `3 fields`."""
    return f"{count} field{'' if count == 1 else 's'}"


def revision(app: str, commit: str) -> Line:
    """Which commit of an app it makes true."""
    return (say(f"app {app} ", Role.MUTED), say(f"at {commit[:7]}", Role.GIT))


def counts(plan: Plan) -> str:
    """Count what a plan does: 2 to create, 1 to apply."""
    verbs = Counter(step.verb for step in plan.runnable)
    parts = [f"{verbs[verb]} to {_wish(verb)}" for verb in Verb if verbs[verb]]
    return ", ".join(parts) or "nothing to do"


def totals(plan: Plan) -> str:
    """Count what a plan does and what it cannot."""
    left_out = len(plan.steps) - len(plan.runnable)
    hindered = [f"{left_out} cannot be done"] if left_out else []
    return "; ".join([*([counts(plan)] if plan.runnable else []), *hindered]) or counts(plan)


def outlook(plan: Plan) -> str:
    """Count what is to come in words that no one takes for done: 1 to create, 2 to change."""
    verbs = Counter(step.verb for step in plan.runnable)
    parts = [f"{verbs[verb]} to {_deed(verb)[0].strip()}" for verb in Verb if verbs[verb]]
    left_out = len(plan.steps) - len(plan.runnable)
    return ", ".join([*parts, *([f"{left_out} left out"] if left_out else [])]) or "nothing to do"


def step(each: Step) -> Line:
    """`create Deployment shop/web  (shop)`."""
    words = f"{_wish(each.verb)} {name_of(each.key.ref)}  ({each.key.app})"
    return (say(words, Role.ERROR if each.problem else Role.DONE),)


def step_in(cluster: str, each: Step) -> Line:
    """`change  prod / shop / Deployment web`: everything that tells it from its namesakes."""
    ref = each.key.ref
    place = f"{cluster} / {ref.namespace} / " if ref.namespace else f"{cluster} / "
    return (
        ("leave out  ", Role.MUTED) if each.problem else _deed(each.verb),
        say(place, Role.MUTED),
        say(f"{ref.kind} "),
        say(ref.name, Role.STRONG),
    )


def left_in(each: Step) -> Iterator[str]:
    """Name what differs in an object, too, and stays as it is: `left alone: PATH by MANAGER`."""
    for change in each.left:
        if change.verdict in {FieldVerdict.DRIFT, FieldVerdict.CONTESTED}:
            manager = change.manager
            by = f" by {manager}" if manager and manager != _OURS else ""
            yield f"left alone: {change.place if change.swaps else change.path}{by}"


def run(ended: Run) -> Line:
    """How much of it was done, and what became of the rest: `61 done, 1 refused`."""
    words = counted(ended) if ended.problems else f"{ended.done} of {ended.total} done"
    return ((words, Role.ERROR if ended.problems else Role.DONE),)


def faster(ended: Run) -> Iterator[Line]:
    """Name what somebody else did before it was tried, just as it was planned."""
    for words in ended.already:
        yield (say(words, Role.MUTED),)


def counted(ended: Run) -> str:
    """Count what a run did and did not do; what was refused from the start counts, too."""
    others = Counter(
        "stopped" if problem.stopped else _REST[problem.remedy] for problem in ended.problems
    )
    done = f"{ended.done} of {ended.total} done" if ended.total else f"{ended.done} done"
    return ", ".join([done, *(f"{n} {word}" for word, n in others.items())])


def failed(ended: Run) -> str:
    """Say of a run that went wrong how far it came: `sync: 61 done, 1 refused`."""
    what = f"{_undone(ended)}; sync" if ended.revision else ended.what
    if not (ended.total or ended.done):
        return say(f"{what} failed")[0]
    return say(f"{what}: {counted(ended)}")[0]


def progress(ordered: Run) -> str:
    """How far it is: `sync: 2 of 3`, and what it waits for."""
    waits = say(f"; waits for {ordered.waits}")[0] if ordered.waits else ""
    return f"{ordered.what}: {ordered.done} of {ordered.total}{waits}"


def synced(ended: Run) -> str:
    """What a sync did."""
    return f"synced {objects(ended.done)}"


def reverted(ended: Run) -> str:
    """Which commit a revert or a rollback made, and what its sync did."""
    followed = f"{objects(ended.done)} synced" if ended.total else "nothing to sync"
    return say(f"{_undone(ended)}, {followed}")[0]


def undoing(*, back: bool) -> str:
    """Say in nine cells what becomes of the commit that is named next."""
    return "back to  " if back else "reverts  "


def _undone(ended: Run) -> str:
    return f"{_MADE.get(ended.what, 'committed')} as {ended.revision[:7]}"


def whole(each: Adopted) -> str:
    """Say of an object that Git states or drops as a whole that it does; "": fields are taken."""
    if each.gone:
        return "it was deleted in the cluster; Git states it no more, then"
    return "" if each.changes else "Git does not state it yet"


def left_alone(snapshot: Snapshot) -> tuple[str, ...]:
    """Say what a sync does not touch although it is drift, or not ours."""
    extra = sum(row.verdict is Verdict.EXTRA for row in snapshot.rows.values())
    what = "object that Git lacks is" if extra == 1 else "objects that Git lacks are"
    kept = (f"{extra} {what} left alone: a sync without --prune deletes nothing",) if extra else ()
    return (*kept, *_tracked(snapshot), *_unjudged(snapshot))


SECOND_LOOK: Final = "what is pruned goes after the rest, at the second of two looks 30 s apart"


def guarded(snapshot: Snapshot) -> tuple[str, ...]:
    """Say of each app which guard keeps what Git dropped, where no plan can say it."""
    said = (
        f"app {app.spec.name}: nothing is pruned: {app.guarded}"
        for app in snapshot.apps
        if app.guarded
    )
    return (*said, *_unjudged(snapshot))


def guards(plan: Plan) -> Iterator[Line]:
    """Say what each guard says of what is pruned."""
    for app, said in plan.guards.items():
        yield (say(f"before anything of app {app} is pruned:", Role.MUTED),)
        yield from map(_guard, said)


def losses(plan: Plan) -> Iterator[str]:
    """Name each protected object that goes, for a person confirmed it, and what goes with it."""
    for each in plan.runnable:
        if each.protected:
            yield f"{name_of(each.key.ref)} goes, too: {each.protected}"


def confirmation(each: Step) -> str:
    """Say how a person lets a protected object go, or that one did; "" for any other."""
    if not each.protected:
        return ""
    if not each.problem:
        return f"confirmed by its name: {each.protected}"
    named = "/".join(filter(None, (each.key.ref.kind, each.key.ref.namespace, each.key.ref.name)))
    return f"to prune it, too: driftdeck sync {each.key.app} --prune --confirm {named}"


def why_kept(row: Drift) -> str:
    """Say why an object that is not what Git dropped is not pruned."""
    if row.verdict is Verdict.EXTRA:
        return "driftdeck did not apply it"
    if row.verdict is Verdict.UNKNOWN:
        return row.reason
    return "Git states it"


def _guard(said: Clearance) -> Line:
    if isinstance(said, Allowed):
        return (say(f"  holds  {said}", Role.MUTED),)
    if said.pending:
        return (say(f"  waits  {said}", Role.MUTED),)
    asks = ", unless a person confirms it" if said.person else ""
    return (say(f"  stops  {said}{asks}", Role.ERROR),)


def _tracked(snapshot: Snapshot) -> Iterator[str]:
    """Say which objects are left to the engines that still track them."""
    by_engine: dict[str, list[str]] = {}
    for key, row in sorted(snapshot.rows.items()):
        if row.tracked_by and row.verdict is Verdict.IN_SYNC:
            by_engine.setdefault(row.tracked_by, []).append(name_of(key.ref))
    for engine, names in sorted(by_engine.items()):
        yield (
            f"{objects(len(names))} left to {engine}, which tracks them still"
            f" (`take_over: true` takes them): {listed(names)}"
        )


def _unjudged(snapshot: Snapshot) -> Iterator[str]:
    """Say which objects nothing is done about, for it is not known whether they differ."""
    rows = (row for _, row in sorted(snapshot.rows.items()) if row.verdict is Verdict.UNKNOWN)
    names = [f"{name_of(row.key.ref)} ({row.reason})" for row in rows]
    if names:
        yield f"{objects(len(names))} cannot be judged: {listed(names)}"


def _wish(verb: Verb) -> str:
    match verb:
        case Verb.CREATE:
            return "create"
        case Verb.APPLY:
            return "apply"
        case Verb.TAKE_OVER:
            return "take over"
        case Verb.PRUNE:
            return "prune"
        case Verb.UNDO:
            return "put back"
        case _:
            assert_never(verb)


def _deed(verb: Verb) -> tuple[str, Role]:
    match verb:
        case Verb.CREATE:
            return ("create  ", Role.MISSING)
        case Verb.APPLY:
            return ("change  ", Role.DRIFTED)
        case Verb.TAKE_OVER:
            return ("take over  ", Role.GIT)
        case Verb.PRUNE:
            return ("prune  ", Role.ERROR)
        case Verb.UNDO:
            return ("put back  ", Role.DRIFTED)
        case _:
            assert_never(verb)
