"""The record of what driftdeck applied, as the cluster is to hold it."""

from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import WriteInventory
from core.reconcile.memory.state import inventory_namespace


def flush(draft: Draft, name: str) -> None:
    """Write an app's inventory, unless it is stored already or a write is under way."""
    app = draft.app(name)
    if app.recording is not None or app.inventory is None or app.inventory is app.recorded:
        return
    if app.inventory == app.recorded:
        draft.set_app(name, recorded=app.inventory)
        return
    draft.set_app(name, recording=app.inventory)
    cluster = draft.cluster(app.spec.cluster)
    draft.effects.append(
        WriteInventory(
            app.spec.cluster,
            name,
            inventory_namespace(app, cluster),
            tuple(app.inventory[ref] for ref in sorted(app.inventory)),
        )
    )
