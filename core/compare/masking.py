"""Where secret values turn into hashes: the last step before anything is shown or stored.

Comparison and dry-run use real values (a masked object is never compared, cached or sent); only
what leaves the comparison passes here.  Equal values get equal hashes within one run, also when the
same bytes are written as different base64, so that a person can see that two sides agree.
"""

import hashlib
import hmac
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
    mapping_of,
)
from core.model.paths import Element, Member, Part, Parts, format_path, parse_path

_HEX_DIGITS: Final = 12
_SAME: Final = "both sides hold the same secret bytes, written as another text or type"
_SECRET_FIELDS: Final = frozenset({"data", "stringData"})
_IDENTITY: Final = frozenset(
    {
        ("apiVersion",),
        ("kind",),
        *(("metadata", name) for name in ("name", "namespace", "uid", "resourceVersion")),
        *(("metadata", name) for name in ("generation", "creationTimestamp")),
    }
)


def is_secret_kind(kind: str) -> bool:
    """Tell whether objects of this kind hold secrets in `data`, by their name."""
    return "secret" in kind.lower()


def mask(
    changes: Sequence[FieldChange], ref: ObjectRef, *, key: bytes, sealed: bool = False
) -> tuple[FieldChange, ...]:
    """Hide the secret values in *changes* of one object.

    Args:
        changes: As `judge` returned them.
        ref: The object; its kind says what is secret.
        key: Of this run, so that hashes cannot be looked up in a table.
        sealed: Its file in Git is encrypted: everything is secret, whatever the kind.

    Returns:
        The same changes; a secret value is a `Masked`, also inside a map or a list.
    """
    fence = _Fence.of(ref, sealed=sealed)
    return tuple(_masked_change(change, fence, key) for change in changes)


def mask_object(document: JsonObject, ref: ObjectRef, *, key: bytes, sealed: bool = False) -> Value:
    """Hide the secret values in a whole object.

    Args:
        document: The object; it is itself not changed.
        ref: Its identity; its kind says what is secret.
        key: As for `mask`.
        sealed: As for `mask`.
    """
    return _masked(document, (), _Fence.of(ref, sealed=sealed), key)


def masked_text(value: Value) -> Json:
    """Write *value*, whose secrets are hidden, as JSON: text stands where a secret is."""
    if isinstance(value, Masked):
        return f"(secret, sha256 {value.digest})"
    if isinstance(value, Mapping):
        return {name: masked_text(item) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [masked_text(item) for item in value]
    return value


def masked_body(
    document: JsonObject, ref: ObjectRef, *, key: bytes, sealed: bool = False
) -> JsonObject:
    """Write a whole object as JSON, its secrets hidden; arguments as for `mask_object`."""
    return mapping_of(masked_text(mask_object(document, ref, key=key, sealed=sealed)))


@dataclass(frozen=True, slots=True)
class _Fence:
    """Which fields of one object are secret."""

    by_kind: bool  # `data` and `stringData`
    sealed: bool  # all but what tells the object from others

    @classmethod
    def of(cls, ref: ObjectRef, *, sealed: bool) -> "_Fence":
        return cls(is_secret_kind(ref.kind), sealed)

    def hides(self, parts: Parts) -> bool:
        """Tell whether what is at or below *parts* is secret."""
        if self.by_kind and parts[:1] and parts[0] in _SECRET_FIELDS:
            return True
        return self.sealed and bool(parts) and parts not in _IDENTITY

    def hides_whole(self, parts: Parts, value: Value) -> bool:
        """Tell whether a value becomes one hash, with nothing of its shape."""
        if not self.hides(parts):
            return False
        named = isinstance(value, dict) and (self.sealed or len(parts) == 1)
        return not named and not (self.sealed and isinstance(value, list))


def _masked_change(change: FieldChange, fence: _Fence, key: bytes) -> FieldChange:
    parts = parse_path(change.path)
    git, live = (
        side if isinstance(side, Absent) else _masked(side, parts, fence, key)
        for side in (change.git, change.live)
    )
    shown = _masked_parts(parts, fence, key)
    if git is change.git and live is change.live and shown == parts:
        return change
    detail = (_SAME,) if git == live else ()
    change = replace(change, git=git, live=live, detail=detail)
    if shown == parts:
        return change
    # A note may name another entry; and a heal removes an entry by its path, which is hidden now.
    healable = change.healable and not isinstance(change.git, Absent)
    return replace(change, path=format_path(shown), place="", note="", healable=healable)


def _masked_parts(parts: Parts, fence: _Fence, key: bytes) -> Parts:
    """Hide the values that name entries of a list in a field that holds secrets."""
    if not fence.hides(parts):
        return parts
    return tuple(_masked_part(part, key) for part in parts)


def _masked_part(part: Part, key: bytes) -> Part:
    if isinstance(part, Member):
        return Member(_digest(msgspec.json.encode(part.value), key))
    if isinstance(part, Element):
        keys = ((name, _digest(msgspec.json.encode(value), key)) for name, value in part.keys)
        return Element(tuple(keys))
    return part


def _masked(value: Value, parts: Parts, fence: _Fence, key: bytes) -> Value:
    """Mask what is secret at or below *parts*; return *value* itself if nothing is."""
    if parts[-1:] == (LAST_APPLIED,) or fence.hides_whole(parts, value):
        encoded = fence.by_kind and parts[:1] == ("data",)
        return _hidden(value, key, encoded=encoded)
    if isinstance(value, dict):
        masked = {name: _masked(item, (*parts, name), fence, key) for name, item in value.items()}
        return masked if any(masked[name] is not value[name] for name in value) else value
    if isinstance(value, list):
        items = [_masked(item, (*parts, at), fence, key) for at, item in enumerate(value)]
        return items if any(map(operator.is_not, items, value)) else value
    return value


def _hidden(value: Value, key: bytes, *, encoded: bool) -> Masked:
    if isinstance(value, str):
        content = decoded(value) if encoded else None
        content = value.encode() if content is None else content
    else:
        content = msgspec.json.encode(value, order="sorted")
    return Masked(_digest(content, key))


def _digest(content: bytes, key: bytes) -> str:
    return hmac.new(key, content, hashlib.sha256).hexdigest()[:_HEX_DIGITS]
