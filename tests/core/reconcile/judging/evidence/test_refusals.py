"""What a dry-run that predicted nothing means, answer by answer: the table of verdicts.md 2.5."""

from dataclasses import replace
from typing import Any

import pytest

from core.model import ConfirmedBy, Drift, FieldVerdict, Verdict
from core.reconcile.judging.evidence.refusals import (
    ASK_AGAIN_CAP_S,
    ASK_AGAIN_S,
    PUT_BACK,
    forget_refusals,
    is_final,
    is_invalid,
    stuck_after,
)
from core.reconcile.memory.commands import Explain, Refresh
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import Confirm, Effect, LookUp
from core.reconcile.memory.inputs import ClusterFound, Tick
from core.reconcile.memory.results import Confirmed, Explained, InventoryRead
from core.reconcile.memory.subjects import Returned
from core.reconcile.memory.tables import Map
from tests.core.reconcile.world import (
    CONFIG_MAP,
    RESOURCES,
    SPEC,
    World,
    document,
    key,
    live,
    world,
)

A = key(CONFIG_MAP, "a")
FORBIDDEN: Any = {"status": 403}
INVALID: Any = {"status": 422}
UNTYPED: Any = {"status": 500, "cause_paths": ("spec.x",)}
NO_DRY_RUN: Any = {"status": 400, "retry": True}


def asked(effects: list[Effect]) -> list[str]:
    return [e.live.resource_version for e in effects if isinstance(e, Confirm)]


def suspect() -> tuple[World, Confirm]:
    made = world()
    made.read(document(CONFIG_MAP, "a", data={"a": "1"}))
    made.listing(CONFIG_MAP, [("a", live(CONFIG_MAP, "a", 5, data={"a": "2"}))])
    made.feed(InventoryRead(SPEC.name, ()))
    return made, next(e for e in made.effects if isinstance(e, Confirm))


def refused(answer: Any) -> World:
    made, question = suspect()
    fields = {"problem": "the server's words", **answer}
    made.feed(Confirmed(A, question.desired, question.live, None, **fields))
    return made


def moved(made: World) -> list[str]:
    return asked(made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, data={"a": "3"})))


def committed(made: World) -> list[str]:
    return asked(made.read(document(CONFIG_MAP, "a", data={"a": "4"}), number=2))


def row(made: World) -> Drift:
    return made.state.rows[A]


def marks(made: World) -> list[tuple[str, str, bool, str]]:
    return [(c.path, c.verdict.value, c.healable, c.note) for c in row(made).changes]


@pytest.mark.parametrize("path", ["data.a", "data", "data.a.inner", "data[0].a", ""])
def test_a_refusal_of_the_differing_field_is_drift_that_cannot_be_healed(path: str) -> None:
    if not path:
        made = refused(INVALID | {"cause_paths": ("spec",)})
        assert row(made).confirmed_by is ConfirmedBy.LOCAL
        return
    made = refused(INVALID | {"cause_paths": (path,)})
    assert marks(made) == [("data.a", "drift", False, "the server's words")]
    assert row(made).confirmed_by is ConfirmedBy.SERVER
    assert moved(made) == ["6"]  # what was refused there may be taken here


@pytest.mark.parametrize(
    "answer", [INVALID | {"cause_paths": ("spec.x[0]",)}, UNTYPED, INVALID, {"status": 500}]
)
def test_a_refusal_of_something_else_is_a_warning_there(answer: Any) -> None:
    made = refused(answer)
    path = {422: "spec.x[0]", 500: "spec.x"}[answer["status"]] if "cause_paths" in answer else ""
    assert marks(made) == [
        ("data.a", "drift", True, ""),
        (path, "warn", True, "the server's words"),
    ]
    assert (row(made).verdict, row(made).confirmed_by) == (Verdict.DRIFTED, ConfirmedBy.LOCAL)


@pytest.mark.parametrize("answer", [INVALID | {"cause_paths": ("spec.x",)}, UNTYPED])
def test_what_git_must_change_is_asked_again_when_git_changes(answer: Any) -> None:
    made = refused(answer)
    assert moved(made) == []
    assert [c.verdict for c in row(made).changes] == [FieldVerdict.DRIFT, FieldVerdict.WARN]
    made.now += 10_000
    assert asked(made.feed(Tick())) == []
    assert committed(made) == ["6"]


