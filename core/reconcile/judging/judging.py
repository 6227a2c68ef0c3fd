"""One object at a time: its verdict, its cause, and whether the server must be asked.

A row carries the stamp it was made from (desired digest, live version).  While both stand, the
row stands: an unchanged object costs a comparison of two strings and no request.
"""

from dataclasses import replace
from functools import lru_cache

from core.compare import (
    Beside,
    Judgement,
    OwnerClass,
    Policy,
    absence,
    expired,
    expires,
    is_compared,
    judge,
    mask,
    not_compared,
    presence,
)
from core.model import (
    ABSENT,
    AppSpec,
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
    stamp_of,
)
from core.reconcile.judging.announcing import announce
from core.reconcile.judging.causes import cause_of, cause_of_absence
from core.reconcile.judging.evidence.endings import ending_of, note_end
from core.reconcile.judging.evidence.fights import note_calm, stubborn, tell_fights, with_fight
from core.reconcile.judging.evidence.observing import forget_sightings
from core.reconcile.judging.evidence.recalling import (
    ask_past,
    earlier_of,
    forget_past,
    is_recalling,
)
from core.reconcile.judging.evidence.rechecks import is_doubtful
from core.reconcile.judging.evidence.refusals import (
    Outcome,
    is_due,
    is_final,
    standing_refusal,
    stuck_after,
    with_refusal,
    with_stuck,
)
from core.reconcile.judging.evidence.scaling import awaits_scaler, judged_beside
from core.reconcile.judging.evidence.telling import causes_of, told
from core.reconcile.judging.extras import live_of, without_desired
from core.reconcile.judging.holds.holds import with_hold
from core.reconcile.judging.taking import with_taking
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import Confirm
from core.reconcile.memory.results import Confirmed
from core.reconcile.memory.state import UNREAD, AppState, ClusterState
from core.reconcile.memory.subjects import Call
from core.remedy import statement

_WHOLE = frozenset({Verdict.MISSING, Verdict.EXTRA})


def judge_key(draft: Draft, key: Key) -> None:
    """Decide the verdict of one object from what is known now, and follow it up."""
    subject = draft.subject(key)
    if subject.awaited is not None:
        return  # our own write is not seen yet: judged when the watch brings it
    if subject.call is not None and subject.call.run is not None:
        return  # a write is in flight: judged when it settles
    app = draft.app(key.app)
    before = subject.row
    found = _keep_origin(before, _row(draft, app, key, before))
    after = stamped(before, found, draft.now)
    if after is None:
        draft.forget(key)
        announce(draft, key, before, None)
        return
    settle(draft, key, after)
    announce(draft, key, before, draft.row(key))


def settle(draft: Draft, key: Key, row: Drift) -> None:
    """Take a new verdict; what led there is no news any more."""
    row = with_hold(draft, row)
    draft.put_row(key, row)
    forget_sightings(draft, key)
    note_calm(draft, key, row)
    tell_fights(draft, key, row)
    subject = draft.subject(key)
    if subject.rejudge:
        draft.put(replace(subject, rejudge=False))


def stamped(before: Drift | None, after: Drift | None, now: float) -> Drift | None:
    """Say when a row was judged; one that says what it said before keeps its time, and itself."""
    if after is None or after is before:
        return after
    alike = before is not None and (after.stamp, after.verdict) == (before.stamp, before.verdict)
    if alike and before is not None and replace(after, judged_at=before.judged_at) == before:
        return before
    return after if after.judged_at == now else replace(after, judged_at=now)


def _row(draft: Draft, app: AppState, key: Key, before: Drift | None) -> Drift | None:
    cluster, subject = draft.cluster(app.spec.cluster), draft.subject(key)
    desired = app.desired.get(key.ref)
    if desired is None:
        return _extra(draft, key, before)
    kind = cluster.kinds.get(desired.kind)
    fresh = _fresh(app, desired, before, draft.now)
    objects = kind.objects_in(key.ref.namespace) if kind is not None else None
    if objects is None:
        problem = kind.problem_in(key.ref.namespace) if kind is not None else None
        text = f"live-unreadable: {problem}" if problem is not None else UNREAD
        return replace(fresh, verdict=Verdict.UNKNOWN, reason=text)
    live = objects.get(key.ref)
    if not is_compared(desired, live):
        left = not_compared(desired)
        return replace(fresh, verdict=left.verdict, changes=left.changes, problem="")
    if live is not None and awaits_scaler(cluster, desired.kind):
        return replace(fresh, verdict=Verdict.UNKNOWN, reason=UNREAD)
    if live is None:
        return _missing(draft, app, desired, fresh, before)
    unchanged = (
        before is not None
        and before.stamp == stamp_of(desired, live)
        and not subject.rejudge
        and (not before.confirming or subject.call is not None or is_recalling(draft, key))
        and not is_due(draft, key)
    )
    if unchanged and before is not None:
        if is_doubtful(subject, before):
            _ask(draft, app, desired, live)
        return _kept(draft, app, desired, live, before)
    return compared(draft, app, fresh, desired, live, None)


