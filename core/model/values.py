"""Plain values, secrets hidden, and the names that tell objects and kinds apart."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final, NamedTuple, Self, TypeAlias, Union

from typing_extensions import override

Json: TypeAlias = Union[  # a quoted alias cannot be combined by "|" at run time
    bool, int, float, str, "list[Json]", "dict[str, Json]", None
]
JsonObject: TypeAlias = dict[str, Json]


class Absent:
    """The type of ABSENT: the field is not there.  Different from a null that is there."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()


@dataclass(frozen=True, slots=True)
class Masked:
    """A secret value, hidden.  A type of its own: nobody's own JSON is ever taken for one."""

    digest: str  # 12 hex digits, keyed for each run; equal bytes have equal ones


# What a field holds once its secrets are hidden; any JSON is one too.
Value: TypeAlias = Union[
    bool, int, float, str, Masked, "Sequence[Value]", "Mapping[str, Value]", None
]


def mapping_of(value: Json) -> JsonObject:
    """Return a mapping as it is, and an empty one for whatever is none."""
    return value if isinstance(value, dict) else {}


def mappings_of(value: Json) -> list[JsonObject]:
    """Return the mappings of a list; none of whatever is no list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def within(value: Json, *path: str) -> Json:
    """Return what stands at a path of mappings inside mappings; None where nothing does."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def epoch_of(stamp: str) -> float | None:
    """Seconds since the epoch of an RFC 3339 stamp; None where it is not one."""
    try:
        found = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return found.timestamp() if found.tzinfo else None


def as_json(value: Value) -> Json:
    """Write a value for programs; a secret is `{"sha256": "<12 hex>"}`."""
    if isinstance(value, Masked):
        return {"sha256": value.digest}
    if isinstance(value, Mapping):
        return {name: as_json(item) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [as_json(item) for item in value]
    return value


def few(names: Sequence[str], most: int) -> str:
    """Name the first of several, and count the rest."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


# Identity ---------------------------------------------------------------------------------------
# Named tuples, for they are the keys of every table: hashing a dataclass takes ten times as long.


class ObjectRef(NamedTuple):
    """What identifies one object in a cluster, whatever version it is written in."""

    group: str  # "" for the core group
    kind: str
    namespace: str  # "" for cluster-scoped kinds
    name: str

    @classmethod
    def read(cls, group: str, kind: str, namespace: str, name: str) -> Self:
        """Make one of texts that were just read: each text is kept once, however often it comes."""
        return cls(*map(sys.intern, (group, kind, namespace, name)))

    @override
    def __str__(self) -> str:
        return "/".join(part for part in (self.kind, self.namespace, self.name) if part)


class Key(NamedTuple):
    """One row: an object as one app sees it."""

    app: str
    ref: ObjectRef


class KindRef(NamedTuple):
    """A kind at the version Git writes: `KindRef("apps/v1", "Deployment")`."""

    api_version: str
    kind: str

    @property
    def group(self) -> str:
        """The API group, "" for the core group."""
        return _group_of(self.api_version)


@lru_cache(maxsize=1024)
def _group_of(api_version: str) -> str:
    return sys.intern(api_version.rpartition("/")[0])


@lru_cache(maxsize=4096)
def kept_once(kind: KindRef) -> KindRef:
    """Return the one value of all those that are equal to *kind*."""
    return kind


@dataclass(frozen=True, slots=True)
class Resource:
    """How a cluster serves one kind, from discovery."""

    kind: KindRef
    plural: str
    namespaced: bool
    has_status: bool  # the kind has a status subresource
    verbs: frozenset[str] = frozenset()
    has_scale: bool = False  # the kind has a scale subresource: an autoscaler can drive it
    short_names: tuple[str, ...] = ()  # what people type for it: `deploy`
