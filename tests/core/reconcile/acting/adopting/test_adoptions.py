"""An adoption is worked out from what drifted, made while that stands, and writes to no cluster."""

import json
from dataclasses import replace

from core.model import KindRef, Problem, Remedy
from core.model.answers.adoptions import Adopted, AdoptPlan
from core.reconcile.memory.commands import ExecuteAdoption, PrepareAdoption, SetWriting
from core.reconcile.memory.effects import ComputeAdoption, MakeAdoption, ReadSource
from core.reconcile.memory.results import AdoptionMade, AdoptionPrepared
from tests.core.reconcile.world import (
    CONFIG_MAP,
    SPEC,
    World,
    applied,
    commit,
    document,
    key,
    questions,
    writes,
)

A = key(CONFIG_MAP, "a")


def drifted() -> World:
    """Two ConfigMaps, one of which somebody changed."""
    made = applied("a", "b")
    made.drift("a", 6, data={"a": "9"})
    return made


def asked(made: World, *fields: str, names: str = "a", begins: str = "") -> list[AdoptPlan]:
    keys = frozenset(key(CONFIG_MAP, name) for name in names)
    command = PrepareAdoption(4, SPEC.name, keys, frozenset(fields), begins)
    return [e.plan for e in made.feed(command) if isinstance(e, ComputeAdoption)]


def refused(made: World, *fields: str, names: str = "a") -> str:
    assert asked(made, *fields, names=names) == []
    answer = made.state.answers[4]
    assert isinstance(answer, AdoptPlan)
    return str(answer.problem)


def shown(made: World) -> AdoptPlan:
    (plan,) = asked(made)
    plan = replace(plan, branch="main", files=("a.yaml",), diff="-a\n+b\n")
    made.feed(AdoptionPrepared(4, plan))
    assert made.state.answers[4] == plan
    return plan


def test_what_drifted_is_asked_to_be_stated_as_it_is_live() -> None:
    (plan,) = asked(drifted(), names="ab")
    (one,) = plan.adopted
    assert (plan.app, plan.revision, one.key) == (SPEC.name, commit(1).id, A)
    assert json.loads(one.body)["data"] == {"a": "9"}
    assert [(change.path, change.live, change.git) for change in one.changes] == [
        ("data.a", "9", "1")
    ]
    assert plan.notes == ("ConfigMap/web/b: nothing of it has drifted",)


def test_a_branch_and_a_field_can_be_chosen() -> None:
    (plan,) = asked(drifted(), "data.a", begins="hotfix")
    assert (plan.branch, plan.begins) == ("hotfix", True)


def test_what_cannot_be_adopted_says_why() -> None:
    made = drifted()
    assert "data.b does not differ" in refused(made, "data.b")
    assert "nothing of it has drifted" in refused(made, names="b")
    assert "it cannot be judged now" in refused(made, names="z")
    made.change(CONFIG_MAP, "a", None)
    assert "it is not in the cluster" in refused(made)


def test_what_git_moved_on_in_is_left_alone_unless_it_is_named() -> None:
    made = applied("a")
    effects = made.read_through(document(CONFIG_MAP, "a", data={"a": "5", "b": "1"}), number=2)
    for each in questions(effects):
        made.agree(each)
    assert "Git moved on" in refused(made)
    (plan,) = asked(made, "data.a")
    (one,) = plan.adopted
    assert json.loads(one.body)["data"] == {"a": "1", "b": "1"}


def test_the_commit_is_made_and_nothing_is_sent() -> None:
    made = drifted()
    plan = shown(made)
    effects = made.feed(ExecuteAdoption(7, plan))
    assert [e.plan for e in effects if isinstance(e, MakeAdoption)] == [plan]
    assert made.state.runs[7].shown.what == "adopt"
    done = made.feed(AdoptionMade(7, commit(2).id))
    assert any(isinstance(e, ReadSource) for e in done)
    assert not writes([*effects, *done])
    run = made.run(7)
    assert (run.finished, run.revision, run.problems) == (True, commit(2).id, ())


def test_a_commit_that_cannot_be_made_is_the_end_with_its_reason() -> None:
    made = drifted()
    made.feed(ExecuteAdoption(7, shown(made)))
    made.feed(AdoptionMade(7, "", Problem(Remedy.LOOK_AGAIN, "it moved")))
    assert [problem.words for problem in made.run(7).problems] == ["it moved"]


def test_in_a_read_only_session_nothing_is_committed() -> None:
    made = drifted()
    plan = shown(made)
    made.feed(SetWriting(enabled=False))
    assert not [e for e in made.feed(ExecuteAdoption(7, plan)) if isinstance(e, MakeAdoption)]
    assert "read-only" in made.run(7).problems[0].words


def test_a_value_that_changed_since_it_was_shown_is_looked_at_again() -> None:
    made = drifted()
    plan = shown(made)
    made.drift("a", 7, data={"a": "10"})
    assert not [e for e in made.feed(ExecuteAdoption(7, plan)) if isinstance(e, MakeAdoption)]
    (problem,) = made.run(7).problems
    assert (problem.remedy, "look again" in problem.words) == (Remedy.LOOK_AGAIN, True)


def test_who_did_it_may_be_found_out_after_it_was_shown() -> None:
    made = drifted()
    plan = shown(made)
    (one,) = plan.adopted
    told = replace(one, changes=tuple(replace(c, note="by somebody") for c in one.changes))
    effects = made.feed(ExecuteAdoption(7, replace(plan, adopted=(told,))))
    assert [e for e in effects if isinstance(e, MakeAdoption)]


def test_a_value_is_never_shown_by_its_plan() -> None:
    (plan,) = asked(drifted())
    (one,) = plan.adopted
    assert isinstance(one, Adopted)
    assert "body" not in repr(one)
    assert KindRef("v1", "ConfigMap") == one.document.kind