def test_an_unknown_field_in_git_is_never_a_reason_not_to_heal_it() -> None:
    made = refused(UNTYPED | {"cause_paths": ("data.a",)})
    assert marks(made)[0] == ("data.a", "drift", True, "")


def test_a_reader_is_asked_once_and_again_as_somebody_else() -> None:
    made = refused(FORBIDDEN)
    assert (row(made).confirmed_by, row(made).reason) == (ConfirmedBy.LOCAL, "the server's words")
    assert made.complete()
    assert moved(made) == []
    assert committed(made) == []
    assert row(made).reason == "the server's words"
    found = ClusterFound("prod", "other", "https://prod", "v1.37.2", "default", RESOURCES)
    assert asked(made.feed(found)) == ["6"]


def test_a_right_that_is_granted_later_is_noticed_soon_and_at_last_within_five_minutes() -> None:
    made = refused(FORBIDDEN)
    for times in range(1, 12):
        pause_s = min(ASK_AGAIN_CAP_S, ASK_AGAIN_S * times)
        assert asked(made.wait(pause_s - 1)) == []
        assert row(made).reason == "the server's words"
        (question,) = (each for each in made.wait(1.0) if isinstance(each, Confirm))
        words = "the server's words"
        made.feed(Confirmed(A, question.desired, question.live, None, words, **FORBIDDEN))


def test_a_reader_may_ask_again_by_hand() -> None:
    assert asked(refused(FORBIDDEN).feed(Refresh())) == ["5"]


def test_a_webhook_without_dry_run_is_asked_again_after_a_while_and_then_later() -> None:
    made = refused(NO_DRY_RUN)
    assert (row(made).verdict, row(made).confirmed_by) == (Verdict.DRIFTED, ConfirmedBy.LOCAL)
    assert row(made).reason == "the server's words"
    assert moved(made) == []
    made.now += 29
    assert asked(made.feed(Tick())) == []
    made.now += 1
    again = made.feed(Tick())
    assert asked(again) == ["6"]
    question = next(e for e in again if isinstance(e, Confirm))
    fields = {"problem": "still", **NO_DRY_RUN}
    made.feed(Confirmed(A, question.desired, question.live, None, **fields))
    made.now += 30
    assert asked(made.feed(Tick())) == []
    made.now += 30
    assert asked(made.feed(Tick())) == ["6"]


def test_a_refusal_that_stands_keeps_what_was_found_out_about_the_object() -> None:
    made = refused(INVALID)
    (effect,) = made.feed(Explain(A))
    assert isinstance(effect, LookUp)
    made.feed(Explained(A, effect.desired, effect.live, effect.changes))
    made.read(replace(document(CONFIG_MAP, "a", data={"a": "1"}), line=9))
    assert (row(made).line, row(made).explained) == (9, True)


def test_an_object_that_changed_meanwhile_is_asked_about_at_once() -> None:
    assert moved(refused({"status": 409, "retry": True})) == ["6"]


def test_an_answer_ends_the_waiting() -> None:
    made = refused(NO_DRY_RUN)
    made.now += 30
    made.agree(next(e for e in made.feed(Tick()) if isinstance(e, Confirm)))
    assert row(made).confirmed_by is ConfirmedBy.SERVER
    assert all(subject.refusal is None for subject in made.state.subjects.values())
    assert moved(made) == ["6"]


def test_a_refusal_says_nothing_about_an_object_that_is_in_sync_again() -> None:
    made = refused(FORBIDDEN)
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 7, data={"a": "1"}))
    assert replace(row(made), since=0.0).reason == ""
    assert row(made).verdict is Verdict.IN_SYNC


@pytest.mark.parametrize("status", [422, 500])
def test_a_refusal_that_is_worth_asking_again_says_nothing_about_git(status: int) -> None:
    made = refused({"status": status, "retry": True, "cause_paths": ("spec.x",)})
    assert marks(made) == [("data.a", "drift", True, "")]
    assert row(made).reason == "the server's words"
    made.now += 30
    assert asked(made.feed(Tick())) == ["5"]


