"""Whether the world is still, or not yet, the one that a step of a plan is about."""

from core.model import Coming, Plan, Step, Verb, stamp_of
from core.reconcile.acting.prune.standing import still_stands
from core.reconcile.memory.draft import Draft


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
