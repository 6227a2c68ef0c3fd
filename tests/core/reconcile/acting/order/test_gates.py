"""Apps that depend on others, and waves within one: nothing of them is written too early."""

from dataclasses import replace

import pytest

from core.model import Cause, EventName, Problem, Remedy
from core.reconcile.acting.order.gates import depths_of
from core.reconcile.memory.commands import Execute
from core.reconcile.memory.effects import Effect, WakeAt
from core.reconcile.memory.inputs import SourceLost
from tests.core.reconcile.acting.order.apps import Apps, a_map, key_of, names
from tests.core.reconcile.world import CONFIG_MAP, SPEC, live, ref, writes

INFRA, WEB = key_of("infra", "i"), key_of("web", "w")


def missing(*, healing: bool = False, **more: str) -> tuple[Apps, list[Effect]]:
    made = Apps.begun(healing=healing, **more)
    made.states("infra", a_map("i"))
    made.states("web", a_map("w"))
    return made, made.empty()


# How deep an app is -------------------------------------------------------------------------------


def specs(**needs: tuple[str, ...]) -> list[object]:
    return [replace(SPEC, name=name, depends_on=others) for name, others in needs.items()]


@pytest.mark.parametrize(
    ("needs", "depths"),
    [
        ({"a": ()}, {}),
        ({"a": ("b",), "b": ()}, {"a": 1}),
        ({"a": ("b", "d"), "b": ("c",), "c": ("d",), "d": ()}, {"a": 3, "b": 2, "c": 1}),
        ({"a": ("elsewhere",)}, {"a": 1}),
    ],
)
def test_an_app_is_one_deeper_than_the_deepest_it_needs(
    needs: dict[str, tuple[str, ...]], depths: dict[str, int]
) -> None:
    assert depths_of(specs(**needs)) == depths  # type: ignore[arg-type]


def test_a_circle_has_an_end() -> None:
    assert set(depths_of(specs(a=("b",), b=("a",)))) == {"a", "b"}  # type: ignore[arg-type]


# A person's sync ----------------------------------------------------------------------------------


def test_a_sync_writes_an_app_once_those_it_needs_are_in_sync_and_not_only_written() -> None:
    made, _ = missing()
    plan = made.plan_for(WEB, INFRA)
    assert [(step.key.app, step.stage) for step in plan.steps] == [("infra", 0), ("web", 1)]
    effects = made.stored(made.feed(Execute(1, plan)))
    assert names(effects) == ["infra/i"]
    (first,) = writes(effects)
    assert names(made.done(first, 10)) == []
    effects = made.seen(first, 10)
    assert names(effects) == ["web/w"]
    made.done(writes(effects)[0], 11)
    assert (made.run(1).done, made.run(1).problems) == (2, ())


def test_what_needs_an_app_that_was_refused_is_stopped_at_once_and_counted() -> None:
    made, _ = missing()
    effects = made.stored(made.feed(Execute(1, made.plan_for(WEB, INFRA))))
    effects = made.stored(made.refuse(writes(effects)[0], "no"))
    assert names(effects) == []
    run = made.run(1)
    words = f"{WEB.ref}: waits for app infra, which is not in sync"
    assert run.problems[1:] == (Problem(Remedy.WAIT, words, stopped=True),)
    assert (run.done, run.total) == (0, 2)


def test_a_plan_for_one_app_says_what_it_waits_for_and_writes_nothing_meanwhile() -> None:
    made, _ = missing()
    plan = made.plan_for(WEB)
    assert "app web waits for app infra, which is not in sync" in plan.notes
    assert names(made.stored(made.feed(Execute(1, plan)))) == []
    assert made.run(1).problems[0].stopped


def test_patience_with_what_is_written_but_never_shown_ends() -> None:
    made, _ = missing()
    effects = made.stored(made.feed(Execute(1, made.plan_for(WEB, INFRA))))
    effects = made.done(writes(effects)[0], 10)
    assert any(isinstance(each, WakeAt) for each in effects)
    made.stored(made.wait(31.0))
    assert [str(each) for each in made.run(1).problems] == [
        f"{WEB.ref}: waits for app infra, which is not in sync"
    ]


def test_an_app_whose_need_was_read_at_another_commit_of_the_branch_waits_for_that() -> None:
    made, _ = missing()
    made.states("web", a_map("w"), a_map("x"), number=2)
    plan = made.plan_for(WEB, INFRA)
    effects = made.stored(made.feed(Execute(1, plan)))
    (first,) = writes(effects)
    made.done(first, 10)
    assert names(made.seen(first, 10)) == []
    assert names(made.states("infra", a_map("i"), number=2)) == ["web/w"]


