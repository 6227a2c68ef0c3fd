"""Events of Kubernetes in one namespace of ours: the one thing that this door can write.

They are part of no plan and change no object of anybody; who reads them reads them where they are
looked for, in `kubectl get events`.  The connection is its own, so that nothing waits for it.
"""

from typing import Final

import msgspec

from core.clock import Clock
from core.cluster.connection.answers import LinkError
from core.cluster.connection.calls import Calls
from core.cluster.connection.link import Connection, open_connection
from core.cluster.connection.paths import collection_path
from core.cluster.connection.request import Request
from core.cluster.login.credentials import log_in
from core.meter import UNMETERED, Meter
from core.model import ClusterSpec, JsonObject, KindRef, Resource

EVENTS: Final = Resource(
    KindRef("events.k8s.io/v1", "Event"), "events", namespaced=True, has_status=False
)
_MERGE: Final = "application/merge-patch+json"
_TIMEOUT_S: Final = 10.0


class Announcer:
    """Makes Events, and counts one up."""

    def __init__(
        self,
        spec: ClusterSpec,
        namespace: str,
        clock: Clock | None = None,
        meter: Meter = UNMETERED,
    ) -> None:
        """Contact nobody yet."""
        self._spec, self._clock, self._meter = spec, clock or Clock(), meter
        self.namespace = namespace
        self._path = collection_path(EVENTS, namespace)
        self._connection: Connection | None = None

    async def create(self, event: JsonObject) -> None:
        """Make an Event.

        Raises:
            ProductError: It was not made.
        """
        await self._send("POST", self._path, event, "application/json")

    async def repeat(self, name: str, series: JsonObject) -> None:
        """Say of an Event how often it happened.

        Raises:
            ProductError: It was not said; the Event may be gone, as they go after an hour.
        """
        await self._send("PATCH", f"{self._path}/{name}", {"series": series}, _MERGE)

    async def close(self) -> None:
        """Close the connection, if there is one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _send(self, method: str, path: str, body: JsonObject, form: str) -> None:
        request = Request(
            path=path,
            method=method,
            body=msgspec.json.encode(body),
            content_type=form,
            timeout_s=_TIMEOUT_S,
        )
        if self._connection is None:
            login = await log_in(self._spec, self._clock)
            self._connection = await open_connection(login, self._clock, self._meter)
        calls = Calls(self._connection, self._clock)
        try:
            await calls.expect(request, f"{method.lower()} events in {self.namespace}")
        except LinkError:
            await self.close()  # credentials and authorities may be new
            raise