def _fresh(app: AppState, desired: Desired, before: Drift | None, now: float) -> Drift:
    """A row that says nothing yet but what it is about."""
    key = Key(app.spec.name, desired.ref)
    return Drift(
        key,
        app.spec.cluster,
        desired.kind,
        Verdict.UNKNOWN,
        stamp=stamp_of(desired, None),
        problem=before.problem if before and before.digest == desired.digest else "",
        judged_at=now,
        since=before.since if before else 0.0,
        held=before.held if before else None,
        file=desired.document.file,
        line=desired.document.line,
    )


def _extra(draft: Draft, key: Key, before: Drift | None) -> Drift | None:
    """Judge an object that Git does not state; a rule may say that this is fine."""
    app = draft.app(key.app)
    policy = policy_of(app.spec)
    row = without_desired(draft, key, before, policy.classes)
    found = live_of(draft.cluster(app.spec.cluster), key.ref)
    if row is None or row.verdict is not Verdict.EXTRA or found is None:
        return row
    left = presence(policy.rules, key.ref, found[1])
    return _left_alone(row, f"not in Git; {left}") if left else row


def _left_alone(row: Drift, note: str) -> Drift:
    """The row of an object that is not on both sides, where a rule says that this is fine."""
    hidden = FieldChange("", FieldVerdict.DRIFT, ABSENT, ABSENT, note=note)
    return replace(row, verdict=Verdict.IN_SYNC, cause=None, ignored=(hidden,))


def live_at(cluster: ClusterState, kind: KindRef, ref: ObjectRef) -> Live | None:
    """Return an object as it is followed at that version, if it is there."""
    state = cluster.kinds.get(kind)
    objects = state.objects_in(ref.namespace) if state is not None else None
    return objects.get(ref) if objects is not None else None


def _missing(
    draft: Draft, app: AppState, desired: Desired, fresh: Drift, before: Drift | None
) -> Drift:
    if expires(desired):
        end = ending_of(draft, app, desired)
        if end is None:
            return replace(fresh, reason="completion-not-seen")
        if end:
            gone = replace(fresh, verdict=Verdict.IN_SYNC, changes=(expired(end),), problem="")
            return replace(gone, confirmed_by=ConfirmedBy.SERVER, explained=True)
    cause = cause_of_absence(app.applied(fresh.key.ref), desired, before)
    missing = replace(fresh, verdict=Verdict.MISSING, cause=cause, confirmed_by=ConfirmedBy.SERVER)
    left = absence(policy_of(app.spec).rules, desired)
    if left:
        return _left_alone(missing, f"not in the cluster; {left}")
    return with_fight(draft, missing)


def _keep_origin(before: Drift | None, after: Drift | None) -> Drift | None:
    """Do not look up again which commit states, or removed, an object that is as it was."""
    if before is None or after is None or after.verdict not in _WHOLE or not before.explained:
        return after
    if _whole(before) != _whole(after):
        return after
    return replace(after, explained=True, origin=before.origin, actor=before.actor)


def _whole(row: Drift) -> tuple[object, ...]:
    """What the origin of an object that one side lacks depends on."""
    uid = row.stamp.uid if row.stamp is not None else None
    return row.verdict, row.digest, uid, row.file, row.line


def _kept(draft: Draft, app: AppState, desired: Desired, live: Live, before: Drift) -> Drift:
    """Keep a verdict whose two sides stand; the inventory and the file's lines may have moved."""
    document = desired.document
    changes, cause = before.changes, before.cause
    if before.verdict is Verdict.DRIFTED:
        causes = causes_of(draft, app, desired, live, policy_of(app.spec).classes)
        changes = causes.told(changes)
        cause = cause_of(changes)
        if causes.lacks_past(changes) and not before.confirming:
            return compared(draft, app, before, desired, live, None)
    stands = (False, cause, changes, document.file, document.line)
    row = before
    if (before.calling, before.cause, before.changes, before.file, before.line) != stands:
        row = replace(before, calling=False, file=document.file, line=document.line)
        row = replace(row, changes=changes, cause=cause)
    return with_taking(draft, app, desired, live, row, policy_of(app.spec))


