"""Where secret values turn into hashes: the last step before anything is shown or stored.

Comparison and dry-run use real values (a masked object is never compared, cached or sent); only
what leaves the comparison passes here.  Equal values get equal hashes within one run, also when the
same bytes are written as different base64, so that a person can see that two sides agree.
"""

import hashlib
import hmac
import operator
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import msgspec

from core.compare.equality.builtin import LAST_APPLIED
from core.compare.equality.scalars import decoded
from core.model import (
    Absent,
    FieldChange,
    Json,
    JsonObject,
    Masked,
    ObjectRef,
    Value,
)
from core.model.paths import Element, Member, Part, Parts, format_path, parse_path

_HEX_DIGITS: Final = 12
_SAME: Final = "both sides hold the same secret bytes, written as another text or type"
_SECRET_FIELDS: Final = frozenset({"data", "stringData"})


def is_secret_kind(kind: str) -> bool:
    """Tell whether objects of this kind hold secrets in `data`, by their name."""
    return "secret" in kind.lower()


def mask(changes: Sequence[FieldChange], ref: ObjectRef, *, key: bytes) -> tuple[FieldChange, ...]:
    """Hide the secret values in *changes* of one object.

    Args:
        changes: As `judge` returned them.
        ref: The object; its kind says what is secret.
        key: Of this run, so that hashes cannot be looked up in a table.

    Returns:
        The same changes; a secret value is a `Masked`, also inside a map or a list.
    """
    return tuple(_masked_change(change, ref.kind, key) for change in changes)


def mask_object(document: JsonObject, ref: ObjectRef, *, key: bytes) -> Value:
    """Hide the secret values in a whole object.

    Args:
        document: The object; it is itself not changed.
        ref: Its identity; its kind says what is secret.
        key: As for `mask`.
    """
    return _masked(document, (), ref.kind, key)


def masked_text(value: Value) -> Json:
    """Write *value*, whose secrets are hidden, as JSON: text stands where a secret is."""
    if isinstance(value, Masked):
        return f"(secret, sha256 {value.digest})"
    if isinstance(value, Mapping):
        return {name: masked_text(item) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [masked_text(item) for item in value]
    return value


def _masked_change(change: FieldChange, kind: str, key: bytes) -> FieldChange:
    parts = parse_path(change.path)
    git, live = (
        side if isinstance(side, Absent) else _masked(side, parts, kind, key)
        for side in (change.git, change.live)
    )
    shown = _masked_parts(parts, kind, key)
    if git is change.git and live is change.live and shown == parts:
        return change
    detail = (_SAME,) if git == live else ()
    change = replace(change, git=git, live=live, detail=detail)
    if shown == parts:
        return change
    # A note may name another entry; and a heal removes an entry by its path, which is hidden now.
    healable = change.healable and not isinstance(change.git, Absent)
    return replace(change, path=format_path(shown), place="", note="", healable=healable)


def _masked_parts(parts: Parts, kind: str, key: bytes) -> Parts:
    """Hide the values that name entries of a list in a field that holds secrets."""
    if not (is_secret_kind(kind) and parts[:1] and parts[0] in _SECRET_FIELDS):
        return parts
    return tuple(_masked_part(part, key) for part in parts)


def _masked_part(part: Part, key: bytes) -> Part:
    if isinstance(part, Member):
        return Member(_digest(msgspec.json.encode(part.value), key))
    if isinstance(part, Element):
        keys = ((name, _digest(msgspec.json.encode(value), key)) for name, value in part.keys)
        return Element(tuple(keys))
    return part


def _masked(value: Value, parts: Parts, kind: str, key: bytes) -> Value:
    """Mask what is secret at or below *parts*; return *value* itself if nothing is."""
    inside = parts[0] in _SECRET_FIELDS if parts and is_secret_kind(kind) else False
    if parts[-1:] == (LAST_APPLIED,) or (inside and not (len(parts) == 1 and _is_object(value))):
        return _hidden(value, parts, key)
    if isinstance(value, dict):
        masked = {name: _masked(item, (*parts, name), kind, key) for name, item in value.items()}
        return masked if any(masked[name] is not value[name] for name in value) else value
    if isinstance(value, list):
        items = [_masked(item, (*parts, at), kind, key) for at, item in enumerate(value)]
        return items if any(map(operator.is_not, items, value)) else value
    return value


def _is_object(value: Value) -> bool:
    return isinstance(value, dict)


def _hidden(value: Value, parts: Parts, key: bytes) -> Masked:
    if isinstance(value, str):
        content = decoded(value) if parts[:1] == ("data",) else None
        content = value.encode() if content is None else content
    else:
        content = msgspec.json.encode(value, order="sorted")
    return Masked(_digest(content, key))


def _digest(content: bytes, key: bytes) -> str:
    return hmac.new(key, content, hashlib.sha256).hexdigest()[:_HEX_DIGITS]
