"""What is begun: heals by standing permission, and the plans that a person asks for.

A candidate for healing waits until its app is known as a whole, and until nothing holds it up.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from math import inf

from core.model import Drift, EventName, FieldVerdict, Key, Plan
from core.reconcile.acting.healing import (
    held_in,
    is_due_to_heal,
    left_because,
    permitted,
)
from core.reconcile.acting.order.gates import depths_of, gate_of, held_by_waves
from core.reconcile.acting.order.stages import Order
from core.reconcile.acting.order.trials import trials_of, with_untried
from core.reconcile.acting.plans import plan_of
from core.reconcile.acting.prune.cycles import look, want
from core.reconcile.acting.prune.steps import with_prunes
from core.reconcile.acting.remedies import with_requests
from core.reconcile.acting.reverts import finish_previews, resume_reverts
from core.reconcile.acting.runs import advance, advance_all, execute
from core.reconcile.acting.standing import read_only_words
from core.reconcile.judging.evidence.fights import end_fights
from core.reconcile.judging.freezing import thaw
from core.reconcile.judging.holds.breaker import waive, within_budget
from core.reconcile.judging.holds.fields import held_fields
from core.reconcile.judging.holds.pauses import end_pauses, pause_of
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import CheckAccess
from core.reconcile.memory.inventory import store_inventory, store_what_is_due
from core.reconcile.memory.phases import Pruning, Waiting
from core.reconcile.memory.subjects import Subject
from core.reconcile.memory.tables import NO_KEYS
from core.reconcile.sides.claims import all_read, claims_of


def heal(draft: Draft) -> None:
    """Start one run for each cluster with the drift that may be put right now."""
    waiting = any(isinstance(run.phase, Waiting) for run in draft.runs.values())
    finish_previews(draft)
    if not waiting and not any(draft.candidates.frozen.values()):
        return
    if waiting:
        resume_reverts(draft, frozenset(filter(draft.is_whole, draft.apps)))
    chosen: dict[str, list[Key]] = {
        cluster: [] for cluster in draft.clusters if all_read(draft.apps_of(cluster))
    }
    for name in sorted(name for name, keys in draft.candidates.frozen.items() if keys):
        cluster = draft.app(name).spec.cluster
        if cluster in chosen and draft.is_whole(name):
            chosen[cluster].extend(_chosen(draft, name))
    for cluster, found in chosen.items():
        keys = within_budget(draft, cluster, found)
        if not keys:
            continue
        draft.auto_runs -= 1  # negative: a person's runs count upwards
        execute(draft, draft.auto_runs, _plan(draft, keys, auto=True), auto=True)


def prune(draft: Draft) -> None:
    """Look whether what Git dropped may go, and delete what is ordered or permitted."""
    free = look(draft)
    for number, run in tuple(draft.runs.items()):
        if isinstance(run.phase, Pruning):
            advance(draft, number)
    for cluster in sorted({draft.app(name).spec.cluster for name in free}):
        keys = [
            key
            for name in free
            if draft.app(name).spec.cluster == cluster
            for key in draft.tally(name).dropped
            if pause_of(draft.app(name), key.ref, draft.now) is None
            and (row := draft.row(key)) is not None
            and not held_fields(draft, row)
        ]
        wanted = with_prunes(draft, Plan("", ()), keys)
        if wanted.runnable:
            draft.auto_runs -= 1
            wanted = replace(wanted, steps=wanted.runnable)
            execute(draft, draft.auto_runs, wanted, auto=True)


def _chosen(draft: Draft, name: str) -> Iterator[Key]:
    """Take those candidates of an app that may be healed now."""
    due = list(_due(draft, name))
    gate = gate_of(draft, name) if due else None
    if gate is not None:
        if not gate.passing:
            _tell_waiting(draft, due, gate.words)
        return
    later = held_by_waves(draft, name, due)
    for key in due:
        if key not in later:
            draft.withdraw(key)
            yield key


def _due(draft: Draft, name: str) -> Iterator[Key]:
    for key in sorted(draft.candidates.get(name, NO_KEYS)):
        subject = draft.subject(key)
        row = subject.row
        if subject.planned is not None:
            continue  # looked at again when its run is over
        if row is None or not permitted(draft, row):
            if row is None or not row.confirming:
                draft.withdraw(key)
        elif subject.call is None and is_due_to_heal(draft, row):
            yield key


def _tell_waiting(draft: Draft, keys: Iterable[Key], words: str) -> None:
    """Say once of each object why it is not put right."""
    for key in keys:
        row = draft.row(key)
        if row is not None and row.problem != words:
            draft.put_row(key, replace(row, problem=words))
            draft.tell_of(EventName.HEAL_SKIPPED, row, message=words)


def set_writing(draft: Draft, *, enabled: bool) -> None:
    """Allow or forbid writing in this session."""
    draft.writing = enabled
    if enabled:
        for name, app in tuple(draft.apps.items()):
            if draft.may_write(app.spec.cluster):
                store_inventory(draft, name)  # what was learnt while nothing might be written


def set_heal(draft: Draft, apps: frozenset[str], *, enabled: bool) -> None:
    """Give or take back the standing permission to heal some apps."""
    for name in sorted(apps & draft.apps.keys()):  # one that stood for a layout may be gone by now
        draft.put_app(replace(draft.app(name), healing=enabled))
        draft.candidates[name] = NO_KEYS
        if enabled:
            waive(draft, name)
        if draft.cluster(draft.app(name).spec.cluster).view.frozen:
            draft.judge_all_again(key for key in draft.rows if key.app == name)
    if not enabled:
        return
    set_writing(draft, enabled=True)
    for key, row in draft.rows.items():
        if key.app in apps and permitted(draft, row):
            draft.offer(key)


def take_confirmation(draft: Draft, name: str) -> None:
    """A person had an app synced by another process: it counts as if it had been here."""
    thaw(draft, draft.app(name).spec.cluster)
    end_fights(draft, name)


def wake(draft: Draft) -> None:
    """Time passed: look again at what waited for it."""
    end_pauses(draft)
    store_what_is_due(draft)
    advance_all(draft)
    due = sorted(key for key, at in draft.alarms.items() if at <= draft.now)
    for key in due:
        draft.alarms = draft.alarms.delete(key)
        subject = draft.subject(key)
        draft.judge_again(key)
        for later in _untils(subject):
            if later > draft.now:
                draft.wake(key, later)


def _untils(subject: Subject) -> Iterator[float]:
    """Yield until when an object is left alone, for whatever reason."""
    if subject.hold is not None and subject.hold.until < inf:
        yield subject.hold.until
    if subject.refusal is not None and subject.refusal.until < inf:
        yield subject.refusal.until


# Plans --------------------------------------------------------------------------------------------


_WHOLE: Mapping[Key, frozenset[str]] = {}


def _plan(
    draft: Draft,
    keys: Iterable[Key],
    *,
    auto: bool = False,
    fields: Mapping[Key, frozenset[str]] = _WHOLE,
) -> Plan:
    """Plan for some objects, or for some *fields* of them, what no setting forbids if *auto*."""
    rows = [row for key in keys if (row := draft.row(key)) is not None and not row.calling]
    rows = [row for row in rows if row.key not in fields or _drifted(row) & fields[row.key]]
    held = {row.key: held_in(draft, row) for row in rows if auto}
    held |= {row.key: _drifted(row) - fields[row.key] for row in rows if row.key in fields}
    sources = {app.spec.name: app.source for app in draft.apps.values()}
    made = plan_of(
        rows,
        revisions={name: read.revision.id for name, read in sources.items() if read},
        inventories={app.spec.name: app.inventory_problem for app in draft.apps.values()},
        claims=claims_of(draft.apps.values()),
        held=held,
        order=Order(
            {row.key: draft.app(row.key.app).waves.get(row.key.ref, 0) for row in rows},
            depths_of(app.spec for app in draft.apps.values()),
        ),
    )
    if made.steps:
        notes = () if auto else tuple(_waiting(draft, made))
        made = replace(made, notes=(*made.notes, *notes))
        words = read_only_words(draft, made.cluster)
        steps = tuple(replace(step, problem=words or step.problem) for step in made.steps)
        made = replace(made, place=draft.cluster(made.cluster).view.called, steps=steps)
    made = with_requests(draft, made)
    return made if auto else with_untried(draft, made)


def _waiting(draft: Draft, made: Plan) -> Iterator[str]:
    """Say which apps of a plan others have to be in sync for."""
    for name in dict.fromkeys(step.key.app for step in made.steps):
        gate = gate_of(draft, name)
        if gate is not None:
            yield f"app {name} {gate.words}"


def _drifted(row: Drift) -> frozenset[str]:
    return frozenset(c.path for c in row.changes if c.verdict is FieldVerdict.DRIFT)


def prepare(
    draft: Draft,
    request: int,
    keys: frozenset[Key],
    fields: Mapping[Key, frozenset[str]] = _WHOLE,
    *,
    prune: bool = False,
    confirmed: frozenset[Key] = frozenset(),
) -> None:
    """Work out the plan for exactly these objects, and ask what of it may be done.

    Of an object in *fields* nothing but these of its fields is put right.  What of them Git
    dropped is in the plan where it is to *prune*; what is protected, where it is *confirmed*.
    """
    made = _plan(draft, keys, fields=fields)
    if prune:
        made = with_prunes(draft, made, keys, confirmed)
        for name in made.guards:
            want(draft, name, made.confirmed)  # the first of two looks, while the person reads
    ask(draft, request, made)


def prepare_heal(draft: Draft, request: int, name: str) -> None:
    """Work out what a heal of one app would do now, and of what else it would not, why."""
    rows = [row for key, row in draft.rows.items() if key.app == name and row.apart]
    gate = gate_of(draft, name)
    waits = gate.words if gate is not None else ""
    left = {row.key: left_because(draft, row) or waits for row in rows}
    made = _plan(draft, (row.key for row in rows), auto=True)
    steps = (replace(step, problem=left[step.key] or step.problem) for step in made.steps)
    ask(draft, request, replace(made, steps=tuple(steps)))


def ask(draft: Draft, request: int, made: Plan) -> None:
    """Have it found out what of a plan may be done; then it is the answer to a request."""
    if made.steps:
        served = dict(draft.cluster(made.cluster).resources or {})
        for app in draft.apps_of(made.cluster):
            served.update(app.promised)
        kinds = {step.kind for step in made.steps}
        resources = {kind: served[kind] for kind in kinds if kind in served}
        trials = dict(trials_of(draft, made))
        draft.effects.append(CheckAccess(request, made, resources, trials))
    else:
        draft.answer(request, made)
