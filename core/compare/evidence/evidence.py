"""What a live object tells about its own past: its owners, and the last client-side apply."""

from collections.abc import Mapping
from functools import cached_property

import msgspec

from core.compare.equality.builtin import LAST_APPLIED
from core.compare.evidence.ownership import Owner, OwnerClass, Owners
from core.compare.evidence.past import Past
from core.model import Absent, JsonObject
from core.model.paths import Parts, format_path, value_at


class Evidence:
    """Read only when something differs, which is rare."""

    def __init__(
        self,
        live: JsonObject,
        classes: Mapping[str, OwnerClass],
        appeared: frozenset[str] = frozenset(),
        past: Past | None = None,
    ) -> None:
        """Look at *live*, as the API server returned it; *classes* are moved by settings.

        *appeared* are the fields that our own watch saw come in after the object was created, and
        *past* is what earlier commits stated of it.
        """
        self.live, self._classes, self._appeared = live, classes, appeared
        self._past = past

    @cached_property
    def owners(self) -> Owners:
        """The managedFields."""
        return Owners.parse(self.live, self._classes)

    @cached_property
    def last_applied(self) -> JsonObject:
        """What `kubectl apply` last sent, `{}` where it never did."""
        text = value_at(self.live, ("metadata", "annotations", LAST_APPLIED))
        if not isinstance(text, str):
            return {}
        try:
            applied = msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            return {}
        return applied if isinstance(applied, dict) else {}

    def came_unowned(self, parts: Parts) -> bool:
        """Tell whether we saw a field come into an object that names no owners at all."""
        return not self.owners and format_path(parts) in self._appeared

    def decisive(self, parts: Parts) -> Owner | None:
        """Return the owner that decides about one field."""
        return next(iter(self.owners.of(parts)), None)

    def was_ours(self, parts: Parts) -> bool:
        """Tell whether Git once stated this field: our own apply or the last one says so."""
        twin = ("stringData", *parts[1:]) if parts[:1] == ("data",) else parts
        return any(
            entry.kind is OwnerClass.OURS and (entry.owns(parts) or entry.owns(twin))
            for entry in self.owners.entries
        ) or not all(
            isinstance(value_at(self.last_applied, each), Absent) for each in (parts, twin)
        )

    def was_stated(self, parts: Parts) -> bool:
        """Tell whether an earlier commit stated this very value here, and somebody deployed it.

        Once we applied the object, our own entry knows better.  A controller may have come to the
        value by itself, and where Git left the field to it, it is to stay.
        """
        if self._past is None or any(_applied_by_us(entry) for entry in self.owners.entries):
            return False
        by_controller = any(owner.kind is OwnerClass.CONTROLLER for owner in self.owners.of(parts))
        return not by_controller and self._past.stated(parts)


def _applied_by_us(entry: Owner) -> bool:
    return (entry.kind, entry.operation) == (OwnerClass.OURS, "Apply")
