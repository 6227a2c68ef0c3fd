"""Who wrote a live field, as far as managedFields tells (verdicts.md section 3).

The server keeps, for each client that wrote an object, the set of fields it last set.  A client's
name is its own claim, and the time is that of its last write of anything: evidence, never proof.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.model import Actor, Confidence, Json, JsonObject, Operation
from core.model.paths import Element, Parts, format_field, parse_field

MANAGER: Final = "driftdeck"
_SELF: Final = "."  # in fieldsV1: the holder itself, not something in it


class OwnerClass(StrEnum):
    """What kind of writer a field manager is; of several owners the first of these decides."""

    HUMAN = "human"
    CONTROLLER = "controller"
    DEPLOYER = "deployer"
    OURS = "ours"
    NONE = "none"


_DECIDES: Final = tuple(OwnerClass)


def rank_of(kind: OwnerClass) -> int:
    """Order owners: the lowest decides."""
    return _DECIDES.index(kind)


_HUMANS: Final = frozenset({"kubectl", "node-fetch", "Mozilla", "OpenAPI-Generator"})
_DEPLOYERS: Final = frozenset(
    {"argocd-controller", "kustomize-controller", "helm-controller", "helm"}
)
CLIENT_SIDE: Final = frozenset({"kubectl-client-side-apply", "kubectl-last-applied"})
_NOT_MOVED: Final[Mapping[str, OwnerClass]] = {}
CLUSTER_PARTS: Final = frozenset({"kube-controller-manager", "kube-scheduler", "kubelet"})


def class_of(manager: str, moved: Mapping[str, OwnerClass] = _NOT_MOVED) -> OwnerClass:
    """Tell what kind of writer a managedFields entry names; *moved* is what settings say of it."""
    if manager in moved:
        return moved[manager]
    if manager == MANAGER:  # by Update too: removals and replacements are patches
        return OwnerClass.OURS
    if manager in _HUMANS or manager.startswith("kubectl-"):
        return OwnerClass.HUMAN
    if manager in _DEPLOYERS:
        return OwnerClass.DEPLOYER
    return OwnerClass.NONE if manager == "before-first-apply" else OwnerClass.CONTROLLER


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
        """Tell whether the entry lists the field at *parts*, or an undivided value around it."""
        here: Mapping[str, Json] = self.fields
        for part in parts:
            inner = here.get(format_field(part))
            if not isinstance(inner, dict):
                return False
            here = inner
            if not here:
                return True  # a leaf: whatever is inside belongs to it
        last = parts[-1] if parts else ""
        keyed = isinstance(last, Element) and any(f"f:{name}" in here for name, _ in last.keys)
        return _SELF in here or keyed

    def meets(self, parts: Parts) -> bool:
        """Tell whether the entry lists anything at, around or inside *parts*."""
        here: Mapping[str, Json] = self.fields
        for part in parts:
            inner = here.get(format_field(part))
            if not isinstance(inner, dict):
                return False
            here = inner
            if not here:
                return True
        return True


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
    for entry in raw:
        fields = entry.get("fieldsV1") if isinstance(entry, dict) else None
        if not isinstance(entry, dict) or not isinstance(fields, dict):
            continue
        manager, operation, subresource, time, version = (
            value if isinstance(value := entry.get(key), str) else ""
            for key in ("manager", "operation", "subresource", "time", "apiVersion")
        )
        kind = class_of(manager, moved)
        yield Owner(manager, operation, subresource, time or None, fields, kind, version)


def listed(fields: Mapping[str, Json]) -> Iterator[tuple[Parts, bool]]:
    """Yield what an entry lists; True for a list entry as such, which others may write into too."""
    for name, inner in fields.items():
        part = parse_field(name)
        if part is None or not isinstance(inner, dict):
            continue
        if isinstance(part, Element) and "." in inner:
            yield (part,), True
        elif inner.keys() <= {"."}:
            yield (part,), False
        yield from (((part, *rest), whole) for rest, whole in listed(inner))
