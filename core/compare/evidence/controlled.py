"""Objects that a controller writes all the time, of kinds that people may write too (X-03).

An EndpointSlice of a Service with a selector, the Lease of a node and the ControllerRevision of a
DaemonSet are the cluster's own affair.  One that somebody wrote by hand is like any other object.
"""

from typing import Any, Final

import msgspec

from core.model import Desired, KindRef, Live

_KINDS: Final = frozenset(
    {  # group and kind
        ("discovery.k8s.io", "EndpointSlice"),
        ("apps", "ControllerRevision"),
        ("coordination.k8s.io", "Lease"),
    }
)
_MANAGED_BY: Final = "endpointslice.kubernetes.io/managed-by"
_CONTROLLERS: Final = "-controller.k8s.io"  # how the cluster's own name themselves there


class _Metadata(msgspec.Struct, rename="camel"):
    owner_references: list[Any] | None = None
    labels: dict[str, Any] | None = None


class _Head(msgspec.Struct):
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)


_head: Final = msgspec.json.Decoder(_Head)


def is_controlled(kind: KindRef, side: Desired | Live) -> bool:
    """Tell whether an object is a controller's: it has an owner, or a label that says so."""
    if (kind.group, kind.kind) not in _KINDS:
        return False
    try:
        metadata = _head.decode(side.body).metadata
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return False
    label = (metadata.labels or {}).get(_MANAGED_BY)
    return bool(metadata.owner_references) or str(label).endswith(_CONTROLLERS)
