"""Who changed what, and which commit says otherwise: asked for the row that a person looks at.

And what two states of Git have apart, which no cluster is needed for.
"""

from dataclasses import replace

from core.model import AppSpec, Key, Problem, Remedy, Verdict, stamp_of
from core.model.answers.comparisons import Comparison, End
from core.reconcile.judging.extras import live_of
from core.reconcile.memory.commands import StateOfGit
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import CompareStates, LookUp
from core.reconcile.memory.results import Explained


def look_up(draft: Draft, key: Key) -> None:
    """Have the actors and origins of one row looked up, unless they were."""
    row = draft.row(key)
    app = draft.app(key.app)
    if row is None or row.explained or row.confirming or app.source is None:
        return
    if row.verdict is Verdict.UNKNOWN:
        return  # one side was not read, so nothing about it can be said
    found = app.desired.get(key.ref)
    _, current = live_of(draft.cluster(app.spec.cluster), key.ref) or (None, None)
    if row.stamp != stamp_of(found, current):
        return
    cluster, revision = app.spec.cluster, app.source.revision.id
    entry = app.applied(key.ref)
    digest = found.digest if found is not None else None
    applied = entry is not None and entry.uid is not None and digest in {None, entry.digest}
    look_up = LookUp(
        cluster, key, row.kind, found, current, row.changes, revision, applied, row.actor
    )
    draft.effects.append(look_up)


def take_explanation(draft: Draft, done: Explained) -> None:
    """Put into a row what was found out about it."""
    row = draft.row(done.key)
    if row is None or row.stamp != stamp_of(done.desired, done.live):
        return  # the object moved on meanwhile
    by_path = {change.path: change for change in done.changes}
    merged = tuple(
        replace(change, actor=found.actor, origin=found.origin, detail=found.detail)
        if (found := by_path.get(change.path)) is not None
        else change
        for change in row.changes
    )
    row = replace(row, changes=merged, origin=done.origin, actor=done.actor or row.actor)
    draft.put_row(done.key, replace(row, explained=True))
    draft.name_writers(row)


def compare(draft: Draft, request: int, before: StateOfGit, after: StateOfGit) -> None:
    """Have two states of Git compared, each at a commit that is named or followed now."""
    one, other = _spec_at(draft, before), _spec_at(draft, after)
    unread = [spec.name for spec in (one, other) if not spec.revision]
    if not unread:
        draft.effects.append(CompareStates(request, one, other))
        return
    problem = Problem(Remedy.WAIT, f"Git was not read yet for {unread[0]}")
    draft.answer(request, Comparison(End(one), End(other), problems=(problem,)))


def _spec_at(draft: Draft, state: StateOfGit) -> AppSpec:
    """Say what to read; without a revision where nothing was read yet."""
    app = draft.app(state.app)
    followed = app.source.revision.id if app.source is not None else ""
    return replace(app.spec, revision=state.commit or followed)
