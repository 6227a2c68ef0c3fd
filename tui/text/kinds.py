"""Short names of the built-in kinds, as `kubectl api-resources` lists them."""

from collections.abc import Mapping
from typing import Final

SHORT_KINDS: Final[Mapping[str, str]] = {
    "cj": "cronjob",
    "cm": "configmap",
    "crd": "customresourcedefinition",
    "crds": "customresourcedefinition",
    "csr": "certificatesigningrequest",
    "deploy": "deployment",
    "ds": "daemonset",
    "ep": "endpoints",
    "ev": "event",
    "hpa": "horizontalpodautoscaler",
    "ing": "ingress",
    "limits": "limitrange",
    "netpol": "networkpolicy",
    "no": "node",
    "ns": "namespace",
    "pc": "priorityclass",
    "pdb": "poddisruptionbudget",
    "po": "pod",
    "pv": "persistentvolume",
    "pvc": "persistentvolumeclaim",
    "quota": "resourcequota",
    "rc": "replicationcontroller",
    "rs": "replicaset",
    "sa": "serviceaccount",
    "sc": "storageclass",
    "sts": "statefulset",
    "svc": "service",
}
_SHORTEST: Final = {kind: short for short, kind in reversed([*SHORT_KINDS.items()])}


def short_kind(kind: str) -> str:
    """A kind where there is little room: `deploy`; of other kinds the whole name."""
    return _SHORTEST.get(kind.lower(), kind)
