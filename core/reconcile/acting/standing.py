"""Whether a step may be done: the world is the one it is about, and writing is allowed."""

from typing import Final

from core.model import Coming, Key, Plan, Problem, Remedy, Step, Verb, stamp_of
from core.reconcile.acting.prune.standing import still_stands
from core.reconcile.judging.holds.pauses import pause_of, pause_words
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
