"""At which commit Git stated an object as it is: the newest statement that is no drift from it."""

from typing import Any

from core.model import Commit, Document, Key, Snapshot
from core.model.answers.comparisons import Likeness
from core.reconcile.memory.commands import LookBackAt
from core.reconcile.memory.effects import LookBack
from core.reconcile.memory.results import LookedBack, Statement
from core.reconcile.snapshots import snapshot
from tests.core.reconcile.world import CONFIG_MAP, World, applied, commit, document, key, live

A = key(CONFIG_MAP, "a")


def stated(number: int, before: int | None, **content: Any) -> Statement:
    """What commit *number* made Git state, until another changed it."""
    until = commit(before) if before is not None else None
    return Statement(document(CONFIG_MAP, "a", **content), commit(number), until)


def likeness(made: World, *statements: Statement, of: Key = A) -> Likeness:
    for effect in made.feed(LookBackAt(7, of)):
        if isinstance(effect, LookBack):
            assert isinstance(effect.document, Document)
            made.feed(LookedBack(7, effect.key, statements))
    found = snapshot(made.state, Snapshot()).likeness_for(7)
    assert found is not None
    return found


NOW = stated(9, None, data={"a": "1"})
BEFORE = stated(5, 9, data={"a": "0"})
OLDEST = stated(2, 5, data={"a": "0", "b": "0"})


def moved(**data: str) -> World:
    """An object in Git, and in the cluster with other data."""
    made = applied("a")
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, data=data))
    return made


def test_git_is_asked_from_the_commit_on_that_is_followed() -> None:
    made = moved(a="0")
    (asked,) = made.feed(LookBackAt(7, A))
    assert isinstance(asked, LookBack)
    assert (asked.request, asked.key, asked.revision) == (7, A, commit().id)


def test_the_newest_statement_that_is_equal_counts() -> None:
    again = stated(3, 4, data={"a": "0"})
    found = likeness(moved(a="0"), NOW, BEFORE, again, OLDEST)
    assert found == Likeness(A, commit(5), commit(9))


def test_what_is_as_git_states_it_now_has_no_end() -> None:
    assert likeness(applied("a"), NOW, BEFORE) == Likeness(A, commit(9), None)


def test_where_no_statement_is_equal_it_is_said_how_many_were_held_against_it() -> None:
    found = likeness(moved(a="7"), NOW, BEFORE, OLDEST)
    assert (found.since, found.until, found.statements) == (None, None, 3)


def test_what_somebody_added_by_hand_was_never_stated() -> None:
    made = applied("a")
    managed = [{"manager": "kubectl-edit", "operation": "Update", "apiVersion": "v1"}]
    fields: Any = [managed[0] | {"fieldsV1": {"f:data": {"f:b": {}}}}]
    other = live(CONFIG_MAP, "a", 6, data={"a": "0", "b": "9"}, managed=fields)
    made.change(CONFIG_MAP, "a", other)
    assert likeness(made, NOW, BEFORE).since is None


def test_what_is_on_one_side_alone_was_never_alike() -> None:
    made = applied("a")
    made.change(CONFIG_MAP, "a", None)
    assert likeness(made).problem == "it is not both in Git and in the cluster"
    assert likeness(made, of=key(CONFIG_MAP, "nobody")).problem


def test_why_git_cannot_say_is_passed_on() -> None:
    made = moved(a="0")
    made.feed(LookedBack(8, A, (), "it is rendered"))
    found = snapshot(made.state, Snapshot()).likeness_for(8)
    assert found == Likeness(A, problem="it is rendered")
    assert isinstance(commit(), Commit)
