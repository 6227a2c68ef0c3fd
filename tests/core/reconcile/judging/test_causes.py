"""Which side moved, field by field, and what Git dropped before an object was ours."""

import json
from dataclasses import replace
from typing import Any

import pytest

from core.model import Cause, Document, EventName, FieldChange, FieldVerdict, Live, Verdict
from core.reconcile.judging.causes import Causes
from core.reconcile.memory.effects import Recall
from core.reconcile.memory.inputs import KindListed, SourceRead
from core.reconcile.memory.results import Applied, InventoryRead, InventoryRow, Recalled
from tests.core.reconcile.world import (
    CONFIG_MAP,
    SPEC,
    World,
    applied,
    commit,
    document,
    key,
    live,
    questions,
    world,
    writes,
)
from tests.core.reconcile.world import stated as stated_by

A = key(CONFIG_MAP, "a")
LAST = "kubectl.kubernetes.io/last-applied-configuration"
AHEAD, CHANGED, BOTH = Cause.GIT_AHEAD, Cause.LIVE_CHANGED, Cause.BOTH


def stated(**data: str) -> Document:
    return document(CONFIG_MAP, "a", data=data)


def owned(manager: str, *keys: str, operation: str = "Update") -> dict[str, Any]:
    fields: dict[str, Any] = {"f:data": {f"f:{name}": {} for name in keys}}
    return {"manager": manager, "operation": operation, "apiVersion": "v1", "fieldsV1": fields}


def found(
    git: dict[str, str],
    there: dict[str, str],
    *managed: dict[str, Any],
    past: tuple[dict[str, str], ...] = (),
    **more: Any,
) -> World:
    """A ConfigMap that driftdeck never wrote: what Git states and stated, what is live, by whom."""
    made = world()
    made.past["a"] = tuple(stated(**each) for each in (git, *past))
    made.read(stated(**git))
    made.feed(InventoryRead(SPEC.name, ()))
    made.listing(
        CONFIG_MAP, [("a", live(CONFIG_MAP, "a", 5, data=there, managed=[*managed], **more))]
    )
    for question in questions(made.effects):
        made.agree(question)
    return made


def causes(made: World) -> dict[str, str]:
    return {each.path: str(each.cause) for each in made.row("a").changes}


# Objects that are not ours --------------------------------------------------------------------


@pytest.mark.parametrize(
    "manager", ["helm", "kustomize-controller", "Terraform", "kubectl-create", "pulumi-kubernetes"]
)
def test_a_live_value_that_an_earlier_commit_stated_moved_in_git(manager: str) -> None:
    made = found({"a": "2"}, {"a": "1"}, owned(manager, "a"), past=({"a": "1"},))
    assert (made.row("a").verdict, made.row("a").cause) == (Verdict.DRIFTED, AHEAD)


def test_a_live_value_that_git_never_stated_moved_in_the_cluster() -> None:
    made = found({"a": "2"}, {"a": "9"}, owned("helm", "a"), past=({"a": "1"},))
    assert made.row("a").cause is CHANGED


def test_each_field_has_a_cause_and_the_object_both() -> None:
    helm, person = owned("helm", "a", "b"), owned("kubectl-edit", "b")
    made = found(
        {"a": "2", "b": "1"}, {"a": "1", "b": "9"}, helm, person, past=({"a": "1", "b": "1"},)
    )
    assert causes(made) == {"data.a": "git_ahead", "data.b": "live_changed"}
    assert made.row("a").cause is BOTH


def test_what_a_person_put_back_moved_in_the_cluster_although_git_stated_it_once() -> None:
    deployed, edited = owned("helm", "b"), owned("kubectl-edit", "a")
    made = found(
        {"a": "2", "b": "1"}, {"a": "1", "b": "1"}, deployed, edited, past=({"a": "1", "b": "1"},)
    )
    assert made.row("a").cause is CHANGED
    assert not [effect for effect in made.effects if isinstance(effect, Recall)]


def test_whoever_alone_wrote_the_object_deployed_it() -> None:
    made = found({"a": "2"}, {"a": "1"}, owned("curl", "a"), past=({"a": "1"},))
    assert made.row("a").cause is AHEAD


