"""What keeps a workload from working, as its pods tell: which one, and why."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from core.health.status import Status, at, items_at, status_of, text_at
from core.model import Json, JsonObject

_KINDS: Final = frozenset(
    {
        ("apps", "Deployment"),
        ("apps", "ReplicaSet"),
        ("apps", "StatefulSet"),
        ("apps", "DaemonSet"),
        ("batch", "Job"),
    }
)
_ON_ITS_WAY: Final = frozenset({"", "ContainerCreating", "PodInitializing"})
_OPERATORS: Final[Mapping[str, str]] = {"In": "in", "NotIn": "notin"}


@dataclass(frozen=True, slots=True)
class Behind:
    """Where the pods of a workload are found."""

    namespace: str
    selector: str  # of labels, as the API takes it


def behind(group: str, kind: str, body: JsonObject) -> Behind | None:
    """Say where the pods of an object are found; None where it has none of its own."""
    if (group, kind) not in _KINDS:
        return None
    wanted = at(body, "spec.selector")
    selector = ",".join(_requirements(wanted))
    namespace = text_at(body, "metadata.namespace")
    return Behind(namespace, selector) if selector and namespace else None


def _requirements(selector: Json) -> Iterator[str]:
    labels = at(selector, "matchLabels")
    for name, value in labels.items() if isinstance(labels, dict) else ():
        yield f"{name}={value}"
    for item in items_at(selector, "matchExpressions"):
        name, values = text_at(item, "key"), at(item, "values")
        match text_at(item, "operator"):
            case "Exists":
                yield name
            case "DoesNotExist":
                yield f"!{name}"
            case operator if operator in _OPERATORS and isinstance(values, list):
                yield f"{name} {_OPERATORS[operator]} ({','.join(map(str, values))})"


def trouble(pods: Iterable[JsonObject]) -> str:
    """Say which pod is worst off, and why; "" where none is amiss."""
    found = sorted(wrong for wrong in map(_wrong, pods) if wrong is not None)
    if not found:
        return ""
    (_, name, words), *more = found
    also = f" (and {len(more)} more)" if more else ""
    return f"pod {name}: {words}{also}"


def _wrong(pod: JsonObject) -> tuple[int, str, str] | None:
    """Return how bad it is (0 is worst), its name and the reason; None where nothing is wrong."""
    seen, name = status_of(pod), text_at(pod, "metadata.name")
    if seen is None or seen.says("Ready") or at(pod, "metadata.deletionTimestamp"):
        return None
    phase = seen.text("status.phase")
    if phase == "Succeeded":
        return None
    stuck = next(_stuck(pod), "")
    if stuck:
        return 0, name, stuck
    if phase == "Failed":
        told = (seen.text("status.reason"), seen.text("status.message"))
        return 1, name, ": ".join(filter(None, told)) or "it failed"
    placed = seen.says("PodScheduled", "False")
    if placed is not None:
        return 2, name, placed.words
    return 3, name, _slow(seen, phase)


def _slow(seen: Status, phase: str) -> str:
    if phase == "Running":
        return "it runs and is not ready"
    return "it starts" if seen.says("PodScheduled") else "no node took it yet"


def _stuck(pod: JsonObject) -> Iterator[str]:
    """Yield what keeps each container from running, those that begin first before others."""
    for kind in ("initContainerStatuses", "containerStatuses"):
        for item in items_at(pod, f"status.{kind}"):
            told = _reason(item)
            if told:
                yield f"container {text_at(item, 'name')}: {told}"


def _reason(item: JsonObject) -> str:
    """Say why a container does not run; "" where it does, or is about to."""
    reason, message = (text_at(item, f"state.waiting.{name}") for name in ("reason", "message"))
    if reason not in _ON_ITS_WAY:
        last = _ended(item, "lastState") if reason == "CrashLoopBackOff" else ""
        return ": ".join(filter(None, (reason, last or message)))
    failed = at(item, "state.terminated.exitCode") not in {None, 0}
    return _ended(item, "state") if failed else ""


def _ended(item: JsonObject, state: str) -> str:
    """Say how a container ended, and how often it was begun again; "" where that is not told."""
    code = at(item, f"{state}.terminated.exitCode")
    if code is None:
        return ""
    reason = text_at(item, f"{state}.terminated.reason")
    times = at(item, "restartCount")
    again = f", restarted {times} times" if times else ""
    return f"it ended with {code}{f' ({reason})' if reason else ''}{again}"
