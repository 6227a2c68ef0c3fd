"""What one object says right before it goes: P1 to P3, of the object as the server has it now."""

from typing import Final

import msgspec

from core.model import Allowed, Blocked, Clearance, Guard, Live, ObjectRef
from core.remedy import is_applied_by_us

_DATA: Final = "its data may go with it"
PROTECTED: Final = {  # what else goes with an object of these kinds
    ("", "Namespace"): "everything in it goes with it",
    ("", "PersistentVolume"): _DATA,
    ("", "PersistentVolumeClaim"): _DATA,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): "all objects of its kind go with it",
    ("storage.k8s.io", "StorageClass"): "what asks for it gets no volume any more",
}
_OURS: Final = ("app.kubernetes.io/managed-by", "driftdeck")
_OPTIONS: Final = "argocd.argoproj.io/sync-options"
_KEPT: Final = frozenset({"prune=false", "prune=confirm", "delete=false", "delete=confirm"})
_KEEPING: Final = (
    ("kustomize.toolkit.fluxcd.io/prune", "disabled"),
    ("kustomize.toolkit.fluxcd.io/reconcile", "disabled"),
    ("helm.sh/resource-policy", "keep"),
)


class _Metadata(msgspec.Struct):
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None


class _Object(msgspec.Struct):
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)


def clearance(ref: ObjectRef, uid: str | None, live: Live) -> Clearance:
    """Say whether an object may go, as far as the object itself tells.

    What only a person may let go, who confirms it by its name, is blocked with `person`.

    Args:
        ref: Which it is.
        uid: As the inventory has it; None: the answer to our apply was never seen.
        live: The object.
    """
    if uid is None or live.uid != uid:
        return Blocked(Guard.SAME_OBJECT, "it is not the object that was applied, by its uid")
    if not is_applied_by_us(live):
        words = (
            "no field of it is driftdeck's: others took them over, or Git stated its name alone;"
            " a person has to delete it"
        )
        return Blocked(Guard.OURS, words)
    return _protection(ref, live)


def kept_by(live: Live) -> str:
    """Say which annotation keeps an object, whoever wants it to go; "": none does.

    Raises:
        msgspec.MsgspecError: Its metadata cannot be read.
    """
    return _keeping(msgspec.json.decode(live.body, type=_Object).metadata)


def _keeping(metadata: _Metadata) -> str:
    annotations = metadata.annotations or {}
    options = {each.strip().lower() for each in annotations.get(_OPTIONS, "").split(",")}
    for option in sorted(options & _KEPT):
        return f"its annotation {_OPTIONS} says {option}"
    for name, value in _KEEPING:
        if annotations.get(name, "").strip().lower() == value:
            return f"its annotation {name} says {value}"
    return ""


def _protection(ref: ObjectRef, live: Live) -> Clearance:
    guard = Guard.NOT_PROTECTED
    try:
        metadata = msgspec.json.decode(live.body, type=_Object).metadata
    except msgspec.MsgspecError:
        return Blocked(guard, "its metadata cannot be read")
    if kept := _keeping(metadata):
        return Blocked(guard, kept)
    if loss := PROTECTED.get((ref.group, ref.kind), ""):
        words = f"a {ref.kind} stays unless a person confirms it: {loss}"
        return Blocked(guard, words, person=True)
    if (metadata.labels or {}).get(_OURS[0]) == _OURS[1]:
        words = "it stays unless a person confirms it: driftdeck needs it itself"
        return Blocked(guard, words, person=True)
    return Allowed(guard, "it is ours")
