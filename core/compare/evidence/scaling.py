"""Which objects a HorizontalPodAutoscaler drives, and how far it may go (verdicts.md 2.4, A5).

Every version of the kind says it in the same three fields; an autoscaler that KEDA made is one like
any other but for one thing: where nothing is to be done KEDA takes the replicas away altogether,
which its autoscaler can neither do nor say.  Where Git states a ScaledObject, KEDA is going to make
one.
"""

from dataclasses import dataclass
from typing import Final

import msgspec

from core.model import Json, JsonObject, Live, ObjectRef, mapping_of

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
    rests: bool = False  # or for none at all, below its minimum

    def holds(self, replicas: Json) -> bool:
        """Tell whether the autoscaler could have asked for so many."""
        count = type(replicas) is int and isinstance(replicas, int)
        if not count:
            return False
        within = self.minimum <= replicas <= self.maximum  # type: ignore[operator]
        return within or (self.rests and replicas == 0)

    def __str__(self) -> str:
        resting = "0 or " if self.rests and self.minimum > 0 else ""
        return f"{resting}{self.minimum}..{self.maximum} of {self.kind} {self.autoscaler}"


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
    spec = mapping_of(body.get("spec"))
    target = mapping_of(spec.get("scaleTargetRef"))
    low, high = "minReplicas", "maxReplicas"
    keda = (ref.group, ref.kind) == SCALED
    if keda:
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
    rests = keda or _is_made_by_keda(body)
    return driven, ScaleRange(minimum, maximum, ref.name, ref.kind, rests)


def _is_made_by_keda(body: JsonObject) -> bool:
    owners = mapping_of(body.get("metadata")).get("ownerReferences")
    each = map(mapping_of, owners if isinstance(owners, list) else ())
    told = ((str(owner.get("apiVersion")).partition("/")[0], owner.get("kind")) for owner in each)
    return SCALED in told
