"""Which other engine still keeps an object as it wants it, by the marks that it leaves there.

Labels prove no ownership of ours, and none is read as such.  Here they say whom a take-over would
step beside: two engines that both prune and both heal are one too many.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from core.model import Live

_FLUX: Final = {
    "kustomize.toolkit.fluxcd.io": "Flux Kustomization",
    "helm.toolkit.fluxcd.io": "Flux HelmRelease",
}
_ARGO_ID: Final = "argocd.argoproj.io/tracking-id"
_ARGO_LABEL: Final = "argocd.argoproj.io/instance"
_INSTANCE: Final = "app.kubernetes.io/instance"  # Argo CD's own by default, and any chart's
_ARGO: Final = "argocd-"
_HELM: Final = "meta.helm.sh/release-name"
_HELM_IN: Final = "meta.helm.sh/release-namespace"


class _Entry(msgspec.Struct):
    manager: str = ""


class _Metadata(msgspec.Struct, rename="camel"):
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    managed_fields: list[_Entry] | None = None


class _Head(msgspec.Struct):
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)


_head: Final = msgspec.json.Decoder(_Head)


def tracker_of(live: Live) -> str:
    """Name the engine that still tracks an object, and by what; "" where none does."""
    try:
        metadata = _head.decode(live.body).metadata
    except (msgspec.MsgspecError, RecursionError):
        return ""
    labels, annotations = metadata.labels or {}, metadata.annotations or {}
    managers = [entry.manager for entry in metadata.managed_fields or ()]
    return _by_flux(labels) or _by_argo(labels, annotations, managers) or _by_helm(annotations)


def _by_flux(labels: Mapping[str, str]) -> str:
    for prefix, what in _FLUX.items():
        name = labels.get(f"{prefix}/name")
        if name:
            return f"{what} {_placed(labels.get(f'{prefix}/namespace', ''), name)}"
    return ""


def _by_argo(
    labels: Mapping[str, str], annotations: Mapping[str, str], managers: Iterable[str]
) -> str:
    app = annotations.get(_ARGO_ID, "").partition(":")[0] or labels.get(_ARGO_LABEL, "")
    if not app and any(manager.startswith(_ARGO) for manager in managers):
        app = labels.get(_INSTANCE, "")
    return f"Argo CD application {app}" if app else ""


def _by_helm(annotations: Mapping[str, str]) -> str:
    name = annotations.get(_HELM)
    return f"Helm release {_placed(annotations.get(_HELM_IN, ''), name)}" if name else ""


def _placed(namespace: str, name: str) -> str:
    return f"{namespace}/{name}" if namespace else name
