"""Questions after the first: what an apply does not do, or is refused for, as one patch."""

from collections.abc import Iterable
from typing import Any

from core.model import ConfirmedBy, FieldChange, FieldVerdict, IgnoreRule, Verdict
from core.model.requests import Apply, Edit, Remove, Replace
from core.reconcile.judging.confirming import ROUNDS_MAX
from core.reconcile.memory.effects import Confirm, Effect, Perform
from core.reconcile.memory.inputs import SchemaRead
from core.reconcile.memory.results import Confirmed, InventoryRead
from tests.core.reconcile.world import (
    DEPLOYMENT,
    HUMAN,
    SPEC,
    World,
    document,
    key,
    live,
    questions,
    world,
)

A = key(DEPLOYMENT, "a")
GIT: Any = {"data": {"a": "1"}}
WORDS = "the server's words"


def added(*names: str, manager: str = "kubectl-edit") -> list[Any]:
    fields: Any = {f"f:{name}": {} for name in names}
    return [HUMAN | {"manager": manager, "fieldsV1": {"f:data": fields}}]


def asked(
    data: Any, managed: Any = None, *, healing: bool = False, **spec: Any
) -> tuple[World, Confirm]:
    made = world(healing=healing, **spec)
    made.read(document(DEPLOYMENT, "a", **GIT))
    made.feed(InventoryRead(SPEC.name, ()))
    effects = made.listing(
        DEPLOYMENT, [("a", live(DEPLOYMENT, "a", 5, data=data, managed=managed))]
    )
    (question,) = questions(effects)
    return made, question


def says(made: World, question: Confirm, **answer: Any) -> list[Effect]:
    sides = (question.key, question.desired, question.live)
    return made.feed(Confirmed(*sides, **{"predicted": None, "patch": question.patch, **answer}))


def refuses(made: World, question: Confirm, *paths: str, words: str = WORDS) -> list[Effect]:
    return says(made, question, problem=words, cause_paths=paths, status=422)


def takes(made: World, question: Confirm, data: Any = None) -> list[Effect]:
    body = live(DEPLOYMENT, "a", 5, data=data if data is not None else GIT["data"]).body
    return says(made, question, predicted=body)


def removals(effects: Iterable[Effect]) -> set[str]:
    """The fields that the one further question takes away."""
    (question,) = questions(effects)
    assert question.patch is not None
    gone = (each.parts for each in question.patch.operations if isinstance(each, Remove))
    return {str(parts[-1]) for parts in gone}


def changes(made: World) -> dict[str, FieldChange]:
    return {change.path: change for change in made.state.rows[A].changes}


def test_a_changed_value_takes_one_question() -> None:
    made, question = asked({"a": "2"})
    assert questions(takes(made, question)) == []
    assert made.state.rows[A].confirmed_by is ConfirmedBy.SERVER


def test_what_a_person_added_is_asked_about_as_one_patch() -> None:
    made, question = asked({"a": "2", "b": "x"}, added("b"))
    effects = takes(made, question, {"a": "1", "b": "x"})
    assert removals(effects) == {"b"}
    assert made.state.rows[A].confirming
    takes(made, questions(effects)[0])
    row = made.state.rows[A]
    assert (row.confirmed_by, row.confirming, row.verdict) == (
        ConfirmedBy.SERVER,
        False,
        Verdict.DRIFTED,
    )


def test_a_contested_field_is_asked_about_too_and_stays_contested() -> None:
    fields: Any = {"f:data": {"f:a": {}}}
    owner = HUMAN | {"manager": "keda-operator", "fieldsV1": fields}
    made, question = asked({"a": "2", "b": "x"}, [owner, *added("b")])
    (further,) = questions(takes(made, question, {"a": "1", "b": "x"}))
    assert further.patch is not None
    assert Replace(("data", "a"), "1") in further.patch.operations
    takes(made, further)
    assert {p: str(c.verdict) for p, c in changes(made).items()} == {
        "data.a": "contested",
        "data.b": "drift",
    }


def test_what_the_server_puts_back_is_no_drift() -> None:
    made, question = asked({"a": "1", "b": "x"}, added("b"))
    effects = takes(made, question, {"a": "1", "b": "x"})
    takes(made, questions(effects)[0], {"a": "1", "b": "x"})
    row = made.state.rows[A]
    assert (row.verdict, changes(made)["data.b"].note) == (
        Verdict.IN_SYNC,
        "the server puts it back",
    )


def test_a_field_that_has_to_stay_says_why_and_the_others_are_healed() -> None:
    made, question = asked({"a": "2", "b": "x", "c": "y"}, added("b", "c"), healing=True)
    effects = takes(made, question, {"a": "1", "b": "x", "c": "y"})
    effects = refuses(made, questions(effects)[0], "data.b")
    assert removals(effects) == {"c"}
    effects = takes(made, questions(effects)[0], {"a": "1", "b": "x"})
    found = changes(made)
    assert [(p, found[p].healable) for p in found] == [
        ("data.a", True),
        ("data.b", False),
        ("data.c", True),
    ]
    assert found["data.b"].note == WORDS
    made.recorded(effects)
    (write,) = [each for each in made.effects if isinstance(each, Perform)]
    gone = [e.operations for e in write.requests if isinstance(e, Edit)]
    assert gone == [(Remove(("data", "c")),)]


