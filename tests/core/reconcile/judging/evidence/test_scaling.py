"""Autoscalers as evidence: followed for what they drive, never a condition for anything else."""

from dataclasses import replace
from typing import Any

import pytest

from core.compare import ScaleRange
from core.model import (
    ABSENT,
    Absent,
    FieldChange,
    FieldVerdict,
    Json,
    KindRef,
    Live,
    Problem,
    Remedy,
    Resource,
    Snapshot,
    Verdict,
)
from core.reconcile.judging.evidence.scaling import autoscaler_kind, drops_replicas
from core.reconcile.memory.effects import Confirm, Follow
from core.reconcile.memory.inputs import ClusterFound, KindListed, KindLost, LiveChanged, SchemaRead
from core.reconcile.memory.results import InventoryRead
from core.reconcile.snapshots import snapshot
from tests.core.reconcile.world import (
    CONFIG_MAP,
    DEPLOYMENT,
    RESOURCES,
    SPEC,
    World,
    document,
    key,
    live,
    ref,
    world,
)

V1, V2 = (KindRef(f"autoscaling/{v}", "HorizontalPodAutoscaler") for v in ("v1", "v2"))
SCALED = [
    {
        "manager": "kube-controller-manager",
        "operation": "Update",
        "subresource": "scale",
        "fieldsV1": {"f:spec": {"f:replicas": {}}},
    }
]


def cluster(*autoscalers: KindRef) -> World:
    served = {kind: Resource(kind, "horizontalpodautoscalers", True, True) for kind in autoscalers}
    served |= RESOURCES | {DEPLOYMENT: replace(RESOURCES[DEPLOYMENT], has_scale=True)}
    made = world()
    made.feed(ClusterFound("prod", "ctx", "https://prod", "v1.37.2", "default", served))
    return made


def deployed(made: World, replicas: int = 5) -> World:
    made.read(document(DEPLOYMENT, "a", spec={"replicas": 2}))
    made.feed(InventoryRead(SPEC.name, ()))
    found = live(DEPLOYMENT, "a", 5, spec={"replicas": replicas}, managed=SCALED)
    made.listing(DEPLOYMENT, [("a", found)])
    return made


def autoscaler(low: int, high: int, version: int = 1, *, name: str = "a") -> Live:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
    spec: Any = {"scaleTargetRef": target, "minReplicas": low, "maxReplicas": high}
    return live(V2, "a", version, spec=spec)


def scaled(made: World, found: Live | None) -> list[Any]:
    return made.feed(LiveChanged("prod", V2, ((ref(V2, "a"), found),)))


def test_autoscalers_are_followed_where_git_states_something_they_can_drive() -> None:
    made = deployed(cluster(V1, V2))
    followed = [e for e in made.effects if isinstance(e, Follow)][-1]
    assert followed.kinds == {DEPLOYMENT, V2}
    made = cluster(V1, V2)
    made.read(document(CONFIG_MAP, "a"))
    assert [e for e in made.effects if isinstance(e, Follow)][-1].kinds == {CONFIG_MAP}


def test_an_older_cluster_is_asked_for_the_older_version() -> None:
    made = deployed(cluster(V1))
    assert [e for e in made.effects if isinstance(e, Follow)][-1].kinds == {DEPLOYMENT, V1}


def test_the_version_that_git_states_serves_for_both() -> None:
    made = cluster(V1, V2)
    made.read(document(DEPLOYMENT, "a", spec={}), document(V1, "a"))
    assert [e for e in made.effects if isinstance(e, Follow)][-1].kinds == {DEPLOYMENT, V1}


def test_replicas_are_not_judged_before_it_is_known_who_may_scale() -> None:
    made = deployed(cluster(V2))
    assert made.verdict(DEPLOYMENT, "a") == "unknown"
    assert not made.complete()
    made.feed(KindListed("prod", V2, {}))
    assert made.verdict(DEPLOYMENT, "a") == "contested"
    assert not [name for name in made.events() if name == "drift_detected"]


def test_a_forbidden_autoscaler_makes_the_app_neither_incomplete_nor_faulty() -> None:
    made = deployed(cluster(V2))
    asked = made.feed(
        KindLost("prod", V2, Problem(Remedy.GRANT, "may not list horizontalpodautoscalers"))
    )
    (app,) = snapshot(made.state, Snapshot()).apps
    assert made.verdict(DEPLOYMENT, "a") == "contested"
    assert app.problem is None
    made.agree(next(e for e in asked if isinstance(e, Confirm)))
    assert made.complete()
    assert [e.message for e in made.state.events if e.name == "cluster_synced"] == [""]


def test_what_an_autoscaler_drives_is_judged_again_when_it_comes_changes_and_goes() -> None:
    made = deployed(cluster(V2))
    made.feed(KindListed("prod", V2, {ref(V2, "a"): autoscaler(2, 10)}))
    assert made.verdict(DEPLOYMENT, "a") == "in_sync"
    assert made.complete()
    scaled(made, autoscaler(2, 4, 2))
    assert made.verdict(DEPLOYMENT, "a") == "drifted"
    scaled(made, autoscaler(2, 10, 3))
    assert made.verdict(DEPLOYMENT, "a") == "in_sync"
    scaled(made, autoscaler(2, 10, 4, name="another"))
    assert made.verdict(DEPLOYMENT, "a") == "contested"
    scaled(made, autoscaler(2, 10, 5))
    assert made.verdict(DEPLOYMENT, "a") == "in_sync"
    scaled(made, None)
    assert made.verdict(DEPLOYMENT, "a") == "contested"


