"""One object at a time: its verdict, its cause, and whether the server must be asked.

A row carries the stamp it was made from (desired digest, live version).  While both stand, the
row stands: an unchanged object costs a comparison of two strings and no request.
"""

from dataclasses import replace
from functools import lru_cache

from core.compare import MANAGER, OwnerClass, Policy, explain, judge, mask
from core.model import (
    AppSpec,
    Cause,
    ConfirmedBy,
    Desired,
    Drift,
    FieldChange,
    FieldVerdict,
    Key,
    KindRef,
    Live,
    ObjectRef,
    Verdict,
)
from core.reconcile.draft import Draft, in_sync, is_drift
from core.reconcile.effects import Confirm
from core.reconcile.inputs import Confirmed
from core.reconcile.observing import Sights
from core.reconcile.state import AppState, Call, ClusterState

UNREAD = "not-read-yet"
FIELD_DRIFT = FieldVerdict.DRIFT


def judge_key(draft: Draft, key: Key) -> None:
    """Decide the verdict of one object from what is known now, and follow it up."""
    if key in draft.table("stale"):
        return  # our own write is not seen yet: judged when the watch brings it
    call: Call | None = draft.table("calls").get(key)
    if call is not None and call.run is not None:
        return  # an apply is in flight: judged when it settles
    app = draft.app(key.app)
    before = draft.row(key)
    after = _row(draft, app, key, before)
    draft.drop("sightings", key)
    draft.set_row(key, after)
    _announce(draft, key, before, draft.row(key))


def take_answer(draft: Draft, answer: Confirmed) -> bool:
    """Use the server's dry-run, if it still speaks of the current object; tell whether it did."""
    key = answer.key
    draft.drop("calls", key)
    app = draft.app(key.app)
    desired = app.desired.get(key.ref)
    live = desired and _live(draft.cluster(app.spec.cluster), desired.kind, key.ref)
    before = draft.row(key)
    if desired is not answer.desired or live is not answer.live or before is None:
        draft.dirty(key)  # the object moved on: ask again
        return False
    assert desired is not None
    assert live is not None
    row = _compared(draft, app, before, desired, live, answer)
    draft.set_row(key, row)
    _announce(draft, key, before, draft.row(key))
    return True


def _row(draft: Draft, app: AppState, key: Key, before: Drift | None) -> Drift | None:
    cluster = draft.cluster(app.spec.cluster)
    desired = app.desired.get(key.ref)
    if desired is None:
        return _without_desired(app, cluster, key, before)
    kind = cluster.kinds.get(desired.kind)
    fresh = _fresh(app, desired, before)
    if kind is None or kind.objects is None:
        reason = kind.problem if kind is not None and kind.problem else ""
        text = f"live-unreadable: {reason}" if reason else UNREAD
        return replace(fresh, verdict=Verdict.UNKNOWN, reason=text)
    live = kind.objects.get(key.ref)
    if live is None:
        return _missing(app, fresh)
    unchanged = (
        before is not None
        and (before.digest, before.resource_version) == (desired.digest, live.resource_version)
        and (before.kind, before.uid) == (desired.kind, live.uid)
        and (not before.confirming or key in draft.table("calls"))
        and not _worth_asking_again(draft, before)
    )
    if unchanged and before is not None:
        return replace(
            before,
            calling=False,
            cause=_cause(app, desired, before),
            file=desired.document.file,
            line=desired.document.line,
        )
    return _compared(draft, app, fresh, desired, live, None)


def _worth_asking_again(draft: Draft, before: Drift) -> bool:
    hold = draft.table("holds").get(before.key)
    unconfirmed = before.verdict is Verdict.DRIFTED and before.confirmed_by is ConfirmedBy.LOCAL
    return unconfirmed and hold is not None and hold.until <= draft.now


def _fresh(app: AppState, desired: Desired, before: Drift | None) -> Drift:
    """A row that says nothing yet but what it is about."""
    key = Key(app.spec.name, desired.ref)
    return Drift(
        key,
        app.spec.cluster,
        desired.kind,
        Verdict.UNKNOWN,
        digest=desired.digest,
        problem=before.problem if before and before.digest == desired.digest else "",
        since=before.since if before else 0.0,
        file=desired.document.file,
        line=desired.document.line,
    )


