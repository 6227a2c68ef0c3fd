"""Further questions about one object, where a dry-run of the apply does not tell all.

An apply leaves what others added, so of that its dry-run says nothing; and it is refused where a
live field excludes one of Git's.  Then the whole heal is asked about as one patch, as it would be
written.  What that is refused for has to stay, or has to go as well: a guess is asked about anew, a
few times at most.  The last answer is the one that counts.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from core.compare import Policy, Schema
from core.compare.equality.schema import UNKNOWN
from core.compare.evidence.evidence import Evidence
from core.compare.unions import Unions
from core.model import ABSENT, Absent, Contested, Desired, Drift, FieldChange, FieldVerdict, Live
from core.reconcile.judging.announcing import announce
from core.reconcile.judging.evidence.rechecks import keeps_doubt, note_answer
from core.reconcile.judging.evidence.refusals import (
    is_invalid,
    outcome_of,
    remember_refusal,
    stuck_of,
)
from core.reconcile.judging.judging import compared, live_at, policy_of, settle, stamped
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import Confirm
from core.reconcile.memory.results import Confirmed
from core.reconcile.memory.subjects import Call, Further
from core.remedy import patch

ROUNDS_MAX: Final = 5


def take_answer(draft: Draft, answer: Confirmed) -> bool:
    """Use the server's dry-run, if it still speaks of the current object; tell whether it did."""
    key = answer.key
    subject = draft.subject(key)
    call = subject.call
    if call is None or not _answers(answer, call):
        return False  # it was forgotten meanwhile, or another question is under way
    draft.put(replace(subject, call=None))
    app = draft.app(key.app)
    desired = app.desired.get(key.ref)
    live = desired and live_at(draft.cluster(app.spec.cluster), desired.kind, key.ref)
    before = draft.row(key)
    if desired != answer.desired or live != answer.live or before is None:
        draft.judge_again(key)  # the object moved on: ask again
        return False
    assert desired is not None
    assert live is not None
    if keeps_doubt(answer, before):
        return True
    outcome = outcome_of(answer, call.further)
    row = compared(draft, app, before, desired, live, outcome)
    schema = draft.cluster(app.spec.cluster).kinds[desired.kind].schema
    questions = Questions(desired, live, schema, policy_of(app.spec))
    further = questions.after(row, answer, call.further)
    if further is not None:
        draft.put(replace(draft.subject(key), call=Call(desired, live, further=further)))
        draft.effects.append(Confirm(app.spec.cluster, key, desired, live, further.patch))
        return False
    note_answer(draft, answer)
    if call.further is None and _is_taking_away(row):  # the apply does it all, so it told all
        row = compared(draft, app, before, desired, live, replace(outcome, whole=True))
    remember_refusal(draft, outcome.answer or answer, row)
    settle(draft, key, stamped(before, row, draft.now) or row)
    announce(draft, key, before, draft.row(key))
    return True


def _answers(answer: Confirmed, call: Call) -> bool:
    patch = call.further.patch if call.further is not None else None
    asked = (call.desired, call.live, call.run, patch)
    told = (answer.desired, answer.live, None, answer.patch)
    return asked == told  # equal, not the same: a record replays


def _is_taking_away(row: Drift) -> bool:
    """Tell whether a field is to go that may be back as it was: of others an apply tells all."""
    return any(isinstance(change.git, Absent) for change in row.drifts)


def _is_asked(change: FieldChange) -> bool:
    """Tell whether a question is about a field: also about Git's value for one that is contested.

    Nothing is written there, but as an apply says what it would make of it, all of a heal does.
    """
    contested = change.verdict is FieldVerdict.CONTESTED and not isinstance(change.git, Absent)
    return change.verdict is FieldVerdict.DRIFT or (contested and not change.place)


@dataclass(frozen=True, slots=True)
class Questions:
    """What else can be asked about one object."""

    desired: Desired
    live: Live
    schema: Schema | None
    policy: Policy

    def after(self, row: Drift, answer: Confirmed, further: Further | None) -> Further | None:
        """Return what is asked next; None where the answer is the last word.

        Args:
            row: The object as it is judged with that answer.
            answer: What the server just said.
            further: What it was asked, None where that was the apply.
        """
        drifts = tuple(change for change in row.changes if _is_asked(change))
        if further is None and answer.predicted is not None:
            return self._asking(answer, drifts)
        if not is_invalid(answer):
            return None
        if further is None:
            return self._unblocking(row, drifts, answer, None)
        if further.rounds >= ROUNDS_MAX:
            return None
        if further.first.predicted is None:
            return self._unblocking(row, drifts, answer, further)
        stuck = stuck_of(answer, further)
        kept = {path for path, _ in stuck}
        left = (replace(each, place="") for each in drifts if each.path not in kept)
        return self._asking(further.first, left, stuck=stuck, rounds=further.rounds + 1)

    def _asking(
        self,
        first: Confirmed,
        drifts: Iterable[FieldChange],
        *,
        blocking: tuple[str, ...] = (),
        stuck: tuple[tuple[str, str], ...] = (),
        rounds: int = 1,
    ) -> Further | None:
        drifts = tuple(drifts)
        going = [
            FieldChange(path, FieldVerdict.DRIFT, ABSENT, ABSENT, blocks=True) for path in blocking
        ]
        edit = patch(self.desired, self.live, (*drifts, *going), self.schema, self.policy)
        if edit is None:
            return None
        added = tuple(c.path for c in drifts if isinstance(c.git, Absent) or c.place)
        return Further(first, edit, blocking, stuck, added, rounds)

    def _unblocking(
        self,
        row: Drift,
        drifts: tuple[FieldChange, ...],
        answer: Confirmed,
        further: Further | None,
    ) -> Further | None:
        """Ask with other fields gone, if the refusal leaves one to be guessed."""
        known = further.blocking if further is not None else ()
        first = further.first if further is not None else answer
        rounds = further.rounds + 1 if further is not None else 1
        for more in self._guesses(row, answer, is_first=further is None):
            blocking = tuple(dict.fromkeys((*known, *more)))
            asked = self._asking(first, drifts, blocking=blocking, rounds=rounds)
            if asked is not None and (further is None or asked.patch != further.patch):
                return asked
        return None

    def _guesses(
        self, row: Drift, answer: Confirmed, *, is_first: bool
    ) -> Iterator[tuple[str, ...]]:
        """Yield what may be in the way: nothing but drift, what is named, what stands beside it."""
        evidence = Evidence(msgspec.json.decode(self.live.body), self.policy.classes)
        unions = Unions(
            msgspec.json.decode(self.desired.body),
            evidence,
            self.schema.root if self.schema is not None else UNKNOWN,
            spared=[change.path for change in row.ignored],
            enforced=self.policy.contested is Contested.ENFORCE,
        )
        named = unions.named(answer.cause_paths)
        if named or is_first:
            yield named
        yield from unions.beside(answer.cause_paths, answer.problem)
