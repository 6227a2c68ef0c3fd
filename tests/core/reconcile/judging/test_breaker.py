"""Mass drift and too many heals: what stops, what does not, and what ends it."""

from dataclasses import replace
from typing import Any

import pytest

from core.model import Cause, EventName, HeldBy, Snapshot, Verdict
from core.reconcile.judging.holds.breaker import MINUTE_S, is_mass
from core.reconcile.memory.commands import SetHeal
from core.reconcile.memory.effects import Effect
from core.reconcile.snapshots import snapshot
from tests.core.reconcile.world import (
    CONFIG_MAP,
    SPEC,
    World,
    applied,
    document,
    live,
    questions,
    writes,
    written,
)

TEN = tuple("abcdefghij")
GOOD: dict[str, Any] = {"data": {"a": "1"}}
BAD: dict[str, Any] = {"data": {"a": "2"}}
APPS = frozenset({SPEC.name})


def edited(made: World, *names: str, version: int = 6) -> list[Effect]:
    """Objects are changed at once: the server is asked about each before it says anything."""
    asked = [
        question
        for name in names
        for question in questions(
            made.change(CONFIG_MAP, name, live(CONFIG_MAP, name, version, **BAD))
        )
    ]
    return [effect for question in asked for effect in made.agree(question)]


def put_right(made: World, *names: str, version: int = 7) -> list[Effect]:
    """Somebody puts objects right."""
    return [
        effect
        for name in names
        for effect in made.change(CONFIG_MAP, name, live(CONFIG_MAP, name, version, **GOOD))
    ]


def held(made: World) -> list[str]:
    return sorted(each.ref.name for each, row in made.state.rows.items() if row.held)


# An app -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "total", "percent", "mass"),
    [
        (5, 16, 30, True),
        (5, 17, 30, False),
        (4, 4, 30, False),
        (31, 100, 30, True),
        (30, 100, 30, False),
        (9, 9, 100, False),
        (5, 500, 1, False),
        (6, 500, 1, True),
    ],
)
def test_mass_is_more_than_a_share_and_at_least_five(
    count: int, total: int, percent: int, mass: bool
) -> None:
    assert is_mass(count, total, percent) is mass


def test_five_of_ten_that_drift_at_once_are_left_and_rows_event_and_app_say_why() -> None:
    made = applied(*TEN, healing=True)
    assert written(edited(made, *"abcde")) == []
    (words,) = made.told(EventName.HEAL_SKIPPED)
    assert words.startswith("mass drift: 5 of 10 objects drift at once, more than 30 %")
    row = made.row("a").held
    assert row is not None
    assert (row.by, row.words, held(made)) == (HeldBy.BREAKER, words, list("abcde"))
    (view,) = snapshot(made.state, Snapshot()).apps
    assert view.held == row
    assert made.row("f").held is None


def test_four_of_ten_are_healed() -> None:
    made = applied(*TEN, healing=True)
    assert len(written(edited(made, *"abcd"))) == 4
    assert made.told(EventName.HEAL_SKIPPED) == []


def test_what_begins_with_mass_drift_is_left_before_the_first_heal() -> None:
    made = applied(*TEN)
    edited(made, *TEN)
    (view,) = snapshot(made.state, Snapshot()).apps
    assert view.held is None  # nobody heals, so nothing stopped
    begun = applied(*TEN, healing=True)
    assert written(edited(begun, *TEN)) == []
    assert held(begun) == list(TEN)


def test_while_the_server_still_has_to_say_whether_it_is_mass_drift_nothing_is_healed() -> None:
    made = applied(*TEN, healing=True)
    asked = [
        question
        for name in "abcde"
        for question in questions(made.change(CONFIG_MAP, name, live(CONFIG_MAP, name, 6, **BAD)))
    ]
    assert written([each for one in asked[:4] for each in made.agree(one)]) == []
    assert written(put_right(made, "e")) != []  # the fifth was none
    assert made.told(EventName.HEAL_SKIPPED) == []


def test_more_drift_while_it_is_open_says_nothing_again_and_is_left_too() -> None:
    made = applied(*TEN, healing=True)
    edited(made, *"abcde")
    assert written(edited(made, "f")) == []
    assert len(made.told(EventName.HEAL_SKIPPED)) == 1
    assert held(made) == list("abcdef")


def test_when_less_drifts_than_that_the_rest_is_healed_and_rows_say_nothing_more() -> None:
    made = applied(*TEN, healing=True)
    edited(made, *"abcdef")
    assert written(put_right(made, "a")) == []
    assert len(written(put_right(made, "b"))) == 4
    assert held(made) == []
    (view,) = snapshot(made.state, Snapshot()).apps
    assert view.held is None