def _without_desired(
    app: AppState, cluster: ClusterState, key: Key, before: Drift | None
) -> Drift | None:
    document = app.unserved.get(key.ref)
    if document is not None and document.kind in app.promised:
        return Drift(
            key,
            app.spec.cluster,
            document.kind,
            Verdict.MISSING,
            cause=Cause.GIT_AHEAD,
            confirmed_by=ConfirmedBy.SERVER,
            reason="its kind is defined in the same folder, and not applied yet",
            explained=True,
            problem=before.problem if before else "",
            since=before.since if before else 0.0,
            file=document.file,
            line=document.line,
        )
    if document is not None:
        return Drift(
            key,
            app.spec.cluster,
            document.kind,
            Verdict.UNKNOWN,
            reason=f"not-served: the cluster serves no {document.kind.kind}"
            f" in {document.kind.api_version}",
            file=document.file,
            line=document.line,
        )
    tracked = (app.inventory or {}).get(key.ref)
    found = _followed(cluster, key.ref)
    if tracked is None or not tracked.uid or found is None or app.source is None:
        return None
    kind, live = found
    if live.uid != tracked.uid:
        return None
    if app.source.problems:  # it may be stated in a file that cannot be read
        return Drift(
            key, app.spec.cluster, kind, Verdict.UNKNOWN, reason="git-unreadable", uid=live.uid
        )
    since = before.since if before else 0.0
    return Drift(
        key,
        app.spec.cluster,
        kind,
        Verdict.EXTRA,
        cause=Cause.GIT_AHEAD,
        confirmed_by=ConfirmedBy.SERVER,
        uid=live.uid,
        resource_version=live.resource_version,
        since=since,
    )


def _followed(cluster: ClusterState, ref: ObjectRef) -> tuple[KindRef, Live] | None:
    for kind, state in cluster.kinds.items():
        if kind.kind == ref.kind and kind.group == ref.group and state.objects is not None:
            live = state.objects.get(ref)
            return (kind, live) if live is not None else None
    return None


def _live(cluster: ClusterState, kind: KindRef, ref: ObjectRef) -> Live | None:
    state = cluster.kinds.get(kind)
    return state.objects.get(ref) if state is not None and state.objects is not None else None


def _missing(app: AppState, fresh: Drift) -> Drift:
    row = (app.inventory or {}).get(fresh.key.ref)
    if row is None or not row.uid:
        cause = Cause.GIT_AHEAD
    else:
        cause = Cause.LIVE_CHANGED if row.digest == fresh.digest else Cause.BOTH
    return replace(
        fresh, verdict=Verdict.MISSING, cause=cause, confirmed_by=ConfirmedBy.SERVER, explained=True
    )


def _compared(
    draft: Draft,
    app: AppState,
    fresh: Drift,
    desired: Desired,
    live: Live,
    answer: Confirmed | None,
) -> Drift:
    cluster = draft.cluster(app.spec.cluster)
    schema = cluster.kinds[desired.kind].schema
    predicted = answer.predicted if answer else None
    sights = Sights(draft, fresh.key, live, schema)
    found = judge(
        desired,
        live,
        schema,
        predicted=predicted,
        policy=policy_of(app.spec),
        appeared=sights.appeared,
    )
    confirmed = answer is not None and (answer.predicted is not None or answer.status == 422)  # noqa: PLR2004
    shown = explain(mask(found.changes, desired.ref, key=draft.state.mask_key), deep=False)
    hidden = mask(found.ignored, desired.ref, key=draft.state.mask_key)
    row = replace(
        fresh,
        verdict=found.verdict,
        uid=live.uid,
        resource_version=live.resource_version,
        changes=sights.attach(found.changes, shown),
        ignored=hidden,
        reason=found.reason or (answer.problem if answer else ""),
        confirmed_by=ConfirmedBy.SERVER if confirmed and answer else ConfirmedBy.LOCAL,
        confirming=False,
        explained=False,
    )
    if answer is not None and answer.cause_paths:
        row = _refused(row, answer)
    if found.suspect and answer is None:
        row = replace(row, confirming=True)
        if fresh.key not in draft.table("calls"):
            draft.write("calls")[fresh.key] = Call(desired, live)
            draft.effects.append(Confirm(app.spec.cluster, fresh.key, desired, live))
    if row.verdict is Verdict.IN_SYNC:
        row = replace(row, problem="")
    return replace(row, cause=_cause(app, desired, row))


