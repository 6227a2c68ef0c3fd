"""Where a controller's summary is put up: written by compare-and-swap, over a connection apart.

It is its own, so that neither its requests nor its failures come near those that heal.
"""

from dataclasses import replace
from math import inf
from typing import Final

from core.clock import Clock
from core.cluster.connection.answers import AbsentError, Answer
from core.cluster.connection.apart import Apart
from core.cluster.connection.paths import object_path
from core.cluster.connection.request import Request
from core.cluster.controllers.form import KEY, LABEL, RESOURCE, map_name, status_of, text_of
from core.cluster.discovery.discovery import decoded
from core.cluster.writing.gateway import whole_request
from core.cluster.writing.shards import ConfigMap, maps_error
from core.errors import OutdatedError, RejectedError, UnavailableError
from core.model import ClusterSpec
from core.model.controllers.status import Status

PATIENCE_S: Final = 10.0  # of one request; the next summary is better than a late one


class Board:
    """Reads and writes the summaries in one namespace of one cluster."""

    def __init__(self, spec: ClusterSpec, namespace: str, clock: Clock | None = None) -> None:
        """Connect to nothing yet."""
        self._namespace, self._clock = namespace, clock or Clock()
        self._apart = Apart(spec, self._clock)
        self._versions: dict[int | None, str] = {}  # by shard, as we read or wrote it last

    async def read(self, shard: int | None) -> Status | None:
        """Return what stands there; None where nothing does, or what nobody can read.

        Raises:
            RejectedError: A ConfigMap of that name is not ours.
            ProductError: It cannot be told.
        """
        name = map_name(shard)
        answer = await self._send(Request(path=object_path(RESOURCE, self._namespace, name)))
        if not answer.ok:
            error = maps_error(answer, "get", self._namespace, self._clock)
            if not isinstance(error, AbsentError):
                raise error
            self._versions[shard] = ""
            return None
        found = decoded(answer, ConfigMap)
        label, value = LABEL
        if (found.metadata.labels or {}).get(label) != value:
            raise RejectedError(f"the ConfigMap {name} in {self._namespace} is not driftdeck's")
        self._versions[shard] = found.metadata.resource_version
        try:
            return status_of(name, found)
        except RejectedError:  # whatever it was, it is replaced
            return None

    async def write(self, status: Status, within_s: float = PATIENCE_S) -> None:
        """Put a summary in the place of the one that was read or written last, in that time.

        Raises:
            OutdatedError: Somebody else wrote it meanwhile.
            ProductError: It cannot be written.
        """
        shard, ends_at = status.shard, self._clock.monotonic() + within_s
        if shard not in self._versions:
            await self.read(shard)
        answer = await self._send(self._request(status, self._versions[shard]), ends_at)
        if answer.ok:
            self._versions[shard] = decoded(answer, ConfigMap).metadata.resource_version
            return
        self._versions.pop(shard)
        error = maps_error(answer, "write", self._namespace, self._clock)
        if isinstance(error, AbsentError):
            raise OutdatedError(f"the ConfigMap {map_name(shard)} is gone") from error
        raise error

    def _request(self, status: Status, version: str) -> Request:
        name = map_name(status.shard)
        metadata: dict[str, object] = {"name": name, "labels": dict([LABEL])}
        if version:
            metadata["resourceVersion"] = version
        data = {KEY: text_of(status)}
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}
        return whole_request(RESOURCE, self._namespace, name, version, body)

    async def _send(self, request: Request, ends_at: float = inf) -> Answer:
        await self._apart.open()  # it may take its time, which is no more there then
        left_s = min(PATIENCE_S, ends_at - self._clock.monotonic())
        if left_s <= 0:
            raise UnavailableError("the time that there was is over")
        return await self._apart.call(replace(request, timeout_s=left_s))

    async def close(self) -> None:
        """Close the connection, if there is one."""
        await self._apart.close()
