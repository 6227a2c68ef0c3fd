"""One API server under two names: the later name is refused, with what to do."""

from dataclasses import replace
from typing import Any

import pytest

from core.model import ClusterSpec, Problem, Remedy, Snapshot
from core.reconcile.memory.effects import Follow, Perform, WriteInventory
from core.reconcile.memory.inputs import ClusterFound, KindListed, SchemaRead, SourceRead
from core.reconcile.memory.results import InventoryRead
from core.reconcile.memory.state import initial
from core.reconcile.snapshots import snapshot
from tests.core.reconcile.world import (
    CONFIG_MAP,
    PLURALS,
    RESOURCES,
    SCHEMAS,
    SPEC,
    World,
    commit,
    document,
)

WORDS = (
    "the clusters prod and again are one API server (one kube-system);"
    " name prod in the apps of again, and take again out of the settings"
)


def two_clusters() -> World:
    specs = (replace(SPEC, name="one"), replace(SPEC, name="two", cluster="again"))
    clusters = (ClusterSpec(name="prod"), ClusterSpec(name="again"))
    keys: Any = {"digest_key": b"d", "mask_key": b"m"}
    made = World(initial(specs, clusters, healing=True, writing=True, **keys))
    for app in ("one", "two"):
        content = document(CONFIG_MAP, app, data={"a": "1"})
        made.feed(SourceRead(app, commit(1), (content,), ()), InventoryRead(app, ()))
    return made


def found(cluster: str, uid: str) -> ClusterFound:
    place = f"https://{cluster}"
    return ClusterFound(cluster, "ctx", place, "v1.37.2", "default", RESOURCES, uid=uid)


def listed(made: World, cluster: str) -> None:
    made.feed(*(SchemaRead(cluster, kind, SCHEMAS[kind]) for kind in PLURALS))
    made.feed(KindListed(cluster, CONFIG_MAP, {}))
    made.recorded(made.effects)


def problems(made: World) -> dict[str, Problem | None]:
    return {view.spec.name: view.problem for view in snapshot(made.state, Snapshot()).clusters}


def writes(made: World) -> list[str]:
    return [each.cluster for each in made.effects if isinstance(each, Perform | WriteInventory)]


@pytest.mark.parametrize("order", [("prod", "again"), ("again", "prod")])
def test_of_two_names_of_one_server_the_later_is_refused(order: tuple[str, str]) -> None:
    made = two_clusters()
    for cluster in order:
        made.feed(found(cluster, "u-1"))
    for cluster in order:
        listed(made, cluster)
    assert problems(made) == {"prod": None, "again": Problem(Remedy.FIX_SETTINGS, WORDS)}
    assert set(writes(made)) == {"prod"}
    views = {view.spec.name: view for view in snapshot(made.state, Snapshot()).apps}
    assert views["two"].blocked
    assert not views["one"].blocked


def test_what_is_followed_by_a_name_is_followed_no_more_once_it_is_refused() -> None:
    made = two_clusters()
    made.feed(found("again", "u-1"))
    made.feed(found("prod", "u-1"))
    asked = [each for each in made.effects if isinstance(each, Follow) and each.cluster == "again"]
    assert asked[0].kinds
    assert asked[-1] == Follow("again", frozenset(), frozenset())


@pytest.mark.parametrize("uids", [("u-1", "u-2"), ("", "")])
def test_clusters_that_differ_or_do_not_say_are_two(uids: tuple[str, str]) -> None:
    made = two_clusters()
    for cluster, uid in zip(("prod", "again"), uids, strict=True):
        made.feed(found(cluster, uid))
        listed(made, cluster)
    assert problems(made) == {"prod": None, "again": None}
    assert set(writes(made)) == {"prod", "again"}


def test_a_name_that_leads_to_another_server_later_is_taken_again() -> None:
    made = two_clusters()
    made.feed(found("prod", "u-1"), found("again", "u-1"), found("again", "u-2"))
    listed(made, "again")
    assert problems(made) == {"prod": None, "again": None}
    assert "again" in writes(made)
