"""What is known of an object that Git lacks: whether anybody meant it to be there, and who made it.

Only metadata is read: of most kinds in an owned namespace nothing else is fetched.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from core.compare.evidence.ownership import NOBODY, Owner, Owners
from core.compare.evidence.writers import CLUSTER_PARTS, OwnerClass, rank_of
from core.model import Actor, JsonObject, Live, ObjectRef

NEVER_EXTRA: Final = frozenset(
    {  # (group, kind): the cluster writes these about other objects, all the time
        ("", "Event"),
        ("events.k8s.io", "Event"),
        ("", "Endpoints"),
        ("discovery.k8s.io", "EndpointSlice"),
        ("apps", "ControllerRevision"),
        ("coordination.k8s.io", "Lease"),
    }
)
_IN_EVERY_NAMESPACE: Final = frozenset(
    {("", "ConfigMap", "kube-root-ca.crt"), ("", "ServiceAccount", "default")}
)
_INVENTORY: Final = re.compile(r"driftdeck-.+-[0-9]+")
_INVENTORY_LABEL: Final = ("app.kubernetes.io/managed-by", "driftdeck")
_ACCOUNT: Final = "kubernetes.io/service-account.name"
_CLAIM: Final = re.compile(r"(.+)-[0-9]+")


class _Metadata(msgspec.Struct, rename="camel"):
    deletion_timestamp: str | None = None
    owner_references: list[Any] | None = None
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    managed_fields: list[Any] | None = None


class _Head(msgspec.Struct):
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)


_head: Final = msgspec.json.Decoder(_Head)


@dataclass(frozen=True, slots=True)
class Find:
    """What the metadata of a live object tells about how it came to be."""

    ref: ObjectRef
    terminating: bool = False
    owned: bool = False  # another object made it, and takes it along
    noise: bool = False  # the cluster makes it by itself, or it is our own inventory
    claim: bool = False  # made for a StatefulSet, if one of the name is there
    maker: Actor = NOBODY

    def is_claim_of(self, stateful_set: str) -> bool:
        """Tell whether it is the volume claim of a StatefulSet of that name: TEMPLATE-NAME-N."""
        match = _CLAIM.fullmatch(self.ref.name)
        return self.claim and match is not None and match[1].endswith(f"-{stateful_set}")


def find(ref: ObjectRef, live: Live, classes: Mapping[str, OwnerClass]) -> Find:
    """Read the metadata of *live*; of what cannot be read nothing is known.

    Args:
        ref: Its identity.
        live: The object, or its metadata alone.
        classes: Field managers that settings moved to another class.
    """
    try:
        metadata = _head.decode(live.body).metadata
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return Find(ref)
    managed: JsonObject = {"metadata": {"managedFields": metadata.managed_fields}}
    maker = _maker(Owners.parse(managed, classes))
    by_cluster = maker is None or maker.manager in CLUSTER_PARTS
    return Find(
        ref,
        terminating=metadata.deletion_timestamp is not None,
        owned=bool(metadata.owner_references),
        noise=_is_noise(ref, metadata, by_cluster=by_cluster),
        claim=by_cluster and (ref.group, ref.kind) == ("", "PersistentVolumeClaim"),
        maker=maker.actor if maker is not None else NOBODY,
    )


def _is_noise(ref: ObjectRef, metadata: _Metadata, *, by_cluster: bool) -> bool:
    if (ref.group, ref.kind) in NEVER_EXTRA or (ref.group, ref.kind, ref.name) in (
        _IN_EVERY_NAMESPACE
    ):
        return True
    if (ref.group, ref.kind) == ("", "ConfigMap") and _INVENTORY.fullmatch(ref.name):
        name, value = _INVENTORY_LABEL
        return (metadata.labels or {}).get(name) == value
    if (ref.group, ref.kind) == ("", "Secret"):  # tokens of service accounts, before 1.24
        return by_cluster and _ACCOUNT in (metadata.annotations or {})
    return False


def _maker(owners: Owners) -> Owner | None:
    """Return whoever wrote first, as far as managedFields tells.

    An entry's time is that of its manager's last write, so the earliest is the best witness, not a
    sure one.  Where ownership was not tracked from the beginning nobody is named.
    """
    if any(entry.kind is OwnerClass.NONE for entry in owners.entries):
        return None
    writers = [entry for entry in owners.entries if not entry.subresource]
    return min(
        writers,
        key=lambda e: (e.time is None, e.time or "", e.manager in CLUSTER_PARTS, rank_of(e.kind)),
        default=None,
    )