def test_an_answer_that_predicts_or_may_change_is_no_last_word() -> None:
    _, question = suspect()
    last = Confirmed(A, question.desired, question.live, None, "no", status=422)
    assert (is_invalid(last), is_final(last)) == (True, True)
    untyped, denied = replace(last, status=500), replace(last, status=403)
    assert (is_invalid(untyped), is_final(untyped)) == (False, True)
    for other in (denied, replace(last, retry=True), replace(last, predicted=b"{}")):
        assert (is_invalid(other), is_final(other)) == (False, False)


def test_of_two_differing_fields_only_the_one_that_is_refused_stays() -> None:
    made = world()
    made.read(document(CONFIG_MAP, "a", data={"a": "1", "b": "1"}))
    made.listing(CONFIG_MAP, [("a", live(CONFIG_MAP, "a", 5, data={"a": "2", "b": "2"}))])
    made.feed(InventoryRead(SPEC.name, ()))
    question = next(e for e in made.effects if isinstance(e, Confirm))
    made.feed(
        Confirmed(
            A, question.desired, question.live, None, "no", cause_paths=("data.b",), **INVALID
        )
    )
    assert marks(made) == [("data.a", "drift", True, ""), ("data.b", "drift", False, "no")]


def test_all_that_was_refused_is_asked_again_whatever_stands_between() -> None:
    names = "abcdefgh"
    made = world()
    made.read(*(document(CONFIG_MAP, name, data={"a": "1"}) for name in names))
    found = [
        (name, live(CONFIG_MAP, name, 5, data={"a": "2" if name in "bfg" else "1"}))
        for name in names
    ]
    made.listing(CONFIG_MAP, found)
    made.feed(InventoryRead(SPEC.name, ()))
    for question in [e for e in made.effects if isinstance(e, Confirm)]:
        made.feed(Confirmed(question.key, question.desired, question.live, None, "no", **FORBIDDEN))
    again = made.feed(Refresh())
    assert sorted(e.key.ref.name for e in again if isinstance(e, Confirm)) == ["b", "f", "g"]


def test_another_user_asks_again_only_what_was_denied_and_only_of_that_cluster() -> None:
    for answer, cluster, asks in (
        (FORBIDDEN, "prod", True),
        (FORBIDDEN, "test", False),
        (FORBIDDEN, None, True),
        (INVALID, "prod", False),
        (INVALID, None, True),
    ):
        made = refused(answer)
        draft = Draft(made.state, made.now)
        forget_refusals(draft, cluster)
        assert (draft.subject(A).refusal is None) is asks


@pytest.mark.parametrize(("cluster", "forgotten"), [(None, True), ("prod", False)])
def test_what_the_server_put_back_is_tried_again_by_hand_alone(
    cluster: str | None, *, forgotten: bool
) -> None:
    made = refused(FORBIDDEN)
    draft = Draft(made.state, made.now)
    kept = Returned("d", Map({"data.a": "2"}))
    draft.put(replace(draft.subject(A), returned=kept, refusal=None))
    forget_refusals(draft, cluster)
    subject = draft.subject(A)
    assert (subject.returned is None, subject.rejudge) == (forgotten, forgotten)


def test_what_the_last_write_did_not_move_stays_while_all_is_as_it_was() -> None:
    made = refused(FORBIDDEN)
    subject, found = made.state.subjects[A], row(made)
    assert found.stamp is not None
    digest = found.stamp.digest
    assert digest is not None
    stuck = (("data.a", PUT_BACK),)
    for values, known, told in (
        ({"data.a": "2"}, digest, stuck),
        ({"data.a": "3"}, digest, ()),
        ({"data.b": "2"}, digest, ()),
        ({"data.a": "2"}, "another", ()),
    ):
        assert stuck_after(replace(subject, returned=Returned(known, Map(values))), found) == told
    assert stuck_after(subject, found) == ()
    past = replace(subject, returned=Returned(digest, Map({"data.a": "2"})))
    assert stuck_after(past, replace(found, stamp=None)) == ()
