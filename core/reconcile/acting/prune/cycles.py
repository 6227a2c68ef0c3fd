"""Looking, again and again, whether what Git dropped may go: the clock of the guards.

A cycle asks Git afresh; when its answer is here and all is judged, that is a look (G9).  Two looks
at the same objects lie 30 s apart.  Where a guard stops it that Git has no say in, Git is not asked
for nothing: the next cycle looks whether the guard still does.
"""

from dataclasses import replace
from typing import Final

from core.model import Blocked, EventName, Key, Verdict, stopping
from core.reconcile.acting.prune.facts import cleared, facts_of, going, guards_of
from core.reconcile.acting.prune.guards import CYCLE_S, findings
from core.reconcile.judging.holds.holds import held_of
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import Prove, ReadSource, WakeAt
from core.reconcile.memory.phases import NO_CYCLE, Look
from core.reconcile.memory.results import Proved
from core.reconcile.memory.state import AppState, inventory_namespace

WANTED_S: Final = 300.0  # so long a person may think about a plan that prunes


def look(draft: Draft) -> tuple[str, ...]:
    """Begin the cycles that are due; return the apps whose objects may go unasked now."""
    free: list[str] = []
    for name, app in tuple(draft.apps.frozen.items()):
        if not app.shown:
            continue
        if not draft.tally(name).dropped:
            if app.cycle is not NO_CYCLE or app.problem is not None:  # not of most apps, each step
                _rest(draft, app)
        elif app.cycle.fresh:
            draft.put_app(replace(app, cycle=replace(app.cycle, fresh=False)))
            free += [name] if _may_go_unasked(draft, app) else []
        elif _is_followed(draft, app) and not app.cycle.asking and app.cycle.due <= draft.now:
            _begin(draft, app)
    return tuple(free)


def want(draft: Draft, name: str, confirmed: frozenset[Key] = frozenset()) -> None:
    """A person asked for a plan that prunes: look, whatever the settings permit."""
    app = draft.app(name)
    until = draft.now + WANTED_S
    draft.put_app(replace(app, cycle=replace(app.cycle, wanted_until=until, confirmed=confirmed)))


def take_proof(draft: Draft, proof: Proved) -> None:
    """Git answered: this is a look, if all is judged."""
    app = draft.app(proof.app)
    confirmed = _confirmed(draft, app)
    uids = frozenset(going(draft, proof.app, confirmed).values())
    first = app.cycle.first
    if first is None or first.uids != uids:
        first = Look(uids, draft.now)
    read = app.source.revision.id if app.source is not None else ""
    is_look = proof.problem is None and proof.revision == read and draft.is_whole(app.spec.name)
    due = draft.now + CYCLE_S
    cycle = replace(
        app.cycle,
        asking=False,
        fresh=True,
        proof=proof,
        proved_at=draft.now,
        first=first if is_look else None,
        due=due,
    )
    app = draft.put_app(replace(app, cycle=cycle))
    draft.effects.append(WakeAt(due))
    if proof.revision not in {read, ""}:
        draft.effects.append(ReadSource(proof.app))
    _tell(draft, app, stopping(guards_of(draft, proof.app, confirmed)) if uids else None)
    _tell_kept(draft, draft.app(proof.app))


def _is_followed(draft: Draft, app: AppState) -> bool:
    return draft.now < app.cycle.wanted_until or _is_permitted(app)


def _confirmed(draft: Draft, app: AppState) -> frozenset[Key]:
    """Return the protected objects that go, too, in the plan that a person wants."""
    return app.cycle.confirmed if draft.now < app.cycle.wanted_until else frozenset()


def _is_permitted(app: AppState) -> bool:
    return app.healing and app.spec.prune


def _rest(draft: Draft, app: AppState) -> None:
    """Nothing is to go, as far as it is known; where Git is lost, that is what guards say."""
    lost = app.problem is not None and _is_permitted(app)
    if not lost and app.cycle == NO_CYCLE:
        return
    assert app.problem is not None or not lost
    _tell(draft, app, Blocked(app.lost_by, str(app.problem)) if lost else None)
    app = draft.app(app.spec.name)
    kept = replace(NO_CYCLE, wanted_until=app.cycle.wanted_until, told=app.cycle.told)
    if not app.cycle.asking and app.cycle != kept:
        draft.put_app(replace(app, cycle=kept))


def _begin(draft: Draft, app: AppState) -> None:
    """Ask Git, unless a guard stops it that Git has no say in."""
    known = app.problem is not None or not draft.cluster(app.spec.cluster).view.connected
    if not known and not draft.is_whole(app.spec.name):
        return  # it will be, soon
    _tell_kept(draft, app)
    app = draft.app(app.spec.name)
    facts = facts_of(draft, app.spec.name, _confirmed(draft, app))
    block = stopping(findings(facts)) if facts.uids else None
    if facts.uids and (block is None or _is_for_git(draft, app, block)):
        draft.put_app(replace(app, cycle=replace(app.cycle, asking=True)))
        cluster = draft.cluster(app.spec.cluster)
        place = (app.spec.name, inventory_namespace(app, cluster))
        draft.effects.append(Prove(app.spec.cluster, *place))
        return
    _tell(draft, app, block)
    app = draft.app(app.spec.name)
    due = draft.now + CYCLE_S
    draft.put_app(replace(app, cycle=replace(app.cycle, due=due, first=None)))
    draft.effects.append(WakeAt(due))


def _is_for_git(draft: Draft, app: AppState, block: Blocked) -> bool:
    """Tell whether asking Git may end a block: also where a person is about to confirm the rest."""
    if block.pending or (block.person and draft.now < app.cycle.wanted_until):
        return True
    return app.cycle.proof is not None and app.cycle.proof.problem == block


def _may_go_unasked(draft: Draft, app: AppState) -> bool:
    name = app.spec.name
    if not _is_permitted(app) or app.cycle.first is None or not app.cycle.first.uids:
        return False
    if any(name in run.apps for run in draft.runs.values()):
        return False
    if held_of(app, draft.cluster(app.spec.cluster), draft.leads, draft.now) is not None:
        return False  # set aside, or drifting as a mass
    if draft.tally(name).counts.get(Verdict.MISSING):
        return False  # what Git adds comes first
    return stopping(guards_of(draft, name)) is None


def _tell(draft: Draft, app: AppState, block: Blocked | None) -> None:
    """Say what stops it, once for each reason; the rows say it, too."""
    said = str(block) if block is not None and not block.pending else ""
    cycle = app.cycle
    if said == cycle.told:
        return
    draft.put_app(replace(app, cycle=replace(cycle, told=said)))
    draft.judge_all_again(draft.tally(app.spec.name).dropped)
    if said:
        draft.tell(
            EventName.PRUNE_BLOCKED,
            app=app.spec.name,
            cluster=app.spec.cluster,
            revision=app.source.revision.id if app.source is not None else "",
            message=said,
        )


def _tell_kept(draft: Draft, app: AppState) -> None:
    """Say of each object that is kept why, once for each reason."""
    said = cleared(draft, app.spec.name).items()
    kept = frozenset((key, str(each)) for key, each in said if isinstance(each, Blocked))
    for key, words in sorted(kept - app.cycle.kept):
        row = draft.row(key)
        if row is not None:
            draft.tell_of(EventName.PRUNE_BLOCKED, row, changes=(), message=words)
    if kept != app.cycle.kept:
        draft.put_app(replace(app, cycle=replace(app.cycle, kept=kept)))
