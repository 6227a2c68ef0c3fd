"""Which apps are written for here: who leads, who follows, and what that changes.

A follower judges and shows everything and writes nothing.  Who takes over begins with what it has
seen; who lets a share go begins nothing more, and does so once nothing of it is in hand.
"""

from collections.abc import Set as AbstractSet

from core.model import EventName, HeldBy
from core.model.controllers.leads import Leads, share_of
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import HandOver
from core.reconcile.memory.inventory import is_stored, store_inventory


def take_leads(draft: Draft, leads: Leads) -> None:
    """Learn who writes for which apps; rows say so, and what is to be healed here is offered."""
    before, draft.leads = draft.leads, leads
    _tell(draft, before)
    changed = {
        name for name, app in draft.apps.items() if app.shown and _differ(before, leads, name)
    }
    if not changed:  # as at each renewal, of which there are many
        return
    for name in sorted(changed):
        if draft.may_write(draft.app(name).spec.cluster):
            store_inventory(draft, name)
    rows = ((key, row) for key, row in draft.rows.items() if key.app in changed)
    draft.judge_all_again(
        key
        for key, row in rows
        if row.apart or (row.held is not None and row.held.by is HeldBy.LEASE)
    )


def _differ(before: Leads, after: Leads, app: str) -> bool:
    """Tell whether what a row of an app says of this is another thing now."""
    return before.words(app) != after.words(app)


def _tell(draft: Draft, before: Leads) -> None:
    """Say of each share once that it is written for here from now on, or by whom."""
    count = len(draft.leads.shares)
    for number, lead in enumerate(draft.leads.shares):
        was = before.shares[number].words if len(before.shares) == count else None
        if lead.words == was:
            continue
        share = f"share {number} of {count}: " if count > 1 else ""
        if lead.words:
            draft.tell(EventName.FOLLOWING, message=f"{share}{lead.words}")
        else:
            draft.tell(EventName.LEADING, message=f"{share}{lead.holder} leads")


def hand_over(draft: Draft) -> None:
    """Let those shares go that are wanted elsewhere, and of which nothing is in hand."""
    shares = draft.leads.shares
    leaving = [i for i, lead in enumerate(shares) if lead.ours and lead.leaving]
    for share in leaving:
        apps = {name for name in draft.apps if share_of(name, len(shares)) == share}
        if _is_at_rest(draft, apps):
            draft.effects.append(HandOver(share))


def _is_at_rest(draft: Draft, names: AbstractSet[str]) -> bool:
    """Tell whether nothing of these apps is being written, and what was done is recorded."""
    if any(not names.isdisjoint(run.apps) for run in draft.runs.values()):
        return False
    apps = (draft.app(name) for name in names)
    return all(app.inventory is None or not app.shown or is_stored(app) for app in apps)
