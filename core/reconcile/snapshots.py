"""What front ends see of the state."""

from collections.abc import Container, Iterator

from core.model import AppView, Blocked, Problem, Remedy, Snapshot, worst_of
from core.reconcile.judging.extras import told_apart
from core.reconcile.judging.holds.holds import held_of
from core.reconcile.memory.state import (
    AppState,
    ClusterState,
    State,
    is_known,
    is_surveyed,
)
from core.reconcile.sides.claims import all_read, objections
from core.reconcile.sides.fences import refusals
from core.reconcile.sides.surveys import unseen


def snapshot(state: State, before: Snapshot) -> Snapshot:
    """Make the next snapshot; views that did not change are the same objects as in *before*."""
    old = {view.spec.name: view for view in before.apps}
    views = []
    whole = frozenset(one for one in state.clusters if all_read(_apps_of(state, one)))
    for name, app in state.apps.items():
        if not app.shown:
            continue
        view = _app(state, app, whole)
        views.append(old[name] if old.get(name) == view else view)
    used = {app.spec.cluster for app in state.apps.values() if not app.standing}
    running = tuple(run.shown for run in state.runs.values() if not run.auto)
    return Snapshot(
        sequence=before.sequence + 1,
        apps=tuple(views),
        clusters=tuple(one.view for name, one in state.clusters.items() if name in used),
        rows=state.rows,
        events=state.events,
        answers=state.answers,
        leads=state.leads,
        writing=state.writing,
        runs=(*state.finished, *running),
    )


def _apps_of(state: State, cluster: str) -> Iterator[AppState]:
    return (app for app in state.apps.values() if app.is_of(cluster))


def _app(state: State, app: AppState, read: Container[str]) -> AppView:
    """Make the view of an app; of the clusters that are *read* all apps are known."""
    pending, tally = bool(state.queues.get(app.spec.name)), state.tallies[app.spec.name]
    cluster = state.clusters[app.spec.cluster]
    problem = app.problem or cluster.view.problem or worst_of(_unread(app, cluster))
    files = (*(app.source.problems if app.source else ()), *refusals(app), *objections(app))
    if not problem and files:
        problem = Problem(Remedy.CHANGE_GIT, files[0])
    cut_off = bool(cluster.view.problem) and not cluster.view.connected
    whole = not pending and tally.confirming == 0 and is_known(app, cluster)
    return AppView(
        spec=app.spec,
        revision=app.source.revision if app.source else None,
        read_at=app.read_at,
        problem=problem,
        git_lost=app.problem is not None,
        file_problems=files,
        others=app.source.others if app.source else (),
        counts=tally.counts,
        ignored=tally.ignored,
        complete=whole
        and app.spec.cluster in read
        and is_surveyed(cluster, app.spec.owns)
        and told_apart(app, state.apps.values()),
        # Git is waited for wherever the cluster is: else chance decides which problem is told.
        blocked=bool(app.problem) if app.source is None else cut_off,
        healing=app.healing,
        held=held_of(app, cluster, state.leads, state.at),
        told=app.told,
        pauses=tuple(each for each in app.pauses if each.until > state.at),
        history=app.history,
        inventory=app.inventory_problem,
        recorded=app.inventory is not None,
        storing=app.storing is not None or app.store_at is not None,
        unseen=unseen(cluster, app.spec.owns),
        guarded=_guarded(app),
    )


def _guarded(app: AppState) -> str:
    """Say what keeps what Git dropped: also where Git is lost, so that nothing seems dropped."""
    if app.cycle.told or app.problem is None:
        return app.cycle.told
    return str(Blocked(app.lost_by, app.problem.words))


def _unread(app: AppState, cluster: ClusterState) -> Iterator[Problem]:
    """Yield why kinds cannot be read in namespaces where the app states objects of them."""
    for kind in app.documents:
        state = cluster.kinds.get(kind)
        if state is None:
            continue
        if state.problem is not None:
            yield state.problem
        if state.unread:
            places = app.uses.stated.get(kind, frozenset())
            yield from (state.unread[each] for each in sorted(places & state.unread.keys()))
