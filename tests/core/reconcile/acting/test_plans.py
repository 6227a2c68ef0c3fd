"""Plans: what is in them, in which order, with which words; nothing else is ever written."""

from dataclasses import replace
from typing import Any

import pytest

from core.model import (
    ABSENT,
    Actor,
    Cause,
    Coming,
    Confidence,
    Drift,
    FieldChange,
    FieldVerdict,
    InfoClass,
    Key,
    KindRef,
    ObjectRef,
    Operation,
    Plan,
    Stamp,
    Verb,
    Verdict,
)
from core.reconcile.acting.order.stages import Order, stages
from core.reconcile.acting.plans import keys_of, plan_of

CONFIG_MAP = KindRef("v1", "ConfigMap")
NAMESPACE = KindRef("v1", "Namespace")
CRD = KindRef("apiextensions.k8s.io/v1", "CustomResourceDefinition")
VALIDATING = KindRef("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration")
STAMP = Stamp("d1", "5", "u1")


def actor(manager: str | None) -> Actor:
    return Actor(manager, Operation.UPDATE, None, None, None, None, Confidence.OWNED)


def change(path: str = "data.a", verdict: FieldVerdict = FieldVerdict.DRIFT, **more: Any) -> Any:
    return FieldChange(path, verdict, **({"live": "2", "git": "1"} | more))


def row(
    name: str,
    *,
    kind: KindRef = CONFIG_MAP,
    verdict: Verdict = Verdict.DRIFTED,
    app: str = "shop",
    **more: Any,
) -> Drift:
    ref = ObjectRef(kind.group, kind.kind, "" if kind != CONFIG_MAP else "web", name)
    made = Drift(Key(app, ref), "prod", kind, verdict, Cause.LIVE_CHANGED, stamp=STAMP)
    return replace(made, **({"changes": (change(),)} | more))


def made_of(*rows: Drift, **more: Any) -> Plan:
    return plan_of(rows, **({"revisions": {"shop": "c1"}, "inventories": {}, "claims": {}} | more))


# Which objects ------------------------------------------------------------------------------------


def test_no_rows_make_no_plan() -> None:
    assert made_of() == Plan("", ())


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_plan_holds_what_drifted_or_is_missing_and_nothing_else(verdict: Verdict) -> None:
    steps = made_of(row("a", verdict=verdict)).steps
    assert bool(steps) is (verdict in {Verdict.DRIFTED, Verdict.MISSING})


def test_a_plan_is_for_one_cluster() -> None:
    other = replace(row("b"), cluster="staging")
    made = made_of(other, row("a"))
    assert (made.cluster, [step.key.ref.name for step in made.steps]) == ("prod", ["a"])


def test_what_is_missing_is_created_and_what_drifted_is_applied() -> None:
    made = made_of(row("a"), row("b", verdict=Verdict.MISSING, changes=(), stamp=Stamp("d2")))
    assert [step.verb for step in made.steps] == [Verb.APPLY, Verb.CREATE]
    assert [step.stamp for step in made.steps] == [STAMP, Stamp("d2")]


def test_an_object_whose_kind_is_still_to_come_is_planned_without_a_version() -> None:
    (step,) = made_of(row("a", verdict=Verdict.MISSING, stamp=None)).steps
    assert step.stamp == Coming()


def test_a_step_shows_its_drift_and_no_harmless_difference() -> None:
    info = change("data.b", FieldVerdict.INFO, info=InfoClass.ORDER)
    warn = change("data.c", FieldVerdict.WARN)
    (step,) = made_of(row("a", changes=(info, change(), warn))).steps
    assert [each.path for each in step.changes] == ["data.a"]
    assert step.left == ()


@pytest.mark.parametrize(
    ("difference", "is_left"),
    [
        (change("data.b", FieldVerdict.CONTESTED), True),
        (change("data.b", FieldVerdict.INFO, info=InfoClass.BOOKKEEPING), True),
        (change("data.b", FieldVerdict.CONTESTED, git=ABSENT), True),
        (change("data.b", FieldVerdict.INFO, info=InfoClass.BOOKKEEPING, git=ABSENT), True),
        (change("data.b", FieldVerdict.INFO, info=InfoClass.INJECTED), False),
        (change("data.b", FieldVerdict.DRIFT), False),
        (change("data.b", FieldVerdict.DRIFT, info=InfoClass.BOOKKEEPING), False),
    ],
)
def test_what_others_decide_is_left_to_them_whether_git_states_it_or_not(
    difference: FieldChange, is_left: bool
) -> None:
    (step,) = made_of(row("a", changes=(change(), difference))).steps
    assert (difference in step.left) is is_left


# What cannot be done ------------------------------------------------------------------------------


def test_a_field_that_cannot_be_healed_takes_its_whole_object_out_and_says_which() -> None:
    stuck = change("data.b", healable=False, note="field is immutable")
    made = made_of(row("a", changes=(change(), stuck)), row("b"))
    assert [step.problem for step in made.steps] == [
        "cannot be applied: data.b: field is immutable",
        "",
    ]
    assert [step.key.ref.name for step in made.runnable] == ["b"]


