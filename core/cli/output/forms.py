"""The JSON that programs read: the schema of `driftdeck diff -o json` and of `--headless`."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, TypeAlias

from core.model import (
    Absent,
    Actor,
    AppView,
    ClusterName,
    Commit,
    Drift,
    Event,
    FieldChange,
    Health,
    Healths,
    Held,
    Json,
    JsonObject,
    Key,
    KindRef,
    ObjectRef,
    Origin,
    Seen,
    Snapshot,
    Verdict,
    as_json,
)
from core.model.answers.comparisons import Likeness

SCHEMA: Final = "driftdeck.dev/v1"
Past: TypeAlias = Mapping[Key, Likeness]
NO_PAST: Final[Past] = MappingProxyType({})


def diff_form(
    snapshot: Snapshot, *, everything: bool, healths: Healths | None = None, past: Past = NO_PAST
) -> JsonObject:
    """Put a whole snapshot into the form of `diff -o json`, with what else was asked."""
    shown = listed(snapshot, everything=everything)
    complete = all(app.complete and not app_problem(app) for app in snapshot.apps)
    untaken = Counter(row.key.app for row in snapshot.rows.values() if row.untaken)
    return {
        "schema": SCHEMA,
        "complete": complete,
        "apps": [
            {**_app_form(app, snapshot.called(app.spec.cluster)), "untaken": untaken[app.spec.name]}
            for app in snapshot.apps
        ],
        "objects": [
            {
                **_object_form(row, snapshot.called(row.cluster)),
                "health": _health_form(healths.of.get(row.key) if healths else None),
                **({"past": _past_form(past[row.key])} if row.key in past else {}),
            }
            for row in shown
        ],
    }


def listed(snapshot: Snapshot, *, everything: bool) -> list[Drift]:
    """Return the rows that are printed, in order."""
    rows = sorted(snapshot.rows.values(), key=lambda row: row.key)
    return [row for row in rows if everything or row.verdict is not Verdict.IN_SYNC]


def app_problem(app: AppView) -> str:
    """Say in one line what stops an app or parts of it; "" when nothing does."""
    return "; ".join(problems_of(app))


def problems_of(app: AppView) -> tuple[str, ...]:
    """List what stops an app or parts of it, each once."""
    return tuple(
        dict.fromkeys(part for part in (str(app.problem or ""), *app.file_problems) if part)
    )


def event_form(event: Event) -> JsonObject:
    """Put one event into the form of a `--headless` line; what does not apply is null."""
    return {
        "ts": time_text(event.time),
        "event": event.name,
        "app": event.app or None,
        **cluster_form(event.called),
        "object": _identity(event.kind, event.ref),
        "changes": changes_form(event.changes) or None,
        "revision": event.revision or None,
        "message": event.message or None,
    }


def time_text(seconds: float) -> str:
    """Write seconds since the epoch as RFC 3339 in UTC, to the millisecond."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def line_of(form: JsonObject) -> str:
    """Write one object on one line of ASCII, so that no terminal can be steered by it."""
    return json.dumps(form, ensure_ascii=True, separators=(",", ":")) + "\n"


def page_of(form: JsonObject) -> str:
    """Write one object for a person's eyes too; ASCII all the same."""
    return json.dumps(form, ensure_ascii=True, indent=2) + "\n"


def changes_form(changes: Iterable[FieldChange]) -> list[Json]:
    """Put changes into the form that diff and headless share."""
    return [_change_form(change) for change in changes]


def cluster_form(called: ClusterName) -> JsonObject:
    """Name a cluster as the settings do, and by the context and the user behind that name."""
    return {
        "cluster": called.stated or None,
        "context": called.context or None,
        "user": called.user or None,
    }


def _app_form(app: AppView, called: ClusterName) -> JsonObject:
    return {
        "name": app.spec.name,
        **cluster_form(called),
        "repo": app.spec.repo,
        "revision": app.revision.id if app.revision else None,
        "path": app.spec.path,
        "problem": app_problem(app) or None,
        "unseen": list(app.unseen),
        "inventory": app.inventory or None,
        "held": _held_form(app.held),
        "counts": {verdict.value: app.counts.get(verdict, 0) for verdict in Verdict},
        "ignored": app.ignored,
        "no_manifests": list(app.others),
    }


