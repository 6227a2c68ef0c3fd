"""The inventory: what driftdeck applied, as the cluster is to hold it.

What nobody waits for is written once a second: after an outage many heals end one after the other.
Until an app is judged as a whole it waits longer, for on the first day each of its objects is a
row, and one kind is listed after the other.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from core.model import Key, ObjectRef
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import WakeAt, WriteInventory
from core.reconcile.memory.results import InventoryRow
from core.reconcile.memory.state import (
    NOTHING_APPLIED,
    AppState,
    Inventory,
    home_of,
    inventory_namespace,
)

PACE_S: Final = 1.0
JUDGING_S: Final = 15.0


def store_inventory(
    draft: Draft, name: str, *, at_once: bool = False, overdue: bool = False
) -> None:
    """Write an app's inventory, unless it is stored already or a write is under way.

    Somebody may wait for it, *at_once*; else it is written when its time has come, or is *overdue*.
    """
    app = draft.app(name)
    inventory = app.inventory
    if app.storing is not None or inventory is None or is_held(app):
        return
    if not draft.leads.may_record(name):
        return  # another replica does
    if inventory == app.stored and not _is_noting(app):
        draft.put_app(replace(app, stored=inventory))
        return
    due = app.wrote_at + PACE_S
    if not draft.is_whole(name):
        due = max(due, draft.now + JUDGING_S)
    if not at_once and not overdue and app.wrote_at <= draft.now < due:
        if app.store_at is None or due < app.store_at:
            draft.put_app(replace(draft.app(name), store_at=due))
            draft.effects.append(WakeAt(due))
        return
    paced_from = app.wrote_at if at_once else draft.now
    draft.put_app(
        replace(
            app,
            storing=inventory,
            asked="",
            run="",
            noting="",
            wrote_at=paced_from,
            store_at=None,
        )
    )
    namespace = inventory_namespace(app, draft.cluster(app.spec.cluster))
    place = (app.spec.cluster, name, namespace)
    notes = (app.asked, app.run, app.noting)
    draft.effects.append(WriteInventory(*place, rows_of(inventory), home_of(app), *notes))


def rows_of(inventory: Inventory) -> tuple[InventoryRow, ...]:
    """Return the rows as they are written."""
    return tuple(inventory[ref] for ref in sorted(inventory))


def store_what_is_due(draft: Draft) -> None:
    """Write the inventories whose time has come."""
    for name, app in tuple(draft.apps.items()):
        due = app.store_at is not None and app.store_at <= draft.now
        if due and draft.may_write(app.spec.cluster):
            draft.put_app(replace(app, store_at=None))
            store_inventory(draft, name, overdue=True)


def hasten_inventories(draft: Draft) -> None:
    """Where all of an app is judged, what was recorded meanwhile waits no longer than the rest."""
    for name, app in tuple(draft.apps.frozen.items()):
        slow = app.store_at is not None and app.store_at > app.wrote_at + PACE_S
        if slow and draft.may_write(app.spec.cluster):
            store_inventory(draft, name)


def is_held(app: AppState) -> bool:
    """Tell whether the cluster has the very inventory that is known, and all that is noted."""
    return app.inventory is app.stored and not _is_noting(app)


def _is_noting(app: AppState) -> bool:
    """Tell whether something is to be noted beside the rows."""
    return bool(app.asked or app.run or app.noting)


def with_row(app: AppState, row: InventoryRow) -> AppState:
    """Return an app whose inventory says this of one object."""
    return _with_rows(app, {row.ref: row})


def _with_rows(app: AppState, rows: Mapping[ObjectRef, InventoryRow]) -> AppState:
    inventory = (app.inventory or NOTHING_APPLIED).update(rows)
    places = app.inventory_places.union(ref.namespace for ref in rows)
    return replace(app, inventory=inventory, inventory_places=places)


def take_records(draft: Draft) -> None:
    """Enter what was recorded while objects were judged, of each app all at once."""
    for name, rows in draft.recorded.items():
        enter_rows(draft, name, rows)
    draft.recorded.clear()


def enter_rows(draft: Draft, name: str, rows: Mapping[ObjectRef, InventoryRow]) -> None:
    """Record of objects what is known of them, and have that stored by who writes."""
    app = draft.put_app(_with_rows(draft.app(name), rows))
    judge_trackers(draft, name, rows)
    if draft.may_write(app.spec.cluster):
        store_inventory(draft, name)


def judge_trackers(draft: Draft, name: str, refs: Iterable[ObjectRef]) -> None:
    """Have objects judged again by the other apps that applied them once: one has them now."""
    cluster = draft.app(name).spec.cluster
    places: defaultdict[str, list[ObjectRef]] = defaultdict(list)
    for ref in refs:
        places[ref.namespace].append(ref)
    for app in draft.apps.frozen.values():
        if app.inventory_places.isdisjoint(places) or app.spec.name == name:
            continue
        if app.is_of(cluster):
            for place in app.inventory_places & places.keys():
                for ref in places[place]:
                    if app.applied(ref) is not None:
                        draft.judge_again(Key(app.spec.name, ref))


def is_stored(app: AppState) -> bool:
    """Tell whether the cluster holds the inventory as it is, or will not."""
    if app.storing is not None:
        return False
    return is_held(app) or bool(app.inventory_problem)