def test_a_field_that_has_to_stay_keeps_no_other_and_the_plan_says_why() -> None:
    where = "metadata.annotations"
    stuck = change(f"{where}.a", git=ABSENT, healable=False, note="required", place=where)
    gone = change(f"{where}.b", git=ABSENT, place=where)
    made = made_of(row("a", changes=(stuck, gone, change())))
    (step,) = made.steps
    assert step.problem == ""
    assert [(each.path, each.place) for each in step.changes] == [
        (f"{where}.b", ""),
        ("data.a", ""),
    ]
    assert step.left == (stuck,)
    assert f"ConfigMap/web/a: {where}.a stays: required" in made.notes


def test_what_is_held_keeps_the_container_around_it_and_no_other() -> None:
    found = tuple(
        change(f"metadata.{where}.{name}", git=ABSENT, place=f"metadata.{where}")
        for where, name in (("annotations", "a"), ("annotations", "b"), ("labels", "c"))
    )
    drifted = row("a", changes=found)
    (step,) = made_of(drifted, held={drifted.key: frozenset({"metadata.annotations.a"})}).steps
    assert [(each.path, each.place) for each in step.changes] == [
        ("metadata.annotations.b", ""),
        ("metadata.labels.c", "metadata.labels"),
    ]
    assert step.left == found[:1]


def test_an_object_of_which_nothing_can_go_is_left_out() -> None:
    stuck = change("data.b", git=ABSENT, healable=False, note="required")
    made = made_of(row("a", changes=(stuck,)))
    (step,) = made.steps
    assert step.problem == "cannot be applied: data.b: required"
    assert not any("data.b stays" in note for note in made.notes)


def test_a_harmless_field_that_cannot_be_healed_stops_nothing() -> None:
    info = change("data.b", FieldVerdict.INFO, healable=False)
    (step,) = made_of(row("a", changes=(change(), info))).steps
    assert step.problem == ""


def test_an_object_of_two_apps_is_left_out_whatever_else_is_wrong_with_it() -> None:
    first = row("a", changes=(change(healable=False, note="immutable"),))
    (step,) = made_of(first, claims={first.key: "blog"}).steps
    assert step.problem == "app blog states it, too; one of the two must give it up"


# In which order -----------------------------------------------------------------------------------


def test_steps_are_sorted_by_stage_then_name_whatever_the_order_of_the_rows() -> None:
    rows = [
        row("hook", kind=VALIDATING),
        row("b"),
        row("widgets", kind=CRD),
        row("a"),
        row("web", kind=NAMESPACE),
    ]
    expected = ["web", "widgets", "a", "b", "hook"]
    for order in (rows, rows[::-1]):
        assert [step.key.ref.name for step in made_of(*order).steps] == expected


def test_stages_hold_what_can_be_done_and_no_empty_one() -> None:
    claimed = row("widgets", kind=CRD)
    made = made_of(
        row("web", kind=NAMESPACE), claimed, row("b"), row("a"), claims={claimed.key: "blog"}
    )
    names = [[step.key.ref.name for step in stage] for stage in stages(made)]
    assert names == [["web"], ["a", "b"]]
    assert {key.ref.name for key in keys_of(made)} == {"web", "a", "b"}


def test_a_wave_of_argo_cd_counts_more_than_the_kind() -> None:
    early, late = row("early"), row("web", kind=NAMESPACE)
    made = made_of(early, late, order=Order({early.key: -1}))
    assert [(step.key.ref.name, step.wave) for step in made.steps] == [("web", 0), ("early", -1)]
    made = made_of(early, row("other", kind=CRD), order=Order({early.key: -1}))
    assert [(step.key.ref.name, step.wave) for step in made.steps] == [("early", -1), ("other", 0)]


# What is told -------------------------------------------------------------------------------------


def test_a_plan_names_the_commit_of_each_of_its_apps_and_of_no_other() -> None:
    made = made_of(row("a"), row("b", app="blog"), revisions={"shop": "c1", "idle": "c9"})
    assert made.revisions == {"shop": "c1", "blog": ""}


def test_a_plan_says_once_of_which_apps_it_can_be_recorded() -> None:
    made = made_of(
        row("a"), row("b", app="blog"), row("c", app="news"), inventories={"shop": "forbidden"}
    )
    assert made.notes == (
        "apps blog, news: what is applied is entered in the inventory",
        "app shop: the inventory cannot be written (forbidden); the sync works without",
    )
    many = made_of(*(row("a", app=f"a{n}") for n in range(30)))
    assert many.notes == ("30 apps: what is applied is entered in the inventory",)


def test_a_plan_counts_whom_it_overrules_and_to_whom_it_leaves_what() -> None:
    ours, theirs = actor("driftdeck"), actor("kubectl-edit")
    scaler = actor("hpa")
    changes = (
        change("data.a", actor=theirs),
        change("data.b", actor=theirs),
        change("data.c", actor=ours),
        change("data.d", actor=actor(None)),
        change("data.e"),
        change("data.f", FieldVerdict.CONTESTED, actor=scaler),
    )
    made = made_of(row("a", changes=changes), row("b", changes=(change(actor=actor("argo")),)))
    assert made.notes[1:] == (
        "overrules argo in 1 field(s)",
        "overrules kubectl-edit in 2 field(s)",
        "leaves 1 field(s) to hpa",
    )
