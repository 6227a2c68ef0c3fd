"""Places that the API server and the parts of a cluster fill in by themselves (verdicts.md 2.3).

A place is a field of a kind, never the bare name of a key: `caBundle` of a ConfigMap is data, and
`job-name` on a Deployment is a label like any other.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from core.model import Json, JsonObject
from core.model.paths import Member, Parts

_Kind: TypeAlias = tuple[str, str]  # group and kind

ALLOCATED: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "core.ServiceSpec": frozenset(
            {"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "healthCheckNodePort"}
        ),
        "core.ServicePort": frozenset({"nodePort"}),
        "batch.JobSpec": frozenset({"selector"}),
    }
)
"""By component: what the server chooses, and keeps when an apply no longer states it."""

INJECTED: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "admissionregistration.WebhookClientConfig": frozenset({"caBundle"}),
        "apiextensions.WebhookClientConfig": frozenset({"caBundle"}),
        "apiregistration.APIServiceSpec": frozenset({"caBundle"}),
        "resource.DeviceTaint": frozenset({"timeAdded"}),
    }
)
"""By component: what the cluster puts there.  What Git stated and dropped is not its own."""

ONCE: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "core.Container": frozenset({"imagePullPolicy"}),
        "core.EphemeralContainer": frozenset({"imagePullPolicy"}),
        "core.ImageVolumeSource": frozenset({"pullPolicy"}),
        "networking.NetworkPolicySpec": frozenset({"policyTypes"}),
    }
)
"""By component: what the server fills in by other fields, and leaves as it is when those change."""

_REVISION: Final = ("metadata", "annotations", "deployment.kubernetes.io/revision")
_JOB_LABELS: Final = (
    "controller-uid",
    "job-name",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-name",
)
_BOUND: Final = ("metadata", "annotations", "pv.kubernetes.io/")
_STORAGE: Final = (
    ("metadata", "annotations", "volume.kubernetes.io/"),
    ("metadata", "annotations", "volume.beta.kubernetes.io/"),
)
_ALLOCATED_KEYS: Final[Mapping[_Kind, tuple[Parts, ...]]] = {
    ("batch", "Job"): tuple(
        ("spec", "template", "metadata", "labels", label) for label in _JOB_LABELS
    ),
}
_INJECTED_KEYS: Final[Mapping[_Kind, tuple[Parts, ...]]] = {
    ("apps", "Deployment"): (_REVISION,),
    ("apps", "ReplicaSet"): (_REVISION,),
    ("batch", "Job"): (("metadata", "annotations", "batch.kubernetes.io/job-tracking"),),
    ("", "PersistentVolume"): (_BOUND,),
    ("", "PersistentVolumeClaim"): (_BOUND,),
}
_OWN: Final[Mapping[_Kind, tuple[Parts, ...]]] = {
    ("", "Namespace"): (("metadata", "annotations", "openshift.io/sa.scc."),),
    ("", "PersistentVolume"): (("spec", "claimRef"), *_STORAGE),
    ("", "PersistentVolumeClaim"): (
        ("spec", "volumeName"),
        ("spec", "storageClassName"),
        *_STORAGE,
    ),
    ("", "Pod"): (("spec",),),
    ("networking.k8s.io", "Ingress"): (("spec", "ingressClassName"),),
}
_TOKENS: Final = ("-token-", "-dockercfg-")  # names of the Secrets made for a ServiceAccount


def is_allocated(live: JsonObject, parts: Parts) -> bool:
    """Tell whether *parts* is a label or annotation that the server gives objects of this kind."""
    return any(_covers(place, parts) for place in _ALLOCATED_KEYS.get(_kind_of(live), ()))


def is_injected(live: JsonObject, parts: Parts) -> bool:
    """Tell whether *parts* is a label or annotation that a controller gives objects of this kind.

    Args:
        live: The whole object, which says its kind.
        parts: From its root.
    """
    return any(_covers(place, parts) for place in _INJECTED_KEYS.get(_kind_of(live), ()))


def is_servers_own(live: JsonObject, parts: Parts, value: Json) -> bool:
    """Tell whether a part of the cluster is known to add *value* at *parts* to such an object.

    It is asked where nothing says who wrote a field: an object that was made without a single field
    has no managedFields, whoever writes to it later.
    """
    last = parts[-1]
    if parts[:2] == ("metadata", "finalizers"):
        return isinstance(last, Member) and "kubernetes.io/" in str(last.value)
    kind = _kind_of(live)
    if kind == ("", "ServiceAccount"):
        entries = value if isinstance(value, list) else [value]
        return parts[0] in {"secrets", "imagePullSecrets"} and all(
            _is_token(entry, live) for entry in entries
        )
    return any(_covers(place, parts) for place in _OWN.get(kind, ()))


def _kind_of(live: JsonObject) -> _Kind:
    return str(live.get("apiVersion", "")).rpartition("/")[0], str(live.get("kind", ""))


def _covers(place: Parts, parts: Parts) -> bool:
    """Tell whether *parts* is *place* or below it; a key that ends in `/` or `.` begins others."""
    *above, head = place
    at = len(above)
    if len(parts) <= at or parts[:at] != tuple(above):
        return False
    found = parts[at]
    begins = isinstance(head, str) and head.endswith(("/", ".")) and isinstance(found, str)
    return found == head or (begins and str(found).startswith(str(head)))


def _is_token(entry: Json, live: JsonObject) -> bool:
    metadata = live.get("metadata")
    account = metadata.get("name") if isinstance(metadata, dict) else None
    name = entry.get("name") if isinstance(entry, dict) else None
    return any(str(name).startswith(f"{account}{made}") for made in _TOKENS)
