"""The requests about Leases, on a connection of their own: slow writes must not be in their way."""

from dataclasses import replace
from typing import Final, Protocol

import msgspec

from core.clock import Clock
from core.cluster.connection.answers import AbsentError, Answer, error_of
from core.cluster.connection.apart import Apart
from core.cluster.connection.paths import collection_path, object_path
from core.cluster.connection.request import Request
from core.cluster.discovery.discovery import decoded
from core.cluster.leasing.record import Record, record_of
from core.cluster.writing.gateway import whole_request
from core.errors import UnavailableError
from core.model import ClusterSpec, JsonObject, KindRef, Resource, mappings_of

CALL_S: Final = 2.0
LEASES: Final = Resource(
    KindRef("coordination.k8s.io/v1", "Lease"), "leases", namespaced=True, has_status=False
)


class LeasesLike(Protocol):
    """Reads and writes Leases; each method may raise a `ProductError`."""

    namespace: str

    async def list(self) -> tuple[Record, ...]:
        """Return all of them."""
        ...

    async def get(self, name: str) -> Record | None:
        """Return one."""

    async def write(self, before: Record, body: JsonObject) -> Record:
        """Write one over the version that it was."""
        ...

    async def delete(self, record: Record) -> None:
        """Remove one."""

    async def close(self) -> None:
        """Close the connection."""


class LeaseClient:
    """Reads and writes the Leases of one namespace."""

    def __init__(self, spec: ClusterSpec, namespace: str, clock: Clock) -> None:
        """Connect to nothing yet."""
        self.namespace = namespace
        self._clock, self._apart = clock, Apart(spec, clock)

    async def list(self) -> tuple[Record, ...]:
        """Return all of them, as the server itself has them.

        Raises:
            ProductError: It cannot be told.
        """
        answer = await self._send(Request(path=collection_path(LEASES, self.namespace)), "list")
        body = _decoded(answer)
        if body.get("kind") != "LeaseList":
            raise UnavailableError("what came is no list of Leases")
        return tuple(record_of(item) for item in mappings_of(body.get("items")))

    async def get(self, name: str) -> Record | None:
        """Return one; None if there is none.

        Raises:
            ProductError: It cannot be told.
        """
        try:
            answer = await self._send(Request(path=self._path(name)), "get")
        except AbsentError:
            return None
        return record_of(_decoded(answer))

    async def write(self, before: Record, body: JsonObject) -> Record:
        """Write one over the version that it was, or anew where it was none; what it is then.

        Raises:
            OutdatedError: Somebody else wrote it meanwhile.
            ProductError: It was not written, or that cannot be told.
        """
        named = (self.namespace, before.name, before.version)
        verb = "update" if before.version else "create"
        return record_of(_decoded(await self._send(whole_request(LEASES, *named, body), verb)))

    async def delete(self, record: Record) -> None:
        """Remove one, if it still is that version.

        Raises:
            ProductError: It is not removed, or that cannot be told.
        """
        named = {"uid": record.uid, "resourceVersion": record.version}
        body = msgspec.json.encode({"preconditions": named})
        path = self._path(record.name)
        await self._send(Request(method="DELETE", path=path, body=body), "delete")

    async def close(self) -> None:
        """Close the connection."""
        await self._apart.close()

    def _path(self, name: str) -> str:
        return object_path(LEASES, self.namespace, name)

    async def _send(self, request: Request, verb: str) -> Answer:
        """Send a request in the time that one may take.

        Raises:
            ProductError: It failed.
        """
        answer = await self._apart.call(replace(request, timeout_s=CALL_S))
        if answer.ok:
            return answer
        where = f"{verb} leases in {self.namespace}"
        raise error_of(answer, where, wall=self._clock.wall())


def _decoded(answer: Answer) -> JsonObject:
    body: JsonObject = decoded(answer, dict)
    return body
