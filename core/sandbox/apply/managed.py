"""The entries of `metadata.managedFields`: reading, writing, sorting.

An entry belongs to a `Manager` (name, operation, subresource; of an Update also the apiVersion) and
says which fields it owns.  `Managed` holds all entries of one object while a request is worked on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, cast

from core.sandbox.store import Object, metadata
from core.sandbox.types.fieldset import FieldSet

APPLY, UPDATE = "Apply", "Update"


class Manager(NamedTuple):
    """Who an entry belongs to; an Apply keeps one entry over all apiVersions."""

    name: str
    operation: str
    api_version: str = ""  # "" of an Apply
    subresource: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one manager owns."""

    fields: FieldSet
    api_version: str
    time: str | None = None

    def owning(self, fields: FieldSet) -> "Entry":
        """Return the entry with other fields."""
        return replace(self, fields=fields)


_FIELDS_TYPE = "FieldsV1"
Managed = dict[Manager, Entry]


def manager(name: str, operation: str, api_version: str, subresource: str = "") -> Manager:
    """Identify the manager of a request."""
    version = "" if operation == APPLY else api_version
    return Manager(name or "unknown", operation, version, subresource)


def read(entries: object) -> Managed | None:
    """Read the entries of an object; None where one of them makes no sense."""
    managed: Managed = {}
    if not isinstance(entries, list):
        return managed
    for entry in entries:
        operation, version = entry.get("operation"), entry.get("apiVersion")
        if (
            operation not in (APPLY, UPDATE)
            or not version
            or entry.get("fieldsType") != _FIELDS_TYPE
        ):
            return None
        fields = FieldSet.from_json(cast("Mapping[str, object]", entry.get("fieldsV1") or {}))
        who = Manager(
            entry.get("manager", ""),
            operation,
            "" if operation == APPLY else version,
            entry.get("subresource", ""),
        )
        managed[who] = Entry(fields, version, entry.get("time"))
    return managed


def write(managed: Iterable[tuple[Manager, Entry]]) -> list[dict[str, object]]:
    """Write the entries in the server's order: Apply first, then by time, name and version."""
    order = sorted(
        managed,
        key=lambda item: (
            item[0].operation,
            item[1].time or "",
            item[0].name,
            item[1].api_version,
            item[0].subresource,
        ),
    )
    written = []
    for who, entry in order:
        out: dict[str, object] = {
            "manager": who.name,
            "operation": who.operation,
            "apiVersion": entry.api_version,
        }
        if entry.time is not None:
            out["time"] = entry.time
        out["fieldsType"] = _FIELDS_TYPE
        out["fieldsV1"] = entry.fields.to_json()
        if who.subresource:
            out["subresource"] = who.subresource
        written.append(out)
    return written


def resets(entries: object) -> bool:
    """Whether a client asks to forget all owners: `[]` or `[{}]`."""
    return isinstance(entries, list) and entries in ([], [{}])


# --- the entries of an object ----------------------------------------------------------------


def without_owners(thing: Object) -> Object:
    """Return an object without its managedFields."""
    meta = {k: v for k, v in metadata(thing).items() if k != "managedFields"}
    return {**thing, "metadata": meta}


def with_owners(thing: Object, owners: Managed) -> Object:
    """Return an object with these owners, and no others."""
    meta = {k: v for k, v in metadata(thing).items() if k != "managedFields"}
    if owners:
        meta["managedFields"] = write(owners.items())
    return {**thing, "metadata": meta}


def _timeless(entries: object) -> list[Object]:
    found = cast("list[Object]", entries or [])
    plain = [{k: v for k, v in entry.items() if k != "time"} for entry in found]
    return sorted(
        plain,
        key=lambda entry: [
            str(entry.get(k)) for k in ("operation", "manager", "apiVersion", "subresource")
        ],
    )


def with_old_times(live: Object, new: Object) -> Object:
    """Leave the owners' times alone if only they changed, so that nothing is written."""
    before, after = metadata(live), metadata(new)
    if _timeless(before.get("managedFields")) != _timeless(after.get("managedFields")):
        return new
    if "managedFields" not in before:
        return new
    with_times = {**new, "metadata": {**after, "managedFields": before["managedFields"]}}
    rest = {k: v for k, v in before.items() if k != "resourceVersion"}
    meta = cast("Object", with_times["metadata"])
    same = {k: v for k, v in meta.items() if k != "resourceVersion"} == rest
    others = {k: v for k, v in with_times.items() if k != "metadata"}
    same = same and others == {k: v for k, v in live.items() if k != "metadata"}
    return with_times if same else new
