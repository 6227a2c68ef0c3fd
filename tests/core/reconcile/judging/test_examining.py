"""Whether objects work is answered from what is known; pods are read for who asks closely."""

from typing import Any

from core.health import Behind
from core.model import Health, Healths, HealthState, Key, Snapshot, Verdict
from core.reconcile.memory.commands import Examine
from core.reconcile.memory.effects import Pods, ReadPods
from core.reconcile.memory.results import Examined, InventoryRead
from core.reconcile.snapshots import snapshot
from tests.core.reconcile.world import (
    CONFIG_MAP,
    DEPLOYMENT,
    SPEC,
    World,
    applied,
    document,
    key,
    live,
    world,
    writes,
)

WEB, A = key(DEPLOYMENT, "web"), key(CONFIG_MAP, "a")
SELECTOR: Any = {"selector": {"matchLabels": {"app": "web"}}, "replicas": 2}
WAITING = Health(HealthState.IN_PROGRESS, "1 of 2 pods made")


def answer(made: World, request: int) -> dict[Key, Health] | None:
    found = snapshot(made.state, Snapshot()).healths_for(request)
    return dict(found.of) if found is not None else None


def rolling(**status: Any) -> World:
    """A world where a Deployment of two pods is in sync, with this status."""
    made = world()
    made.read(document(DEPLOYMENT, "web", spec=SELECTOR))
    found = live(DEPLOYMENT, "web", 5, spec=SELECTOR, status={"observedGeneration": 1, **status})
    made.listing(DEPLOYMENT, [("web", found)])
    made.feed(InventoryRead(SPEC.name, ()))
    return made


def test_what_is_there_is_answered_at_once_and_no_verdict_moves() -> None:
    made = applied("a")
    before = dict(made.state.rows)
    effects = made.feed(Examine(7, frozenset({A, key(CONFIG_MAP, "nobody")})))
    assert not effects
    assert answer(made, 7) == {A: Health(HealthState.CURRENT)}
    assert dict(made.state.rows) == before


def test_a_missing_object_has_no_health() -> None:
    made = applied("a")
    made.change(CONFIG_MAP, "a", None)
    assert made.state.rows[A].verdict is Verdict.MISSING
    made.feed(Examine(7, frozenset({A})))
    assert answer(made, 7) == {}


def test_a_workload_that_does_not_work_has_its_pods_read_where_somebody_asks_closely() -> None:
    made = rolling(replicas=1)
    assert not made.feed(Examine(7, frozenset({WEB})))
    assert answer(made, 7) == {WEB: WAITING}
    (asked,) = made.feed(Examine(8, frozenset({WEB}), closely=True))
    known = Healths({WEB: WAITING})
    assert asked == ReadPods(8, known, (Pods("prod", WEB, Behind("web", "app=web")),))
    assert answer(made, 8) is None
    closer = Healths({WEB: Health(HealthState.IN_PROGRESS, "pod web-1: it starts")})
    made.feed(Examined(8, closer))
    assert answer(made, 8) == closer.of


def test_a_workload_that_works_has_no_pods_read_however_closely_somebody_asks() -> None:
    counts = dict.fromkeys(("replicas", "updatedReplicas", "readyReplicas", "availableReplicas"), 2)
    available = [{"type": "Available", "status": "True"}]
    made = rolling(**counts, conditions=available)
    assert not made.feed(Examine(7, frozenset({WEB}), closely=True))
    assert answer(made, 7) == {WEB: Health(HealthState.CURRENT, "2 pods available")}


def test_what_we_wrote_and_the_cluster_did_not_show_yet_is_on_the_way() -> None:
    made = applied("a")
    made.drift("a", 6, data={"a": "2"})
    (write,) = writes(made.execute(made.plan("a")))
    yet = {A: Health(HealthState.IN_PROGRESS, "the cluster is yet to show what was written")}
    made.feed(Examine(7, frozenset({A})))
    assert answer(made, 7) == yet
    made.accept(write, 7)
    made.feed(Examine(8, frozenset({A})))
    assert answer(made, 8) == yet
    made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 7, data={"a": "1"}))
    made.feed(Examine(9, frozenset({A})))
    assert answer(made, 9) == {A: Health(HealthState.CURRENT)}
