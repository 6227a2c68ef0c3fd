"""Replicas of an object that a HorizontalPodAutoscaler drives: A5, B2 and FP-29 of verdicts.md."""

import json
from typing import Any

import pytest

from core.compare import Beside, Judgement, Policy, ScaleRange, judge, scale_of
from core.model import Contested, FieldVerdict, InfoClass, Json, Live, ObjectRef, Verdict
from tests.core.compare.world import SCHEMAS, desired, live_of, obj, shown

RANGE = ScaleRange(2, 10, "web")
HPA = "kube-controller-manager:Update:scale"
POD = "selector: {matchLabels: {a: b}}"
REF = ObjectRef("autoscaling", "HorizontalPodAutoscaler", "app", "web")


def judged(
    git: str, live: str, owner: str, scale: ScaleRange | None = RANGE, policy: Policy | None = None
) -> Judgement:
    wanted = desired(obj("Deployment", f"spec: {{{POD}{git}}}"))
    found = live_of(obj("Deployment", f"spec: {{{POD}{live}}}"), {owner: "spec.replicas"})
    return judge(
        wanted, found, SCHEMAS[wanted.kind], policy=policy or Policy(), beside=Beside(scale)
    )


@pytest.mark.parametrize("owner", [HPA, "kubectl:Update:scale", "kubectl-edit", "helm"])
@pytest.mark.parametrize("replicas", [2, 5, 10])
def test_replicas_within_the_range_are_bookkeeping_whoever_wrote_them(
    owner: str, replicas: int
) -> None:
    judgement = judged(", replicas: 3", f", replicas: {replicas}", owner)
    (change,) = judgement.changes
    assert (judgement.verdict, judgement.suspect) == (Verdict.IN_SYNC, False)
    assert (change.verdict, change.info) == (FieldVerdict.INFO, InfoClass.BOOKKEEPING)
    assert change.note == "within 2..10 of HorizontalPodAutoscaler web"
    assert change.actor is not None
    assert change.actor.manager == owner.partition(":")[0]


def test_what_is_no_suspect_is_not_judged_again_by_a_prediction() -> None:
    wanted = desired(obj("Deployment", "spec: {replicas: 3, paused: true}"))
    found = live_of(obj("Deployment", "spec: {replicas: 5, paused: true}"), {HPA: "spec.replicas"})
    schema, scale = SCHEMAS[wanted.kind], Beside(RANGE)
    alone = judge(wanted, found, schema, beside=scale)
    assert judge(wanted, found, schema, beside=scale, predicted=found.body) == alone


@pytest.mark.parametrize("owner", [HPA, "kubectl:Update:scale", "kubectl-edit", "helm"])
@pytest.mark.parametrize("replicas", [0, 1, 11])
def test_replicas_outside_the_range_are_drift_whoever_wrote_them(owner: str, replicas: int) -> None:
    judgement = judged(", replicas: 3", f", replicas: {replicas}", owner)
    assert shown(judgement) == {"spec.replicas": "drift"}
    assert judgement.changes[0].note == "outside 2..10 of HorizontalPodAutoscaler web"
    assert judgement.changes[0].healable


def test_an_unknown_autoscaler_is_contested_and_named() -> None:
    judgement = judged(", replicas: 3", ", replicas: 5", HPA, None)
    assert (judgement.verdict, shown(judgement)) == (
        Verdict.CONTESTED,
        {"spec.replicas": "contested"},
    )
    assert judgement.changes[0].note == "owned by kube-controller-manager"


def test_a_person_who_scales_without_an_autoscaler_is_drift() -> None:
    judgement = judged(", replicas: 3", ", replicas: 5", "kubectl:Update:scale", None)
    assert shown(judgement) == {"spec.replicas": "drift"}


def test_enforcing_contested_fields_does_not_fight_an_autoscaler_within_its_range() -> None:
    enforced = Policy(contested=Contested.ENFORCE)
    assert judged(", replicas: 3", ", replicas: 5", HPA, policy=enforced).verdict is Verdict.IN_SYNC
    alone = judged(", replicas: 3", ", replicas: 5", HPA, None, enforced)
    assert alone.verdict is Verdict.DRIFTED


def test_what_git_leaves_to_the_autoscaler_is_bookkeeping_within_its_range() -> None:
    judgement = judged("", ", replicas: 5", "kubectl:Update:scale")
    assert shown(judgement) == {"spec.replicas": "info"}


