"""What controllers that run in a cluster tell of apps that are ours, too.

An app is the same one where its name, its folder and the uid of its cluster are.  Who may not see
that uid still knows of the apps that a controller has in the very cluster where it tells of them.
Of one that fell silent nothing is believed any more of how things stand.
"""

from collections.abc import Iterator
from dataclasses import replace

from core.model import Key, epoch_of
from core.model.controllers.status import SILENT_S, AppTold, Heard, Status, Told, told_of
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import WakeAt
from core.reconcile.memory.inputs import ControllersRead
from core.reconcile.memory.state import AppState


def take_controllers(draft: Draft, read: ControllersRead) -> None:
    """Learn what they tell now; while that cannot be read, what was told last stands."""
    cluster = draft.cluster(read.cluster)
    before = {each.status.shard: each for each in cluster.view.controllers}
    heard = tuple(_heard(before.get(each.shard), each, draft.now) for each in read.statuses)
    if read.problem and not read.statuses:
        heard = cluster.view.controllers
    view = replace(cluster.view, controllers=heard, unheard=read.problem)
    draft.put_cluster(replace(cluster, view=view, listens=False))
    find_told(draft)


def _heard(before: Heard | None, status: Status, now: float) -> Heard:
    """Say when it was last new: seen here, or at the first look as it says itself."""
    if before is None:
        written = epoch_of(status.written)
        return Heard(status, now if written is None else min(written, now))
    return before if before.status == status else Heard(status, now)


def find_told(draft: Draft) -> None:
    """Find out what is told of which app; where fights come or go, it is judged again."""
    heard = [each for cluster in draft.clusters.values() for each in cluster.view.controllers]
    if not heard and all(app.told is None for app in draft.apps.values()):
        return
    draft.effects += [
        WakeAt(each.at + SILENT_S) for each in heard if each.at + SILENT_S > draft.now
    ]
    for app in tuple(draft.apps.values()):
        found = next(_told(draft, app), None)
        if found != app.told:
            _put(draft, app, found)


def _put(draft: Draft, app: AppState, found: Told | None) -> None:
    before = app.told.at_issue if app.told is not None else {}
    after = found.at_issue if found is not None else {}
    draft.put_app(replace(app, told=found))
    for ref in sorted(before.keys() | after.keys()):
        if before.get(ref) != after.get(ref):
            key = Key(app.spec.name, ref)
            draft.doubt(key)
            draft.judge_again(key)


def _told(draft: Draft, app: AppState) -> Iterator[Told]:
    own = draft.clusters.get(app.spec.cluster)
    if own is None:
        return
    for cluster in draft.clusters.values():
        here = cluster is own and not own.view.uid
        for heard in cluster.view.controllers:
            for told in heard.status.apps:
                if _is_same(app, told) and (here or told.cluster_uid == own.view.uid):
                    yield told_of(heard, told, draft.now)


def _is_same(app: AppState, told: AppTold) -> bool:
    return (told.name, told.path) == (app.spec.name, app.spec.path)
