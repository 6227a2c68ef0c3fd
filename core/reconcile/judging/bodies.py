"""Whole objects for a reader: as they are, and as they would be if each difference were put right.

What a rule ignores and what others own stays as it is on both sides, so only drift is apart.
"""

from collections.abc import Iterable, Iterator

import msgspec

from core.compare import masked_body, masked_text
from core.compare.equality.builtin import LAST_APPLIED
from core.model import (
    Absent,
    FieldChange,
    Json,
    JsonObject,
    Key,
    ObjectRef,
    Sides,
    SidesShown,
    Verdict,
)
from core.model.paths import locate, parse_path
from core.model.requests import Add, Operation, Remove, Replace
from core.reconcile.judging.extras import live_of
from core.reconcile.memory.draft import Draft
from core.remedy import edited


def shown(draft: Draft, keys: Iterable[Key]) -> SidesShown:
    """Return both sides of those objects that are known; secrets are hidden."""
    found = {key: sides for key in sorted(keys) if (sides := _sides(draft, key)) is not None}
    return SidesShown(found)


def _sides(draft: Draft, key: Key) -> Sides | None:
    row, app = draft.row(key), draft.app(key.app)
    if row is None:
        return None
    desired, sealed = app.desired.get(key.ref), app.is_sealed(key.ref)
    _, current = live_of(draft.cluster(app.spec.cluster), key.ref) or (None, None)
    if row.verdict is Verdict.MISSING and desired is not None:
        return Sides(None, _hidden(desired.body, key.ref, draft.mask_key, sealed=sealed))
    if current is None:
        return None
    live = _hidden(current.body, key.ref, draft.mask_key, sealed=sealed)
    live |= {"apiVersion": row.kind.api_version, "kind": row.kind.kind}  # of an EXTRA, metadata
    if row.verdict is Verdict.EXTRA:
        return Sides(live, None)
    git = edited(live, _operations(live, row.drifts))
    return Sides(live, git if isinstance(git, dict) else {})


def _operations(live: Json, drift: Iterable[FieldChange]) -> Iterator[Operation]:
    """Yield what puts the live object right, one difference after the other."""
    for change in drift:
        parts = parse_path(change.path)
        if isinstance(change.git, Absent):
            yield Remove(parse_path(change.place) if change.place else parts)
            continue
        if change.swaps:
            yield Remove(parse_path(change.place))
        value = masked_text(change.git)
        yield Replace(parts, value) if locate(live, parts) else Add(parts, value)


def _hidden(body: bytes, ref: ObjectRef, key: bytes, *, sealed: bool) -> JsonObject:
    """Return a whole object without its secrets and without what no reader compares."""
    document: JsonObject = msgspec.json.decode(body)
    meta = document.get("metadata")
    if isinstance(meta, dict):
        meta.pop("managedFields", None)
        notes = meta.get("annotations")
        if isinstance(notes, dict):
            notes.pop(LAST_APPLIED, None)
    return masked_body(document, ref, key=key, sealed=sealed)