def test_a_change_while_it_is_open_does_not_close_it_for_as_long_as_the_server_is_asked() -> None:
    made = applied(*TEN, healing=True)
    edited(made, *"abcde")
    assert written(edited(made, "a", version=8)) == []
    assert len(made.told(EventName.HEAL_SKIPPED)) == 1


def test_a_persons_sync_of_the_app_ends_it() -> None:
    made = applied(*TEN, healing=True)
    edited(made, *"abcde")
    sent = writes(made.execute(made.plan(*"abcde")))
    assert len(sent) == 5
    for effect in sent:
        made.accept(effect, 8)
    put_right(made, *"abcde", version=8)
    assert held(made) == []
    assert len(written(made.drift("a", 9, **BAD))) == 1


def test_who_switches_heal_on_means_it_until_less_drifts_again() -> None:
    made = applied(*TEN, healing=True)
    edited(made, *"abcde")
    made.feed(SetHeal(APPS, enabled=False))
    effects = made.feed(SetHeal(APPS, enabled=True))
    assert len(written(effects)) == 5
    assert held(made) == []
    for effect in writes(effects):
        made.accept(effect, 8)
    put_right(made, *"abcde", version=8)
    assert written(edited(made, *"abcde", version=9)) == []  # it is on guard again
    assert len(made.told(EventName.HEAL_SKIPPED)) == 2


def test_a_new_commit_is_no_mass_drift() -> None:
    made = applied(*TEN, healing=True)
    documents = (document(CONFIG_MAP, name, data={"a": "3"}) for name in TEN)
    effects = made.read_through(*documents, number=2)
    assert {row.cause for row in made.state.rows.values()} == {Cause.GIT_AHEAD}
    assert len(written(effects)) == 10


def test_objects_that_are_gone_are_put_back() -> None:
    made = applied(*TEN, healing=True)
    effects = made.listing(CONFIG_MAP)
    assert {row.verdict for row in made.state.rows.values()} == {Verdict.MISSING}
    assert len(written(effects)) == 10


def test_an_open_breaker_holds_what_is_missing_too() -> None:
    made = applied(*TEN, healing=True)
    edited(made, *"abcde")
    assert written(made.change(CONFIG_MAP, "f", None)) == []
    assert held(made) == list("abcdef")


@pytest.mark.parametrize("spec", [{"heal": False}, {"mass_drift": 100}, {"mass_drift": 50}])
def test_settings_decide_how_much_is_too_much(spec: dict[str, Any]) -> None:
    made = applied(*TEN, healing=True, **spec)
    effects = edited(made, *"abcde")
    assert len(written(effects)) == (0 if "heal" in spec else 5)
    assert held(made) == []


# A cluster ----------------------------------------------------------------------------------------


def rated(limit: int) -> World:
    made = applied(*TEN, healing=True)
    cluster = made.state.clusters["prod"]
    spec = replace(cluster.view.spec, heals_per_minute=limit)
    clusters = {"prod": replace(cluster, view=replace(cluster.view, spec=spec))}
    made.state = replace(made.state, clusters=clusters)
    return made


def test_more_heals_in_a_minute_than_settings_allow_stop_and_say_so() -> None:
    made = rated(3)
    assert len(written(edited(made, *"abcd"))) == 3
    (words,) = made.told(EventName.HEAL_SKIPPED)
    assert words.startswith("more than 3 heals within a minute on prod")
    assert held(made) == ["d"]  # the others are under way


def test_heals_of_more_than_a_minute_ago_do_not_count() -> None:
    made = rated(3)
    for effect in writes(edited(made, *"abc")):
        made.accept(effect, 7)
    put_right(made, *"abc")
    made.wait(MINUTE_S + 1)
    assert len(written(edited(made, "d", "e"))) == 2
    assert made.told(EventName.HEAL_SKIPPED) == []


def test_it_heals_on_when_nothing_drifts_any_more_or_a_person_switches_heal_on() -> None:
    made = rated(3)
    for effect in writes(edited(made, *"abcd")):
        made.accept(effect, 7)
    assert written(put_right(made, *"abc")) == []
    assert held(made) == ["d"]
    put_right(made, "d")
    assert len(written(edited(made, *"abcd", version=8))) == 3
    assert len(writes(made.feed(SetHeal(APPS, enabled=True)))) == 1
    assert held(made) == []
