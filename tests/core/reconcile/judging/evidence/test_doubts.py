"""Which answers of the server are doubted, and which of them are asked for again at once."""

from dataclasses import replace
from typing import Any

import pytest

from core.model import ConfirmedBy, Drift, Verdict
from core.reconcile.judging.evidence.rechecks import (
    FRESH_S,
    RECHECK_S,
    SPREAD_S,
    doubt_answers,
    is_doubtful,
    keeps_doubt,
    note_answer,
)
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.inputs import AdmissionSeen
from core.reconcile.memory.results import Confirmed
from core.reconcile.memory.subjects import Hold, Refusal, Returned, Subject
from core.reconcile.memory.tables import Map
from tests.core.reconcile.world import CONFIG_MAP, SPEC, applied, key, live

A = key(CONFIG_MAP, "a")
NOW = 1_000_000.0
STATE = applied("a").state
BACK, HOLD = Returned("d", Map({"data.a": "1"})), Hold(NOW + 60, 1, "d")


def remembering(**known: Any) -> Draft:
    """One ConfigMap that was asked about just now, but for what is *known* otherwise."""
    draft = Draft(STATE, NOW)
    draft.put(replace(draft.subject(A), **({"answered_at": NOW - FRESH_S} | known)))
    return draft


def answer(draft: Draft, **more: Any) -> Confirmed:
    desired = draft.app(SPEC.name).desired[A.ref]
    return Confirmed(A, desired, live(CONFIG_MAP, "a", 5), **({"predicted": None} | more))


def looked(draft: Draft, *, changed: bool = False, cluster: str = "prod") -> Subject:
    doubt_answers(draft, AdmissionSeen(cluster, changed))
    return draft.subject(A)


def is_queued(draft: Draft) -> bool:
    return any(A in bundle for bundle in draft.queue(SPEC.name))


def test_an_answer_ends_all_doubt_and_is_of_this_moment() -> None:
    draft = remembering(answered_at=None, doubtful=True)
    note_answer(draft, answer(draft))
    assert (draft.subject(A).answered_at, draft.subject(A).doubtful) == (NOW, False)


@pytest.mark.parametrize(
    ("doubtful", "confirmed_by", "expected"),
    [
        (True, ConfirmedBy.SERVER, True),
        (True, ConfirmedBy.LOCAL, False),
        (False, ConfirmedBy.SERVER, False),
    ],
)
def test_only_what_the_server_said_can_be_doubted(
    *, doubtful: bool, confirmed_by: ConfirmedBy, expected: bool
) -> None:
    row = Drift(A, "prod", CONFIG_MAP, Verdict.IN_SYNC, confirmed_by=confirmed_by)
    assert is_doubtful(Subject(A, row, doubtful=doubtful), row) is expected


@pytest.mark.parametrize(
    ("row", "told", "kept"),
    [
        ({}, {"retry": True}, True),
        ({"confirmed_by": ConfirmedBy.LOCAL}, {"retry": True}, False),
        ({"confirming": True}, {"retry": True}, False),  # nothing stands yet
        ({}, {"retry": True, "predicted": b"{}"}, False),
        ({}, {"retry": False}, False),  # a refusal is an answer
    ],
)
def test_a_row_stands_only_where_a_repeated_question_got_no_answer(
    row: dict[str, Any], told: dict[str, Any], *, kept: bool
) -> None:
    confirmed = {"confirmed_by": ConfirmedBy.SERVER} | row
    standing = Drift(A, "prod", CONFIG_MAP, Verdict.DRIFTED, **confirmed)
    assert keeps_doubt(answer(remembering(), **told), standing) is kept


@pytest.mark.parametrize(
    ("known", "look", "doubted"),
    [
        ({}, {}, False),
        ({}, {"changed": True}, True),
        ({"answered_at": NOW}, {"changed": True}, False),  # the next look finds it
        ({"answered_at": NOW + 5}, {"changed": True}, True),  # the clock was set back
        ({"answered_at": NOW, "doubtful": True}, {"changed": True}, True),
        ({"doubtful": True}, {}, True),  # it was asked for, and there was no answer
        ({"answered_at": NOW - RECHECK_S}, {}, True),
        ({"answered_at": NOW - (RECHECK_S - SPREAD_S)}, {}, False),
        ({"answered_at": None}, {"changed": True}, False),  # nothing rests on an answer
        ({"answered_at": None, "doubtful": True}, {"changed": True}, False),
        ({}, {"changed": True, "cluster": "lab"}, False),
    ],
)
def test_an_answer_is_doubted_after_a_change_or_a_while(
    known: dict[str, Any], look: dict[str, Any], *, doubted: bool
) -> None:
    draft = remembering(**known)
    before = draft.subject(A)
    after = looked(draft, **look)
    assert after == (replace(before, doubtful=True) if doubted else before)
    assert is_queued(draft) is doubted


def test_an_answer_is_old_at_the_very_second_that_its_name_gives_it() -> None:
    ages = range(int(RECHECK_S - SPREAD_S), int(RECHECK_S) + 1)
    first = next(age for age in ages if looked(remembering(answered_at=NOW - age)).doubtful)
    assert not looked(remembering(answered_at=NOW - first + 0.5)).doubtful
    assert looked(remembering(answered_at=NOW - first - 0.5)).doubtful


def test_an_answer_about_what_has_no_row_any_more_is_not_asked_for_again() -> None:
    draft = remembering()
    draft.put_row(A, None)
    assert not looked(draft, changed=True).doubtful
    assert not is_queued(draft)


@pytest.mark.parametrize(
    ("known", "rejudged", "hold"),
    [
        ({"refusal": True}, True, HOLD),
        ({"returned": BACK}, True, None),  # nothing keeps it from being tried again
        ({}, False, HOLD),  # it is for another reason, which stands
        ({"rejudge": True}, True, HOLD),
    ],
)
def test_what_was_refused_or_put_back_is_judged_as_if_it_had_not_been(
    known: dict[str, Any], rejudged: bool, hold: Hold | None
) -> None:
    draft = remembering(hold=HOLD)
    if "refusal" in known:
        known = {"refusal": Refusal(answer(draft), NOW + 60, 1, elsewhere=False)}
    draft.put(replace(draft.subject(A), **known))
    after = looked(draft, changed=True)
    assert (after.refusal, after.returned) == (None, None)
    assert (after.rejudge, after.hold) == (rejudged, hold)
