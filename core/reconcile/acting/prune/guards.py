"""The guards of an app as a whole, G1 to G9: what each says of the facts, in their order.

Pure, and of plain facts: `facts` gathers them.  Nothing here knows who asked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from core.model import Allowed, Blocked, Clearance, Guard
from core.model.controllers.leads import Lead
from core.reconcile.memory.results import Proved

CYCLE_S: Final = 30.0  # so far apart are two looks
PROOF_S: Final = 120.0  # so long what Git said counts as said in this cycle
SEEN_S: Final = 120.0  # so old the picture of a cluster may be
LEASE_S: Final = 5.0  # so long a Lease must be valid still
SHRINK_LEAST: Final = 5  # so many may always go
SHRINK_SHARE: Final = 0.2  # and this much of what was applied


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the guards are asked about; the defaults are those of an app where all is well."""

    now: float
    uids: frozenset[str]  # of what would go
    recorded: int  # objects in the inventory
    stated: int  # objects that Git states
    revision: str  # the commit that is judged
    proof: Proved | None = None
    proved_at: float = 0.0
    lost: str = ""  # why Git cannot be read
    lost_by: Guard = Guard.SOURCE_KNOWN  # which guard that is the matter of
    rewritten: bool = False  # the commit does not descend from the one before
    faults: tuple[str, ...] = ()  # of files
    allow_empty: bool = False
    unseen: tuple[str, ...] = ()  # why it cannot be told of some objects what they are
    seen_at: float = 0.0  # when the cluster said anything last
    cluster_uid: str = ""
    frozen: str = ""  # why nobody believes that the cluster is what it was
    record_problem: str = ""  # why the inventory cannot be written
    lead: Lead | None = None  # who writes for the app, where replicas share that; None: whoever may
    first_look: float | None = None  # when these very objects were found to go first
    last_look: float | None = None  # and last


def findings(facts: Facts) -> Iterator[Clearance]:
    """Yield what each guard says, in the order in which they are asked."""
    yield _source_known(facts)
    yield _path_present(facts)
    yield _rendering_complete(facts)
    yield _not_empty(facts)
    yield _not_shrinking_fast(facts)
    yield _cluster_known(facts)
    yield _same_cluster(facts)
    yield _leader(facts)
    yield _two_looks(facts)


def allowed_at_once(recorded: int) -> int:
    """How many objects may go without a person's word."""
    return max(SHRINK_LEAST, int(SHRINK_SHARE * recorded))


def _is_proved(facts: Facts) -> bool:
    proof = facts.proof
    fresh = facts.proved_at <= facts.now <= facts.proved_at + PROOF_S
    return proof is not None and fresh and proof.revision in {facts.revision, ""}


def _source_known(facts: Facts) -> Clearance:
    guard, proof = Guard.SOURCE_KNOWN, facts.proof
    if proof is not None and _is_proved(facts) and proof.problem is not None:
        if proof.problem.guard is guard:
            return proof.problem
    elif facts.lost and facts.lost_by is guard:
        return Blocked(guard, facts.lost)
    elif proof is None or not _is_proved(facts):
        return Blocked(guard, "Git is asked again before anything goes", pending=True)
    elif facts.rewritten or not proof.descends:
        words = f"{facts.revision[:7]} does not descend from what was applied last"
        return Blocked(guard, words, person=True)
    return Allowed(guard, f"{facts.revision[:7]} was read just now")


def _path_present(facts: Facts) -> Clearance:
    return _proved(facts, Guard.PATH_PRESENT, "the folder is in that commit")


def _rendering_complete(facts: Facts) -> Clearance:
    if facts.faults and not facts.lost:
        more = f" and {len(facts.faults) - 1} more" if len(facts.faults) > 1 else ""
        return Blocked(Guard.RENDERING_COMPLETE, f"{facts.faults[0]}{more}")
    return _proved(facts, Guard.RENDERING_COMPLETE, "read twice afresh, and both were the same")


def _proved(facts: Facts, guard: Guard, words: str) -> Clearance:
    """Say what Git said of a guard when it was asked afresh."""
    proof = facts.proof
    if facts.lost and facts.lost_by is guard:
        return Blocked(guard, facts.lost)
    if proof is None or not _is_proved(facts):
        return Blocked(guard, "Git is asked again before anything goes", pending=True)
    if proof.problem is not None and proof.problem.guard is guard:
        return proof.problem
    if proof.problem is not None and proof.problem.guard.value < guard.value:
        return Blocked(guard, f"not known: {proof.problem.words}", pending=True)
    return Allowed(guard, words)


def _not_empty(facts: Facts) -> Clearance:
    guard = Guard.NOT_EMPTY
    if facts.stated:
        return Allowed(guard, f"Git states {facts.stated} object(s)")
    words = f"Git states nothing at {facts.revision[:7]}"
    if facts.allow_empty:
        return Blocked(guard, f"{words}; a person has to confirm that", person=True)
    return Blocked(guard, f"{words}; `allow_empty: true` lets a person confirm that")


def _not_shrinking_fast(facts: Facts) -> Clearance:
    guard, going, most = (
        Guard.NOT_SHRINKING_FAST,
        len(facts.uids),
        allowed_at_once(facts.recorded),
    )
    words = f"{going} of {facts.recorded} objects would go"
    if going <= most:
        return Allowed(guard, words)
    words = f"{words}, at most {most} may without a person's word"
    return Blocked(guard, words, person=True)


def _cluster_known(facts: Facts) -> Clearance:
    guard = Guard.CLUSTER_KNOWN
    if facts.unseen:
        more = f" and {len(facts.unseen) - 1} more" if len(facts.unseen) > 1 else ""
        return Blocked(guard, f"{facts.unseen[0]}{more}")
    age_s = facts.now - facts.seen_at
    if not 0 <= age_s <= SEEN_S:
        return Blocked(guard, f"the cluster said nothing for {age_s:.0f} s")
    return Allowed(guard, "all that was applied can be seen")


def _same_cluster(facts: Facts) -> Clearance:
    guard = Guard.SAME_CLUSTER
    if facts.frozen:
        return Blocked(guard, facts.frozen)
    if not facts.cluster_uid:
        return Blocked(guard, "the namespace kube-system, which identifies it, cannot be read")
    return Allowed(guard, "it is the one where all was applied")


def _leader(facts: Facts) -> Clearance:
    guard = Guard.LEADER
    if facts.record_problem:
        return Blocked(guard, f"the inventory cannot be written: {facts.record_problem}")
    if facts.lead is not None:
        return _lease_valid(facts.lead, facts.now)
    return Allowed(guard, "this run is entered in the inventory before it deletes")


def _lease_valid(lead: Lead, now: float) -> Clearance:
    """Say whether this replica writes for the app, and for long enough; it is asked again."""
    guard, left_s = Guard.LEADER, lead.until - now
    if lead.words:
        return Blocked(guard, lead.words, pending=True)
    if left_s <= LEASE_S:
        return Blocked(guard, "the Lease is about to end, if it is not renewed", pending=True)
    return Allowed(guard, f"this replica leads, for {left_s:.0f} s at least")


def _two_looks(facts: Facts) -> Clearance:
    guard, first, last = Guard.TWO_LOOKS, facts.first_look, facts.last_look
    if first is None or last is None or last - first < CYCLE_S:
        since = "" if first is None else f", {max(0.0, first + CYCLE_S - facts.now):.0f} s to go"
        words = f"they are looked at twice, {CYCLE_S:.0f} s apart{since}"
        return Blocked(guard, words, pending=True)
    return Allowed(guard, f"the same was to go {last - first:.0f} s ago")
