"""An undo gives fields that are as a write left them the value of before; the rest is named."""

from dataclasses import replace
from typing import Any

import pytest

from core.model import (
    ABSENT,
    FieldChange,
    FieldVerdict,
    Plan,
    Problem,
    Remedy,
    Step,
    Value,
    Verb,
)
from core.model.journal import Deed, Done
from core.model.paths import parse_path
from core.model.requests import Add, Edit, Remove, Replace, Version
from core.reconcile.acting.undo.undoing import MOVED, SECRET
from core.reconcile.memory.commands import Execute, PrepareUndo
from core.reconcile.memory.effects import CheckAccess, FindDone
from core.reconcile.memory.results import Applied, DoneFound, PlanPrepared
from tests.core.reconcile.world import (
    CONFIG_MAP,
    DEPLOYMENT,
    SPEC,
    World,
    applied,
    document,
    key,
    live,
    ref,
    writes,
)

A = key(CONFIG_MAP, "a")


def change(path: str, before: Any = ABSENT, after: Any = ABSENT) -> FieldChange:
    return FieldChange(path, FieldVerdict.DRIFT, before, after)


DATA = change("data.a", "9", "1")


def done(*changes: FieldChange, **fields: Any) -> Done:
    made = Done(
        number=12,
        deed=Deed.SYNC,
        app=SPEC.name,
        cluster="prod",
        cluster_uid="",
        kind=CONFIG_MAP,
        ref=ref(CONFIG_MAP, "a"),
        uid="u1",
        sends=("apply",),
        changes=changes,
        refused=False,
    )
    return replace(made, **fields)


def planned(made: World, *found: Done, again: bool = False) -> Plan:
    """What a person is shown."""
    effects = made.feed(DoneFound(7, found, again=again))
    for effect in effects:
        if isinstance(effect, CheckAccess):
            made.feed(PlanPrepared(7, effect.plan))
    plan = made.state.answers[7]
    assert isinstance(plan, Plan)
    return plan


def only(plan: Plan) -> Step:
    (step,) = plan.steps
    return step


def operations(step: Step) -> tuple[Any, ...]:
    (edit,) = step.requests
    assert isinstance(edit, Edit)
    assert edit.on == Version("u1", "5")
    return edit.operations


def test_the_record_is_looked_for_in_the_apps_that_are_shown() -> None:
    made = applied("a")
    apps = frozenset({SPEC.name})
    assert made.feed(PrepareUndo(7, 12)) == [FindDone(7, 12, apps)]
    assert made.feed(PrepareUndo(8, again=True)) == [FindDone(8, None, apps, again=True)]


def test_what_was_undone_is_done_again_and_nobody_is_warned_of_a_heal() -> None:
    made = applied("a")
    plan = planned(made, done(DATA, deed=Deed.UNDO), again=True)
    (restored,) = only(plan).changes
    assert (restored.live, restored.git) == ("1", "9")
    assert not any("healed" in note for note in plan.notes)
    assert any("healed" in note for note in planned(made, done(DATA)).notes)
    assert planned(made, again=True).notes == ("nothing was undone that could be done again",)


def test_what_was_changed_taken_away_or_added_comes_back() -> None:
    made = applied("a", git={"data": {"a": "1", "b": "1"}})
    recorded = done(DATA, change("data.x", "7"), change("data.b", ABSENT, "1"))
    step = only(planned(made, recorded))
    paths = [parse_path(f"data.{name}") for name in "axb"]
    assert operations(step) == (Replace(paths[0], "9"), Add(paths[1], "7"), Remove(paths[2]))
    assert (step.verb, step.problem, step.undoes) == (Verb.UNDO, "", 12)
    shown = [(each.path, each.live, each.git) for each in step.changes]
    assert shown == [("data.a", "1", "9"), ("data.x", ABSENT, "7"), ("data.b", "1", ABSENT)]


@pytest.mark.parametrize(
    "recorded",
    [change("data.a", "9", "2"), change("data.a", "9"), change("data.z", ABSENT, "1")],
    ids=["another value", "there again", "gone again"],
)
def test_a_field_that_was_changed_since_is_named_and_left(recorded: FieldChange) -> None:
    made = applied("a", git={"data": {"a": "1", "b": "1"}})
    plan = planned(made, done(recorded, change("data.b", "8", "1")))
    assert operations(only(plan)) == (Replace(parse_path("data.b"), "8"),)
    assert [each.note for each in only(plan).left] == [MOVED]
    assert f"{A.ref}: {recorded.path} stays: {MOVED}" in plan.notes
    assert only(planned(made, done(recorded))).problem == MOVED


