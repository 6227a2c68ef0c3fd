"""Who wrote through another version of the kind (verdicts.md section 3).

managedFields lists fields as the writer's version calls them, and the server does not translate
that: what was written through autoscaling/v2 may be another field, or an annotation, where Git
writes autoscaling/v1.  A field that nobody owns is theirs who listed, in another version, what
cannot be found in this one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from core.compare.evidence.ownership import Owner, Owners, listed
from core.compare.evidence.writers import OwnerClass, rank_of
from core.model import Absent, JsonObject
from core.model.paths import Parts, value_at

_ANNOTATIONS: Final = ("metadata", "annotations")
_SAME_EVERYWHERE: Final = frozenset({"metadata", "apiVersion", "kind"})
_MOVES: Final = frozenset({OwnerClass.HUMAN, OwnerClass.UNKNOWN, OwnerClass.DEPLOYER})


class Foreign:
    """The entries of other versions that list what live does not have under that name."""

    def __init__(self, live: JsonObject, owners: Owners) -> None:
        """Look for them in the managedFields of *live*."""
        self._lost = tuple(_lost(live, owners.entries))
        found = value_at(live, _ANNOTATIONS)
        stated = found if isinstance(found, dict) else {}
        names = {_plain(name.rpartition("/")[2]) for name in stated}
        unexplained = [
            owner
            for owner, paths in self._lost
            if not owner.subresource and any(not names & _words(path) for path in paths)
        ]
        doubtful = any(owner.kind is OwnerClass.CONTROLLER for owner in unexplained)
        moved = [owner for owner in unexplained if owner.kind in _MOVES]
        self._unexplained = moved if not doubtful else []  # its, perhaps: nothing is concluded

    def owners_of(self, parts: Parts) -> tuple[Owner, ...]:
        """Return who wrote a field that nobody owns in this version, the one that decides first.

        An annotation belongs to those who listed a field of its name: `behavior`, `conditions`.
        Any other field, and an annotation of no such name, may be any field that is not found.
        """
        if not self._lost or (parts[:1] == ("metadata",) and parts[:2] != _ANNOTATIONS):
            return ()
        found = self._named(parts) or self._unexplained
        written = (replace(owner, through=owner.api_version) for owner in found)
        return tuple(sorted(written, key=lambda owner: rank_of(owner.kind)))

    def _named(self, parts: Parts) -> list[Owner]:
        if parts[:2] != _ANNOTATIONS or not isinstance(parts[-1], str):
            return []
        name = _plain(parts[-1].rpartition("/")[2])
        return [owner for owner, paths in self._lost if any(name in _words(p) for p in paths)]


def _lost(live: JsonObject, entries: Sequence[Owner]) -> Iterator[tuple[Owner, list[Parts]]]:
    for entry in entries:
        if entry.api_version in {"", live.get("apiVersion")} or entry.kind is OwnerClass.NONE:
            continue
        paths = [
            path
            for path in listed(entry.fields)
            if path[0] not in _SAME_EVERYWHERE and isinstance(value_at(live, path), Absent)
        ]
        if paths:
            yield entry, paths


def _words(path: Parts) -> set[str]:
    return {_plain(part) for part in path if isinstance(part, str)}


def _plain(name: str) -> str:
    """`current-metrics` and `currentMetrics` are one name."""
    return name.replace("-", "").lower()
