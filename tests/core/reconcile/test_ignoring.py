"""Ignore rules in the engine's mind: counted apart, never healed, one payload for both calls."""

import json
from typing import Any

import pytest

from core.model import Document, IgnoreRule, JsonObject, Snapshot
from core.reconcile.memory.effects import Confirm, Perform, WriteInventory
from core.reconcile.memory.results import InventoryRead
from core.reconcile.snapshots import snapshot
from tests.core.reconcile.world import (
    CONFIG_MAP,
    HUMAN,
    SPEC,
    World,
    applied,
    body,
    document,
    key,
    live,
    world,
)

PLACE = IgnoreRule(pointer="/data/a", source="driftdeck.yaml:9")
WHOLE = IgnoreRule(pointer="", kind="ConfigMap", source="driftdeck.yaml:10")
SSA = "kustomize.toolkit.fluxcd.io/ssa"
EXTRANEOUS = "argocd.argoproj.io/compare-options"


def healing(rule: IgnoreRule) -> World:
    return applied("a", git={"data": {"a": "1", "b": "1"}}, healing=True, ignore=(rule,))


def ignored(made: World) -> int:
    (app,) = snapshot(made.state, Snapshot()).apps
    return app.ignored


def data_of(effect: Any) -> Any:
    return json.loads(effect.request.body)["data"]


def only(kind: Any, effects: Any) -> Any:
    (found,) = (effect for effect in effects if isinstance(effect, kind))
    return found


def test_an_ignored_difference_is_counted_apart_and_costs_no_request() -> None:
    made = healing(PLACE)
    effects = made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, data={"a": "2", "b": "1"}))
    assert (made.verdict(CONFIG_MAP, "a"), ignored(made), effects) == ("in_sync", 1, [])
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 7, data={"a": "1", "b": "1"}))
    assert ignored(made) == 0


def test_the_prediction_and_the_heal_send_the_ignored_value_as_it_is_live() -> None:
    made = healing(PLACE)
    found = live(CONFIG_MAP, "a", 6, data={"a": "2", "b": "2"})
    asked = only(Confirm, made.change(CONFIG_MAP, "a", found))
    assert data_of(asked) == {"a": "2", "b": "1"}
    assert asked.desired is made.state.apps[SPEC.name].desired[key(CONFIG_MAP, "a").ref]
    sent = only(Perform, made.agree(asked))
    assert (sent.live, sent.desired) == (found, asked.desired)
    (request,) = sent.requests
    assert (request.body, request.on) == (asked.request.body, asked.request.on)
    recorded = made.state.apps[SPEC.name].inventory
    assert recorded is not None
    assert recorded[key(CONFIG_MAP, "a").ref].digest == sent.desired.digest


def annotated(value: str) -> Document:
    made = body(CONFIG_MAP, "a", data={"a": "1"})
    made["metadata"]["annotations"] = {SSA: value}
    raw = json.dumps(made).encode()
    return Document(CONFIG_MAP, "web", "a", raw, "a.yaml", 1, 0)


@pytest.mark.parametrize(
    ("stated", "rules", "verdict"),
    [
        (document(CONFIG_MAP, "a"), (WHOLE,), "in_sync"),
        (annotated("Ignore"), (), "in_sync"),
        (annotated("IfNotPresent"), (), "missing"),
        (document(CONFIG_MAP, "a"), (PLACE,), "missing"),
    ],
)
def test_a_missing_object_is_created_unless_a_rule_hides_it(
    stated: Document, rules: tuple[IgnoreRule, ...], verdict: str
) -> None:
    made = world(healing=True, ignore=rules)
    made.read(stated)
    made.listing(CONFIG_MAP)
    effects = made.feed(InventoryRead(SPEC.name, ()))
    assert made.verdict(CONFIG_MAP, "a") == verdict
    hidden = verdict == "in_sync"
    assert ignored(made) == hidden
    assert any(isinstance(effect, WriteInventory) for effect in effects) is not hidden
    row = made.state.rows[key(CONFIG_MAP, "a")]
    assert (row.cause is None) is hidden
    assert [change.note.startswith("not in the cluster; ") for change in row.ignored] == (
        [True] if hidden else []
    )


def test_what_git_dropped_is_extra_unless_a_rule_hides_it() -> None:
    for rules, verdict in (((WHOLE,), "in_sync"), ((PLACE,), "extra")):
        made = applied("a", "b", ignore=rules)
        made.read(document(CONFIG_MAP, "b", data={"a": "1"}), number=2)
        assert (made.verdict(CONFIG_MAP, "a"), ignored(made)) == (verdict, verdict == "in_sync")


@pytest.mark.parametrize(("ours", "verdict"), [(True, "in_sync"), (False, "extra")])
def test_an_annotation_of_an_extra_object_counts_if_git_put_it_there(
    ours: bool, verdict: str
) -> None:
    made = applied("a", "b")
    owner = {"manager": "driftdeck", "operation": "Apply"} if ours else HUMAN
    fields: JsonObject = {"f:metadata": {"f:annotations": {f"f:{EXTRANEOUS}": {}}}}
    metadata = body(CONFIG_MAP, "a")["metadata"] | {
        "annotations": {EXTRANEOUS: "IgnoreExtraneous"},
        "uid": "u1",
        "resourceVersion": "6",
    }
    found = live(CONFIG_MAP, "a", 6, metadata=metadata, managed=[{**owner, "fieldsV1": fields}])
    made.change(CONFIG_MAP, "a", found)
    made.read(document(CONFIG_MAP, "b", data={"a": "1"}), number=2)
    assert made.verdict(CONFIG_MAP, "a") == verdict
