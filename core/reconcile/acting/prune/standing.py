"""Whether an object that is to go still is the one that was to go, and nobody else's."""

from core.model import Blocked, Guard, Key, Live, Step
from core.model.requests import Delete
from core.reconcile.judging.extras import live_of
from core.reconcile.memory.draft import Draft
from core.remedy import deletion


def still_stands(draft: Draft, step: Step) -> bool:
    """Tell whether an object that is to go is what it was, its status apart, and still dropped."""
    app = draft.app(step.key.app)
    found = live_of(draft.cluster(app.spec.cluster), step.key.ref)
    if found is None or step.key not in draft.tally(step.key.app).dropped:
        return False
    return all(isinstance(each, Delete) and is_as_planned(each, found[1]) for each in step.requests)


def is_as_planned(planned: Delete, live: Live) -> bool:
    """Tell whether nobody but the server itself changed an object since its delete was planned."""
    now = deletion(planned.ref, planned.kind, live)
    same = now.inverse == planned.inverse
    return same and getattr(planned.on, "uid", None) == live.uid


def unclaimed(draft: Draft, key: Key) -> Blocked | None:
    """Say which other app of the cluster states an object, if one does (P4)."""
    app = draft.app(key.app)
    for other in draft.apps_of(app.spec.cluster):
        if other.spec.name != key.app and key.ref in other.stated:
            return Blocked(Guard.UNCLAIMED, f"app {other.spec.name} states it")
    return None
