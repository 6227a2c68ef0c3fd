"""Short names of the built-in kinds, as `kubectl api-resources` lists them.

They hold where no cluster has told its own yet, and where a list has little room.
"""

from collections.abc import Iterable, Mapping
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
BUILTIN: Final[Mapping[str, frozenset[str]]] = {
    short: frozenset({kind}) for short, kind in SHORT_KINDS.items()
}
_SHORTEST: Final = {kind: short for short, kind in reversed([*SHORT_KINDS.items()])}


def short_kind(kind: str) -> str:
    """A kind where there is little room: `deploy`; of other kinds the whole name."""
    return _SHORTEST.get(kind.lower(), kind)


def shorts_of(told: Iterable[Mapping[str, frozenset[str]]]) -> Mapping[str, frozenset[str]]:
    """Put together what several clusters mean by short names, over what is built in."""
    found = dict(BUILTIN)
    for one in told:
        for short, kinds in one.items():
            found[short] = found.get(short, frozenset()) | kinds
    return found
