"""What is selected and filtered, without a screen: the part of the terminal that thinks."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from core.model import (
    DRIFT_VERDICTS,
    AppView,
    ClusterView,
    Commit,
    CommitShown,
    Drift,
    Event,
    Health,
    Key,
    Snapshot,
    Verdict,
)
from core.model.answers.comparisons import Likeness
from tui.model.filters import (
    NO_FILTER,
    Facts,
    Filter,
    facts_of_app,
    facts_of_commit,
    facts_of_drift,
    facts_of_event,
    parse,
)
from tui.model.focus import AT_THE_TOP, Focus, Pane
from tui.model.ordering import Grouped, app_rows, differing, grouped
from tui.model.told import ToldEvents, merged
from tui.text.kinds import BUILTIN, shorts_of
from tui.text.rows import AppRow
from tui.text.sheets.sheet import Sheet

Row = TypeVar("Row")
PAST_MAX = 50
Place: TypeAlias = tuple[str | None, Pane, Hashable | None]  # app, list, row
News: TypeAlias = Callable[[Snapshot], Sheet | None]  # None: there is none
READ_ONLY = "read-only: W allows writing"
READ_ONLY_FLAG = "read-only: started with --read-only"


@dataclass(slots=True)
class View:
    """The newest snapshot and where the person is in it."""

    snapshot: Snapshot = field(default_factory=Snapshot)
    groups: Grouped = field(default_factory=lambda: grouped(None, {}))
    app: str | None = None  # the selected one
    focus: Focus = AT_THE_TOP
    filters: dict[Pane, Filter] = field(default_factory=dict)
    marks: frozenset[Key] = frozenset()
    range_from: Key | None = None  # where a range of marks begins
    fleet: bool = False  # pane 2 has what differs of every app
    reviewed: Mapping[Key, object] = field(default_factory=dict)  # ticked off, as they were then
    past: list[Place] = field(default_factory=list)  # where a person was, newest last
    noise: bool = False
    text: bool = False
    lost: Mapping[str, float] = field(default_factory=dict)  # clusters, and when last heard
    asked: dict[str, int] = field(default_factory=dict)  # commits to be shown, by their request
    commits_shown: dict[str, CommitShown] = field(default_factory=dict)
    examined: Drift | None = None  # the row that is asked whether it works, or was
    examined_as: int = 0  # the number of that request
    health: Health | None = None  # what was said of it last
    looked_back: tuple[Drift, int] | None = None  # the row of which Git is asked, and how
    likeness: Likeness | None = None  # what was found
    sheet: Sheet | None = None  # what pane 0 shows instead, while it has the focus
    news: News | None = None  # what a snapshot makes of it
    all_apps: Sequence[AppRow] = ()
    told: Sequence[Event] = ()  # what controllers in the clusters wrote, newest first
    all_events: Sequence[Event] = ()  # newest first, those among them
    _controllers: ToldEvents = field(default_factory=ToldEvents)
    _fleet: tuple[Grouped | None, Sequence[Drift]] = (None, ())
    _shown: Sequence[Drift] = ()
    _shown_from: tuple[object, Filter] = (None, NO_FILTER)
    _told: tuple[Mapping[str, frozenset[str]], ...] = ()  # short names of kinds, by each cluster
    _shorts: Mapping[str, frozenset[str]] = field(default_factory=lambda: BUILTIN)

    def take(self, snapshot: Snapshot) -> None:
        """Make *snapshot* the one that is shown."""
        self.snapshot = snapshot
        heard = {c.spec.name: c.seen_at for c in snapshot.clusters if not c.connected}
        self.lost = {name: at for name, at in heard.items() if at}
        for commit, request in tuple(self.asked.items()):
            shown = snapshot.commit_for(request)
            if shown is not None:
                self.commits_shown[commit] = shown
                del self.asked[commit]
        self._learn_shorts()
        told = snapshot.healths_for(self.examined_as)
        if told is not None and self.examined is not None:
            self.health = told.of.get(self.examined.key)
        if self.looked_back is not None:
            self.likeness = snapshot.likeness_for(self.looked_back[1]) or self.likeness
        self.hear()
        self.groups = grouped(self.groups, snapshot.rows)
        self.all_apps = app_rows(snapshot, self.groups)
        self.told = self._controllers.of(snapshot)
        self.all_events = merged(snapshot.events[::-1], self.told)
        self.marks = frozenset(key for key in self.marks if key in snapshot.rows)
        if self.app is None and self.all_apps:
            self.app = self.all_apps[0].view.spec.name

    def review(self, row: Drift) -> None:
        """Tick an object off, or not after all; once it changes it is to be looked at again."""
        rest = {key: was for key, was in self.reviewed.items() if key != row.key}
        self.reviewed = rest if self.is_reviewed(row) else {**rest, row.key: _state(row)}

    def is_reviewed(self, row: Drift) -> bool:
        """Whether *row* was ticked off as it is now."""
        return row.key in self.reviewed and self.reviewed[row.key] == _state(row)

    def mark_range(self, to: Key) -> None:
        """Begin a range of marks at an object, or mark all from there to *to*."""
        keys = [row.key for row in self.resources()]
        if self.range_from not in keys or to not in keys:
            self.range_from = to
            return
        first, last = sorted((keys.index(self.range_from), keys.index(to)))
        self.marks |= frozenset(keys[first : last + 1])
        self.range_from = None

    def remember(self, selected: Hashable | None) -> None:
        """Keep where a person is, before going elsewhere."""
        place = (self.app, self.focus.last_list, selected)
        if not self.past or self.past[-1] != place:
            self.past = [*self.past, place][-PAST_MAX:]

    def choose(self, app: str) -> None:
        """Select an app: its objects are those of pane 2."""
        self.app, self.fleet = app, False

    def lay(self, sheet: Sheet, news: News | None = None) -> None:
        """Show *sheet* in pane 0, and what *news* makes of it, until the pane is left."""
        self.sheet, self.news = sheet, news

    def hear(self) -> bool:
        """Let the sheet have what is new; tell whether it is another one by now."""
        found = self.news(self.snapshot) if self.news is not None else None
        self.sheet = found or self.sheet
        return found is not None

    def tidy(self) -> None:
        """Take the sheet away, if its pane was left."""
        if self.focus.pane is not Pane.CHANGES:
            self.sheet = self.news = None

    def examine(self, row: Drift, request: int) -> None:
        """Whether *row* works is asked by that number; until it is told, what was said stands."""
        if self.examined is None or self.examined.key != row.key:
            self.health = None
        self.examined, self.examined_as = row, request

    def is_examined(self, row: Drift) -> bool:
        """Tell whether nothing new can be said of how *row* is: it was asked, or is not there."""
        if row.stamp is None or row.stamp.version is None:
            return True
        before = self.examined
        if before is None:
            return False
        return (before.key, before.stamp, before.calling) == (row.key, row.stamp, row.calling)

    def health_of(self, row: Drift) -> Health | None:
        """Return what is known of how *row* is, if it was asked."""
        same = self.examined is not None and self.examined.key == row.key
        return self.health if same else None

    def look_back(self, row: Drift, request: int) -> None:
        """Git is asked by that number when it stated *row* as it is."""
        self.looked_back, self.likeness = (row, request), None

    def likeness_of(self, row: Drift) -> Likeness | None:
        """Return when Git stated *row* as it is, if that was asked of this very version."""
        if self.looked_back is None or self.looked_back[0].key != row.key:
            return None
        if self.looked_back[0].stamp != row.stamp:
            return None
        return self.likeness or Likeness(row.key, problem="looking through Git's history")

    def filter_of(self, pane: Pane) -> Filter:
        """The filter of one list."""
        return self.filters.get(pane, NO_FILTER)

    def filter_by(self, source: str) -> Filter:
        """Filter the list that was used last; an empty text shows all of it."""
        wanted = parse(source, self._shorts) if source.strip() else NO_FILTER
        self.filters[self.focus.last_list] = wanted
        return wanted

    def _learn_shorts(self) -> None:
        """Let short names mean what the clusters say, in the filters that stand, too."""
        told = tuple(view.short_kinds for view in self.snapshot.clusters if view.short_kinds)
        if told == self._told:
            return
        self._told, self._shorts = told, shorts_of(told)
        self.filters = {pane: parse(one.source, self._shorts) for pane, one in self.filters.items()}
        self._shown_from = (None, NO_FILTER)

    # Rows of the lists --------------------------------------------------------------------------

    def apps(self) -> Sequence[AppRow]:
        """Apps, worst first."""
        return _kept(self.all_apps, self.filter_of(Pane.APPS), facts_of_app)

    def objects(self) -> Sequence[Drift]:
        """What pane 2 has without a filter: objects of the app, or what differs of every one."""
        if not self.fleet:
            return self.groups.by_app.get(self.app or "", ())
        if self._fleet[0] is not self.groups:
            self._fleet = (self.groups, differing(self.groups))
        return self._fleet[1]

    def resources(self) -> Sequence[Drift]:
        """The objects of pane 2, worst first; the same list while nothing changed."""
        rows = self.objects()
        wanted = self.filter_of(Pane.RESOURCES)
        if self._shown_from[0] is not rows or self._shown_from[1] != wanted:
            self._shown = _kept(rows, wanted, facts_of_drift)
            self._shown_from = (rows, wanted)
        return self._shown

    def commits(self) -> Sequence[Commit]:
        """The selected app's history, newest first."""
        app = self.app_view
        history = app.history if app is not None else ()
        return _kept(history, self.filter_of(Pane.COMMITS), facts_of_commit)

    def history_of(self, app: str) -> Sequence[Commit]:
        """An app's whole history, newest first."""
        view = self.snapshot.app(app)
        return view.history if view is not None else ()

    def events(self) -> Sequence[Event]:
        """What happened, newest first."""
        return _kept(self.all_events, self.filter_of(Pane.TIMELINE), facts_of_event)

    def counts(self) -> dict[Pane, tuple[int, int]]:
        """Shown and all rows of each list that has a filter."""
        app = self.app_view
        totals = {
            Pane.APPS: (self.apps, len(self.all_apps)),
            Pane.RESOURCES: (self.resources, len(self.objects())),
            Pane.COMMITS: (self.commits, len(app.history) if app else 0),
            Pane.TIMELINE: (self.events, len(self.all_events)),
        }
        return {
            name: (len(rows()), total)
            for name, (rows, total) in totals.items()
            if self.filter_of(name).source
        }

    def drift_order(self) -> list[Drift]:
        """Every object of every app, in the order of the lists."""
        names = [row.view.spec.name for row in self.all_apps]
        return [drift for name in names for drift in self.groups.by_app.get(name, ())]

    # What is selected ---------------------------------------------------------------------------

    @property
    def app_row(self) -> AppRow | None:
        """The selected app as a row."""
        return next((row for row in self.all_apps if row.view.spec.name == self.app), None)

    @property
    def app_view(self) -> AppView | None:
        """The selected app."""
        row = self.app_row
        return row.view if row is not None else None

    @property
    def cluster(self) -> ClusterView | None:
        """The cluster of the selection."""
        app = self.app_view
        wanted = app.spec.cluster if app is not None else None
        clusters = self.snapshot.clusters
        found = next((view for view in clusters if view.spec.name == wanted), None)
        return found or (clusters[0] if clusters and app is None else None)

    def to_sync(self, selected: Hashable | None) -> tuple[frozenset[Key], str]:
        """The objects `s` works on, spelt out, or why there is none."""
        if self.marks:
            return self._marked()
        if self.focus.last_list is Pane.APPS:
            rows = self.groups.by_app.get(self.app or "", ())
            keys = frozenset(row.key for row in rows if row.apart or row.dropped)
            return keys, "" if keys else "nothing in this app has drifted"
        drift = self.snapshot.rows.get(selected) if isinstance(selected, Key) else None
        if self.focus.last_list is not Pane.RESOURCES or drift is None:
            return frozenset(), "choose an app (1) or an object (2) first"
        reason = why_not_sync(drift)
        return (frozenset(), reason) if reason else (frozenset({drift.key}), "")

    def to_adopt(self, selected: Hashable | None) -> tuple[frozenset[Key], str]:
        """The objects `A` works on, spelt out, or why there is none."""
        rows = [self.snapshot.rows[key] for key in sorted(self.marks)]
        if not rows and self.focus.last_list is Pane.RESOURCES and isinstance(selected, Key):
            rows = [row for row in (self.snapshot.rows.get(selected),) if row is not None]
        if not rows:
            return frozenset(), "choose an object (2) first"
        keys = frozenset(row.key for row in rows if row.verdict in DRIFT_VERDICTS)
        return keys, "" if keys else "only what is drifted, missing or extra can be adopted"

    def _marked(self) -> tuple[frozenset[Key], str]:
        rows = [self.snapshot.rows[key] for key in sorted(self.marks)]
        keys = frozenset(row.key for row in rows if not why_not_sync(row))
        return keys, "" if keys else f"marked: {why_not_sync(rows[0])}"

    def by_cluster(self, keys: frozenset[Key]) -> list[frozenset[Key]]:
        """*keys* by cluster: one preview covers one cluster."""
        groups: dict[str, set[Key]] = {}
        for key in sorted(keys):
            groups.setdefault(self.snapshot.rows[key].cluster, set()).add(key)
        return [frozenset(group) for group in groups.values()]

    def why_not_write(self, *, read_only: bool) -> str:
        """Why nothing may be written now; "" where it may.  *read_only* is the flag's word."""
        if read_only:
            return READ_ONLY_FLAG
        return "" if self.snapshot.writing else READ_ONLY


def _state(row: Drift) -> object:
    return (row.stamp, row.verdict)


def why_not_sync(drift: Drift) -> str:
    """Why a sync of one object makes no sense; "" where it does."""
    if drift.calling:
        return "an apply of this object is in flight"
    if drift.verdict is Verdict.IN_SYNC and not drift.untaken:
        kept = f", and left to {drift.tracked_by}" if drift.tracked_by else ""
        return f"this object is in sync{kept}"
    if drift.verdict is Verdict.EXTRA and not drift.dropped:
        return "Git does not state this object, and nobody applied it here: it is left alone"
    if drift.verdict is Verdict.CONTESTED:
        return "others own these fields; sync leaves them alone"
    if drift.verdict is Verdict.UNKNOWN:
        return "this object cannot be judged"
    return ""


def _kept(rows: Sequence[Row], wanted: Filter, facts: Callable[[Row], Facts]) -> Sequence[Row]:
    if not wanted.tests:
        return rows
    return [row for row in rows if wanted.holds(facts(row))]
