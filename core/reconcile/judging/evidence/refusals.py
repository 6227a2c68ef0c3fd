"""What the answers to dry-runs amount to (verdicts.md 2.5).

Where nothing was predicted the local verdict stands.  A refusal is kept, so that the same question
is not asked again before there is hope of another answer: after a while, with other credentials,
or when Git changes.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import inf
from typing import Final

from core.model import (
    ABSENT,
    Absent,
    ConfirmedBy,
    Desired,
    Drift,
    FieldChange,
    FieldVerdict,
    Key,
    Live,
)
from core.model.paths import Element, PathError, format_path, parse_path
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.results import Confirmed
from core.reconcile.memory.subjects import Further, Refusal, Subject

PUT_BACK: Final = "the server put it back"
ASK_AGAIN_S: Final = 30.0
ASK_AGAIN_CAP_S: Final = 300.0
_FORBIDDEN, _CONFLICT, _INVALID, _UNTYPED = 403, 409, 422, 500
_COUNTED: Final = frozenset({FieldVerdict.DRIFT, FieldVerdict.CONTESTED})
_OLDER: Final = {"clusterIPs": "clusterIP"}  # the server refuses the one in the other's name
_BRACKET: Final = re.compile(r"\[[^\]]*\]")


def is_invalid(answer: Confirmed) -> bool:
    """Tell whether the server refuses what the object would become."""
    return answer.predicted is None and not answer.retry and answer.status == _INVALID


def is_final(answer: Confirmed) -> bool:
    """Tell whether the server refuses what Git states, whatever becomes of the live object."""
    return answer.predicted is None and not answer.retry and answer.status in {_INVALID, _UNTYPED}


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
    return Outcome(first, stuck=stuck_of(answer, further))


def standing_refusal(draft: Draft, key: Key, desired: Desired, live: Live) -> Confirmed | None:
    """Return the refusal that still holds for *desired* on *live*, if there is one."""
    kept = draft.subject(key).refusal
    if kept is None or kept.until <= draft.now:
        return None
    answer = kept.answer
    if answer.status == _FORBIDDEN and not answer.retry:
        return answer
    if answer.desired.digest != desired.digest:
        return None
    if answer.status in {_CONFLICT, _INVALID} and not kept.elsewhere:
        same = answer.live.resource_version == live.resource_version
        return answer if same else None
    return answer


def remember_refusal(draft: Draft, answer: Confirmed, row: Drift) -> None:
    """Remember a refusal for as long as asking again is pointless; forget it after an answer."""
    key = answer.key
    subject = draft.subject(key)
    if answer.predicted is not None:
        if subject.refusal is not None:
            draft.put(replace(subject, refusal=None))
        return
    attempts = subject.refusal.attempts + 1 if subject.refusal is not None else 1
    until = inf
    if answer.retry or answer.status == _FORBIDDEN:  # a right may be granted, a quota lifted (R11)
        until = draft.now + min(ASK_AGAIN_CAP_S, ASK_AGAIN_S * attempts)
        draft.wake(key, until)
    elsewhere = is_final(answer) and row.confirmed_by is ConfirmedBy.LOCAL
    draft.put(replace(subject, refusal=Refusal(answer, until, attempts, elsewhere)))


def is_due(draft: Draft, key: Key) -> bool:
    """Tell whether an object that could not be confirmed is worth another question."""
    kept = draft.subject(key).refusal
    return kept is not None and kept.until <= draft.now


def forget_refusals(draft: Draft, cluster: str | None = None) -> None:
    """Ask again what was refused: everything, or what one cluster did not allow."""
    asked: list[Key] = []
    for key, subject in draft.subjects.items():
        if cluster is None and subject.returned is not None:
            subject = replace(subject, returned=None, rejudge=True)  # noqa: PLW2901 - goes on
            draft.put(subject)
            asked.append(key)
        if subject.refusal is None:
            continue
        denied = subject.refusal.answer.status == _FORBIDDEN
        if cluster is None or (denied and draft.app(key.app).spec.cluster == cluster):
            draft.put(replace(subject, refusal=None, rejudge=True))
            asked.append(key)
    draft.judge_all_again(asked)


def with_refusal(row: Drift, answer: Confirmed) -> Drift:
    """Mark in a row what the server refuses.

    A difference that the refusal is about stays drift that cannot be healed, and the server says
    so itself.  Anything else is a mistake in Git, shown where it is.
    """
    covered = {
        change.path
        for change in row.changes
        for path in answer.cause_paths
        if change.verdict in _COUNTED and answer.status == _INVALID and _touch(change.path, path)
    }
    if covered:
        changes = tuple(
            replace(each, healable=False, note=answer.problem)
            if each.path in covered and (answer.patch is not None or not _is_renamed(each))
            else each
            for each in row.changes
        )
        return replace(row, changes=changes, confirmed_by=ConfirmedBy.SERVER)
    paths = dict.fromkeys(_written(path) for path in answer.cause_paths) or {"": None}
    warnings = tuple(
        FieldChange(path, FieldVerdict.WARN, ABSENT, ABSENT, note=answer.problem) for path in paths
    )
    return replace(row, changes=(*row.changes, *warnings), confirmed_by=ConfirmedBy.LOCAL)


def _touch(ours: str, cause: str) -> bool:
    """Tell whether one path lies in the other, whichever entries of lists they name."""
    one = [part for part in parse_path(ours) if isinstance(part, str)]
    other = [_OLDER.get(part, part) for part in _BRACKET.sub("", cause).split(".") if part]
    return all(_OLDER.get(a, a) == b for a, b in zip(one, other, strict=False))


def _is_renamed(change: FieldChange) -> bool:
    """Tell whether an entry of a list stands where Git states another.

    An apply would add the second one and be refused for it; a heal replaces the entry instead.
    """
    both = not isinstance(change.live, Absent) and not isinstance(change.git, Absent)
    return both and isinstance(parse_path(change.path)[-1], Element)


def _written(cause: str) -> str:
    """Write a path of the server's in our notation, where it can be read at all."""
    try:
        return format_path(parse_path(cause))
    except PathError:
        return cause


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


def stuck_after(subject: Subject, row: Drift) -> tuple[tuple[str, str], ...]:
    """Name the fields that our last write did not move, as far as all is as it was then."""
    past, stamp = subject.returned, row.stamp
    if past is None or stamp is None or past.digest != stamp.digest:
        return ()
    return tuple(
        (change.path, PUT_BACK)
        for change in row.changes
        if change.path in past.values and past.values[change.path] == change.live
    )


def stuck_of(answer: Confirmed, further: Further) -> tuple[tuple[str, str], ...]:
    """Name what a refusal is about, of all that was to be taken away; if it does not say, all."""
    meant = [
        path for path in further.added if any(_touch(path, cause) for cause in answer.cause_paths)
    ]
    return (*further.stuck, *((path, answer.problem) for path in meant or further.added))
