"""The writes of a run: what each is decided on, what it states, and what becomes of its answer."""

from dataclasses import replace
from typing import Any

import pytest

from core.model import EventName, FieldVerdict, Live, Pause, Remedy, Verdict
from core.model.requests import Awaited, Version
from core.reconcile.memory.commands import Execute, Refresh, SetHeal, SetWriting
from core.reconcile.memory.effects import Effect, Perform
from core.reconcile.memory.inputs import ClusterWentBack, Input, PausesRead
from core.reconcile.memory.results import Applied, InventoryRead
from tests.core.reconcile.world import (
    CONFIG_MAP,
    SPEC,
    World,
    applied,
    document,
    key,
    live,
    questions,
    stated,
    world,
    writes,
    written,
)

A, B = key(CONFIG_MAP, "a"), key(CONFIG_MAP, "b")
GOOD: dict[str, Any] = {"data": {"a": "1"}}
BAD: dict[str, Any] = {"data": {"a": "2"}}


def in_flight(*names: str, **spec: Any) -> tuple[World, list[Perform]]:
    """A person's sync of drifted ConfigMaps whose writes are on their way."""
    made = applied(*names, **spec)
    for name in names:
        made.drift(name, 6, **BAD)
    return made, writes(made.execute(made.plan(*names)))


# What goes out ------------------------------------------------------------------------------------


def test_a_write_names_the_version_that_it_was_decided_on() -> None:
    made, (effect,) = in_flight("a")
    assert effect.live is not None
    assert (effect.cluster, effect.live.uid, effect.live.resource_version) == ("prod", "u1", "6")
    assert effect.desired is made.state.apps[SPEC.name].desired[A.ref]
    assert effect.requests[0].on == Version("u1", "6")


def test_an_object_that_is_not_there_is_made_and_must_not_be_there() -> None:
    made = applied("a")
    made.change(CONFIG_MAP, "a", None)
    (effect,) = writes(made.execute(made.plan("a")))
    assert effect.live is None
    assert [each.on for each in effect.requests] == [Awaited.NOTHING]
    assert stated(effect)["data"] == {"a": "1"}


def test_an_object_that_is_written_says_so_until_the_watch_brings_it() -> None:
    made, (effect,) = in_flight("a")
    assert made.row("a").calling is True
    made.accept(effect, 8)
    assert made.row("a").calling is True
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 8, **GOOD))
    assert (made.row("a").calling, made.row("a").verdict) == (False, Verdict.IN_SYNC)


def test_nothing_is_judged_while_a_write_is_in_flight() -> None:
    made, (effect,) = in_flight("a")
    before = made.row("a")
    assert made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 7, data={"a": "3"})) == []
    assert made.row("a") is before
    asked = questions(made.refuse(effect, "it changed", remedy=Remedy.LOOK_AGAIN))
    assert [each.live.resource_version for each in asked] == ["7"]


def test_what_is_written_is_in_no_plan_and_in_one_again_when_it_settled() -> None:
    made, (effect,) = in_flight("a")
    assert made.plan("a").steps == ()
    made.refuse(effect)
    assert [step.key for step in made.plan("a").steps] == [A]


# What comes back ----------------------------------------------------------------------------------


def test_an_answer_that_follows_its_watch_event_is_judged_at_once() -> None:
    made, (effect,) = in_flight("a")
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 8, **GOOD))
    made.accept(effect, 8)
    assert made.row("a").verdict is Verdict.IN_SYNC
    subject = made.subject("a")
    assert subject is not None
    assert subject.awaited is None


def test_versions_between_the_answer_and_its_event_are_not_judged() -> None:
    made, (effect,) = in_flight("a")
    made.accept(effect, 9)
    assert made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 7, **BAD)) == []
    assert made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 8, **BAD)) == []
    assert made.row("a").calling is True
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 9, **GOOD))
    assert made.row("a").verdict is Verdict.IN_SYNC


def test_a_write_that_changed_nothing_is_not_waited_for() -> None:
    made, (effect,) = in_flight("a")
    made.accept(effect, 6)
    subject = made.subject("a")
    assert subject is not None
    assert (subject.awaited, made.row("a").calling) == (None, False)
    assert subject.hold is not None
    assert subject.hold.version == "6"


def test_a_refusal_names_the_place_in_git_at_its_row_in_its_run_and_in_its_event() -> None:
    made, (effect,) = in_flight("a")
    made.refuse(effect, "webhook says no")
    words = "a.yaml:1: webhook says no"
    assert made.row("a").problem == words
    assert [str(problem) for problem in made.run(1).problems] == [f"{A.ref}: {words}"]
    assert made.told(EventName.SYNC_FAILED) == [words]


