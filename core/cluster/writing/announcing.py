"""Events of Kubernetes in one namespace of ours: the one thing that this door can write.

They are part of no plan and change no object of anybody; who reads them reads them where they are
looked for, in `kubectl get events`.  The connection is its own, so that nothing waits for it.
"""

from typing import Final

import msgspec

from core.clock import Clock
from core.cluster.connection.apart import Apart
from core.cluster.connection.calls import Calls
from core.cluster.connection.paths import collection_path
from core.cluster.connection.request import Request
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
        self.namespace, clock = namespace, clock or Clock()
        self._path = collection_path(EVENTS, namespace)
        self._apart = Apart(spec, clock, meter)
        self._calls = Calls(self._apart, clock)

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
        await self._apart.close()

    async def _send(self, method: str, path: str, body: JsonObject, form: str) -> None:
        request = Request(
            path=path,
            method=method,
            body=msgspec.json.encode(body),
            content_type=form,
            timeout_s=_TIMEOUT_S,
        )
        await self._calls.expect(request, f"{method.lower()} events in {self.namespace}")