def test_what_an_autoscaler_says_of_itself_judges_nothing_again() -> None:
    made = deployed(cluster(V2))
    made.feed(KindListed("prod", V2, {ref(V2, "a"): autoscaler(2, 10)}))
    row = made.state.rows[key(DEPLOYMENT, "a")]
    scaled(made, autoscaler(2, 10, 2))
    assert made.state.rows[key(DEPLOYMENT, "a")] is row
    assert made.state.clusters["prod"].scales == {ref(DEPLOYMENT, "a"): ScaleRange(2, 10, "a")}


def test_what_nobody_can_scale_does_not_wait_for_autoscalers() -> None:
    made = deployed(cluster(V2))
    made.read(
        document(DEPLOYMENT, "a", spec={"replicas": 2}),
        document(CONFIG_MAP, "c", data={"a": "1"}),
        number=2,
    )
    made.listing(CONFIG_MAP, [("c", live(CONFIG_MAP, "c", 5, data={"a": "1"}))])
    assert made.verdict(CONFIG_MAP, "c") == "in_sync"
    assert made.verdict(DEPLOYMENT, "a") == "unknown"


KEDA = KindRef("keda.sh/v1alpha1", "ScaledObject")


@pytest.mark.parametrize(
    ("kind", "known"), [(V2, "read"), (KEDA, "read"), (KEDA, "served"), (KEDA, "not yet served")]
)
@pytest.mark.parametrize(("target", "verdict"), [("a", Verdict.IN_SYNC), ("b", Verdict.DRIFTED)])
def test_replicas_that_git_drops_are_those_of_the_autoscaler_that_git_states(
    kind: KindRef, known: str, target: str, verdict: Verdict
) -> None:
    """It is not there yet: the commit brings it, and may drop the number at once."""
    ours = [
        {
            "manager": "driftdeck",
            "operation": "Apply",
            "fieldsV1": {"f:spec": {"f:replicas": {}}},
        }
    ]
    made = cluster(V2) if known == "not yet served" else cluster(V2, KEDA)
    reference = {"apiVersion": "apps/v1", "kind": "Deployment", "name": target}
    spec: Any = {"scaleTargetRef": reference, "maxReplicas": 9}
    made.read(document(DEPLOYMENT, "a"), document(kind, "s", spec=spec))
    made.feed(InventoryRead(SPEC.name, ()))
    made.feed(KindListed("prod", V2, {}))
    if known == "read":
        made.feed(SchemaRead("prod", kind, None))
    found = live(DEPLOYMENT, "a", 5, spec={"replicas": 5}, managed=ours)
    made.listing(DEPLOYMENT, [("a", found)])
    assert made.state.rows[key(DEPLOYMENT, "a")].verdict is verdict


def test_autoscalers_that_git_states_are_known_already_when_something_to_scale_comes() -> None:
    made = cluster(V2)
    scaler = document(V2, "a")
    made.read(scaler)
    made.feed(InventoryRead(SPEC.name, ()), SchemaRead("prod", V2, None))
    made.feed(KindListed("prod", V2, {ref(V2, "a"): autoscaler(2, 10)}))
    assert made.state.clusters["prod"].scales == {}
    made.read(scaler, document(DEPLOYMENT, "a", spec={"replicas": 2}), number=2)
    assert made.state.clusters["prod"].scales == {ref(DEPLOYMENT, "a"): ScaleRange(2, 10, "a")}


@pytest.mark.parametrize(
    ("path", "verdict", "git", "drops"),
    [
        ("spec.replicas", FieldVerdict.DRIFT, ABSENT, True),
        ("spec.replicas", FieldVerdict.DRIFT, 3, False),
        ("spec.replicas", FieldVerdict.CONTESTED, ABSENT, False),
        ("spec.paused", FieldVerdict.DRIFT, ABSENT, False),
    ],
)
def test_replicas_are_dropped_where_they_are_to_go_for_git_states_none(
    path: str, verdict: FieldVerdict, git: Json | Absent, *, drops: bool
) -> None:
    other = FieldChange("data", FieldVerdict.DRIFT, live=1, git=2)
    assert drops_replicas([other, FieldChange(path, verdict, live=5, git=git)]) is drops


def test_of_kinds_that_are_not_served_nothing_can_be_scaled() -> None:
    served = {V2: Resource(V2, "horizontalpodautoscalers", True, True)}
    assert autoscaler_kind(served, [DEPLOYMENT]) is None
    scalable = {**served, DEPLOYMENT: replace(RESOURCES[DEPLOYMENT], has_scale=True)}
    assert autoscaler_kind(scalable, [CONFIG_MAP, DEPLOYMENT]) == V2