@pytest.mark.parametrize(
    "value",
    [{"sha256": "0" * 12}, {"env": [{"name": "K", "value": {"sha256": "0" * 12}}]}],
)
def test_a_secret_is_not_put_back_as_its_hash(value: Value) -> None:
    step = only(planned(applied("a"), done(change("data.a", value, "1"))))
    assert (step.problem, step.requests) == (SECRET, ())
    assert [each.note for each in step.left] == [SECRET]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"uid": None}, "it was made by that"),
        ({"uid": "u0"}, "it was deleted and made again since"),
        ({"sends": ("delete",)}, "it was deleted by that"),
        ({"cluster": "other"}, "in another cluster"),
        ({"cluster_uid": "k9"}, "in another cluster"),
        ({"ref": ref(CONFIG_MAP, "b")}, "app shop does not state it any more"),
        ({"changes": ()}, "no field of it is on record"),
    ],
)
def test_what_cannot_be_undone_says_why(fields: dict[str, Any], words: str) -> None:
    step = only(planned(applied("a"), done(DATA, **fields)))
    assert words in step.problem
    assert step.requests == ()


def test_an_object_that_is_gone_is_not_made_again() -> None:
    made = applied("a")
    made.change(CONFIG_MAP, "a", None)
    assert "not in the cluster any more" in only(planned(made, done(DATA))).problem


@pytest.mark.parametrize("deed", [Deed.REVERT, Deed.PROMOTE, Deed.ROLLBACK, Deed.ADOPT])
def test_a_commit_is_undone_by_a_commit(deed: Deed) -> None:
    recorded = done(deed=deed, kind=None, ref=None, uid=None, made="c" * 40)
    plan = planned(applied("a"), recorded)
    words = "entry 12: it is a commit; driftdeck revert cccccccccccc undoes it"
    assert (plan.steps, plan.notes) == ((), (words,))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"refused": True}, "it was refused, so nothing was changed"),
        ({"deed": Deed.TAKE_OVER, "changes": ()}, "it changed no field"),
        ({"app": "other"}, "app other is none of those that are open here"),
    ],
)
def test_what_is_no_change_of_an_object_here_has_a_note(fields: dict[str, Any], words: str) -> None:
    plan = planned(applied("a"), done(DATA, **fields))
    assert (plan.steps, plan.notes) == ((), (f"entry 12: {words}",))


def test_nothing_on_record_or_a_record_that_cannot_be_read_is_said() -> None:
    made = applied("a")
    assert planned(made).notes == ("nothing is on record that could be undone",)
    full = Problem(Remedy.WAIT, "the journal is full")
    made.feed(DoneFound(8, (), full))
    answer = made.state.answers[8]
    assert isinstance(answer, Plan)
    assert (answer.notes, answer.problem) == (("the journal is full",), full)


def test_what_restarts_pods_by_being_put_back_is_said() -> None:
    made = applied("a")
    template = {"template": {"spec": {"restartPolicy": "Always"}}}
    web = document(DEPLOYMENT, "web", spec=template)
    made.read(document(CONFIG_MAP, "a", data={"a": "1"}), web, number=2)
    made.listing(DEPLOYMENT, [("web", live(DEPLOYMENT, "web", 5, spec=template))])
    place = "spec.template.spec.restartPolicy"
    changed = FieldChange(place, FieldVerdict.DRIFT, "Never", "Always")
    about = replace(done(DATA), kind=DEPLOYMENT, ref=ref(DEPLOYMENT, "web"), changes=(changed,))
    plan = planned(made, about)
    assert [step.restarts for step in plan.runnable] == [True]
    assert "restarts the pods of Deployment/web/web" in plan.notes


def test_where_nothing_can_be_put_back_nothing_is_said_of_what_would_follow() -> None:
    plan = planned(applied("a"), done(DATA, uid=None))
    assert [bool(step.problem) for step in plan.steps] == [True]
    assert plan.notes == ()


@pytest.mark.parametrize("healing", [False, True])
def test_the_preview_says_that_healing_undoes_the_undo(*, healing: bool) -> None:
    notes = planned(applied("a", healing=healing), done(DATA)).notes
    words = "would be healed again at once" if healing else "with --autoheal app shop is healed"
    assert any(words in note for note in notes)


def test_the_undo_that_was_shown_runs_and_is_on_record_as_one() -> None:
    made = applied("a")
    plan = planned(made, done(DATA))
    effects = made.feed(Execute(3, plan))
    effects += made.recorded(effects)
    (write,) = writes(effects)
    assert write.requests == only(plan).requests
    assert (write.intent.deed, write.intent.undoes, write.intent.run) == (Deed.UNDO, 12, 3)
    assert made.state.runs[3].shown.what == "undo"
    put_back = live(CONFIG_MAP, "a", 6, data={"a": "9"})
    made.feed(Applied(write.key, write.desired, put_back))
    assert made.events()[-1] == "synced"
    assert "put back as it was" in made.state.events[-1].message
    made.change(CONFIG_MAP, "a", put_back)
    assert made.state.rows[A].verdict.value == "drifted"


def test_an_object_that_moved_on_makes_the_plan_outdated() -> None:
    made = applied("a")
    plan = planned(made, done(DATA))
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, data={"a": "1", "b": "2"}))
    made.feed(Execute(3, plan))
    (problem,) = made.run(3).problems
    assert "changed since the plan was made" in problem.words


def test_what_git_states_no_more_stays_as_it_is() -> None:
    made = applied("a", "b")
    made.read(document(CONFIG_MAP, "b", data={"a": "1"}), number=2)
    assert "does not state it any more" in only(planned(made, done(DATA))).problem
