"""Whether a step may be done: the world is the one it is about, and writing is allowed.

Or whether somebody was faster: what it is about may be as the step would have made it.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from core.compare.equality.scalars import same_json
from core.compare.evidence.ownership import Owner, Owners
from core.model import (
    Absent,
    Coming,
    Desired,
    Drift,
    FieldChange,
    Json,
    JsonObject,
    Key,
    Live,
    Plan,
    Problem,
    Remedy,
    Step,
    Verb,
    Verdict,
    as_json,
    stamp_of,
)
from core.model.paths import meet, parse_path, value_at
from core.model.requests import Apply
from core.reconcile.acting.prune.standing import still_stands
from core.reconcile.judging.holds.pauses import pause_of, pause_words
from core.reconcile.judging.judging import live_at
from core.reconcile.memory.draft import Draft

READ_ONLY: Final = "read-only: writing is not allowed in this session"


def step_stands(draft: Draft, step: Step) -> bool:
    """Tell whether the object is still what the step was decided on."""
    if step.verb is Verb.PRUNE:
        return still_stands(draft, step)
    app = draft.app(step.key.app)
    desired = app.desired.get(step.key.ref)
    kind = draft.cluster(app.spec.cluster).kinds.get(step.kind)
    objects = kind.objects_in(step.key.ref.namespace) if kind is not None else None
    if desired is None or objects is None:
        return False
    live = objects.get(step.key.ref)
    if isinstance(step.stamp, Coming):
        return live is None
    return step.stamp == stamp_of(desired, live)


def is_coming(draft: Draft, plan: Plan, step: Step) -> bool:
    """Tell whether a step waits for its kind, which an earlier step of the plan defines.

    For the schema too, which the server publishes later than the kind: without it a null that Git
    states would not be sent.
    """
    app = draft.app(step.key.app)
    if not isinstance(step.stamp, Coming) or app.source is None:
        return False
    if plan.revisions.get(step.key.app) != app.source.revision.id:
        return False
    kind = draft.cluster(app.spec.cluster).kinds.get(step.kind)
    return kind is None or kind.objects is None or kind.schema is None


def read_only_words(draft: Draft, cluster: str) -> str:
    """Say that the settings keep a cluster as it is; "": they do not."""
    spec = draft.cluster(cluster).view.spec
    return f"cluster {spec.name} is read_only in the settings" if spec.read_only else ""


def why_not(draft: Draft, cluster: str) -> Problem:
    """Say why nothing may be written to a cluster, where that is so."""
    return Problem(Remedy.GRANT, read_only_words(draft, cluster) or READ_ONLY)


def taken_back(draft: Draft, key: Key, *, auto: bool) -> str:
    """Say why an object is not written to any more, though it was to be; "": it is, as planned."""
    app = draft.app(key.app)
    cluster = app.spec.cluster
    if not draft.may_write(cluster):
        return why_not(draft, cluster).words
    follows = draft.leads.words(key.app)
    if follows or not auto:
        return follows
    if not app.healing:
        return "healing was switched off"
    pause = pause_of(app, key.ref, draft.now)
    return draft.cluster(cluster).view.frozen or ("" if pause is None else pause_words(pause))


# Who was faster ----------------------------------------------------------------------------------


def already(draft: Draft, step: Step) -> str | None:
    """Say who made an object what a step was to make of it, in the fields that it is about.

    Returns:
        `already so, by kubectl`; "" while that is being confirmed; None where it is not so.
    """
    app = draft.app(step.key.app)
    desired = app.desired.get(step.key.ref)
    live = live_at(draft.cluster(app.spec.cluster), step.kind, step.key.ref)
    if live is None or desired is None or step.verb is Verb.PRUNE:
        return None
    if not _is_of(step, desired, live):
        return None
    body: JsonObject = msgspec.json.decode(live.body)
    if step.verb is Verb.UNDO:
        so: bool | None = all(_is_put(change, body) for change in step.changes)
    else:
        row = draft.row(step.key)
        fresh = row is not None and row.stamp == stamp_of(desired, live)
        so = _is_as_git_says(step, row) if fresh and row is not None else None
    return _by(step, body) if so else ("" if so is None else None)


def _is_of(step: Step, desired: Desired, live: Live) -> bool:
    """Tell whether a step is about this object, and makes what Git states of it now."""
    if isinstance(step.stamp, Coming):  # what a revert makes, or what is of a kind to come
        sent = (each.body for each in step.requests if isinstance(each, Apply))
        return desired.body in sent
    same = step.stamp.uid in {None, live.uid}
    return same and (step.verb is Verb.UNDO or desired.digest == step.stamp.digest)


def _is_as_git_says(step: Step, row: Drift) -> bool | None:
    """Tell whether nothing differs where a step was to change something; None: not known yet."""
    unmade = step.verb is Verb.TAKE_OVER and row.untaken
    if unmade or row.verdict in {Verdict.UNKNOWN, Verdict.MISSING}:
        return None if row.confirming else False
    left = [parse_path(change.path) for change in row.drifts]
    if step.verb is Verb.APPLY:
        meant = [parse_path(change.path) for change in step.changes]
        return not any(meet(one, other) for one in left for other in meant)
    unsure = row.confirming and step.verb is Verb.CREATE
    return not left or (None if unsure else False)


def _is_put(change: FieldChange, body: Json) -> bool:
    """Tell whether a field has the value that an undo was to give it."""
    wanted = change.git if isinstance(change.git, Absent) else as_json(change.git)
    return same_json(wanted, value_at(body, parse_path(change.path)))


def _by(step: Step, body: JsonObject) -> str:
    """Name who wrote last of what a step was to write, as far as its fields tell."""
    paths = [parse_path(change.path) for change in step.changes]

    def writers() -> Iterator[Owner]:
        for each in Owners.parse(body).entries:
            if not each.subresource and (not paths or any(map(each.meets, paths))):
                yield each

    last = max(writers(), key=lambda each: each.time or "", default=None)
    return f"already so, by {last.manager}" if last is not None else "already so"
