"""Verdicts that rest on a dry-run are asked for again, quietly: the row stands meanwhile."""

from itertools import pairwise
from typing import Any

import pytest

from core.model import ConfirmedBy, EventName, Verdict
from core.reconcile.judging.evidence.rechecks import FRESH_S
from core.reconcile.memory.effects import Confirm, Effect
from core.reconcile.memory.inputs import AdmissionSeen
from core.reconcile.memory.results import Applied, Confirmed
from tests.core.reconcile.world import CONFIG_MAP, World, applied, key, live, questions, writes

A, B = key(CONFIG_MAP, "a"), key(CONFIG_MAP, "b")
FORCED: dict[str, Any] = {"data": {"a": "forced"}}
CHANGED, LOOKED = AdmissionSeen("prod", changed=True), AdmissionSeen("prod", changed=False)


def forced() -> World:
    """A webhook makes "forced" of what Git states, so that live is as an apply would leave it."""
    made = applied("a", "b")
    (question,) = questions(made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, **FORCED)))
    answered(made, question, **FORCED)
    assert made.state.rows[A].verdict is Verdict.IN_SYNC
    assert made.state.rows[A].confirmed_by is ConfirmedBy.SERVER
    return made


def seen_changed(made: World) -> list[Effect]:
    """What admits objects changed, and the last answer is older than that."""
    made.now += FRESH_S
    return made.feed(CHANGED)


def answered(made: World, question: Confirm, **predicted: Any) -> list[Effect]:
    """The server answers a dry-run."""
    result = live(CONFIG_MAP, "a", 7, **predicted).body
    return made.feed(Confirmed(question.key, question.desired, question.live, result))


def failed(made: World, question: Confirm, **more: Any) -> list[Effect]:
    answer = Confirmed(question.key, question.desired, question.live, None, **more)
    return made.feed(answer)


def test_when_a_webhook_changes_only_what_rests_on_a_dry_run_is_asked_again() -> None:
    made = forced()
    row = made.state.rows[A]
    (question,) = questions(seen_changed(made))
    assert question.key == A
    assert made.state.rows[A] is row  # it stands until the answer is there
    assert made.complete()
    answered(made, question, **FORCED)
    assert made.state.rows[A] is row


def test_an_answer_of_this_very_second_is_left_to_the_next_look() -> None:
    made = forced()
    made.now += FRESH_S / 2
    assert questions(made.feed(CHANGED)) == []
    made.now += 9.0
    assert [question.key for question in questions(made.feed(CHANGED))] == [A]


def test_a_webhook_that_went_leaves_drift_that_is_told() -> None:
    made = forced()
    (question,) = questions(seen_changed(made))
    answered(made, question, data={"a": "1"})
    assert made.state.rows[A].verdict is Verdict.DRIFTED
    assert made.state.events[-1].name is EventName.DRIFT_DETECTED


def test_a_webhook_that_came_ends_the_drift_it_explains() -> None:
    made = applied("a")
    made.drift("a", 6, **FORCED)
    (question,) = questions(seen_changed(made))
    answered(made, question, **FORCED)
    assert made.state.rows[A].verdict is Verdict.IN_SYNC


def test_what_another_cluster_admits_changes_nothing_here() -> None:
    made = forced()
    assert made.feed(AdmissionSeen("lab", changed=True)) == []


def test_an_answer_is_asked_for_again_within_half_an_hour_and_not_each_time() -> None:
    made = forced()
    times = []
    for _ in range(24):  # two hours of looks
        made.now += 300
        for question in questions(made.feed(LOOKED)):
            times.append(made.now)
            answered(made, question, **FORCED)
    pauses = [later - sooner for sooner, later in pairwise(times)]
    assert pauses
    assert all(600 <= pause <= 1800 for pause in pauses)


def test_many_answers_are_not_asked_for_at_one_moment() -> None:
    names = [f"m{i}" for i in range(60)]
    made = applied(*names)
    for name in names:
        (question,) = questions(made.change(CONFIG_MAP, name, live(CONFIG_MAP, name, 6, **FORCED)))
        result = live(CONFIG_MAP, name, 7, **FORCED).body
        made.feed(Confirmed(question.key, question.desired, question.live, result))
    counts = []
    for _ in range(6):
        made.now += 300
        counts.append(len(questions(made.feed(LOOKED))))
    assert sum(counts) == 60
    assert max(counts) < 40


@pytest.mark.parametrize("status", [0, 503])
def test_a_repeated_question_without_an_answer_leaves_the_row_and_is_asked_again(
    status: int,
) -> None:
    made = forced()
    row = made.state.rows[A]
    (question,) = questions(seen_changed(made))
    assert questions(failed(made, question, status=status, retry=True, problem="busy")) == []
    assert made.state.rows[A] is row
    (question,) = questions(made.feed(LOOKED))  # at the next look, however fresh
    answered(made, question, data={"a": "1"})
    assert made.state.rows[A].verdict is Verdict.DRIFTED


def test_a_refusal_is_asked_again_when_a_policy_went() -> None:
    made = applied("a")
    (question,) = questions(made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, **FORCED)))
    failed(made, question, status=422, problem="a policy says no")
    assert made.state.rows[A].reason == "a policy says no"
    (question,) = questions(seen_changed(made))
    answered(made, question, data={"a": "1"})
    assert made.state.rows[A].confirmed_by is ConfirmedBy.SERVER
    assert not made.state.rows[A].reason


def test_what_the_server_put_back_is_tried_again_when_a_policy_went() -> None:
    made = applied("a", healing=True)
    (write,) = writes(made.drift("a", 6, data={"a": "2"}))
    back = live(CONFIG_MAP, "a", 6, data={"a": "2"})
    (question,) = questions(made.feed(Applied(write.key, write.desired, back)))
    assert writes(made.agree(question)) == []
    (question,) = questions(seen_changed(made))
    assert len(writes(made.agree(question))) == 1


def test_no_second_question_is_asked_while_one_is_on_its_way() -> None:
    made = forced()
    assert len(questions(seen_changed(made))) == 1
    assert questions(seen_changed(made)) == []