@pytest.mark.parametrize("remedy", [each for each in Remedy if each is not Remedy.LOOK_AGAIN])
def test_a_run_keeps_what_can_be_done_about_each_refusal(remedy: Remedy) -> None:
    made, (effect,) = in_flight("a")
    made.refuse(effect, "no", remedy=remedy)
    assert [problem.remedy for problem in made.run(1).problems] == [remedy]


def test_a_refusal_stays_at_the_row_until_git_or_the_verdict_moves() -> None:
    made, (effect,) = in_flight("a")
    made.refuse(effect, "webhook says no")
    made.drift("a", 7, data={"a": "3"})
    assert made.row("a").problem
    asked = made.read(document(CONFIG_MAP, "a", data={"a": "9"}), number=2)
    assert made.row("a").problem == ""
    made.agree(questions(asked)[0])
    assert made.row("a").problem == ""


def test_a_success_of_a_person_is_told_with_what_it_changed() -> None:
    made, (effect,) = in_flight("a")
    made.accept(effect, 8)
    event = made.state.events[-1]
    assert (event.name, event.ref) == (EventName.SYNCED, A.ref)
    assert [change.path for change in event.changes] == ["data.a"]


def test_an_object_that_git_dropped_while_it_was_written_is_extra_when_it_is_seen() -> None:
    made, (first, second) = in_flight("a", "b")
    made.accept(second, 8)
    made.read(document(CONFIG_MAP, "b", **GOOD), number=2)
    assert made.row("a").verdict is Verdict.DRIFTED
    made.accept(first, 8)
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 8, **GOOD))
    assert made.row("a").verdict is Verdict.EXTRA
    assert made.row("a").calling is False


def test_git_that_moves_while_an_object_is_written_is_applied_by_the_next_heal() -> None:
    made, (effect,) = in_flight("a")
    made.feed(SetHeal(frozenset({SPEC.name}), enabled=True))
    made.read(document(CONFIG_MAP, "a", data={"a": "9"}), number=2)
    made.accept(effect, 8)
    asked = made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 8, **GOOD))
    (next_write,) = writes(made.agree(questions(asked)[0]))
    assert next_write.desired.body != effect.desired.body


def test_an_answer_for_an_older_commit_records_that_older_commit() -> None:
    made, (effect,) = in_flight("a")
    made.read(document(CONFIG_MAP, "a", data={"a": "9"}), number=2)
    made.feed(Applied(A, effect.desired, Live("u1", "8", effect.desired.body)))
    inventory = made.state.apps[SPEC.name].inventory
    assert inventory is not None
    assert inventory[A.ref].digest == effect.desired.digest
    assert inventory[A.ref].digest != made.state.apps[SPEC.name].desired[A.ref].digest


# Jobs know more -----------------------------------------------------------------------------------


def test_a_row_of_the_inventory_that_knows_more_keeps_it() -> None:
    made, (effect,) = in_flight("a")
    app = made.state.apps[SPEC.name]
    assert app.inventory is not None
    wiser = replace(app.inventory[A.ref], end="Complete")
    inventory = app.inventory.set(A.ref, wiser)
    apps = {SPEC.name: replace(app, inventory=inventory)}
    made.state = replace(made.state, apps=apps)
    made.accept(effect, 8)
    kept = made.state.apps[SPEC.name].inventory
    assert kept is not None
    assert kept[A.ref] is wiser


def test_one_write_is_asked_for_each_object_of_a_plan() -> None:
    made, effects = in_flight("a", "b")
    assert [effect.key for effect in effects] == [A, B]
    assert written(made.wait(1000.0)) == []


def test_a_success_is_told_with_its_drift_and_without_what_was_harmless() -> None:
    controller = {
        "manager": "kube-controller-manager",
        "operation": "Update",
        "fieldsV1": {"f:data": {"f:b": {}}},
    }
    made = applied("a")
    both = live(CONFIG_MAP, "a", 6, data={"a": "2", "b": "1"}, managed=[controller])
    (asked,) = questions(made.change(CONFIG_MAP, "a", both))
    made.agree(asked)
    assert {change.verdict for change in made.row("a").changes} > {FieldVerdict.DRIFT}
    made.accept(writes(made.execute(made.plan("a")))[0], 8)
    assert [change.path for change in made.state.events[-1].changes] == ["data.a"]


def test_a_write_of_one_run_leaves_what_another_run_still_plans() -> None:
    made = world()
    made.read(document(CONFIG_MAP, "a", **GOOD))
    made.listing(CONFIG_MAP)
    made.feed(InventoryRead(SPEC.name, ()))
    plan = made.plan("a")
    enlisting = made.feed(Execute(1, plan))
    made.feed(Execute(2, plan))
    (effect,) = writes(made.recorded(enlisting))
    assert made.state.subjects[A].planned == 2
    (again,) = writes(made.refuse(effect))
    assert made.state.subjects[A].planned is None
    assert again.requests == effect.requests


