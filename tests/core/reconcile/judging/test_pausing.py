"""What a person set aside: who obeys it, who does not, and how it ends."""

from dataclasses import replace
from typing import Any

import pytest

from core.model import (
    EventName,
    HeldBy,
    Home,
    ObjectRef,
    Pause,
    Problem,
    Remedy,
    Snapshot,
    Verdict,
)
from core.reconcile.acting.healing import left_because
from core.reconcile.judging.holds.pauses import pause_of, pause_words
from core.reconcile.memory.commands import EndPause, SetHeal, SetPause
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import WritePause
from core.reconcile.memory.inputs import PausesRead
from core.reconcile.memory.results import PauseWritten
from core.reconcile.snapshots import snapshot
from tests.core.reconcile.world import (
    CONFIG_MAP,
    SPEC,
    World,
    alarms,
    applied,
    document,
    key,
    live,
    ref,
    world,
    written,
)

GOOD: dict[str, Any] = {"data": {"a": "1"}}
BAD: dict[str, Any] = {"data": {"a": "2"}}
A, B = key(CONFIG_MAP, "a"), key(CONFIG_MAP, "b")
ALL = Pause(None, 8200.0, "incident 7", "ann@ops", 1000.0)
ONE = replace(ALL, ref=A.ref, reason="an experiment")


def paused(*pauses: Pause, healing: bool = True, **spec: Any) -> World:
    made = applied("a", "b", healing=healing, **spec)
    made.feed(PausesRead(SPEC.name, pauses))
    return made


# Whom it stops ------------------------------------------------------------------------------------


def test_nothing_of_an_app_that_is_set_aside_is_healed_and_rows_and_app_say_why() -> None:
    made = paused(ALL)
    assert written(made.drift("a", 6, **BAD)) == []
    words = "paused until 1970-01-01 02:16 UTC by ann@ops: incident 7"
    held = made.row("a").held
    assert held is not None
    assert (held.by, held.words, held.until, held.pause) == (HeldBy.PAUSE, words, 8200.0, ALL)
    assert made.row("b").held == held  # in sync, and set aside
    (view,) = snapshot(made.state, Snapshot()).apps
    assert (view.held, view.pauses) == (held, (ALL,))
    assert made.told(EventName.PAUSED) == [words]


def test_an_object_that_is_set_aside_holds_up_no_other() -> None:
    made = paused(ONE)
    assert written(made.drift("a", 6, **BAD)) == []
    assert written(made.drift("b", 6, **BAD)) == [B]
    assert made.row("b").held is None
    (view,) = snapshot(made.state, Snapshot()).apps
    assert (view.held, view.pauses) == (None, (ONE,))


def test_a_new_commit_and_what_is_missing_wait_too() -> None:
    made = paused(ALL)
    documents = (document(CONFIG_MAP, name, data={"a": "3"}) for name in "ab")
    assert written(made.read_through(*documents, number=2)) == []
    assert written(made.change(CONFIG_MAP, "a", None)) == []
    assert made.row("a").verdict is Verdict.MISSING


def test_a_take_over_waits_too() -> None:
    made = world(healing=True)
    made.feed(PausesRead(SPEC.name, (ALL,)))
    made.read(document(CONFIG_MAP, "a", **GOOD))
    made.listing(CONFIG_MAP, [("a", live(CONFIG_MAP, "a", 5, **GOOD))])
    assert written(made.effects) == []


def test_a_persons_sync_goes_on() -> None:
    made = paused(ALL)
    made.drift("a", 6, **BAD)
    assert written(made.execute(made.plan("a"))) == [A]


def test_who_does_not_heal_says_it_too_and_a_preview_of_healing_names_it() -> None:
    made = paused(ALL, healing=False)
    made.drift("a", 6, **BAD)
    assert made.row("a").held is not None
    assert "incident 7" in left_because(Draft(made.state, made.now), made.row("a"))
    assert written(made.feed(SetHeal(frozenset({SPEC.name}), enabled=True))) == []


# How it ends --------------------------------------------------------------------------------------