@lru_cache(maxsize=1024)
def policy_of(spec: AppSpec) -> Policy:
    """What the settings of an app say about judging its objects."""
    classes = {name: OwnerClass(word) for name, word in spec.managers}
    return Policy(spec.extras, spec.contested, spec.ignore, classes)


def _refused(row: Drift, answer: Confirmed) -> Drift:
    """Mark the fields that the server would refuse: they stay drift and cannot be healed."""
    covered = {
        change.path
        for change in row.changes
        for path in answer.cause_paths
        if change.path == path or change.path.startswith(f"{path}.") or path.startswith(change.path)
    }
    if not covered:
        return replace(row, confirmed_by=ConfirmedBy.LOCAL)
    changes = tuple(
        replace(change, healable=False, note=answer.problem) if change.path in covered else change
        for change in row.changes
    )
    return replace(row, changes=changes, confirmed_by=ConfirmedBy.SERVER)


def _cause(app: AppState, desired: Desired, row: Drift) -> Cause | None:
    """Say which side moved since driftdeck applied the object."""
    if row.verdict is not Verdict.DRIFTED:
        return None
    applied = (app.inventory or {}).get(desired.ref)
    if applied is None or not applied.digest or applied.digest == desired.digest:
        return Cause.LIVE_CHANGED
    others = any(_by_another(change) for change in row.changes if change.verdict is FIELD_DRIFT)
    return Cause.BOTH if others else Cause.GIT_AHEAD


def _by_another(change: FieldChange) -> bool:
    manager = change.actor.manager if change.actor is not None else None
    return manager != MANAGER if manager is not None else change.seen is not None


def _announce(draft: Draft, key: Key, before: Drift | None, after: Drift | None) -> None:
    """Say what became of an object, keep its age, and offer it for healing."""
    if after is None:
        if is_drift(before):
            draft.tell_of("drift_gone", before, changes=())  # type: ignore[arg-type]
        draft.drop("candidates", key)
        return
    if is_drift(after):
        if after.since == 0.0:
            after = replace(after, since=draft.now)
            draft.set_row(key, after)
        if not after.confirming:
            if not _told(before, after):
                draft.tell_of("drift_detected", after, message=_headline(after))
            if draft.app(key.app).healing and not after.calling:
                draft.write("candidates")[key] = None
        return
    draft.drop("candidates", key)
    if after.since and in_sync(after):
        if is_drift(before) and not before.calling:  # type: ignore[union-attr]
            draft.tell_of("drift_gone", after, changes=())
        draft.set_row(key, replace(after, since=0.0))


def _told(before: Drift | None, after: Drift) -> bool:
    """Tell whether this very drift was announced already."""
    if before is None or not is_drift(before) or before.confirming:
        return False
    return before.verdict is after.verdict and _values(before) == _values(after)


def _values(row: Drift) -> list[tuple[str, object]]:
    return [(change.path, change.live) for change in row.changes if change.verdict is FIELD_DRIFT]


def _headline(row: Drift) -> str:
    match row.verdict, row.cause:
        case Verdict.MISSING, Cause.GIT_AHEAD:
            return "in Git, not applied yet"
        case Verdict.MISSING, _:
            return "deleted from the cluster"
        case Verdict.EXTRA, _:
            return "no longer in Git"
        case _, Cause.GIT_AHEAD:
            return "Git moved on"
        case _, Cause.BOTH:
            return "Git moved on, and the cluster was changed"
        case _:
            return "the cluster was changed"


__all__ = ["judge_key", "take_answer"]
