"""Who owns which field after a write: server-side apply, and the tracking of every other write.

Pure functions over an object, its type and its managers.  They follow apimachinery's
`managedfields` (the chain of managers around structured-merge-diff's `Updater`), in this order:
update or apply (`merge/update.go`), strip metadata, time, cap, before-first-apply, last-applied.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from core.sandbox.apply import managed as entries
from core.sandbox.apply.comparing import Comparison, compare
from core.sandbox.apply.fitting import faults
from core.sandbox.apply.managed import APPLY, UPDATE, Entry, Managed, Manager
from core.sandbox.apply.merging import merge, without
from core.sandbox.apply.owning import owned, with_named_fields
from core.sandbox.types.fieldset import FieldSet, Path, path_text
from core.sandbox.types.schema import Type
from core.sandbox.types.typed import as_map

Object = dict[str, object]
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_UPDATE_MANAGERS_MAX = 10
_BOOKKEEPING = FieldSet.of(
    ("f:apiVersion",),
    ("f:kind",),
    ("f:metadata",),
    *(
        ("f:metadata", "f:" + name)
        for name in (
            "name",
            "namespace",
            "creationTimestamp",
            "selfLink",
            "uid",
            "clusterName",
            "generation",
            "managedFields",
            "resourceVersion",
        )
    ),
)


class ConflictError(Exception):
    """An apply wants fields of other managers, and was not allowed to take them."""

    def __init__(self, conflicts: Mapping[Manager, Entry]) -> None:
        """Keep who owns which of the fields, in the server's order."""
        self.conflicts = dict(sorted(conflicts.items(), key=lambda item: _identifier(item[0])))
        super().__init__(self.message())

    def paths(self) -> list[tuple[Manager, Entry, Path]]:
        """List every field in conflict."""
        return [(who, entry, p) for who, entry in self.conflicts.items() for p in entry.fields]

    def message(self) -> str:
        """Say it in the server's words."""
        found = self.paths()
        if len(found) == 1:
            who, entry, path = found[0]
            return (
                f"Apply failed with 1 conflict: conflict with {manager_text(who, entry)}: "
                f"{path_text(path)}"
            )
        lines = []
        for who, entry in self.conflicts.items():
            lines.append(f"conflicts with {manager_text(who, entry)}:")
            lines += [f"- {path_text(path)}" for path in entry.fields]
        return f"Apply failed with {len(found)} conflicts: " + "\n".join(lines)


def _identifier(who: Manager) -> str:
    """Write a manager as the server's own key does; its conflict messages are sorted by it."""
    parts = [who.name, who.operation, who.api_version, who.subresource]
    names = ("manager", "operation", "apiVersion", "subresource")
    return json.dumps({k: v for k, v in zip(names, parts, strict=True) if v}, separators=(",", ":"))


def manager_text(who: Manager, entry: Entry) -> str:
    """Name a manager as conflict messages do."""
    text = json.dumps(who.name)
    if who.subresource:
        text += f" with subresource {json.dumps(who.subresource)}"
    return f"{text} using {entry.api_version}" if who.operation == UPDATE else text


@dataclass(frozen=True, slots=True)
class Write:
    """One request, as far as ownership is concerned."""

    kind: Type
    api_version: str
    manager: str
    now: str  # RFC 3339
    subresource: str = ""
    ignored: FieldSet | None = None  # what this endpoint does not let a client set
    force: bool = False
    empty: Object = field(default_factory=dict)  # an object of the kind in which nothing is set


# --- the updater (merge/update.go) ------------------------------------------------------------


def _settle(
    old: object, new: object, write: Write, managers: Managed, own: Manager, *, force: bool
) -> tuple[Managed, Comparison]:
    """Take what changed away from the other managers.

    Raises:
        ConflictError: Another manager owns a field that changed, and *force* is not set.
    """
    changed = compare(old, new, write.kind)
    if write.ignored is not None:
        changed = changed.without(write.ignored)
    touched = changed.modified.union(changed.added)
    conflicts = {}
    for who, entry in managers.items():
        if who != own and (both := entry.fields.intersection(touched)):
            conflicts[who] = entry.owning(both)
    if conflicts and not force:
        raise ConflictError(conflicts)
    left: Managed = {}
    for who, entry in managers.items():
        fields = entry.fields
        if who in conflicts:
            fields = fields.difference(conflicts[who].fields)
        if who != own and changed.removed:
            fields = fields.difference(changed.removed)
        if fields:
            left[who] = entry.owning(fields)
    return left, changed


def _update(live: object, new: object, write: Write, managers: Managed, own: Manager) -> Managed:
    left, changed = _settle(live, new, write, managers, own, force=True)
    mine = left[own].fields if own in left else FieldSet()
    mine = mine.difference(changed.removed).union(changed.modified).union(changed.added)
    if write.ignored is not None:
        mine = mine.recursive_difference(write.ignored)
    left.pop(own, None)
    if mine:
        left[own] = Entry(mine, write.api_version)
    return left


def _prune(merged: object, kind: Type, managers: Managed, last: FieldSet) -> object:
    """Remove what this manager applied last time, not this time, and nobody else owns."""
    pruned = without(merged, with_named_fields(last, kind), kind)
    held = FieldSet()
    for entry in managers.values():
        held = held.union(entry.fields)
    everything = with_named_fields(owned(merged, kind), kind)
    kept = with_named_fields(owned(pruned, kind), kind)
    held = with_named_fields(held, kind)
    pruned = without(merged, everything.difference(kept.union(held)), kind)
    kept = with_named_fields(owned(pruned, kind), kind)
    dangling = everything.difference(kept).intersection(with_named_fields(last, kind))
    return without(merged, dangling, kind)


