"""An adoption is worked out from what drifted, made while that stands, and writes to no cluster."""

import json
from dataclasses import replace
from typing import Any

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
    live,
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
    assert "so no field of it can be taken" in refused(made, "data.a")


def deleted(**spec: Any) -> World:
    """Two ConfigMaps, one of which somebody deleted."""
    made = applied("a", "b", **spec)
    made.change(CONFIG_MAP, "a", None)
    return made


def test_what_was_deleted_live_is_asked_to_be_stated_no_more() -> None:
    (plan,) = asked(deleted())
    (one,) = plan.adopted
    assert (one.key, one.gone, one.document.file, one.changes) == (A, True, "a.yaml", ())
    assert not plan.notes


def test_what_came_back_meanwhile_is_not_dropped() -> None:
    made = deleted()
    plan = shown(made)
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 9, uid="u9", data={"a": "1"}))
    assert not [e for e in made.feed(ExecuteAdoption(7, plan)) if isinstance(e, MakeAdoption)]
    assert made.run(7).problems[0].remedy is Remedy.LOOK_AGAIN


def test_what_git_states_and_nobody_deleted_stays_stated() -> None:
    made = applied("b")
    documents = [document(CONFIG_MAP, name, data={"a": "1"}) for name in "ab"]
    made.read(*documents, number=2)
    assert "nobody deleted it, as far as is known" in refused(made)
    both = deleted()
    changed = document(CONFIG_MAP, "a", data={"a": "5"})
    both.read(changed, document(CONFIG_MAP, "b", data={"a": "1"}), number=2)
    assert "it was deleted, and Git moved on" in refused(both)


def test_what_is_encrypted_is_not_cut() -> None:
    made = deleted()
    app = made.state.apps[SPEC.name]
    found = app.desired[A.ref]
    sealed = replace(found, document=replace(found.document, sealed=True))
    apps = {SPEC.name: replace(app, desired={**app.desired, A.ref: sealed})}
    made.state = replace(made.state, apps=apps)
    assert "its file is encrypted; take it away with git" in refused(made)


def test_another_app_that_reads_the_same_file_is_named() -> None:
    made = deleted()
    app = made.state.apps[SPEC.name]
    other = replace(app, spec=replace(SPEC, name="other", cluster="prod"), shown=False)
    made.state = replace(made.state, apps={**made.state.apps, "other": other})
    (plan,) = asked(made)
    assert plan.notes == (f"{A.ref}: app other reads a.yaml, too, and drops it then",)


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
