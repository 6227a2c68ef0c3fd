"""Protected objects that Git dropped: each goes only where a person confirmed it by its name.

The confirmation is part of one plan, and so of its uids and its commit.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from core.model import Blocked, Guard, Key, KindRef, Live, ObjectRef, Plan, Remedy, Verb
from core.model.requests import Version
from core.reconcile.acting.prune.pruning import last_word
from core.reconcile.acting.prune.standing import holding
from core.reconcile.memory.commands import PreparePlan
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import CheckAccess, Effect, Prune
from core.reconcile.memory.inputs import LiveChanged
from core.reconcile.memory.results import InventoryRow, PlanPrepared, Pruned
from core.reconcile.memory.state import AppState, KindState
from core.reconcile.memory.tables import Map
from tests.core.reconcile.acting.prune.stage import (
    OURS,
    accept,
    asked,
    cycle,
    deletes,
    dropped,
    problems,
    prove,
    stands,
    tick,
)
from tests.core.reconcile.world import CONFIG_MAP, NAMESPACE, SPEC, World, key, live, ref

SHOP = key(NAMESPACE, "shop")
B = key(CONFIG_MAP, "b")
STAYS = "a Namespace stays unless a person confirms it: everything in it goes with it"
CLAIM = ObjectRef("", "PersistentVolumeClaim", "shop", "data")
DEFINITION = ObjectRef("apiextensions.k8s.io", "CustomResourceDefinition", "", "gears.example.dev")


def namespace(uid: str = "u-shop", version: int = 5, **metadata: object) -> Live:
    """The namespace `shop`, which we applied."""
    body = json.loads(live(NAMESPACE, "shop", version, uid=uid, managed=[OURS]).body)
    body["metadata"] |= metadata
    return Live(uid, str(version), json.dumps(body).encode())


def dropping(*names: str, prune: bool = False, found: Live | None = None) -> World:
    """Git dropped the namespace `shop`, and ConfigMaps beside it."""
    made = stands("a", *names, healing=prune, prune=prune, others=(NAMESPACE,))
    made.listing(NAMESPACE, [("shop", found or namespace())])
    dropped(made, "a")
    return made


def ordered(made: World, *confirmed: Key) -> Plan:
    """The plan of a person who wants all that was dropped to go, and confirms some by name."""
    wanted = PreparePlan(7, frozenset({SHOP, B}), prune=True, confirmed=frozenset(confirmed))
    for effect in made.feed(wanted):
        if isinstance(effect, CheckAccess):
            made.feed(PlanPrepared(7, effect.plan))
    plan = made.state.answers[7]
    assert isinstance(plan, Plan)
    return plan


def answered(made: World, delete: Prune) -> list[Effect]:
    return made.stored(made.feed(Pruned(delete.key, delete.uid)))


def keys(effects: Iterable[Effect]) -> list[Key]:
    return [each.key for each in deletes(effects)]


def test_unconfirmed_it_is_in_the_plan_as_what_stays_and_says_what_would_go_with_it() -> None:
    made = dropping("b")
    plan = ordered(made)
    said = {step.key: (step.problem, step.protected) for step in plan.steps}
    assert said == {B: ("", ""), SHOP: (f"P3 not protected: {STAYS}", STAYS)}
    assert not plan.confirmed
    accept(made, plan, confirmed=True)
    prove(made)
    (delete,) = deletes(cycle(made))
    assert delete.key == B
    assert not deletes(answered(made, delete))


def test_git_is_not_asked_for_a_plan_in_which_all_stays() -> None:
    made = dropping()
    assert not ordered(made).guards
    assert not asked(made.effects)


def test_confirmed_it_is_a_delete_of_that_very_object_which_the_guards_count() -> None:
    made = dropping()
    plan = ordered(made, SHOP)
    (step,) = plan.runnable
    assert (step.key, step.verb, step.protected) == (SHOP, Verb.PRUNE, STAYS)
    assert [each.on for each in step.requests] == [Version("u-shop", "5")]
    assert plan.confirmed == {SHOP}
    shrinks = (each for each in plan.guards[SPEC.name] if each.guard is Guard.NOT_SHRINKING_FAST)
    assert [each.words for each in shrinks] == ["1 of 2 objects would go"]
    assert asked(made.effects)


def test_it_goes_last_at_the_second_look_and_is_on_record_as_confirmed() -> None:
    made = dropping("b")
    plan = ordered(made, SHOP)
    accept(made, plan, confirmed=True)
    assert not deletes(prove(made))
    (first,) = deletes(cycle(made))
    assert (first.key, first.intent.confirmed) == (B, False)
    (second,) = deletes(answered(made, first))
    assert (second.key, second.uid, second.intent.confirmed) == (SHOP, "u-shop", True)
    said = last_word(second, namespace(version=9))
    assert not isinstance(said, Blocked)
    assert said.on == Version("u-shop", "9")


def test_a_word_in_advance_confirms_no_protected_object() -> None:
    made = dropping()
    accept(made, ordered(made, SHOP))
    prove(made)
    assert not deletes(cycle(made))
    assert "nobody's word" in problems(made)[0]
    assert made.run(1).problems[0].remedy is Remedy.GRANT


def test_it_holds_for_that_uid_and_that_commit_only() -> None:
    made = dropping()
    accept(made, ordered(made, SHOP), confirmed=True)
    prove(made)
    made.recorded(made.change(NAMESPACE, "shop", namespace("u-other")))
    assert "changed since the plan was made" in problems(made)[0]
    later = dropping()
    accept(later, ordered(later, SHOP), confirmed=True)
    prove(later)
    dropped(later, "a", "c", number=3)
    assert not deletes(tick(later))
    assert "another commit was read" in problems(later)[0]


def test_the_next_plan_does_not_know_of_it() -> None:
    made = dropping()
    assert ordered(made, SHOP).confirmed
    assert not ordered(made).runnable


def test_what_the_controller_prunes_by_itself_never_is_protected() -> None:
    made = dropping("b", prune=True)
    prove(made)
    (delete,) = deletes(cycle(made))
    assert delete.key == B
    answered(made, delete)
    made.change(CONFIG_MAP, "b", None)
    plan = ordered(made, SHOP)  # a person looks at one, and does not accept it
    assert plan.confirmed
    prove(made)
    assert not deletes(tick(made) + prove(made) + tick(made) + prove(made))
    assert made.verdict(NAMESPACE, "shop") == "extra"


def test_an_annotation_that_keeps_it_wins_over_a_persons_word() -> None:
    kept = namespace(annotations={"helm.sh/resource-policy": "keep"})
    made = dropping(found=kept)
    (step,) = ordered(made, SHOP).steps
    assert step.problem == "P3 not protected: its annotation helm.sh/resource-policy says keep"
    assert not step.protected


def test_an_annotation_that_came_at_the_last_moment_wins_too() -> None:
    made = dropping()
    accept(made, ordered(made, SHOP), confirmed=True)
    prove(made)
    (delete,) = deletes(cycle(made))
    kept = namespace(annotations={"kustomize.toolkit.fluxcd.io/prune": "disabled"})
    assert isinstance(last_word(delete, kept), Blocked)
    unconfirmed = replace(delete, intent=replace(delete.intent, confirmed=False))
    assert isinstance(last_word(unconfirmed, namespace()), Blocked)


# What would go with it ----------------------------------------------------------------------------


def beside(made: World, *stated: ObjectRef, **spec: Any) -> Draft:
    """A world with another app of the cluster, which applied something."""
    row = InventoryRow(ref(CONFIG_MAP, "x"), "u", "d")
    other = AppState(
        replace(SPEC, name="other", **spec),
        shown=False,
        stated=frozenset(stated),
        inventory=Map({row.ref: row}),
    )
    return Draft(replace(made.state, apps={**made.state.apps, "other": other}), made.now)


@pytest.mark.parametrize(
    ("dropped_ref", "body", "inside"),
    [
        (ref(NAMESPACE, "shop"), {}, ObjectRef("", "Service", "shop", "cart")),
        (
            DEFINITION,
            {"spec": {"group": "example.dev", "names": {"kind": "Gear"}}},
            ObjectRef("example.dev", "Gear", "web", "one"),
        ),
    ],
    ids=["in a namespace", "of a definition"],
)
def test_what_another_app_states_in_it_keeps_it(
    dropped_ref: ObjectRef, body: dict[str, object], inside: ObjectRef
) -> None:
    made, found = dropping(), Live("u", "1", json.dumps(body).encode())
    about = Key(SPEC.name, dropped_ref)
    said = holding(beside(made, inside), about, found, ())
    assert said == Blocked(Guard.UNCLAIMED, f"{inside} would go with it, which app other states")
    elsewhere = inside._replace(namespace="web", group="")
    assert holding(beside(made, elsewhere), about, found, ()) is None


def test_what_the_app_itself_still_states_in_it_keeps_it() -> None:
    made = dropping()
    web = key(NAMESPACE, "web")
    said = holding(Draft(made.state, made.now), web, live(NAMESPACE, "web", 1), ())
    assert said is not None
    assert "app shop states" in said.words


def test_a_namespace_that_holds_a_record_of_ours_stays() -> None:
    made = dropping()
    said = holding(beside(made, inventory_namespace="shop"), SHOP, namespace(), ())
    assert said is not None
    assert "the record of what app other applied is in it" in said.words


def test_what_an_annotation_keeps_in_it_keeps_it_whoever_made_that() -> None:
    made = dropping()
    found = live(CONFIG_MAP, "x", 1)
    body = json.loads(found.body)
    body["metadata"] |= {"annotations": {"helm.sh/resource-policy": "keep"}, "namespace": "shop"}
    inside = ref(CONFIG_MAP, "x")._replace(namespace="shop")
    kept = Live("u", "1", json.dumps(body).encode())
    made.feed(LiveChanged("prod", CONFIG_MAP, ((inside, kept),)))
    (step,) = ordered(made, SHOP).steps
    said = "would go with it: its annotation helm.sh/resource-policy says keep"
    assert step.problem == f"P3 not protected: {inside} {said}"


@pytest.mark.parametrize(
    ("inside", "managed", "words"),
    [
        (CLAIM, [OURS], "a PersistentVolumeClaim stays unless a person confirms it"),
        (ObjectRef("", "ConfigMap", "shop", "x"), [], "no field of it is driftdeck's"),
    ],
    ids=["protected, too", "taken over"],
)
def test_what_was_dropped_with_it_and_stays_keeps_it(
    inside: ObjectRef, managed: list[Any], words: str
) -> None:
    made = dropping()
    about = Key(SPEC.name, inside)
    held = {inside: live(CONFIG_MAP, "x", 1, uid="u-x", managed=managed)}
    cluster, app = made.state.clusters["prod"], made.state.apps[SPEC.name]
    kinds = {**cluster.kinds, KindRef("v1", inside.kind): KindState(objects=Map(held))}
    rows = Map({**(app.inventory or {}), inside: InventoryRow(inside, "u-x", "d")})
    tally = replace(made.state.tallies[SPEC.name], dropped=Map({SHOP: None, about: None}))
    state = replace(
        made.state,
        tallies={SPEC.name: tally},
        clusters={"prod": replace(cluster, kinds=kinds)},
        apps={SPEC.name: replace(app, inventory=rows)},
    )
    said = holding(Draft(state, made.now), SHOP, namespace(), {SHOP})
    assert said is not None
    assert said.words.startswith(f"{inside} would go with it: {words}")
    assert not said.person
    both = holding(Draft(state, made.now), SHOP, namespace(), {SHOP, about})
    assert (both is None) == (inside == CLAIM)


def test_nothing_goes_with_a_volume_claim_but_its_data() -> None:
    made = dropping()
    claim = key(KindRef("v1", "PersistentVolumeClaim"), "data")
    assert holding(Draft(made.state, made.now), claim, namespace(), ()) is None