def test_whoever_applied_on_the_server_s_side_deployed_it_whatever_others_wrote() -> None:
    deployed = owned("curl", "a", operation="Apply")
    made = found({"a": "2"}, {"a": "1"}, deployed, owned("kubectl-edit", "b"), past=({"a": "1"},))
    assert made.row("a").cause is AHEAD


def test_a_field_without_a_known_writer_is_told_by_what_git_stated() -> None:
    desired = applied("a").state.apps[SPEC.name].desired[A.ref]
    there = live(CONFIG_MAP, "a", 5, data={"a": "9"})
    change = FieldChange("data.a", FieldVerdict.DRIFT, live="9", git="1", actor=None)
    (told,) = Causes(None, desired, there, None, {}, ()).told([change])
    assert told.cause is CHANGED


@pytest.mark.parametrize(
    ("sent", "there", "cause"),
    [
        ({"a": "1"}, {"a": "1"}, AHEAD),
        ({"a": "1"}, {"a": "9"}, CHANGED),
        ({"a": "1"}, {}, CHANGED),
        ({}, {}, AHEAD),
    ],
)
def test_the_last_client_side_apply_tells_without_a_look_at_history(
    sent: dict[str, str], there: dict[str, str], cause: Cause
) -> None:
    text = json.dumps({"metadata": {"name": "a"}, "data": sent})
    body: dict[str, Any] = {"annotations": {LAST: text}}
    made = world()
    made.read(stated(a="2"))
    made.feed(InventoryRead(SPEC.name, ()))
    there_now = live(CONFIG_MAP, "a", 5, data=there)
    content = json.loads(there_now.body)
    content["metadata"] |= body
    owner = "kubectl-client-side-apply" if there == sent else "kubectl-edit"
    content["metadata"]["managedFields"] = [
        owned("kubectl-client-side-apply", "other"),
        owned(owner, *there),
    ]
    made.listing(CONFIG_MAP, [("a", type(there_now)("u1", "5", json.dumps(content).encode()))])
    assert made.row("a").cause is cause
    assert not [effect for effect in made.effects if isinstance(effect, Recall)]


def test_a_field_that_git_came_to_state_is_not_missing_by_anybodys_doing() -> None:
    made = found({"a": "1", "b": "2"}, {"a": "1"}, owned("helm", "a"), past=({"a": "1"},))
    assert made.row("a").cause is AHEAD
    made = found({"a": "2", "b": "2"}, {"a": "2"}, owned("helm", "a"), past=({"a": "1"},))
    assert made.row("a").cause is CHANGED  # what is there is newer than the commit without it


def test_what_our_watch_saw_moved_in_the_cluster() -> None:
    made = found({"a": "2"}, {"a": "2"}, owned("helm", "a"), past=({"a": "1"},))
    moved = live(CONFIG_MAP, "a", 6, data={"a": "1"}, managed=[owned("helm", "a")])
    made.change(CONFIG_MAP, "a", moved)
    assert made.row("a").cause is CHANGED


def test_an_object_that_was_seen_and_is_gone_was_deleted_by_somebody() -> None:
    made = found({"a": "1"}, {"a": "1"}, owned("helm", "a"))
    made.change(CONFIG_MAP, "a", None)
    assert (made.row("a").verdict, made.row("a").cause) == (Verdict.MISSING, CHANGED)
    made.listing(CONFIG_MAP)
    assert made.row("a").cause is CHANGED
    made.read(stated(a="2"), number=2)
    assert made.row("a").cause is AHEAD  # of what Git states now nothing was ever there


@pytest.mark.parametrize(
    ("there", "manager", "drift"),
    [
        ("2", "helm", True),
        ("2", "kustomize-controller", True),
        ("9", "helm", False),  # Git never said so
        ("2", "kube-controller-manager", False),  # it may have come to it by itself
    ],
)
def test_what_git_dropped_before_it_was_ours_is_drift(
    there: str, manager: str, *, drift: bool
) -> None:
    made = found(
        {"a": "1"},
        {"a": "1", "b": there},
        owned("helm", "a"),
        owned(manager, "b"),
        past=({"a": "1", "b": "2"},),
    )
    assert causes(made) == {"data.b": "git_ahead" if drift else "None"}
    assert made.verdict(CONFIG_MAP, "a") == ("drifted" if drift else "in_sync")


