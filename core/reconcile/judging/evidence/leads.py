"""What controllers that run in a cluster tell of apps that are ours, too.

An app is the same one where its name, its folder and the uid of its cluster are.  Who may not see
that uid still knows of the apps that a controller has in the very cluster where it tells of them.
"""

from collections.abc import Iterator
from dataclasses import replace

from core.model import Key, epoch_of
from core.model.controllers.status import AppTold, Heard, Lead, Status, lead_of
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.inputs import ControllersRead
from core.reconcile.memory.state import AppState


def take_controllers(draft: Draft, read: ControllersRead) -> None:
    """Learn what they tell now; what cannot be read any more stands as it was told last."""
    cluster = draft.cluster(read.cluster)
    before = {each.status.shard: each for each in cluster.view.controllers}
    heard = tuple(_heard(before.get(each.shard), each, draft.now) for each in read.statuses)
    if read.problem and not read.statuses:
        heard = cluster.view.controllers
    view = replace(cluster.view, controllers=heard, unheard=read.problem)
    draft.put_cluster(replace(cluster, view=view, listens=False))
    find_leads(draft)


def _heard(before: Heard | None, status: Status, now: float) -> Heard:
    """Say when it was last new: seen here, or at the first look as it says itself."""
    if before is None:
        written = epoch_of(status.written)
        return Heard(status, now if written is None else min(written, now))
    return before if before.status == status else Heard(status, now)


def find_leads(draft: Draft) -> None:
    """Find out which apps controllers tell of; where fights come or go, it is judged again."""
    for app in tuple(draft.apps.values()):
        lead = next(_leads(draft, app), None)
        if lead == app.lead:
            continue
        before = app.lead.fights if app.lead is not None else {}
        after = lead.fights if lead is not None else {}
        moved = (lead and lead.app.revision) != (app.lead and app.lead.app.revision)
        draft.put_app(replace(app, lead=lead))
        for ref in sorted(before.keys() | after.keys()):
            if moved or before.get(ref) != after.get(ref):
                key = Key(app.spec.name, ref)
                draft.doubt(key)
                draft.judge_again(key)


def _leads(draft: Draft, app: AppState) -> Iterator[Lead]:
    own = draft.clusters.get(app.spec.cluster)
    if own is None:
        return
    for cluster in draft.clusters.values():
        for heard in cluster.view.controllers:
            for told in heard.status.apps:
                here = cluster is own and not own.view.uid
                if _is_same(app, told) and (here or told.cluster_uid == own.view.uid):
                    yield lead_of(heard, told)


def _is_same(app: AppState, told: AppTold) -> bool:
    return (told.name, told.path) == (app.spec.name, app.spec.path)
