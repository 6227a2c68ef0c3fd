"""Which objects a HorizontalPodAutoscaler drives, and how far it may go (verdicts.md 2.4, A5).

Every version of the kind says it in the same three fields; an autoscaler that KEDA made is one like
any other.  Where Git states a ScaledObject, KEDA is going to make one.
"""

from dataclasses import dataclass
from typing import Final

import msgspec

from core.model import Json, JsonObject, Live, ObjectRef

GROUP: Final = "autoscaling"
KIND: Final = "HorizontalPodAutoscaler"
SCALED: Final = ("keda.sh", "ScaledObject")
_MINIMUM: Final = 1  # the server's own default of minReplicas
_TARGET: Final[JsonObject] = {"apiVersion": "apps/v1", "kind": "Deployment"}  # KEDA's own defaults
_RANGE: Final[JsonObject] = {"minReplicaCount": 0, "maxReplicaCount": 100}


@dataclass(frozen=True, slots=True)
class ScaleRange:
    """How many replicas an autoscaler may ask for, both ends included."""

    minimum: int
    maximum: int
    autoscaler: str  # its name
    kind: str = KIND

    def holds(self, replicas: Json) -> bool:
        """Tell whether the autoscaler could have asked for so many."""
        count = type(replicas) is int and isinstance(replicas, int)
        return count and self.minimum <= replicas <= self.maximum  # type: ignore[operator]

    def __str__(self) -> str:
        return f"{self.minimum}..{self.maximum} of {self.kind} {self.autoscaler}"


def scale_of(autoscaler: Live, ref: ObjectRef) -> tuple[ObjectRef, ScaleRange] | None:
    """Return what an autoscaler drives, and within which range; None if it does not say.

    Args:
        autoscaler: As the API server returned it, in any version, or as Git states it.
        ref: Of the autoscaler: what it drives stands in the same namespace.
    """
    try:
        body: JsonObject = msgspec.json.decode(autoscaler.body, type=dict)
    except (msgspec.MsgspecError, RecursionError):
        return None
    spec = _map(body.get("spec"))
    target = _map(spec.get("scaleTargetRef"))
    low, high = "minReplicas", "maxReplicas"
    if (ref.group, ref.kind) == SCALED:
        spec, target = {**_RANGE, **spec}, {**_TARGET, **target}
        low, high = _RANGE
    api_version, kind, name = (target.get(key) for key in ("apiVersion", "kind", "name"))
    minimum, maximum = spec.get(low, _MINIMUM), spec.get(high)
    if not isinstance(kind, str) or not isinstance(name, str):
        return None
    if not isinstance(minimum, int) or not isinstance(maximum, int):
        return None
    group = api_version.rpartition("/")[0] if isinstance(api_version, str) else ""
    driven = ObjectRef(group, kind, ref.namespace, name)
    return driven, ScaleRange(minimum, maximum, ref.name, ref.kind)


def _map(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}
