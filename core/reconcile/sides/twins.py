"""One API server under two names: the apps of the one would not know of those of the other.

What is in Git for both would be extra for each, and heals would undo each other.  So the name that
stands later in the settings is refused, and nothing is read or written by it.
"""

from dataclasses import replace

from core.model import Problem, Remedy, one_server_words
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import Follow
from core.reconcile.memory.inputs import ClusterLost
from core.reconcile.memory.state import ClusterState


def twins_of(draft: Draft, uid: str) -> tuple[ClusterState, ...]:
    """Return the clusters that are one server, in the order of the settings."""
    return tuple(each for each in draft.clusters.values() if uid and each.view.uid == uid)


def refusal_of_twin(first: ClusterState, twin: ClusterState) -> ClusterLost:
    """Say that a cluster is another one's server, and what to do."""
    one, other = first.view.spec.name, twin.view.spec.name
    words = one_server_words(one, other, "one kube-system")
    return ClusterLost(other, Problem(Remedy.FIX_SETTINGS, words))


def forget_server(draft: Draft, name: str) -> None:
    """Know nothing of a server that is refused, and follow nothing there."""
    cluster = draft.cluster(name)
    if cluster.following is not None:
        draft.effects.append(Follow(name, frozenset(), frozenset()))
    draft.put_cluster(replace(cluster, resources=None, kinds={}, surveys={}, following=None))
