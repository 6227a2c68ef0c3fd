"""What has to be in place before an app has its turn, or a later wave of it.

An app that depends on others is written while those are in sync at their revision, which is the
same commit where both are read from one branch.  As Flux does it; nobody asks whether they work.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.model import AppSpec, Cause, Drift, Key, Verdict
from core.reconcile.acting.healing import permitted
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.state import AppState, is_known
from core.reconcile.memory.tables import NO_KEYS

_APART: Final = frozenset({Verdict.DRIFTED, Verdict.MISSING, Verdict.UNKNOWN})
_ENOUGH: Final = 100  # objects under way: the others will be, too


@dataclass(frozen=True, slots=True)
class Gate:
    """Why an app has to wait."""

    words: str  # `waits for app infra, which is not in sync`
    passing: bool  # what is under way may open it


def depths_of(specs: Iterable[AppSpec]) -> Mapping[str, int]:
    """Say of each app that depends on others how many there are before it, one after the other."""
    needs = {spec.name: spec.depends_on for spec in specs if spec.depends_on}
    depths: dict[str, int] = {}

    def depth(name: str, above: tuple[str, ...]) -> int:
        if name in above:
            return 0  # a circle among apps of layouts: nobody is first, and all wait
        if name in needs and name not in depths:
            depths[name] = 1 + max(depth(each, (*above, name)) for each in needs[name])
        return depths.get(name, 0)

    for name in needs:
        depth(name, ())
    return depths


def gate_of(draft: Draft, name: str) -> Gate | None:
    """Return what keeps an app from having its turn; None: nothing."""
    for other in draft.app(name).spec.depends_on:
        state = _closed(draft, name, other)
        if state:
            words = f"waits for app {other}, which {state}"
            return Gate(words, _is_under_way(draft, other))
    return None


def _closed(draft: Draft, name: str, other: str) -> str:
    app = draft.apps.get(other)
    if app is None:
        return "is not there yet" if draft.layouts else ""
    if not app.shown:
        return ""  # who asks for one app alone is not told of others
    if not draft.is_whole(other):
        return "is not compared yet"
    if _is_behind(draft.app(name), app):
        return "is not read at that commit yet"
    counts = draft.tally(other).counts
    return "is not in sync" if any(counts.get(verdict) for verdict in _APART) else ""


def _is_behind(app: AppState, other: AppState) -> bool:
    """Tell whether an app was read at another commit of what both follow."""
    followed = [(each.spec.repo, each.spec.revision, each.spec.chart) for each in (app, other)]
    if followed[0] != followed[1] or app.source is None or other.source is None:
        return False
    return app.source.revision.id != other.source.revision.id


def _is_under_way(draft: Draft, name: str) -> bool:
    """Tell whether all that is apart of an app is being judged or written."""
    app = draft.apps.get(name)
    if app is None:
        return False
    if draft.queue(name):
        return True
    if app.problem is not None:
        return False
    if not is_known(app, draft.cluster(app.spec.cluster)):
        return True
    moving = 0
    for row in _rows(draft, app):
        if row.verdict in _APART:
            if not _moves(draft, row):
                return False
            moving += 1
            if moving == _ENOUGH:
                break
    return True


def _moves(draft: Draft, row: Drift) -> bool:
    subject = draft.subject(row.key)
    asked = row.confirming or row.calling or subject.call is not None
    offered = row.key in draft.candidates.get(row.key.app, NO_KEYS) and subject.hold is None
    return asked or offered or subject.planned is not None or subject.awaited is not None


def _rows(draft: Draft, app: AppState) -> Iterator[Drift]:
    refs = (*app.desired, *app.unserved, *app.refused, *app.lost)
    return filter(None, (draft.row(Key(app.spec.name, ref)) for ref in refs))


def held_by_waves(draft: Draft, name: str, due: Sequence[Key]) -> frozenset[Key]:
    """Return what of an app is not written unasked yet, for an earlier wave of Git's is to come.

    What somebody changed live is put right in any order.
    """
    app = draft.app(name)
    if not app.waves or not due:
        return frozenset()
    chosen = frozenset(due)
    first = min(
        (
            app.waves.get(row.key.ref, 0)
            for row in _rows(draft, app)
            if row.key not in chosen and _is_to_come(draft, row)
        ),
        default=None,
    )
    return frozenset(
        key
        for key in due
        if first is not None and app.waves.get(key.ref, 0) > first and _is_news(draft.row(key))
    )


def _is_to_come(draft: Draft, row: Drift) -> bool:
    return _is_news(row) and (row.calling or row.confirming or permitted(draft, row))


def _is_news(row: Drift | None) -> bool:
    """Tell whether Git states something that was not applied yet."""
    if row is None or row.verdict not in {Verdict.DRIFTED, Verdict.MISSING}:
        return False
    return row.cause is not Cause.LIVE_CHANGED
