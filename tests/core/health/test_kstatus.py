"""The rules of kstatus on its own test data, each row with what it calls the status."""

from typing import Any

import pytest

from core.health import health_of
from core.model import HealthState

CURRENT, WAITING = HealthState.CURRENT, HealthState.IN_PROGRESS
FAILED, UNKNOWN = HealthState.FAILED, HealthState.UNKNOWN
NOW = 1_800_000_000.0
JUST_NOW = "2027-01-15T07:59:50Z"  # 10 s before

POD, CLAIM, SERVICE = ("", "Pod"), ("", "PersistentVolumeClaim"), ("", "Service")
STATEFUL, DAEMON = ("apps", "StatefulSet"), ("apps", "DaemonSet")
DEPLOYMENT, REPLICAS = ("apps", "Deployment"), ("apps", "ReplicaSet")
BUDGET, CUSTOM = ("policy", "PodDisruptionBudget"), ("example.com", "MyCR")
JOB, CRON = ("batch", "Job"), ("batch", "CronJob")
DEFINITION = ("apiextensions.k8s.io", "CustomResourceDefinition")


def conditions(**statuses: str) -> list[dict[str, str]]:
    """Conditions of these types; "False/Reason" has a reason as well."""
    split = ((kind, *said.partition("/")[::2]) for kind, said in statuses.items())
    return [{"type": kind, "status": status, "reason": why} for kind, status, why in split]


def status(*, looping: bool = False, **fields: Any) -> dict[str, Any]:
    types = {name: fields.pop(name) for name in tuple(fields) if name[0].isupper()}
    made = fields | ({"conditions": conditions(**types)} if types else {})
    if looping:
        state = {"waiting": {"reason": "CrashLoopBackOff"}}
        made["containerStatuses"] = [{"name": "nginx", "state": state}]
    return {"status": made}


def spec(**fields: Any) -> dict[str, Any]:
    return {"spec": fields}


def metadata(**fields: Any) -> dict[str, Any]:
    return {"metadata": {"name": "test", "generation": 1, **fields}}


def counted(first: str, **counts: int) -> dict[str, Any]:
    """A status whose counts are all one number, but for some of them."""
    names = {
        "deployment": ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas"),
        "stateful": ("replicas", "currentReplicas", "readyReplicas"),
        "replicas": ("replicas", "readyReplicas", "availableReplicas", "fullyLabeledReplicas"),
        "daemon": (
            "desiredNumberScheduled",
            "currentNumberScheduled",
            "updatedNumberScheduled",
            "numberAvailable",
            "numberReady",
        ),
    }[first]
    return {"observedGeneration": 1, **dict.fromkeys(names, counts.pop("all", 4)), **counts}


