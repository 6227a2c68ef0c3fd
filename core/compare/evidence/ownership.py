"""Who wrote a live field, as far as managedFields tells (verdicts.md section 3).

The server keeps, for each client that wrote an object, the set of fields it last set.  A client's
name is its own claim, and the time is that of its last write of anything: evidence, never proof.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.compare.evidence.writers import OwnerClass, class_of, rank_of
from core.model import Actor, Confidence, Json, JsonObject, Operation
from core.model.paths import Element, Parts, format_field, parse_field

SELF: Final = "."  # in fieldsV1: the holder itself, not something in it
ALONE: Final = {SELF}
_STATUS: Final = "status"  # the subresource
_NOT_MOVED: Final[Mapping[str, OwnerClass]] = {}
_OPERATIONS: Final = {each.value: each for each in Operation}


@dataclass(frozen=True, slots=True)
class Owner:
    """One entry of managedFields."""

    manager: str
    operation: str
    subresource: str
    time: str | None
    fields: Mapping[str, Json]
    kind: OwnerClass
    api_version: str = ""
    through: str = ""  # another version, by whose names it wrote what is asked about

    @property
    def actor(self) -> Actor:
        """The owner as a front end shows it."""
        return Actor(
            manager=self.manager,
            operation=_OPERATIONS.get(self.operation),
            subresource=self.subresource or None,
            time=self.time,
            observed_at=None,
            user=None,
            confidence=Confidence.OWNED,
        )

    def owns(self, parts: Parts) -> bool:
        """Tell whether the entry lists the very field at *parts*.

        A map or list that it lists as such is not what is inside: others may put things there.
        Where the schema says that a value is undivided, *parts* must lead to that value.
        """
        here = self._below(parts)
        if here is None:
            return False
        last = parts[-1] if parts else ""
        keyed = isinstance(last, Element) and any(f"f:{name}" in here for name, _ in last.keys)
        return not here or SELF in here or keyed

    def meets(self, parts: Parts) -> bool:
        """Tell whether the entry lists anything at or inside *parts*."""
        return self._below(parts) is not None

    def _below(self, parts: Parts) -> Mapping[str, Json] | None:
        here: Mapping[str, Json] = self.fields
        for part in parts:
            inner = here.get(format_field(part))
            if not isinstance(inner, dict):
                return None
            here = inner
        return here


NOBODY: Final = Actor(None, None, None, None, None, None, Confidence.UNKNOWN)


class Owners:
    """The managedFields of one live object."""

    __slots__ = ("entries",)

    def __init__(self, entries: Sequence[Owner]) -> None:
        """Keep the entries as they stand."""
        self.entries = tuple(entries)

    @classmethod
    def parse(cls, live: JsonObject, moved: Mapping[str, OwnerClass] = _NOT_MOVED) -> "Owners":
        """Read the managedFields of a live object; what is malformed owns nothing."""
        metadata = live.get("metadata")
        raw = metadata.get("managedFields") if isinstance(metadata, dict) else None
        return cls(tuple(_entries(raw if isinstance(raw, list) else [], moved)))

    def __bool__(self) -> bool:
        return bool(self.entries)

    def of(self, parts: Parts) -> tuple[Owner, ...]:
        """Return the owners of one field, the one that decides first."""
        found = [entry for entry in self.entries if entry.owns(parts)]
        found.sort(key=lambda entry: rank_of(entry.kind))
        return tuple(owner for owner in found if owner.kind is not OwnerClass.NONE)


def _entries(raw: list[Json], moved: Mapping[str, OwnerClass]) -> Iterator[Owner]:
    reporting = {_text(entry, "manager") for entry in raw if _text(entry, "subresource") == _STATUS}
    for entry in raw:
        fields = entry.get("fieldsV1") if isinstance(entry, dict) else None
        if not isinstance(entry, dict) or not isinstance(fields, dict):
            continue
        manager, operation, subresource, time, version = (
            _text(entry, key)
            for key in ("manager", "operation", "subresource", "time", "apiVersion")
        )
        kind = class_of(manager, moved, reports=manager in reporting)
        yield Owner(manager, operation, subresource, time or None, fields, kind, version)


def _text(entry: Json, key: str) -> str:
    value = entry.get(key) if isinstance(entry, dict) else None
    return value if isinstance(value, str) else ""


def listed(fields: Mapping[str, Json]) -> list[Parts]:
    """Return what an entry lists: fields, and entries of lists as such."""
    found: list[Parts] = []
    _list(fields, (), found)
    return found


def _list(fields: Mapping[str, Json], above: Parts, found: list[Parts]) -> None:
    for name, inner in fields.items():
        part = parse_field(name)
        if part is None or not isinstance(inner, dict):
            continue
        here = (*above, part)
        if inner.keys() <= ALONE or (isinstance(part, Element) and SELF in inner):
            found.append(here)
        _list(inner, here, found)
