"""Which rows belong to which app, and worst first."""

from bisect import insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile
from typing import TypeAlias

from core.model import DRIFT_VERDICTS, AppView, ClusterView, Drift, Key, Snapshot, Verdict
from core.telling import objects
from core.telling.verdicts import RANKS
from tui.text.rows import AppRow, Since
from tui.text.signs import READING, SIGNS

_NEVER = float("inf")
_FEW = 20  # a twentieth: from there on sorting all costs less than finding each place


def rank_of(drift: Drift) -> tuple[int, float, str, str, str, Key]:
    """Worst verdict first, then the oldest drift, then by name; no two are equal."""
    key, rank, began = drift.key, RANKS[drift.verdict], objects.began(drift)
    since = _NEVER if began is None else began[0]
    return (rank, since, key.ref.kind, key.ref.namespace, key.ref.name, key)


@dataclass(slots=True)
class Grouped:
    """The rows of each app in order; an app whose rows did not change keeps its list.

    Sorting 10,000 rows costs 15 ms of the thread that also paints (measured: keys then took 140 ms
    beside 50 changes a second), so what changed is moved to its place in the list as it was.
    """

    rows: Mapping[Key, Drift]
    by_app: Mapping[str, Sequence[Drift]]


def grouped(before: Grouped | None, rows: Mapping[Key, Drift]) -> Grouped:
    """Sort *rows* by app, keeping from *before* what is the same."""
    old: Mapping[Key, Drift] = {} if before is None else before.rows
    if before is not None and old is rows:
        return before
    fresh: dict[str, list[Drift]] = {}
    for key, drift in rows.items():
        if old.get(key) is not drift:
            fresh.setdefault(key.app, []).append(drift)
    by_app = {} if before is None else dict(before.by_app)
    for app in fresh.keys() | {key.app for key in old if key not in rows}:
        kept = [drift for drift in by_app.get(app, ()) if rows.get(drift.key) is drift]
        by_app[app] = _placed(kept, fresh.get(app, []))
        if not by_app[app]:
            del by_app[app]
    return Grouped(rows, by_app)


def _placed(kept: list[Drift], fresh: list[Drift]) -> list[Drift]:
    """Put a few rows where they belong, or sort when they are many."""
    if len(fresh) * _FEW > len(kept):
        return sorted([*kept, *fresh], key=rank_of)
    for drift in fresh:
        insort(kept, drift, key=rank_of)
    return kept


def app_rows(snapshot: Snapshot, groups: Grouped) -> list[AppRow]:
    """One row per app, worst first."""
    clusters = {cluster.spec.name: cluster for cluster in snapshot.clusters}
    rows = [
        _app_row(app, clusters.get(app.spec.cluster), groups.by_app.get(app.spec.name, ()))
        for app in snapshot.apps
    ]
    return sorted(rows, key=_app_rank)


def _app_rank(row: AppRow) -> tuple[int, float, str]:
    return (row.rank, _NEVER if row.since is None else row.since[0], row.view.spec.name)


def _app_row(app: AppView, cluster: ClusterView | None, drifts: Sequence[Drift]) -> AppRow:
    worst = drifts[0].verdict if drifts else Verdict.IN_SYNC
    found = app.problem or (cluster.problem if cluster else None)
    problem = found.words if found is not None else ""
    counted = sum(app.counts.get(verdict, 0) for verdict in DRIFT_VERDICTS)
    since = _oldest(drifts)
    if problem and worst not in _COUNTED:
        return AppRow(app, Verdict.UNKNOWN, SIGNS[Verdict.UNKNOWN], counted, since, problem)
    if not app.complete and worst in {Verdict.IN_SYNC, Verdict.UNKNOWN}:
        return AppRow(app, None, READING, counted, since, "")
    return AppRow(app, worst, SIGNS[worst], counted, since, problem)


def _oldest(drifts: Sequence[Drift]) -> Since | None:
    """When the oldest began: they come first, and of each verdict the oldest comes first."""
    drifted = takewhile(lambda drift: drift.verdict in _COUNTED, drifts)
    firsts = (next(group) for _, group in groupby(drifted, key=lambda drift: drift.verdict))
    known = [began for drift in firsts if (began := objects.began(drift)) is not None]
    return min(known, default=None)


_COUNTED = frozenset({Verdict.DRIFTED, Verdict.MISSING, Verdict.EXTRA, Verdict.CONTESTED})


Place: TypeAlias = Key | str
"""Where a person stands: on an object, or on an app."""


def next_drift(order: Sequence[Drift], at: Place, step: int) -> Drift | None:
    """The next (step 1) or previous (-1) row that is not in sync, around the end.

    On an app the next one is its first, or that of the first app after it that has one.
    """
    drifted = [place for place, drift in enumerate(order) if drift.verdict in _COUNTED]
    if not drifted:
        return None
    here = next((place for place, drift in enumerate(order) if at in _names(drift)), len(order))
    if step < 0:
        return order[max((place for place in drifted if place < here), default=drifted[-1])]
    past = here if isinstance(at, str) else here + 1
    return order[min((place for place in drifted if place >= past), default=drifted[0])]


def _names(drift: Drift) -> tuple[Place, ...]:
    return (drift.key, drift.key.app)
