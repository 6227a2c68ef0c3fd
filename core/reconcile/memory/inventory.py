"""The inventory: what driftdeck applied, as the cluster is to hold it."""

from dataclasses import replace

from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import WriteInventory
from core.reconcile.memory.state import AppState, home_of, inventory_namespace


def store_inventory(draft: Draft, name: str) -> None:
    """Write an app's inventory, unless it is stored already or a write is under way."""
    app = draft.app(name)
    if app.storing is not None or app.inventory is None or app.inventory is app.stored:
        return
    if app.inventory == app.stored:
        draft.put_app(replace(app, stored=app.inventory))
        return
    draft.put_app(replace(app, storing=app.inventory))
    rows = tuple(app.inventory[ref] for ref in sorted(app.inventory))
    namespace = inventory_namespace(app, draft.cluster(app.spec.cluster))
    draft.effects.append(WriteInventory(app.spec.cluster, name, namespace, rows, home_of(app)))


def is_stored(app: AppState) -> bool:
    """Tell whether the cluster holds the inventory as it is, or will not."""
    if app.storing is not None:
        return False
    return app.inventory is app.stored or bool(app.inventory_problem)
