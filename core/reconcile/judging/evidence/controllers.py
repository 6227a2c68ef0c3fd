"""What controllers that run in a cluster tell of apps that are ours, too.

An app is the same one where its name, its folder and the uid of its cluster are.  Who may not see
that uid still knows of the apps that a controller has in the very cluster where it tells of them.
Of one that fell silent nothing is believed any more of how things stand.
"""

from collections import defaultdict
from dataclasses import replace
from typing import TypeAlias

from core.model import Key, epoch_of
from core.model.controllers.status import SILENT_S, AppTold, Heard, Status, Told, told_of
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import WakeAt
from core.reconcile.memory.inputs import ControllersRead
from core.reconcile.memory.state import AppState, ClusterState

_Of: TypeAlias = tuple[ClusterState, Heard, AppTold]


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


def see_silence(draft: Draft) -> None:
    """Time passed: of a controller that fell silent nothing is believed any more."""
    told = (app.told for app in draft.apps.values() if app.told is not None and app.told.at_issue)
    if any(draft.now - each.at >= SILENT_S for each in told):
        find_told(draft)


def find_told(draft: Draft) -> None:
    """Find out what is told of which app; where fights come or go, it is judged again."""
    told = defaultdict[tuple[str, str], list[_Of]](list)
    for cluster in draft.clusters.values():
        for heard in cluster.view.controllers:
            if heard.at + SILENT_S > draft.now:
                draft.effects.append(WakeAt(heard.at + SILENT_S))
            for app in heard.status.apps:
                told[app.name, app.path].append((cluster, heard, app))
    for ours in tuple(draft.apps.values()):
        own, known = draft.clusters.get(ours.spec.cluster), told[ours.spec.name, ours.spec.path]
        meant = [each for each in known if own is not None and _is_of(own, each)]
        found = told_of(*meant[0][1:], draft.now) if meant else None
        if found != ours.told:
            _put(draft, ours, found)


def _is_of(own: ClusterState, told: _Of) -> bool:
    """Tell whether what is told is of that cluster: by its uid, or where that is not known here."""
    cluster, _, app = told
    return app.cluster_uid == own.view.uid if own.view.uid else cluster is own


def _put(draft: Draft, app: AppState, found: Told | None) -> None:
    before = app.told.at_issue if app.told is not None else {}
    after = found.at_issue if found is not None else {}
    draft.put_app(replace(app, told=found))
    for ref in sorted(before.keys() | after.keys()):
        if before.get(ref) != after.get(ref):
            key = Key(app.spec.name, ref)
            draft.doubt(key)
            draft.judge_again(key)