def test_a_person_outside_the_range_is_drift_that_has_no_number_to_go_back_to() -> None:
    judgement = judged("", ", replicas: 20", "kubectl:Update:scale")
    assert shown(judgement) == {"spec.replicas": "drift"}
    assert not judgement.changes[0].healable


def autoscaler(**spec: Any) -> Live:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "shop"}
    body = {"spec": {"scaleTargetRef": target, "maxReplicas": 9, **spec}}
    return Live("u", "1", json.dumps(body).encode())


def test_an_autoscaler_names_its_target_and_begins_at_one() -> None:
    driven = ObjectRef("apps", "Deployment", "app", "shop")
    assert scale_of(autoscaler(), REF) == (driven, ScaleRange(1, 9, "web"))
    assert scale_of(autoscaler(minReplicas=4), REF) == (driven, ScaleRange(4, 9, "web"))


def test_an_object_that_keda_scales_begins_at_none_and_is_a_deployment_by_default() -> None:
    ref = ObjectRef("keda.sh", "ScaledObject", "app", "web")
    body = {"spec": {"scaleTargetRef": {"name": "shop"}}}
    found = scale_of(Live("u", "1", json.dumps(body).encode()), ref)
    assert found is not None
    assert found[0] == ObjectRef("apps", "Deployment", "app", "shop")
    assert str(found[1]) == "0..100 of ScaledObject web"


def of_keda(**spec: Json) -> Live:
    """An autoscaler that KEDA made."""
    body = json.loads(autoscaler(**spec).body)
    owner = {"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "name": "web"}
    metadata = {"ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap"}, owner]}
    return Live("u", "1", json.dumps({**body, "metadata": metadata}).encode())


@pytest.mark.parametrize(("replicas", "within"), [(0, True), (1, False), (2, True), (10, False)])
def test_keda_takes_the_replicas_of_its_autoscaler_away_and_no_other_number_below_its_range(
    replicas: int, *, within: bool
) -> None:
    found = scale_of(of_keda(minReplicas=2), REF)
    assert found is not None
    assert found[1].holds(replicas) is within
    judgement = judged(", replicas: 3", f", replicas: {replicas}", "keda:Update:scale", found[1])
    assert judgement.changes[0].note == (
        f"{'within' if within else 'outside'} 0 or 2..9 of HorizontalPodAutoscaler web"
    )
    assert judgement.verdict is (Verdict.IN_SYNC if within else Verdict.DRIFTED)


@pytest.mark.parametrize(
    "owners",
    [
        None,
        [],
        {},
        [None],
        [{"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledJob"}],
        [{"apiVersion": "apps/v1", "kind": "ScaledObject"}],
    ],
)
def test_an_autoscaler_of_nobody_or_another_never_asks_for_none(owners: Json) -> None:
    body = json.loads(autoscaler().body)
    made = {**body, "metadata": {"ownerReferences": owners}}
    found = scale_of(Live("u", "1", json.dumps(made).encode()), REF)
    assert found is not None
    assert not found[1].holds(0)


def test_an_object_that_keda_scales_may_idle_below_its_minimum() -> None:
    ref = ObjectRef("keda.sh", "ScaledObject", "app", "web")
    body = {"spec": {"scaleTargetRef": {"name": "shop"}, "minReplicaCount": 2}}
    found = scale_of(Live("u", "1", json.dumps(body).encode()), ref)
    assert found is not None
    assert str(found[1]) == "0 or 2..100 of ScaledObject web"
    assert [found[1].holds(count) for count in (0, 1, 2, True)] == [True, False, True, False]


def test_an_autoscaler_of_a_custom_resource_names_its_group() -> None:
    target = {"apiVersion": "example.com/v2", "kind": "Pool", "name": "p"}
    found = scale_of(autoscaler(scaleTargetRef=target), REF)
    assert found is not None
    assert found[0] == ObjectRef("example.com", "Pool", "app", "p")


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{",
        b'{"spec": 3}',
        b'{"spec": {"scaleTargetRef": {"kind": "Deployment", "name": "a"}}}',
        b'{"spec": {"scaleTargetRef": {"kind": 1, "name": "a"}, "maxReplicas": 3}}',
    ],
)
def test_what_is_no_autoscaler_drives_nothing(body: bytes) -> None:
    assert scale_of(Live("u", "1", body), REF) is None


@pytest.mark.parametrize(
    ("replicas", "held"),
    [(1, True), (3, True), (4, False), (True, False), ("2", False), (2.0, False)],
)
def test_a_range_holds_whole_numbers_alone(replicas: Json, *, held: bool) -> None:
    assert ScaleRange(1, 3, "web").holds(replicas) is held
