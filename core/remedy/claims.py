"""What an apply would come to own: whether it would change anything but values.

An apply does two things: it sets values, and it makes fields ours.  Where the live object's own
managedFields say that exactly the fields that would be sent are ours by an apply already, and no
value differs, it would do neither, and is left out.  In doubt it is sent: it is then one write
too many, never one too few.
"""

from typing import Final

import msgspec

from core.compare.equality.lists import element, entries, members
from core.compare.equality.schema import Node
from core.compare.evidence.ownership import Owner, Owners, listed
from core.compare.evidence.writers import MANAGER
from core.model import Json, JsonObject, KindRef, Live
from core.model.paths import Parts

_NAME: Final = f'"{MANAGER}"'.encode()  # as it stands in managedFields
_IDENTITY = frozenset({("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace")})


def applied_by_us(owners: Owners, kind: KindRef) -> Owner | None:
    """Return the entry of our own applies at the version Git writes, if there is one."""
    for owner in owners.entries:
        if (owner.manager, owner.operation, owner.subresource) == (MANAGER, "Apply", ""):
            return owner if owner.api_version == kind.api_version else None
    return None


def is_applied_by_us(live: Live) -> bool:
    """Tell whether any apply of ours stands in an object, at whatever version."""
    entries = owners_of(live).entries
    return any((each.manager, each.operation) == (MANAGER, "Apply") for each in entries)


def owners_of(live: Live) -> Owners:
    """Return who owns what of an object; nobody, where we own nothing of it."""
    body = live.body
    return Owners.parse(msgspec.json.decode(body, type=dict)) if _NAME in body else Owners(())


def is_claimed(sent: JsonObject, ours: Owner, root: Node, going: tuple[Parts, ...] = ()) -> bool:
    """Tell whether an apply of *sent* would find its fields, and no others, in *ours*.

    Args:
        sent: The body of the apply.
        ours: The entry of our own applies.
        root: What the schema says about the kind: how lists are divided.
        going: What is removed anyway, and from every owner.
    """
    kept = set(listed(ours.fields))
    if going:
        kept = {parts for parts in kept if not any(parts[: len(gone)] == gone for gone in going)}
    claimed: set[Parts] = set()
    _claim(sent, root, (), claimed)
    return kept == claimed - _IDENTITY


def _claim(value: Json, node: Node, at: Parts, found: set[Parts]) -> None:
    """Find what managedFields would list: leaves, and entries of lists as such."""
    if isinstance(value, dict) and value and not node.atomic:
        for key, item in value.items():
            _claim(item, node.fields[key], (*at, key), found)
        return
    keyed = entries(value, node) if isinstance(value, list) and value else None
    if keyed is not None:
        for keys, item in keyed.items():
            entry = (*at, element(node.keys, keys))
            found.add(entry)
            # Also where an entry is owned whole: its fields are listed nowhere, so it counts as
            # not ours.  Left out, that apply comes later and moves members of sets (measured).
            for key, inner in item.items():
                _claim(inner, node.items.fields[key], (*entry, key), found)
        return
    unique = members(value, node) if isinstance(value, list) and value else None
    found.update([(*at, member) for member in unique] if unique is not None else [at])
