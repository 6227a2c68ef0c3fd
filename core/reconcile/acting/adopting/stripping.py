"""A live object without what the cluster itself put into it: what somebody could have committed.

managedFields tells: what people and their tools set is kept, defaults that the server filled in
when they did among it; what was allocated later, and what controllers wrote, is not.
"""

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from core.compare import OwnerClass, Owners
from core.model import ABSENT, Absent, Json, JsonObject
from core.model.paths import Element, Member, is_entry, parse_field

_Fields: TypeAlias = Mapping[str, Json]  # a part of fieldsV1
_SELF: Final = "."
_LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
_NOT_THEIRS: Final = frozenset({OwnerClass.CONTROLLER, OwnerClass.NONE})


def stripped(live: JsonObject, classes: Mapping[str, OwnerClass]) -> JsonObject | None:
    """Return what of an object Git could state; None where nobody knows who set what."""
    owners = Owners.parse(live, classes)
    fields = [o.fields for o in owners.entries if not o.subresource and o.kind not in _NOT_THEIRS]
    found = _kept({k: v for k, v in live.items() if k != "status"}, fields)
    if not isinstance(found, dict) or not found:
        return None
    given = live["metadata"]
    assert isinstance(given, dict)
    metadata = found.get("metadata")
    kept: JsonObject = dict(metadata) if isinstance(metadata, dict) else {}
    annotations = kept.pop("annotations", None)
    if isinstance(annotations, dict):
        mine = {name: value for name, value in annotations.items() if name != _LAST_APPLIED}
        kept |= {"annotations": mine} if mine else {}
    named = {name: given[name] for name in ("name", "namespace") if name in given}
    head: JsonObject = {"apiVersion": live["apiVersion"], "kind": live["kind"]}
    return head | {"metadata": named | kept} | {k: v for k, v in found.items() if k != "metadata"}


def _kept(value: Json, fields: Sequence[_Fields]) -> Json | Absent:
    """Keep what *fields* list at or inside a value."""
    if any(not each for each in fields):
        return value  # a leaf: all of it
    if isinstance(value, dict):
        inner = {name: _kept(item, _below(fields, f"f:{name}")) for name, item in value.items()}
        found: JsonObject = {k: v for k, v in inner.items() if not isinstance(v, Absent)}
        return found if found or any(_SELF in each for each in fields) else ABSENT
    if isinstance(value, list):
        items = [_kept_item(item, fields) for item in value]
        return [item for item in items if not isinstance(item, Absent)] or ABSENT
    return ABSENT


def _below(fields: Sequence[_Fields], name: str) -> list[_Fields]:
    return [inner for each in fields if isinstance(inner := each.get(name), dict)]


def _kept_item(item: Json, fields: Sequence[_Fields]) -> Json | Absent:
    """Keep an entry of a list that is named by its keys, or a member of a set."""
    inner: list[_Fields] = []
    for each in fields:
        for name, below in each.items():
            part = parse_field(name)
            if isinstance(part, Member) and part.value == item:
                return item
            if isinstance(part, Element) and is_entry(item, part) and isinstance(below, dict):
                inner.append(below)
    return _kept(item, inner) if inner else ABSENT
