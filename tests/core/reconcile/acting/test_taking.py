"""Taking over: what is as Git states it and not ours, by an apply that changes no field."""

import json
from dataclasses import replace
from typing import Any

import pytest

from core.model import EventName, Live, Remedy, Verb, Verdict
from core.model.requests import Apply
from core.reconcile.memory.commands import Execute, PreparePlan, SetHeal
from core.reconcile.memory.effects import CheckAccess, Effect, Perform, WriteInventory
from core.reconcile.memory.results import InventoryRead, InventoryRow
from core.reconcile.memory.state import NOTHING_APPLIED
from tests.core.reconcile.world import (
    CONFIG_MAP,
    SPEC,
    World,
    document,
    key,
    live,
    questions,
    world,
    writes,
    written,
)

A, B = key(CONFIG_MAP, "a"), key(CONFIG_MAP, "b")
GOOD: dict[str, Any] = {"data": {"a": "1"}}


def there(name: str = "a", version: int = 5, **metadata: Any) -> Live:
    """An object as Git states it, that others made."""
    made = live(CONFIG_MAP, name, version, **GOOD)
    body = json.loads(made.body)
    body["metadata"] |= metadata
    return Live(made.uid, made.resource_version, json.dumps(body).encode())


def found(*objects: tuple[str, Live], healing: bool = False, **spec: Any) -> World:
    made = world(healing=healing, **spec)
    made.read(*(document(CONFIG_MAP, name, **GOOD) for name, _ in objects))
    made.feed(InventoryRead(SPEC.name, ()))
    made.listing(CONFIG_MAP, objects)
    return made


def managed(manager: str, *keys: str, operation: str = "Apply") -> dict[str, Any]:
    fields: dict[str, Any] = {"f:data": {f"f:{name}": {} for name in keys}} if keys else {}
    return {"manager": manager, "operation": operation, "apiVersion": "v1", "fieldsV1": fields}


def applied_rows(made: World) -> dict[str, tuple[str | None, str | None]]:
    inventory = made.state.apps[SPEC.name].inventory or NOTHING_APPLIED
    return {row.ref.name: (row.uid, row.digest) for row in inventory.values()}


# What is taken over ---------------------------------------------------------------------------


def test_what_is_in_sync_and_not_recorded_is_offered_and_says_nothing_else() -> None:
    made = found(("a", there()))
    assert (made.row("a").verdict, made.row("a").untaken) == (Verdict.IN_SYNC, True)
    assert "drift_detected" not in made.events()
    assert made.complete()


def test_a_plan_takes_over_by_an_apply_for_that_very_version_that_may_change_nothing() -> None:
    made = found(("a", there()))
    plan = made.plan("a")
    (step,) = plan.steps
    assert (step.verb, step.changes) == (Verb.TAKE_OVER, ())
    (request,) = step.requests
    assert isinstance(request, Apply)
    assert request.unchanging
    assert request.on.resource_version == "5"  # type: ignore[union-attr]
    assert any("changes no field" in note for note in plan.notes)


def test_what_was_taken_over_is_recorded_and_told_and_offered_no_more() -> None:
    made = found(("a", there()))
    effects = made.execute(made.plan("a"))
    assert written(effects) == [A]
    made.accept(writes(effects)[0], 6)
    made.change(CONFIG_MAP, "a", there(version=6))
    digest = made.state.apps[SPEC.name].desired[A.ref].digest
    assert applied_rows(made) == {"a": ("u1", digest)}
    assert made.told(EventName.TAKEN_OVER) == ["as it was; ours from now on"]
    assert not made.row("a").untaken
    assert made.plan("a").steps == ()


def test_a_change_of_git_and_its_reason_are_known_from_then_on() -> None:
    made = found(("a", there()), healing=False)
    made.accept(writes(made.execute(made.plan("a")))[0], 6)
    made.change(CONFIG_MAP, "a", there(version=6))
    made.read(number=2)
    assert (made.row("a").verdict, made.row("a").cause) == (Verdict.EXTRA, "git_ahead")