def test_an_object_is_not_in_sync_for_good_while_git_is_looked_through() -> None:
    made = world()
    made.read(stated(a="1"))
    made.feed(InventoryRead(SPEC.name, ()))
    there = live(CONFIG_MAP, "a", 5, data={"a": "1", "b": "2"}, managed=[owned("helm", "a", "b")])
    made.once(listing(there))
    assert made.row("a").confirming
    assert not made.complete()


def test_an_answer_to_an_older_question_is_dropped() -> None:
    made = world()
    made.read(stated(a="1"))
    made.feed(InventoryRead(SPEC.name, ()))
    there = live(CONFIG_MAP, "a", 5, data={"a": "1", "b": "2"}, managed=[owned("helm", "a", "b")])
    made.once(listing(there))
    made.once(SourceRead(SPEC.name, commit(2), (stated(a="3"),), ()))
    made.once(Recalled(A, commit(1).id, (stated(a="1", b="2"),)))
    assert made.row("a").confirming
    made.once(Recalled(A, commit(2).id, (stated(a="1", b="2"),)))
    assert causes(made) == {"data.a": "git_ahead", "data.b": "git_ahead"}


def test_what_differs_no_more_is_not_remembered() -> None:
    made = found({"a": "2"}, {"a": "1"}, owned("helm", "a"), past=({"a": "1"},))
    assert made.subject("a").past is not None  # type: ignore[union-attr]
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, data={"a": "2"}))
    assert made.subject("a").past is None  # type: ignore[union-attr]


def listing(there: Live) -> KindListed:
    return KindListed("prod", CONFIG_MAP, {A.ref: there})


# Objects that are ours ------------------------------------------------------------------------


def ours(there: dict[str, str], *managed: dict[str, Any], known: bool = True) -> World:
    """We applied a=1 b=1; Git says a=2 b=1 now."""
    made = applied("a", git={"data": {"a": "1", "b": "1"}})
    made.past["a"] = (stated(a="2", b="1"), stated(a="1", b="1")) if known else ()
    made.listing(CONFIG_MAP, [("a", live(CONFIG_MAP, "a", 9, data=there, managed=[*managed]))])
    made.read(stated(a="2", b="1"), number=2)
    for question in questions(made.effects):
        made.agree(question)
    return made


OURS = owned("driftdeck", "a", "b", operation="Apply")


def test_what_we_applied_tells_field_by_field_who_moved() -> None:
    theirs = owned("kubectl-edit", "b")
    assert causes(ours({"a": "1", "b": "1"}, OURS)) == {"data.a": "git_ahead"}
    made = ours({"a": "1", "b": "9"}, OURS, theirs)
    assert causes(made) == {"data.a": "git_ahead", "data.b": "live_changed"}
    assert causes(ours({"a": "9", "b": "1"}, owned("kubectl-edit", "a"))) == {"data.a": "both"}
    assert causes(ours({"a": "1"}, OURS)) == {"data.a": "git_ahead", "data.b": "live_changed"}


@pytest.mark.parametrize("holder", ["labels", "annotations"])
@pytest.mark.parametrize(
    ("before", "now", "cause"),
    [
        ({}, {"team": "red"}, AHEAD),
        ({}, {"team": "red", "tier": "front"}, AHEAD),
        ({"team": "red"}, {"team": "red"}, CHANGED),
        ({"team": "red"}, {"team": "blue"}, BOTH),
    ],
)
def test_a_map_that_is_not_there_at_all_was_added_by_git_or_taken_away_by_somebody(
    holder: str, before: dict[str, str], now: dict[str, str], cause: Cause
) -> None:
    """We applied it with *before*; Git now states *now* and other data, live has no such map."""
    past, head = _with(holder, before, "1"), _with(holder, now, "2")
    made = world()
    made.past["a"] = (past,)
    made.read(past)
    digest = made.state.apps[SPEC.name].desired[A.ref].digest
    made.feed(InventoryRead(SPEC.name, (InventoryRow(A.ref, "u1", digest),)))
    made.listing(CONFIG_MAP, [("a", live(CONFIG_MAP, "a", 5, data={"a": "1"}))])
    made.read_through(head, number=2)
    causes = {change.path: change.cause for change in made.row("a").changes}
    assert causes == {f"metadata.{holder}": cause, "data.a": AHEAD}


