"""The ConfigMaps that an inventory consists of, as the wire carries them."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from math import inf
from typing import Final, NamedTuple, TypeAlias

import msgspec

from core.clock import Clock
from core.cluster.connection.answers import AbsentError, Answer, error_of
from core.cluster.connection.calls import Calls
from core.cluster.connection.paths import collection_path, object_path
from core.cluster.connection.request import JSON, METADATA_LIST, Request, query_of
from core.cluster.discovery.discovery import decoded
from core.cluster.writing.access import Access
from core.cluster.writing.gateway import whole_request
from core.cluster.writing.inventory import rows_of, shard_name
from core.errors import DeniedError, ProductError, RejectedError
from core.model import KindRef, Resource
from core.reconcile.memory.results import InventoryRow

MAPS: Final = Resource(KindRef("v1", "ConfigMap"), "configmaps", namespaced=True, has_status=False)
NAMES_S: Final = 1.0  # the inventory of an app under an earlier name is older than that
LABEL: Final = ("app.kubernetes.io/managed-by", "driftdeck")
_NOTED: Final = (  # the annotations that hold `Notes`, as its fields follow each other
    "driftdeck/synced-by-a-person",
    "driftdeck/pruned-by-run",
    "driftdeck/set-aside",
    "driftdeck/applied-commit",
)


class Metadata(msgspec.Struct, rename="camel"):
    """What identifies one of them, and its version."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None


class ConfigMap(msgspec.Struct):
    """One of them."""

    metadata: Metadata = msgspec.field(default_factory=Metadata)
    data: dict[str, str] | None = None


class ConfigMaps(msgspec.Struct):
    """Some of them."""

    items: list[ConfigMap] | None = None  # null where there are none, of names alone


@dataclass(frozen=True, slots=True)
class Place:
    """Where the inventory of an app is kept."""

    app: str
    namespace: str


Part: TypeAlias = tuple[str, str]  # the name of a ConfigMap, and its version, "" once it is gone


class Notes(NamedTuple):
    """What stands beside the rows, in annotations; "" is not known."""

    asked: str = ""  # when a person last had the app synced
    run: str = ""  # which run deletes, or deleted last
    paused: str = ""  # what people set aside of it
    commit: str = ""  # that was applied last, of what a person or every guard let pass

    def over(self, before: "Notes") -> "Notes":
        """Return these notes, with those of *before* where they say nothing."""
        return Notes(*(mine or theirs for mine, theirs in zip(self, before, strict=True)))

    @property
    def annotations(self) -> dict[str, str]:
        """The notes as they are written."""
        said = zip(_NOTED, self, strict=True)
        return {name: value for name, value in said if value}


NOTHING_NOTED: Final = Notes()


@dataclass(frozen=True, slots=True)
class Shard:
    """What one of ours says, at a version."""

    resource_version: str
    data: Mapping[str, str]
    notes: Notes = NOTHING_NOTED


def notes_of(found: ConfigMap) -> Notes:
    """Read what stands beside the rows."""
    said = found.metadata.annotations or {}
    return Notes(*(said.get(name, "") for name in _NOTED))


def shard_of(answer: Answer) -> Shard:
    """Read one.

    Raises:
        RejectedError: It is not ours.
    """
    found = decoded(answer, ConfigMap)
    name, value = LABEL
    if (found.metadata.labels or {}).get(name) != value:
        raise RejectedError("a ConfigMap with the name of an inventory is not driftdeck's")
    return Shard(found.metadata.resource_version, found.data or {}, notes_of(found))


async def shard_at(calls: Calls, clock: Clock, place: Place, index: int) -> Shard | None:
    """Ask for one of ours; None where there is none.

    Raises:
        NamespaceAbsentError: Its namespace is not there.
        RejectedError: It is not ours.
        ProductError: It cannot be told.
    """
    path = object_path(MAPS, place.namespace, shard_name(place.app, index))
    answer = await calls.send(Request(path=path))
    if answer.status == HTTPStatus.OK:
        return shard_of(answer)
    error = maps_error(answer, "get", place.namespace, clock)
    if isinstance(error, AbsentError):
        return None
    raise error


