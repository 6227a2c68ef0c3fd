"""What is asked next about one object, told from one answer; and which answers are taken at all."""

import json
from dataclasses import replace
from typing import Any

import pytest

from core.compare import Policy
from core.model import ABSENT, Contested, Desired, Drift, FieldChange, FieldVerdict, Live, Verdict
from core.model.requests import Edit, Remove, Replace, Version
from core.reconcile.judging.confirming import ROUNDS_MAX, Questions, take_answer
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.results import Confirmed
from core.reconcile.memory.subjects import Further
from core.reconcile.memory.tables import Map
from tests.core.reconcile.world import CONFIG_MAP, World, applied, body, document, key, live
from tests.core.reconcile.world import questions as asked_in

A = key(CONFIG_MAP, "a")
DRIFT, CONTESTED, INFO = FieldVerdict.DRIFT, FieldVerdict.CONTESTED, FieldVerdict.INFO
GIT = json.dumps(body(CONFIG_MAP, "a", data={"a": "1"})).encode()
DESIRED = Desired(A.ref, CONFIG_MAP, GIT, "d", document(CONFIG_MAP, "a"))
EDIT = Edit(A.ref, CONFIG_MAP, (Remove(("data", "b")),), Version("u1", "5"))
WHAT: dict[str, tuple[str, Any]] = {
    "data.a": ("2", "1"),
    "data.b": ("x", ABSENT),
    "data.c": ("y", ABSENT),
}


def there(*names: str) -> Live:
    fields: dict[str, Any] = {"f:data": {f"f:{name}": {} for name in names}}
    entry = {"manager": "helm", "operation": "Update", "apiVersion": "v1", "fieldsV1": fields}
    data = {"a": "2"} | dict.fromkeys(names, "x")
    return live(CONFIG_MAP, "a", 5, data=data, managed=[entry])


def said(predicted: bytes | None = None, status: int = 422, **more: Any) -> Confirmed:
    return Confirmed(A, DESIRED, there("b", "c"), predicted, status=status, **more)


def row(*changes: FieldChange) -> Drift:
    return Drift(A, "prod", CONFIG_MAP, Verdict.DRIFTED, changes=changes)


def differing(*paths: str, verdict: FieldVerdict = DRIFT, **more: Any) -> list[FieldChange]:
    return [FieldChange(path, verdict, *WHAT[path], **more) for path in paths]


def after(
    changes: list[FieldChange], answer: Confirmed, further: Further | None = None, **policy: Any
) -> Further | None:
    asking = Questions(DESIRED, there("b", "c"), None, Policy(**policy))
    return asking.after(row(*changes), answer, further)


def places(further: Further | None) -> list[str]:
    assert further is not None
    return sorted(".".join(map(str, each.parts)) for each in further.patch.operations)


ALL = differing("data.a", "data.b", "data.c")
TAKEN = said(b"{}", 200)


# After the apply -------------------------------------------------------------------------------


def test_what_an_apply_leaves_is_asked_about_with_all_the_rest() -> None:
    further = after(ALL, TAKEN)
    assert places(further) == ["data.a", "data.b", "data.c"]
    assert further is not None
    assert (further.first, further.rounds, further.blocking, further.stuck, further.added) == (
        TAKEN,
        1,
        (),
        (),
        ("data.b", "data.c"),
    )


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        (differing("data.a"), TAKEN),  # the apply does it all
        (differing("data.b", verdict=INFO), TAKEN),
        (differing("data.b", verdict=CONTESTED), TAKEN),  # theirs, and Git has none
        ([], TAKEN),
        (ALL, said(status=503, retry=True)),
        (ALL, said(status=422, retry=True)),
        (ALL, said(status=403)),
        (differing("data.a"), said(cause_paths=("data.a",), status=400)),
    ],
)
def test_an_answer_after_which_nothing_is_left_to_ask_is_the_last_word(
    changes: list[FieldChange], answer: Confirmed
) -> None:
    assert after(changes, answer) is None


@pytest.mark.parametrize(
    ("contested", "asked"),
    [
        (differing("data.a", verdict=CONTESTED), ["data.a", "data.b"]),
        (differing("data.a", verdict=CONTESTED, place="data.c"), ["data.b"]),
        (differing("data.c", verdict=CONTESTED), ["data.b"]),
        (differing("data.a", verdict=INFO), ["data.b"]),
    ],
)
def test_a_contested_value_is_asked_about_where_it_stands_and_what_others_hold_is_not(
    contested: list[FieldChange], asked: list[str]
) -> None:
    assert places(after([*differing("data.b"), *contested], TAKEN)) == asked


# After a refused patch -------------------------------------------------------------------------


