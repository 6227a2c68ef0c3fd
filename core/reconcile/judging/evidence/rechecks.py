"""When the server is asked again what it said already (verdicts.md 2.5).

A verdict that rests on a dry-run rests on what admitted the object then: webhooks, policies,
quotas.  None of them moves the object's version, so it is asked again when the watch saw one of
them change, and now and then besides, for not all of them can be seen.  The row stands meanwhile.
"""

from dataclasses import replace
from typing import Final
from zlib import crc32

from core.model import ConfirmedBy, Drift, Key
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.inputs import AdmissionSeen
from core.reconcile.memory.results import Confirmed
from core.reconcile.memory.subjects import Subject

FRESH_S: Final = 1.0  # an answer so young was given under what was seen, or the next look finds it
RECHECK_S: Final = 1500.0  # and the next look is at most 240 s away: half an hour at the latest
SPREAD_S: Final = 900.0  # sooner by up to this much: what was judged together is asked apart


def note_answer(draft: Draft, answer: Confirmed) -> None:
    """The server was asked just now."""
    subject = draft.subject(answer.key)
    draft.put(replace(subject, answered_at=draft.now, doubtful=False))


def is_doubtful(subject: Subject, row: Drift) -> bool:
    """Tell whether a row that stands rests on an answer that may be another by now."""
    return subject.doubtful and row.confirmed_by is ConfirmedBy.SERVER


def keeps_doubt(answer: Confirmed, row: Drift) -> bool:
    """Tell whether a repeated question got no answer: the row stands until one comes."""
    asked_again = row.confirmed_by is ConfirmedBy.SERVER and not row.confirming
    return asked_again and answer.predicted is None and answer.retry


def doubt_answers(draft: Draft, seen: AdmissionSeen) -> None:
    """Ask again what may be answered otherwise now; refusals, too."""
    asked: list[Key] = []
    for key, subject in draft.subjects.items():
        row = subject.row
        if subject.answered_at is None or row is None or row.cluster != seen.cluster:
            continue
        age_s = draft.now - subject.answered_at
        if 0.0 <= age_s < FRESH_S and not subject.doubtful:
            continue
        old_s = RECHECK_S - crc32(str(key).encode()) % int(SPREAD_S)
        if seen.changed or subject.doubtful or age_s >= old_s:
            refused = subject.refusal is not None or subject.returned is not None
            made = replace(subject, refusal=None, doubtful=True, rejudge=subject.rejudge or refused)
            if made.returned is not None:
                made = replace(made, returned=None, hold=None)
            draft.put(made)
            asked.append(key)
    draft.judge_all_again(asked)