def test_a_refusal_that_names_no_field_keeps_all_that_was_to_go() -> None:
    made, question = asked({"a": "2", "b": "x"}, added("b"))
    effects = takes(made, question, {"a": "1", "b": "x"})
    assert questions(refuses(made, questions(effects)[0])) == []
    found = changes(made)
    assert (found["data.a"].healable, found["data.b"].healable) == (True, False)
    assert made.state.rows[A].confirmed_by is ConfirmedBy.SERVER


def test_a_further_question_that_gets_no_answer_leaves_the_local_verdict() -> None:
    made, question = asked({"a": "2", "b": "x"}, added("b"))
    effects = takes(made, question, {"a": "1", "b": "x"})
    says(made, questions(effects)[0], problem="busy", status=503, retry=True)
    row = made.state.rows[A]
    assert (row.confirmed_by, row.reason, row.confirming) == (ConfirmedBy.LOCAL, "busy", False)


def test_where_an_apply_is_refused_what_a_person_added_may_be_in_the_way() -> None:
    made, question = asked({"a": "2", "b": "x"}, added("b"))
    effects = refuses(made, question, "data")
    assert removals(effects) == {"b"}
    takes(made, questions(effects)[0])
    found = changes(made)
    assert (found["data.b"].blocks, found["data.b"].healable) == (True, True)
    assert all(change.verdict is FieldVerdict.DRIFT for change in found.values())


def test_fields_that_are_nobody_s_are_tried_one_group_after_the_other() -> None:
    made, question = asked({"a": "2", "b": "x", "c": "y"}, added("b", "c", manager="helm"))
    effects = refuses(made, question, "data.a", words="not together with c")
    assert removals(effects) == {"c"}
    effects = refuses(made, questions(effects)[0], "data.a", words="still not")
    assert removals(effects) == {"b", "c"}
    takes(made, questions(effects)[0])
    assert {p: c.blocks for p, c in changes(made).items()} == {
        "data.a": False,
        "data.b": True,
        "data.c": True,
    }


def test_a_field_that_the_second_refusal_names_goes_as_well() -> None:
    made, question = asked({"a": "2", "b": "x", "c": "y"}, added("b", "c", manager="helm"))
    effects = refuses(made, question, "data.b")
    assert removals(effects) == {"b"}
    assert removals(refuses(made, questions(effects)[0], "data.c")) == {"b", "c"}


def test_what_cannot_be_done_says_so_with_the_last_words() -> None:
    made, question = asked({"a": "2", "b": "x"}, added("b"))
    effects = refuses(made, question, "data.a", words="first")
    assert questions(refuses(made, questions(effects)[0], "data.a", words="last")) == []
    found = changes(made)
    assert (found["data.a"].healable, found["data.a"].note) == (False, "last")


def test_a_patch_that_could_not_be_read_leaves_the_words_of_the_apply() -> None:
    made, question = asked({"a": "2", "b": "x"}, added("b"))
    effects = refuses(made, question, "data.a", words="first")
    refuses(made, questions(effects)[0], words="an error in our request")
    assert changes(made)["data.a"].note == "first"


def test_where_nothing_else_is_there_a_refused_apply_is_the_last_word() -> None:
    made, question = asked({"a": "2"})
    assert questions(refuses(made, question, "data.a")) == []


def test_questions_come_to_an_end() -> None:
    names = [f"n{at}" for at in range(ROUNDS_MAX + 3)]
    made, question = asked({"a": "2"} | dict.fromkeys(names, "x"), added(*names, manager="helm"))
    effects = refuses(made, question, "data.n0")
    rounds = 1
    for name in names[1:]:
        further = questions(effects)
        if not further:
            break
        rounds += 1
        effects = refuses(made, further[0], f"data.{name}")
    assert rounds == ROUNDS_MAX + 1
    assert not made.state.rows[A].confirming


def test_an_answer_to_the_question_before_is_dropped() -> None:
    made, question = asked({"a": "2", "b": "x"}, added("b"))
    effects = takes(made, question, {"a": "1", "b": "x"})
    assert questions(takes(made, question, {"a": "1", "b": "x"})) == []
    assert made.state.rows[A].confirming
    takes(made, questions(effects)[0])
    assert not made.state.rows[A].confirming


def test_an_object_that_moves_on_between_two_questions_is_asked_about_from_the_beginning() -> None:
    made, question = asked({"a": "2", "b": "x"}, added("b"))
    effects = takes(made, question, {"a": "1", "b": "x"})
    moved = live(DEPLOYMENT, "a", 6, data={"a": "3", "b": "x"}, managed=added("b"))
    assert questions(made.change(DEPLOYMENT, "a", moved)) == []
    (again,) = questions(takes(made, questions(effects)[0]))
    assert isinstance(again.request, Apply)
    assert again.live.resource_version == "6"


def test_what_a_rule_leaves_alone_is_not_guessed_to_be_in_the_way() -> None:
    rules = (IgnoreRule(pointer="/data/b"),)
    made, question = asked({"a": "2", "b": "x"}, added("b", manager="helm"), ignore=rules)
    assert questions(refuses(made, question, "data.a")) == []


def test_what_may_be_in_the_way_is_guessed_without_a_schema_too() -> None:
    made = world()
    made.feed(SchemaRead("prod", DEPLOYMENT, None))
    made.read(document(DEPLOYMENT, "a", **GIT))
    made.feed(InventoryRead(SPEC.name, ()))
    there = live(DEPLOYMENT, "a", 5, data={"a": "2", "b": "x"}, managed=added("b"))
    (question,) = questions(made.listing(DEPLOYMENT, [("a", there)]))
    assert removals(refuses(made, question, "data")) == {"b"}
