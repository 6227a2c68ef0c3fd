"""The plan of an undo: each field that still is as the write left it gets the value it had before.

The record is the journal's evidence.  It has no values of secrets, and not what was in an object
that was made or deleted; a field that somebody changed since is theirs.  All that is named, and
left as it is.  Git still states what was put back, so an undone object has drifted: standing
permission would heal it again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from core.compare import mask
from core.compare.equality.schema import UNKNOWN, Node, node_at
from core.compare.equality.walk import same
from core.model import (
    ABSENT,
    Absent,
    FieldChange,
    FieldVerdict,
    JsonObject,
    Key,
    Live,
    Masked,
    Plan,
    Step,
    Value,
    Verb,
    as_json,
    stamp_of,
)
from core.model.journal import Deed, Done
from core.model.paths import parse_path, value_at
from core.model.requests import Add, Edit, Operation, Remove, Replace, Version
from core.reconcile.acting.order.consequences import restarts_pods
from core.reconcile.acting.orders import ask
from core.reconcile.acting.plans import notes_of
from core.reconcile.acting.standing import read_only_words
from core.reconcile.judging.judging import live_at
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import FindDone
from core.reconcile.memory.results import DoneFound

SECRET: Final = "its value is a secret, of which only a hash is on record"  # noqa: S105 - a sentence
_NOTHING: Final = "nothing is on record that could be undone"
_NO_UNDO: Final = "nothing was undone that could be done again"
MOVED: Final = "it is not as that left it any more"


def find(draft: Draft, request: int, number: int | None, *, again: bool = False) -> None:
    """Have the record of what is to be undone read, or of what was undone and is done *again*."""
    shown = frozenset(name for name, app in draft.apps.items() if app.shown)
    draft.effects.append(FindDone(request, number, shown, again))


def prepare(draft: Draft, found: DoneFound) -> None:
    """Work out what of a record can be put back, and ask what of that may be done."""
    notes = [found.problem.words] if found.problem else []
    if not found.done and not notes:
        notes.append(_NO_UNDO if found.again else _NOTHING)
    steps: list[Step] = []
    for done in found.done:
        note = _no_step(draft, done)
        if note:
            notes.append(f"entry {done.number}: {note}")
        else:
            steps.append(_step(draft, done))
    cluster = draft.app(steps[0].key.app).spec.cluster if steps else ""
    apps = sorted({step.key.app for step in steps})
    runs = any(not step.problem for step in steps)
    outlook = _outlook(draft, apps) if runs and not found.again else ()
    known = {app: draft.app(app).inventory_problem for app in apps}
    told = notes_of(apps, steps, known) if runs else ()
    plan = Plan(cluster, tuple(steps), {}, (*told, *outlook, *notes), problem=found.problem)
    if steps:
        plan = replace(plan, place=draft.cluster(cluster).view.called)
    ask(draft, found.request, plan)


def _outlook(draft: Draft, apps: Iterable[str]) -> Iterator[str]:
    for name in apps:
        if draft.app(name).healing:
            yield f"app {name} is healed by itself: what is put back would be healed again at once"
        else:
            yield (
                f"Git goes on stating it otherwise: with --autoheal app {name} is healed again,"
                " unless it is paused"
            )


def _no_step(draft: Draft, done: Done) -> str:
    """Say why there is no object to do anything about; "" where there is."""
    if done.ref is None:
        return f"it is a commit; driftdeck revert {done.made[:12] or 'COMMIT'} undoes it"
    if done.refused:
        return "it was refused, so nothing was changed"
    if done.deed == Deed.TAKE_OVER:
        return "it changed no field"
    if done.app not in draft.apps or not draft.app(done.app).shown:
        return f"app {done.app} is none of those that are open here"
    return ""


def _step(draft: Draft, done: Done) -> Step:
    app = draft.app(done.app)
    cluster = draft.cluster(app.spec.cluster)
    assert done.ref is not None
    assert done.kind is not None
    desired, live = app.desired.get(done.ref), live_at(cluster, done.kind, done.ref)
    step = Step(
        Key(done.app, done.ref), done.kind, Verb.UNDO, stamp_of(desired, live), undoes=done.number
    )
    problem = read_only_words(draft, app.spec.cluster)
    if (done.cluster, done.cluster_uid) != (app.spec.cluster, cluster.view.uid):
        problem = problem or "it was done in another cluster than the one that is open here"
    if desired is None:
        problem = problem or f"app {done.app} does not state it any more"
    problem = problem or _gone(done, live)
    if problem or live is None:
        return replace(step, problem=problem)
    state = cluster.kinds[done.kind]
    root = UNKNOWN if state.schema is None else state.schema.root
    found = _Fields(msgspec.json.decode(live.body), root).of(done.changes)
    sealed = app.is_sealed(done.ref)

    def shown(changes: tuple[FieldChange, ...]) -> tuple[FieldChange, ...]:
        return mask(changes, done.ref, key=draft.mask_key, sealed=sealed) if done.ref else changes

    step = replace(step, changes=shown(found.changes), left=shown(found.left))
    if not found.operations:
        reasons = dict.fromkeys(change.note for change in found.left)
        return replace(step, problem="; ".join(reasons) or "no field of it is on record")
    edit = Edit(done.ref, done.kind, found.operations, Version.of(live))
    restarts = desired is not None and restarts_pods(step, desired.body)
    return replace(step, requests=(edit,), restarts=restarts)


def _gone(done: Done, live: Live | None) -> str:
    """Say why the object is no longer the one that was written to; "" where it is."""
    if "delete" in done.sends:
        return "it was deleted by that, and what was in it is not on record"
    if done.uid is None:
        return "it was made by that: taking it away again is no undo but a deletion"
    if live is None:
        return "it is not in the cluster any more, and what was in it is not on record"
    return "" if live.uid == done.uid else "it was deleted and made again since"


@dataclass(frozen=True, slots=True)
class _Found:
    """What becomes of the fields of one object."""

    changes: tuple[FieldChange, ...]
    left: tuple[FieldChange, ...]
    operations: tuple[Operation, ...]


class _Fields:
    """The fields of one live object."""

    def __init__(self, body: JsonObject, root: Node) -> None:
        self._body, self._root = body, root

    def of(self, recorded: Iterable[FieldChange]) -> _Found:
        """Sort what was changed into what can be put back and what cannot."""
        changes: list[FieldChange] = []
        left: list[FieldChange] = []
        operations: list[Operation] = []
        for change in recorded:
            parts = parse_path(change.path)
            now = value_at(self._body, parts)
            back = FieldChange(change.path, FieldVerdict.DRIFT, now, change.live)
            if _is_hidden(change.live) or _is_hidden(change.git):
                left.append(replace(back, git=ABSENT, note=SECRET, healable=False))
            elif not self._is_still(change):
                left.append(replace(back, note=MOVED, healable=False))
            else:
                changes.append(back)
                operations.append(_operation(back))
        return _Found(tuple(changes), tuple(left), tuple(operations))

    def _is_still(self, change: FieldChange) -> bool:
        """Tell whether a field is as the write left it, whoever wrote it the same way since."""
        parts = parse_path(change.path)
        left, now = change.git, value_at(self._body, parts)
        if isinstance(left, Absent) or isinstance(now, Absent):
            return isinstance(left, Absent) and isinstance(now, Absent) and bool(parts)
        return same(as_json(left), now, node_at(self._root, parts), self._body)


def _operation(change: FieldChange) -> Operation:
    """Return what gives a field the value of Git's side, which is that of before here."""
    parts = parse_path(change.path)
    if isinstance(change.git, Absent):
        return Remove(parts)
    value = as_json(change.git)
    if not isinstance(change.live, Absent):
        return Replace(parts, value)
    last = parts[-1]
    return Add(parts, value, last if isinstance(last, int) else None)


def _is_hidden(value: Value | Absent) -> bool:
    """Tell whether a recorded value is a hash, or has one in it; what only looks so counts, too."""
    if isinstance(value, Mapping):
        return set(value) == {"sha256"} or any(map(_is_hidden, value.values()))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return any(map(_is_hidden, value))
    return isinstance(value, Masked)
