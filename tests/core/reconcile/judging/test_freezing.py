"""A cluster that is not what it was: what freezes, what goes on, and what ends it."""

from dataclasses import replace

import pytest

from core.model import EventName, Verdict
from core.reconcile.judging.freezing import REPLACED, RESTORED
from core.reconcile.memory.commands import SetHeal
from core.reconcile.memory.effects import Effect, ReadInventory
from core.reconcile.memory.inputs import ClusterFound, ClusterWentBack, Input, KindListed
from core.reconcile.memory.results import InventoryRead
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