def compared(
    draft: Draft,
    app: AppState,
    fresh: Drift,
    desired: Desired,
    live: Live,
    outcome: Outcome | None,
) -> Drift:
    """Judge an object that both sides have, by what the server said of it so far."""
    outcome = outcome or Outcome(standing_refusal(draft, fresh.key, desired, live))
    found = _judgement(draft, app, desired, live, outcome)
    as_stated = found.verdict is Verdict.IN_SYNC
    note_end(draft, fresh.key, desired, live, as_stated=as_stated)
    classes = policy_of(app.spec).classes
    changes, recalling = told(draft, app, desired, live, found.changes, classes)
    found = replace(found, changes=changes) if changes else found
    row = _row_of(draft, fresh, (desired, live), found, outcome.answer)
    row = replace(row, confirming=True) if recalling else row
    if outcome.answer is not None and is_final(outcome.answer) and found.suspect:
        row = with_refusal(row, outcome.answer)
    row = with_stuck(row, (*outcome.stuck, *stuck_after(draft.subject(fresh.key), row)))
    if recalling:
        ask_past(draft, app, desired)  # the dry-run comes after that, for the same judgement
    elif found.suspect and outcome.answer is None:
        _ask(draft, app, desired, live)
    if as_stated and not changes:
        forget_past(draft, fresh.key)
    row = with_fight(draft, row)
    return with_taking(draft, app, desired, live, row, policy_of(app.spec))


def _judgement(
    draft: Draft, app: AppState, desired: Desired, live: Live, outcome: Outcome
) -> Judgement:
    """Compare the two sides, with all that is known beside them."""
    cluster, key = draft.cluster(app.spec.cluster), Key(app.spec.name, desired.ref)
    schema, policy = cluster.kinds[desired.kind].schema, policy_of(app.spec)
    predicted = outcome.answer.predicted if outcome.answer else None
    beside = Beside(
        cluster.scales.get(desired.ref),
        outcome.whole,
        outcome.blocking,
        stubborn(draft, key, desired.digest),
        tuple(each.body for each in earlier_of(draft, app, key) or ()),
    )

    def by(known: Beside) -> Judgement:
        return judge(desired, live, schema, predicted=predicted, policy=policy, beside=known)

    return judged_beside(by, beside, app, desired.ref)


def _row_of(
    draft: Draft,
    fresh: Drift,
    sides: tuple[Desired, Live],
    found: Judgement,
    answer: Confirmed | None,
) -> Drift:
    confirmed = answer is not None and answer.predicted is not None
    sealed = draft.app(fresh.key.app).is_sealed(fresh.key.ref)
    return replace(
        fresh,
        verdict=found.verdict,
        cause=cause_of(found.changes) if found.verdict is Verdict.DRIFTED else None,
        stamp=stamp_of(*sides),
        changes=found.changes,
        ignored=mask(found.ignored, fresh.key.ref, key=draft.mask_key, sealed=sealed),
        reason=found.reason or (answer.problem if answer and found.suspect else ""),
        confirmed_by=ConfirmedBy.SERVER if confirmed else ConfirmedBy.LOCAL,
        confirming=found.suspect and answer is None,
        explained=False,
        problem="" if found.verdict is Verdict.IN_SYNC else fresh.problem,
    )


def _ask(draft: Draft, app: AppState, desired: Desired, live: Live) -> None:
    """Have the server say, by a dry-run, what it would change; one question at a time."""
    subject = draft.subject(Key(app.spec.name, desired.ref))
    if subject.call is not None:
        return
    schema = draft.cluster(app.spec.cluster).kinds[desired.kind].schema
    draft.put(replace(subject, call=Call(desired, live)))
    request = statement(desired, live, schema, policy_of(app.spec))
    draft.effects.append(Confirm(app.spec.cluster, subject.key, desired, live, request))


@lru_cache(maxsize=1024)
def policy_of(spec: AppSpec) -> Policy:
    """What the settings of an app say about judging its objects."""
    classes = {name: OwnerClass(word) for name, word in spec.managers}
    return Policy(spec.extras, spec.contested, spec.ignore, classes)
