"""Standing permission: which drift is put right unasked, and when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import inf

from core.model import Cause, ConfirmedBy, Drift, Remedy, Verdict
from core.reconcile.acting.plans import stated_twice, workable
from core.reconcile.acting.standing import read_only_words
from core.reconcile.judging.causes import withheld
from core.reconcile.judging.evidence.fights import heals_of, left_alone, paths_of
from core.reconcile.judging.holds.breaker import waits_for_others
from core.reconcile.judging.holds.fields import held_fields, held_words
from core.reconcile.judging.holds.holds import hold_of
from core.reconcile.judging.taking import left_to
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import WakeAt
from core.reconcile.memory.results import Applied
from core.reconcile.memory.subjects import Hold, Subject
from core.reconcile.sides.layouts import LEFT_LAYOUT


@dataclass(frozen=True, slots=True, kw_only=True)
class HealPolicy:
    """How far the engine goes in repairing one field without being asked."""

    at_once: int = 2  # the first drift of a field, and its first repetition
    backoff_first_s: float = 2.0  # from then on, times three each
    backoff_cap_s: float = 300.0
    refused_s: float = 300.0  # a refused heal is tried again after so long; other drift is at once
    denied_first_s: float = 30.0  # a right may come back soon; longer each time, up to `refused_s`
    conflict_s: float = 1.0  # so long the watch may take to bring the version that was in the way
    # (twice as long after each more in a row, up to the cap of what is unavailable)
    conflicts_told: int = 5  # heals in a row that came too late; fewer are nobody's business
    unavailable_first_s: float = 1.0
    unavailable_cap_s: float = 60.0


POLICY = HealPolicy()


def heal_at(healed: Sequence[float], policy: HealPolicy = POLICY) -> float:
    """Say from when on a field may be healed once more.

    Args:
        healed: When it was healed before, in seconds, oldest first.
        policy: The limits.

    Returns:
        Seconds on the same clock; 0.0 means at once.

    Source:
        safety.md section 4: a fight with another writer must not become a storm.
    """
    over = len(healed) - policy.at_once
    if over < 0:
        return 0.0
    return healed[-1] + min(policy.backoff_cap_s, policy.backoff_first_s * 3.0**over)


def permitted(draft: Draft, row: Drift) -> bool:
    """Tell whether the app's settings let the engine put this drift right by itself."""
    return draft.app(row.key.app).healing and row.apart and not left_because(draft, row)


def left_because(draft: Draft, row: Drift) -> str:
    """Say why the engine leaves what is apart as it is, where its app is healed; "": it does not.

    A person is told the same words who asks what a heal would do.
    """
    app = draft.app(row.key.app)
    words = _kept_because(draft, row)
    if words:
        return words
    if row.untaken:
        return "" if app.spec.heal or app.spec.follow else "heal: false, follow: false"
    if row.key.ref in app.claimed:
        return stated_twice(app.claimed[row.key.ref])
    if row.confirmed_by is not ConfirmedBy.SERVER or row.confirming:
        return "not confirmed by the server"
    if row.tracked_by:
        return left_to(row)
    held = held_in(draft, row)
    if row.verdict is Verdict.MISSING:
        fighting = (row.reason or "others delete it") if "" in held else ""
        return withheld(app.spec, row.cause) or _waiting(draft, row) or fighting
    if workable(change for change in row.drifts if change.path not in held):
        return ""
    causes = (withheld(app.spec, change.cause) for change in row.drifts)
    stuck = (change.note for change in row.drifts if not change.healable)
    reasons = (row.reason, _waiting(draft, row), *causes, *stuck)
    return next(filter(None, reasons), "nothing of it can be put right")


def _waiting(draft: Draft, row: Drift) -> str:
    """Say what fields are left for now, and until when."""
    held = held_words(held_fields(draft, row), row)
    return held.words if held is not None else ""


def _kept_because(draft: Draft, row: Drift) -> str:
    """Say why nothing at all is done to an object now; "": something may be."""
    app = draft.app(row.key.app)
    if app.left_at is not None:
        return LEFT_LAYOUT
    hold = hold_of(draft, row)
    calling = "an apply of this object is in flight" if row.calling else ""
    return (
        read_only_words(draft, app.spec.cluster)
        or draft.cluster(app.spec.cluster).view.frozen
        or calling
        or (hold.words if hold is not None else "")
    )