def test_commits_of_another_branch_are_no_reason_to_wait() -> None:
    made, _ = missing(revision="v2")
    made.states("web", a_map("w"), a_map("x"), number=2)
    effects = made.stored(made.feed(Execute(1, made.plan_for(WEB, INFRA))))
    (first,) = writes(effects)
    made.done(first, 10)
    assert names(made.seen(first, 10)) == ["web/w"]


def test_an_app_asked_for_alone_is_written_without_a_look_at_what_it_needs() -> None:
    made = Apps.begun(only="web")
    made.states("infra", a_map("i"))
    made.states("web", a_map("w"))
    made.empty()
    assert names(made.stored(made.feed(Execute(1, made.plan_for(WEB))))) == ["web/w"]


# Healing ------------------------------------------------------------------------------------------


def test_healing_takes_apps_in_their_order() -> None:
    made, effects = missing(healing=True)
    assert names(effects) == ["infra/i"]
    (first,) = writes(effects)
    assert names(made.done(first, 10)) == []
    assert names(made.seen(first, 10)) == ["web/w"]
    assert "heal_skipped" not in made.events()


def test_healing_leaves_an_app_whose_need_is_refused_and_says_so_once() -> None:
    made, effects = missing(healing=True)
    made.stored(made.refuse(writes(effects)[0], "no"))
    assert names(made.wait(5.0)) == []
    words = "waits for app infra, which is not in sync"
    assert made.told(EventName.HEAL_SKIPPED) == [words]
    assert made.state.rows[WEB].problem == words
    effects = made.wait(400.0)
    assert names(effects) == ["infra/i"]
    (again,) = writes(effects)
    made.done(again, 10)
    assert names(made.seen(again, 10)) == ["web/w"]


def test_healing_does_not_begin_before_the_need_was_read() -> None:
    made = Apps.begun(healing=True)
    made.states("web", a_map("w"))
    effects = made.empty()
    assert names(effects) == []
    made.feed(SourceLost("infra", Problem(Remedy.WAIT, "no answer")))
    assert names(made.wait(5.0)) == []
    assert names(made.stored(made.states("infra", a_map("i")))) == ["infra/i"]


# Waves --------------------------------------------------------------------------------------------


def waved(*, healing: bool) -> tuple[Apps, list[Effect]]:
    made = Apps.begun(healing=healing)
    made.states("web")
    made.states("infra", a_map("late", 2), a_map("early", -1), a_map("usual"))
    return made, made.empty()


@pytest.mark.parametrize("healing", [True, False])
def test_each_wave_waits_for_the_one_before(healing: bool) -> None:
    made, effects = waved(healing=healing)
    if not healing:
        keys = [key_of("infra", name) for name in ("late", "early", "usual")]
        effects = made.stored(made.feed(Execute(1, made.plan_for(*keys))))
    for number, name in enumerate(("early", "usual", "late")):
        assert names(effects) == [f"infra/{name}"]
        effects = made.done(writes(effects)[0], 10 + number)


def test_a_refused_wave_stops_the_later_ones_and_says_which() -> None:
    made, _ = waved(healing=False)
    keys = [key_of("infra", name) for name in ("late", "early", "usual")]
    effects = made.stored(made.feed(Execute(1, made.plan_for(*keys))))
    assert names(made.stored(made.refuse(writes(effects)[0], "no"))) == []
    words = f"an earlier wave (-1) was not done: {ref(CONFIG_MAP, 'early')}"
    assert [str(each) for each in made.run(1).problems[1:]] == [
        f"{ref(CONFIG_MAP, 'usual')}: {words}",
        f"{ref(CONFIG_MAP, 'late')}: {words}",
    ]
    assert {each.remedy for each in made.run(1).problems} == {Remedy.CHANGE_GIT}


def test_healing_keeps_later_waves_back_for_as_long_as_an_earlier_one_is_refused() -> None:
    made, effects = waved(healing=True)
    made.stored(made.refuse(writes(effects)[0], "no"))
    assert names(made.wait(10.0)) == []
    assert names(made.wait(400.0)) == ["infra/early"]


def test_live_drift_is_put_right_whatever_wave_waits() -> None:
    made, effects = waved(healing=True)
    for number in range(3):
        (each,) = writes(effects)
        effects = made.done(each, 10 + number)
        made.seen(each, 10 + number)
    made.states("infra", a_map("late", 2), a_map("early", -1, b="2"), a_map("usual"), number=2)
    assert made.state.rows[key_of("infra", "early")].cause is Cause.GIT_AHEAD
    drifted = live(CONFIG_MAP, "late", 20, uid="u12", data={"a": "9"})
    asked = made.change(CONFIG_MAP, "late", drifted)
    (question,) = [each for each in asked if type(each).__name__ == "Confirm"]
    assert names(made.agree(question)) == ["infra/late"]
