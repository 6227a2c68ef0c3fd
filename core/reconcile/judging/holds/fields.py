"""Fields that are left for now, while others of the object are healed.

Rules of the settings leave them whoever wrote them (`no_heal`); an edit may have to be of some age
first, by the class of who made it (`heal_after`).
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import msgspec

from core.compare import Evidence, OwnerClass, absence, class_of, presence, spared
from core.compare.equality.schema import UNKNOWN
from core.model import (
    AppSpec,
    Cause,
    Drift,
    FieldChange,
    Held,
    HeldBy,
    JsonObject,
    Verdict,
    epoch_of,
)
from core.model.paths import parse_path
from core.reconcile.judging.extras import live_of
from core.reconcile.memory.draft import Draft

NOTHING: Mapping[str, Held] = {}


def held_fields(draft: Draft, row: Drift) -> Mapping[str, Held]:
    """Name the fields of an object that are left for now, and why; "" is a missing object."""
    spec = draft.app(row.key.app).spec
    if not (spec.no_heal or spec.heal_after):
        return NOTHING
    if row.verdict is Verdict.MISSING:
        return dict(_absence(draft, row))
    if row.verdict is Verdict.EXTRA:
        return dict(_presence(draft, row))
    if row.verdict is not Verdict.DRIFTED:
        return NOTHING
    return dict(_young(spec, row, draft.now)) | dict(_ruled(draft, row))


def held_words(fields: Mapping[str, Held], row: Drift) -> Held | None:
    """Say of an object which of its fields are left, and when the first of them is healed."""
    if not fields:
        return None
    told: dict[str, list[str]] = {}
    for path, held in fields.items():
        told.setdefault(held.words, []).append(path)
    whole = len(fields) == len(row.drifts) or "" in fields
    named = (words if whole else f"{', '.join(paths)}: {words}" for words, paths in told.items())
    untils = [held.until for held in fields.values() if held.until is not None]
    by = HeldBy.WRITER if untils else HeldBy.RULE
    return Held(by, "; ".join(named), min(untils, default=None))


# Rules ------------------------------------------------------------------------------------------


def _absence(draft: Draft, row: Drift) -> Iterator[tuple[str, Held]]:
    app = draft.app(row.key.app)
    desired = app.desired.get(row.key.ref)
    note = absence(app.spec.no_heal, desired) if app.spec.no_heal and desired is not None else ""
    if note:
        yield "", _by_rule(note)


def _presence(draft: Draft, row: Drift) -> Iterator[tuple[str, Held]]:
    spec = draft.app(row.key.app).spec
    found = live_of(draft.cluster(spec.cluster), row.key.ref)
    note = presence(spec.no_heal, row.key.ref, found[1]) if spec.no_heal and found else ""
    if note:
        yield "", _by_rule(note)


def _ruled(draft: Draft, row: Drift) -> Iterator[tuple[str, Held]]:
    app = draft.app(row.key.app)
    cluster, desired = draft.cluster(app.spec.cluster), app.desired.get(row.key.ref)
    kind = cluster.kinds.get(row.kind)
    objects = kind.objects_in(row.key.ref.namespace) if kind is not None else None
    live = objects.get(row.key.ref) if objects is not None else None
    if not app.spec.no_heal or kind is None or desired is None or live is None:
        return
    git: JsonObject = msgspec.json.decode(desired.body)
    evidence = Evidence(msgspec.json.decode(live.body, type=dict), _classes(app.spec))
    root = kind.schema.root if kind.schema is not None else UNKNOWN
    left = spared(app.spec.no_heal, desired, git, evidence, root)
    for change in row.drifts:
        parts = parse_path(change.path)
        note = next((each.note for each in left if each.meets(parts)), "")
        if note:
            yield change.path, _by_rule(note)


def _by_rule(note: str) -> Held:
    return Held(HeldBy.RULE, f"never healed unasked: {note.removeprefix('ignored ')} (no_heal)")


# Writers ----------------------------------------------------------------------------------------


def _young(spec: AppSpec, row: Drift, now: float) -> Iterator[tuple[str, Held]]:
    ages = dict(spec.heal_after)
    if not ages:
        return
    for change in row.drifts:
        if change.cause is Cause.GIT_AHEAD:
            continue
        manager = change.manager
        kind = OwnerClass.UNKNOWN if manager is None else class_of(manager, _classes(spec))
        until = _written_at(change, row, now) + ages.get(kind, 0.0)
        if until > now:
            when = datetime.fromtimestamp(until, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
            who = f"{kind} ({manager})" if manager else "nobody known"
            words = f"written by {who} a moment ago: healed at {when} (heal_after)"
            yield change.path, Held(HeldBy.WRITER, words, until)


def _written_at(change: FieldChange, row: Drift, now: float) -> float:
    """When a field was written: as our watch saw it, else its owner's last write at the latest."""
    actor = change.actor
    told = (
        change.seen.at if change.seen is not None else None,
        actor.observed_at if actor is not None else None,
        actor.time if actor is not None else None,
    )
    known = next((epoch_of(text) for text in told if text), None)
    return min(now, known if known is not None else row.since or now)


def _classes(spec: AppSpec) -> Mapping[str, OwnerClass]:
    return {name: OwnerClass(word) for name, word in spec.managers}
