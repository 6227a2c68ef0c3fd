"""The breaker: where too much drifts at once, or was healed in a minute, healing stops and asks.

Mass drift mostly is a wrong context or a bad commit (safety.md section 4).  A new commit does not
count, nor do objects that are missing: a deleted namespace is put back.  The breaker closes when
less drifts again, whoever put it right, or stays out of the way once a person switched heal on
again.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from core.model import AppSpec, Drift, EventName, Key, Verdict
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import WakeAt
from core.reconcile.memory.state import CLOSED, Breaker
from core.reconcile.memory.subjects import is_moved

MASS_MIN: Final = 5  # objects; fewer are no mass, whatever share of the app they are
MINUTE_S: Final = 60.0
_ASKS: Final = (
    "nothing of it is healed unasked until less does, as after a sync, or heal is switched"
)


def is_mass(count: int, total: int, percent: int) -> bool:
    """Tell whether so many of an app's objects are too many to drift at once."""
    return count >= MASS_MIN and count * 100 > percent * total


def mass_words(count: int, total: int, spec: AppSpec) -> str:
    """Say what is wrong with an app, and what ends it."""
    limit = f"more than {spec.mass_drift} % (mass_drift)"
    return f"mass drift: {count} of {total} objects drift at once, {limit}; {_ASKS} off and on"


def rate_words(limit: int, place: str) -> str:
    """Say what is wrong with a cluster, and what ends it."""
    return (
        f"more than {limit} heals within a minute on {place} (heals_per_minute); nothing is healed"
        " there unasked until nothing drifts, as after a sync, or heal is switched off and on"
    )


def watch_mass(draft: Draft, name: str) -> None:
    """Open or close the breakers of an app and of its cluster, by what drifts now."""
    app = draft.app(name)
    if not (app.healing and app.spec.heal):
        return
    tally, total = draft.tally(name), len(app.desired)
    if app.breaker == CLOSED and is_mass(tally.moved, total, app.spec.mass_drift):
        words = mass_words(tally.moved, total, app.spec)
        draft.put_app(replace(app, breaker=Breaker(words)))
        draft.tell(EventName.HEAL_SKIPPED, app=name, cluster=app.spec.cluster, message=words)
        _judge_again(draft, {name})
    elif app.breaker != CLOSED and not is_suspected(draft, name):
        draft.put_app(replace(app, breaker=CLOSED))
        _judge_again(draft, {name})
    cluster = draft.cluster(app.spec.cluster)
    if cluster.breaker != CLOSED and not tally.moved + tally.confirming:
        apps = {each.spec.name for each in draft.apps_of(app.spec.cluster) if each.healing}
        tallies = [draft.tally(each) for each in apps]
        if not any(each.moved + each.confirming for each in tallies):
            draft.put_cluster(replace(cluster, breaker=CLOSED, healed_at=()))
            _judge_again(draft, apps)


def is_suspected(draft: Draft, name: str) -> bool:
    """Tell whether it may be mass drift, once the server has said what of it is drift."""
    app, tally = draft.app(name), draft.tally(name)
    return is_mass(tally.moved + tally.confirming, len(app.desired), app.spec.mass_drift)


def waits_for_others(draft: Draft, row: Drift) -> bool:
    """Tell whether a heal is to wait: of other objects it is not known yet whether they drifted."""
    app = draft.app(row.key.app)
    return is_moved(row) and app.breaker == CLOSED and is_suspected(draft, row.key.app)


def within_budget(draft: Draft, cluster: str, keys: Sequence[Key]) -> list[Key]:
    """Count heals that are about to begin; those beyond the budget open the cluster's breaker."""
    counted = [key for key in keys if (row := draft.row(key)) is not None and is_moved(row)]
    state = draft.cluster(cluster)
    recent = tuple(at for at in state.healed_at if draft.now - at < MINUTE_S)
    limit = state.view.spec.heals_per_minute
    room = len(counted) if state.breaker.waived else max(0, limit - len(recent))
    healed_at = (*recent, *(draft.now for _ in counted[:room]))
    if state.healed_at or healed_at:
        state = draft.put_cluster(replace(state, healed_at=healed_at[-limit:]))
    over = counted[room:]
    if over:
        words = rate_words(limit, str(state.view.called))
        draft.put_cluster(replace(state, breaker=Breaker(words)))
        draft.tell(EventName.HEAL_SKIPPED, cluster=cluster, message=words)
        _judge_again(draft, {each.spec.name for each in draft.apps_of(cluster)})
        draft.effects.append(WakeAt(draft.now))  # judging is over in this step
    left = set(over)
    return [key for key in keys if key not in left]


def waive(draft: Draft, name: str) -> None:
    """A person switched heal on: what drifts now is meant to be healed, however much it is."""
    app = draft.app(name)
    cluster = draft.cluster(app.spec.cluster)
    draft.put_app(replace(app, breaker=Breaker(waived=is_suspected(draft, name))))
    if cluster.breaker.words:
        draft.put_cluster(replace(cluster, breaker=Breaker(waived=True)))
    _judge_again(draft, {each.spec.name for each in draft.apps_of(app.spec.cluster)})


def _judge_again(draft: Draft, names: set[str]) -> None:
    """Have rows say why they are left, or be offered for healing again."""
    rows = draft.rows.items()
    draft.judge_all_again(
        key for key, row in rows if key.app in names and row.verdict is not Verdict.UNKNOWN
    )
