"""A cluster that is not what it was: what freezes, what goes on, and what ends it."""

from dataclasses import replace

import pytest

from core.model import EventName, Verdict
from core.reconcile.judging.freezing import REPLACED, RESTORED
from core.reconcile.memory.commands import Execute, SetHeal
from core.reconcile.memory.effects import Effect, Perform, ReadInventory, WriteInventory
from core.reconcile.memory.inputs import ClusterFound, ClusterWentBack, Input, KindListed, SyncAsked
from core.reconcile.memory.results import Applied, InventoryRead, InventoryRow
from tests.core.reconcile.world import (
    CONFIG_MAP,
    RESOURCES,
    SPEC,
    World,
    applied,
    key,
    live,
    writes,
    written,
)

FOUND = ClusterFound("prod", "ctx", "https://prod", "v1.37.2", "default", RESOURCES, uid="one")
WAYS = pytest.mark.parametrize(
    ("happens", "words"),
    [(replace(FOUND, uid="two"), REPLACED), (ClusterWentBack("prod"), RESTORED)],
)
A, B = key(CONFIG_MAP, "a"), key(CONFIG_MAP, "b")


def frozen(happens: Input, *names: str, healing: bool = True) -> tuple[World, list[Effect]]:
    """A cluster that is not what it was, and its record read again."""
    made = applied(*(names or ("a",)), healing=healing)
    made.feed(FOUND)
    effects = made.feed(happens)
    assert [effect for effect in effects if isinstance(effect, ReadInventory)]
    return made, effects + made.feed(InventoryRead(SPEC.name, ()))


def records(effects: list[Effect]) -> list[WriteInventory]:
    return [each for each in effects if isinstance(each, WriteInventory)]


@WAYS
def test_nothing_is_healed_and_row_event_and_cluster_say_what_to_do(
    happens: Input, words: str
) -> None:
    made, _ = frozen(happens)
    assert made.told(EventName.CLUSTER_UNAVAILABLE) == [words]
    assert made.state.clusters["prod"].view.notices == (words,)
    assert words.endswith("nothing is healed there before a person syncs it")
    assert written(made.feed(KindListed("prod", CONFIG_MAP, {}))) == []
    assert (made.row("a").verdict, made.row("a").reason) == (Verdict.MISSING, words)


@WAYS
def test_what_differs_already_says_so_at_once(happens: Input, words: str) -> None:
    made = applied("a", healing=True)
    made.feed(FOUND)
    made.refuse(writes(made.drift("a", 6, data={"a": "2"}))[0])
    assert made.row("a").reason == ""
    made.feed(happens, InventoryRead(SPEC.name, ()))
    assert (made.row("a").verdict, made.row("a").reason) == (Verdict.DRIFTED, words)


@WAYS
def test_drift_is_shown_and_asked_about_and_a_person_syncs_it(happens: Input, words: str) -> None:
    made, _ = frozen(happens)
    effects = made.drift("a", 6, data={"a": "2"})
    assert written(effects) == []
    assert (made.row("a").verdict, made.row("a").reason) == (Verdict.DRIFTED, words)
    assert written(made.execute(made.plan("a"))) == [A]


@WAYS
def test_a_sync_of_one_object_ends_it_for_all_of_them(happens: Input, words: str) -> None:
    made, _ = frozen(happens, "a", "b")
    effects = made.feed(KindListed("prod", CONFIG_MAP, {}))
    assert made.row("b").reason == words
    effects = made.execute(made.plan("a"))
    effects += made.recorded(effects)  # both are enlisted
    assert not made.state.clusters["prod"].view.frozen
    assert sorted(written(effects)) == [A, B]
    made.accept(writes(effects)[0], 9)
    assert made.row("b").reason == ""


@WAYS
def test_where_nothing_would_be_healed_anyway_rows_say_nothing(happens: Input, words: str) -> None:
    made, _ = frozen(happens, healing=False)
    made.feed(KindListed("prod", CONFIG_MAP, {}))
    assert made.row("a").reason == ""
    assert made.state.clusters["prod"].view.frozen == words
    for enabled in (True, False):
        assert written(made.feed(SetHeal(frozenset({SPEC.name}), enabled=enabled))) == []
        assert made.row("a").reason == (words if enabled else "")


def test_going_back_is_told_once_and_again_only_after_a_person_synced() -> None:
    made, _ = frozen(ClusterWentBack("prod"))
    assert made.feed(ClusterWentBack("prod")) == []
    assert made.told(EventName.CLUSTER_UNAVAILABLE) == [RESTORED]
    made.feed(KindListed("prod", CONFIG_MAP, {}))
    made.execute(made.plan("a"))
    made.feed(ClusterWentBack("prod"))
    assert made.told(EventName.CLUSTER_UNAVAILABLE) == [RESTORED, RESTORED]


def test_another_cluster_is_called_so_though_its_versions_are_older_too() -> None:
    made, _ = frozen(replace(FOUND, uid="two"))
    made.feed(ClusterWentBack("prod"))
    assert made.state.clusters["prod"].view.frozen == REPLACED


def test_an_object_in_sync_says_nothing() -> None:
    made, _ = frozen(ClusterWentBack("prod"))
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 4, data={"a": "1"}))
    assert (made.row("a").verdict, made.row("a").reason) == (Verdict.IN_SYNC, "")


@WAYS
def test_a_sync_by_a_person_in_another_process_ends_it_too(happens: Input, words: str) -> None:
    made, _ = frozen(happens)
    made.feed(KindListed("prod", CONFIG_MAP, {}))
    assert made.row("a").reason == words
    effects = made.feed(SyncAsked(SPEC.name))
    assert not made.state.clusters["prod"].view.frozen
    assert made.row("a").reason == ""
    assert written(effects + made.recorded(effects)) == [A]


def test_what_the_engine_heals_itself_is_recorded_as_nobody_s_wish() -> None:
    made = applied("a", "b", healing=True)
    effects = made.drift("a", 6, data={"a": "2"})
    assert written(effects) == [A]
    assert records(effects + made.accept(writes(effects)[0], 9)) == []


def test_that_a_person_asked_is_recorded_once_all_is_done_and_before_the_run_ends() -> None:
    made = applied("a", healing=False)
    made.drift("a", 6, data={"a": "2"})
    (write,) = made.feed(Execute(1, made.plan("a")))
    assert isinstance(write, Perform)
    done = Applied(A, write.desired, live(CONFIG_MAP, "a", 9, data={"a": "1"}))
    (record,) = records(made.once(done))
    assert record.asked.startswith("1970-01-01T00:16:40")
    assert made.state.runs
    made.recorded([record])
    assert not made.state.runs


def test_a_record_that_came_too_late_is_written_again_with_who_asked() -> None:
    made = applied("a", healing=False)
    made.drift("a", 6, data={"a": "2"})
    (write,) = writes(made.feed(Execute(1, made.plan("a"))))
    (record,) = records(made.accept(write, 9))
    row = InventoryRow(key(CONFIG_MAP, "b").ref, None, None)
    late = InventoryRead(SPEC.name, (*record.rows, row), instead="old", asked=record.asked)
    (again,) = records(made.feed(late))
    assert (again.rows, again.asked) == ((*record.rows, row), record.asked)