@pytest.mark.parametrize(
    ("row", "untaken"),
    [
        (InventoryRow(A.ref, "u1", "the same"), False),
        (InventoryRow(A.ref, "u0", "the same"), True),  # made anew by somebody else
        (InventoryRow(A.ref, "u1", "older"), True),  # Git moved, and others applied that
        (InventoryRow(A.ref, None, None), True),
    ],
)
def test_whose_an_object_is_stands_in_the_inventory(row: InventoryRow, *, untaken: bool) -> None:
    made = found(("a", there()))
    digest = made.state.apps[SPEC.name].desired[A.ref].digest
    known = replace(row, digest=digest) if row.digest == "the same" else row
    made.feed(InventoryRead(SPEC.name, (known,)))
    assert made.row("a").untaken is untaken


def test_what_our_own_apply_made_needs_no_other_and_is_recorded() -> None:
    made = found(("a", there(managedFields=[managed("driftdeck", "a")])))
    digest = made.state.apps[SPEC.name].desired[A.ref].digest
    assert not made.row("a").untaken
    assert applied_rows(made) == {"a": ("u1", digest)}
    stored = [each for each in made.effects if isinstance(each, WriteInventory)]
    assert [row.uid for row in stored[-1].rows] == ["u1"]


def test_a_row_whose_answer_was_never_seen_is_completed_when_git_drops_the_object() -> None:
    made = world()
    made.read(document(CONFIG_MAP, "b", **GOOD))
    made.feed(InventoryRead(SPEC.name, (InventoryRow(A.ref, None, None),)))
    made.listing(CONFIG_MAP, [("a", there(managedFields=[managed("driftdeck", "a")]))])
    assert made.row("a").verdict is Verdict.EXTRA


def test_what_another_made_under_a_name_that_we_meant_to_write_is_not_extra() -> None:
    made = world()
    made.read(document(CONFIG_MAP, "b", **GOOD))
    made.feed(InventoryRead(SPEC.name, (InventoryRow(A.ref, None, None),)))
    made.listing(CONFIG_MAP, [("a", there(managedFields=[managed("helm", "a")]))])
    assert made.verdict(CONFIG_MAP, "a") == ""


# What is not ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metadata", "engine"),
    [
        (
            {
                "labels": {
                    "kustomize.toolkit.fluxcd.io/name": "apps",
                    "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
                }
            },
            "Flux Kustomization flux-system/apps",
        ),
        ({"labels": {"helm.toolkit.fluxcd.io/name": "web"}}, "Flux HelmRelease web"),
        (
            {"annotations": {"argocd.argoproj.io/tracking-id": "shop:/ConfigMap:web/a"}},
            "Argo CD application shop",
        ),
        (
            {
                "labels": {"app.kubernetes.io/instance": "shop"},
                "managedFields": [managed("argocd-controller")],
            },
            "Argo CD application shop",
        ),
        (
            {
                "annotations": {
                    "meta.helm.sh/release-name": "web",
                    "meta.helm.sh/release-namespace": "web",
                }
            },
            "Helm release web/web",
        ),
        ({"labels": {"app.kubernetes.io/instance": "shop"}}, ""),
        ({"labels": {"app.kubernetes.io/managed-by": "Helm"}}, ""),
    ],
)
def test_what_another_engine_tracks_is_named_and_left_to_it_unless_told(
    metadata: dict[str, Any], engine: str
) -> None:
    owner = managed("helm", "a", operation="Update")
    labels = {"managedFields": [owner]} | metadata
    made = found(("a", there(**labels)))
    assert (made.row("a").untaken, made.row("a").tracked_by) == (not engine, engine)
    assert bool(made.plan("a").steps) is (not engine)
    made = found(("a", there(**labels)), take_over=True)
    assert (made.row("a").untaken, made.row("a").tracked_by) == (True, "")


FLUX = {"labels": {"kustomize.toolkit.fluxcd.io/name": "shop"}}


def drifted(*rows: InventoryRow, **spec: Any) -> tuple[World, list[Effect]]:
    """An object that Flux tracks, and somebody changed; and what came of it."""
    made = world(healing=True, **spec)
    made.read(document(CONFIG_MAP, "a", **GOOD))
    made.feed(InventoryRead(SPEC.name, rows))
    changed = live(CONFIG_MAP, "a", 5, data={"a": "9"})
    body = json.loads(changed.body)
    body["metadata"] |= FLUX
    changed = replace(changed, body=json.dumps(body).encode())
    (asked,) = questions(made.listing(CONFIG_MAP, [("a", changed)]))
    return made, made.agree(asked)