def _with(holder: str, entries: dict[str, str], value: str) -> Document:
    made = stated(a=value)
    body = json.loads(made.body)
    body["metadata"] |= {holder: entries} if entries else {}
    return replace(made, body=json.dumps(body).encode())


def test_a_field_of_our_own_needs_no_look_at_history() -> None:
    made = ours({"a": "1", "b": "1"}, OURS)
    assert not [effect for effect in made.effects if isinstance(effect, Recall)]


def test_where_history_has_it_no_more_the_owner_tells() -> None:
    theirs = owned("kubectl-edit", "b")
    made = ours({"a": "1", "b": "9"}, OURS, theirs, known=False)
    assert causes(made) == {"data.a": "git_ahead", "data.b": "both"}


def test_an_inventory_that_comes_late_changes_the_cause_and_asks_the_server_nothing() -> None:
    made = found({"a": "2"}, {"a": "1"}, owned("helm", "a"), past=({"a": "1"},))
    digest = made.state.apps[SPEC.name].desired[A.ref].digest
    effects = made.feed(InventoryRead(SPEC.name, (InventoryRow(A.ref, "u1", digest),)))
    assert made.row("a").cause is CHANGED
    assert questions(effects) == []


# What the settings of an app allow ------------------------------------------------------------


def both_moved(*, heal: bool, follow: bool) -> World:
    """We applied a=1 b=1 with standing permission; Git moved a, and a person moved b."""
    made = applied("a", git={"data": {"a": "1", "b": "1"}}, healing=True, heal=heal, follow=follow)
    made.past["a"] = (stated(a="2", b="1"), stated(a="1", b="1"))
    theirs = owned("kubectl-edit", "b")
    there = live(CONFIG_MAP, "a", 9, data={"a": "1", "b": "9"}, managed=[OURS, theirs])
    made.listing(CONFIG_MAP, [("a", there)])
    made.read(stated(a="2", b="1"), number=2)
    answered = 0
    while answered < len(asked := questions(made.effects)):  # the first one is of before
        made.agree(asked[answered])
        answered += 1
    return made


@pytest.mark.parametrize(
    ("heal", "follow", "sent", "skipped"),
    [
        (True, True, {"a": "2", "b": "1"}, []),
        (True, False, {"a": "1", "b": "1"}, ["follow: false"]),
        (False, True, {"a": "2", "b": "9"}, ["heal: false"]),
        (False, False, None, ["follow: false, heal: false"]),
    ],
)
def test_each_switch_holds_field_by_field_and_is_named(
    heal: bool, follow: bool, sent: dict[str, str] | None, skipped: list[str]
) -> None:
    made = both_moved(heal=heal, follow=follow)
    applies = writes(made.effects)
    assert [stated_by(each)["data"] for each in applies] == ([sent] if sent else [])
    assert made.told(EventName.HEAL_SKIPPED)[-1:] == skipped


def test_what_is_left_of_git_is_still_ahead_and_what_is_left_of_a_person_still_theirs() -> None:
    for heal, cause in ((True, AHEAD), (False, CHANGED)):
        made = both_moved(heal=heal, follow=not heal)
        (effect,) = writes(made.effects)
        made.feed(Applied(effect.key, effect.desired, live(CONFIG_MAP, "a", 10)))
        left = {"a": "1", "b": "1"} if heal else {"a": "2", "b": "9"}
        after = live(CONFIG_MAP, "a", 10, data=left, managed=[OURS])
        made.effects.clear()
        for question in questions(made.change(CONFIG_MAP, "a", after)):
            made.agree(question)
        assert made.row("a").cause is cause
        assert writes(made.effects) == []
        assert "heal_failed" not in made.events()
