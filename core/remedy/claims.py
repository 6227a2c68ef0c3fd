"""What an apply would come to own: whether it would change anything but values.

An apply does two things: it sets values, and it makes fields ours.  Where the live object's own
managedFields say that exactly the fields that would be sent are ours by an apply already, and no
value differs, it would do neither, and is left out.  In doubt it is sent: it is then one write
too many, never one too few.
"""

from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

import msgspec

from core.compare.equality.lists import KeyValues, entries, field_of, members
from core.compare.equality.schema import Node
from core.compare.evidence.ownership import ALONE, SELF, Owner, Owners
from core.compare.evidence.writers import MANAGER
from core.model import Json, JsonObject, KindRef, Live, mapping_of
from core.model.paths import Element, Parts, format_field

_NAME: Final = f'"{MANAGER}"'.encode()  # as it stands in managedFields
_KIND: Final = frozenset({"apiVersion", "kind"})
_NAMED: Final = frozenset({"name", "namespace"})
_UNREADABLE: Final = (msgspec.MsgspecError, RecursionError)


class _Entry(msgspec.Struct, rename="camel"):
    manager: str = ""
    operation: str = ""
    subresource: str = ""
    api_version: str = ""
    fields: msgspec.Raw = msgspec.field(default=msgspec.Raw(b"{}"), name="fieldsV1")


E = TypeVar("E", Owner, _Entry)  # as everything else of an object is read, or by itself


class _Metadata(msgspec.Struct, rename="camel"):
    managed_fields: list[_Entry] | None = None


class _Head(msgspec.Struct):
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)


_head: Final = msgspec.json.Decoder(_Head)  # of an object; the rest is not even read
_object: Final = msgspec.json.Decoder(dict)


def applied_by_us(owners: Owners, kind: KindRef) -> Owner | None:
    """Return the entry of our own applies at the version Git writes, if there is one."""
    return _ours(owners.entries, kind)


def is_applied_by_us(live: Live) -> bool:
    """Tell whether any apply of ours stands in an object, at whatever version."""
    return any((each.manager, each.operation) == (MANAGER, "Apply") for each in _entries(live))


def fields_applied(live: Live, kind: KindRef) -> JsonObject | None:
    """Return what `applied_by_us` finds in an object as the server returned it: its fields."""
    ours = _ours(_entries(live), kind)
    return _read(ours.fields) if ours is not None else None


def _ours(entries: Iterable[E], kind: KindRef) -> E | None:
    for each in entries:
        if (each.manager, each.operation, each.subresource) == (MANAGER, "Apply", ""):
            return each if each.api_version == kind.api_version else None
    return None


def _read(fields: msgspec.Raw) -> JsonObject | None:
    try:
        found: JsonObject = _object.decode(fields)
    except _UNREADABLE:
        return None
    return found


def _entries(live: Live) -> list[_Entry]:
    """Read managedFields; what is malformed, or not even names us, is nothing of ours."""
    body = live.body
    if _NAME not in body:
        return []
    try:
        return _head.decode(body).metadata.managed_fields or []
    except _UNREADABLE:
        return []


def is_claimed(
    sent: JsonObject, fields: JsonObject, root: Node, going: tuple[Parts, ...] = ()
) -> bool:
    """Tell whether an apply of *sent* would find its fields, and no others, ours already.

    Both are walked side by side: this is asked of every object on the first day, and making two
    sets of paths of it took three times as long.

    Args:
        sent: The body of the apply.
        fields: What managedFields list for our own applies.
        root: What the schema says about the kind: how lists are divided.
        going: What is removed anyway, and from every owner.
    """
    for parts in going:
        fields = _without(fields, parts)
    return _hold_each(fields, _unnamed(sent), root)


def _holds(fields: Json, value: Json, node: Node) -> bool:
    """Tell whether managedFields list of a value just what an apply of it would come to own.

    That is leaves, and entries of lists as such.
    """
    if not isinstance(fields, dict):
        return False
    if isinstance(value, dict) and value and not node.atomic:
        return _hold_each(fields, value, node)
    if isinstance(value, list) and value:
        keyed = entries(value, node)
        if keyed is not None:
            return _hold_entries(fields, keyed, node)
        unique = members(value, node)
        if unique is not None:
            return fields.keys() - ALONE == set(map(format_field, unique))
    return fields.keys() <= ALONE


def _hold_each(fields: JsonObject, value: JsonObject, node: Node) -> bool:
    if len(fields) != len(value) + (SELF in fields):
        return False
    for key, item in value.items():
        inner = fields.get(f"f:{key}")
        if inner is None or not _holds(inner, item, node.fields[key]):
            return False
    return True


def _hold_entries(fields: JsonObject, keyed: Mapping[KeyValues, JsonObject], node: Node) -> bool:
    if len(fields) != len(keyed) + (SELF in fields):
        return False
    for keys, item in keyed.items():
        inner = fields.get(field_of(node.keys, keys))
        # An entry that is owned whole counts as not ours: its fields are listed nowhere.  Left out,
        # that apply comes later and moves members of sets (measured).
        if not isinstance(inner, dict) or SELF not in inner:
            return False
        if not _hold_each(inner, item, node.items):
            return False
    return True


def _without(fields: JsonObject, parts: Parts) -> JsonObject:
    """Return what an entry lists but for what is at one place, and for what holds nothing else."""
    name = format_field(parts[0])
    inner = fields.get(name)
    if not isinstance(inner, dict):
        return fields
    left = _without(inner, parts[1:]) if len(parts) > 1 else {}
    rest = {key: item for key, item in fields.items() if key != name}
    is_listed = SELF in left if isinstance(parts[0], Element) else left.keys() - ALONE
    return {**rest, name: left} if is_listed else rest


def _unnamed(sent: JsonObject) -> JsonObject:
    """Leave out what managedFields never list: which object it is."""
    stated = {key: item for key, item in sent.items() if key not in _KIND}
    metadata = stated.pop("metadata", None)
    named = mapping_of(metadata)
    rest = {key: item for key, item in named.items() if key not in _NAMED}
    return {**stated, "metadata": rest} if rest else stated
