"""A state under construction: what one step writes on before the next state is frozen.

Only `step` makes drafts, and none outlives it, so the functions of this package may write freely
and still be a pure function together.  A table is copied at the first write to it.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from core.model import (
    DRIFT_VERDICTS,
    Answer,
    Drift,
    Event,
    FieldChange,
    Key,
    Verdict,
)
from core.reconcile.memory.effects import Effect
from core.reconcile.memory.state import AppState, ClusterState, RunState, State

EVENTS_KEPT = 1000
ANSWERS_KEPT = 20
K = TypeVar("K")
V = TypeVar("V")


class Draft:
    """The next state, and the effects that lead on from it."""

    def __init__(self, state: State, now: float) -> None:
        """Start from *state*; *now* is in seconds since the epoch."""
        self.now = now
        self.effects: list[Effect] = []
        self._state = state
        self._events: list[Event] = []
        self._tables: dict[str, dict[Any, Any]] = {}
        self._values: dict[str, Any] = {}

    # Reading ---------------------------------------------------------------------------------

    @property
    def state(self) -> State:
        """The state as it was when the step began; for values that no step changes midway."""
        return self._state

    def table(self, name: str) -> Mapping[Any, Any]:
        """One table of the state, with what this step wrote to it."""
        changed = self._tables.get(name)
        if changed is not None:
            return changed
        found: Mapping[Any, Any] = getattr(self._state, name)
        return found

    def value(self, name: str) -> Any:  # noqa: ANN401 - one accessor for every plain field
        """One plain field of the state, with what this step wrote to it."""
        return self._values[name] if name in self._values else getattr(self._state, name)

    def app(self, name: str) -> AppState:
        """One app."""
        found: AppState = self.table("apps")[name]
        return found

    def apps(self) -> tuple[AppState, ...]:
        """Every app."""
        return tuple(self.table("apps").values())

    def cluster(self, name: str) -> ClusterState:
        """One cluster."""
        found: ClusterState = self.table("clusters")[name]
        return found

    def apps_of(self, cluster: str) -> tuple[AppState, ...]:
        """The apps meant for one cluster."""
        return tuple(app for app in self.apps() if app.spec.cluster == cluster)

    def row(self, key: Key) -> Drift | None:
        """The row of one object."""
        return self.table("rows").get(key)

    # Writing ---------------------------------------------------------------------------------

    def write(self, name: str) -> dict[Any, Any]:
        """One table, to be written to."""
        changed = self._tables.get(name)
        if changed is None:
            changed = self._tables[name] = dict(getattr(self._state, name))
        return changed

    def drop(self, name: str, key: object) -> None:
        """Remove one entry, if there."""
        if key in self.table(name):
            del self.write(name)[key]

    def put(self, **values: Any) -> None:  # noqa: ANN401
        """Set plain fields of the state."""
        self._values.update(values)

    def set_app(self, name: str, **changes: Any) -> AppState:  # noqa: ANN401
        """Replace fields of one app."""
        app = replace(self.app(name), **changes)
        self.write("apps")[name] = app
        return app

    def set_cluster(self, name: str, **changes: Any) -> ClusterState:  # noqa: ANN401
        """Replace fields of one cluster."""
        cluster = replace(self.cluster(name), **changes)
        self.write("clusters")[name] = cluster
        return cluster

    def set_run(self, number: int, **changes: Any) -> RunState:  # noqa: ANN401
        """Replace fields of one run."""
        run: RunState = replace(self.table("runs")[number], **changes)
        self.write("runs")[number] = run
        return run

    def set_row(self, key: Key, row: Drift | None) -> None:
        """Put, replace or remove one row, and keep the totals of its app right."""
        before = self.row(key)
        if before is row or before == row:
            return  # an unchanged row stays the same object
        app = self.app(key.app)
        counts = dict(app.counts)
        confirming, ignored = app.confirming, app.ignored
        for drift, sign in ((before, -1), (row, 1)):
            if drift is not None:
                counts[drift.verdict] = counts.get(drift.verdict, 0) + sign
                confirming += sign * drift.confirming
                ignored += sign * len(drift.ignored)
        self.set_app(key.app, counts=counts, confirming=confirming, ignored=ignored)
        if row is None:
            del self.write("rows")[key]
        else:
            self.write("rows")[key] = row

    def dirty(self, key: Key) -> None:
        """Have one object judged again."""
        if key not in self.table("dirty"):
            self.write("dirty")[key] = None

    def tell(self, name: str, **fields: Any) -> None:  # noqa: ANN401
        """Add an event."""
        sequence = self.value("event_count") + 1
        self.put(event_count=sequence)
        self._events.append(Event(sequence, self.now, name, **fields))

    def tell_of(
        self,
        name: str,
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
        )

    def answer(self, request: int, answer: Answer) -> None:
        """Answer a request of a front end."""
        answers = {**self.value("answers"), request: answer}
        self.put(answers=dict(list(answers.items())[-ANSWERS_KEPT:]))

    def frozen(self) -> State:
        """Freeze: the next state, or the same one when nothing was written."""
        changes: dict[str, Any] = {**self._tables, **self._values}
        if self._events:
            changes["events"] = (*self._state.events, *self._events)[-EVENTS_KEPT:]
        return replace(self._state, **changes) if changes else self._state


def is_drift(row: Drift | None) -> bool:
    """Tell whether a row counts as drift now."""
    return row is not None and row.verdict in DRIFT_VERDICTS


def in_sync(row: Drift | None) -> bool:
    """Tell whether a row is in sync, for good."""
    return row is not None and row.verdict is Verdict.IN_SYNC and not row.confirming
