"""Which writers there are, by the name of their field manager (verdicts.md section 3).

A name is the client's own claim: `--field-manager`, or its user agent up to the first slash.  So a
class says how a writer is treated, never who it was.  Nobody is a controller by default: a program
that nobody knows and that moves what Git states is drift like a person's hand.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

MANAGER: Final = "driftdeck"


class OwnerClass(StrEnum):
    """What kind of writer a field manager is; of several owners the first of these decides."""

    HUMAN = "human"
    UNKNOWN = "unknown"
    CONTROLLER = "controller"
    DEPLOYER = "deployer"
    OURS = "ours"
    NONE = "none"


_DECIDES: Final = tuple(OwnerClass)


def rank_of(kind: OwnerClass) -> int:
    """Order owners: the lowest decides."""
    return _DECIDES.index(kind)


CLIENT_SIDE: Final = frozenset({"kubectl-client-side-apply", "kubectl-last-applied"})
CLUSTER_PARTS: Final = frozenset({"kube-controller-manager", "kube-scheduler", "kubelet"})

_CATALOGUE: Final[Mapping[OwnerClass, tuple[str, ...]]] = {  # a name that ends in "-" begins others
    OwnerClass.OURS: (MANAGER,),  # by Update too: removals and replacements are patches
    OwnerClass.HUMAN: (
        "kubectl",
        "kubectl-",
        "oc",
        "oc-",
        "k9s",
        "node-fetch",  # Lens
        "Mozilla",  # dashboards in a browser
        "headlamp",
        "octant",
        "argocd-server",  # its user interface
        "OpenAPI-Generator",
        "curl",
        "python-requests",
        "Go-http-client",
    ),
    OwnerClass.DEPLOYER: (
        "argocd-controller",
        "kustomize-controller",
        "helm-controller",
        "helm",
        "Helm",
        "Terraform",
        "HashiCorp",
        "pulumi-",
        "kapp",
        "fleetagent",
    ),
    OwnerClass.CONTROLLER: (
        *CLUSTER_PARTS,
        "cloud-controller-manager",
        "cluster-autoscaler",
        "vpa-",
        "keda",  # as the operator's program is called, and so its requests
        "keda-operator",
        "cainjector",
        "cert-manager-cainjector",
        "pilot-discovery",
    ),
    OwnerClass.NONE: ("before-first-apply",),
}
_CLASSES: Final = {name: kind for kind, names in _CATALOGUE.items() for name in names}
_NOT_MOVED: Final[Mapping[str, OwnerClass]] = {}


def class_of(
    manager: str,
    moved: Mapping[str, OwnerClass] = _NOT_MOVED,
    *,
    reports: bool = False,
) -> OwnerClass:
    """Tell what kind of writer a field manager is.

    Args:
        manager: The name in managedFields.
        moved: What settings say of it.
        reports: It also writes the status of this very object, as that object's controller does.
    """
    begun, dash, _ = manager.partition("-")
    known = moved.get(manager) or _CLASSES.get(manager) or _CLASSES.get(begun + dash)
    if known is not None:
        return known
    return OwnerClass.CONTROLLER if reports else OwnerClass.UNKNOWN
