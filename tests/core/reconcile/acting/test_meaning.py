"""Which differences of an object a revert means, and what becomes of the others."""

from dataclasses import replace
from typing import Any

import pytest

from core.compare.equality.walk import How
from core.model import (
    ABSENT,
    Actor,
    Confidence,
    FieldChange,
    FieldVerdict,
    InfoClass,
    Operation,
)
from core.model.paths import parse_path
from core.reconcile.acting.meaning import apart, is_left, is_meant, nothing_to_do, stuck
from tests.core.reconcile.world import CONFIG_MAP, ref

A = ref(CONFIG_MAP, "a")
DRIFT, INFO, WARN = FieldVerdict.DRIFT, FieldVerdict.INFO, FieldVerdict.WARN


def change(path: str, git: Any = "1", verdict: FieldVerdict = DRIFT, **more: Any) -> FieldChange:
    return FieldChange(path, verdict, "2", git, **more)


def by(manager: str | None) -> Actor:
    return Actor(manager, Operation.UPDATE, None, None, None, None, Confidence.OWNED)


# Why nothing is done --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        ((), "ConfigMap/web/a is already as it will be in Git: nothing to do"),
        ((change("a", note="a rule"),), "ConfigMap/web/a: left alone: a (a rule)"),
        ((change("a", actor=by("helm")),), "ConfigMap/web/a: left alone: a (helm)"),
        ((change("a", actor=by(None)),), "ConfigMap/web/a: left alone: a (drift)"),
        ((change("a", verdict=INFO),), "ConfigMap/web/a: left alone: a (info)"),
        (
            (change("a", note="a rule", actor=by("helm")), change("b", actor=by("keda"))),
            "ConfigMap/web/a: left alone: a (a rule), b (keda)",
        ),
    ],
)
def test_what_is_left_alone_is_named_with_its_note_or_writer_or_verdict(
    kept: tuple[FieldChange, ...], words: str
) -> None:
    assert nothing_to_do(A, kept) == words


# What is meant --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "how", "meant"),
    [
        ("spec.a", How.VALUE, True),
        ("spec", How.VALUE, True),  # inside of what is restated
        ("spec.a.b", How.VALUE, False),  # what holds it is more than that
        ("spec.b", How.VALUE, False),
        ("spec.a", How.ORDER, True),
        ("spec", How.ORDER, False),  # the entries are not restated, only their order is
        ("spec.a.b", How.ORDER, False),
    ],
)
def test_a_difference_is_meant_where_it_is_at_or_inside_a_restated_place(
    at: str, how: How, *, meant: bool
) -> None:
    assert is_meant(change("spec.a"), [(parse_path(at), how)]) is meant
    assert is_meant(change("spec.a", ABSENT), [(parse_path(at), how)]) is meant


def test_the_place_of_a_replaced_entry_is_meant_too_but_its_order_is_not() -> None:
    swapped = change("spec.l[name=x]", place="spec.l[name=y]")
    there = parse_path("spec.l[name=y]")
    assert is_meant(swapped, [(there, How.VALUE)])
    assert not is_meant(swapped, [(there, How.ORDER)])
    assert not is_meant(replace(swapped, place=""), [(there, How.VALUE)])


def test_an_object_that_comes_back_means_all_that_git_states_and_nothing_that_others_added() -> (
    None
):
    whole = [((), How.VALUE)]
    assert is_meant(change("spec.a"), whole)
    assert is_meant(change("spec.a", None), whole)
    assert not is_meant(change("spec.a", ABSENT), whole)


def test_every_restated_place_is_looked_at_and_none_means_nothing() -> None:
    places = [
        (("other",), How.ORDER),
        (("data", "x"), How.VALUE),
        (("data", "a"), How.VALUE),
    ]
    assert is_meant(change("data.a"), places)
    assert not is_meant(change("data.b"), places)
    assert not is_meant(change("data.a"), [])


# What stays in a container that goes ----------------------------------------------------------


@pytest.mark.parametrize(
    ("going", "left", "place"),
    [
        (change("m.a", ABSENT, place="m"), "m.b", ""),
        (change("m.a", ABSENT, place="m"), "m", ""),
        (change("m.a", ABSENT, place="m"), "n.b", "m"),
        (change("m.n.a", ABSENT, place="m.n"), "m", "m.n"),  # less than all of it is left
        (change("m.a", "1", place="m"), "m.b", "m"),  # an entry that Git's takes the place of
        (change("m.a", ABSENT), "m.a", ""),
    ],
)
def test_a_container_that_holds_what_is_left_is_not_removed_whole(
    going: FieldChange, left: str, place: str
) -> None:
    (made,) = apart([going], [change(left)])
    assert made == replace(going, place=place)


def test_all_that_would_have_gone_with_a_container_goes_one_by_one() -> None:
    going = [change(f"m.{name}", ABSENT, place="m") for name in "ab"]
    other = change("n.a", ABSENT, place="n")
    made = apart([*going, other], [change("z"), change("m.c")])
    assert [(each.path, each.place) for each in made] == [("m.a", ""), ("m.b", ""), ("n.a", "n")]
    assert apart([*going, other], []) == [*going, other]


@pytest.mark.parametrize(
    ("verdict", "info", "left"),
    [
        (DRIFT, None, True),
        (FieldVerdict.CONTESTED, None, True),
        (INFO, InfoClass.INJECTED, True),
        (INFO, InfoClass.ORDER, False),
        (WARN, None, False),
    ],
)
def test_an_apply_is_kept_from_all_but_warnings_and_another_order(
    verdict: FieldVerdict, info: InfoClass | None, *, left: bool
) -> None:
    assert is_left(change("a", verdict=verdict, info=info)) is left


# What cannot be done --------------------------------------------------------------------------

IMMUTABLE = change("spec.b", healable=False, note="field is immutable")


@pytest.mark.parametrize(
    ("changes", "left", "words"),
    [
        ([change("spec.a")], [], ""),
        ([change("spec.a"), IMMUTABLE], [], "cannot be applied: spec.b: field is immutable"),
        ([change("spec.a")], [change("z"), IMMUTABLE], ""),  # it is left, and need not be healed
        (
            [change("z"), change("spec.a")],
            [change("y"), change("spec")],
            "cannot be undone alone: spec differs as a whole",
        ),
        ([change("spec.a")], [change("spec.a.b")], ""),
        ([change("spec.ab")], [change("spec.a")], ""),
        ([IMMUTABLE], [change("spec")], "cannot be applied: spec.b: field is immutable"),
    ],
)
def test_what_cannot_be_done_without_the_rest_says_why(
    changes: list[FieldChange], left: list[FieldChange], words: str
) -> None:
    assert stuck(changes, left) == words
