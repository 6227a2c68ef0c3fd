"""Settings that are right each by itself and dangerous together, each an error at its place."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.settings.fields import Place

if TYPE_CHECKING:
    from core.model import AppSpec, ClusterSpec


def check_clusters(place: Place, clusters: Sequence["ClusterSpec"]) -> None:
    """See that no API server has two names: its apps would not know of each other.

    Raises:
        UsageError: Two clusters are reached the same way.
    """
    known: dict[tuple[object, ...], str] = {}
    for cluster in clusters:
        way = (cluster.kubeconfig, cluster.context, cluster.in_cluster, cluster.secret)
        other = known.setdefault(way, cluster.name)
        if other != cluster.name:
            reason = f"{_way(cluster)} is the cluster {other} already; one server has one name"
            raise place.inside(cluster.name).error(reason)


def _way(cluster: "ClusterSpec") -> str:
    if cluster.in_cluster:
        return "the pod's own API server"
    if cluster.secret is not None:
        return f"the kubeconfig in the Secret {cluster.secret[0]}"
    file = f" of {cluster.kubeconfig}" if cluster.kubeconfig else ""
    return (f'context "{cluster.context}"' if cluster.context else "the current context") + file


def check_app(place: Place, app: "AppSpec") -> None:
    """See that what an app owns and may touch go together.

    Raises:
        UsageError: They do not.
    """
    if app.cluster_kinds and not app.namespaces:
        reason = "cluster_kinds goes with namespaces; without them every kind may be touched"
        raise place.inside("cluster_kinds").error(reason)
    if app.chart is not None and app.render not in {"auto", "helm"}:
        reason = f"a chart is for helm, and this app is for {app.render}"
        raise place.inside("render").error(reason)
    for i, name in enumerate(app.owns):
        if app.namespaces and name not in app.namespaces:
            reason = f"it owns {name}, which is not one of the namespaces it may touch"
            raise place.inside("owns").inside(i).error(reason)
