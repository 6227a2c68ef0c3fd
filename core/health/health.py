"""The rules that hold for every kind, those of its own, and what a Ready condition says."""

from core.health.kinds import OBSERVED, RULES, failing, waiting, working
from core.health.status import Status, at, status_of
from core.model import Health, HealthState, JsonObject


def health_of(group: str, kind: str, body: JsonObject, *, now: float) -> Health:
    """Say whether an object works.

    Args:
        group: Its API group, "" for the core group.
        kind: Its kind.
        body: The live object, its status included.
        now: Seconds since the epoch.
    """
    if at(body, "metadata.deletionTimestamp"):
        return _terminating(body)
    seen = status_of(body)
    if seen is None:
        return Health(HealthState.UNKNOWN, "its status.conditions are not what conditions are")
    found = _unseen(seen, must_say=(group, kind) in OBSERVED) or _standard(seen)
    if found is not None:
        return found
    rule = RULES.get((group, kind))
    return rule(seen, now) if rule is not None else _ready(seen, group)


def _terminating(body: JsonObject) -> Health:
    left = at(body, "metadata.finalizers")
    names = [name for name in left if isinstance(name, str)] if isinstance(left, list) else []
    words = f"it is being deleted, and waits for {', '.join(names)}" if names else ""
    return Health(HealthState.TERMINATING, words or "it is being deleted")


def _unseen(seen: Status, *, must_say: bool) -> Health | None:
    """Tell whether its controller is still to look at what it states now."""
    if not seen.has("status.observedGeneration"):
        return waiting("no controller has looked at it yet") if must_say else None
    latest = seen.number("metadata.generation", -1)
    looked = seen.number("status.observedGeneration", -1)
    if latest in {-1, looked}:
        return None
    return waiting(f"its controller saw generation {looked}, and {latest} is the latest")


def _standard(seen: Status) -> Health | None:
    """Follow the conditions that kstatus asks controllers for."""
    for condition in seen.conditions.values():  # the first of the two counts
        if condition.status == "True" and condition.type == "Reconciling":
            return waiting(condition.words or "its controller is at work")
        if condition.status == "True" and condition.type == "Stalled":
            return failing(condition.words or "its controller is stuck")
    return None


def _ready(seen: Status, group: str) -> Health:
    condition = seen.conditions.get("Ready")
    if condition is None:
        silent = "." in group and not group.endswith(".k8s.io") and not seen.has("status")
        return working("nothing has reported on it" if silent else "")
    if condition.status == "True":
        return working(condition.message)
    return waiting(condition.words or f"Ready is {condition.status}")
