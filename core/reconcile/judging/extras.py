"""Objects that Git does not state: which of them are EXTRA (verdicts.md 2.7).

Two reasons make one EXTRA: driftdeck applied it (it is tracked), or the app says that the namespace
is its own.  For the second every other app counts that may write there: what one of them states or
tracks is not extra here, and what one of them may state in a file that cannot be read is UNKNOWN.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from core.compare import Find, OwnerClass, find
from core.model import (
    ABSENT,
    Blocked,
    Cause,
    ConfirmedBy,
    Document,
    Drift,
    FieldChange,
    FieldVerdict,
    Key,
    KindRef,
    Live,
    ObjectRef,
    Verdict,
    stamp_of,
)
from core.reconcile.judging.protections import clearance
from core.reconcile.judging.taking import complete_row, give_up_row
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.state import AppState, ClusterState

STATEFUL_SET = ("apps", "StatefulSet")
CLAIM = ("", "PersistentVolumeClaim")


def without_desired(
    draft: Draft, key: Key, before: Drift | None, classes: Mapping[str, OwnerClass]
) -> Drift | None:
    """Judge an object that has no canonical form in Git; None where nothing is to be said of it."""
    app = draft.app(key.app)
    cluster = draft.cluster(app.spec.cluster)
    if key.ref in app.refused:
        document, why = app.refused[key.ref]
        return _unknown(app, key, document, f"not-allowed: {why}")
    if key.ref in app.unserved:
        return _not_served(app, key, before)
    if key.ref in app.lost:
        document, problem = app.lost[key.ref]
        is_closed = document.sealed and not document.body
        why = "encrypted" if is_closed else "git-unreadable"
        return _unknown(app, key, document, f"{why}: {problem}")
    if app.source is None or key.ref in app.stated:
        return None
    found = live_of(cluster, key.ref)
    if found is None:
        if _was_seen(app, before) and _is_gone(cluster, key.ref):
            give_up_row(draft, app, key.ref)
        return _not_there(cluster, key.ref, before)
    kind, live = found
    app = complete_row(draft, app, key.ref, live)
    seen = find(key.ref, live, classes)
    tracked = _tracks(app, key.ref, live)
    others = tuple(_others(app, draft.apps.values(), key.ref.namespace))
    if not tracked and not _is_stray(app, cluster, seen):
        return None
    stating = [other for other in others if key.ref in other.stated]
    if tracked and any(_tracks(other, key.ref, live) for other in stating):
        give_up_row(draft, app, key.ref)  # it was moved there
    if stating or _is_left_to(others, app, key.ref, live, tracked=tracked):
        return None
    row = Drift(
        key,
        app.spec.cluster,
        kind,
        Verdict.UNKNOWN,
        stamp=stamp_of(None, live),
        since=before.since if before else 0.0,
    )
    judged = _judged(row, seen, tracked=tracked, doubt=_doubt(app, others))
    return _guarded(app, judged, live) if tracked else judged


def _judged(row: Drift, seen: Find, *, tracked: bool, doubt: str) -> Drift:
    reason = doubt or ("terminating" if seen.terminating else "")
    if reason:
        return replace(row, reason=reason)
    return replace(
        row,
        verdict=Verdict.EXTRA,
        cause=Cause.GIT_AHEAD if tracked else Cause.LIVE_CHANGED,
        confirmed_by=ConfirmedBy.SERVER,
        actor=seen.maker,
    )


def _guarded(app: AppState, row: Drift, live: Live) -> Drift:
    """Say in the row of what Git dropped which guard keeps it, where the app prunes."""
    known = app.applied(row.key.ref)
    if row.verdict is not Verdict.EXTRA or known is None:
        return row
    said = clearance(row.key.ref, known.uid, live) if app.spec.prune else None
    return replace(row, reason=str(said) if isinstance(said, Blocked) else app.cycle.told)


def _not_served(app: AppState, key: Key, before: Drift | None) -> Drift:
    document = app.unserved[key.ref]
    if document.kind in app.promised:
        return Drift(
            key,
            app.spec.cluster,
            document.kind,
            Verdict.MISSING,
            cause=Cause.GIT_AHEAD,
            confirmed_by=ConfirmedBy.SERVER,
            reason="its kind is defined in Git, and not applied yet",
            explained=True,
            problem=before.problem if before else "",
            since=before.since if before else 0.0,
            file=document.file,
            line=document.line,
        )
    words = f"the cluster serves no {document.kind.kind} in {document.kind.api_version}"
    row = _unknown(app, key, document, f"not-served: {words}")
    version = document.kind.api_version
    warning = FieldChange("apiVersion", FieldVerdict.WARN, ABSENT, version, note=words)
    return replace(row, changes=(warning,))


def _unknown(app: AppState, key: Key, document: Document, reason: str) -> Drift:
    row = Drift(key, app.spec.cluster, document.kind, Verdict.UNKNOWN, reason=reason)
    return replace(row, file=document.file, line=document.line)


def _not_there(cluster: ClusterState, ref: ObjectRef, before: Drift | None) -> Drift | None:
    """Say what becomes of a row whose object is in no listing: gone, or not read just now."""
    if before is None or not before.undesired:
        return None
    problems = [problem for objects, problem in _pictures(cluster, ref) if objects is None]
    if not problems:
        return None
    if not any(problems):
        return before  # its kind is being listed anew
    reason = f"live-unreadable: {next(filter(None, problems))}"
    return replace(before, verdict=Verdict.UNKNOWN, cause=None, actor=None, reason=reason)


def _was_seen(app: AppState, before: Drift | None) -> bool:
    """Tell whether we saw the very object; another process may be about to make one not seen."""
    known = app.applied(before.key.ref) if before is not None else None
    if before is None or before.stamp is None or known is None or known.uid is None:
        return False
    return before.undesired and before.stamp.uid == known.uid


def _is_gone(cluster: ClusterState, ref: ObjectRef) -> bool:
    """Tell whether all was listed where an object can be, so that it is gone for certain."""
    pictures = tuple(_pictures(cluster, ref))
    return bool(pictures) and all(objects is not None for objects, _ in pictures)


# What the cluster has ----------------------------------------------------------------------------


def live_of(cluster: ClusterState, ref: ObjectRef) -> tuple[KindRef, Live] | None:
    """Find an object by its identity, at whatever version its kind is followed."""
    for kind, state in cluster.kinds.items():
        if (kind.group, kind.kind) == (ref.group, ref.kind) and state.objects is not None:
            live = state.objects.get(ref)
            if live is not None:
                return kind, live
    for (kind, namespace), survey in cluster.surveys.items():
        if (namespace, kind.group, kind.kind) == (ref.namespace, ref.group, ref.kind):
            live = survey.objects.get(ref) if survey.objects is not None else None
            return (kind, live) if live is not None else None
    return None


def _pictures(
    cluster: ClusterState, ref: ObjectRef
) -> Iterator[tuple[Mapping[ObjectRef, Live] | None, str]]:
    """Yield what is known of every place where an object of this identity can be."""
    wanted = cluster.following
    if wanted is None:
        return
    for kind in wanted.kinds:
        if (kind.group, kind.kind) == (ref.group, ref.kind):
            state = cluster.kinds.get(kind)
            if state is None:
                yield None, ""
            else:
                problem = state.problem_in(ref.namespace)
                yield state.objects_in(ref.namespace), str(problem or "")
    for kind in wanted.surveyed:
        if (kind.group, kind.kind) == (ref.group, ref.kind) and ref.namespace in wanted.owned:
            survey = cluster.surveys.get((kind, ref.namespace))
            yield (survey.objects, survey.problem) if survey is not None else (None, "")


def _is_stray(app: AppState, cluster: ClusterState, seen: Find) -> bool:
    """Tell whether an object is of a namespace that the app owns, and nobody's doing but its own.

    A claim of a StatefulSet has no owner reference: the StatefulSet of its name must be looked for.
    """
    if seen.ref.namespace not in app.spec.owns or not seen.ref.namespace:
        return False
    if seen.noise or seen.owned:
        return False
    if not seen.claim:
        return True
    place = ObjectRef(*STATEFUL_SET, seen.ref.namespace, "")
    for objects, problem in _pictures(cluster, place):
        if objects is None and not problem:
            return False  # not listed yet
        if any(
            ref.namespace == place.namespace and seen.is_claim_of(ref.name) for ref in objects or {}
        ):
            return False
    return True


def _is_left_to(
    others: Iterable[AppState], app: AppState, ref: ObjectRef, live: Live, *, tracked: bool
) -> bool:
    """Tell whether another app lists an object that nobody states: one does, the first by name.

    Who applied it goes before who owns its namespace.
    """
    for other in others:
        first = other.shown and other.source is not None and other.spec.name < app.spec.name
        if _tracks(other, ref, live):
            if first or not tracked:
                return True
        elif not tracked and (_is_awaited(other) or (first and ref.namespace in other.spec.owns)):
            return True
    return False


# What the apps say -------------------------------------------------------------------------------


def _tracks(app: AppState, ref: ObjectRef, live: Live) -> bool:
    row = app.applied(ref)
    return row is not None and row.uid == live.uid


def told_apart(app: AppState, apps: Collection[AppState]) -> bool:
    """Tell whether all that may state an object of an owned namespace was read, or cannot be."""
    return not any(
        _is_awaited(other) for namespace in app.spec.owns for other in _others(app, apps, namespace)
    )


def _others(app: AppState, apps: Iterable[AppState], namespace: str) -> Iterator[AppState]:
    """Yield the other apps of the cluster that may write there."""
    for other in apps:
        if other is app or not other.is_of(app.spec.cluster):
            continue
        allowed = other.spec.namespaces
        if not allowed or namespace in allowed or (not namespace and other.spec.cluster_kinds):
            yield other


def _is_awaited(other: AppState) -> bool:
    """Tell whether it will be known in a moment what another app has."""
    if other.source is None:
        return not other.problem
    return other.inventory is None


def _doubt(app: AppState, others: Sequence[AppState]) -> str:
    """Say why it cannot be told that nobody states an object; "" if it can."""
    assert app.source is not None
    if app.source.problems:  # it may be stated in a file that cannot be read
        return "git-unreadable"
    for other in others:
        if other.source is None or other.source.problems:
            return f"git-unreadable: app {other.spec.name} may state it"
    return ""


# When to judge again -----------------------------------------------------------------------------


def judge_owned(draft: Draft, cluster: str, refs: Sequence[ObjectRef]) -> None:
    """Have objects judged again by the apps that own their namespace."""
    owners = [app for app in draft.apps_of(cluster) if app.spec.owns]
    for app in owners:
        for ref in refs:
            if ref.namespace in app.spec.owns:
                draft.judge_again(Key(app.spec.name, ref))
                if (ref.group, ref.kind) == STATEFUL_SET:
                    _mark_claims(draft, app, ref.namespace)


def judge_owned_listing(
    draft: Draft,
    cluster: str,
    kind: KindRef,
    before: Mapping[ObjectRef, Live],
    after: Mapping[ObjectRef, Live],
) -> None:
    """Have everything judged again that a listing changed, rows of earlier pictures included."""
    if not any(app.spec.owns for app in draft.apps_of(cluster)):
        return
    changed = [ref for ref in {**before, **after} if before.get(ref) != after.get(ref)]
    judge_owned(draft, cluster, changed)
    draft.judge_all_again(
        key
        for key, row in draft.rows.items()
        if (key.ref.group, key.ref.kind) == (kind.group, kind.kind)
        and row.cluster == cluster
        and (row.stamp is None or row.stamp.digest is None)
    )
    if (kind.group, kind.kind) == STATEFUL_SET:
        for app in draft.apps_of(cluster):
            for namespace in app.spec.owns:
                _mark_claims(draft, app, namespace)


def judge_all_owned(draft: Draft, cluster: str) -> None:
    """Have all judged again that Git may not state: what apps state is known anew."""
    apps = draft.apps_of(cluster)
    for app in apps:  # also those that own no namespace
        if app.shown:
            draft.judge_all_again(draft.tally(app.spec.name).undesired)
    if not any(app.spec.owns for app in apps):
        return
    state = draft.cluster(cluster)
    pictures = [each.objects for each in state.kinds.values()]
    pictures += [each.objects for each in state.surveys.values()]
    judge_owned(draft, cluster, [ref for objects in pictures for ref in objects or ()])


def _mark_claims(draft: Draft, app: AppState, namespace: str) -> None:
    cluster = draft.cluster(app.spec.cluster)
    for objects, _ in _pictures(cluster, ObjectRef(*CLAIM, namespace, "")):
        for ref in objects or {}:
            if ref.namespace == namespace:
                draft.judge_again(Key(app.spec.name, ref))