def held_in(draft: Draft, row: Drift) -> frozenset[str]:
    """Return the fields of an object that are not put right unasked.

    The app's settings say so, or they are fought for; "" is the object itself.
    """
    spec = draft.app(row.key.app).spec
    left = frozenset(c.path for c in row.drifts if withheld(spec, c.cause))
    left |= held_fields(draft, row).keys()
    return left | left_alone(draft, row.key, row.digest)


def is_due_to_heal(draft: Draft, row: Drift) -> bool:
    """Tell whether nothing holds this heal up now; if something does, wake up when it ends."""
    if waits_for_others(draft, row):
        return False
    held = draft.subject(row.key).hold
    if held is not None and _stands(held, row) and held.until > draft.now:
        return False
    if row.cause is not Cause.LIVE_CHANGED:
        return True
    earliest = min(_times(draft, row), default=0.0)
    if earliest > draft.now:
        draft.effects.append(WakeAt(earliest))
        return False
    return True


def _stands(held: Hold, row: Drift) -> bool:
    stamp = row.stamp
    if stamp is None or held.digest != stamp.digest:
        return False
    if held.about is not None and held.about != _drift_of(row):
        return False
    return held.version is None or held.version == stamp.version


def _drift_of(row: Drift) -> tuple[object, ...]:
    """What a heal of *row* is about: for another one a refusal of this says nothing."""
    return (row.verdict, *((c.path, c.live) for c in workable(row.drifts)))


def _version_of(subject: Subject) -> str | None:
    stamp = subject.row.stamp if subject.row is not None else None
    return stamp.version if stamp is not None else None


def _times(draft: Draft, row: Drift) -> Iterable[float]:
    subject = draft.subject(row.key)
    digest = row.digest
    for path in paths_of(row.changes).keys() - left_alone(draft, row.key, digest):
        yield heal_at(heals_of(subject, path, digest, draft.now).times)


def hold_unchanged(draft: Draft, done: Applied, version: str) -> None:
    """The server took an apply and changed nothing: do not repeat it before something changes."""
    until = draft.now + POLICY.backoff_cap_s
    held = Hold(until, 1, done.desired.digest, version)
    draft.put(replace(draft.subject(done.key), hold=held))
    draft.wake(done.key, until)


def hold_back(draft: Draft, done: Applied) -> None:
    """Leave an object alone for a while after its apply was refused."""
    problem = done.problem
    assert problem is not None, "what was refused says why"
    subject = draft.subject(done.key)
    before = subject.hold
    attempts = before.attempts + 1 if before and before.digest == done.desired.digest else 1
    row = subject.row
    if row is not None and row.untaken and problem.remedy is Remedy.CHANGE_GIT:
        # It is no take-over of this very version, and nothing but another one changes that.
        held = Hold(inf, attempts, done.desired.digest, _version_of(subject))
        draft.put(replace(subject, hold=held))
        return
    pause_s = problem.retry_after_s or POLICY.refused_s
    about = _drift_of(subject.row) if subject.row is not None else None
    version = None
    if problem.remedy is Remedy.GRANT and not problem.retry_after_s:
        pause_s = min(POLICY.refused_s, POLICY.denied_first_s * attempts)
    if problem.remedy is Remedy.LOOK_AGAIN:  # the world moved: the watch is about to say how
        late = POLICY.conflict_s * 2.0 ** max(0, subject.conflicts - 1)
        pause_s, version = min(POLICY.unavailable_cap_s, late), _version_of(subject)
        attempts -= 1
    if problem.remedy is Remedy.WAIT:
        doubled = POLICY.unavailable_first_s * 2 ** (attempts - 1)
        pause_s = max(problem.retry_after_s or 0.0, min(POLICY.unavailable_cap_s, doubled))
        about = None  # whatever is to be done: nothing can be
    until = draft.now + pause_s
    held = Hold(until, attempts, done.desired.digest, version, about)
    draft.put(replace(subject, hold=held))
    draft.wake(done.key, until)
