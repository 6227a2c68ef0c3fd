"""What the kinds of Kubernetes itself say about themselves, each in its own way."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final, TypeAlias

from core.health.status import Status, items_at, text_at
from core.model import Health, HealthState

Rule: TypeAlias = Callable[[Status, float], Health]

SCHEDULE_S: Final = 15.0  # so long a scheduler may look for room (kstatus: ScheduleWindow)
_NO_DEADLINE: Final = 2**31 - 1  # the controller takes it for none


def working(words: str = "") -> Health:
    """Say that an object works."""
    return Health(HealthState.CURRENT, words)


def waiting(words: str) -> Health:
    """Say what is still to come."""
    return Health(HealthState.IN_PROGRESS, words)


def failing(words: str) -> Health:
    """Say what went wrong."""
    return Health(HealthState.FAILED, words)


def _deployment(seen: Status, _: float) -> Health:
    progress = seen.conditions.get("Progressing")
    if progress is not None and progress.reason == "ProgressDeadlineExceeded":
        return failing(progress.words)
    wanted, made = seen.number("spec.replicas", 1), seen.number("status.replicas")
    updated, ready = seen.number("status.updatedReplicas"), seen.number("status.readyReplicas")
    available = seen.number("status.availableReplicas")
    bounded = seen.number("spec.progressDeadlineSeconds", _NO_DEADLINE) != _NO_DEADLINE
    done = seen.says("Progressing")
    words = ""
    if wanted > made:
        words = f"{made} of {wanted} pods made"
    elif wanted > updated:
        words = f"{updated} of {wanted} pods updated"
    elif made > wanted:
        words = f"{made - wanted} pods more than wanted still end"
    elif updated > available:
        words = f"{available} of {updated} pods available"
    elif wanted > ready:
        words = f"{ready} of {wanted} pods ready"
    elif bounded and (done is None or done.reason != "NewReplicaSetAvailable"):
        words = "its new ReplicaSet is not available yet"
    elif seen.says("Available") is None:
        words = "it is not available"
    if not words:
        return working(f"{made} pods available")
    refused = seen.says("ReplicaFailure")
    return waiting("; ".join([words, refused.words] if refused is not None else [words]))


def _replica_set(seen: Status, _: float) -> Health:
    refused = seen.says("ReplicaFailure")
    if refused is not None:
        return waiting(refused.words or "pods cannot be made")
    wanted = seen.number("spec.replicas", 1)
    for name, words in (
        ("fullyLabeledReplicas", "pods labelled"),
        ("availableReplicas", "pods available"),
        ("readyReplicas", "pods ready"),
    ):
        found = seen.number(f"status.{name}")
        if wanted > found:
            return waiting(f"{found} of {wanted} {words}")
    made = seen.number("status.replicas")
    if made > wanted:
        return waiting(f"{made - wanted} pods more than wanted still end")
    return working(f"{made} pods available")


def _stateful_set(seen: Status, _: float) -> Health:
    if seen.text("spec.updateStrategy.type") == "OnDelete":
        return working("its pods are updated as somebody deletes them")
    wanted, made = seen.number("spec.replicas", 1), seen.number("status.replicas")
    ready, updated = seen.number("status.readyReplicas"), seen.number("status.updatedReplicas")
    if wanted > made:
        return waiting(f"{made} of {wanted} pods made")
    if wanted > ready:
        return waiting(f"{ready} of {wanted} pods ready")
    if made > wanted:
        return waiting(f"{made - wanted} pods more than wanted still end")
    partition = seen.number("spec.updateStrategy.rollingUpdate.partition", -1)
    if partition != -1:
        share = wanted - partition
        if updated < share:
            return waiting(f"{updated} of {share} pods updated")
        return working(f"{updated} pods updated, as its partition says")
    current = seen.number("status.currentReplicas")
    if wanted > current:
        return waiting(f"{current} of {wanted} pods of the newest revision")
    if seen.text("status.currentRevision") != seen.text("status.updateRevision"):
        return waiting("its newest revision is still to become the current one")
    return working(f"{made} pods ready")


def _daemon_set(seen: Status, _: float) -> Health:
    wanted = seen.number("status.desiredNumberScheduled", -1)
    if wanted == -1:
        return waiting("its controller did not say how many pods it wants")
    for name, words in (
        ("currentNumberScheduled", "pods made"),
        ("updatedNumberScheduled", "pods updated"),
        ("numberAvailable", "pods available"),
        ("numberReady", "pods ready"),
    ):
        found = seen.number(f"status.{name}")
        if wanted > found:
            return waiting(f"{found} of {wanted} {words}")
    return working(f"{wanted} pods ready")


def _budget(_seen: Status, _: float) -> Health:
    return working("disruptions were counted")


def _claim(seen: Status, _: float) -> Health:
    phase = seen.text("status.phase")
    if phase != "Bound":
        return waiting(f"it is not bound: {phase or 'it has no phase yet'}")
    return working("bound")


def _pod(seen: Status, now: float) -> Health:
    match seen.text("status.phase"):
        case "Succeeded":
            return working("it completed")
        case "Failed":
            return working("it completed, without success")
        case "Running":
            return _running(seen)
        case "Pending":
            placed = seen.says("PodScheduled", "False")
            if placed is None or placed.reason != "Unschedulable":
                return waiting("it is pending")
            made = _epoch(seen.text("metadata.creationTimestamp"))
            young = made is not None and now - made < SCHEDULE_S
            return waiting("it is being scheduled") if young else failing(placed.words)
        case "":
            return waiting("no node took it yet")
        case phase:
            return Health(HealthState.UNKNOWN, f"its phase is {phase}")


def _running(seen: Status) -> Health:
    if seen.says("Ready") is not None:
        return working("ready")
    looping = [
        text_at(item, "name")
        for item in items_at(seen.body, "status.containerStatuses")
        if text_at(item, "state.waiting.reason") == "CrashLoopBackOff"
    ]
    if looping:
        return failing(f"CrashLoopBackOff: container {', '.join(looping)}")
    return waiting("it runs and is not ready")


def _epoch(stamp: str) -> float | None:
    try:
        made = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return (made if made.tzinfo is not None else made.replace(tzinfo=UTC)).timestamp()


def _job(seen: Status, _: float) -> Health:
    succeeded, failed = seen.number("status.succeeded"), seen.number("status.failed")
    wanted = seen.number("spec.completions", seen.number("spec.parallelism", 1))
    ended = seen.says("Failed")
    if seen.says("Complete") is not None:
        return working(f"completed, {succeeded} of {wanted} pods succeeded")
    if ended is not None:
        return failing(f"{ended.words or 'the Job failed'}; {failed} pods failed")
    if not seen.text("status.startTime"):
        return waiting("it has not started")
    running = seen.number("status.active")
    return working(f"it runs: {succeeded} pods succeeded, {running} run, {failed} failed")


def _service(seen: Status, _: float) -> Health:
    if seen.text("spec.type") != "LoadBalancer":
        return working()
    if not seen.text("spec.clusterIP"):
        return waiting("it has no address yet")
    outside = next(items_at(seen.body, "status.loadBalancer.ingress"), None)
    return working("" if outside is not None else "no load balancer gave it an address yet")


def _definition(seen: Status, _: float) -> Health:
    refused = seen.says("NamesAccepted", "False")
    if refused is not None:
        return failing(refused.words)
    unserved = seen.says("Established", "False")
    if unserved is not None and unserved.reason != "Installing":
        return failing(unserved.words)
    return working() if seen.says("Established") else waiting("it is not served yet")


def _always(_seen: Status, _: float) -> Health:
    return working()


OBSERVED: Final = frozenset(  # their controllers always say which generation they saw
    {
        ("apps", "Deployment"),
        ("apps", "ReplicaSet"),
        ("apps", "StatefulSet"),
        ("apps", "DaemonSet"),
        ("policy", "PodDisruptionBudget"),
    }
)
RULES: Final[Mapping[tuple[str, str], Rule]] = {
    ("apps", "Deployment"): _deployment,
    ("apps", "ReplicaSet"): _replica_set,
    ("apps", "StatefulSet"): _stateful_set,
    ("apps", "DaemonSet"): _daemon_set,
    ("policy", "PodDisruptionBudget"): _budget,
    ("", "PersistentVolumeClaim"): _claim,
    ("", "Pod"): _pod,
    ("", "Service"): _service,
    ("", "ConfigMap"): _always,
    ("", "Secret"): _always,
    ("batch", "CronJob"): _always,
    ("batch", "Job"): _job,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): _definition,
}
