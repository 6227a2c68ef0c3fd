"""What an app may touch: the rest of what its folder states is refused before anything is sent.

A refused document is listed with its place and the reason.  It costs itself alone: its kind and its
namespace are not even read for its sake, and everything beside it is judged and healed.
"""

from collections.abc import Mapping
from typing import Final

from core.model import AppSpec, Document, KindRef, ObjectRef, Resource
from core.reconcile.memory.state import AppState, ClusterState, namespace_of

_NAMESPACE: Final = ("", "Namespace")


def stated_ref(
    app: AppState, cluster: ClusterState, document: Document, known: Mapping[KindRef, Resource]
) -> ObjectRef:
    """Return the identity of what a document states; a kind that nobody knows has namespaces."""
    resource = known.get(document.kind)
    namespaced = resource is None or resource.namespaced
    namespace = (document.namespace or namespace_of(app, cluster)) if namespaced else ""
    return ObjectRef(document.kind.group, document.kind.kind, namespace, document.name)


def refusal(spec: AppSpec, ref: ObjectRef) -> str:
    """Say why an app may not touch an object; "" where it may."""
    allowed = spec.namespaces
    place = ref.name if (ref.group, ref.kind) == _NAMESPACE else ref.namespace
    if not allowed or place in allowed or (not ref.namespace and ref.kind in spec.cluster_kinds):
        return ""
    if place:
        return f"namespace {place} is not one this app may touch"
    return f"{ref.kind} has no namespace, and cluster_kinds does not name it"


def is_refused(
    app: AppState, cluster: ClusterState, document: Document, known: Mapping[KindRef, Resource]
) -> bool:
    """Tell whether an app may not touch what a document states, as far as its kind is known."""
    if not app.spec.namespaces or document.kind not in known:
        return False
    return bool(refusal(app.spec, stated_ref(app, cluster, document, known)))


def refusals(app: AppState) -> tuple[str, ...]:
    """Say of each refused document where it stands and why it is refused."""
    found = app.refused.values()
    return tuple(f"{document.file}:{document.line}: {why}" for document, why in found)