def maps_error(answer: Answer, verb: str, where: str, clock: Clock) -> ProductError:
    """Return what an answer says that refuses to *verb* ConfigMaps there."""
    return error_of(answer, f"{verb} configmaps in {where}", wall=clock.wall())


async def listed(
    calls: Calls, clock: Clock, access: Access, namespaces: Iterable[str]
) -> list[ConfigMap]:
    """List those of all apps, or of some *namespaces* where no more is allowed.

    Raises:
        ProductError: The server does not say.
    """
    maps = await _listed(calls, clock, access, "", JSON)
    return await _listed_in(calls, clock, access, namespaces, JSON) if maps is None else maps


class Names:
    """The names of those of all apps, which all apps ask for when a fleet is met: once a second."""

    def __init__(self, calls: Calls, clock: Clock, access: Access) -> None:
        """Know none; *access* tells where they may be listed."""
        self._calls, self._clock, self._access = calls, clock, access
        self._asking = asyncio.Lock()
        self._asked_at = self._failed_at = -inf
        self._found: list[ConfigMap] | None = None
        self._failure: ProductError | None = None

    def forget(self) -> None:
        """Know none any more."""
        self._asked_at = -inf

    async def listed(self, namespaces: Iterable[str]) -> list[ConfigMap]:
        """List them without their data, as `listed` does; who waited for a failure has it, too."""
        rest, came_at = (self._calls, self._clock, self._access), self._clock.monotonic()
        async with self._asking:
            now = self._clock.monotonic()
            if self._failure is not None and came_at <= self._failed_at:
                raise self._failure
            if now >= self._asked_at + NAMES_S:
                try:
                    self._found = await _listed(*rest, "", METADATA_LIST)
                except ProductError as error:
                    self._failure, self._failed_at = error, self._clock.monotonic()
                    raise
                self._asked_at = now
        if self._found is not None:
            return self._found
        return await _listed_in(*rest, namespaces, METADATA_LIST)


async def _listed_in(
    calls: Calls, clock: Clock, access: Access, namespaces: Iterable[str], accept: str
) -> list[ConfigMap]:
    """List those of some namespaces, as far as we may look there."""
    some = [await _listed(calls, clock, access, each, accept) for each in dict.fromkeys(namespaces)]
    return [one for each in some for one in each or ()]


async def _listed(
    calls: Calls, clock: Clock, access: Access, namespace: str, accept: str
) -> list[ConfigMap] | None:
    """List those of a namespace, or of all; None where we may not look.

    That is asked first: a refusal is on record, and looks like an intruder's.
    """
    if not await access.may("list", MAPS, namespace, ""):
        return None
    path, query = collection_path(MAPS, namespace), query_of(labelSelector="=".join(LABEL))
    answer = await calls.send(Request(path=path, query=query, accept=accept))
    if answer.ok:
        return decoded(answer, ConfigMaps).items or []
    error = maps_error(answer, "list", namespace or "all namespaces", clock)
    if isinstance(error, DeniedError):
        return None
    raise error


def put_request(namespace: str, name: str, shard: Shard) -> Request:
    """Write one of ours, over the version that it has, or anew where it has none."""
    metadata: dict[str, object] = {"name": name, "labels": dict([LABEL])}
    if shard.notes.annotations:
        metadata["annotations"] = shard.notes.annotations
    if shard.resource_version:
        metadata["resourceVersion"] = shard.resource_version
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": shard.data}
    return whole_request(MAPS, namespace, name, shard.resource_version, body)


def beginning_of(found: ConfigMap) -> tuple[Place, Mapping[str, str]] | None:
    """Return the place and the data of a ConfigMap that begins an inventory."""
    data, named = found.data or {}, found.metadata
    app = data.get("app", "")
    begins = app and named.name == shard_name(app, 0)
    return (Place(app, named.namespace), data) if begins else None


def rows_in(shards: Sequence[Shard]) -> tuple[InventoryRow, ...]:
    """Return what the whole inventory says was applied."""
    return rows_of([shard.data.get("rows", "") for shard in shards])
