"""A state under construction: what one step writes on before the next state is frozen.

Only `step` makes drafts, and none outlives it, so the functions of this package may write freely
and still be a pure function together.  Every table shares what it did not change with the state
that it began with, so one event costs the same among 1,000 objects as among 100,000.
"""

from collections.abc import Iterable
from dataclasses import replace

from core.model import (
    Answer,
    Drift,
    Event,
    EventName,
    FieldChange,
    Key,
    KindRef,
    ObjectRef,
    Restated,
    RevertPlan,
    Run,
)
from core.reconcile.memory.effects import Effect, WakeAt
from core.reconcile.memory.phases import RunState
from core.reconcile.memory.results import InventoryRow
from core.reconcile.memory.state import AppState, ClusterState, State, Tally, is_known
from core.reconcile.memory.subjects import Subject, is_moved, unseen
from core.reconcile.memory.tables import NO_KEYS, Many, Map, Table, with_key, without_key

EVENTS_KEPT = 1000
ANSWERS_KEPT = 20
RUNS_KEPT = 20
BUNDLE = 500  # keys; a long queue is cut, so that taking its first does not copy the rest


class Draft:
    """The next state, and the effects that lead on from it."""

    def __init__(self, state: State, now: float) -> None:
        """Start from *state*; *now* is in seconds since the epoch."""
        self.now = now
        self.effects: list[Effect] = []
        self.digest_key, self.mask_key = state.digest_key, state.mask_key
        self.apps: Table[str, AppState] = Table(state.apps)
        self.layouts = state.layouts
        self.clusters: Table[str, ClusterState] = Table(state.clusters)
        self.runs: Table[int, RunState] = Table(state.runs)
        self.queues: Table[str, tuple[tuple[Key, ...], ...]] = Table(state.queues)
        self.candidates: Table[str, Map[Key, None]] = Table(state.candidates)
        self.alarms = state.alarms
        self.previews: Table[int, RevertPlan] = Table(state.previews)
        self.leads, self.writing, self.auto_runs = state.leads, state.writing, state.auto_runs
        self._state = state
        self._subjects, self._rows = Many(state.subjects), Many(state.rows)
        self._tallies: Table[str, Tally] = Table(state.tallies)
        self._queued = Many(state.queued)
        self._new: dict[str, list[Key]] = {}  # what this step put into queues
        self.recorded: dict[str, dict[ObjectRef, InventoryRow]] = {}  # by app: found to be ours
        self._answers: Table[int, Answer] = Table(state.answers)
        self._restated: Table[int, Restated] = Table(state.restated)
        self._finished = state.finished
        self._told = state.events
        self._events: list[Event] = []

    # Apps and clusters -----------------------------------------------------------------------

    def app(self, name: str) -> AppState:
        """One app."""
        return self.apps[name]

    def put_app(self, app: AppState) -> AppState:
        """Replace one app."""
        self.apps[app.spec.name] = app
        return app

    def add_app(self, app: AppState) -> None:
        """Know one app more."""
        self._tallies[app.spec.name] = Tally()
        self.put_app(app)

    def drop_app(self, name: str) -> None:
        """Know an app no more of which nothing was ever read."""
        assert self.apps[name].source is None
        del self.apps[name], self._tallies[name]
        self.candidates.pop(name, None)
        self.queues.pop(name, None)

    def apps_of(self, cluster: str) -> tuple[AppState, ...]:
        """The apps that are meant for one cluster, or may be."""
        return tuple(app for app in self.apps.frozen.values() if app.is_of(cluster))

    def cluster(self, name: str) -> ClusterState:
        """One cluster."""
        return self.clusters[name]

    def may_write(self, cluster: str) -> bool:
        """Tell whether this session may write, and the settings let anybody write there."""
        return self.writing and not self.cluster(cluster).view.spec.read_only

    def put_cluster(self, cluster: ClusterState) -> ClusterState:
        """Replace one cluster."""
        self.clusters[cluster.view.spec.name] = cluster
        return cluster

    def tally(self, app: str) -> Tally:
        """How the rows of one app add up."""
        return self._tallies[app]

    # Objects ---------------------------------------------------------------------------------

    def subject(self, key: Key) -> Subject:
        """What is known of one object; nothing but its key if it was never seen."""
        return self._subjects.get(key) or unseen(key)

    def row(self, key: Key) -> Drift | None:
        """The row of one object."""
        return self._rows.get(key)

    @property
    def rows(self) -> Map[Key, Drift]:
        """Every row, in no order."""
        return self._rows.frozen

    @property
    def subjects(self) -> Map[Key, Subject]:
        """Everything that is known of objects, in no order."""
        return self._subjects.frozen

    def put(self, subject: Subject) -> None:
        """Replace what is known of one object; only `put_row` changes its row."""
        assert subject.row is self._rows.get(subject.key)
        self._subjects[subject.key] = subject

    def put_row(self, key: Key, row: Drift | None) -> None:
        """Put, replace or remove one row, and keep the totals of its app right."""
        before = self.row(key)
        if before is row or before == row:
            return  # an unchanged row stays the same object
        self._count(key.app, before, row)
        known = self._subjects.get(key)
        if row is None:
            del self._rows[key]
        else:
            self._rows[key] = row
        self.put(Subject(key, row) if known is None else replace(known, row=row))

    def doubt(self, key: Key) -> None:
        """A row was made with what no longer holds: it is made anew when it is judged again."""
        subject = self._subjects.get(key)
        if subject is not None and subject.row is not None and not subject.rejudge:
            self.put(replace(subject, rejudge=True))

    def forget(self, key: Key) -> None:
        """Know nothing of an object any more, but for the run that alone may still write it."""
        planned = self.subject(key).planned
        self.put_row(key, None)
        if key in self._subjects:
            del self._subjects[key]
        if planned is not None:
            self.put(Subject(key, planned=planned))

    def _count(self, app: str, before: Drift | None, after: Drift | None) -> None:
        tally = self._tallies[app]
        counts, ignored, confirming = dict(tally.counts), tally.ignored, tally.confirming
        moved, dropped, undesired = tally.moved, tally.dropped, tally.undesired
        for drift, sign, put in ((before, -1, without_key), (after, 1, with_key)):
            if drift is not None:
                dropped = put(dropped, drift.key) if drift.dropped else dropped
                undesired = put(undesired, drift.key) if drift.undesired else undesired
                counts[drift.verdict] = counts.get(drift.verdict, 0) + sign
                ignored += sign * len(drift.ignored)
                confirming += sign * drift.confirming
                moved += sign * is_moved(drift)
        self._tallies[app] = Tally(counts, ignored, confirming, moved, dropped, undesired)

    # What is to be done ----------------------------------------------------------------------

    def judge_again(self, key: Key) -> None:
        """Have one object judged again."""
        if key not in self._queued and self.apps[key.app].shown:
            self._queued[key] = None
            self._new.setdefault(key.app, []).append(key)

    def judge_all_again(self, keys: Iterable[Key]) -> None:
        """Have these objects judged again, in the order of their names."""
        for key in sorted(keys):
            self.judge_again(key)

    def queue(self, app: str) -> tuple[tuple[Key, ...], ...]:
        """What is to be judged of one app, in order, a bundle of keys after the other."""
        waiting = self.queues.get(app, ())
        fresh = self._new.pop(app, None)
        if fresh:
            bundles = (tuple(fresh[at : at + BUNDLE]) for at in range(0, len(fresh), BUNDLE))
            waiting = self.queues[app] = (*waiting, *bundles)
        return waiting

    def waiting(self) -> list[str]:
        """Name the apps of which something is to be judged, in the order of the settings."""
        for app in tuple(self._new):
            self.queue(app)
        queues = self.queues.frozen
        return [name for name in self.apps.frozen if queues.get(name)]

    def take(self, app: str, most: int) -> tuple[Key, ...]:
        """Take the first objects out of the queue of one app."""
        taken: list[Key] = []
        left: tuple[Key, ...] = ()
        waiting = self.queue(app)
        opened = 0
        while opened < len(waiting) and len(taken) < most:
            bundle, room = waiting[opened], most - len(taken)
            taken += bundle[:room]
            left = bundle[room:]
            opened += 1
        if taken:
            self.queues[app] = (left, *waiting[opened:]) if left else waiting[opened:]
            for key in taken:
                del self._queued[key]
        return tuple(taken)

    def is_whole(self, name: str) -> bool:
        """Tell whether an app is judged as a whole: nothing is pending, both sides are known."""
        app = self.app(name)
        return not self.queue(name) and is_known(app, self.cluster(app.spec.cluster))

    def offer(self, key: Key) -> None:
        """Have one object healed, once its app is known as a whole."""
        offered = self.candidates.get(key.app, NO_KEYS)
        if key not in offered:
            self.candidates[key.app] = offered.set(key, None)

    def withdraw(self, key: Key) -> None:
        """Do not heal an object that was offered."""
        offered = self.candidates.get(key.app, NO_KEYS)
        if key in offered:
            self.candidates[key.app] = offered.delete(key)

    def wake(self, key: Key, at: float) -> None:
        """Look at an object again at that time, whatever happens before."""
        self.alarms = self.alarms.set(key, min(at, self.alarms.get(key, at)))
        self.effects.append(WakeAt(at))

    # What is told ----------------------------------------------------------------------------

    def tell(  # noqa: PLR0913 - the fields of an event
        self,
        name: EventName,
        *,
        app: str = "",
        cluster: str = "",
        kind: KindRef | None = None,
        ref: ObjectRef | None = None,
        changes: tuple[FieldChange, ...] = (),
        revision: str = "",
        message: str = "",
        began: float = 0.0,
    ) -> None:
        """Add an event."""
        number = self._state.event_count + len(self._events) + 1
        called = self.cluster(cluster).view.called if cluster else None
        about = (app, cluster, kind, ref, changes, revision, message)
        self._events.append(Event(number, self.now, name, *about, called, began))

    def tell_of(
        self,
        name: EventName,
        row: Drift,
        *,
        changes: tuple[FieldChange, ...] | None = None,
        message: str = "",
    ) -> None:
        """Add an event about one object."""
        source = self.app(row.key.app).source
        self.tell(
            name,
            app=row.key.app,
            cluster=row.cluster,
            kind=row.kind,
            ref=row.key.ref,
            changes=row.changes if changes is None else changes,
            revision=source.revision.id if source else "",
            message=message,
            began=self.subject(row.key).began(name),
        )

    def name_writers(self, row: Drift) -> None:
        """Put into what was told of an object who it was, where that is known by now."""
        if not row.changes:
            return
        known = {(change.path, repr(change.live)): change.actor for change in row.changes}

        def named(event: Event) -> Event:
            if event.ref != row.key.ref or event.app != row.key.app:
                return event
            changes = tuple(
                replace(c, actor=known.get((c.path, repr(c.live))) or c.actor)
                for c in event.changes
            )
            return event if changes == event.changes else replace(event, changes=changes)

        self._told = tuple(map(named, self._told))

    def answer(self, request: int, answer: Answer) -> None:
        """Answer a request of a front end."""
        if isinstance(answer, RevertPlan):
            self._restated[request] = answer.restated
            answer = replace(answer, restated=())  # it holds Secrets, and no front end needs it
        self._answers[request] = answer
        for oldest in tuple(self._answers)[:-ANSWERS_KEPT]:
            del self._answers[oldest]
            self._restated.pop(oldest, None)

    def restored(self, shown: RevertPlan) -> RevertPlan | None:
        """Return a revert that was an answer with what is behind it; None if it was none."""
        for request, answer in self._answers.items():
            if answer == shown:
                return replace(shown, restated=self._restated.get(request, ()))
        return None

    def keep(self, run: Run) -> None:
        """Keep a run that ended for those who asked for it."""
        self._finished = (*self._finished, run)[-RUNS_KEPT:]

    def frozen(self) -> State:
        """Freeze: the next state."""
        for app in tuple(self._new):
            self.queue(app)
        events = self._told
        if self._events:
            events = (*events, *self._events)[-EVENTS_KEPT:]
        return State(
            at=self.now,
            apps=self.apps.frozen,
            layouts=self.layouts,
            clusters=self.clusters.frozen,
            runs=self.runs.frozen,
            subjects=self._subjects.frozen,
            rows=self._rows.frozen,
            tallies=self._tallies.frozen,
            queues=self.queues.frozen,
            queued=self._queued.frozen,
            candidates=self.candidates.frozen,
            alarms=self.alarms,
            finished=self._finished,
            events=events,
            event_count=self._state.event_count + len(self._events),
            answers=self._answers.frozen,
            restated=self._restated.frozen,
            previews=self.previews.frozen,
            leads=self.leads,
            writing=self.writing,
            digest_key=self.digest_key,
            mask_key=self.mask_key,
            auto_runs=self.auto_runs,
        )
