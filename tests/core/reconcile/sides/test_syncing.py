"""What is named when a cluster is called synced: what could not be read, and mattered."""

from dataclasses import replace

import pytest

from core.model import EventName, KindRef, Problem, Remedy, Resource
from core.reconcile.memory.inputs import ClusterFound, KindListed, KindLost, SourceRead
from core.reconcile.memory.results import InventoryRead, InventoryRow
from tests.core.reconcile.world import (
    CONFIG_MAP,
    DEPLOYMENT,
    RESOURCES,
    SECRET,
    SPEC,
    World,
    commit,
    document,
    ref,
    world,
)

SCALER = KindRef("autoscaling/v2", "HorizontalPodAutoscaler")
SERVED = RESOURCES | {
    SCALER: Resource(SCALER, "horizontalpodautoscalers", True, True),
    DEPLOYMENT: Resource(DEPLOYMENT, "deployments", True, True, has_scale=True),
}
STATED = {kind: document(kind, "a") for kind in (DEPLOYMENT, CONFIG_MAP, SECRET, SCALER)}


def stating(*kinds: KindRef, rows: tuple[InventoryRow, ...] = ()) -> World:
    made = world()
    made.feed(ClusterFound("prod", "ctx", "https://prod", "v1.37.2", "default", SERVED))
    made.feed(SourceRead(SPEC.name, commit(), tuple(STATED[kind] for kind in kinds), ()))
    made.feed(InventoryRead(SPEC.name, rows))
    return made


def told(made: World, lost: dict[KindRef, str]) -> list[str]:
    following = made.state.clusters["prod"].following
    assert following is not None
    for kind in sorted(following.kinds, key=str):
        if kind in lost:
            made.feed(KindLost("prod", kind, Problem(Remedy.GRANT, lost[kind])))
        else:
            made.feed(KindListed("prod", kind, {}))
    return made.told(EventName.CLUSTER_SYNCED)


def test_autoscalers_are_read_where_there_is_something_to_scale() -> None:
    made = world()
    made.feed(ClusterFound("prod", "ctx", "https://prod", "v1.37.2", "default", SERVED))
    scaled = replace(STATED[DEPLOYMENT], namespace="shop")
    made.feed(SourceRead(SPEC.name, commit(), (scaled, STATED[CONFIG_MAP]), ()))
    following = made.state.clusters["prod"].following
    assert following is not None
    assert following.within[SCALER] == following.within[DEPLOYMENT] == frozenset({"shop"})


@pytest.mark.parametrize(
    ("kinds", "lost", "words"),
    [
        ((DEPLOYMENT,), {SCALER: "no"}, ""),  # evidence only: without it is no fault
        ((DEPLOYMENT, SCALER), {SCALER: "no"}, "no"),
        ((DEPLOYMENT,), {DEPLOYMENT: "no"}, "no"),
        ((CONFIG_MAP, SECRET), {CONFIG_MAP: "no maps", SECRET: "no keys"}, "no keys; no maps"),
        ((CONFIG_MAP, SECRET), {CONFIG_MAP: "away", SECRET: "away"}, "away"),
        ((CONFIG_MAP,), {}, ""),
    ],
)
def test_what_could_not_be_read_is_named_once_but_for_evidence_that_git_does_not_state(
    kinds: tuple[KindRef, ...], lost: dict[KindRef, str], words: str
) -> None:
    assert told(stating(*kinds), lost) == [words]


def test_a_kind_that_only_was_applied_once_is_named_as_well() -> None:
    dropped = InventoryRow(ref(SECRET, "s"), "u1", "d")
    assert told(stating(CONFIG_MAP, rows=(dropped,)), {SECRET: "no keys"}) == ["no keys"]
