"""Which rows belong to which app, and worst first."""

from bisect import bisect_left
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, takewhile, zip_longest
from operator import itemgetter
from typing import TypeAlias

from core.model import DRIFT_VERDICTS, AppView, ClusterView, Drift, Key, Snapshot, Verdict
from core.telling import objects
from core.telling.verdicts import RANKS
from tui.text.rows import AppRow, Since
from tui.text.signs import READING, SIGNS

_NEVER = float("inf")
_FEW = 20  # a twentieth: from there on sorting all costs less than finding each place


Rank: TypeAlias = tuple[int, float, str, str, str, Key]


def rank_of(drift: Drift) -> Rank:
    """What is set aside last, worst verdict first, oldest drift, by name; no two are equal."""
    key, rank, began = drift.key, RANKS[drift.verdict], objects.began(drift)
    since = _NEVER if began is None else began[0]
    if drift.held is not None and drift.held.pause is not None:
        rank += len(RANKS)
    return (rank, since, key.ref.kind, key.ref.namespace, key.ref.name, key)


@dataclass(slots=True)
class Grouped:
    """The rows of each app in order; an app whose rows did not change keeps its list.

    The thread that paints pays for this, so of 10,000 rows only those are looked at that are other
    objects than before (3 ms for 18): each is ranked once and moved to its place.
    """

    rows: Mapping[Key, Drift]
    drifts: Sequence[Drift] = ()  # the same, in the mapping's own order
    by_app: Mapping[str, Sequence[Drift]] = field(default_factory=dict)
    ranks: Mapping[str, Sequence[Rank]] = field(default_factory=dict)  # beside `by_app`


def grouped(before: Grouped | None, rows: Mapping[Key, Drift]) -> Grouped:
    """Sort *rows* by app, keeping from *before* what is the same."""
    if before is None:
        before = Grouped({})
    if before.rows is rows:
        return before
    drifts = list(rows.values())
    gone, fresh = _exchanged(before.drifts, drifts)
    by_app, ranks = dict(before.by_app), dict(before.ranks)
    for app in gone.keys() | fresh.keys():
        were = (ranks.get(app, ()), by_app.get(app, ()))
        ranks[app], by_app[app] = _placed(*were, gone.get(app, []), fresh.get(app, []))
        if not by_app[app]:
            del by_app[app], ranks[app]
    return Grouped(rows, drifts, by_app, ranks)


_ByApp: TypeAlias = dict[str, list[Drift]]


def _exchanged(before: Sequence[Drift], now: Sequence[Drift]) -> tuple[_ByApp, _ByApp]:
    """Give by app what is not there any more, and what is new.

    A mapping keeps its order while no row comes or goes; where one does, most stand elsewhere.
    """
    pairs = [(was, new) for was, new in zip_longest(before, now) if was is not new]
    gone = {id(was): was for was, _ in pairs if was is not None}
    fresh = {id(new): new for _, new in pairs if new is not None}
    return _by_app(gone, fresh), _by_app(fresh, gone)


def _by_app(drifts: Mapping[int, Drift], without: Container[int]) -> _ByApp:
    found: _ByApp = {}
    for id_, drift in drifts.items():
        if id_ not in without:
            found.setdefault(drift.key.app, []).append(drift)
    return found


def _placed(
    ranks: Sequence[Rank], rows: Sequence[Drift], gone: Sequence[Drift], fresh: Sequence[Drift]
) -> tuple[list[Rank], list[Drift]]:
    """Put a few rows where they belong, or sort when they are many."""
    ranks, rows = list(ranks), list(rows)
    if (len(gone) + len(fresh)) * _FEW > len(rows):
        left = set(map(id, gone))
        kept = [pair for pair in zip(ranks, rows, strict=True) if id(pair[1]) not in left]
        pairs = sorted([*kept, *((rank_of(drift), drift) for drift in fresh)], key=itemgetter(0))
        return [rank for rank, _ in pairs], [drift for _, drift in pairs]
    for drift in gone:
        place = bisect_left(ranks, rank_of(drift))
        del ranks[place], rows[place]
    for drift in fresh:
        rank = rank_of(drift)
        place = bisect_left(ranks, rank)
        ranks.insert(place, rank)
        rows.insert(place, drift)
    return ranks, rows


def differing(groups: Grouped) -> Sequence[Drift]:
    """Return what is not in sync of every app, worst first."""
    rows = (row for rows in groups.by_app.values() for row in rows)
    return sorted((row for row in rows if row.verdict is not Verdict.IN_SYNC), key=rank_of)


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


_COUNTED = DRIFT_VERDICTS | {Verdict.CONTESTED}


def unexplained(drift: Drift) -> bool:
    """Whether it can be looked up who is behind it: not before the server confirmed the row."""
    return drift.verdict in _COUNTED and not (drift.explained or drift.confirming)


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
