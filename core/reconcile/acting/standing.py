"""Whether the world is still the one that a step was decided on."""

from core.model import Step
from core.reconcile.memory.draft import Draft


def stands(draft: Draft, step: Step) -> bool:
    """Tell whether the object is still what the step was decided on."""
    app = draft.app(step.key.app)
    desired = app.desired.get(step.key.ref)
    kind = draft.cluster(app.spec.cluster).kinds.get(step.kind)
    if desired is None or kind is None or kind.objects is None:
        return False
    if step.digest not in {"", desired.digest}:
        return False
    live = kind.objects.get(step.key.ref)
    if live is None:
        return not step.uid
    return (live.uid, live.resource_version) == (step.uid, step.resource_version)
