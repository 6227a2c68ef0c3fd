"""Who and which commit: looked up for the row that is looked at, and put into that very row."""

from dataclasses import replace
from typing import Any

import pytest

from core.model import Actor, Confidence, EventName, FieldChange, Operation, Origin, Verdict
from core.model.answers.comparisons import Comparison, End
from core.reconcile.memory.commands import Compare, Explain, StateOfGit
from core.reconcile.memory.effects import CompareStates, LookUp
from core.reconcile.memory.results import Compared, Explained, InventoryRead, InventoryRow
from tests.core.reconcile.world import (
    CONFIG_MAP,
    SPEC,
    World,
    applied,
    commit,
    document,
    key,
    live,
    questions,
    world,
)

A = key(CONFIG_MAP, "a")
BAD: dict[str, Any] = {"data": {"a": "2"}}
ORIGIN = Origin("a.yaml", 4, commit(1).id, "Ada <ada@example>", "2026-11-01T10:00:00Z", "change 1")
ALICE = Actor("kubectl-edit", Operation.UPDATE, None, None, None, "alice", Confidence.AUDIT)


def asked(made: World) -> LookUp:
    (effect,) = made.feed(Explain(A))
    assert isinstance(effect, LookUp)
    return effect


def drifted() -> World:
    made = applied("a")
    made.drift("a", 6, **BAD)
    return made


def answer(effect: LookUp, **more: Any) -> Explained:
    changes = tuple(
        replace(change, actor=ALICE, origin=ORIGIN, detail=("line 1",)) for change in effect.changes
    )
    return Explained(effect.key, effect.desired, effect.live, changes, **more)


def test_a_look_up_carries_both_sides_the_changes_and_the_commit() -> None:
    made = drifted()
    effect = asked(made)
    assert (effect.cluster, effect.key, effect.kind) == ("prod", A, CONFIG_MAP)
    assert effect.revision == commit(1).id
    assert effect.changes == made.row("a").changes
    assert effect.desired is made.state.apps[SPEC.name].desired[A.ref]
    assert effect.live is not None
    assert effect.live.resource_version == "6"
    assert effect.applied is True


@pytest.mark.parametrize(
    ("uid", "digest", "expected"),
    [("u1", "the same", True), ("u1", "another", False), (None, "the same", False)],
)
def test_a_look_up_says_whether_what_git_states_was_ever_applied(
    uid: str | None, digest: str, expected: bool
) -> None:
    made = drifted()
    stated = made.state.apps[SPEC.name].desired[A.ref].digest
    row = InventoryRow(A.ref, uid, stated if digest == "the same" else digest)
    for question in questions(made.feed(InventoryRead(SPEC.name, (row,)))):
        made.agree(question)
    assert asked(made).applied is expected


def test_the_answer_is_put_into_the_changes_of_its_paths_and_asked_for_once() -> None:
    made = drifted()
    effect = asked(made)
    made.feed(answer(effect, origin=ORIGIN))
    (change,) = made.row("a").changes
    assert (change.actor, change.origin, change.detail) == (ALICE, ORIGIN, ("line 1",))
    assert (change.live, change.git) == ("2", "1")
    assert (made.row("a").explained, made.row("a").origin) == (True, ORIGIN)
    assert made.feed(Explain(A)) == []


def test_an_answer_about_other_paths_leaves_the_changes_as_they_are() -> None:
    made = drifted()
    effect = asked(made)
    before = made.row("a").changes
    other = tuple(replace(change, path="data.z", actor=ALICE) for change in effect.changes)
    made.feed(Explained(A, effect.desired, effect.live, other))
    assert made.row("a").changes == before
    assert made.row("a").explained is True


def test_an_answer_without_an_actor_keeps_the_one_that_is_known() -> None:
    made = applied("a", "b")
    made.read(document(CONFIG_MAP, "b", data={"a": "1"}), number=2)
    assert made.row("a").verdict is Verdict.EXTRA
    known = made.row("a").actor
    effect = asked(made)
    assert (effect.desired, effect.actor) == (None, known)
    made.feed(Explained(A, None, effect.live, ()))
    assert made.row("a").actor == known
    assert made.row("a").explained is True


@pytest.mark.parametrize("side", ["live", "git", "gone"])
def test_the_answer_about_an_object_that_moved_on_is_dropped(side: str) -> None:
    made = drifted()
    effect = asked(made)
    if side == "live":
        made.drift("a", 7, data={"a": "3"})
    elif side == "git":
        (question,) = questions(made.read(document(CONFIG_MAP, "a", data={"a": "9"}), number=2))
        made.agree(question)
    else:
        made.change(CONFIG_MAP, "a", None)
        made.read(document(CONFIG_MAP, "b", data={"a": "1"}), number=2)
    before = made.state.rows
    made.feed(answer(effect))
    assert made.state.rows is before


def test_an_object_that_drifted_anew_is_looked_up_anew() -> None:
    made = drifted()
    made.feed(answer(asked(made)))
    made.drift("a", 7, data={"a": "3"})
    effect = asked(made)
    assert effect.live is not None
    assert effect.live.resource_version == "7"


def test_what_is_being_confirmed_is_not_looked_up_before_its_answer() -> None:
    made = applied("a")
    (question,) = questions(made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, **BAD)))
    assert made.feed(Explain(A)) == []
    made.agree(question)
    paths = [change.path for change in asked(made).changes if isinstance(change, FieldChange)]
    assert paths == ["data.a"]


def test_an_object_that_is_not_known_is_not_looked_up() -> None:
    assert applied("a").feed(Explain(key(CONFIG_MAP, "z"))) == []


def test_what_was_told_of_the_change_names_who_it_was_from_then_on() -> None:
    made = drifted()
    before = made.state.events
    made.feed(answer(asked(made)))
    (told,) = [event for event in made.state.events if event.name is EventName.DRIFT_DETECTED]
    assert [change.actor for change in told.changes] == [ALICE]
    others = [event for event in made.state.events if event is not told]
    assert others == [event for event in before if event.name is not EventName.DRIFT_DETECTED]
    assert [event.sequence for event in made.state.events] == [event.sequence for event in before]


def test_an_older_value_of_the_same_field_is_not_laid_at_somebody_s_door() -> None:
    made = drifted()
    made.drift("a", 7, data={"a": "3"})
    made.feed(answer(asked(made)))
    told = [event for event in made.state.events if event.name is EventName.DRIFT_DETECTED]
    assert [change.live for event in told for change in event.changes] == ["2", "3"]
    assert [change.actor == ALICE for event in told for change in event.changes] == [False, True]


# Two states of Git -------------------------------------------------------------------------------


def test_two_states_are_compared_at_the_commits_that_are_named_or_followed() -> None:
    made = applied("a")
    (effect,) = made.feed(Compare(7, StateOfGit(SPEC.name, "c" * 40), StateOfGit(SPEC.name)))
    assert isinstance(effect, CompareStates)
    assert (effect.before.revision, effect.after.revision) == ("c" * 40, commit(1).id)
    assert (effect.request, effect.before.path) == (7, SPEC.path)
    found = Comparison(End(effect.before), End(effect.after), same=1)
    made.feed(Compared(7, found))
    assert made.state.answers[7] is found


def test_an_app_that_was_not_read_yet_is_not_compared() -> None:
    made = world()
    assert made.feed(Compare(7, StateOfGit(SPEC.name, "c" * 40), StateOfGit(SPEC.name))) == []
    answer = made.state.answers[7]
    assert isinstance(answer, Comparison)
    assert str(answer.problems[0]) == f"Git was not read yet for {SPEC.name}"