def test_it_ends_by_itself_at_its_time_and_what_drifted_is_healed() -> None:
    made = paused(ALL)
    assert 8200.0 in alarms(made.effects)
    made.drift("a", 6, **BAD)
    made.now = 8199.0
    assert written(made.wait(0.0)) == []
    assert written(made.wait(1.0)) == [A]
    assert (made.row("a").held, made.row("b").held) == (None, None)
    assert made.told(EventName.RESUMED) == [f"it was {pause_words(ALL)}"]
    (view,) = snapshot(made.state, Snapshot()).apps
    assert (view.held, view.pauses) == (None, ())


def test_another_process_that_ends_it_is_heard() -> None:
    made = paused(ALL)
    made.drift("a", 6, **BAD)
    assert written(made.feed(PausesRead(SPEC.name, ()))) == [A]


def test_one_that_is_over_already_when_it_is_read_is_none() -> None:
    made = paused(replace(ALL, until=999.0))
    assert written(made.drift("a", 6, **BAD)) == [A]
    assert made.told(EventName.PAUSED) == []


def test_what_is_read_again_is_no_news() -> None:
    made = paused(ALL)
    made.feed(PausesRead(SPEC.name, (ALL,)))
    assert len(made.told(EventName.PAUSED)) == 1


def test_a_longer_pause_takes_the_place_of_a_shorter_one() -> None:
    made = paused(ALL)
    longer = replace(ALL, until=9000.0)
    made.feed(PausesRead(SPEC.name, (longer,)))
    assert len(made.told(EventName.PAUSED)) == 2
    assert made.told(EventName.RESUMED) == []
    made.now = 8300.0
    made.wait(0.0)
    assert made.row("a").held is not None


@pytest.mark.parametrize(
    ("pauses", "wanted", "found"),
    [
        ((), A.ref, None),
        ((ALL,), A.ref, ALL),
        ((ALL,), None, ALL),
        ((ONE,), A.ref, ONE),
        ((ONE,), B.ref, None),
        ((ONE,), None, None),
        ((ALL, ONE), A.ref, ONE),
        ((ONE, ALL), B.ref, ALL),
        ((replace(ALL, until=10.0),), A.ref, None),
    ],
)
def test_which_pause_counts(
    pauses: tuple[Pause, ...], wanted: ObjectRef | None, found: Pause | None
) -> None:
    made = applied("a")
    app = replace(made.state.apps[SPEC.name], pauses=pauses)
    assert pause_of(app, wanted, 1000.0) == found


# Setting it ---------------------------------------------------------------------------------------


def test_it_holds_once_the_cluster_has_it() -> None:
    made = applied("a", "b", healing=True)
    (effect,) = made.feed(SetPause(7, SPEC.name, ALL))
    assert effect == WritePause(7, "prod", SPEC.name, "web", None, ALL, Home())
    assert snapshot(made.state, Snapshot()).apps[0].held is None
    made.feed(PauseWritten(7, SPEC.name, (ALL,)))
    assert snapshot(made.state, Snapshot()).apps[0].held is not None
    assert (made.run(7).done, made.run(7).finished, made.run(7).problems) == (1, True, ())


def test_it_is_ended_in_the_same_way() -> None:
    made = paused(ALL, ONE)
    (effect,) = made.feed(EndPause(8, SPEC.name, ref(CONFIG_MAP, "a")))
    assert effect == WritePause(8, "prod", SPEC.name, "web", A.ref, None, Home())
    made.feed(PauseWritten(8, SPEC.name, (ALL,)))
    assert made.told(EventName.RESUMED) == [f"it was {pause_words(ONE)}"]
    held = made.row("a").held
    assert held is not None
    assert held.pause == ALL


def test_one_that_cannot_be_stored_sets_nothing_aside_and_says_why() -> None:
    made = applied("a", healing=True)
    made.feed(SetPause(7, SPEC.name, ALL))
    refused = Problem(Remedy.GRANT, "you may not write configmaps in web")
    made.feed(PauseWritten(7, SPEC.name, problem=refused))
    assert (made.run(7).done, made.run(7).problems) == (0, (refused,))
    assert written(made.drift("a", 6, **BAD)) == [A]


def test_in_a_session_that_only_reads_nothing_is_stored() -> None:
    made = applied("a", writing=False)
    assert made.feed(SetPause(7, SPEC.name, ALL)) == []
    assert [problem.remedy for problem in made.run(7).problems] == [Remedy.GRANT]
