"""The facts of one app that its guards are asked about, from all that is known."""

from collections.abc import Collection, Iterator

from core.model import Allowed, Blocked, Clearance, Guard, Key, KindRef, Live, Verdict
from core.reconcile.acting.prune.guards import Facts, findings
from core.reconcile.acting.prune.standing import holding
from core.reconcile.judging.extras import live_of
from core.reconcile.judging.protections import clearance
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.state import NOTHING_APPLIED, AppState, ClusterState
from core.reconcile.sides.fences import refusals
from core.reconcile.sides.layouts import LEFT_LAYOUT


def guards_of(draft: Draft, name: str, confirmed: Collection[Key] = ()) -> tuple[Clearance, ...]:
    """Ask the guards of one app, for a plan in which a person *confirmed* protected objects."""
    return tuple(findings(facts_of(draft, name, confirmed)))


def going(draft: Draft, name: str, confirmed: Collection[Key] = ()) -> dict[Key, str]:
    """Return what would go of an app, with the uid of each object; what is kept is left out."""
    found: dict[Key, str] = {}
    for key, live, own in _dropped(draft, name):
        uid = uid_of(draft, key)
        if uid is None or not may_go(own, confirmed=key in confirmed):
            continue
        if isinstance(own, Allowed) or holding(draft, key, live, confirmed) is None:
            found[key] = uid
    return found


def may_go(said: Clearance, *, confirmed: bool) -> bool:
    """Tell whether an object may go; where a person has to confirm it, whether one did."""
    return isinstance(said, Allowed) or (said.person and confirmed)


def cleared(draft: Draft, name: str, confirmed: Collection[Key] = ()) -> dict[Key, Clearance]:
    """Say of each object that Git dropped of an app whether it may go, by what it says itself.

    And of one that holds others, by what these say, if a person *confirmed* some by their names.
    """
    said: dict[Key, Clearance] = {}
    for key, live, own in _dropped(draft, name):
        asks = isinstance(own, Blocked) and own.person
        said[key] = (holding(draft, key, live, confirmed) if asks else None) or own
    return said


def _dropped(draft: Draft, name: str) -> Iterator[tuple[Key, Live, Clearance]]:
    """Yield each object that Git dropped of an app, and whether it may go for itself alone."""
    app = draft.app(name)
    cluster = draft.cluster(app.spec.cluster)
    for key in sorted(draft.tally(name).dropped):
        found, row = live_of(cluster, key.ref), app.applied(key.ref)
        if found is not None and row is not None:
            yield key, found[1], clearance(key.ref, row.uid, found[1])


def uid_of(draft: Draft, key: Key) -> str | None:
    """The uid of an object that has a row."""
    row = draft.row(key)
    return row.stamp.uid if row is not None and row.stamp is not None else None


def facts_of(draft: Draft, name: str, confirmed: Collection[Key] = ()) -> Facts:
    """Gather what the guards of one app are asked about."""
    app = draft.app(name)
    cluster = draft.cluster(app.spec.cluster)
    source, cycle = app.source, app.cycle
    lost = app.problem.words if app.problem is not None else ""
    uids = frozenset(going(draft, name, confirmed).values())
    first = cycle.first if cycle.first is not None and cycle.first.uids == uids else None
    return Facts(
        now=draft.now,
        uids=uids,
        recorded=len(app.inventory or NOTHING_APPLIED),
        stated=len(app.stated),
        revision=source.revision.id if source is not None else "",
        proof=cycle.proof,
        proved_at=cycle.proved_at,
        lost_by=app.lost_by if lost else Guard.SOURCE_KNOWN,
        lost=lost or ("it was not read yet" if source is None else ""),
        rewritten=app.rewritten,
        faults=_faults(app),
        allow_empty=app.spec.allow_empty,
        unseen=tuple(_unseen(draft, app, cluster)),
        seen_at=cluster.view.seen_at,
        cluster_uid=cluster.view.uid,
        frozen=cluster.view.frozen,
        record_problem=app.inventory_problem,
        lead=draft.leads.of(name),
        first_look=first.at if first is not None else None,
        last_look=cycle.proved_at if first is not None else None,
    )


def _faults(app: AppState) -> tuple[str, ...]:
    left = (LEFT_LAYOUT,) if app.left_at is not None else ()
    read = app.source.problems if app.source is not None else ()
    return (*left, *read, *refusals(app))


def _unseen(draft: Draft, app: AppState, cluster: ClusterState) -> Iterator[str]:
    """Yield why it cannot be told what became of what was applied, or is stated."""
    if not cluster.view.connected:
        yield str(cluster.view.problem or "the cluster did not answer yet")
        return
    served: dict[tuple[str, str], list[KindRef]] = {}
    for each in cluster.resources or {}:
        served.setdefault((each.group, each.kind), []).append(each)
    places = {(ref.group, ref.kind, ref.namespace) for ref in app.inventory or NOTHING_APPLIED}
    for group, kind, namespace in sorted(places):
        versions = served.get((group, kind), [])
        states = [cluster.kinds[each] for each in versions if each in cluster.kinds]
        if not versions:
            yield f"kind-missing: the cluster serves no {kind} any more"
        elif not any(state.objects_in(namespace) is not None for state in states):
            problems = (state.problem_in(namespace) for state in states)
            why = next((str(each) for each in problems if each is not None), "not listed yet")
            yield f"{kind}{f' in {namespace}' if namespace else ''}: {why}"
    yield from _unjudged(draft, app, cluster)


def _unjudged(draft: Draft, app: AppState, cluster: ClusterState) -> Iterator[str]:
    """Yield objects whose verdict is not known; one that Git dropped and is going is."""
    if not draft.tally(app.spec.name).counts.get(Verdict.UNKNOWN):
        return
    for key, row in sorted(draft.rows.items()):
        if key.app != app.spec.name or row.verdict is not Verdict.UNKNOWN:
            continue
        leaving = key.ref not in app.stated and live_of(cluster, key.ref) is not None
        if not (leaving and row.reason == "terminating"):
            yield f"{key.ref} cannot be judged ({row.reason})"
