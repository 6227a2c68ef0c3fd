"""Whole objects for a reader: only drift is apart, and no secret is in them."""

import json
from typing import Any

from core.model import IgnoreRule, Key, Sides, Snapshot
from core.reconcile.memory.commands import ShowSides
from core.reconcile.memory.results import InventoryRead
from core.reconcile.snapshots import snapshot
from tests.core.reconcile.world import (
    CONFIG_MAP,
    HUMAN,
    SECRET,
    SPEC,
    World,
    applied,
    document,
    key,
    live,
    world,
)

A = key(CONFIG_MAP, "a")
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
RULE = IgnoreRule(pointer="/data/b", source="driftdeck.yaml:9")


def sides_of(made: World, *keys: Key) -> dict[Key, Sides]:
    made.feed(ShowSides(7, frozenset(keys)))
    answer = snapshot(made.state, Snapshot()).sides_for(7)
    assert answer is not None
    return dict(answer.sides)


def test_only_drift_is_apart_and_what_a_rule_hides_stays_live_on_both_sides() -> None:
    made = applied("a", git={"data": {"a": "1", "b": "1"}}, ignore=(RULE,))
    managed: list[Any] = [HUMAN | {"fieldsV1": {"f:data": {"f:a": {}, "f:b": {}, "f:c": {}}}}]
    made.drift("a", 6, data={"a": "2", "b": "9", "c": "3"}, managed=managed)
    (found,) = sides_of(made, A).values()
    assert found.live is not None
    assert found.git is not None
    assert found.live["data"] == {"a": "2", "b": "9", "c": "3"}
    assert found.git["data"] == {"a": "1", "b": "9"}
    assert found.live | {"data": {}} == found.git | {"data": {}}
    meta: Any = found.live["metadata"]
    assert (meta["resourceVersion"], "managedFields" in meta) == ("6", False)


def test_a_missing_object_is_on_gits_side_alone_and_a_dropped_one_on_the_live_side() -> None:
    made = applied("a", "b")
    made.change(CONFIG_MAP, "a", None)
    made.read(document(CONFIG_MAP, "a", data={"a": "1"}), number=2)
    found = sides_of(made, A, key(CONFIG_MAP, "b"))
    missing, extra = found[A], found[key(CONFIG_MAP, "b")]
    assert missing.live is None
    assert missing.git is not None
    assert missing.git["data"] == {"a": "1"}
    assert extra.git is None
    assert extra.live is not None
    assert (extra.live["kind"], extra.live["apiVersion"]) == ("ConfigMap", "v1")


def test_what_is_not_there_has_no_sides() -> None:
    assert sides_of(applied("a"), key(CONFIG_MAP, "nobody")) == {}


def test_no_secret_is_on_either_side_and_equal_ones_look_equal() -> None:
    made = world()
    made.read(document(SECRET, "s", data={"same": "eA==", "other": "eA=="}))
    copy = json.dumps({"data": {"other": "c2VjcmV0"}})
    found = live(SECRET, "s", 5, data={"same": "eA==", "other": "c2VjcmV0"})
    body = json.loads(found.body)
    body["metadata"]["annotations"] = {LAST_APPLIED: copy, "kept": "1"}
    found = type(found)(found.uid, found.resource_version, json.dumps(body).encode())
    made.listing(SECRET, [("s", found)])
    made.feed(InventoryRead(SPEC.name, ()))
    (sides,) = sides_of(made, key(SECRET, "s")).values()
    assert "c2VjcmV0" not in str(sides)
    assert "eA==" not in str(sides)
    assert LAST_APPLIED not in str(sides)
    lives: Any = sides.live
    gits: Any = sides.git
    assert lives["data"]["same"] == gits["data"]["same"] == gits["data"]["other"]
    assert lives["data"]["other"] != gits["data"]["other"]
    assert lives["data"]["same"].startswith("(secret, sha256 ")
    assert lives["metadata"]["annotations"] == {"kept": "1"}
