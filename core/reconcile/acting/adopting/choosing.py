"""What Git is to state where chosen fields are as they are in the cluster, or why it cannot."""

from collections.abc import Iterable

import msgspec

from core.compare import is_secret_kind
from core.model import (
    Absent,
    Cause,
    Desired,
    Document,
    Drift,
    FieldChange,
    FieldVerdict,
    Json,
    JsonObject,
    Key,
    Verdict,
)
from core.model.answers.adoptions import Adopted
from core.model.paths import Part, Parts, parse_path, position, value_at
from core.reconcile.acting.adopting.stripping import stripped
from core.reconcile.judging.judging import live_at, policy_of
from core.reconcile.memory.draft import Draft

_HIDDEN = "its values are secret, and would be written down in clear; edit it in Git"
_PENDING = "Git moved on and was not applied yet; a sync does that"
_SEALED = "its file is encrypted; edit it with sops"


def chosen(draft: Draft, key: Key, fields: frozenset[str]) -> Adopted | str:
    """Say what Git is to state of one object, or why it is left.

    Args:
        draft: What is known.
        key: The object.
        fields: Paths of the fields; without any, all that drifted.
    """
    row, app = draft.row(key), draft.app(key.app)
    if row is not None and row.verdict is Verdict.EXTRA:
        return _whole(draft, row)
    desired = app.desired.get(key.ref)
    if row is not None and row.verdict is Verdict.MISSING:
        return _gone(draft, row, desired, fields)
    if row is None or desired is None or row.verdict is Verdict.UNKNOWN:
        return "it cannot be judged now"
    if app.is_sealed(key.ref):
        return _SEALED
    if is_secret_kind(key.ref.kind):
        return _HIDDEN
    changes = tuple(change for change in row.changes if _is_chosen(row, change, fields))
    lacking = sorted(fields - {change.path for change in changes})
    if lacking:
        return f"{', '.join(lacking)} does not differ"
    live = live_at(draft.cluster(app.spec.cluster), desired.kind, key.ref)
    if live is None or not changes:
        pending = any(_is_pending(row, change) for change in row.changes)
        return _PENDING if pending else "nothing of it has drifted"
    there: JsonObject = msgspec.json.decode(live.body)
    body = taken(msgspec.json.decode(desired.document.body), there, changes)
    return Adopted(key, desired.document, msgspec.json.encode(body), changes)


def taken(stated: JsonObject, live: JsonObject, changes: Iterable[FieldChange]) -> Json:
    """Return what is stated with the live values of some fields in it."""
    found: Json = stated
    for change in changes:
        parts = parse_path(change.path)
        found = _put(found, parts, live, ())
        if change.swaps:  # another entry stands where Git has this one
            found = _put(found, parse_path(change.place), live, ())
    return found


def _gone(
    draft: Draft, row: Drift, desired: Desired | None, fields: frozenset[str]
) -> Adopted | str:
    """Say that Git is to drop an object which somebody deleted in the cluster, or why it is not."""
    if fields:
        return "it is not in the cluster, so no field of it can be taken"
    if row.cause is Cause.GIT_AHEAD or desired is None:
        return "nobody deleted it, as far as is known: Git states it, and it was not applied yet"
    if row.cause is not Cause.LIVE_CHANGED:
        return f"it was deleted, and {_PENDING}; or take it away with git"
    if draft.app(row.key.app).is_sealed(row.key.ref):
        return "its file is encrypted; take it away with git"
    return Adopted(row.key, desired.document, b"", actor=row.actor)


def _whole(draft: Draft, row: Drift) -> Adopted | str:
    """Say what a file of an object would be that Git does not state yet."""
    key, app = row.key, draft.app(row.key.app)
    if row.cause is Cause.GIT_AHEAD:
        return "Git dropped it; revert the commit that did"
    if is_secret_kind(key.ref.kind):
        return _HIDDEN
    if any(each.document.made is not None for each in app.desired.values()):
        return "the app is rendered; add a file of it to what it is rendered from"
    live = live_at(draft.cluster(app.spec.cluster), row.kind, key.ref)
    if live is None:
        return "no more than its name is read here; commit a file of it with git"
    body = stripped(msgspec.json.decode(live.body), policy_of(app.spec).classes)
    if body is None:
        return "the server does not tell who set what in it; commit a file of it with git"
    document = Document(row.kind, key.ref.namespace or None, key.ref.name, b"", "", 0, 0)
    return Adopted(key, document, msgspec.json.encode(body), actor=row.actor)


def _is_chosen(row: Drift, change: FieldChange, fields: frozenset[str]) -> bool:
    if fields:
        return change.path in fields and change.verdict is not FieldVerdict.WARN
    return change.verdict is FieldVerdict.DRIFT and not _is_pending(row, change)


def _is_pending(row: Drift, change: FieldChange) -> bool:
    """Tell whether Git moved on in a field: to adopt that would undo somebody's commit unasked."""
    drifted = change.verdict is FieldVerdict.DRIFT
    return drifted and (change.cause or row.cause) is Cause.GIT_AHEAD


def pending(draft: Draft, adopted: Adopted) -> tuple[str, ...]:
    """Name the fields of an object in which Git moved on, which are left alone."""
    row = draft.row(adopted.key)
    changes = row.changes if row is not None else ()
    mine = {change.path for change in adopted.changes}
    return tuple(
        change.path
        for change in changes
        if row is not None and change.path not in mine and _is_pending(row, change)
    )


def _put(stated: Json, parts: Parts, live: JsonObject, above: Parts) -> Json:
    """Return a value with what is live at a place in it, made or taken away as needed."""
    part, rest, here = parts[0], parts[1:], (*above, parts[0])
    wanted = value_at(live, (*here, *rest))
    if isinstance(part, str):
        mapping = dict(stated) if isinstance(stated, dict) else {}
        if rest and (part in mapping or not isinstance(wanted, Absent)):
            mapping[part] = _put(mapping.get(part), rest, live, here)
        elif isinstance(wanted, Absent):
            mapping.pop(part, None)
        else:
            mapping[part] = wanted
        return mapping
    items = list(stated) if isinstance(stated, list) else []
    at = position(items, part)
    if at is None:
        return _with_entry(items, part, live, above)
    if rest:
        items[at] = _put(items[at], rest, live, here)
    elif isinstance(wanted, Absent):
        del items[at]
    else:
        items[at] = wanted
    return items


def _with_entry(items: list[Json], part: Part, live: JsonObject, above: Parts) -> list[Json]:
    """Put in a whole entry that is live, where it stands there."""
    theirs = value_at(live, above)
    at = position(theirs, part) if isinstance(theirs, list) else None
    if at is None or not isinstance(theirs, list):
        return items
    place = min(at, len(items))
    return [*items[:place], theirs[at], *items[place:]]