# What a write did not move ------------------------------------------------------------------------


def answers(made: World, effect: Perform, version: int, **content: Any) -> list[Effect]:
    """The server takes a write, and this is what the object is like afterwards."""
    found = live(CONFIG_MAP, "a", version, **content)
    return made.feed(Applied(effect.key, effect.desired, found))


@pytest.mark.parametrize("version", [6, 8])
def test_a_field_that_is_as_it_was_after_our_write_was_not_healed(version: int) -> None:
    made = applied("a", healing=True)
    (effect,) = writes(made.drift("a", 6, **BAD))
    effects = answers(made, effect, version, **BAD)
    assert "healed" not in made.events()
    assert made.told(EventName.HEAL_FAILED) == ["data.a: the server put it back"]
    if version == 8:
        effects = made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 8, **BAD))
    assert written(made.agree(questions(effects)[0])) == []
    (change,) = made.row("a").changes
    assert (change.verdict, change.healable) == (FieldVerdict.DRIFT, False)
    assert change.note == "the server put it back"
    assert written(made.wait(10_000.0)) == []


def test_what_the_server_put_back_is_tried_again_when_it_or_git_is_another() -> None:
    def stuck() -> World:
        made = applied("a", healing=True)
        (effect,) = writes(made.drift("a", 6, **BAD))
        made.agree(questions(answers(made, effect, 6, **BAD))[0])
        return made

    assert written(stuck().drift("a", 7, data={"a": "3"})) == [A]
    made = stuck()
    (asked,) = questions(made.read(document(CONFIG_MAP, "a", data={"a": "5"}), number=2))
    assert written(made.agree(asked)) == [A]
    made = stuck()
    (asked,) = questions(made.feed(Refresh()))
    assert written(made.agree(asked)) == [A]


def test_a_field_that_moved_is_healed_beside_one_that_did_not() -> None:
    git = {"data": {"a": "1", "b": "1"}}
    made = applied("a", git=git, healing=True)
    (effect,) = writes(made.drift("a", 6, data={"a": "2", "b": "2"}))
    answers(made, effect, 8, data={"a": "1", "b": "2"})
    told = [(each.name, [c.path for c in each.changes]) for each in made.state.events][-2:]
    assert told == [("heal_failed", ["data.b"]), ("healed", ["data.a"])]


def test_a_sync_that_moved_nothing_says_so_and_counts_nothing_as_done() -> None:
    made, (effect,) = in_flight("a")
    made.recorded(answers(made, effect, 6, **BAD))
    run = made.run(1)
    assert (run.done, run.total) == (0, 1)
    (problem,) = run.problems
    assert (problem.remedy, str(problem)) == (
        Remedy.CHANGE_GIT,
        f"{A.ref}: a.yaml:1: data.a: the server put it back",
    )
    assert EventName.SYNCED not in made.events()


def test_an_object_that_is_made_has_nothing_to_be_put_back() -> None:
    made = applied("a", healing=True)
    (effect,) = writes(made.change(CONFIG_MAP, "a", None))
    answers(made, effect, 8, **GOOD)
    assert made.told(EventName.HEALED) == ["created again"]


# Permission that is taken back -------------------------------------------------------------------


def test_a_run_ends_where_writing_is_forbidden_before_it_wrote() -> None:
    made = applied()
    made.read(document(CONFIG_MAP, "a", **GOOD))
    begun = made.feed(Execute(1, made.plan("a")))
    made.feed(SetWriting(enabled=False))
    assert written(made.recorded(begun)) == []
    (run,) = made.state.finished
    assert [str(problem) for problem in run.problems] == [
        "ConfigMap/web/a: read-only: writing is not allowed in this session"
    ]
    assert made.row("a").calling is False


@pytest.mark.parametrize(
    "happened",
    [
        SetHeal(frozenset({SPEC.name}), enabled=False),
        ClusterWentBack("prod"),
        PausesRead(SPEC.name, (Pause(None, 2000.0, "busy", "ada", 1000.0),)),
        PausesRead(SPEC.name, (Pause(A.ref, 2000.0, "busy", "ada", 1000.0),)),
    ],
)
def test_a_heal_that_is_not_wanted_any_more_is_not_sent(happened: Input) -> None:
    made = applied(healing=True)
    effects = made.read(document(CONFIG_MAP, "a", **GOOD))
    effects += made.feed(happened, InventoryRead(SPEC.name, ()))
    effects += made.recorded(effects)
    assert written(effects + made.recorded(effects)) == []
    assert not made.state.runs
    assert made.row("a").calling is False
