"""What is said of fields that differ: who changed them, as far as that was seen, and which side."""

from collections.abc import Mapping

from core.compare import OwnerClass, detailed, mask
from core.model import Desired, FieldChange, Key, Live
from core.reconcile.judging.causes import Causes
from core.reconcile.judging.evidence.observing import Sights, forget_observations
from core.reconcile.judging.evidence.recalling import earlier_of
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.state import AppState


def told(
    draft: Draft,
    app: AppState,
    desired: Desired,
    live: Live,
    found: tuple[FieldChange, ...],
    classes: Mapping[str, OwnerClass],
) -> tuple[tuple[FieldChange, ...], bool]:
    """Say of each change who made it and which side moved; and whether that takes the past.

    *found* has real values; what is returned has masked ones.
    """
    key = Key(app.spec.name, desired.ref)
    if not found:
        forget_observations(draft, key)
        return (), False
    masked = mask(found, desired.ref, key=draft.mask_key, sealed=app.is_sealed(desired.ref))
    shown = detailed(masked, deep=False)
    schema = draft.cluster(app.spec.cluster).kinds[desired.kind].schema
    causes = causes_of(draft, app, desired, live, classes)
    changes = causes.told(Sights(draft, key, live, schema).attach(found, shown))
    return changes, causes.lacks_past(changes)


def causes_of(
    draft: Draft, app: AppState, desired: Desired, live: Live, classes: Mapping[str, OwnerClass]
) -> Causes:
    """Return what finds which side moved in an object that both sides have."""
    schema = draft.cluster(app.spec.cluster).kinds[desired.kind].schema
    earlier = earlier_of(draft, app, Key(app.spec.name, desired.ref))
    return Causes(app.applied(desired.ref), desired, live, schema, classes, earlier)
