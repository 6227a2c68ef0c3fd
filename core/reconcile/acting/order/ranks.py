"""Which kinds come before which: what others live in, name or are admitted by is there before them.

The order is that of helm's installer, kustomize and kubectl, cut into as few ranks as dependences
need, for each is waited for.  A kind counts with its group: Knative's Service is no Service.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

from core.model import KindRef


class Rank(IntEnum):
    """One stage of kinds that need nothing of each other."""

    NAMESPACE = 0
    DEFINITION = 1  # of kinds; waited for until they are served
    GROUND = 2  # classes, quotas, policies, accounts and roles: what admission asks about others
    CONTENT = 3  # bindings of roles, configuration, storage, Services
    WORKLOAD = 4
    FRONT = 5  # what drives workloads or leads to them
    CUSTOM = 6  # objects of kinds that somebody defined, whose controllers are workloads
    GATE = 7  # what can refuse all others, or answer for their kinds


_BY_GROUP: Final[Mapping[str, Rank]] = {
    "": Rank.CONTENT,
    "admissionregistration.k8s.io": Rank.GATE,
    "apiextensions.k8s.io": Rank.DEFINITION,
    "apiregistration.k8s.io": Rank.GATE,
    "apps": Rank.WORKLOAD,
    "autoscaling": Rank.FRONT,
    "batch": Rank.WORKLOAD,
    "certificates.k8s.io": Rank.CONTENT,
    "coordination.k8s.io": Rank.CONTENT,
    "discovery.k8s.io": Rank.CONTENT,
    "events.k8s.io": Rank.CONTENT,
    "extensions": Rank.WORKLOAD,
    "flowcontrol.apiserver.k8s.io": Rank.GROUND,
    "networking.k8s.io": Rank.GROUND,
    "node.k8s.io": Rank.GROUND,
    "policy": Rank.GROUND,
    "rbac.authorization.k8s.io": Rank.GROUND,
    "resource.k8s.io": Rank.GROUND,
    "scheduling.k8s.io": Rank.GROUND,
    "storage.k8s.io": Rank.GROUND,
}
_BY_KIND: Final[Mapping[tuple[str, str], Rank]] = {
    ("", "Namespace"): Rank.NAMESPACE,
    ("", "LimitRange"): Rank.GROUND,
    ("", "ResourceQuota"): Rank.GROUND,
    ("", "ServiceAccount"): Rank.GROUND,
    ("", "Pod"): Rank.WORKLOAD,
    ("", "PodTemplate"): Rank.WORKLOAD,
    ("", "ReplicationController"): Rank.WORKLOAD,
    ("extensions", "Ingress"): Rank.FRONT,
    ("extensions", "NetworkPolicy"): Rank.GROUND,
    ("networking.k8s.io", "Ingress"): Rank.FRONT,
    # The server lets nobody bind a role that it does not know, unless he may everything.
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): Rank.CONTENT,
    ("rbac.authorization.k8s.io", "RoleBinding"): Rank.CONTENT,
}


def rank_of(kind: KindRef) -> Rank:
    """Say to which rank a kind belongs."""
    known = _BY_KIND.get((kind.group, kind.kind))
    return known if known is not None else _BY_GROUP.get(kind.group, Rank.CUSTOM)