def _strip(managers: Managed, own: Manager) -> Managed:
    entry = managers.get(own)
    if entry is not None:
        fields = entry.fields.difference(_BOOKKEEPING)
        managers = {who: kept for who, kept in managers.items() if who != own}
        if fields:
            managers[own] = entry.owning(fields)
    return managers


# --- every write but apply --------------------------------------------------------------------


def _cap(managers: Managed) -> Managed:
    """Merge the oldest updates into one entry a version, so that there are never too many."""
    updaters = [who for who in managers if who.operation == UPDATE]
    excess = len(updaters) - _UPDATE_MANAGERS_MAX
    if excess <= 0:
        return managers
    left = dict(managers)
    first: dict[str, Manager] = {}
    for who in sorted(updaters, key=lambda one: (managers[one].time or "", one)):
        if excess <= 0:
            break
        entry = left[who]
        bucket = Manager("ancient-changes", UPDATE, entry.api_version)
        if entry.api_version not in first:
            first[entry.api_version] = who
            continue
        if bucket not in left:
            left[bucket] = left.pop(first[entry.api_version])
        merged = entry.fields.union(left[bucket].fields)
        del left[who]
        left[bucket] = Entry(merged, entry.api_version, entry.time)
        excess -= 1
    return left


def track(live: Object, new: Object, managers: Managed, write: Write, *, creating: bool) -> Managed:
    """Record a create, an update or a patch: what it changed belongs to its manager.

    Args:
        live: The stored object, without managedFields (of a create: the empty object).
        new: The object as it will be, without managedFields.
        managers: The owners so far.
        write: The request.
        creating: Whether there is no stored object.
    """
    if not managers and not creating:
        return managers  # nobody tracks this object
    own = entries.manager(write.manager, UPDATE, write.api_version, write.subresource)
    return _cap(_track_as(live, new, managers, write, own))


def _track_as(live: Object, new: Object, managers: Managed, write: Write, own: Manager) -> Managed:
    current = Manager("current-operation", UPDATE, write.api_version)
    left = _strip(_update(live, new, write, managers, current), current)
    entry = left.pop(current, None)
    if entry is not None:
        previous = left.get(own)
        fields = entry.fields if previous is None else entry.fields.union(previous.fields)
        left[own] = Entry(fields, write.api_version, write.now)
    return left


# --- apply ------------------------------------------------------------------------------------


def apply(live: Object, applied: Object, managers: Managed, write: Write) -> tuple[object, Managed]:
    """Merge *applied* into *live* (server-side apply).

    Returns:
        The merged object (None: nothing changed) and its owners.

    Raises:
        ConflictError: Another manager owns a field with another value, and force is not set.
    """
    if not managers:
        own = entries.manager("before-first-apply", UPDATE, write.api_version, write.subresource)
        managers = _track_as(write.empty, live, managers, write, own)
    try:
        return _apply_once(live, applied, managers, write, force=write.force)
    except ConflictError as conflict:
        if write.manager != "kubectl":
            raise
        allowed = _last_applied(live, write)
        if allowed is None:
            raise
        kept = {
            who: entry.owning(fields)
            for who, entry in conflict.conflicts.items()
            if (fields := entry.fields.difference(allowed))
        }
        if kept:
            raise ConflictError(kept) from conflict
    return _apply_once(live, applied, managers, write, force=True)


def _apply_once(
    live: Object, applied: Object, managers: Managed, write: Write, *, force: bool
) -> tuple[object, Managed]:
    own = entries.manager(write.manager, APPLY, write.api_version, write.subresource)
    merged = merge(live, applied, write.kind)
    fields = owned(applied, write.kind)
    if write.ignored is not None:
        fields = fields.recursive_difference(write.ignored)
    last = managers.get(own)
    managers = {**managers, own: Entry(fields, write.api_version, last.time if last else None)}
    if last is not None and last.fields.difference(fields):  # else nothing was dropped
        merged = _prune(merged, write.kind, managers, last.fields)
    left, _ = _settle(live, merged, write, managers, own, force=force)
    left = _strip(left, own)
    if merged == live:
        return None, left
    if own in left:
        entry = left[own]
        left[own] = Entry(entry.fields, entry.api_version, write.now)
    return merged, left


def _last_applied(live: Object, write: Write) -> FieldSet | None:
    """Return the fields that client-side apply set, and that still have that value."""
    metadata = as_map(live.get("metadata"))
    text = as_map(metadata.get("annotations")).get(LAST_APPLIED)
    try:
        last = json.loads(str(text)) if text else None
    except ValueError:
        return None
    if not isinstance(last, dict) or last.get("apiVersion") != write.api_version:
        return None
    if faults(last, write.kind):
        return None
    changed = compare(last, live, write.kind)
    fields = owned(cast("object", last), write.kind).difference(changed.modified)
    return fields.difference(changed.added).difference(changed.removed)


def last_applied_text(applied: Object) -> str:
    """Write what was applied as the last-applied annotation holds it."""
    metadata = as_map(applied.get("metadata"))
    annotations = as_map(metadata.get("annotations"))
    kept = {name: value for name, value in annotations.items() if name != LAST_APPLIED}
    metadata = (
        {**metadata, "annotations": kept}
        if kept
        else {name: value for name, value in metadata.items() if name != "annotations"}
    )
    whole = {**applied, "metadata": metadata}
    return json.dumps(whole, separators=(",", ":"), sort_keys=True, ensure_ascii=False) + "\n"
