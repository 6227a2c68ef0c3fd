"""A cluster that is not what it was: nothing is healed there before a person says it is meant.

A person confirms by a sync, here or in another process.  All else goes on: drift is shown, and its
row says why nobody puts it right (safety.md section 5).
"""

from dataclasses import replace
from typing import Final

from core.model import Drift, EventName, Verdict
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.state import NOTHING_APPLIED

REPLACED: Final = (
    "another cluster answers at this address (its namespace kube-system has another uid): "
    "nothing is healed there before a person syncs it"
)
RESTORED: Final = (
    "the cluster went back to an older state, as when etcd is restored from a snapshot: "
    "nothing is healed there before a person syncs it"
)
_HEALED: Final = frozenset({Verdict.DRIFTED, Verdict.MISSING})


def freeze(draft: Draft, name: str, words: str) -> None:
    """Heal nothing in a cluster from now on; what was applied there is read again."""
    cluster = draft.cluster(name)
    draft.put_cluster(replace(cluster, view=replace(cluster.view, frozen=words)))
    draft.tell(EventName.CLUSTER_UNAVAILABLE, cluster=name, message=words)
    for app in draft.apps_of(name):
        draft.put_app(
            replace(
                app,
                inventory=None,
                inventory_asked=False,
                inventory_problem="",
                stored=NOTHING_APPLIED,
                storing=None,
            )
        )
    _judge_again(draft, name)


def thaw(draft: Draft, name: str) -> None:
    """A person has accepted a plan for a cluster: it is the one that is meant."""
    cluster = draft.cluster(name)
    if cluster.view.frozen:
        draft.put_cluster(replace(cluster, view=replace(cluster.view, frozen="")))
        _judge_again(draft, name)


def _judge_again(draft: Draft, name: str) -> None:
    rows = draft.rows.items()
    draft.judge_all_again(key for key, row in rows if row.cluster == name and _is_healed(row))


def with_freeze(draft: Draft, row: Drift) -> Drift:
    """Say in a row why it is not healed, unless it says more already; and no longer than so."""
    if row.reason not in {"", REPLACED, RESTORED}:
        return row
    healing = draft.app(row.key.app).healing and _is_healed(row)
    reason = draft.cluster(row.cluster).view.frozen if healing else ""
    return row if reason == row.reason else replace(row, reason=reason)


def _is_healed(row: Drift) -> bool:
    return row.verdict in _HEALED
