"""What is not in kstatus' own data: words, standard conditions, silence, and odd statuses."""

from typing import Any

import pytest

from core.health import health_of
from core.model import Health, HealthState
from tests.core.health.test_kstatus import (
    CUSTOM,
    DAEMON,
    DEP,
    DEPLOYMENT,
    JOB,
    NOW,
    POD,
    REPLICAS,
    SERVICE,
    STATEFUL,
    conditions,
    counted,
    metadata,
    spec,
    status,
)

CURRENT, WAITING = HealthState.CURRENT, HealthState.IN_PROGRESS
FAILED, UNKNOWN = HealthState.FAILED, HealthState.UNKNOWN
GOING = "2026-11-27T10:00:00Z"


def told(kind: tuple[str, str], **body: Any) -> Health:
    return health_of(*kind, {**metadata(), **body}, now=NOW)


@pytest.mark.parametrize("field", ["observedGeneration", "conditions"])
def test_a_status_of_odd_types_ends_nothing(field: str) -> None:
    for odd in ({"a": 1}, [None], "x", 7, [], [{"type": 1}], True):
        told(DEPLOYMENT, status={field: odd})
    assert told(CUSTOM, status={"conditions": {"type": "Ready"}}).state is UNKNOWN
    assert told(CUSTOM, status={"conditions": [None]}).state is UNKNOWN
    assert told(CUSTOM, status="up").state is CURRENT


def test_what_is_being_deleted_says_what_it_waits_for_whatever_its_status_is() -> None:
    going = metadata(deletionTimestamp=GOING, finalizers=["example.com/hold"])
    for kind in (POD, CUSTOM, DEPLOYMENT):
        found = told(kind, **going, status={"conditions": {"odd": 1}})
        assert found.state is HealthState.TERMINATING
        assert found.words == "it is being deleted, and waits for example.com/hold"
    assert told(POD, **metadata(deletionTimestamp=GOING)).words == "it is being deleted"


def test_the_first_of_the_standard_conditions_counts_before_the_rules_of_a_kind() -> None:
    both = {**DEP, "conditions": conditions(Stalled="True/Broken", Reconciling="True/AtWork")}
    assert told(DEPLOYMENT, status=both) == Health(FAILED, "Broken")
    turned = {**DEP, "conditions": conditions(Reconciling="True/AtWork", Stalled="True/Broken")}
    assert told(CUSTOM, status=turned) == Health(WAITING, "AtWork")
    calm = {"conditions": conditions(Reconciling="False", Stalled="False", Ready="True")}
    assert told(CUSTOM, status=calm).state is CURRENT
    bare = {"conditions": conditions(Stalled="True")}
    assert told(CUSTOM, status=bare) == Health(FAILED, "its controller is stuck")


@pytest.mark.parametrize("kind", [DEPLOYMENT, REPLICAS, STATEFUL, DAEMON])
def test_where_a_controller_always_says_what_it_saw_silence_is_no_success(
    kind: tuple[str, str],
) -> None:
    on_delete = spec(replicas=0, updateStrategy={"type": "OnDelete"})
    assert told(kind, **on_delete) == Health(WAITING, "no controller has looked at it yet")


def test_a_custom_resource_that_nothing_reported_on_works_and_says_so() -> None:
    assert told(CUSTOM) == Health(CURRENT, "nothing has reported on it")
    assert told(CUSTOM, status={}) == Health(CURRENT)
    assert told(("networking.k8s.io", "Ingress")) == Health(CURRENT)


def test_ready_that_is_unknown_or_false_is_waited_for_in_its_own_words() -> None:
    said = [{"type": "Ready", "status": "Unknown", "reason": "Wait", "message": "for the CA"}]
    assert told(CUSTOM, status={"conditions": said}) == Health(WAITING, "Wait: for the CA")
    silent = {"conditions": conditions(Ready="False")}
    assert told(CUSTOM, status=silent) == Health(WAITING, "Ready is False")


def test_a_generation_that_was_not_seen_yet_is_named() -> None:
    old = metadata(generation=3) | status(**DEP, Available="True")
    words = "its controller saw generation 1, and 3 is the latest"
    assert told(DEPLOYMENT, **old) == Health(WAITING, words)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"replicas": 1}, "1 of 2 pods made"),
        ({"updatedReplicas": 1}, "1 of 2 pods updated"),
        ({"replicas": 3}, "1 pods more than wanted still end"),
        ({"availableReplicas": 0}, "0 of 2 pods available"),
        ({"readyReplicas": 1}, "1 of 2 pods ready"),
    ],
)
def test_a_rollout_says_how_far_it_is(changed: dict[str, int], words: str) -> None:
    counts = counted("deployment", all=2, **changed)
    said = {**counts, "conditions": conditions(Available="True")}
    assert told(DEPLOYMENT, **spec(replicas=2), status=said) == Health(WAITING, words)


def test_a_rollout_that_came_to_its_deadline_failed_and_one_without_pods_says_why() -> None:
    late = {**DEP, "conditions": conditions(Progressing="False/ProgressDeadlineExceeded")}
    assert told(DEPLOYMENT, status=late) == Health(FAILED, "ProgressDeadlineExceeded")
    refused = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate"}
    said = {"observedGeneration": 1, "conditions": [refused | {"message": "exceeded quota"}]}
    found = told(DEPLOYMENT, status=said)
    assert found == Health(WAITING, "0 of 1 pods made; FailedCreate: exceeded quota")


def test_a_partition_is_a_rollout_of_its_own() -> None:
    made = spec(replicas=4, updateStrategy={"rollingUpdate": {"partition": 3}})
    less = counted("stateful", currentReplicas=0, updatedReplicas=0)
    assert told(STATEFUL, **made, **status(**less)) == Health(WAITING, "0 of 1 pods updated")
    done = counted("stateful", currentReplicas=0, updatedReplicas=1)
    assert told(STATEFUL, **made, **status(**done)).state is CURRENT
    revisions = {"currentRevision": "a", "updateRevision": "b"}
    apart = {"status": {**counted("stateful"), **revisions}}
    assert told(STATEFUL, **spec(replicas=4), **apart).state is WAITING


def test_a_load_balancer_without_an_address_outside_says_so_and_a_job_how_it_went() -> None:
    balanced = spec(type="LoadBalancer", clusterIP="1.2.3.4")
    assert "no load balancer" in told(SERVICE, **balanced).words
    given = {"loadBalancer": {"ingress": [{"ip": "9.9.9.9"}]}}
    assert told(SERVICE, **balanced, status=given) == Health(CURRENT)
    failed = status(failed=2, Failed="True/BackoffLimitExceeded")
    assert told(JOB, **failed) == Health(FAILED, "BackoffLimitExceeded; 2 pods failed")


def test_a_pod_that_found_no_room_for_a_while_failed() -> None:
    stuck = status(phase="Pending", PodScheduled="False/Unschedulable")
    for made, expected in (("2027-01-15T07:59:50Z", WAITING), ("2027-01-15T07:59:40Z", FAILED)):
        assert told(POD, **metadata(creationTimestamp=made), **stuck).state is expected
    assert told(POD, **status(phase="Odd")).state is UNKNOWN
    assert told(POD, **status(phase="Running")).words == "it runs and is not ready"
