"""A Lease as it is written and read; of the times in it we ask only whether they changed.

It is ours if an annotation names the same holder: another tool that takes it over, be it by
writing into the very object, does not keep the two equal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from core.model import Json, JsonObject, mapping_of

HOLDER: Final = "driftdeck.dev/holder"
SHARES: Final = "driftdeck.dev/shards"
DURATION_S: Final = 11.0  # so long it stays unrenewed before somebody else takes it
_DURATION_MOST_S: Final = 60.0  # whatever stands there: nobody waits for ever
_NOT_SENT: Final = frozenset({"managedFields", "creationTimestamp", "generation", "selfLink"})


@dataclass(frozen=True, slots=True)
class Record:
    """One Lease, as the server had it."""

    name: str
    uid: str = ""
    version: str = ""
    holder: str = ""  # "": it was released
    noted: str = ""  # the holder once more, as only we note it
    shares: int = 0  # into how many shares its holder divides the apps
    duration_s: float = DURATION_S
    spec: JsonObject = field(default_factory=dict, repr=False)  # compared, never understood
    metadata: JsonObject = field(default_factory=dict, repr=False)  # others may keep things there

    @property
    def foreign(self) -> bool:
        """Whether another tool holds it."""
        return bool(self.holder) and self.noted != self.holder

    def is_as(self, other: "Record | None") -> bool:
        """Tell whether nobody renewed it or took it since it was like *other*."""
        return other is not None and (self.uid, self.spec) == (other.uid, other.spec)


def record_of(body: Json) -> Record:
    """Read a Lease; whatever is odd in it counts as if it were not there."""
    found = mapping_of(body)
    metadata, spec = mapping_of(found.get("metadata")), mapping_of(found.get("spec"))
    notes = mapping_of(metadata.get("annotations"))
    shares = str(notes.get(SHARES, ""))
    return Record(
        name=str(metadata.get("name", "")),
        uid=str(metadata.get("uid", "")),
        version=str(metadata.get("resourceVersion", "")),
        holder=str(spec.get("holderIdentity") or ""),
        noted=str(notes.get(HOLDER, "")),
        shares=int(shares) if shares.isdecimal() and len(shares) < len("1000") else 0,
        duration_s=_duration_s(spec.get("leaseDurationSeconds")),
        spec=spec,
        metadata=metadata,
    )


def _duration_s(said: Json) -> float:
    if not isinstance(said, int) or isinstance(said, bool):
        return DURATION_S
    return min(max(float(said), DURATION_S), _DURATION_MOST_S)


def held(before: Record, me: str, shares: int, wall: float) -> JsonObject:
    """Return the Lease as it is when *me* takes it or renews it.

    Args:
        before: As it was; one without a version is made anew.
        me: The holder.
        shares: Into how many shares the holder divides the apps.
        wall: What is shown as the time.
    """
    stays = before.holder == me
    now = _moment(wall, mapping_of(before.spec).get("renewTime"))
    changes = before.spec.get("leaseTransitions")
    count = changes if isinstance(changes, int) else 0
    spec: JsonObject = {
        "holderIdentity": me,
        "leaseDurationSeconds": int(DURATION_S),
        "acquireTime": before.spec.get("acquireTime", now) if stays else now,
        "renewTime": now,
        "leaseTransitions": count if stays or not before.version else count + 1,
    }
    return _lease(before, {HOLDER: me, SHARES: str(shares)}, spec)


def released(before: Record) -> JsonObject:
    """Return the Lease as it is when its holder does not need it any more."""
    spec = {name: value for name, value in before.spec.items() if name != "holderIdentity"}
    return _lease(before, {HOLDER: "", SHARES: ""}, spec)


def _moment(wall: float, before: Json) -> str:
    """Write a time; never the one before, for only what changes was renewed (F54)."""
    moment = datetime.fromtimestamp(wall, UTC)
    text = _written(moment)
    return text if text != before else _written(moment + timedelta(microseconds=1))


def _written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z"


def _lease(before: Record, notes: Mapping[str, str], spec: JsonObject) -> JsonObject:
    kept = {name: one for name, one in before.metadata.items() if name not in _NOT_SENT}
    known = mapping_of(before.metadata.get("annotations"))
    others = {name: one for name, one in known.items() if name not in notes}
    ours = {name: text for name, text in notes.items() if text}
    metadata = {**kept, "name": before.name, "annotations": {**others, **ours}}
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": metadata,
        "spec": spec,
    }
