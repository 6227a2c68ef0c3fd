"""What a live object tells about its own past: its owners, and the last client-side apply."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Final

import msgspec

from core.compare.equality.builtin import LAST_APPLIED
from core.compare.equality.scalars import same_json
from core.compare.equality.schema import UNKNOWN, Node, undivided
from core.compare.evidence.ownership import Owner, Owners
from core.compare.evidence.past import Past
from core.compare.evidence.versions import Foreign
from core.compare.evidence.writers import OwnerClass, rank_of
from core.model import Absent, Json, JsonObject
from core.model.paths import Parts, format_path, value_at

_NOBODY_IS: Final[Mapping[str, str]] = {}
_GIVES_WAY: Final = frozenset({OwnerClass.OURS, OwnerClass.DEPLOYER})


class Evidence:
    """Read only when something differs, which is rare."""

    def __init__(
        self,
        live: JsonObject,
        classes: Mapping[str, OwnerClass],
        root: Node = UNKNOWN,
        persistent: Mapping[str, str] = _NOBODY_IS,
        past: Past | None = None,
    ) -> None:
        """Look at *live*, as the API server returned it.

        Args:
            live: The object.
            classes: Field managers that settings moved to another class.
            root: What the schema says about its kind: which values are owned as a whole.
            persistent: Fields that were healed twice and written again by one manager, and that
                manager: of this field it is a controller.
            past: What earlier commits stated of it.
        """
        self.live, self._classes, self._root = live, classes, root
        self._persistent, self._past = persistent, past

    @cached_property
    def owners(self) -> Owners:
        """The managedFields."""
        return Owners.parse(self.live, self._classes)

    @cached_property
    def is_ours(self) -> bool:
        """Whether we applied the object, at whatever version."""
        return any(
            (entry.kind, entry.operation) == (OwnerClass.OURS, "Apply")
            for entry in self.owners.entries
        )

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

    @cached_property
    def _foreign(self) -> Foreign:
        return Foreign(self.live, self.owners)

    def dropped_nulls(self, parts: Parts, git: Json | Absent, live: Json | Absent) -> bool:
        """Tell whether `kubectl apply` made live of what Git states: it drops all nulls in maps."""
        if isinstance(git, Absent):
            return False
        sent = value_at(self.last_applied, parts)
        if isinstance(sent, Absent) or not same_json(sent, git):
            return False
        if git is None or isinstance(live, Absent):
            return git is None and isinstance(live, Absent)
        return same_json(_without_nulls(git), live)

    def owners_of(self, parts: Parts) -> tuple[Owner, ...]:
        """Return the owners of one field, the one that decides first."""
        found = self.owners.of(undivided(self._root, parts)) or self._foreign.owners_of(parts)
        name = self._persistent.get(format_path(parts)) if self._persistent else None
        if name is None:
            return found
        known = (
            replace(owner, kind=OwnerClass.CONTROLLER)
            if owner.manager == name and owner.kind is not OwnerClass.HUMAN  # stubborn, no program
            else owner
            for owner in found
        )
        return tuple(sorted(known, key=lambda owner: rank_of(owner.kind)))

    def decisive(self, parts: Parts) -> Owner | None:
        """Return the owner that decides about one field."""
        return next(iter(self.owners_of(parts)), None)

    def applied_by_another(self, parts: Parts) -> Owner | None:
        """Return who else states one field by an apply, and is there to stay: no deployer."""
        return next(
            (
                owner
                for way in _ways(parts)
                for owner in self.owners.of(undivided(self._root, way))
                if owner.operation == "Apply" and owner.kind not in _GIVES_WAY
            ),
            None,
        )

    def was_gits(self, parts: Parts) -> bool:
        """Tell whether Git once stated this field: by our apply, or before the object is ours."""
        return self.was_ours(parts) or self.was_stated(parts)

    def was_ours(self, parts: Parts) -> bool:
        """Tell whether Git once stated this field: our own apply or the last one says so."""
        return any(
            any(
                entry.kind is OwnerClass.OURS and entry.owns(undivided(self._root, way))
                for entry in self.owners.entries
            )
            or not isinstance(value_at(self.last_applied, way), Absent)
            for way in _ways(parts)
        )

    def was_stated(self, parts: Parts) -> bool:
        """Tell whether an earlier commit stated this very value here, and somebody deployed it.

        Once we applied the object, our own entry knows better.  A controller may have come to the
        value by itself, and where Git left the field to it, it is to stay.
        """
        if self._past is None or self.is_ours:
            return False
        by_controller = any(owner.kind is OwnerClass.CONTROLLER for owner in self.owners_of(parts))
        return not by_controller and self._past.stated(parts)


def _without_nulls(value: Json) -> Json:
    """Copy a value without the keys of maps that are null; in lists a null stays."""
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return value


def _ways(parts: Parts) -> tuple[Parts, ...]:
    """Name a field in every way in which somebody may have stated it."""
    return (parts, ("stringData", *parts[1:])) if parts[:1] == ("data",) else (parts,)