DEP = counted("deployment", all=1)
ROWS: list[tuple[str, tuple[str, str], dict[str, Any], HealthState]] = [
    ("podNoStatus", POD, {}, WAITING),
    ("podReady", POD, status(phase="Running", Ready="True"), CURRENT),
    ("podCompletedOK", POD, status(phase="Succeeded", Ready="False/PodCompleted"), CURRENT),
    ("podCompletedFail", POD, status(phase="Failed", Ready="False/PodCompleted"), CURRENT),
    (
        "podBeingScheduled",
        POD,
        metadata(creationTimestamp=JUST_NOW)
        | status(phase="Pending", PodScheduled="False/Unschedulable"),
        WAITING,
    ),
    (
        "podUnschedulable",
        POD,
        status(phase="Pending", PodScheduled="False/Unschedulable"),
        FAILED,
    ),
    ("podCrashLooping", POD, status(phase="Running", looping=True), FAILED),
    ("pvcNoStatus", CLAIM, {}, WAITING),
    ("pvcBound", CLAIM, status(phase="Bound"), CURRENT),
    ("stsNoStatus", STATEFUL, {}, WAITING),
    ("stsBadStatus", STATEFUL, status(observedGeneration=1, currentReplicas=1), WAITING),
    ("stsOK", STATEFUL, spec(replicas=4) | status(**counted("stateful")), CURRENT),
    (
        "stsLessReady",
        STATEFUL,
        spec(replicas=4) | status(**counted("stateful", readyReplicas=2)),
        WAITING,
    ),
    (
        "stsLessCurrent",
        STATEFUL,
        spec(replicas=4) | status(**counted("stateful", currentReplicas=2)),
        WAITING,
    ),
    (
        "stsExtraPods",
        STATEFUL,
        spec(replicas=4) | status(**counted("stateful", replicas=8)),
        WAITING,
    ),
    ("dsNoStatus", DAEMON, {}, WAITING),
    ("dsBadStatus", DAEMON, status(observedGeneration=1, currentReplicas=1), WAITING),
    ("dsOK", DAEMON, status(**counted("daemon")), CURRENT),
    (
        "dsDifferentGeneration",
        DAEMON,
        metadata(generation=2) | status(**counted("daemon")),
        WAITING,
    ),
    ("dsLessReady", DAEMON, status(**counted("daemon", numberReady=2)), WAITING),
    ("dsLessAvailable", DAEMON, status(**counted("daemon", numberAvailable=2)), WAITING),
    ("depNoStatus", DEPLOYMENT, {}, WAITING),
    (
        "depOK",
        DEPLOYMENT,
        status(**DEP, Progressing="True/NewReplicaSetAvailable", Available="True"),
        CURRENT,
    ),
    (
        "depNotProgressing",
        DEPLOYMENT,
        spec(progressDeadlineSeconds=45)
        | status(**DEP, Progressing="False/Some reason", Available="True"),
        WAITING,
    ),
    ("depNoProgressDeadlineSeconds", DEPLOYMENT, status(**DEP, Available="True"), CURRENT),
    (
        "depNotAvailable",
        DEPLOYMENT,
        status(**DEP, Progressing="True/NewReplicaSetAvailable", Available="False"),
        WAITING,
    ),
    ("rsNoStatus", REPLICAS, {}, WAITING),
    (
        "rsOK1",
        REPLICAS,
        spec(replicas=2) | status(**counted("replicas", all=2), ReplicaFailure="False"),
        CURRENT,
    ),
    ("rsOK2", REPLICAS, spec(replicas=2) | status(**counted("replicas", all=2)), CURRENT),
    (
        "rsLessReady",
        REPLICAS,
        spec(replicas=4) | status(**counted("replicas", readyReplicas=2)),
        WAITING,
    ),
    (
        "rsLessAvailable",
        REPLICAS,
        spec(replicas=4) | status(**counted("replicas", availableReplicas=2)),
        WAITING,
    ),
    (
        "rsReplicaFailure",
        REPLICAS,
        spec(replicas=4) | status(**counted("replicas"), ReplicaFailure="True"),
        WAITING,
    ),
    ("pdbNotObserved", BUDGET, metadata(generation=2) | status(observedGeneration=1), WAITING),
    ("pdbObserved", BUDGET, status(observedGeneration=1), CURRENT),
    ("crdNoStatus", CUSTOM, {}, CURRENT),
    (
        "crdMismatchStatusGeneration",
        CUSTOM,
        metadata(generation=2) | status(observedGeneration=1),
        WAITING,
    ),
    ("crdReady", CUSTOM, status(Ready="True/AllOk"), CURRENT),
    ("crdNotReady", CUSTOM, status(observedGeneration=1, Ready="False/NotReadyYet"), WAITING),
    ("crdNoCondition", CUSTOM, status(SomeCondition="False"), CURRENT),
    ("jobNoStatus", JOB, {}, WAITING),
    ("jobComplete", JOB, status(succeeded=1, active=0, Complete="True"), CURRENT),
    (
        "jobFailed",
        JOB,
        spec(completions=4) | status(succeeded=3, failed=1, Failed="True/JobFailed"),
        FAILED,
    ),
    (
        "jobInProgress",
        JOB,
        spec(completions=10, parallelism=2)
        | status(startTime="2019-06-04T01:17:13Z", Failed="False", Complete="False"),
        CURRENT,
    ),
    ("cronjobNoStatus", CRON, {}, CURRENT),
    ("cronjobWithStatus", CRON, {"status": None}, CURRENT),
    ("serviceDefault", SERVICE, {}, CURRENT),
    ("serviceNodePort", SERVICE, spec(type="NodePort"), CURRENT),
    ("serviceLBok", SERVICE, spec(type="LoadBalancer", clusterIP="1.2.3.4"), CURRENT),
    ("serviceLBnok", SERVICE, spec(type="LoadBalancer"), WAITING),
    ("crdNoConditions", DEFINITION, {}, WAITING),
    (
        "crdInstalling",
        DEFINITION,
        status(NamesAccepted="True/NoConflicts", Established="False/Installing"),
        WAITING,
    ),
    ("crdNamesNotAccepted", DEFINITION, status(NamesAccepted="False/SomeReason"), FAILED),
    (
        "crdEstablished",
        DEFINITION,
        status(NamesAccepted="True/NoConflicts", Established="True/InitialNamesAccepted"),
        CURRENT,
    ),
]


@pytest.mark.parametrize(
    ("kind", "body", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_what_kstatus_calls_it(
    kind: tuple[str, str], body: dict[str, Any], expected: HealthState
) -> None:
    assert health_of(*kind, {**metadata(), **body}, now=NOW).state is expected