def _held_form(held: Held | None) -> JsonObject | None:
    """Why it is not healed for now, and until when; a pause names who set it, and why."""
    if held is None:
        return None
    return {
        "by": held.by.value,
        "until": time_text(held.until) if held.until is not None else None,
        "message": held.words,
        "author": held.pause.author if held.pause is not None else None,
        "reason": held.pause.reason if held.pause is not None else None,
    }


def _object_form(row: Drift, called: ClusterName) -> JsonObject:
    return {
        "app": row.key.app,
        **cluster_form(called),
        **identity_of(row.kind, row.key.ref),
        "verdict": row.verdict.value,
        "cause": row.cause.value if row.cause else None,
        "confirmed_by": row.confirmed_by.value,
        "resource_version": row.stamp.version if row.stamp is not None else None,
        "judged_at": time_text(row.judged_at) if row.judged_at else None,
        "reason": row.reason or row.problem or (row.held.words if row.held else None),
        "held": _held_form(row.held),
        "untaken": row.untaken,
        "tracked_by": row.tracked_by or None,
        "actor": _actor_form(row.actor) if row.actor else None,
        "origin": origin_form(row.origin) if row.origin else None,
        "changes": changes_form(row.changes),
        "ignored": changes_form(row.ignored),
    }


def _health_form(health: Health | None) -> JsonObject | None:
    """Say whether an object works; null where it is not there, or was not looked at."""
    if health is None:
        return None
    return {"state": health.state.value, "message": health.words or None}


def _past_form(found: Likeness) -> JsonObject:
    """Say between which commits Git stated an object as it is; null where none did, or no end."""
    return {
        "since": _commit_form(found.since) if found.since is not None else None,
        "until": _commit_form(found.until) if found.until is not None else None,
        "statements": found.statements,
        "problem": found.problem or None,
    }


def _commit_form(commit: Commit) -> JsonObject:
    form: JsonObject = {"commit": commit.id, "author": commit.author, "date": commit.date}
    return form | {"subject": commit.subject}


def _identity(kind: KindRef | None, ref: ObjectRef | None) -> JsonObject | None:
    return identity_of(kind, ref) if kind and ref else None


def identity_of(kind: KindRef, ref: ObjectRef) -> JsonObject:
    """Name one object as Git writes its kind."""
    return {
        "api_version": kind.api_version,
        "kind": kind.kind,
        "namespace": ref.namespace or None,
        "name": ref.name,
    }


def _change_form(change: FieldChange) -> JsonObject:
    form: JsonObject = {"path": change.path, "verdict": change.verdict.value}
    if not isinstance(change.live, Absent):  # an absent field has no key: null is a value
        form["live"] = as_json(change.live)
    if not isinstance(change.git, Absent):
        form["git"] = as_json(change.git)
    form["cause"] = change.cause.value if change.cause else None
    form["class"] = change.info.value if change.info else None
    form["note"] = change.note or None
    form["healable"] = change.healable
    form["detail"] = list(change.detail)
    form["seen"] = _seen_form(change.seen) if change.seen else None
    form["actor"] = _actor_form(change.actor) if change.actor else None
    form["origin"] = origin_form(change.origin) if change.origin else None
    return form


def _seen_form(seen: Seen) -> JsonObject:
    form: JsonObject = {"at": seen.at, "since": seen.since or None}
    form["from_version"], form["to_version"] = seen.from_version, seen.to_version
    for key, value in (("before", seen.before), ("after", seen.after)):
        if not isinstance(value, Absent):
            form[key] = as_json(value)
    return form


def _actor_form(actor: Actor) -> JsonObject:
    return {
        "manager": actor.manager,
        "operation": actor.operation,
        "subresource": actor.subresource,
        "time": actor.time,
        "observed_at": actor.observed_at,
        "user": actor.user,
        "confidence": actor.confidence,
        "verb": actor.verb,
        "user_agent": actor.user_agent,
        "suspects": list(actor.suspects),
    }


def origin_form(origin: Origin) -> JsonObject:
    """Put what states a field into the form of `diff -o json`."""
    return {
        "file": origin.file or None,
        "line": origin.line or None,
        "commit": origin.commit or None,
        "author": origin.author or None,
        "date": origin.date or None,
        "subject": origin.subject or None,
        "note": origin.note or None,
    }