def test_drift_of_what_another_engine_tracks_is_healed_by_nobody_but_a_person() -> None:
    made, effects = drifted()
    row = made.row("a")
    assert (row.verdict, row.tracked_by) == (Verdict.DRIFTED, "Flux Kustomization shop")
    assert written(made.recorded(effects)) == []
    words = "left to Flux Kustomization shop, which tracks it (take_over: true, or a person's sync)"
    assert made.told(EventName.HEAL_SKIPPED) == [words]
    assert [step.verb for step in made.plan("a").steps] == [Verb.APPLY]


def test_drift_of_what_is_ours_or_to_be_taken_is_healed_whoever_tracks_it() -> None:
    ours = InventoryRow(A.ref, live(CONFIG_MAP, "a", 5).uid, "d")
    for made, effects in (drifted(ours), drifted(take_over=True)):
        assert made.row("a").tracked_by == ""
        assert made.told(EventName.HEAL_SKIPPED) == []
        assert A in written([*effects, *made.recorded(effects)])


def test_what_a_rule_leaves_alone_as_a_whole_is_not_taken_over() -> None:
    opted = {"kustomize.toolkit.fluxcd.io/ssa": "IfNotPresent"}
    made = world()
    made.read(document(CONFIG_MAP, "a", **GOOD, metadata={"name": "a", "annotations": opted}))
    made.feed(InventoryRead(SPEC.name, ()))
    made.listing(CONFIG_MAP, [("a", there(annotations=opted))])
    assert made.row("a").verdict is Verdict.IN_SYNC
    assert not made.row("a").untaken


def test_where_nothing_can_be_recorded_nothing_is_taken_over() -> None:
    made = found(("a", there()))
    made.feed(InventoryRead(SPEC.name, (), "you may not get configmaps"))
    assert not made.row("a").untaken


# By itself ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heal", "follow", "taken"),
    [(True, True, True), (True, False, True), (False, True, True), (False, False, False)],
)
def test_with_standing_permission_it_is_done_quietly(
    *, heal: bool, follow: bool, taken: bool
) -> None:
    made = found(("a", there()), ("b", there("b")), healing=True, heal=heal, follow=follow)
    effects = made.recorded(made.effects)
    assert written(effects) == ([A, B] if taken else [])
    for effect in writes(effects):
        made.accept(effect, 6)
    assert made.events().count("taken_over") == len(writes(effects))
    assert not {"healed", "synced", "drift_detected", "drift_gone"} & set(made.events())


def test_permission_that_comes_later_takes_over_what_was_found_before() -> None:
    made = found(("a", there()))
    effects = made.feed(SetHeal(frozenset({SPEC.name}), enabled=True))
    assert written(made.recorded(effects)) == [A]


def test_what_an_apply_would_change_is_no_take_over_and_not_tried_again() -> None:
    made = found(("a", there()), healing=True)
    (effect,) = writes(made.recorded(made.effects))
    made.refuse(effect, "an apply would change data; left as it is", remedy=Remedy.CHANGE_GIT)
    assert written(made.wait(100_000.0)) == []
    assert written(made.feed(SetHeal(frozenset({SPEC.name}), enabled=True))) == []
    assert "heal_failed" not in made.events()
    assert "left as it is" in made.row("a").problem
    effects = made.change(CONFIG_MAP, "a", there(version=7))
    assert written(effects) == [A]  # another version is another matter


def test_drift_that_comes_before_the_take_over_makes_it_outdated() -> None:
    made = found(("a", there()))
    plan = made.plan("a")
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, data={"a": "2"}))
    effects = made.feed(Execute(1, plan))
    assert [each for each in effects if isinstance(each, Perform)] == []
    assert "look again" in str(made.run(1).problems[0])


def test_a_plan_of_drift_and_of_what_is_taken_over_has_both() -> None:
    made = found(("a", there()), ("b", live(CONFIG_MAP, "b", 5, data={"a": "2"})))
    asked = made.feed(PreparePlan(1, frozenset({A, B})))
    (plan,) = [each.plan for each in asked if isinstance(each, CheckAccess)]
    assert [step.verb for step in plan.steps] == [Verb.TAKE_OVER, Verb.APPLY]
