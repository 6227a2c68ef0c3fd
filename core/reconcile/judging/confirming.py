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
from core.reconcile.judging.refusals import is_invalid, touch
from core.reconcile.memory.inputs import Confirmed
from core.reconcile.memory.subjects import Further
from core.remedy import patch

ROUNDS_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the server said of one object, all in all."""

    answer: Confirmed | None  # the one that counts; None: nothing was said yet
    whole: bool = False  # it is about all that is to be put right
    blocking: tuple[str, ...] | None = None  # live fields that go for Git's sake
    stuck: tuple[tuple[str, str], ...] = ()  # paths that have to stay, and the server's words


def outcome_of(answer: Confirmed, further: Further | None) -> Outcome:
    """Return what an answer amounts to, with those before it."""
    if further is None:
        return Outcome(answer)
    first = further.first
    if answer.predicted is not None:
        blocking = further.blocking if first.predicted is None else None
        whole = not further.stuck
        return Outcome(answer, whole=whole, blocking=blocking, stuck=further.stuck)
    if not is_invalid(answer):
        return Outcome(answer)
    if first.predicted is None:
        return Outcome(answer if answer.cause_paths else first)
    return Outcome(first, stuck=_stuck(answer, further))


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
        drifts = tuple(c for c in row.changes if c.verdict is FieldVerdict.DRIFT)
        if further is None and answer.predicted is not None:
            return self._asking(answer, drifts)
        if answer.predicted is not None or not is_invalid(answer):
            return None
        if further is None:
            return self._unblocking(row, drifts, answer, None)
        if further.rounds >= ROUNDS_MAX:
            return None
        if further.first.predicted is None:
            return self._unblocking(row, drifts, answer, further)
        stuck = _stuck(answer, further)
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


def with_stuck(row: Drift, stuck: Iterable[tuple[str, str]]) -> Drift:
    """Say of a row's fields which have to stay, and why."""
    words = dict(stuck)
    if not words:
        return row
    changes = tuple(
        replace(each, healable=False, note=words[each.path])
        if each.path in words and each.verdict is FieldVerdict.DRIFT
        else each
        for each in row.changes
    )
    return replace(row, changes=changes)


def _stuck(answer: Confirmed, further: Further) -> tuple[tuple[str, str], ...]:
    """Name what a refusal is about, of all that was to be taken away; if it does not say, all."""
    meant = [
        path for path in further.added if any(touch(path, cause) for cause in answer.cause_paths)
    ]
    return (*further.stuck, *((path, answer.problem) for path in meant or further.added))