def further(first: Confirmed = TAKEN, **more: Any) -> Further:
    return Further(first, EDIT, **({"added": ("data.b", "data.c")} | more))


def test_what_a_patch_is_refused_for_stays_and_the_rest_is_asked_about() -> None:
    before = further(stuck=(("data.z", "first"),), rounds=2)
    asked = after(ALL, said(problem="no", cause_paths=("data.b",)), before)
    assert places(asked) == ["data.a", "data.c"]
    assert asked is not None
    assert asked.stuck == (("data.z", "first"), ("data.b", "no"))
    assert (asked.first, asked.rounds, asked.added) == (TAKEN, 3, ("data.c",))


def test_what_goes_alone_now_no_longer_goes_with_what_holds_it() -> None:
    held = differing("data.c", place="data")
    asked = after([*differing("data.b"), *held], said(cause_paths=("data.b",)), further())
    assert places(asked) == ["data.c"]


@pytest.mark.parametrize(
    ("answer", "rounds", "asked"),
    [
        (said(cause_paths=("data.b",)), ROUNDS_MAX - 1, True),
        (said(cause_paths=("data.b",)), ROUNDS_MAX, False),
        (said(b"{}", 200), 1, False),
        (said(cause_paths=("data.b",), status=503, retry=True), 1, False),
        (said(), 1, False),  # it names none: all that was to go stays, and an apply does the rest
    ],
)
def test_questions_go_on_while_a_refusal_says_something_and_not_for_ever(
    answer: Confirmed, rounds: int, *, asked: bool
) -> None:
    assert (after(ALL, answer, further(rounds=rounds)) is not None) is asked


REFUSED = said(problem="first", cause_paths=("data.b",))


def test_what_a_refused_apply_names_goes_and_then_what_the_next_refusal_names_as_well() -> None:
    changes = differing("data.a")
    first = after(changes, REFUSED)
    assert first is not None
    assert (first.first, first.blocking, first.rounds) == (REFUSED, ("data.b",), 1)
    assert places(first) == ["data.a", "data.b"]
    second = after(changes, said(cause_paths=("data.c", "data.b")), first)
    assert second is not None
    assert (second.first, second.blocking, second.rounds) == (REFUSED, ("data.b", "data.c"), 2)
    assert after(changes, said(cause_paths=("data.c", "data.b")), second) is None  # the same again


def test_what_blocks_is_taken_away_and_git_s_value_set_in_one_patch() -> None:
    asked = after(differing("data.a"), REFUSED, contested=Contested.ENFORCE)
    assert asked is not None
    assert set(asked.patch.operations) == {Replace(("data", "a"), "1"), Remove(("data", "b"))}


# Which answers are taken -----------------------------------------------------------------------


def waiting() -> tuple[World, Draft, Confirmed]:
    """A world that waits for one answer, and that answer."""
    made = applied("a")
    (question,) = asked_in(made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, data={"a": "2"})))
    answer = Confirmed(A, question.desired, question.live, question.desired.body)
    return made, Draft(made.state, made.now), answer


def test_the_answer_to_the_question_under_way_is_taken_once() -> None:
    _, draft, answer = waiting()
    assert take_answer(draft, answer)
    assert draft.subject(A).call is None
    assert draft.subject(A).answered_at == draft.now
    assert not take_answer(draft, answer)


@pytest.mark.parametrize(
    "other", [{"patch": EDIT}, {"live": there("b")}, {"desired": DESIRED}, {"run": 7}]
)
def test_an_answer_to_another_question_leaves_the_one_under_way(other: dict[str, Any]) -> None:
    _, draft, answer = waiting()
    subject = draft.subject(A)
    assert subject.call is not None
    if "run" in other:
        draft.put(replace(subject, call=replace(subject.call, run=7)))
    else:
        answer = replace(answer, **other)
    call = draft.subject(A).call
    assert not take_answer(draft, answer)
    assert draft.subject(A).call == call


@pytest.mark.parametrize("moved", ["live", "row", "git", "dropped"])
def test_an_answer_about_what_moved_on_ends_the_question_and_has_it_asked_anew(moved: str) -> None:
    _, draft, answer = waiting()
    match moved:
        case "live":
            cluster = draft.cluster("prod")
            kind = replace(cluster.kinds[CONFIG_MAP], objects=Map({A.ref: there("b")}))
            draft.put_cluster(replace(cluster, kinds={**cluster.kinds, CONFIG_MAP: kind}))
        case "row":
            draft.put_row(A, None)
        case "dropped":
            draft.put_app(replace(draft.app(A.app), desired={}))
        case _:
            draft.put_app(replace(draft.app(A.app), desired={A.ref: DESIRED}))
    assert not take_answer(draft, answer)
    assert draft.subject(A).call is None
    assert draft.queue(A.app) == ((A,),)
